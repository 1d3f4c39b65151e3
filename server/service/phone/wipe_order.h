/*
 * wipe_order: one erase is ordered, inside a transaction: by hand (wipe_phone.c)
 * and by a leaver's case alike. All that must be true is looked at here: the
 * phone is enrolled, somebody holds it by our records and it is no private one
 * (DESIGN invariant 1), none is ordered already, and the guard lets it through.
 */
#ifndef SERVER_SERVICE_PHONE_WIPE_ORDER_H
#define SERVER_SERVICE_PHONE_WIPE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/guard/guard.h"
#include "server/store/store.h"

struct err;
struct service;
struct txn;

struct wipe_said {
	const struct device *device;
	const char *life_id; /* the enrolment that is meant */
	enum guard_cause cause;
	const char *by;
	const char *by_key;       /* NULL: by */
	const char *by_person_id; /* whose account; NULL: nobody's */
	const char *reason;
	const char *case_id;                     /* return case; NULL: none */
	const char *caused_by[GUARD_CAUSES_MAX]; /* of a case: guard.h */
	bool preserve_data_plan;
	bool disallow_proximity_setup;
	int64_t now;
};

/*
 * 0: look at answer->verdict. Only when it is GUARD_ALLOWED is *out ordered,
 * with its command and the bench's part; else nothing is, and the transaction
 * is to be committed all the same, since a request for approval may be in it.
 * -ERR_CONFLICT: nothing justifies it, or one is ordered already.
 */
int wipe_order(struct txn *txn, struct service *service,
    const struct wipe_said *said, struct wipe *out, struct guard_answer *answer,
    struct err *err);

#endif
