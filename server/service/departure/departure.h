/*
 * departure: everything that must come back from one person for one reason.
 * One that employment's end causes is planned as soon as the register knows the
 * last day, and re-planned whenever the register changes; one by hand is opened
 * at once. The phones' way back is return_case.h. Functions that take a txn run
 * inside the caller's transaction; service_… are for handlers.
 */
#ifndef SERVER_SERVICE_DEPARTURE_DEPARTURE_H
#define SERVER_SERVICE_DEPARTURE_DEPARTURE_H

#include "server/service/departure/return_along.h"
#include "server/service/ledger/ledger.h"
#include "server/store/store_case.h"

struct actor;
struct err;
struct service;
struct txn;

/*
 * Something about a person's employments changed, in any way: opens, moves or
 * cancels the departure that follows. Writes nothing when nothing follows.
 * Called by ledger_employment_put() and _void(); whoever writes employments
 * otherwise calls it too.
 */
int departure_employment_changed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct err *err);
/* A phone or subscription came to or left the person: the open departure gets
 * its case. Called by assignments.c and the lives. */
int departure_holding_changed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct err *err);

struct departure_ask {
	const char *person_id;
	enum departure_reason reason; /* everything or hand back */
	const char *device_id;        /* of a hand back: this phone only */
	const char *note;             /* why; required */
	int64_t last_day;             /* 0: at once */
};
/*
 * By hand: one departure, a case for each phone that the person holds and a
 * decision for each subscription. -ERR_CONFLICT: one is open for this reason,
 * or the person holds nothing.
 */
int departure_open(struct txn *txn, const struct ledger *ledger,
    const struct departure_ask *ask, struct departure_row *out,
    struct err *err);
/* All stays where it is: open erases that were not delivered are withdrawn. */
int departure_cancel(struct txn *txn, const struct ledger *ledger,
    struct departure_row *departure, const char *why, struct err *err);

/* ---- for handlers ---- */

struct departure_view {
	struct departure_row departure;
	struct person_row person;
	struct person_row receiver; /* id "": nobody found */
	/* What holds it up, and what to do about it; "". */
	char waits_for[1024];
	unsigned cases;
	unsigned cases_open;
	unsigned to_receive; /* of them, to be signed for by who receives */
	unsigned sims_undecided;
};
typedef int service_departure_fn(void *arg, const struct departure_view *view);
/* person NULL: all; else as ledger_person_find() understands it. */
int service_departure_each(struct service *service, const struct actor *actor,
    const char *person, bool only_open, const char *after_id, int limit,
    service_departure_fn *fn, void *arg, struct err *err);

struct return_view {
	struct return_case_row row;
	struct device device;
	struct person_row person;
	struct wipe wipe;    /* id "": none ordered */
	char waits_for[512]; /* in words: what is missing; "" when it ended */
	struct return_along along; /* signed for with the phone */
};
struct sim_view {
	struct sim_decision_row row;
	struct subscription_row subscription;
};
struct departure_parts {
	int (*on_case)(void *arg, const struct return_view *view);
	int (*on_sim)(void *arg, const struct sim_view *view);
	void *arg;
};
/* -ERR_NOT_FOUND. parts may be NULL, and each of its members. */
int service_departure_load(struct service *service, const struct actor *actor,
    const char *id, struct departure_view *out,
    const struct departure_parts *parts, struct err *err);

struct departure_request {
	const char *person;
	const char *phone; /* NULL: everything; else a hand back of this one */
	const char *note;
	const char *last_day; /* "2026-11-30"; NULL: at once */
};
/* dry_run: works it out and keeps nothing. */
int service_departure_open(struct service *service, const struct actor *actor,
    const struct departure_request *request, bool dry_run,
    struct departure_view *out, struct err *err);
int service_departure_cancel(struct service *service, const struct actor *actor,
    const char *id, const char *why, struct departure_view *out,
    struct err *err);

/* Until a day ("2026-12-31") on which it is looked at again: nothing is asked
 * or erased meanwhile. */
int service_departure_pause(struct service *service, const struct actor *actor,
    const char *id, const char *until, const char *why,
    struct departure_view *out, struct err *err);

/* Everything that time alone causes; in rounds, called by keep_going.c. */
int service_departures_keep_going(struct service *service, struct err *err);

#endif
