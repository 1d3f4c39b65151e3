#include "agent/bench/uplink/key_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "agent/bench/uplink/files.h"
#include "proto/base/cleanup.h"
#include "proto/base/err.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)

#define KEY_FILE_MAX (16 * 1024)

int key_file_save(
    const char *folder, const char *name, EVP_PKEY *key, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long len;

	if (!bio ||
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return err_set(err, ERR_CRYPTO, "the key cannot be written");
	len = BIO_get_mem_data(bio, &text);
	return files_write(folder, name, text, (size_t)len, 0600, err);
}

int key_file_load(
    const char *folder, const char *name, EVP_PKEY **out, struct err *err)
{
	CLEANUP(bio) BIO *bio = NULL;
	EVP_PKEY *key = NULL;
	struct buf text = {0};
	int rc = files_read(folder, name, KEY_FILE_MAX, &text, err);

	if (rc < 0)
		return rc;
	bio = BIO_new_mem_buf(text.data, (int)text.len);
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
	ERR_clear_error();
	if (!key)
		return err_set(
		    err, ERR_CRYPTO, "%s/%s holds no key", folder, name);
	*out = key;
	return 0;
}
