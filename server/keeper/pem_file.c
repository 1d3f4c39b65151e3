#include "server/keeper/pem_file.h"

#include <openssl/pem.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
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

/* Given instead of a callback: OpenSSL must never ask a terminal. */
static char no_password[] = "";

int pem_key_load(int folder, const char *name, EVP_PKEY **out, struct err *err)
{
	struct secret pem = {0};
	CLEANUP(bio) BIO *bio = NULL;
	EVP_PKEY *key = NULL;
	int rc = key_file_read(folder, name, true, &pem, err);

	if (rc != 0)
		return rc;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, no_password);
	secret_clear(&pem);
	if (!key)
		return err_set(
		    err, ERR_INVALID, "%s holds no private key", name);
	*out = key;
	return 0;
}

int pem_certificate_load(
    int folder, const char *name, EVP_PKEY *key, X509 **out, struct err *err)
{
	struct secret pem = {0};
	CLEANUP(bio) BIO *bio = NULL;
	X509 *certificate = NULL;
	int rc = key_file_read(folder, name, false, &pem, err);

	if (rc != 0)
		return rc;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio)
		certificate = PEM_read_bio_X509(bio, NULL, NULL, no_password);
	secret_clear(&pem);
	if (!certificate)
		return err_set(
		    err, ERR_INVALID, "%s holds no certificate", name);
	if (X509_check_private_key(certificate, key) != 1) {
		X509_free(certificate);
		return err_set(err, ERR_CRYPTO,
		    "%s does not belong to its private key", name);
	}
	*out = certificate;
	return 0;
}
