#include "server/keeper/document_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rsa.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/keeper/certificate.h"
#include "server/keeper/handles.h"
#include "server/keeper/keeper.h"
#include "server/keeper/key_file.h"
#include "server/keeper/pem_file.h"

/* Receipts are looked at for years: as strong as the CA, and as long. */
#define DOCUMENTS_RSA_BITS 3072
#define DOCUMENTS_VALID_MS (10 * 365 * TIME_DAY_MS)
#define WHAT "receipts"

/* "<organisation> receipts", the organisation cut so that it fits. */
static void name_make(
    char out[4 * CERTIFICATE_NAME_MAX], const char *organisation)
{
	size_t room = CERTIFICATE_NAME_MAX - strlen(WHAT) - 1;
	size_t len = strlen(organisation);

	if (len > room) {
		len = room;
		while (len > 0 &&
		    ((unsigned char)organisation[len] & 0xc0) == 0x80)
			len--;
	}
	(void)snprintf(out, 4 * CERTIFICATE_NAME_MAX, "%.*s %s", (int)len,
	    organisation, WHAT);
}

int document_keys_make(struct document_keys *keys, const char *organisation,
    X509 *ca, EVP_PKEY *ca_key, int64_t now_ms, struct err *err)
{
	char name[4 * CERTIFICATE_NAME_MAX];
	struct certificate_plan plan = {
	    .use = CERTIFICATE_DOCUMENTS,
	    .organisation = organisation,
	    .common_name = name,
	    .issuer = ca,
	    .issuer_key = ca_key,
	    .not_before_ms = now_ms - CERTIFICATE_BACKDATE_MS,
	    .not_after_ms = now_ms + DOCUMENTS_VALID_MS,
	};

	name_make(name, organisation);
	keys->key = EVP_RSA_gen(DOCUMENTS_RSA_BITS);
	if (!keys->key)
		return err_set(err, ERR_CRYPTO, "keys cannot be made");
	plan.key = keys->key;
	return certificate_make(&plan, &keys->certificate, err);
}

void document_keys_clear(struct document_keys *keys)
{
	EVP_PKEY_free(keys->key);
	X509_free(keys->certificate);
	*keys = (struct document_keys){NULL, NULL};
}

static int folder_sync(int folder, struct err *err)
{
	if (fsync(folder) != 0)
		return err_set(
		    err, ERR_IO, "the key folder: %s", strerror(errno));
	return 0;
}

int document_keys_write(
    int folder, const struct document_keys *keys, struct err *err)
{
	int rc = pem_key_write(folder, KEEPER_DOCUMENTS_KEY, keys->key, err);

	if (rc == 0)
		rc = folder_sync(folder, err);
	if (rc == 0)
		rc = pem_certificate_write(folder, KEEPER_DOCUMENTS_CERTIFICATE,
		    keys->certificate, NULL, err);
	return rc == 0 ? folder_sync(folder, err) : rc;
}

int document_keys_upgrade(int folder, const char *organisation, int64_t now_ms,
    bool *made, struct err *err)
{
	struct document_keys keys = {NULL, NULL};
	CLEANUP(pkey) EVP_PKEY *ca_key = NULL;
	CLEANUP(x509) X509 *ca = NULL;
	int rc;

	if (key_file_exists(folder, KEEPER_DOCUMENTS_CERTIFICATE))
		return 0;
	*made = true;
	/* Without its certificate it was never used. */
	(void)unlinkat(folder, KEEPER_DOCUMENTS_KEY, 0);
	rc = pem_key_load(folder, KEEPER_CA_KEY, &ca_key, err);
	if (rc == 0)
		rc = pem_certificate_load(
		    folder, KEEPER_CA_CERTIFICATE, ca_key, &ca, err);
	if (rc == 0)
		rc = document_keys_make(
		    &keys, organisation, ca, ca_key, now_ms, err);
	if (rc == 0)
		rc = document_keys_write(folder, &keys, err);
	document_keys_clear(&keys);
	return rc;
}
