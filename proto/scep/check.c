#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "proto/scep/handles.h"

CLEANUP_DEFINE(X509_STORE, store, X509_STORE_free)
CLEANUP_DEFINE(X509_STORE_CTX, store_ctx, X509_STORE_CTX_free)

int scep_request_check(const struct scep_request *request, struct err *err)
{
	if (request->cipher == SCEP_CIPHER_OTHER)
		return err_set(err, ERR_UNSUPPORTED,
		    "the SCEP envelope's cipher is not taken; AES and 3DES "
		    "are");
	if (request->signer_key_type != SCEP_KEY_RSA)
		return err_set(err, ERR_UNSUPPORTED,
		    "SCEP with an EC key is not taken: no answer can be "
		    "encrypted to it; use RSA");
	if (request->signer_key_bits < SCEP_RSA_BITS_MIN)
		return err_set(err, ERR_UNSUPPORTED,
		    "the SCEP signer's RSA key has %u bits; %d are needed",
		    request->signer_key_bits, SCEP_RSA_BITS_MIN);
	return 0;
}

int scep_request_check_csr(const struct scep_request *request,
    const struct scep_csr *csr, struct err *err)
{
	if (request->type != SCEP_PKCS_REQ)
		return 0;
	if (memcmp(request->signer_key_sha256, csr->public_key_sha256,
	        SCEP_SHA256_LEN) != 0)
		return err_set(err, ERR_CRYPTO,
		    "the SCEP message was not signed with the key that it asks "
		    "a certificate for");
	return 0;
}

static X509 *certificate_decode(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	X509 *certificate;

	if (len == 0 || len > LIMIT_CERTIFICATE)
		return NULL;
	certificate = d2i_X509(NULL, &at, (long)len);
	if (certificate && at != der + len) {
		X509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}

static int chain_check(X509 *ca, X509 *leaf, int64_t now_ms, struct err *err)
{
	CLEANUP(store) X509_STORE *store = X509_STORE_new();
	CLEANUP(store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int reason;

	if (!store || !ctx || X509_STORE_add_cert(store, ca) != 1 ||
	    X509_STORE_CTX_init(ctx, store, leaf, NULL) != 1)
		return err_memory(err);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(now_ms / TIME_SECOND_MS));
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT);
	if (X509_verify_cert(ctx) == 1)
		return 0;
	reason = X509_STORE_CTX_get_error(ctx);
	if (reason == X509_V_ERR_CERT_HAS_EXPIRED ||
	    reason == X509_V_ERR_CERT_NOT_YET_VALID)
		return err_set(err, ERR_EXPIRED,
		    "the certificate to renew is outside its validity");
	return err_set(err, ERR_CRYPTO,
	    "the certificate to renew was not issued here for a phone");
}

int scep_request_check_issued(const struct scep_request *request,
    const uint8_t *ca, size_t ca_len, int64_t now_ms, struct err *err)
{
	CLEANUP(x509) X509 *issuer = NULL;
	CLEANUP(x509) X509 *leaf = NULL;
	int rc;

	ERR_set_mark();
	issuer = certificate_decode(ca, ca_len);
	leaf = certificate_decode(request->signer, request->signer_len);
	if (!issuer || !leaf)
		rc = err_set(err, ERR_INVALID, "no readable certificate");
	else if (X509_check_ca(leaf))
		rc = err_set(err, ERR_CRYPTO,
		    "the certificate to renew was not issued here for a phone");
	else
		rc = chain_check(issuer, leaf, now_ms, err);
	ERR_pop_to_mark();
	return rc;
}

enum scep_fail_info scep_fail_info_of(int code)
{
	switch (-code) {
	case ERR_UNSUPPORTED:
		return SCEP_BAD_ALG;
	case ERR_CRYPTO:
		return SCEP_BAD_MESSAGE_CHECK;
	default:
		return SCEP_BAD_REQUEST;
	}
}

/* POST first in practice, though certmonger sends GET whatever stands here. */
const char *scep_capabilities(void)
{
	return "AES\nDES3\nPOSTPKIOperation\nRenewal\nSCEPStandard\nSHA-256\n"
	       "SHA-512\n";
}
