#include "server/keeper/pem_file.h"

#include <openssl/pem.h>

#include "proto/base/err.h"
#include "server/keeper/handles.h"
#include "server/keeper/key_file.h"

int pem_key_write(int folder, const char *name, EVP_PKEY *key, struct err *err)
{
	/* BIO_free clears what a memory BIO held. */
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	if (!bio ||
	    PEM_write_bio_PKCS8PrivateKey(
	        bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return err_memory(err);
	len = BIO_get_mem_data(bio, &data);
	return key_file_write(
	    folder, name, 0600, (const uint8_t *)data, (size_t)len, err);
}

int pem_certificate_write(int folder, const char *name, X509 *certificate,
    X509 *issuer, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	if (!bio || PEM_write_bio_X509(bio, certificate) != 1 ||
	    (issuer && PEM_write_bio_X509(bio, issuer) != 1))
		return err_memory(err);
	len = BIO_get_mem_data(bio, &data);
	return key_file_write(
	    folder, name, 0644, (const uint8_t *)data, (size_t)len, err);
}

int pem_public_write(
    int folder, const char *name, EVP_PKEY *key, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;

	if (!bio || PEM_write_bio_PUBKEY(bio, key) != 1)
		return err_memory(err);
	len = BIO_get_mem_data(bio, &data);
	return key_file_write(
	    folder, name, 0644, (const uint8_t *)data, (size_t)len, err);
}
