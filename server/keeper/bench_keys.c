#include "server/keeper/bench_keys.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/keeper/certificate.h"
#include "server/keeper/document_keys.h"
#include "server/keeper/handles.h"
#include "server/keeper/keeper.h"
#include "server/keeper/key_file.h"
#include "server/keeper/pem_file.h"

#define SUPERVISION_RSA_BITS 2048
/* It cannot be changed on a phone without erasing it. */
#define SUPERVISION_VALID_MS (10 * 365 * TIME_DAY_MS)

int bench_keys_make(struct bench_keys *keys, const char *organisation,
    int64_t now_ms, struct err *err)
{
	struct certificate_plan plan = {
	    .use = CERTIFICATE_SUPERVISION,
	    .organisation = organisation,
	    .common_name = "Workphone supervision",
	    .not_before_ms = now_ms - TIME_HOUR_MS,
	    .not_after_ms = now_ms + SUPERVISION_VALID_MS,
	};

	keys->supervision_key = EVP_RSA_gen(SUPERVISION_RSA_BITS);
	keys->orders_key = EVP_EC_gen("P-256");
	if (!keys->supervision_key || !keys->orders_key)
		return err_set(err, ERR_CRYPTO, "keys cannot be made");
	plan.key = keys->supervision_key;
	plan.issuer_key = keys->supervision_key;
	return certificate_make(&plan, &keys->supervision, err);
}

void bench_keys_clear(struct bench_keys *keys)
{
	EVP_PKEY_free(keys->supervision_key);
	X509_free(keys->supervision);
	EVP_PKEY_free(keys->orders_key);
	*keys = (struct bench_keys){NULL, NULL, NULL};
}

static int folder_sync(int folder, struct err *err)
{
	if (fsync(folder) != 0)
		return err_set(
		    err, ERR_IO, "the key folder: %s", strerror(errno));
	return 0;
}

static int supervision_write(
    int folder, const struct bench_keys *keys, struct err *err)
{
	int rc = pem_key_write(
	    folder, KEEPER_SUPERVISION_KEY, keys->supervision_key, err);

	if (rc == 0)
		rc = folder_sync(folder, err);
	if (rc == 0)
		rc = pem_certificate_write(folder,
		    KEEPER_SUPERVISION_CERTIFICATE, keys->supervision, NULL,
		    err);
	return rc;
}

static int orders_write(
    int folder, const struct bench_keys *keys, struct err *err)
{
	int rc =
	    pem_key_write(folder, KEEPER_ORDERS_KEY, keys->orders_key, err);

	if (rc == 0)
		rc = folder_sync(folder, err);
	if (rc == 0)
		rc = pem_public_write(
		    folder, KEEPER_ORDERS_PUBLIC_KEY, keys->orders_key, err);
	return rc == 0 ? folder_sync(folder, err) : rc;
}

int bench_keys_write(int folder, const struct bench_keys *keys, struct err *err)
{
	int rc = supervision_write(folder, keys, err);

	return rc == 0 ? orders_write(folder, keys, err) : rc;
}

/* A private half whose public half never came was never used. */
static void half_remove(int folder, const char *key, const char *whole)
{
	if (!key_file_exists(folder, whole))
		(void)unlinkat(folder, key, 0);
}

static int bench_keys_upgrade(int folder, const char *organisation,
    int64_t now_ms, bool *made, struct err *err)
{
	struct bench_keys keys = {NULL, NULL, NULL};
	bool has_supervision =
	    key_file_exists(folder, KEEPER_SUPERVISION_CERTIFICATE);
	bool has_orders = key_file_exists(folder, KEEPER_ORDERS_PUBLIC_KEY);
	int rc;

	if (has_supervision && has_orders)
		return 0;
	*made = true;
	half_remove(
	    folder, KEEPER_SUPERVISION_KEY, KEEPER_SUPERVISION_CERTIFICATE);
	half_remove(folder, KEEPER_ORDERS_KEY, KEEPER_ORDERS_PUBLIC_KEY);
	rc = bench_keys_make(&keys, organisation, now_ms, err);
	if (rc == 0 && !has_supervision)
		rc = supervision_write(folder, &keys, err);
	if (rc == 0 && !has_orders)
		rc = orders_write(folder, &keys, err);
	bench_keys_clear(&keys);
	return rc;
}

static int folder_upgrade(int folder, const char *organisation, int64_t now_ms,
    bool *made, struct err *err)
{
	int rc;

	if (flock(folder, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_BUSY,
		    "another program is at work in the key folder");
	if (key_file_exists(folder, KEY_FILE_UNFINISHED) ||
	    !key_file_exists(folder, KEEPER_CA_CERTIFICATE))
		return err_set(
		    err, ERR_CONFLICT, "the key folder is not whole; run init");
	rc = bench_keys_upgrade(folder, organisation, now_ms, made, err);
	return rc == 0
	    ? document_keys_upgrade(folder, organisation, now_ms, made, err)
	    : rc;
}

int keeper_upgrade(const char *folder, const char *organisation, int64_t now_ms,
    bool *made, struct err *err)
{
	int fd = key_folder_open(folder, err);
	bool any = false;
	int rc;

	if (fd < 0)
		return fd;
	ERR_set_mark();
	rc = folder_upgrade(fd, organisation, now_ms, &any, err);
	ERR_pop_to_mark();
	(void)close(fd);
	if (rc == 0)
		*made = any;
	return rc;
}
