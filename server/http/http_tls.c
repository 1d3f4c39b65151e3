#include "server/http/http_tls.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

CLEANUP_DEFINE(SSL_CTX, ssl_ctx, SSL_CTX_free)
CLEANUP_DEFINE(X509, x509, X509_free)

/* Leaf, issuing CA and one above it, as phones send them. */
#define CHAIN_DEPTH_MAX 4
#define CHAIN_BYTES_MAX (2 * LIMIT_CERTIFICATE)

/* Sets err from OpenSSL's queue and leaves the queue empty. */
static int tls_error(struct err *err, const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, ERR_CRYPTO, "%s %s: %s", what, file ? file : "",
	    reason ? reason : "not usable");
}

/*
 * Checks the chain, notes the result where SSL_get_verify_result() finds it,
 * and lets the handshake go on: the routes decide who needs to be known, and
 * a phone with a dead certificate must get an HTTP answer.
 */
static int on_verify(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	if (X509_verify_cert(store) != 1 &&
	    X509_STORE_CTX_get_error(store) == X509_V_OK)
		X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
	ERR_clear_error();
	return 1;
}

/* RFC 7301: HTTP/1.x or nothing, so that no bytes are taken for another's. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned int in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1\x08http/1.0";
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in,
	        in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int protocol_setup(SSL_CTX *ctx, struct err *err)
{
	char groups[] = "X25519:P-256"; /* the macro drops const */

	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	        SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* One read() for a record instead of two. */
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES_MAX);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, groups) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx,
	        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
	        "TLS_CHACHA20_POLY1305_SHA256") != 1 ||
	    SSL_CTX_set_cipher_list(
	        ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") != 1)
		return tls_error(err, "TLS settings", NULL);
	return 0;
}

static int identity_load(
    SSL_CTX *ctx, const struct http_listener *listener, struct err *err)
{
	if (SSL_CTX_use_certificate_chain_file(
	        ctx, listener->certificate_file) != 1)
		return tls_error(
		    err, "the TLS certificate", listener->certificate_file);
	if (!listener->key_file ||
	    SSL_CTX_use_PrivateKey_file(
	        ctx, listener->key_file, SSL_FILETYPE_PEM) != 1)
		return tls_error(err, "the TLS key", listener->key_file);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return tls_error(err, "the TLS key", listener->key_file);
	return 0;
}

static int client_ca_load(SSL_CTX *ctx, const char *file, struct err *err)
{
	static const unsigned char context[] = "workphone";
	STACK_OF(X509_NAME) *names = NULL;

	if (SSL_CTX_load_verify_file(ctx, file) != 1)
		return tls_error(err, "the client CA", file);
	names = SSL_load_client_CA_file(file);
	if (!names)
		return tls_error(err, "the client CA", file);
	SSL_CTX_set_client_CA_list(ctx, names);
	/* What the file holds is trusted, root or not. */
	(void)X509_VERIFY_PARAM_set_flags(
	    SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH_MAX);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, on_verify, NULL);
	(void)SSL_CTX_set_session_id_context(ctx, context, sizeof(context) - 1);
	return 0;
}

int http_tls_new(
    const struct http_listener *listener, SSL_CTX **out, struct err *err)
{
	CLEANUP(ssl_ctx) SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int rc;

	if (!ctx)
		return tls_error(err, "TLS settings", NULL);
	rc = protocol_setup(ctx, err);
	if (rc == 0)
		rc = identity_load(ctx, listener, err);
	if (rc == 0 && listener->client_ca_file)
		rc = client_ca_load(ctx, listener->client_ca_file, err);
	if (rc < 0)
		return rc;
	*out = ctx;
	ctx = NULL;
	return 0;
}

int http_tls_certificate(
    SSL *ssl, struct http_certificate **out, struct err *err)
{
	CLEANUP(x509) X509 *peer = SSL_get1_peer_certificate(ssl);
	struct http_certificate *certificate = NULL;
	unsigned char *at;
	int len;

	if (!peer)
		return 0;
	len = i2d_X509(peer, NULL);
	if (len <= 0 || len > CHAIN_BYTES_MAX)
		return err_set(err, ERR_CRYPTO, "a client certificate breaks");
	/* One piece of memory: the struct, then the DER. */
	certificate = malloc(sizeof(*certificate) + (size_t)len);
	if (!certificate)
		return err_memory(err);
	at = (unsigned char *)(certificate + 1);
	certificate->der = at;
	certificate->der_len = (size_t)i2d_X509(peer, &at);
	(void)SHA256(
	    certificate->der, certificate->der_len, certificate->sha256);
	certificate->is_trusted = SSL_get_verify_result(ssl) == X509_V_OK;
	*out = certificate;
	return 0;
}

void http_tls_certificate_free(struct http_certificate *certificate)
{
	free(certificate);
}
