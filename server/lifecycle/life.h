/*
 * life: one enrolment of a device, from Authenticate to its end. Every
 * Authenticate starts a new life and ends the former (DESIGN invariant 3).
 * Pure.
 */
#ifndef SERVER_LIFECYCLE_LIFE_H
#define SERVER_LIFECYCLE_LIFE_H

#include <stdbool.h>

/* Stored as numbers: never renumber. Open states come first. */
enum life_state {
	LIFE_AUTHENTICATED = 0, /* not yet a TokenUpdate: cannot be pushed to */
	LIFE_ENROLLED = 1,
	LIFE_CHECKED_OUT = 2, /* the phone said CheckOut */
	LIFE_REPLACED = 3,    /* a newer life of the same device */
	LIFE_STATE_COUNT
};

enum life_event {
	LIFE_EVENT_TOKEN_UPDATE,
	LIFE_EVENT_CHECK_OUT,
	LIFE_EVENT_REPLACE,
	LIFE_EVENT_COUNT
};

int life_next(
    enum life_state state, enum life_event event, enum life_state *next);
bool life_is_open(enum life_state state);
const char *life_state_name(enum life_state state);

#endif
