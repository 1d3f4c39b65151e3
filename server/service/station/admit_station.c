/*
 * Stations: invited by a one-time code, known from then on by a certificate
 * that names them as a station, until they are revoked.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/station/admit_station_certificate.h"

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

struct invitation {
	struct service *service;
	struct station_row *row;
};

static int station_note(struct txn *txn, struct service *service,
    const struct station_row *row, enum audit_action action, const char *by,
    const char *state, struct err *err)
{
	struct audit_note note = {
	    .action = action,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "station",
	    .subject_id = row->id,
	    .params = {{"name", row->name}},
	};

	if (action == AUDIT_STATION_MOVED)
		note.params[1] = (struct audit_param){"state", state};
	return audit_write(txn, service, &note, err);
}

static int save_station(struct txn *txn, void *arg, struct err *err)
{
	const struct invitation *invitation = arg;
	const struct station_row *row = invitation->row;
	int rc = store_station_save(txn, row, err);

	return rc < 0
	    ? rc
	    : station_note(txn, invitation->service, row, AUDIT_STATION_MOVED,
	          row->created_by, "invited", err);
}

int service_station_invite(struct service *service, const struct actor *actor,
    const char *name, int64_t valid_ms, struct station_row *out,
    char code[STATION_CODE_MAX + 1], struct err *err)
{
	struct station_row row = {.state = STATION_INVITED};
	struct invitation invitation = {service, &row};
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
	rc = store_write(service->store, save_station, &invitation, err);
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
	struct service *service;
	int64_t now;
	char code_sha256[STORE_SHA256];
	struct station_row row;
	struct station_certificate issued; /* for the second look */
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
	row->code_expires_at = 0;
	row->not_after = join->issued.not_after;
	memcpy(row->certificate_sha256, join->issued.sha256, STORE_SHA256);
	memcpy(
	    row->public_key, join->issued.public_key, sizeof(row->public_key));
	rc = store_station_save(txn, row, err);
	return rc < 0 ? rc
	              : station_note(txn, join->service, row,
	                    AUDIT_STATION_ADMITTED, row->created_by, NULL, err);
}

static void log_certificate(const struct service *service, const char *event,
    const struct station_row *row, const char *sha256)
{
	char short_sha[17];

	(void)snprintf(short_sha, sizeof(short_sha), "%.16s", sha256);
	log_info(service->log, event, LOG_STATION, row->id, LOG_CERTIFICATE,
	    short_sha, NULL);
}

int service_station_join(struct service *service,
    const struct station_join_request *request, struct station_join_answer *out,
    struct err *err)
{
	struct join join = {
	    .service = service, .now = clock_now(service->clock)};
	int rc;

	if (!service->orders_key)
		return err_set(err, ERR_UNSUPPORTED, "no stations here");
	code_digest(request->code, join.code_sha256);
	rc = store_read(service->store, find_invited, &join, err);
	if (rc == 0)
		rc = station_certificate_issue(service, join.row.id,
		    request->csr, join.now, &join.issued, err);
	if (rc == 0)
		rc = station_certificate_answer(
		    service, &join.row, &join.issued, join.now, out, err);
	if (rc == 0)
		rc = store_write(service->store, admit, &join, err);
	station_certificate_clear(&join.issued);
	if (rc == 0)
		log_certificate(
		    service, "station_admitted", &join.row, join.issued.sha256);
	return rc;
}

/* ---- a new certificate before the old one ends ---- */

/* Kept beside the old one, which is good until the new one is first shown: a
 * station that never got our answer is not locked out. */
static int keep_next(struct txn *txn, void *arg, struct err *err)
{
	struct join *join = arg;
	struct station_row row;
	int rc = store_station_load(txn, join->row.id, &row, err);

	if (rc < 0)
		return rc;
	if (row.state != STATION_ADMITTED)
		return err_set(
		    err, ERR_DENIED, "this station has been revoked");
	memcpy(row.code_sha256, join->issued.sha256, STORE_SHA256);
	row.code_expires_at = join->issued.not_after;
	return store_station_save(txn, &row, err);
}

int service_station_renew(struct service *service,
    const struct station_row *station,
    const struct station_renew_request *request,
    struct station_join_answer *out, struct err *err)
{
	struct join join = {.now = clock_now(service->clock), .row = *station};
	int rc;

	if (station->not_after - join.now > STATION_RENEW_MS)
		return err_set(err, ERR_CONFLICT,
		    "the certificate is good for longer than that");
	rc = station_certificate_issue(
	    service, station->id, request->csr, join.now, &join.issued, err);
	/* Its reports that wait are signed by the key we know. */
	if (rc == 0 && strcmp(join.issued.public_key, station->public_key) != 0)
		rc = err_set(err, ERR_DENIED,
		    "a certificate is renewed for the same key only");
	if (rc == 0)
		rc = station_certificate_answer(
		    service, station, &join.issued, join.now, out, err);
	if (rc == 0)
		rc = store_write(service->store, keep_next, &join, err);
	station_certificate_clear(&join.issued);
	if (rc == 0)
		log_certificate(
		    service, "station_renewed", station, join.issued.sha256);
	return rc;
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

/* The renewed one is shown for the first time: from now on it is the one. */
static int promote(struct txn *txn, void *arg, struct err *err)
{
	struct lookup *lookup = arg;
	struct station_row *row = &lookup->row;
	int rc = store_station_find_code(txn, lookup->sha256, row, err);

	if (rc < 0)
		return rc;
	if (row->state != STATION_ADMITTED)
		return err_set(err, ERR_NOT_FOUND, "no such certificate");
	memcpy(row->certificate_sha256, row->code_sha256, STORE_SHA256);
	row->not_after = row->code_expires_at;
	row->code_sha256[0] = '\0';
	row->code_expires_at = 0;
	return store_station_save(txn, row, err);
}

static int find_next(struct txn *txn, void *arg, struct err *err)
{
	struct lookup *lookup = arg;

	return store_station_find_code(txn, lookup->sha256, &lookup->row, err);
}

int service_station_identify(struct service *service,
    const char *certificate_sha256, struct station_row *out, struct err *err)
{
	struct lookup lookup = {.sha256 = certificate_sha256};
	int rc = store_read(service->store, find_certificate, &lookup, err);

	/* Strangers cost a look and no write. */
	if (rc == -ERR_NOT_FOUND)
		rc = store_read(service->store, find_next, &lookup, err);
	if (rc == 0 &&
	    strcmp(lookup.row.certificate_sha256, certificate_sha256) != 0)
		rc = store_write(service->store, promote, &lookup, err);
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
	rc = store_station_save(txn, row, err);
	return rc < 0
	    ? rc
	    : station_note(txn, revoke->service, row, AUDIT_STATION_MOVED,
	          row->revoked_by, "revoked", err);
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
