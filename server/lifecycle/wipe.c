#include "server/lifecycle/wipe.h"

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(WIPE_##state + 1))

static const unsigned char steps[WIPE_STATE_COUNT][WIPE_EVENT_COUNT] = {
    [WIPE_ORDERED] =
        {
            [WIPE_EVENT_ACKNOWLEDGE] = TO(ACKNOWLEDGED),
            [WIPE_EVENT_ERROR] = TO(FAILED),
            [WIPE_EVENT_CANCEL] = TO(CANCELLED),
            /* The bench can see an empty phone whose answer was lost. */
            [WIPE_EVENT_PROOF] = TO(PROVEN),
        },
    /* Once acknowledged, the phone may be erasing: no way back. */
    [WIPE_ACKNOWLEDGED] =
        {
            [WIPE_EVENT_SILENCE] = TO(SILENT),
            [WIPE_EVENT_CONTACT] = TO(ACKNOWLEDGED),
            [WIPE_EVENT_PROOF] = TO(PROVEN),
        },
    /* Heard again: its silence was no evidence, so it starts over. */
    [WIPE_SILENT] =
        {
            [WIPE_EVENT_CONTACT] = TO(ACKNOWLEDGED),
            [WIPE_EVENT_PROOF] = TO(PROVEN),
        },
};

static const char *const names[WIPE_STATE_COUNT] = {
    [WIPE_ORDERED] = "ordered",
    [WIPE_ACKNOWLEDGED] = "acknowledged",
    [WIPE_SILENT] = "silent",
    [WIPE_PROVEN] = "proven",
    [WIPE_CANCELLED] = "cancelled",
    [WIPE_FAILED] = "failed",
};

int wipe_next(
    enum wipe_state state, enum wipe_event event, enum wipe_state *next)
{
	unsigned char to;

	if ((unsigned)state >= WIPE_STATE_COUNT ||
	    (unsigned)event >= WIPE_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum wipe_state)(to - 1);
	return 0;
}

bool wipe_is_erased(enum wipe_state state)
{
	return state == WIPE_ACKNOWLEDGED || state == WIPE_SILENT ||
	    state == WIPE_PROVEN;
}

bool wipe_is_open(enum wipe_state state)
{
	return (unsigned)state <= WIPE_SILENT;
}

const char *wipe_state_name(enum wipe_state state)
{
	return (unsigned)state < WIPE_STATE_COUNT ? names[state] : "unknown";
}
