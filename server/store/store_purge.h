/*
 * store_purge: what says who a person was, taken out of every table that holds
 * it. Rows, ids, days and states stay. The rules are those of store_people.h.
 */
#ifndef SERVER_STORE_STORE_PURGE_H
#define SERVER_STORE_STORE_PURGE_H

#include "server/store/store_people.h"

struct purge_due {
	const char *org_id;
	const char *after_id; /* persons behind this one */
	int64_t before_day;   /* the last day was before it */
	int64_t before_at;    /* of those without employment: the same moment */
	int limit;
};
struct purge_row {
	char id[STORE_ID];
	char name[LIMIT_NAME + 1];
	int64_t last_day; /* first day no longer employed; 0: never was */
};
typedef int store_purge_fn(void *arg, const struct purge_row *row);
/* Whose time is over, in the order of ids. Who never was employed: since they
 * last held something, or since they were written down. */
int store_purge_each_due(struct txn *txn, const struct purge_due *due,
    store_purge_fn *fn, void *arg, struct err *err);

/* What keeps a person for all that, counted. */
struct purge_ties {
	int64_t things; /* phones, subscriptions, accessories they hold */
	int64_t cases;  /* open departures and return cases */
	int64_t orders; /* of equipment, open */
	int64_t posts;  /* units that they manage or coordinate */
};
int store_purge_ties(struct txn *txn, const char *org_id, const char *person_id,
    struct purge_ties *out, struct err *err);

int store_purge_person(struct txn *txn, const char *org_id,
    const char *person_id, int64_t now, struct err *err);

/* Bodies of reports of evidence and of stations from before; and reasons of
 * requests that were closed before. *reports: how many now. */
int store_purge_reports(struct txn *txn, const char *org_id, int64_t before,
    int limit, int64_t *reports, struct err *err);

#endif
