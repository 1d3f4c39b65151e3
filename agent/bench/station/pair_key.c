#include "agent/bench/station/pair_key.h"

#include <openssl/rsa.h>

#include "agent/bench/uplink/key_file.h"
#include "proto/base/err.h"

#define FILE_NAME "pairing.key"
#define KEY_BITS 2048

/* NULL: none, or none that can be used. */
static EVP_PKEY *read_key(const char *folder)
{
	EVP_PKEY *key = NULL;

	if (key_file_load(folder, FILE_NAME, &key, NULL) < 0)
		return NULL;
	if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= KEY_BITS)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

int pair_key_load(const char *folder, EVP_PKEY **out, struct err *err)
{
	EVP_PKEY *key = read_key(folder);
	int rc = 0;

	if (!key) {
		key = EVP_RSA_gen(KEY_BITS);
		rc = key ? key_file_save(folder, FILE_NAME, key, err)
		         : err_set(err, ERR_CRYPTO, "no key could be made");
	}
	if (rc < 0) {
		EVP_PKEY_free(key);
		return rc;
	}
	*out = key;
	return 0;
}
