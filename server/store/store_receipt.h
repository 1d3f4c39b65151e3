/*
 * store_receipt: hand-outs and receipts. The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_RECEIPT_H
#define SERVER_STORE_STORE_RECEIPT_H

#include "server/store/store_people.h"

struct buf;

/* ---- hand-out ---- */

/* Stored as numbers: never renumber. */
enum handout_state {
	HANDOUT_OFFERED = 0, /* the person is asked to accept it */
	HANDOUT_ACCEPTED = 1,
	HANDOUT_REFUSED = 2,   /* "I did not get this" */
	HANDOUT_WITHDRAWN = 3, /* by who made it */
	HANDOUT_STATE_COUNT
};

struct handout_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID];
	enum handout_state state;
	char task_id[STORE_ID];
	char receipt_id[STORE_ID]; /* "" until accepted */
	char note[512];            /* condition, told by who hands it out */
	int64_t made_at;
	char made_by[LIMIT_NAME + 1];
	int64_t closed_at;
	char closed_by[LIMIT_NAME + 1];
	char answer[512]; /* what the person said, why it was withdrawn */
};

/* What may change: state, task_id, receipt_id, closed_*, answer. */
int store_handout_save(
    struct txn *txn, const struct handout_row *row, struct err *err);
int store_handout_load(struct txn *txn, const char *org_id, const char *id,
    struct handout_row *out, struct err *err);
int store_handout_find_task(struct txn *txn, const char *org_id,
    const char *task_id, struct handout_row *out, struct err *err);
typedef int store_handout_fn(void *arg, const struct handout_row *row);
int store_handout_each(struct txn *txn, const char *org_id, bool only_open,
    const char *after_id, int limit, store_handout_fn *fn, void *arg,
    struct err *err);
int store_handout_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_handout_fn *fn, void *arg, struct err *err);

/* The newest of this phone to this person, accepted or not; -ERR_NOT_FOUND. */
int store_handout_find_phone(struct txn *txn, const char *org_id,
    const char *device_id, const char *person_id, struct handout_row *out,
    struct err *err);

enum handout_thing_kind {
	HANDOUT_PHONE = 0,
	HANDOUT_SUBSCRIPTION = 1,
	HANDOUT_ACCESSORY = 2,
	HANDOUT_THING_KIND_COUNT
};

struct handout_thing_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char handout_id[STORE_ID];
	enum handout_thing_kind kind;
	char thing_id[STORE_ID];      /* device, subscription, accessory; "" */
	char assignment_id[STORE_ID]; /* the one it opened or confirms; "" */
	char name[LIMIT_NAME + 1];    /* of an accessory in words; "" */
};

int store_handout_thing_save(
    struct txn *txn, const struct handout_thing_row *row, struct err *err);
typedef int store_handout_thing_fn(
    void *arg, const struct handout_thing_row *row);
int store_handout_thing_each(struct txn *txn, const char *org_id,
    const char *handout_id, store_handout_thing_fn *fn, void *arg,
    struct err *err);

/* ---- receipt ---- */

#define STORE_RECEIPT_BODY_MAX 65536

struct receipt_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	int64_t kind;    /* enum receipt_kind */
	int64_t year;    /* with running: "2026-17" */
	int64_t running; /* within organisation and year, from 1 */
	char language[STORE_LANGUAGE];
	char person_id[STORE_ID];
	char device_id[STORE_ID]; /* "" where it is about several */
	char case_id[STORE_ID];
	char handout_id[STORE_ID];
	char body_sha256[STORE_SHA256];
	int64_t issued_at;
	char issued_by[LIMIT_NAME + 1];
	int64_t signed_at; /* PDF and twin are there; 0: not yet */
	int64_t voided_at; /* the case was found to be otherwise */
	char void_reason[512];
	int64_t purged_at; /* body and files are gone */
};

/* body: the JSON. -ERR_CONFLICT: the number, or a valid one of this kind and
 * case, is there. */
int store_receipt_insert(struct txn *txn, const struct receipt_row *row,
    const char *body, struct err *err);
int store_receipt_load(struct txn *txn, const char *org_id, const char *id,
    struct receipt_row *out, struct err *err);
/* Appends the JSON; nothing when it is purged. */
int store_receipt_body(struct txn *txn, const char *org_id, const char *id,
    struct buf *out, struct err *err);
/* The next free number of the year; in the writing transaction. */
int store_receipt_next(struct txn *txn, const char *org_id, int64_t year,
    int64_t *running, struct err *err);
/* The valid one of this kind and case; -ERR_NOT_FOUND. */
int store_receipt_find_case(struct txn *txn, const char *org_id,
    const char *case_id, int64_t kind, struct receipt_row *out,
    struct err *err);
int store_receipt_find_number(struct txn *txn, const char *org_id, int64_t year,
    int64_t running, struct receipt_row *out, struct err *err);

typedef int store_receipt_fn(void *arg, const struct receipt_row *row);
struct receipt_filter {
	const char *person_id; /* NULL, like all below: any */
	const char *device_id;
	const char *case_id;
	const char *after_id;
	int limit; /* 0: all */
};
int store_receipt_each(struct txn *txn, const char *org_id,
    const struct receipt_filter *filter, store_receipt_fn *fn, void *arg,
    struct err *err);
/* Of all organisations: those whose files are still to be made. */
int store_receipt_each_unsigned(struct txn *txn, int limit,
    store_receipt_fn *fn, void *arg, struct err *err);

/* Files of a receipt, and signed_at; a second time changes nothing. */
int store_receipt_sign(struct txn *txn, const struct receipt_row *row,
    const struct buf *pdf, const struct buf *twin, int64_t at, struct err *err);
enum receipt_file { RECEIPT_FILE_PDF, RECEIPT_FILE_TWIN };
/* Appends; -ERR_NOT_FOUND: not made yet, or purged. */
int store_receipt_file(struct txn *txn, const char *org_id, const char *id,
    enum receipt_file file, struct buf *out, struct err *err);
int store_receipt_void(struct txn *txn, const char *org_id, const char *id,
    const char *reason, int64_t at, struct err *err);
/* Empties body and files of all of a person's; number and hash stay. */
int store_receipt_purge_person(struct txn *txn, const char *org_id,
    const char *person_id, int64_t at, int64_t *purged, struct err *err);

#endif
