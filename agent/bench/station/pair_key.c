#include "agent/bench/station/pair_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "agent/bench/uplink/files.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)

#define FILE_NAME "pairing.key"
#define FILE_MAX (16 * 1024)
#define KEY_BITS 2048

static int is_fit(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= KEY_BITS;
}

/* NULL: none, or none that can be used. */
static EVP_PKEY *read_key(const char *folder)
{
	CLEANUP(bio) BIO *bio = NULL;
	EVP_PKEY *key = NULL;
	struct buf text = {0};

	if (files_read(folder, FILE_NAME, FILE_MAX, &text, NULL) < 0)
		return NULL;
	bio = BIO_new_mem_buf(text.data, (int)text.len);
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
	ERR_clear_error();
	if (key && !is_fit(key)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static int write_key(const char *folder, EVP_PKEY *key, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long len;

	if (!bio ||
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return err_set(err, ERR_CRYPTO, "the key cannot be written");
	len = BIO_get_mem_data(bio, &text);
	return files_write(folder, FILE_NAME, text, (size_t)len, 0600, err);
}

int pair_key_load(const char *folder, EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *key = read_key(folder);
	int rc = 0;

	if (!key) {
		key = EVP_RSA_gen(KEY_BITS);
		rc = key ? write_key(folder, key, err)
		         : err_set(err, ERR_CRYPTO, "no key could be made");
	}
	if (rc < 0) {
		EVP_PKEY_free(key);
		return rc;
	}
	*out = key;
	return 0;
}
