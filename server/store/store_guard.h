/*
 * store_guard: approvals, the count of what was let through, legal holds. The
 * rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_GUARD_H
#define SERVER_STORE_STORE_GUARD_H

#include "server/lifecycle/approval.h"
#include "server/store/store.h"

/* ---- approval ---- */

#define STORE_ACTOR_KEY (STORE_ID + 16) /* "token:<id>", "local" */

struct approval_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum approval_what what;
	enum approval_state state;
	char params_sha256[STORE_SHA256]; /* what, and the things in order */
	int64_t things;
	int64_t things_used;
	char case_id[STORE_ID];
	char reason[512];
	char asked_by[LIMIT_NAME + 1];
	char asked_key[STORE_ACTOR_KEY];
	char asked_person_id[STORE_ID]; /* whose account that is; "" */
	int64_t asked_at;
	int64_t expires_at;
	char decided_by[LIMIT_NAME + 1];
	char decided_key[STORE_ACTOR_KEY];
	char decided_person_id[STORE_ID]; /* the same of who decided */
	int64_t decided_at;
	char note[512];
	int64_t closed_at;
	/* Names of those whose doing it is that a case asks: who ended the
	 * employment, who opened the departure. One a line. */
	char caused_by[1024];
};
int store_approval_save(
    struct txn *txn, const struct approval_row *row, struct err *err);
int store_approval_load(struct txn *txn, const char *org_id, const char *id,
    struct approval_row *out, struct err *err);
/* Open, of this kind and asker, with the same things. */
int store_approval_find_same(struct txn *txn, const struct approval_row *like,
    struct approval_row *out, struct err *err);
/* Not decided, of this kind and asker; the newest. */
int store_approval_find_asked(struct txn *txn, const char *org_id,
    enum approval_what what, const char *asked_key, struct approval_row *out,
    struct err *err);
typedef int store_approval_fn(void *arg, const struct approval_row *row);
int store_approval_each(struct txn *txn, const char *org_id, bool only_open,
    const char *after_id, int limit, store_approval_fn *fn, void *arg,
    struct err *err);
/* Open ones, of all organisations, whose time is over. */
int store_approval_each_due(struct txn *txn, int64_t now, int limit,
    store_approval_fn *fn, void *arg, struct err *err);
/* Open ones that name a thing that was not done yet. Newest first. */
int store_approval_each_thing(struct txn *txn, const char *org_id,
    const char *thing_id, store_approval_fn *fn, void *arg, struct err *err);

struct approval_thing_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char approval_id[STORE_ID];
	char thing_id[STORE_ID];
	int64_t used_at;
	char used_by[LIMIT_NAME + 1];
};
/* What may change: used_*. -ERR_CONFLICT: the request names it already. */
int store_approval_thing_save(
    struct txn *txn, const struct approval_thing_row *row, struct err *err);
int store_approval_thing_find(struct txn *txn, const char *org_id,
    const char *approval_id, const char *thing_id,
    struct approval_thing_row *out, struct err *err);
typedef int store_approval_thing_fn(
    void *arg, const struct approval_thing_row *row);
/* In the order of thing_id. */
int store_approval_thing_each(struct txn *txn, const char *org_id,
    const char *approval_id, store_approval_thing_fn *fn, void *arg,
    struct err *err);

/* ---- guard order: one that was let through ---- */

enum guard_budget {
	GUARD_BUDGET_HAND = 0,
	GUARD_BUDGET_DEPARTURES = 1,
	GUARD_BUDGET_COUNT
};

struct guard_order_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum guard_budget budget;
	int64_t kind;  /* enum guard_kind */
	int64_t cause; /* enum guard_cause */
	char device_id[STORE_ID];
	char case_id[STORE_ID];
	char approval_id[STORE_ID];
	char ordered_by[LIMIT_NAME + 1];
	char ordered_key[STORE_ACTOR_KEY];
	char ordered_person_id[STORE_ID]; /* whose account that is; "" */
	int64_t at;
};
int store_guard_order_insert(
    struct txn *txn, const struct guard_order_row *row, struct err *err);
/* Those after `since`; approved_too: with those a second person let through. */
struct guard_window {
	const char *org_id;
	enum guard_budget budget;
	int64_t since;
	const char *ordered_key; /* NULL: of everybody */
	/* And of all accounts of theirs; NULL, "": of that one. */
	const char *ordered_person_id;
	bool approved_too;
};
int store_guard_order_count(struct txn *txn, const struct guard_window *window,
    unsigned *count, int64_t *oldest_at, struct err *err);
/* Phones that are enrolled now. */
int store_enrolled_count(
    struct txn *txn, const char *org_id, unsigned *out, struct err *err);

/* ---- the time that was believed last (clock_watch.h) ---- */

struct clock_row {
	int64_t seen_at;
	bool is_doubted; /* the clock said another one */
};
int store_clock_save(
    struct txn *txn, const struct clock_row *row, struct err *err);
/* -ERR_NOT_FOUND: none yet. */
int store_clock_load(struct txn *txn, struct clock_row *out, struct err *err);

/* ---- legal hold ---- */

enum legal_hold_kind {
	LEGAL_HOLD_PERSON = 0,
	LEGAL_HOLD_PHONE = 1,
	LEGAL_HOLD_KIND_COUNT
};

struct legal_hold_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum legal_hold_kind kind;
	char subject_id[STORE_ID];
	char reference[256];
	char set_by[LIMIT_NAME + 1];
	int64_t set_at;
	char lifted_by[LIMIT_NAME + 1];
	int64_t lifted_at;
	char lift_reason[512];
};
/* What may change: lifted_*, lift_reason. */
int store_legal_hold_save(
    struct txn *txn, const struct legal_hold_row *row, struct err *err);
int store_legal_hold_load(struct txn *txn, const char *org_id, const char *id,
    struct legal_hold_row *out, struct err *err);
/* In force, on this very person or phone; the oldest. */
int store_legal_hold_find(struct txn *txn, const char *org_id,
    const char *subject_id, struct legal_hold_row *out, struct err *err);
typedef int store_legal_hold_fn(void *arg, const struct legal_hold_row *row);
int store_legal_hold_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_legal_hold_fn *fn, void *arg,
    struct err *err);
/* In force, on this very person or phone. */
int store_legal_hold_each_subject(struct txn *txn, const char *org_id,
    const char *subject_id, store_legal_hold_fn *fn, void *arg,
    struct err *err);
/* On somebody who held the phone and whose data nothing has proven gone. */
int store_legal_hold_find_former(struct txn *txn, const char *org_id,
    const char *device_id, struct legal_hold_row *out, struct err *err);

#endif
