/*
 * store_task: what people are asked to do, the one-time links by which they do
 * it, orders of equipment and the catalogue they are chosen from. The rules are
 * those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_TASK_H
#define SERVER_STORE_STORE_TASK_H

#include "server/lifecycle/equipment_order.h"
#include "server/lifecycle/task.h"
#include "server/store/store.h"
#include "server/store/store_subject.h"

/* ---- task ---- */

struct task_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum task_kind kind;
	enum task_state state;
	char rule[64];                   /* "" for an acknowledgement */
	char person_id[STORE_ID];        /* who is to do it */
	char unit_id[STORE_ID];          /* whose figures it counts in; "" */
	enum store_subject subject_kind; /* what it is about */
	char subject_id[STORE_ID];
	char order_id[STORE_ID];   /* the equipment order; "" */
	char absence_id[STORE_ID]; /* the absence it is for; "" */
	char case_id[STORE_ID];    /* the departure or hand-out; "" */
	char cause[64];            /* "employment_start", "periodic", … */
	char pack_hash[STORE_SHA256];
	char result[512]; /* one sentence */
	char created_by[LIMIT_NAME + 1];
	char closed_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t due_at;
	int64_t remind_at;
	int64_t escalate_at;
	int64_t expires_at;
	int64_t reminded_at; /* 0: not yet */
	int64_t escalated_at;
	int64_t closed_at;
	int64_t next_at; /* when time alone causes something; 0: never */
};

/*
 * What may change: state, result, next_at, the times and closed_by. Opening
 * the same twice (person, kind, rule, subject, order, absence, case):
 * -ERR_CONFLICT while one is open.
 */
int store_task_save(
    struct txn *txn, const struct task_row *row, struct err *err);
int store_task_load(struct txn *txn, const char *org_id, const char *id,
    struct task_row *out, struct err *err);
/* The open one with the same person, kind, rule, subject, order, absence,
 * case. */
int store_task_find_open(struct txn *txn, const struct task_row *like,
    struct task_row *out, struct err *err);
typedef int store_task_fn(void *arg, const struct task_row *row);
struct task_filter {
	const char *org_id;    /* required */
	const char *person_id; /* NULL: any; so on */
	const char *unit_id;
	const char *rule;
	bool only_open;
	const char *after_id; /* NULL: from the start */
	int limit;            /* 0: all */
};
int store_task_each(struct txn *txn, const struct task_filter *filter,
    store_task_fn *fn, void *arg, struct err *err);
/* Of one subject, newest last. */
int store_task_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *rule,
    bool only_open, store_task_fn *fn, void *arg, struct err *err);
/* Of one departure or hand-out, in the order of ids. */
int store_task_each_case(struct txn *txn, const char *org_id,
    const char *case_id, bool only_open, store_task_fn *fn, void *arg,
    struct err *err);
/* Open ones whose next_at has come, the earliest first. */
int store_task_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_task_fn *fn, void *arg, struct err *err);

/* ---- page link: one page for one person, once ---- */

struct page_link_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char token_sha256[STORE_SHA256];
	char form_sha256[STORE_SHA256]; /* of the form shown last; "" */
	char page[32];                  /* "task", "order", "person" */
	char task_id[STORE_ID];         /* "" */
	char person_id[STORE_ID];
	char order_id[STORE_ID]; /* "" */
	char created_by[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t expires_at;
	int64_t opened_at; /* first time */
	int64_t used_at;
	int64_t revoked_at;
};

/* What may change: form_sha256, expires_at, opened_at, used_at, revoked_at. */
int store_page_link_save(
    struct txn *txn, const struct page_link_row *row, struct err *err);
int store_page_link_load(struct txn *txn, const char *org_id, const char *id,
    struct page_link_row *out, struct err *err);
/* By the hash alone: it says which organisation it is of. */
int store_page_link_find_token(struct txn *txn, const char *token_sha256,
    struct page_link_row *out, struct err *err);
typedef int store_page_link_fn(void *arg, const struct page_link_row *row);
int store_page_link_each_task(struct txn *txn, const char *org_id,
    const char *task_id, store_page_link_fn *fn, void *arg, struct err *err);
int store_page_link_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_page_link_fn *fn, void *arg, struct err *err);

/* ---- catalogue: what may be ordered ---- */

struct catalogue_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum equipment_order_what what;
	char name[LIMIT_NAME + 1]; /* unique among those on offer */
	char operator[LIMIT_NAME + 1];
	int64_t created_at;
	int64_t retired_at; /* no longer on offer */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};

/* Keeps its history. */
int store_catalogue_save(
    struct txn *txn, const struct catalogue_row *row, struct err *err);
int store_catalogue_load(struct txn *txn, const char *org_id, const char *id,
    struct catalogue_row *out, struct err *err);
int store_catalogue_find(struct txn *txn, const char *org_id,
    enum equipment_order_what what, const char *name, struct catalogue_row *out,
    struct err *err);
typedef int store_catalogue_fn(void *arg, const struct catalogue_row *row);
/* Retired ones as well. */
int store_catalogue_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_catalogue_fn *fn, void *arg,
    struct err *err);

/* ---- order of equipment ---- */

struct equipment_order_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	enum equipment_order_what what;
	enum equipment_order_state state;
	char catalogue_id[STORE_ID]; /* "" */
	char item[LIMIT_NAME + 1];   /* in words */
	char need[512];              /* what it is for */
	char person_id[STORE_ID];    /* for whom; "" */
	char unit_id[STORE_ID];      /* for which unit; "" */
	char device_id[STORE_ID];    /* what it is about or was linked to; "" */
	char subscription_id[STORE_ID];
	char requested_by[LIMIT_NAME + 1];
	char requested_by_person_id[STORE_ID]; /* "" */
	char decided_by[LIMIT_NAME + 1];
	char decided_by_person_id[STORE_ID]; /* "" */
	char note[512];                      /* of who decided */
	int64_t created_at;
	int64_t decided_at;
	int64_t ordered_at;
	int64_t linked_at;
	int64_t closed_at;
};

/* What may change: state, device_id, subscription_id, decided_*, note, times
 * but created_at. */
int store_equipment_order_save(
    struct txn *txn, const struct equipment_order_row *row, struct err *err);
int store_equipment_order_load(struct txn *txn, const char *org_id,
    const char *id, struct equipment_order_row *out, struct err *err);
typedef int store_equipment_order_fn(
    void *arg, const struct equipment_order_row *row);
int store_equipment_order_each(struct txn *txn, const char *org_id,
    bool only_open, const char *after_id, int limit,
    store_equipment_order_fn *fn, void *arg, struct err *err);
int store_equipment_order_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_equipment_order_fn *fn, void *arg,
    struct err *err);

#endif
