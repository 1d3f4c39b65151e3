/*
 * Stations: invited by a one-time code, known from then on by a certificate
 * that names them as a station, until they are revoked.
 */
#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cleanup.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_sign.h"
#include "server/keeper/keeper.h"
#include "server/service/bench.h"
#include "server/service/digest.h"

CLEANUP_DEFINE(BIO, bio, BIO_free_all)
CLEANUP_DEFINE(EVP_PKEY, pkey, EVP_PKEY_free)
CLEANUP_DEFINE(X509, x509, X509_free)
CLEANUP_DEFINE(X509_REQ, x509_req, X509_REQ_free)

/* 20 characters of 32: 100 bits, not to be guessed and still typed by hand. */
#define CODE_CHARACTERS 20
#define CODE_GROUP 5

/* Crockford's: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void code_make(const struct rng *rng, char out[STATION_CODE_MAX + 1])
{
	uint8_t random[CODE_CHARACTERS];
	size_t at = 0;

	rng_fill(rng, random, sizeof(random));
	for (size_t i = 0; i < CODE_CHARACTERS; i++) {
		if (i > 0 && i % CODE_GROUP == 0)
			out[at++] = '-';
		out[at++] = alphabet[random[i] & 31];
	}
	out[at] = '\0';
	explicit_bzero(random, sizeof(random));
}

/* As it may be typed: small letters, O for 0, I and L for 1, no dashes. */
static void code_digest(const char *code, char out[STORE_SHA256])
{
	char plain[STATION_CODE_MAX + 1];
	size_t len = 0;

	for (; *code && len < STATION_CODE_MAX; code++) {
		char c = (char)toupper((unsigned char)*code);

		if (c == '-' || c == ' ')
			continue;
		if (c == 'O')
			c = '0';
		if (c == 'I' || c == 'L')
			c = '1';
		plain[len++] = c;
	}
	digest_sha256(plain, len, out);
	explicit_bzero(plain, sizeof(plain));
}

/* ---- inviting ---- */

static int take_name(char *out, size_t size, const char *name, struct err *err)
{
	if (!name || !*name)
		return err_set(err, ERR_INVALID, "the station needs a name");
	if (!str_is_utf8(name, strlen(name)))
		return err_set(err, ERR_INVALID, "the name is not UTF-8 text");
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, ERR_INVALID,
			    "the name holds a control character");
	if (str_copy(out, size, name) < 0)
		return err_set(err, ERR_LIMIT,
		    "the name is longer than %zu bytes", size - 1);
	return 0;
}

static int save_station(struct txn *txn, void *arg, struct err *err)
{
	return store_station_save(txn, arg, err);
}

int service_station_invite(struct service *service, const struct actor *actor,
    const char *name, int64_t valid_ms, struct station_row *out,
    char code[STATION_CODE_MAX + 1], struct err *err)
{
	struct station_row row = {.state = STATION_INVITED};
	int rc = take_name(row.name, sizeof(row.name), name, err);

	if (rc < 0)
		return rc;
	if (valid_ms < 0 || valid_ms > STATION_CODE_VALID_MAX_MS)
		return err_set(
		    err, ERR_INVALID, "a code is valid for at most 7 days");
	row.created_at = clock_now(service->clock);
	row.code_expires_at =
	    row.created_at + (valid_ms ? valid_ms : STATION_CODE_VALID_MS);
	uuid_make(row.created_at, service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), actor->org_id);
	(void)str_copy(row.created_by, sizeof(row.created_by), actor->name);
	code_make(service->rng, code);
	code_digest(code, row.code_sha256);
	rc = store_write(service->store, save_station, &row, err);
	if (rc < 0) {
		explicit_bzero(code, STATION_CODE_MAX + 1);
		return rc;
	}
	log_info(service->log, "station_invited", LOG_STATION, row.id, LOG_USER,
	    actor->name, NULL);
	*out = row;
	return 0;
}

/* ---- joining ---- */

struct join {
	int64_t now;
	char code_sha256[STORE_SHA256];
	struct station_row row;
	/* What the certificate makes of it, for the second look. */
	char certificate_sha256[STORE_SHA256];
	char public_key[512];
	int64_t not_after;
};

/* One sentence for all: a stranger learns nothing about codes. */
static int find_invited(struct txn *txn, void *arg, struct err *err)
{
	struct join *join = arg;
	int rc =
	    store_station_find_code(txn, join->code_sha256, &join->row, err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == -ERR_NOT_FOUND || join->row.state != STATION_INVITED ||
	    join->row.code_expires_at <= join->now)
		return err_set(err, ERR_DENIED,
		    "this code is unknown, used or expired; IT makes a new one "
		    "with `workphone station-code`");
	return 0;
}

static int admit(struct txn *txn, void *arg, struct err *err)
{
	struct join *join = arg;
	struct station_row *row = &join->row;
	int rc = find_invited(txn, join, err);

	if (rc < 0)
		return rc;
	row->state = STATION_ADMITTED;
	row->code_sha256[0] = '\0';
	row->joined_at = join->now;
	row->not_after = join->not_after;
	memcpy(row->certificate_sha256, join->certificate_sha256, STORE_SHA256);
	memcpy(row->public_key, join->public_key, sizeof(row->public_key));
	return store_station_save(txn, row, err);
}

static int csr_der(const char *pem, uint8_t **out, int *len, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new_mem_buf(pem, -1);
	CLEANUP(x509_req)
	X509_REQ *request =
	    bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;

	*len = request ? i2d_X509_REQ(request, out) : -1;
	return *len > 0 ? 0
	                : err_set(err, ERR_INVALID,
	                      "the certificate request cannot be read");
}

/* The text of a memory BIO into a fixed array. */
static int bio_take(BIO *bio, char *out, size_t size, struct err *err)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0 || (size_t)len >= size)
		return err_set(err, ERR_LIMIT, "a certificate is too long");
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	return 0;
}

static int certificate_pem(
    const uint8_t *der, size_t len, char *out, size_t size, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(x509) X509 *certificate = d2i_X509(NULL, &der, (long)len);

	if (!bio || !certificate || PEM_write_bio_X509(bio, certificate) != 1)
		return err_set(
		    err, ERR_CRYPTO, "a certificate cannot be written");
	return bio_take(bio, out, size, err);
}

static int note_certificate(
    struct join *join, const struct buf *certificate, struct err *err)
{
	CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(pkey) EVP_PKEY *key = NULL;
	int rc = station_key_of_certificate(
	    certificate->data, certificate->len, &key, err);

	if (rc < 0)
		return rc;
	if (!bio || PEM_write_bio_PUBKEY(bio, key) != 1)
		return err_memory(err);
	digest_sha256(
	    certificate->data, certificate->len, join->certificate_sha256);
	return bio_take(bio, join->public_key, sizeof(join->public_key), err);
}

static int issue(struct service *service, struct join *join, const char *csr,
    struct buf *certificate, struct err *err)
{
	uint8_t *der = NULL;
	int len = 0;
	int rc = csr_der(csr, &der, &len, err);

	if (rc == 0)
		rc = keeper_issue_station(service->keeper, der, (size_t)len,
		    join->row.id, join->now, STATION_CERTIFICATE_MS,
		    certificate, err);
	OPENSSL_free(der);
	join->not_after = join->now + STATION_CERTIFICATE_MS;
	return rc == 0 ? note_certificate(join, certificate, err) : rc;
}

static int fill_answer(struct service *service, const struct join *join,
    const struct buf *certificate, struct station_join_answer *out,
    struct err *err)
{
	int rc = certificate_pem(certificate->data, certificate->len,
	    out->certificate, sizeof(out->certificate), err);

	if (rc == 0)
		rc = certificate_pem(service->ca, service->ca_len, out->ca,
		    sizeof(out->ca), err);
	if (rc == 0 &&
	    str_copy(out->orders_key, sizeof(out->orders_key),
	        service->orders_key) < 0)
		rc = err_set(err, ERR_INTERNAL, "the orders key is too long");
	(void)str_copy(out->station_id, sizeof(out->station_id), join->row.id);
	(void)str_copy(out->name, sizeof(out->name), join->row.name);
	out->server_time_ms = join->now;
	return rc;
}

int service_station_join(struct service *service,
    const struct station_join_request *request, struct station_join_answer *out,
    struct err *err)
{
	struct join join = {.now = clock_now(service->clock)};
	struct buf certificate = {0};
	char short_sha[17];
	int rc;

	if (!service->orders_key)
		return err_set(err, ERR_UNSUPPORTED, "no stations here");
	code_digest(request->code, join.code_sha256);
	rc = store_read(service->store, find_invited, &join, err);
	if (rc == 0)
		rc = issue(service, &join, request->csr, &certificate, err);
	if (rc == 0)
		rc = fill_answer(service, &join, &certificate, out, err);
	if (rc == 0)
		rc = store_write(service->store, admit, &join, err);
	buf_clear(&certificate);
	if (rc < 0)
		return rc;
	(void)snprintf(
	    short_sha, sizeof(short_sha), "%.16s", join.certificate_sha256);
	log_info(service->log, "station_admitted", LOG_STATION, join.row.id,
	    LOG_CERTIFICATE, short_sha, NULL);
	return 0;
}

/* ---- who asks ---- */

struct lookup {
	const char *sha256;
	struct station_row row;
};

static int find_certificate(struct txn *txn, void *arg, struct err *err)
{
	struct lookup *lookup = arg;

	return store_station_find_certificate(
	    txn, lookup->sha256, &lookup->row, err);
}

int service_station_identify(struct service *service,
    const char *certificate_sha256, struct station_row *out, struct err *err)
{
	struct lookup lookup = {.sha256 = certificate_sha256};
	int rc = store_read(service->store, find_certificate, &lookup, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_DENIED, "this certificate is no bench station's");
	if (rc < 0)
		return rc;
	if (lookup.row.state != STATION_ADMITTED)
		return err_set(
		    err, ERR_DENIED, "this station has been revoked");
	if (lookup.row.not_after <= clock_now(service->clock))
		return err_set(err, ERR_DENIED,
		    "this station's certificate has expired; join it again");
	*out = lookup.row;
	return 0;
}

/* ---- listing and revoking ---- */

struct stations_walk {
	const char *org_id;
	store_station_fn *fn;
	void *arg;
};

static int stations_read(struct txn *txn, void *arg, struct err *err)
{
	struct stations_walk *walk = arg;

	return store_station_each(txn, walk->org_id, walk->fn, walk->arg, err);
}

int service_station_each(struct service *service, const struct actor *actor,
    store_station_fn *fn, void *arg, struct err *err)
{
	struct stations_walk walk = {actor->org_id, fn, arg};

	return store_read(service->store, stations_read, &walk, err);
}

struct revoke {
	struct service *service;
	const struct actor *actor;
	const char *text;
	int64_t now;
	struct station_row row;
	unsigned matches;
};

static int match(void *arg, const struct station_row *row)
{
	struct revoke *revoke = arg;
	bool is_id = strcmp(row->id, revoke->text) == 0;

	if (!is_id &&
	    (strcmp(row->name, revoke->text) != 0 ||
	        row->state == STATION_REVOKED))
		return 0;
	revoke->row = *row;
	revoke->matches = is_id ? 1 : revoke->matches + 1;
	return is_id;
}

static int revoke_one(struct txn *txn, void *arg, struct err *err)
{
	struct revoke *revoke = arg;
	struct station_row *row = &revoke->row;
	int rc;

	revoke->matches = 0;
	rc = store_station_each(txn, revoke->actor->org_id, match, revoke, err);
	if (rc < 0)
		return rc;
	if (revoke->matches == 0)
		return err_set(err, ERR_NOT_FOUND,
		    "no station has this id or name: %.100s", revoke->text);
	if (revoke->matches > 1)
		return err_set(err, ERR_CONFLICT,
		    "%u stations are named \"%.100s\"; name one by its id",
		    revoke->matches, revoke->text);
	if (row->state == STATION_REVOKED)
		return err_set(
		    err, ERR_CONFLICT, "this station was revoked before");
	row->state = STATION_REVOKED;
	row->code_sha256[0] = '\0';
	row->revoked_at = revoke->now;
	(void)str_copy(
	    row->revoked_by, sizeof(row->revoked_by), revoke->actor->name);
	return store_station_save(txn, row, err);
}

int service_station_revoke(struct service *service, const struct actor *actor,
    const char *text, struct station_row *out, struct err *err)
{
	struct revoke revoke = {.service = service,
	    .actor = actor,
	    .text = text,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, revoke_one, &revoke, err);

	if (rc < 0)
		return rc;
	log_warning(service->log, "station_revoked", LOG_STATION, revoke.row.id,
	    LOG_USER, actor->name, NULL);
	*out = revoke.row;
	return 0;
}
