#include "tests/phones/usb/tls_server.h"

#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>

/* Who may be on the other end; freed with the context. */
static int allowed_index = -1;

static void free_allowed(void *parent, void *ptr, CRYPTO_EX_DATA *data,
    int index, long argl, void *argp)
{
	(void)parent;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	sk_X509_pop_free(ptr, X509_free);
}

static void make_index(void)
{
	allowed_index =
	    SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_allowed);
}

static int get_allowed_index(void)
{
	static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

	(void)CRYPTO_THREAD_run_once(&once, make_index);
	return allowed_index;
}

/*
 * The certificates of a pairing have empty names and no dates that matter: the
 * client is who it says when it shows the very certificate of the pairing. That
 * it owns the key, TLS itself has proven.
 */
static int check_client(X509_STORE_CTX *store, void *arg)
{
	STACK_OF(X509) *allowed = arg;
	X509 *shown = X509_STORE_CTX_get0_cert(store);
	int i;

	for (i = 0; shown && i < sk_X509_num(allowed); i++)
		if (X509_cmp(shown, sk_X509_value(allowed, i)) == 0)
			return 1;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
	return 0;
}

static int allow(SSL_CTX *context, const struct pairing *pairing)
{
	STACK_OF(X509) *allowed = sk_X509_new_null();

	if (!allowed)
		return -1;
	if (!SSL_CTX_set_ex_data(context, get_allowed_index(), allowed)) {
		sk_X509_free(allowed);
		return -1;
	}
	SSL_CTX_set_cert_verify_callback(context, check_client, allowed);
	if (!X509_add_cert(allowed, pairing->root, X509_ADD_FLAG_UP_REF) ||
	    !X509_add_cert(allowed, pairing->host, X509_ADD_FLAG_UP_REF))
		return -1;
	return 0;
}

/* A phone that is not the one it was: signs with a key nobody knows. */
static int show_other_key(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *certificate = X509_new();
	int ok = 0;

	if (key && certificate && X509_set_version(certificate, 2) &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) &&
	    X509_set_pubkey(certificate, key) &&
	    X509_sign(certificate, key, EVP_sha256()) > 0)
		ok = SSL_CTX_use_certificate(context, certificate) == 1 &&
		    SSL_CTX_use_PrivateKey(context, key) == 1;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}

static int show_own_key(
    SSL_CTX *context, const struct pairing *pairing, EVP_PKEY *key)
{
	if (SSL_CTX_use_certificate(context, pairing->device) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		return -1;
	return 0;
}

SSL_CTX *tls_server_new(
    const struct pairing *pairing, EVP_PKEY *key, enum usb_tls tls)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	int rc;

	if (!context)
		return NULL;
	/* The certificates are signed with SHA-1, and old phones speak 1.0. */
	rc = SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1 ? 0 : -1;
	(void)SSL_CTX_set_min_proto_version(
	    context, tls == TLS_FLOOR12 ? TLS1_2_VERSION : TLS1_VERSION);
	(void)SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(
	    context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	if (rc == 0)
		rc = allow(context, pairing);
	if (rc == 0)
		rc = tls == TLS_OTHER_KEY ? show_other_key(context)
		                          : show_own_key(context, pairing, key);
	if (rc < 0) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}
