#include "proto/station/station_sign.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(EVP_MD_CTX, md_ctx, EVP_MD_CTX_free)
CLEANUP_DEFINE(X509, x509, X509_free)

/* Given instead of a callback: OpenSSL must never ask a terminal. */
static char no_password[] = "";

static bool is_p256(EVP_PKEY *key)
{
	char group[32] = "";
	size_t len = 0;

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	    strcmp(group, "prime256v1") == 0;
}

/* Context and bytes in one run: every key type that signs takes that. */
static void message_make(
    struct buf *out, const char *context, const uint8_t *body, size_t len)
{
	buf_append_str(out, context);
	buf_append(out, body, len);
}

static int sign_bytes(EVP_PKEY *key, const struct buf *message,
    struct station_bytes *out, struct err *err)
{
	CLEANUP(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[STATION_SIGNATURE_MAX];
	size_t len = sizeof(signature);
	bool done = ctx && is_p256(key) &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, message->data, message->len) ==
	        1;

	ERR_clear_error();
	if (!done)
		return err_set(
		    err, ERR_CRYPTO, "the document cannot be signed");
	return station_bytes_set(out, signature, len, err);
}

int station_sign(EVP_PKEY *key, const char *context, const uint8_t *body,
    size_t len, struct station_signed *out, struct err *err)
{
	struct station_signed one = {0};
	struct buf message = {0};
	int rc;

	message_make(&message, context, body, len);
	rc = buf_check(&message, err);
	if (rc == 0)
		rc = sign_bytes(key, &message, &one.signature, err);
	if (rc == 0)
		rc = station_bytes_set(&one.body, body, len, err);
	buf_clear(&message);
	if (rc == 0)
		*out = one;
	else
		station_signed_clear(&one);
	return rc;
}

int station_verify(EVP_PKEY *key, const char *context,
    const struct station_signed *one, struct err *err)
{
	CLEANUP(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct buf message = {0};
	bool holds;

	message_make(&message, context, one->body.data, one->body.len);
	if (buf_check(&message, NULL) < 0 || !ctx) {
		buf_clear(&message);
		return err_memory(err);
	}
	holds = is_p256(key) && one->signature.len > 0 &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, one->signature.data, one->signature.len,
	        message.data, message.len) == 1;
	ERR_clear_error();
	buf_clear(&message);
	return holds ? 0
	             : err_set(err, ERR_CRYPTO,
	                   "the signature does not fit the document");
}

static int take_p256(EVP_PKEY *key, EVP_PKEY **out, struct err *err)
{
	ERR_clear_error();
	if (!key)
		return err_set(err, ERR_CRYPTO, "that is no public key");
	if (!is_p256(key)) {
		EVP_PKEY_free(key);
		return err_set(err, ERR_CRYPTO, "the key is not EC P-256");
	}
	*out = key;
	return 0;
}

int station_key_parse(const char *pem, EVP_PKEY **out, struct err *err)
{
	size_t len = strlen(pem);
	CLEANUP(bio) BIO *bio = NULL;

	if (len > LIMIT_CERTIFICATE)
		return err_set(err, ERR_LIMIT, "the key is too long");
	bio = BIO_new_mem_buf(pem, (int)len);
	return take_p256(
	    bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, no_password) : NULL, out,
	    err);
}

int station_key_of_certificate(
    const uint8_t *der, size_t len, EVP_PKEY **out, struct err *err)
{
	const uint8_t *at = der;
	CLEANUP(x509) X509 *certificate = NULL;

	if (len <= LIMIT_CERTIFICATE)
		certificate = d2i_X509(NULL, &at, (long)len);
	return take_p256(certificate && at == der + len
	        ? X509_get_pubkey(certificate)
	        : NULL,
	    out, err);
}
