/*
 * phone: where a phone is in its service, from the order for it to its end,
 * and what may follow. A table: what is not listed is refused. Pure. Who holds
 * it is said by its assignment, whether it is managed by its life, what is owed
 * of it by its return case: three of these states follow from the first two
 * (phone_rest()).
 */
#ifndef SERVER_LIFECYCLE_PHONE_H
#define SERVER_LIFECYCLE_PHONE_H

#include <stdbool.h>

/* Stored as numbers: never renumber. */
enum phone_state {
	PHONE_ORDERED = 0,  /* bought, not here yet */
	PHONE_IN_STOCK = 1, /* ours, in nobody's hands */
	PHONE_ASSIGNED = 2, /* with somebody, not managed */
	PHONE_ENROLLED = 3, /* managed; with whom, its assignment says */
	PHONE_IN_REPAIR = 4,
	PHONE_LOST = 5,
	PHONE_STOLEN = 6,
	PHONE_RETURNING = 7,    /* a return case is open */
	PHONE_WIPED_PROVEN = 8, /* seen empty: not by its own word alone */
	PHONE_RETIRED = 9,      /* left service in order */
	PHONE_WRITTEN_OFF = 10, /* gone or unproven, with a reason */
	PHONE_STATE_COUNT
};

/* Stored as numbers: never renumber. */
enum phone_event {
	PHONE_EVENT_RECEIVE = 0,  /* it came from the supplier */
	PHONE_EVENT_ASSIGN = 1,   /* somebody holds it from now on */
	PHONE_EVENT_UNASSIGN = 2, /* handed in, nobody holds it: no case */
	PHONE_EVENT_ENROL = 3,    /* Authenticate: a life begins */
	PHONE_EVENT_LEAVE = 4,    /* CheckOut: it left management */
	PHONE_EVENT_SEND_TO_REPAIR = 5,
	PHONE_EVENT_REPAIRED = 6,
	PHONE_EVENT_REPLACE = 7, /* the repairer gave another one for it */
	PHONE_EVENT_REPORT_LOST = 8,
	PHONE_EVENT_REPORT_STOLEN = 9,
	PHONE_EVENT_FIND = 10, /* a person has it again */
	PHONE_EVENT_BEGIN_RETURN = 11,
	PHONE_EVENT_CANCEL_RETURN = 12, /* it stays where it is */
	PHONE_EVENT_PROVE_WIPED = 13,
	PHONE_EVENT_RESTOCK = 14, /* ready for the next person */
	PHONE_EVENT_RETIRE = 15,
	PHONE_EVENT_WRITE_OFF = 16,
	PHONE_EVENT_COUNT
};

/* Stored as numbers: never renumber. What can be managed comes first. */
enum phone_kind {
	PHONE_KIND_IPHONE = 0,
	PHONE_KIND_IPAD = 1,
	PHONE_KIND_ANDROID = 2, /* not managed here */
	PHONE_KIND_SIMPLE = 3,  /* keys and no operating system to speak of */
	PHONE_KIND_COUNT
};

/* What else is so of a phone that an event happens to. */
struct phone_is {
	bool held;    /* somebody holds it */
	bool managed; /* a life of it is open */
	bool own;     /* private: no stock to go back to */
};

/*
 * Where a phone is when nothing else is the matter with it: enrolled when it is
 * managed, else assigned when it is held, else in stock, or retired when it was
 * a person's own.
 */
enum phone_state phone_rest(const struct phone_is *is);

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int phone_next(enum phone_state state, enum phone_event event,
    const struct phone_is *is, enum phone_state *next);

/* Lost or stolen: it may be located, and an erase of it proves nothing. */
bool phone_is_missing(enum phone_state state);
/* Retired or written off: no longer counted. */
bool phone_is_gone(enum phone_state state);
/* Only a person may say it, with a reason: lost, stolen, found, written off,
 * retired, restocked by hand. */
bool phone_event_wants_reason(enum phone_event event);

/* "ordered", "in_stock", … "written_off". */
const char *phone_state_name(enum phone_state state);
int phone_state_parse(const char *name, enum phone_state *out);
/* "receive", "assign", "unassign", … "write_off". */
const char *phone_event_name(enum phone_event event);
int phone_event_parse(const char *name, enum phone_event *out);
/* "iphone", "ipad", "android", "simple". */
const char *phone_kind_name(enum phone_kind kind);
int phone_kind_parse(const char *name, enum phone_kind *out);
/* Can it ever speak MDM? */
bool phone_kind_is_managed(enum phone_kind kind);

#endif
