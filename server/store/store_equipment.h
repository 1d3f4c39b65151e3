/*
 * store_equipment: the ledger's subscriptions, who had which phone and which
 * subscription from when to when. The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_EQUIPMENT_H
#define SERVER_STORE_STORE_EQUIPMENT_H

#include "server/store/store_people.h"

/* ---- subscription: the contract of one SIM ---- */

/* Bits. */
#define SUBSCRIPTION_TWIN 1 /* a watch or second SIM of another number */
#define SUBSCRIPTION_DATA 2 /* data only: a tablet or router */
#define SUBSCRIPTION_M2M 4  /* in a machine: lift, alarm */

struct subscription_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char number[STORE_NUMBER]; /* E.164; "" */
	char iccid[24];            /* 18 to 20 digits, "" for none yet */
	char eid[40];              /* 32 digits, "" for a plastic SIM */
	char operator[LIMIT_NAME + 1];
	int64_t flags;            /* SUBSCRIPTION_* bits */
	char expected_imeis[128]; /* IMEIs it may be in, a blank between; "":
	                             those of its holder's phone */
	char unit_id[STORE_ID];   /* who pays; "" */
	char order_id[STORE_ID];  /* the order it came by; "" */
	int64_t created_at;
	int64_t ended_at; /* the contract is closed */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};

/* Two open ones with one ICCID: -ERR_CONFLICT. */
int store_subscription_save(
    struct txn *txn, const struct subscription_row *row, struct err *err);
int store_subscription_load(struct txn *txn, const char *org_id, const char *id,
    struct subscription_row *out, struct err *err);
/* Open ones. -ERR_CONFLICT: several, e.g. a number with its twin. */
int store_subscription_find_iccid(struct txn *txn, const char *org_id,
    const char *iccid, struct subscription_row *out, struct err *err);
int store_subscription_find_number(struct txn *txn, const char *org_id,
    const char *number, struct subscription_row *out, struct err *err);
typedef int store_subscription_fn(
    void *arg, const struct subscription_row *row);
/* Closed ones as well. */
int store_subscription_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_subscription_fn *fn, void *arg,
    struct err *err);
/* Open ones with this number. */
int store_subscription_each_number(struct txn *txn, const char *org_id,
    const char *number, store_subscription_fn *fn, void *arg, struct err *err);

/* ---- assignment: [from_at, to_at) in Unix milliseconds ---- */

enum assignment_kind {
	ASSIGNMENT_PHONE = 0,
	ASSIGNMENT_SUBSCRIPTION = 1,
	ASSIGNMENT_KIND_COUNT
};

struct assignment_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum assignment_kind kind;
	char person_id[STORE_ID];     /* of a shared one: who answers for it */
	char employment_id[STORE_ID]; /* the one it belongs to; "" */
	char device_id[STORE_ID];     /* the phone; of a subscription: the one
	                                 it is to sit in, "" */
	char subscription_id[STORE_ID]; /* "" for a phone */
	bool is_shared;
	char life_id[STORE_ID];  /* the enrolment that opened it; "" */
	char order_id[STORE_ID]; /* the order it came by; "" */
	int64_t from_at;
	int64_t to_at; /* 0: holds */
	char opened_by[LIMIT_NAME + 1];
	char closed_by[LIMIT_NAME + 1];
	char close_reason[LIMIT_NAME + 1];
	int64_t voided_at;
	char voided_by[LIMIT_NAME + 1];
};

/*
 * -ERR_CONFLICT: the phone or subscription is held by somebody already. What
 * may change: to_at with closed_*, voided_*.
 */
int store_assignment_save(
    struct txn *txn, const struct assignment_row *row, struct err *err);
int store_assignment_load(struct txn *txn, const char *org_id, const char *id,
    struct assignment_row *out, struct err *err);
/* Who holds it at the time at (0: now, whoever holds it still). */
int store_assignment_find_phone(struct txn *txn, const char *org_id,
    const char *device_id, int64_t at, struct assignment_row *out,
    struct err *err);
int store_assignment_find_subscription(struct txn *txn, const char *org_id,
    const char *subscription_id, int64_t at, struct assignment_row *out,
    struct err *err);
typedef int store_assignment_fn(void *arg, const struct assignment_row *row);
int store_assignment_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_assignment_fn *fn, void *arg,
    struct err *err);
/* Not voided, oldest first. only_open: those that hold now. */
int store_assignment_each_person(struct txn *txn, const char *org_id,
    const char *person_id, bool only_open, store_assignment_fn *fn, void *arg,
    struct err *err);
/* Phones' and subscriptions' alike, not voided, oldest first. */
int store_assignment_each_device(struct txn *txn, const char *org_id,
    const char *device_id, bool only_open, store_assignment_fn *fn, void *arg,
    struct err *err);
int store_assignment_each_subscription(struct txn *txn, const char *org_id,
    const char *subscription_id, bool only_open, store_assignment_fn *fn,
    void *arg, struct err *err);

/* ---- devices by cursor, for whoever goes through all of them ---- */

int store_device_each_id(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_device_fn *fn, void *arg,
    struct err *err);
/* Exact; -ERR_CONFLICT: several. (By serial: store_bench.h.) */
int store_device_find_imei(struct txn *txn, const char *org_id,
    const char *imei, struct device *out, struct err *err);
/* store_device_load(), but of this organisation only. */
int store_device_load_of(struct txn *txn, const char *org_id, const char *id,
    struct device *out, struct err *err);

#endif
