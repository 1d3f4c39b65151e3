/*
 * everything: all that one person has of us and all that is open about them,
 * in one question, and the one action that asks all of it back.
 */
#ifndef SERVER_SERVICE_GUARD_EVERYTHING_H
#define SERVER_SERVICE_GUARD_EVERYTHING_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/ledger/ledger.h"

struct actor;
struct err;
struct service;

enum everything_kind {
	EVERYTHING_PHONE,
	EVERYTHING_SUBSCRIPTION,
	EVERYTHING_ACCESSORY,
	EVERYTHING_DEPARTURE,
	EVERYTHING_RETURN_CASE,
	EVERYTHING_TASK,
	EVERYTHING_EQUIPMENT_ORDER,
	EVERYTHING_PAGE_LINK,
	EVERYTHING_ENROLMENT_LINK,
	EVERYTHING_WIPE, /* ordered and not over */
	EVERYTHING_HOLD,
	EVERYTHING_UNIT, /* that this person manages or coordinates */
	EVERYTHING_KIND_COUNT
};
/* "phone", "subscription", … */
const char *everything_kind_name(enum everything_kind kind);

struct everything_item {
	enum everything_kind kind;
	char id[STORE_ID];
	char name[LIMIT_NAME + 1]; /* serial, number, rule, … */
	char state[64];
	int64_t since;
	char would[256]; /* what the action would do with it; "": nothing */
};
typedef int service_everything_fn(
    void *arg, const struct everything_item *item);

struct everything_view {
	struct person_view person;
	int64_t last_day; /* of the employment that ends last; 0: open end */
	unsigned counts[EVERYTHING_KIND_COUNT];
};
int service_everything_each(struct service *service, const struct actor *actor,
    const char *person, struct everything_view *out, service_everything_fn *fn,
    void *arg, struct err *err);

struct everything_request {
	const char *person;
	const char *reason;
	bool dry_run;
};
struct everything_done {
	char departure_id[STORE_ID];
	unsigned cases; /* dry run: how many it would be */
};
/* Opens one departure with everything that is to come back. -ERR_CONFLICT: one
 * is open, or the person holds nothing. */
int service_everything_return(struct service *service,
    const struct actor *actor, const struct everything_request *request,
    struct everything_done *out, struct err *err);

#endif
