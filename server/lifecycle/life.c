#include "server/lifecycle/life.h"

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(LIFE_##state + 1))

/*
 * An ended life has no row: a late TokenUpdate does not bring it back, and
 * one that checked out is not replaced, it is over (DESIGN invariant 3).
 */
static const unsigned char steps[LIFE_STATE_COUNT][LIFE_EVENT_COUNT] = {
    [LIFE_AUTHENTICATED] =
        {
            [LIFE_EVENT_TOKEN_UPDATE] = TO(ENROLLED),
            [LIFE_EVENT_CHECK_OUT] = TO(CHECKED_OUT),
            [LIFE_EVENT_REPLACE] = TO(REPLACED),
        },
    [LIFE_ENROLLED] =
        {
            [LIFE_EVENT_TOKEN_UPDATE] = TO(ENROLLED),
            [LIFE_EVENT_CHECK_OUT] = TO(CHECKED_OUT),
            [LIFE_EVENT_REPLACE] = TO(REPLACED),
        },
};

static const char *const names[LIFE_STATE_COUNT] = {
    [LIFE_AUTHENTICATED] = "authenticated",
    [LIFE_ENROLLED] = "enrolled",
    [LIFE_CHECKED_OUT] = "checked_out",
    [LIFE_REPLACED] = "replaced",
};

int life_next(
    enum life_state state, enum life_event event, enum life_state *next)
{
	unsigned char to;

	if ((unsigned)state >= LIFE_STATE_COUNT ||
	    (unsigned)event >= LIFE_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum life_state)(to - 1);
	return 0;
}

bool life_is_open(enum life_state state)
{
	return (unsigned)state <= LIFE_ENROLLED;
}

const char *life_state_name(enum life_state state)
{
	return (unsigned)state < LIFE_STATE_COUNT ? names[state] : "unknown";
}
