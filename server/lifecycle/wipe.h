/*
 * wipe: the ladder of evidence for one ordered erase (DESIGN invariant 4).
 * Acknowledged is not wiped: a phone says Acknowledged before it erases. Pure.
 */
#ifndef SERVER_LIFECYCLE_WIPE_H
#define SERVER_LIFECYCLE_WIPE_H

#include <stdbool.h>

/* Stored as numbers: never renumber. */
enum wipe_state {
	WIPE_ORDERED = 0,
	WIPE_ACKNOWLEDGED = 1,
	WIPE_SILENT = 2, /* acknowledged, and nothing heard since */
	WIPE_PROVEN =
	    3, /* seen at the bench, or a new life of an erased phone */
	WIPE_CANCELLED = 4,
	WIPE_FAILED = 5, /* the phone answered Error */
	WIPE_STATE_COUNT
};

enum wipe_event {
	WIPE_EVENT_ACKNOWLEDGE,
	WIPE_EVENT_ERROR,
	WIPE_EVENT_SILENCE, /* nothing heard for the set time */
	WIPE_EVENT_CONTACT, /* heard again after it had acknowledged */
	WIPE_EVENT_PROOF,
	WIPE_EVENT_CANCEL, /* refused once acknowledged */
	WIPE_EVENT_COUNT
};

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int wipe_next(
    enum wipe_state state, enum wipe_event event, enum wipe_state *next);
/*
 * Open: ordered, acknowledged or silent. A second order for the same life is
 * a repeat then, and after proven too: the store refuses both.
 */
bool wipe_is_open(enum wipe_state state);
/* The phone said that it erases itself, or was seen erased. */
bool wipe_is_erased(enum wipe_state state);
const char *wipe_state_name(enum wipe_state state);

#endif
