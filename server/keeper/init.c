#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/keeper/bench_keys.h"
#include "server/keeper/certificate.h"
#include "server/keeper/document_keys.h"
#include "server/keeper/handles.h"
#include "server/keeper/keeper.h"
#include "server/keeper/key_file.h"
#include "server/keeper/pem_file.h"

#define YEAR_MS (365 * TIME_DAY_MS)
#define CA_RSA_BITS 3072
#define CA_VALID_MS (10 * YEAR_MS)
#define SIGNING_RSA_BITS 2048
#define SIGNING_VALID_MS (5 * YEAR_MS)
/* Apple: "Requirements for trusted certificates in iOS 13": 825 days at most. */
#define TLS_VALID_MS (820 * TIME_DAY_MS)
#define SEALING_KEY_LEN 32
#define NAME_ROOM 400

struct init_keys {
	EVP_PKEY *ca_key;
	X509 *ca;
	EVP_PKEY *signing_key;
	X509 *signing;
	EVP_PKEY *tls_key;
	X509 *tls;
	uint8_t sealing[SEALING_KEY_LEN];
	struct bench_keys bench;
	struct document_keys documents;
};

static const char *const key_files[] = {
    KEEPER_CA_CERTIFICATE,
    KEEPER_CA_KEY,
    KEEPER_SIGNING_CERTIFICATE,
    KEEPER_SIGNING_KEY,
    KEEPER_TLS_CERTIFICATE,
    KEEPER_TLS_KEY,
    KEEPER_SEALING_KEY,
    KEEPER_SUPERVISION_KEY,
    KEEPER_SUPERVISION_CERTIFICATE,
    KEEPER_ORDERS_KEY,
    KEEPER_ORDERS_PUBLIC_KEY,
    KEEPER_DOCUMENTS_KEY,
    KEEPER_DOCUMENTS_CERTIFICATE,
};

#define KEY_FILE_COUNT (sizeof(key_files) / sizeof(key_files[0]))

static void keys_clear(struct init_keys *keys)
{
	EVP_PKEY_free(keys->ca_key);
	X509_free(keys->ca);
	EVP_PKEY_free(keys->signing_key);
	X509_free(keys->signing);
	EVP_PKEY_free(keys->tls_key);
	X509_free(keys->tls);
	bench_keys_clear(&keys->bench);
	document_keys_clear(&keys->documents);
	explicit_bzero(keys->sealing, sizeof(keys->sealing));
}

static int keys_generate(struct init_keys *keys, struct err *err)
{
	keys->ca_key = EVP_RSA_gen(CA_RSA_BITS);
	keys->signing_key = EVP_RSA_gen(SIGNING_RSA_BITS);
	keys->tls_key = EVP_EC_gen("P-256");
	if (!keys->ca_key || !keys->signing_key || !keys->tls_key ||
	    RAND_bytes(keys->sealing, SEALING_KEY_LEN) != 1)
		return err_set(err, ERR_CRYPTO, "keys cannot be made");
	return 0;
}

/* "<organisation> <what>", the organisation cut so that it fits. */
static void name_make(char *out, const char *organisation, const char *what)
{
	size_t room = CERTIFICATE_NAME_MAX - strlen(what) - 1;
	size_t len = strlen(organisation);

	if (len > room) {
		len = room;
		while (len > 0 &&
		    ((unsigned char)organisation[len] & 0xc0) == 0x80)
			len--;
	}
	(void)snprintf(out, NAME_ROOM, "%.*s %s", (int)len, organisation, what);
}

static int ca_make(struct init_keys *keys, const char *organisation,
    int64_t now_ms, struct err *err)
{
	char name[NAME_ROOM];
	struct certificate_plan plan = {
	    .use = CERTIFICATE_CA,
	    .organisation = organisation,
	    .common_name = name,
	    .key = keys->ca_key,
	    .issuer_key = keys->ca_key,
	    /* Before every leaf's own backdating. */
	    .not_before_ms = now_ms - TIME_HOUR_MS,
	    .not_after_ms = now_ms + CA_VALID_MS,
	};

	name_make(name, organisation, "Workphone CA");
	return certificate_make(&plan, &keys->ca, err);
}

/* The common name is what an iPhone shows as the profile's signer. */
static int signing_make(struct init_keys *keys, const char *organisation,
    int64_t now_ms, struct err *err)
{
	char name[NAME_ROOM];
	struct certificate_plan plan = {
	    .use = CERTIFICATE_PROFILE_SIGNING,
	    .organisation = organisation,
	    .common_name = name,
	    .key = keys->signing_key,
	    .issuer = keys->ca,
	    .issuer_key = keys->ca_key,
	    .not_before_ms = now_ms - CERTIFICATE_BACKDATE_MS,
	    .not_after_ms = now_ms + SIGNING_VALID_MS,
	};

	name_make(name, organisation, "Workphone");
	return certificate_make(&plan, &keys->signing, err);
}

static int tls_make(struct init_keys *keys, const char *organisation,
    const char *const *hosts, size_t host_count, int64_t now_ms,
    struct err *err)
{
	struct certificate_plan plan = {
	    .use = CERTIFICATE_TLS_SERVER,
	    .organisation = organisation,
	    .common_name = "Workphone server",
	    .key = keys->tls_key,
	    .issuer = keys->ca,
	    .issuer_key = keys->ca_key,
	    .not_before_ms = now_ms - CERTIFICATE_BACKDATE_MS,
	    .not_after_ms = now_ms + TLS_VALID_MS,
	    .hosts = hosts,
	    .host_count = host_count,
	};

	return certificate_make(&plan, &keys->tls, err);
}

static int keys_write(int folder, const struct init_keys *keys, struct err *err)
{
	int rc = pem_key_write(folder, KEEPER_CA_KEY, keys->ca_key, err);

	if (rc == 0)
		rc = pem_certificate_write(
		    folder, KEEPER_CA_CERTIFICATE, keys->ca, NULL, err);
	if (rc == 0)
		rc = pem_key_write(
		    folder, KEEPER_SIGNING_KEY, keys->signing_key, err);
	if (rc == 0)
		rc = pem_certificate_write(folder, KEEPER_SIGNING_CERTIFICATE,
		    keys->signing, NULL, err);
	if (rc == 0)
		rc = pem_key_write(folder, KEEPER_TLS_KEY, keys->tls_key, err);
	if (rc == 0)
		rc = pem_certificate_write(
		    folder, KEEPER_TLS_CERTIFICATE, keys->tls, keys->ca, err);
	if (rc == 0)
		rc = key_file_write(folder, KEEPER_SEALING_KEY, 0600,
		    keys->sealing, SEALING_KEY_LEN, err);
	if (rc == 0)
		rc = bench_keys_write(folder, &keys->bench, err);
	return rc == 0 ? document_keys_write(folder, &keys->documents, err)
	               : rc;
}

static int folder_sync(int folder, struct err *err)
{
	if (fsync(folder) != 0)
		return err_set(
		    err, ERR_IO, "the key folder: %s", strerror(errno));
	return 0;
}

static void files_remove(int folder)
{
	for (size_t i = 0; i < KEY_FILE_COUNT; i++)
		(void)unlinkat(folder, key_files[i], 0);
}

/*
 * A dozen files cannot appear at once, so a mark stands in the folder while they
 * are written: with the mark, the files have never been used and may go;
 * without it, they are whole.
 */
static int folder_claim(int folder, struct err *err)
{
	if (flock(folder, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_BUSY,
		    "another program is at work in the key folder");
	if (key_file_exists(folder, KEY_FILE_UNFINISHED)) {
		files_remove(folder);
		(void)unlinkat(folder, KEY_FILE_UNFINISHED, 0);
	}
	for (size_t i = 0; i < KEY_FILE_COUNT; i++) {
		if (key_file_exists(folder, key_files[i]))
			return err_set(err, ERR_CONFLICT,
			    "the key folder holds %s already; keys are never "
			    "overwritten",
			    key_files[i]);
	}
	if (fchmod(folder, 0700) != 0)
		return err_set(
		    err, ERR_IO, "the key folder: %s", strerror(errno));
	return key_file_write(folder, KEY_FILE_UNFINISHED, 0600, NULL, 0, err);
}

static int folder_fill(
    int folder, const struct init_keys *keys, struct err *err)
{
	int rc = folder_claim(folder, err);

	if (rc != 0)
		return rc;
	rc = folder_sync(folder, err);
	if (rc == 0)
		rc = keys_write(folder, keys, err);
	if (rc == 0)
		rc = folder_sync(folder, err);
	if (rc != 0)
		files_remove(folder);
	if (unlinkat(folder, KEY_FILE_UNFINISHED, 0) != 0 && rc == 0)
		rc =
		    err_set(err, ERR_IO, "the key folder: %s", strerror(errno));
	if (rc == 0)
		rc = folder_sync(folder, err);
	return rc;
}

static int keys_make(struct init_keys *keys, const char *organisation,
    const char *const *hosts, size_t host_count, int64_t now_ms,
    struct err *err)
{
	int rc = keys_generate(keys, err);

	if (rc == 0)
		rc = ca_make(keys, organisation, now_ms, err);
	if (rc == 0)
		rc = signing_make(keys, organisation, now_ms, err);
	if (rc == 0)
		rc = tls_make(
		    keys, organisation, hosts, host_count, now_ms, err);
	if (rc == 0)
		rc = bench_keys_make(&keys->bench, organisation, now_ms, err);
	if (rc == 0)
		rc = document_keys_make(&keys->documents, organisation,
		    keys->ca, keys->ca_key, now_ms, err);
	return rc;
}

int keeper_init(const char *folder, const char *organisation,
    const char *const *hosts, size_t host_count, int64_t now_ms,
    struct err *err)
{
	struct init_keys keys = {0};
	int fd = -1;
	int rc;

	if (!organisation[0] ||
	    !str_is_utf8(organisation, strlen(organisation)))
		return err_set(err, ERR_INVALID,
		    "the organisation's name must be UTF-8 and not empty");
	ERR_set_mark();
	rc = keys_make(&keys, organisation, hosts, host_count, now_ms, err);
	if (rc == 0 && mkdir(folder, 0700) != 0 && errno != EEXIST)
		rc = err_set(err, ERR_IO, "key folder %.200s: %s", folder,
		    strerror(errno));
	if (rc == 0) {
		fd = key_folder_open(folder, err);
		rc = fd < 0 ? fd : folder_fill(fd, &keys, err);
	}
	if (fd >= 0)
		(void)close(fd);
	keys_clear(&keys);
	ERR_pop_to_mark();
	return rc;
}
