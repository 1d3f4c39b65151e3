/*
 * return_case: the way of one phone back from a leaver, and what may follow
 * what. Custody, lock, erase, signatures and the SIM come in any order, so a
 * case has marks, one for each thing that was seen, and needs, the marks that
 * this kind of phone wants; the state shown follows from the marks. It is
 * released only when the marks cover the needs (DESIGN invariant 4). A table:
 * what is not listed is refused. Pure.
 */
#ifndef SERVER_LIFECYCLE_RETURN_CASE_H
#define SERVER_LIFECYCLE_RETURN_CASE_H

#include <stdbool.h>

/* Stored as numbers: never renumber. Open states come first, for the index. */
enum return_state {
	RETURN_PLANNED = 0, /* the last day is still ahead */
	RETURN_ASKED = 1,   /* it is to be handed in */
	RETURN_IN_CUSTODY = 2,
	RETURN_LOCK_CLEARED =
	    3,              /* in custody, Activation Lock is no hindrance */
	RETURN_WIPED = 4,   /* it acknowledged its erase: not yet proof */
	RETURN_PROVEN = 5,  /* seen erased; something else is missing */
	RETURN_OFFLINE = 6, /* asked, and nothing heard for long */
	RETURN_LOST = 7,
	RETURN_DISPUTED = 8, /* what was said of the erase was refuted */
	RETURN_RELEASED = 9,
	RETURN_WRITTEN_OFF = 10,
	RETURN_CANCELLED = 11,
	RETURN_STATE_COUNT
};
/* In SQL: state <= 8 is open. */

/* Bits; stored: never renumber. */
#define RETURN_MARK_ASKED 0x001U
#define RETURN_MARK_CUSTODY 0x002U
#define RETURN_MARK_LOCK_CLEARED 0x004U
#define RETURN_MARK_WIPE_ACKNOWLEDGED 0x008U
#define RETURN_MARK_PROVEN 0x010U /* the bench, a new life, a statement */
#define RETURN_MARK_SIGNED_HOLDER 0x020U /* or a witness in their stead */
#define RETURN_MARK_SIGNED_RECEIVER 0x040U
#define RETURN_MARK_CODES_STATED 0x080U /* handed over, or not needed */
#define RETURN_MARK_SIM_DECIDED 0x100U
#define RETURN_MARK_DATA_REMOVED 0x200U /* of work, from a private phone */
#define RETURN_MARKS_ALL 0x3ffU

/* What the phone is: decides what its case needs. Stored. */
enum return_kind {
	RETURN_KIND_MANAGED = 0,      /* supervised */
	RETURN_KIND_UNSUPERVISED = 1, /* managed; the lock is its user's */
	RETURN_KIND_UNMANAGED = 2,    /* never speaks to us: Android, simple */
	RETURN_KIND_PRIVATE = 3,      /* stays with its owner, never erased */
	RETURN_KIND_SHARED = 4,       /* goes to the next leader, not erased */
	RETURN_KIND_COUNT
};

enum return_event {
	RETURN_EVENT_ASK, /* the last day is over */
	RETURN_EVENT_CUSTODY,
	RETURN_EVENT_LOCK_CLEARED,
	RETURN_EVENT_LOCK_OPEN, /* it left, or enrolled anew: can be on */
	RETURN_EVENT_WIPE_ACKNOWLEDGED,
	RETURN_EVENT_PROOF,
	RETURN_EVENT_CONTACT, /* heard after it had acknowledged its erase */
	RETURN_EVENT_REFUTED, /* seen not erased, or the proof was wrong */
	RETURN_EVENT_SIGN_HOLDER,
	RETURN_EVENT_SIGN_RECEIVER,
	RETURN_EVENT_CODES_STATED,
	RETURN_EVENT_CODES_OPEN, /* who counts says: not handed over */
	RETURN_EVENT_SIM_DECIDED,
	RETURN_EVENT_SIM_OPEN, /* another subscription turned up */
	RETURN_EVENT_DATA_REMOVED,
	RETURN_EVENT_DATA_OPEN,     /* it enrolled again: work is on it */
	RETURN_EVENT_PHONE_CHANGED, /* it needs something else from now on */
	RETURN_EVENT_OFFLINE,       /* nothing heard for the set time */
	RETURN_EVENT_HEARD,
	RETURN_EVENT_LOST, /* or stolen */
	RETURN_EVENT_FOUND,
	RETURN_EVENT_PUT_BACK, /* the last day moved ahead: planned again */
	RETURN_EVENT_CANCEL,   /* stays with its holder after all */
	RETURN_EVENT_WRITE_OFF,
	RETURN_EVENT_COUNT
};

unsigned return_case_needs(enum return_kind kind);

/*
 * 0, *next and *next_marks; -ERR_CONFLICT when the table has no such step. The
 * two may be the very variables passed in.
 */
int return_case_next(enum return_state state, unsigned marks, unsigned needs,
    enum return_event event, enum return_state *next, unsigned *next_marks);

/* What the marks alone say: planned … proven, or released. */
enum return_state return_case_of_marks(unsigned marks, unsigned needs);

bool return_case_is_open(enum return_state state);
/* May an erase be ordered for it: asked or later, and it has not erased. */
bool return_case_wants_wipe(
    enum return_kind kind, enum return_state state, unsigned marks);

/* "planned", "asked", "in_custody", "lock_cleared", "wiped", "proven", … */
const char *return_state_name(enum return_state state);
int return_state_parse(const char *name, enum return_state *out);
/* "managed", "unsupervised", "unmanaged", "private", "shared" */
const char *return_kind_name(enum return_kind kind);
/* "ask", "custody", "lock_cleared", … */
const char *return_event_name(enum return_event event);
/* "custody", "lock_cleared", … of one bit; bit 0 is the first. */
#define RETURN_MARK_COUNT 10
const char *return_mark_name(unsigned bit);

#endif
