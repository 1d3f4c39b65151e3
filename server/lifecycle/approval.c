#include "server/lifecycle/approval.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(APPROVAL_##state + 1))
#define ON(event) [APPROVAL_EVENT_##event]

static const unsigned char steps[APPROVAL_STATE_COUNT][APPROVAL_EVENT_COUNT] = {
    [APPROVAL_ASKED] =
        {
            ON(APPROVE) = TO(APPROVED),
            ON(REFUSE) = TO(REFUSED),
            ON(EXPIRE) = TO(EXPIRED),
            ON(WITHDRAW) = TO(WITHDRAWN),
        },
    [APPROVAL_APPROVED] =
        {
            ON(USE_UP) = TO(USED),
            ON(EXPIRE) = TO(EXPIRED),
            ON(WITHDRAW) = TO(WITHDRAWN),
        },
    /* Refused, used, expired and withdrawn have no row: a yes does not come
     * back, it is asked for anew. */
};

static const char *const state_names[APPROVAL_STATE_COUNT] = {
    [APPROVAL_ASKED] = "asked",
    [APPROVAL_APPROVED] = "approved",
    [APPROVAL_REFUSED] = "refused",
    [APPROVAL_USED] = "used",
    [APPROVAL_EXPIRED] = "expired",
    [APPROVAL_WITHDRAWN] = "withdrawn",
};

static const char *const event_names[APPROVAL_EVENT_COUNT] = {
    [APPROVAL_EVENT_APPROVE] = "approve",
    [APPROVAL_EVENT_REFUSE] = "refuse",
    [APPROVAL_EVENT_USE_UP] = "use_up",
    [APPROVAL_EVENT_EXPIRE] = "expire",
    [APPROVAL_EVENT_WITHDRAW] = "withdraw",
};

static const char *const what_names[APPROVAL_WHAT_COUNT] = {
    [APPROVAL_WIPE] = "wipe",
    [APPROVAL_DEPARTURES] = "departures",
    [APPROVAL_BYPASS_CODE] = "bypass_code",
    [APPROVAL_UNLOCK_TOKEN] = "unlock_token",
    [APPROVAL_LOST_MODE] = "lost_mode",
    [APPROVAL_REMOVE_DATA] = "remove_data",
};

int approval_next(enum approval_state state, enum approval_event event,
    enum approval_state *next)
{
	unsigned char to;

	if ((unsigned)state >= APPROVAL_STATE_COUNT ||
	    (unsigned)event >= APPROVAL_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum approval_state)(to - 1);
	return 0;
}

bool approval_is_open(enum approval_state state)
{
	return (unsigned)state <= APPROVAL_APPROVED;
}

const char *approval_state_name(enum approval_state state)
{
	return (unsigned)state < APPROVAL_STATE_COUNT ? state_names[state]
	                                              : "unknown";
}

const char *approval_event_name(enum approval_event event)
{
	return (unsigned)event < APPROVAL_EVENT_COUNT ? event_names[event]
	                                              : "unknown";
}

const char *approval_what_name(enum approval_what what)
{
	return (unsigned)what < APPROVAL_WHAT_COUNT ? what_names[what]
	                                            : "unknown";
}

int approval_what_parse(const char *name, enum approval_what *out)
{
	int i;

	for (i = 0; i < APPROVAL_WHAT_COUNT; i++) {
		if (strcmp(name, what_names[i]) == 0) {
			*out = (enum approval_what)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}
