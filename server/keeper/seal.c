#include "server/keeper/seal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/message.h"

#define SEAL_VERSION 1
#define SEAL_KEY_LEN 32
#define SEAL_NONCE_LEN 12
#define SEAL_TAG_LEN 16
#define SEAL_HEAD_LEN (1 + SEAL_NONCE_LEN)

_Static_assert(SEAL_HEAD_LEN + SEAL_TAG_LEN == KEEPER_SEAL_OVERHEAD,
    "what a client may send is what fits");

/*
 * The key is set once: its schedule is most of the work for a short secret.
 * Random nonces hold for 2^32 seals under one key (NIST SP 800-38D, 8.3); a
 * million phones sealing daily reach that in eleven years.
 */
struct seal {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *encrypt;
	EVP_CIPHER_CTX *decrypt;
	uint8_t work[KEEPER_SECRET_MAX + KEEPER_SEAL_OVERHEAD];
};

int seal_new(const uint8_t *key, size_t len, struct seal **out, struct err *err)
{
	struct seal *seal;

	if (len != SEAL_KEY_LEN)
		return err_set(err, ERR_INVALID, "a sealing key has %d bytes",
		    SEAL_KEY_LEN);
	seal = calloc(1, sizeof(*seal));
	if (!seal)
		return err_memory(err);
	seal->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	seal->encrypt = EVP_CIPHER_CTX_new();
	seal->decrypt = EVP_CIPHER_CTX_new();
	if (!seal->cipher || !seal->encrypt || !seal->decrypt ||
	    EVP_EncryptInit_ex2(seal->encrypt, seal->cipher, key, NULL, NULL) !=
	        1 ||
	    EVP_DecryptInit_ex2(seal->decrypt, seal->cipher, key, NULL, NULL) !=
	        1) {
		seal_free(seal);
		return err_set(
		    err, ERR_CRYPTO, "the sealing key cannot be used");
	}
	*out = seal;
	return 0;
}

void seal_free(struct seal *seal)
{
	if (!seal)
		return;
	EVP_CIPHER_CTX_free(seal->encrypt);
	EVP_CIPHER_CTX_free(seal->decrypt);
	EVP_CIPHER_free(seal->cipher);
	explicit_bzero(seal->work, sizeof(seal->work));
	free(seal);
}

static bool seal_encrypt(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *secret)
{
	EVP_CIPHER_CTX *ctx = seal->encrypt;
	uint8_t *nonce = seal->work + 1;
	uint8_t *body = seal->work + SEAL_HEAD_LEN;
	int len = 0;

	seal->work[0] = SEAL_VERSION;
	return RAND_bytes(nonce, SEAL_NONCE_LEN) == 1 &&
	    EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
	    EVP_EncryptUpdate(
	        ctx, NULL, &len, context->data, (int)context->len) == 1 &&
	    (secret->len == 0 ||
	        EVP_EncryptUpdate(
	            ctx, body, &len, secret->data, (int)secret->len) == 1) &&
	    EVP_EncryptFinal_ex(ctx, body + secret->len, &len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_LEN,
	        body + secret->len) == 1;
}

int seal_close(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *secret, struct buf *out, struct err *err)
{
	if (secret->len > KEEPER_SECRET_MAX)
		return err_set(err, ERR_LIMIT, "the secret is too large");
	if (!seal_encrypt(seal, context, secret))
		return err_set(err, ERR_CRYPTO, "the secret cannot be sealed");
	buf_append(out, seal->work, secret->len + KEEPER_SEAL_OVERHEAD);
	return buf_check(out, err);
}

static bool seal_decrypt(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *sealed, size_t len)
{
	EVP_CIPHER_CTX *ctx = seal->decrypt;
	const uint8_t *body = sealed->data + SEAL_HEAD_LEN;
	uint8_t tag[SEAL_TAG_LEN];
	int done = 0;

	memcpy(tag, body + len, sizeof(tag));
	return sealed->data[0] == SEAL_VERSION &&
	    EVP_DecryptInit_ex2(ctx, NULL, NULL, sealed->data + 1, NULL) == 1 &&
	    EVP_CIPHER_CTX_ctrl(
	        ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_LEN, tag) == 1 &&
	    EVP_DecryptUpdate(
	        ctx, NULL, &done, context->data, (int)context->len) == 1 &&
	    (len == 0 ||
	        EVP_DecryptUpdate(ctx, seal->work, &done, body, (int)len) ==
	            1) &&
	    EVP_DecryptFinal_ex(ctx, seal->work + len, &done) == 1;
}

int seal_open(struct seal *seal, const struct keeper_field *context,
    const struct keeper_field *sealed, struct buf *out, struct err *err)
{
	bool is_open = false;
	size_t len = 0;

	if (sealed->len >= KEEPER_SEAL_OVERHEAD &&
	    sealed->len <= sizeof(seal->work)) {
		len = sealed->len - KEEPER_SEAL_OVERHEAD;
		is_open = seal_decrypt(seal, context, sealed, len);
	}
	if (is_open)
		buf_append(out, seal->work, len);
	explicit_bzero(seal->work, len);
	if (!is_open)
		return err_set(err, ERR_CRYPTO,
		    "the sealed secret was changed or belongs elsewhere");
	return buf_check(out, err);
}
