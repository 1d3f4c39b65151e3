/*
 * command: the states of one MDM command and what may follow each (DESIGN
 * invariant 2). A table: what is not listed is refused. Pure.
 */
#ifndef SERVER_LIFECYCLE_COMMAND_H
#define SERVER_LIFECYCLE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Stored as numbers: never renumber. Open states come first, for the index. */
enum command_state {
	COMMAND_QUEUED = 0,
	COMMAND_SENT = 1,    /* given to the phone, not answered */
	COMMAND_NOT_NOW = 2, /* the phone asked to be asked again */
	COMMAND_ACKNOWLEDGED = 3,
	COMMAND_FAILED = 4, /* Error or CommandFormatError */
	COMMAND_CANCELLED = 5,
	COMMAND_SUPERSEDED = 6, /* a newer command of the same purpose */
	COMMAND_EXPIRED = 7,
	COMMAND_STATE_COUNT
};

enum command_event {
	COMMAND_EVENT_SEND, /* handed out in answer to a connect */
	COMMAND_EVENT_ACKNOWLEDGE,
	COMMAND_EVENT_ERROR,
	COMMAND_EVENT_FORMAT_ERROR,
	COMMAND_EVENT_NOT_NOW,
	COMMAND_EVENT_CANCEL, /* by a person */
	COMMAND_EVENT_SUPERSEDE,
	COMMAND_EVENT_EXPIRE,
	COMMAND_EVENT_LIFE_ENDED, /* re-enrolment, check-out */
	COMMAND_EVENT_COUNT
};

/*
 * 0 and *next; -ERR_CONFLICT when the table has no such step. A repeated or
 * late answer to a closed command is such a case: keep the raw answer, change
 * nothing.
 */
int command_next(enum command_state state, enum command_event event,
    enum command_state *next);

bool command_is_open(enum command_state state);
/* "queued", "sent", "not_now", "acknowledged", … */
const char *command_state_name(enum command_state state);
int command_state_parse(const char *name, enum command_state *out);

/* Higher goes first; within one priority the order of creation holds. */
enum command_priority {
	COMMAND_PRIORITY_QUERY = 10,
	COMMAND_PRIORITY_PROFILE = 20,
	COMMAND_PRIORITY_PERSON = 30, /* somebody waits for it */
	COMMAND_PRIORITY_ERASE = 100,
	/* What is erased hears nothing any more: out of Lost Mode comes first.
	 */
	COMMAND_PRIORITY_UNLOCK = 110,
};

#endif
