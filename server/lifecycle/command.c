#include "server/lifecycle/command.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

/*
 * The table holds the next state plus one, so that a pair nobody wrote down
 * reads as 0 and is refused.
 */
#define TO(state) ((unsigned char)(COMMAND_##state + 1))

/*
 * An open command may be answered whether or not we remember sending it: the
 * phone can know its UUID from us only, so the mark was lost, not the command.
 */
#define ANSWERS                                                                \
	[COMMAND_EVENT_ACKNOWLEDGE] = TO(ACKNOWLEDGED),                        \
	[COMMAND_EVENT_ERROR] = TO(FAILED),                                    \
	[COMMAND_EVENT_FORMAT_ERROR] = TO(FAILED),                             \
	[COMMAND_EVENT_NOT_NOW] = TO(NOT_NOW)

#define ENDS                                                                   \
	[COMMAND_EVENT_CANCEL] = TO(CANCELLED),                                \
	[COMMAND_EVENT_SUPERSEDE] = TO(SUPERSEDED),                            \
	[COMMAND_EVENT_EXPIRE] = TO(EXPIRED),                                  \
	[COMMAND_EVENT_LIFE_ENDED] = TO(CANCELLED)

/* Every open state also takes SEND: a phone that lost a command asks again. */
#define OPEN [COMMAND_EVENT_SEND] = TO(SENT), ANSWERS, ENDS

static const unsigned char steps[COMMAND_STATE_COUNT][COMMAND_EVENT_COUNT] = {
    [COMMAND_QUEUED] = {OPEN},
    [COMMAND_SENT] = {OPEN},
    [COMMAND_NOT_NOW] = {OPEN},
    /* The closed states have no row: nothing leaves them. */
};

static const char *const names[COMMAND_STATE_COUNT] = {
    [COMMAND_QUEUED] = "queued",
    [COMMAND_SENT] = "sent",
    [COMMAND_NOT_NOW] = "not_now",
    [COMMAND_ACKNOWLEDGED] = "acknowledged",
    [COMMAND_FAILED] = "failed",
    [COMMAND_CANCELLED] = "cancelled",
    [COMMAND_SUPERSEDED] = "superseded",
    [COMMAND_EXPIRED] = "expired",
};

int command_next(enum command_state state, enum command_event event,
    enum command_state *next)
{
	unsigned char to;

	if ((unsigned)state >= COMMAND_STATE_COUNT ||
	    (unsigned)event >= COMMAND_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum command_state)(to - 1);
	return 0;
}

bool command_is_open(enum command_state state)
{
	return (unsigned)state <= COMMAND_NOT_NOW;
}

const char *command_state_name(enum command_state state)
{
	return (unsigned)state < COMMAND_STATE_COUNT ? names[state] : "unknown";
}

int command_state_parse(const char *name, enum command_state *out)
{
	size_t i;

	for (i = 0; i < COMMAND_STATE_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum command_state)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}
