/*
 * guard: may this phone be erased, locked or emptied now? Asked inside the
 * transaction that orders it, by everything that orders it, after what justifies
 * it (holder_justifies) was looked at. In this order: a legal hold stops it; while
 * the clock is in doubt it waits (clock_watch.h), but for a lock by hand; a
 * wipe before the last day, or one of many by one person, needs a second
 * person; an hour has room for so many by hand, a day for so many of leavers.
 * docs/guard.md tells it to people.
 */
#ifndef SERVER_SERVICE_GUARD_GUARD_H
#define SERVER_SERVICE_GUARD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "server/store/store.h"

struct actor;
struct service;
struct txn;

/* Stored as numbers, both: never renumber. */
enum guard_kind {
	GUARD_WIPE = 0,
	GUARD_LOCK = 1,        /* Lost Mode, DeviceLock: undone by lifting it */
	GUARD_REMOVE_DATA = 2, /* work data of a private phone */
	GUARD_KIND_COUNT
};

enum guard_cause {
	GUARD_BY_HAND = 0,
	GUARD_DEPARTURE = 1, /* a leaver's phone, its day has come */
	GUARD_BULK = 2,      /* by hand, more than one at a time */
	GUARD_EARLY = 3,     /* before the last day of who holds it */
	GUARD_CAUSE_COUNT
};

enum guard_verdict {
	GUARD_ALLOWED,
	GUARD_HELD,           /* until the hold is lifted */
	GUARD_NEEDS_APPROVAL, /* ask again once somebody else has said yes */
	GUARD_OVER_LIMIT,     /* ask again at again_at */
	GUARD_CLOCK_IN_DOUBT, /* until it is believed (clock_watch.h) */
	GUARD_VERDICT_COUNT
};

#define GUARD_CAUSES_MAX 2

struct guard_ask {
	const char *org_id;
	const char *device_id;
	const char *person_id; /* who holds it; NULL: looked up */
	enum guard_kind kind;
	enum guard_cause cause;
	const char *by;           /* actor->name, or "departures" */
	const char *by_key;       /* actor->key; NULL: by */
	const char *by_person_id; /* actor->person_id; NULL: nobody's account */
	const char *reason;       /* for who is to approve; may be NULL */
	const char *case_id;      /* NULL: none */
	/* Of a case: who ended the employment, who opened the departure. They
	 * are not the second person. NULL and "": nobody. */
	const char *caused_by[GUARD_CAUSES_MAX];
	int64_t now;
	bool is_dry; /* only says what it would: a read transaction will do */
};

struct guard_answer {
	enum guard_verdict verdict;
	char sentence[ERR_TEXT_MAX]; /* why not; "" when allowed */
	char hold_id[STORE_ID];      /* of GUARD_HELD */
	char
	    approval_id[STORE_ID]; /* the request; when allowed: the one used */
	int64_t again_at;          /* of GUARD_OVER_LIMIT */
};

/*
 * 0 and *out, or -ERR_IO. Allowed and not dry: it is counted, and an approval
 * that covers it is used, in this transaction: order it in the same one.
 * GUARD_NEEDS_APPROVAL and not dry: a request that names this phone is there
 * then, so commit, order nothing and come back. Leavers' phones that a day has
 * no room for come into one request together.
 */
int guard_destructive(struct txn *txn, struct service *service,
    const struct guard_ask *ask, struct guard_answer *out, struct err *err);

/* Of what was asked and not allowed: why, and which request is asked now. */
void guard_refusal(const struct guard_answer *answer, char out[ERR_TEXT_MAX]);

/* "allowed", "held", "needs_approval", "over_limit", "clock_in_doubt" */
const char *guard_verdict_name(enum guard_verdict verdict);
const char *guard_kind_name(enum guard_kind kind);
const char *guard_cause_name(enum guard_cause cause);

/* As configured; 0 in any: the default stands. */
struct guard_settings {
	unsigned destructive_per_hour; /* an organisation, by hand */
	unsigned bulk_above;           /* an hour, by one person alone */
	unsigned departures_per_day;   /* this many, or */
	unsigned departures_percent;   /* this share of enrolled phones */
	int64_t approval_valid_ms;     /* undecided */
	int64_t approval_use_ms;       /* from yes to done */
};
#define GUARD_DESTRUCTIVE_PER_HOUR 25
#define GUARD_BULK_ABOVE 10
#define GUARD_DEPARTURES_PER_DAY 50
#define GUARD_DEPARTURES_PERCENT 3
#define GUARD_APPROVAL_VALID_MS (7 * TIME_DAY_MS)
#define GUARD_APPROVAL_USE_MS TIME_DAY_MS

/* How full the windows are now. */
struct guard_room {
	unsigned by_hand_used;
	unsigned by_hand_limit; /* an hour */
	unsigned departures_used;
	unsigned departures_limit; /* a day */
};
int service_guard_room(struct service *service, const struct actor *actor,
    struct guard_room *out, struct err *err);

/* Requests whose time is over; of service_keep_going(). */
int service_guard_keep_going(struct service *service, struct err *err);

#endif
