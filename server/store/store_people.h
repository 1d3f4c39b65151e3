/*
 * store_people: the ledger's people: units, persons, employments, absences.
 * The rules are those of store.h. Here and in its sister headers:
 *
 * - Every function names the organisation; a row of another one is not found,
 *   and a save over it is -ERR_CONFLICT (DESIGN invariant 8).
 * - save inserts or replaces the whole row by its id. Units and persons keep
 *   what they were in the history (store_history_each); a save that changes
 *   nothing but changed_at and changed_by writes nothing.
 * - each walks in the order of ids, beginning behind after_id ("": at the
 *   start), at most limit rows (0: all). A non-zero answer of fn ends the walk
 *   and is returned. fn may read; what it has to save it saves after the walk.
 * - A day is counted from 1970-01-01 in the organisation's calendar; 0: none.
 * - Periods are never written over: a mistake is voided (voided_at) and a new
 *   row says what is right. Voided rows come from load and each, never from a
 *   question about a day.
 */
#ifndef SERVER_STORE_STORE_PEOPLE_H
#define SERVER_STORE_STORE_PEOPLE_H

#include "server/store/store.h"

#define STORE_EXTERNAL_ID 129 /* an HR or directory key, with NUL */
#define STORE_NUMBER 20       /* E.164: "+46701234567" */
#define STORE_LANGUAGE 8      /* "sv" */
#define STORE_SOURCE 64       /* a source of people: "hr" */

/* ---- unit: a node of the organisation's tree ---- */

struct unit_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char external_id[STORE_EXTERNAL_ID]; /* "" or unique */
	char name[LIMIT_NAME + 1];
	char parent_id[STORE_ID];      /* "": the top */
	char manager_id[STORE_ID];     /* a person; "": vacant */
	char coordinator_id[STORE_ID]; /* telephone coordinator; "": vacant */
	char number[STORE_NUMBER];     /* its own number; "": none */
	int64_t created_at;
	int64_t ended_at; /* 0: exists */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};

int store_unit_save(
    struct txn *txn, const struct unit_row *row, struct err *err);
int store_unit_load(struct txn *txn, const char *org_id, const char *id,
    struct unit_row *out, struct err *err);
int store_unit_find_external(struct txn *txn, const char *org_id,
    const char *external_id, struct unit_row *out, struct err *err);
/* Exact name of one that exists; -ERR_CONFLICT: several. */
int store_unit_find_name(struct txn *txn, const char *org_id, const char *name,
    struct unit_row *out, struct err *err);
typedef int store_unit_fn(void *arg, const struct unit_row *row);
int store_unit_each(struct txn *txn, const char *org_id, const char *after_id,
    int limit, store_unit_fn *fn, void *arg, struct err *err);
/* parent_id "": the tops. Existing ones only. */
int store_unit_each_child(struct txn *txn, const char *org_id,
    const char *parent_id, store_unit_fn *fn, void *arg, struct err *err);

/* ---- person ---- */

struct person_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char external_id[STORE_EXTERNAL_ID]; /* "" or unique */
	char name[LIMIT_NAME + 1];           /* as shown */
	char first_name[LIMIT_NAME + 1];
	char last_name[LIMIT_NAME + 1];
	char mail[LIMIT_NAME + 1];     /* lower case; "" or unique */
	char number[STORE_NUMBER];     /* as the directory shows it; "" */
	char language[STORE_LANGUAGE]; /* "": the organisation's */
	char unit_id[STORE_ID];        /* where to look first; "": none */
	int64_t created_at;
	int64_t purged_at; /* personal data were removed; the row stays */
	int64_t changed_at;
	char changed_by[LIMIT_NAME + 1];
};

int store_person_save(
    struct txn *txn, const struct person_row *row, struct err *err);
int store_person_load(struct txn *txn, const char *org_id, const char *id,
    struct person_row *out, struct err *err);
int store_person_find_external(struct txn *txn, const char *org_id,
    const char *external_id, struct person_row *out, struct err *err);
/* mail in lower case. */
int store_person_find_mail(struct txn *txn, const char *org_id,
    const char *mail, struct person_row *out, struct err *err);
/* Exact name; -ERR_CONFLICT: several. */
int store_person_find_name(struct txn *txn, const char *org_id,
    const char *name, struct person_row *out, struct err *err);
typedef int store_person_fn(void *arg, const struct person_row *row);
int store_person_each(struct txn *txn, const char *org_id, const char *after_id,
    int limit, store_person_fn *fn, void *arg, struct err *err);
/* Whose name, mail, number or external id holds text (without case, ASCII). */
int store_person_each_match(struct txn *txn, const char *org_id,
    const char *text, const char *after_id, int limit, store_person_fn *fn,
    void *arg, struct err *err);

/* ---- employment: [from_day, to_day) ---- */

struct employment_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char external_id[STORE_EXTERNAL_ID]; /* HR's own number; "" */
	char person_id[STORE_ID];
	char unit_id[STORE_ID];
	int64_t roles;    /* bits of enum pack_role */
	int64_t from_day; /* first day employed */
	int64_t to_day;   /* first day no longer employed; 0: open end */
	int64_t made_at;
	char made_by[LIMIT_NAME + 1];
	int64_t ended_at; /* when to_day was said */
	char ended_by[LIMIT_NAME + 1];
	int64_t voided_at;
	char voided_by[LIMIT_NAME + 1];
	char source[STORE_SOURCE]; /* which made it (roster.h); "": by hand */
};

/* What may change: to_day with ended_*, voided_*, source; else
 * -ERR_CONFLICT. */
int store_employment_save(
    struct txn *txn, const struct employment_row *row, struct err *err);
int store_employment_load(struct txn *txn, const char *org_id, const char *id,
    struct employment_row *out, struct err *err);
typedef int store_employment_fn(void *arg, const struct employment_row *row);
int store_employment_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_employment_fn *fn, void *arg,
    struct err *err);
/* All of a person that are not voided, oldest from_day first. */
int store_employment_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_employment_fn *fn, void *arg, struct err *err);
/* Those in force on day. */
int store_employment_each_on(struct txn *txn, const char *org_id,
    const char *person_id, int64_t day, store_employment_fn *fn, void *arg,
    struct err *err);
/* Of a unit, in force on day, in the order of ids. */
int store_employment_each_unit(struct txn *txn, const char *org_id,
    const char *unit_id, int64_t day, const char *after_id, int limit,
    store_employment_fn *fn, void *arg, struct err *err);
/* The first that ended in [from_day, to_day), by to_day: who leaves. */
int store_employment_each_ending(struct txn *txn, const char *org_id,
    int64_t from_day, int64_t to_day, store_employment_fn *fn, void *arg,
    struct err *err);

/* Who has something of ours, no employment any more, one that ended before the
 * day, and no departure that says so: the employments that ended. */
int store_employment_each_left(struct txn *txn, const char *org_id,
    int64_t before_day, int64_t today, store_employment_fn *fn, void *arg,
    struct err *err);

/* ---- absence: dates only; why somebody is away is nowhere (C3) ---- */

struct absence_row {
	char id[STORE_ID];
	char org_id[STORE_ID];
	char person_id[STORE_ID];
	char deputy_id[STORE_ID]; /* a person; "": none named */
	int64_t from_day;         /* first day away */
	int64_t until_day;        /* last day away; 0: not known */
	int64_t made_at;
	char made_by[LIMIT_NAME + 1];
	int64_t ended_at; /* when until_day was said or changed last */
	char ended_by[LIMIT_NAME + 1];
	int64_t voided_at;
	char voided_by[LIMIT_NAME + 1];
	char source[STORE_SOURCE]; /* as of an employment */
};

/* What may change: until_day with ended_*, voided_*; else -ERR_CONFLICT. */
int store_absence_save(
    struct txn *txn, const struct absence_row *row, struct err *err);
int store_absence_load(struct txn *txn, const char *org_id, const char *id,
    struct absence_row *out, struct err *err);
typedef int store_absence_fn(void *arg, const struct absence_row *row);
int store_absence_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_absence_fn *fn, void *arg,
    struct err *err);
/* All of a person that are not voided, oldest from_day first. */
int store_absence_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_absence_fn *fn, void *arg, struct err *err);
/* The one that covers day, the one that began last; -ERR_NOT_FOUND: at work. */
int store_absence_find_on(struct txn *txn, const char *org_id,
    const char *person_id, int64_t day, struct absence_row *out,
    struct err *err);

/* ---- history: what a row of the ledger was before ---- */

struct history_row {
	char row_id[STORE_ID];
	int64_t number; /* 1, 2, 3 … of this row */
	char kind[32];  /* "person", "unit", "subscription", "catalogue item" */
	int64_t changed_at; /* when it ceased to be so */
	char changed_by[LIMIT_NAME + 1];
	const char *was; /* JSON object of its columns; borrowed */
};
typedef int store_history_fn(void *arg, const struct history_row *row);
/* Oldest first. */
int store_history_each(struct txn *txn, const char *org_id, const char *row_id,
    store_history_fn *fn, void *arg, struct err *err);

#endif
