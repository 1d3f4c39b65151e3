/* Keys and signatures of reports: Ed25519 by OpenSSL. */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence.h"

#define KEY_TEXT_MAX 4096

CLEANUP_DEFINE(EVP_PKEY, pkey, EVP_PKEY_free)
CLEANUP_DEFINE(EVP_MD_CTX, digest, EVP_MD_CTX_free)
CLEANUP_DEFINE(BIO, bio, BIO_free_all)

int evidence_key_id(const uint8_t key[EVIDENCE_KEY_SIZE],
    char out[EVIDENCE_KEY_ID_MAX], struct err *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (!EVP_Digest(key, EVIDENCE_KEY_SIZE, hash, NULL, EVP_sha256(), NULL))
		return err_set(err, ERR_CRYPTO, "SHA-256 failed");
	str_hex(out, hash, (EVIDENCE_KEY_ID_MAX - 1) / 2);
	return 0;
}

/*
 * Points of small order (RFC 8032 leaves them open): under them a signature
 * can be made that holds for any message. Little-endian y, sign bit apart.
 */
static bool is_small_order(const uint8_t key[EVIDENCE_KEY_SIZE])
{
	static const char *const small[] = {
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	};
	uint8_t y[EVIDENCE_KEY_SIZE];
	char hex[2 * EVIDENCE_KEY_SIZE + 1];

	memcpy(y, key, sizeof(y));
	y[EVIDENCE_KEY_SIZE - 1] &= 0x7f;
	str_hex(hex, y, sizeof(y));
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (strcmp(hex, small[i]) == 0)
			return true;
	return false;
}

int evidence_key_public(
    EVP_PKEY *pair, uint8_t out[EVIDENCE_KEY_SIZE], struct err *err)
{
	uint8_t key[EVIDENCE_KEY_SIZE];
	size_t len = sizeof(key);

	if (EVP_PKEY_get_id(pair) != EVP_PKEY_ED25519 ||
	    EVP_PKEY_get_raw_public_key(pair, key, &len) != 1 ||
	    len != sizeof(key))
		return err_set(
		    err, ERR_INVALID, "this is no key of kind Ed25519");
	memcpy(out, key, sizeof(key));
	return 0;
}

static int key_from_pem(const char *text, size_t len,
    uint8_t out[EVIDENCE_KEY_SIZE], struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(text, (int)len);
	CLEANUP(pkey) EVP_PKEY *key = NULL;

	if (!bio)
		return err_memory(err);
	key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	if (!key)
		return err_set(
		    err, ERR_INVALID, "this is no public key in PEM");
	return evidence_key_public(key, out, err);
}

static int key_from_base64(const char *text, size_t len,
    uint8_t out[EVIDENCE_KEY_SIZE], struct err *err)
{
	uint8_t *data = NULL;
	size_t size = 0;
	int rc = str_base64_parse(text, len, &data, &size, err);

	if (rc == 0 && size != EVIDENCE_KEY_SIZE)
		rc = err_set(err, ERR_INVALID,
		    "a public key has %d bytes, this one %zu",
		    EVIDENCE_KEY_SIZE, size);
	if (rc == 0)
		memcpy(out, data, EVIDENCE_KEY_SIZE);
	free(data);
	return rc;
}

int evidence_key_parse(const char *text, size_t len,
    uint8_t out[EVIDENCE_KEY_SIZE], struct err *err)
{
	static const char begin[] = "-----BEGIN ";
	uint8_t key[EVIDENCE_KEY_SIZE];
	int rc;

	if (len > KEY_TEXT_MAX)
		return err_set(err, ERR_LIMIT, "the key is too long");
	rc = len > strlen(begin) && memcmp(text, begin, strlen(begin)) == 0
	    ? key_from_pem(text, len, key, err)
	    : key_from_base64(text, len, key, err);
	if (rc < 0)
		return rc;
	if (is_small_order(key))
		return err_set(err, ERR_INVALID,
		    "this public key is of small order: anybody can sign "
		    "under it");
	memcpy(out, key, sizeof(key));
	return 0;
}

/* ---- pairs ---- */

int evidence_pair_make(EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (!pair)
		return err_set(err, ERR_CRYPTO, "no key could be made");
	*out = pair;
	return 0;
}

int evidence_pair_encode(EVP_PKEY *pair, struct buf *pem, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long len;

	if (!bio)
		return err_memory(err);
	if (PEM_write_bio_PKCS8PrivateKey(
	        bio, pair, NULL, NULL, 0, NULL, NULL) != 1)
		return err_set(err, ERR_CRYPTO, "the key cannot be written");
	len = BIO_get_mem_data(bio, &text);
	buf_append(pem, text, len > 0 ? (size_t)len : 0);
	return buf_check(pem, err);
}

int evidence_pair_parse(
    const void *pem, size_t len, EVP_PKEY **out, struct err *err)
{
	CLEANUP(bio) BIO *bio = NULL;
	EVP_PKEY *pair = NULL;

	if (len > KEY_TEXT_MAX)
		return err_set(err, ERR_LIMIT, "the key is too long");
	if (!(bio = BIO_new_mem_buf(pem, (int)len)))
		return err_memory(err);
	/* An empty password: never ask at a terminal. */
	pair = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "");
	if (!pair || EVP_PKEY_get_id(pair) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pair);
		return err_set(err, ERR_INVALID,
		    "this is no private key of kind Ed25519 in PEM");
	}
	*out = pair;
	return 0;
}

/* ---- signatures ---- */

int evidence_sign(EVP_PKEY *pair, const void *body, size_t len,
    uint8_t out[EVIDENCE_SIGNATURE_SIZE], struct err *err)
{
	CLEANUP(digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[EVIDENCE_SIGNATURE_SIZE];
	size_t size = sizeof(signature);

	if (!ctx)
		return err_memory(err);
	if (EVP_PKEY_get_id(pair) != EVP_PKEY_ED25519 ||
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, pair) != 1 ||
	    EVP_DigestSign(ctx, signature, &size, body, len) != 1 ||
	    size != sizeof(signature))
		return err_set(err, ERR_CRYPTO, "the report was not signed");
	memcpy(out, signature, sizeof(signature));
	return 0;
}

int evidence_verify(const uint8_t key[EVIDENCE_KEY_SIZE], const void *body,
    size_t len, const uint8_t signature[EVIDENCE_SIGNATURE_SIZE],
    struct err *err)
{
	CLEANUP(pkey)
	EVP_PKEY *public = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, key, EVIDENCE_KEY_SIZE);
	CLEANUP(digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx)
		return err_memory(err);
	if (!public || is_small_order(key) ||
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public) != 1 ||
	    EVP_DigestVerify(
	        ctx, signature, EVIDENCE_SIGNATURE_SIZE, body, len) != 1)
		return err_set(err, ERR_CRYPTO,
		    "the signature is not this key's over this report");
	return 0;
}

int evidence_signature_parse(const char *text, size_t len,
    uint8_t out[EVIDENCE_SIGNATURE_SIZE], struct err *err)
{
	uint8_t *data = NULL;
	size_t size = 0;
	int rc;

	if (len > 2 * EVIDENCE_SIGNATURE_SIZE)
		return err_set(err, ERR_LIMIT, "the signature is too long");
	rc = str_base64_parse(text, len, &data, &size, err);
	if (rc == 0 && size != EVIDENCE_SIGNATURE_SIZE)
		rc = err_set(err, ERR_INVALID,
		    "a signature has %d bytes, this one %zu",
		    EVIDENCE_SIGNATURE_SIZE, size);
	if (rc == 0)
		memcpy(out, data, EVIDENCE_SIGNATURE_SIZE);
	free(data);
	return rc;
}
