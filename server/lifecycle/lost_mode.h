/*
 * lost_mode: one time that a phone is put into Lost Mode, from the order to its
 * end. A table; pure. Acknowledged here means what it says: the phone shows the
 * message and is locked, which it reports only once it is so.
 */
#ifndef SERVER_LIFECYCLE_LOST_MODE_H
#define SERVER_LIFECYCLE_LOST_MODE_H

#include <stdbool.h>

/* Stored as numbers: never renumber. Open states come first, for the index. */
enum lost_mode_state {
	LOST_MODE_ORDERED = 0,
	LOST_MODE_ON = 1,
	LOST_MODE_LIFTING = 2, /* the order to leave it is on its way */
	LOST_MODE_OFF = 3,
	LOST_MODE_REFUSED = 4,   /* the phone answered Error */
	LOST_MODE_CANCELLED = 5, /* lifted before the phone was given it */
	LOST_MODE_ENDED = 6,     /* its enrolment ended: nothing can be said */
	LOST_MODE_STATE_COUNT
};

enum lost_mode_event {
	LOST_MODE_EVENT_TAKEN,   /* EnableLostMode acknowledged */
	LOST_MODE_EVENT_REFUSED, /* EnableLostMode answered Error */
	LOST_MODE_EVENT_CANCEL,  /* withdrawn, never handed out */
	LOST_MODE_EVENT_LIFT,    /* DisableLostMode ordered */
	LOST_MODE_EVENT_LIFTED,  /* DisableLostMode acknowledged */
	LOST_MODE_EVENT_KEPT,    /* DisableLostMode answered Error */
	LOST_MODE_EVENT_LIFE_ENDED,
	LOST_MODE_EVENT_COUNT
};

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int lost_mode_next(enum lost_mode_state state, enum lost_mode_event event,
    enum lost_mode_state *next);
/* Ordered, on or lifting. */
bool lost_mode_is_open(enum lost_mode_state state);
/* "ordered", "on", "lifting", "off", "refused", "cancelled", "ended". */
const char *lost_mode_state_name(enum lost_mode_state state);
const char *lost_mode_event_name(enum lost_mode_event event);

#endif
