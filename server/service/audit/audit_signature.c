#include "server/service/audit/audit_signature.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/audit_text.h"
#include "server/store/store_audit.h"

#define PEM_MAX 8192

struct audit_signature_key {
	EVP_PKEY *key;
};

/* Given instead of a callback: OpenSSL must never ask a terminal. */
static char no_password[] = "";

int audit_signature_key_new(
    const char *pem, struct audit_signature_key **out, struct err *err)
{
	struct audit_signature_key *key = calloc(1, sizeof(*key));
	size_t len = strnlen(pem, PEM_MAX);
	BIO *bio = BIO_new_mem_buf(pem, (int)len);

	if (key && bio && len < PEM_MAX)
		key->key = PEM_read_bio_PUBKEY(bio, NULL, NULL, no_password);
	BIO_free(bio);
	ERR_clear_error();
	if (!key)
		return err_memory(err);
	if (!key->key) {
		free(key);
		return err_set(err, ERR_CRYPTO,
		    "the key for checkpoints is no public key in PEM");
	}
	*out = key;
	return 0;
}

void audit_signature_key_free(struct audit_signature_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->key);
	free(key);
}

bool audit_signature_holds(
    const struct audit_signature_key *key, const struct audit_checkpoint *row)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct buf text = {0};
	bool holds;

	audit_text_append(&text, row->org_id, row->seq, row->sha256, row->at);
	holds = ctx && !text.failed &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->key) ==
	        1 &&
	    EVP_DigestVerify(ctx, row->signature, row->signature_len, text.data,
	        text.len) == 1;
	EVP_MD_CTX_free(ctx);
	buf_clear(&text);
	ERR_clear_error();
	return holds;
}
