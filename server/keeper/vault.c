#include "server/keeper/vault.h"

#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "server/keeper/handles.h"
#include "server/keeper/keeper.h"
#include "server/keeper/key_file.h"
#include "server/keeper/pem_file.h"
#include "server/keeper/seal.h"

static int seal_load(int folder, struct seal **out, struct err *err)
{
	struct secret key = {0};
	int rc = key_file_read(folder, KEEPER_SEALING_KEY, true, &key, err);

	if (rc == 0)
		rc = seal_new(key.data, key.len, out, err);
	secret_clear(&key);
	return rc;
}

/* What stations need; a folder of an older version has none of it. */
static int bench_keys_load(struct vault *vault, int folder, struct err *err)
{
	int rc;

	if (!key_file_exists(folder, KEEPER_SUPERVISION_CERTIFICATE) ||
	    !key_file_exists(folder, KEEPER_ORDERS_PUBLIC_KEY))
		return err_set(err, ERR_NOT_FOUND,
		    "the key folder has no supervision identity and orders key "
		    "yet; `workphone-server migrate` makes them");
	rc = pem_key_load(
	    folder, KEEPER_SUPERVISION_KEY, &vault->supervision_key, err);
	if (rc == 0)
		rc =
		    pem_certificate_load(folder, KEEPER_SUPERVISION_CERTIFICATE,
		        vault->supervision_key, &vault->supervision, err);
	if (rc == 0)
		rc = pem_key_load(
		    folder, KEEPER_ORDERS_KEY, &vault->orders_key, err);
	return rc;
}

static int documents_load(struct vault *vault, int folder, struct err *err)
{
	int rc;

	if (!key_file_exists(folder, KEEPER_DOCUMENTS_CERTIFICATE))
		return err_set(err, ERR_NOT_FOUND,
		    "the key folder has no key for receipts yet; "
		    "`workphone-server migrate` makes it");
	rc = pem_key_load(
	    folder, KEEPER_DOCUMENTS_KEY, &vault->documents_key, err);
	return rc == 0
	    ? pem_certificate_load(folder, KEEPER_DOCUMENTS_CERTIFICATE,
	          vault->documents_key, &vault->documents, err)
	    : rc;
}

static int vault_fill(struct vault *vault, int folder, struct err *err)
{
	int rc;

	if (key_file_exists(folder, KEY_FILE_UNFINISHED))
		return err_set(err, ERR_CONFLICT,
		    "making the keys was interrupted; run init again");
	rc = pem_key_load(folder, KEEPER_CA_KEY, &vault->ca_key, err);
	if (rc == 0)
		rc = pem_certificate_load(folder, KEEPER_CA_CERTIFICATE,
		    vault->ca_key, &vault->ca, err);
	if (rc == 0)
		rc = pem_key_load(
		    folder, KEEPER_SIGNING_KEY, &vault->signing_key, err);
	if (rc == 0)
		rc = pem_certificate_load(folder, KEEPER_SIGNING_CERTIFICATE,
		    vault->signing_key, &vault->signing, err);
	if (rc == 0)
		rc = seal_load(folder, &vault->seal, err);
	if (rc == 0)
		rc = bench_keys_load(vault, folder, err);
	return rc == 0 ? documents_load(vault, folder, err) : rc;
}

int vault_load(const char *folder, struct vault **out, struct err *err)
{
	struct vault *vault = NULL;
	int fd = key_folder_open(folder, err);
	int rc;

	if (fd < 0)
		return fd;
	vault = calloc(1, sizeof(*vault));
	rc = vault ? vault_fill(vault, fd, err) : err_memory(err);
	(void)close(fd);
	ERR_clear_error();
	if (rc != 0) {
		vault_free(vault);
		return rc;
	}
	*out = vault;
	return 0;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	EVP_PKEY_free(vault->ca_key);
	X509_free(vault->ca);
	EVP_PKEY_free(vault->signing_key);
	X509_free(vault->signing);
	seal_free(vault->seal);
	EVP_PKEY_free(vault->supervision_key);
	X509_free(vault->supervision);
	EVP_PKEY_free(vault->orders_key);
	EVP_PKEY_free(vault->documents_key);
	X509_free(vault->documents);
	free(vault);
}
