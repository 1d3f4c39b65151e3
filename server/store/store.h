/*
 * store: everything the server remembers, in domain words. Two kinds of work:
 * store_read() runs on the calling thread over a snapshot; store_write() runs
 * the unit on the one writer thread, inside a savepoint of a group commit, and
 * returns when it is on disk (DESIGN invariant 6). A unit may be run more than
 * once, so it must start from its own arguments and have no effect outside.
 * A write unit may not start another (-ERR_INTERNAL). A process that forks does
 * so before it opens the store.
 *
 * Rows are plain structs; text fields hold NUL-terminated UTF-8, "" for none;
 * times are Unix milliseconds, 0 for none; ids are UUIDs made by the caller.
 * All functions that take a struct txn return 0 or a negative code;
 * -ERR_NOT_FOUND where a single row was asked for and is not there.
 */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "proto/base/log.h"
#include "proto/base/uuid.h"
#include "server/lifecycle/command.h"
#include "server/lifecycle/life.h"
#include "server/lifecycle/phone.h"
#include "server/lifecycle/wipe.h"

struct err;
struct store;
struct txn;

struct store_config {
	const char *path;   /* database file; its folder must exist */
	unsigned readers;   /* read connections kept, e.g. 4 */
	unsigned queue_max; /* write units waiting; beyond it -ERR_BUSY */
	const struct log *log;
	const struct clock *clock;
};

/* Opens, refuses a database of a newer schema; -ERR_CONFLICT "run migrate". */
int store_open(
    const struct store_config *config, struct store **out, struct err *err);
/* Writes out what waits, checkpoints, closes. */
void store_close(struct store *store);

/* Creates or brings up to date; *from and *to are schema numbers. */
int store_migrate(const char *path, int *from, int *to, struct err *err);

typedef int store_fn(struct txn *txn, void *arg, struct err *err);

/* -ERR_FULL: disk full; -ERR_BUSY: queue full. Nothing was written then. */
int store_write(struct store *store, store_fn *fn, void *arg, struct err *err);
/*
 * The same for a unit that is proven to bear being run twice, also when its
 * first run came to a good end: it does without the savepoint, and when one of
 * its neighbours is refused it is undone and run anew.
 */
int store_write_repeatable(
    struct store *store, store_fn *fn, void *arg, struct err *err);
int store_read(struct store *store, store_fn *fn, void *arg, struct err *err);
/*
 * First thing in a unit that writes thousands of rows: room to keep them in
 * memory until the commit. Without it each page that finds no room goes to disk
 * and back, as often as it is touched again.
 */
void store_txn_is_large(struct txn *txn);

/* For metrics. */
struct store_stats {
	uint64_t units;   /* write units committed */
	uint64_t commits; /* group commits: fsyncs */
	uint64_t failed;  /* units rolled back */
	uint64_t reads;
	unsigned waiting;   /* units in the queue now */
	uint64_t commit_us; /* sum of commit times */
	int64_t wal_bytes;
};
void store_stats(const struct store *store, struct store_stats *out);

#define STORE_ID UUID_TEXT_MAX
#define STORE_SHA256 65 /* lower-case hex and NUL */

/* ---- organisation ---- */

struct organisation {
	char id[STORE_ID];
	char name[LIMIT_NAME + 1];
	char topic[LIMIT_TOPIC + 1]; /* APNs topic of its push certificate */
	char slug[64];      /* short name in configuration and commands; "" */
	char pack[128];     /* its policy pack as loaded last; "": none */
	char language[8];   /* "sv": of its people, unless they say another */
	char country[4];    /* "SE": whose holidays */
	char time_zone[64]; /* "Europe/Stockholm" */
	int64_t created_at;
};

int store_organisation_save(
    struct txn *txn, const struct organisation *row, struct err *err);
/* -ERR_NOT_FOUND; the slug "" finds nothing. */
int store_organisation_find_slug(struct txn *txn, const char *slug,
    struct organisation *out, struct err *err);
typedef int store_organisation_fn(void *arg, const struct organisation *row);
/* All, by id. A non-zero answer of fn ends the walk and is returned. */
int store_organisation_each(
    struct txn *txn, store_organisation_fn *fn, void *arg, struct err *err);
/* By id; NULL id: the only one, -ERR_CONFLICT when there are several. */
int store_organisation_load(
    struct txn *txn, const char *id, struct organisation *out, struct err *err);

/* ---- enrolment link: one URL, one profile, one certificate, one life ---- */

struct link {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person[LIMIT_NAME + 1];
	char person_id[STORE_ID];      /* of the ledger; "" in old links */
	char serial[LIMIT_SERIAL + 1]; /* only this phone may use it */
	char token_sha256[STORE_SHA256];
	char
	    challenge_sha256[STORE_SHA256]; /* "" until the profile was given */
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t expires_at;
	int64_t profile_at;     /* profile handed out */
	int64_t certificate_at; /* challenge used up */
	int64_t enrolled_at;    /* Authenticate came */
};

/*
 * Save inserts or replaces the whole row, here and below. A row does not move:
 * a device with another organisation, a life with another device, is refused
 * with -ERR_CONFLICT.
 */
int store_link_save(struct txn *txn, const struct link *row, struct err *err);
int store_link_load(
    struct txn *txn, const char *id, struct link *out, struct err *err);
int store_link_find_token(struct txn *txn, const char *token_sha256,
    struct link *out, struct err *err);
int store_link_find_challenge(struct txn *txn, const char *challenge_sha256,
    struct link *out, struct err *err);
typedef int store_link_fn(void *arg, const struct link *row);
/* Newest first; a non-zero answer of fn ends the walk and is returned. */
int store_link_each(struct txn *txn, const char *org_id, store_link_fn *fn,
    void *arg, struct err *err);

/* ---- certificates we issued ---- */

enum certificate_state {
	CERTIFICATE_ISSUED = 0,  /* by SCEP; no Authenticate yet */
	CERTIFICATE_CURRENT = 1, /* the one its life is known by */
	CERTIFICATE_RENEWAL = 2, /* issued for the life, not yet shown */
	CERTIFICATE_DEAD = 3,    /* replaced, or its life ended */
};

struct certificate {
	char sha256[STORE_SHA256]; /* of the DER */
	char org_id[STORE_ID];
	char link_id[STORE_ID];
	char life_id[STORE_ID]; /* "" until Authenticate */
	enum certificate_state state;
	int64_t issued_at;
	int64_t not_after;
};

int store_certificate_save(
    struct txn *txn, const struct certificate *row, struct err *err);
int store_certificate_load(struct txn *txn, const char *sha256,
    struct certificate *out, struct err *err);
/*
 * Every certificate of the life but this one becomes dead; NULL: all. Before
 * another is saved as current: there is never more than one.
 */
int store_certificate_retire(struct txn *txn, const char *life_id,
    const char *except_sha256, struct err *err);

/* ---- device: the record of one phone ---- */

struct device {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char udid[LIMIT_UDID + 1]; /* or EnrollmentID; "": it never enrolled */
	char serial[LIMIT_SERIAL + 1];
	char name[LIMIT_NAME + 1];
	char person[LIMIT_NAME + 1];
	char model[LIMIT_NAME + 1];
	char product_name[LIMIT_NAME + 1]; /* iPhone14,5 */
	char os_version[LIMIT_NAME + 1];
	char build_version[LIMIT_NAME + 1];
	char imei[LIMIT_SERIAL + 1]; /* digits only */
	char life_id[STORE_ID];      /* the newest life, "" before the first */
	char person_id[STORE_ID];    /* whose it is in the ledger now, "" */
	bool is_private;             /* the person's own: invariants 1 and 9 */
	enum phone_kind kind;
	enum phone_state state; /* changed by phone_step() alone */
	int64_t state_at;
	char replaced_by[STORE_ID]; /* another device, at a repair; "" */
	int64_t created_at;
};

/* state and state_at are taken when the row is new, and left as they are when
 * it is there: store_phone.h. */
int store_device_save(
    struct txn *txn, const struct device *row, struct err *err);
int store_device_load(
    struct txn *txn, const char *id, struct device *out, struct err *err);
int store_device_find_udid(struct txn *txn, const char *org_id,
    const char *udid, struct device *out, struct err *err);
typedef int store_device_fn(void *arg, const struct device *row);
/* All whose id, UDID, serial or IMEI equals text or whose person or name holds
 * it (without case, ASCII); NULL text: all. By serial. */
int store_device_each(struct txn *txn, const char *org_id, const char *text,
    store_device_fn *fn, void *arg, struct err *err);

/* ---- life: one enrolment ---- */

struct life {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	char link_id[STORE_ID];
	enum life_state state;
	char topic[LIMIT_TOPIC + 1];
	char push_magic[LIMIT_PUSH_MAGIC + 1];
	uint8_t push_token[LIMIT_PUSH_TOKEN];
	size_t push_token_len;
	bool awaiting_configuration;
	int64_t started_at;
	int64_t enrolled_at; /* first TokenUpdate */
	int64_t ended_at;
	int64_t last_seen_at; /* as last flushed; newer in memory */
};

int store_life_save(struct txn *txn, const struct life *row, struct err *err);
int store_life_load(
    struct txn *txn, const char *id, struct life *out, struct err *err);
int store_life_load_state(
    struct txn *txn, const char *id, enum life_state *out, struct err *err);

/* Who a certificate stands for, in one look-up: the path of every request. */
struct identity {
	enum certificate_state certificate_state;
	char org_id[STORE_ID];
	char link_id[STORE_ID];
	char life_id[STORE_ID];   /* "" before Authenticate */
	char device_id[STORE_ID]; /* "" before Authenticate */
	char udid[LIMIT_UDID + 1];
	enum life_state life_state;
};
int store_identity_find(struct txn *txn, const char *certificate_sha256,
    struct identity *out, struct err *err);

/*
 * Grows whenever certificates are retired or a life ends. An identity found
 * CURRENT and ENROLLED after this was asked for holds for as long as it stays
 * the same: nothing else ends one. (An engine that other servers write to as
 * well must give another number each time.)
 */
uint64_t store_retirements(const struct store *store);

/* Sealed secrets of a life; the newest of a kind replaces the older. */
int store_secret_save(struct txn *txn, const char *life_id, const char *kind,
    const uint8_t *sealed, size_t sealed_len, int64_t at, struct err *err);
/* *out is the caller's to free(). kind: "unlock_token", "bootstrap_token". */
int store_secret_load(struct txn *txn, const char *life_id, const char *kind,
    uint8_t **out, size_t *out_len, struct err *err);
int store_secret_delete(
    struct txn *txn, const char *life_id, const char *kind, struct err *err);

struct last_seen {
	char life_id[STORE_ID];
	int64_t at;
};
/* Moves last_seen_at forward, never back. */
int store_last_seen_save(struct txn *txn, const struct last_seen *rows,
    size_t count, struct err *err);

/* ---- command ---- */

struct command {
	char id[STORE_ID]; /* the CommandUUID */
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	char life_id[STORE_ID];
	char request_type[64];
	char purpose[128]; /* "policy:vastervik", "query:SecurityInfo", "erase";
			      what a newer command of its kind supersedes */
	enum command_state state;
	int priority;
	char ordered_by[LIMIT_NAME + 1];
	char reason[512]; /* why it was ordered */
	char result[512]; /* what the phone said, in one sentence */
	int64_t created_at;
	int64_t not_before; /* 0: at once */
	int64_t expires_at; /* 0: never */
	int64_t sent_at;    /* last time it was handed out */
	int64_t not_now_at; /* last NotNow */
	int64_t closed_at;
	int sent_count;
	int not_now_count;
};

/* Puts it at the end of the queue of its life; payload: the plist bytes. */
int store_command_insert(struct txn *txn, const struct command *row,
    const uint8_t *payload, size_t payload_len, struct err *err);
/*
 * What became of it: state, result, not_before, the times and counts from
 * sent_at on. What it is, whose and why it was ordered never changes.
 */
int store_command_update(
    struct txn *txn, const struct command *row, struct err *err);
int store_command_load(
    struct txn *txn, const char *id, struct command *out, struct err *err);

/*
 * The next command of a life at now: open, not before its time, not expired;
 * highest priority, then oldest. skip_not_now: leave out those that said
 * NotNow. Costs the same however long the history is (partial index).
 * *payload is the caller's to free(). -ERR_NOT_FOUND: nothing to do.
 */
int store_command_next(struct txn *txn, const char *life_id, int64_t now,
    bool skip_not_now, struct command *out, uint8_t **payload,
    size_t *payload_len, struct err *err);
/* Is there one, those that said NotNow included? For the path of idle phones.
 */
int store_command_waits(struct txn *txn, const char *life_id, int64_t now,
    bool *out, struct err *err);

typedef int store_command_fn(void *arg, const struct command *row);
struct command_filter {
	const char *org_id;    /* required */
	const char *device_id; /* NULL: any */
	const char *life_id;   /* NULL: any */
	const char *purpose;   /* NULL: any */
	bool only_open;
	int limit; /* 0: no limit */
};
/* Newest first. */
int store_command_each(struct txn *txn, const struct command_filter *filter,
    store_command_fn *fn, void *arg, struct err *err);
/* Open ones whose expires_at has passed. */
int store_command_each_expired(struct txn *txn, int64_t now, int limit,
    store_command_fn *fn, void *arg, struct err *err);

/* Raw answers, kept as they came. command_id "" for an unknown one. */
int store_answer_insert(struct txn *txn, const char *life_id,
    const char *command_id, const char *status, int64_t at, const uint8_t *body,
    size_t body_len, struct err *err);
typedef int store_answer_fn(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len);
int store_answer_each(struct txn *txn, const char *command_id,
    store_answer_fn *fn, void *arg, struct err *err);

/* ---- facts: the newest document of a kind about a life ---- */

struct facts_row {
	char kind[64]; /* "SecurityInfo", "DeviceInformation", "ProfileList" */
	char source[64]; /* "mdm" */
	int64_t observed_at;
	char *json; /* owned */
	size_t json_len;
};
/* An older observation than the stored one is ignored. */
int store_facts_save(struct txn *txn, const char *life_id, const char *kind,
    const char *source, int64_t observed_at, const char *json, size_t json_len,
    struct err *err);
int store_facts_load(struct txn *txn, const char *life_id, const char *kind,
    struct facts_row *out, struct err *err);
void store_facts_clear(struct facts_row *row);
/* Every kind of a life; json is borrowed until fn returns. */
typedef int store_facts_fn(void *arg, const struct facts_row *row);
int store_facts_each(struct txn *txn, const char *life_id, store_facts_fn *fn,
    void *arg, struct err *err);

/* ---- policy applied to an organisation ---- */

struct policy_row {
	char org_id[STORE_ID];
	char pack[128];
	char pack_hash[STORE_SHA256];
	char profile_identifier[LIMIT_NAME + 1];
	char profile_uuid[STORE_ID];
	int64_t applied_at;
	char applied_by[LIMIT_NAME + 1];
};
int store_policy_save(
    struct txn *txn, const struct policy_row *row, struct err *err);
/* The newest; -ERR_NOT_FOUND before the first. */
int store_policy_load(struct txn *txn, const char *org_id,
    struct policy_row *out, struct err *err);

/* ---- wipe: one ordered erase and its ladder ---- */

struct wipe {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char device_id[STORE_ID];
	char life_id[STORE_ID];
	char command_id[STORE_ID];
	enum wipe_state state;
	char ordered_by[LIMIT_NAME + 1];
	char reason[512];
	char warning[512]; /* e.g. "heard from again 3 minutes after …" */
	int64_t ordered_at;
	int64_t acknowledged_at;
	int64_t silent_at;
	int64_t proven_at;
	int64_t closed_at;
	int64_t caught_at; /* seen at a bench, not erased, after it said so */
	char case_id[STORE_ID]; /* the return case it is of; "" */
};

/* -ERR_CONFLICT when the life has one that is open or proven (invariant 1). */
int store_wipe_insert(struct txn *txn, const struct wipe *row, struct err *err);
int store_wipe_update(struct txn *txn, const struct wipe *row, struct err *err);
int store_wipe_find_command(
    struct txn *txn, const char *command_id, struct wipe *out, struct err *err);
/* Newest of the device. */
int store_wipe_find_device(
    struct txn *txn, const char *device_id, struct wipe *out, struct err *err);
int store_wipe_find_open(
    struct txn *txn, const char *life_id, struct wipe *out, struct err *err);
/* Open or proven: what store_wipe_insert() calls a conflict. */
int store_wipe_find_standing(
    struct txn *txn, const char *life_id, struct wipe *out, struct err *err);
typedef int store_wipe_fn(void *arg, const struct wipe *row);
/*
 * Those to be watched: acknowledged or silent, and the life not ended. In id
 * order, after after_id ("": from the start).
 */
int store_wipe_each_watched(struct txn *txn, const char *after_id,
    store_wipe_fn *fn, void *arg, struct err *err);

/* ---- counts for metrics and the dashboard line ---- */

struct store_counts {
	uint64_t devices;
	uint64_t lives_enrolled;
	uint64_t commands_open;
	uint64_t wipes_open;
};
int store_counts(struct txn *txn, struct store_counts *out, struct err *err);
/* Of one organisation. */
int store_counts_of(struct txn *txn, const char *org_id,
    struct store_counts *out, struct err *err);

/* Lives that are enrolled, in id order, after after_id; for periodic work. */
typedef int store_life_fn(void *arg, const struct life *row);
int store_life_each_enrolled(struct txn *txn, const char *after_id, int limit,
    store_life_fn *fn, void *arg, struct err *err);

#endif
