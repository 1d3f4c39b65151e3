#include "server/lifecycle/lost_mode.h"

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(LOST_MODE_##state + 1))
#define ON(event) [LOST_MODE_EVENT_##event]

static const unsigned char steps[LOST_MODE_STATE_COUNT][LOST_MODE_EVENT_COUNT] =
    {
        [LOST_MODE_ORDERED] =
            {
                ON(TAKEN) = TO(ON),
                ON(REFUSED) = TO(REFUSED),
                ON(CANCEL) = TO(CANCELLED),
                /* It was handed out and may yet be taken. */
                ON(LIFT) = TO(LIFTING),
                ON(LIFE_ENDED) = TO(ENDED),
            },
        [LOST_MODE_ON] =
            {
                ON(LIFT) = TO(LIFTING),
                ON(LIFE_ENDED) = TO(ENDED),
            },
        /* A late answer to the first order does not stop the second. */
        [LOST_MODE_LIFTING] =
            {
                ON(TAKEN) = TO(LIFTING),
                ON(REFUSED) = TO(LIFTING),
                ON(LIFTED) = TO(OFF),
                ON(KEPT) = TO(ON),
                ON(LIFE_ENDED) = TO(ENDED),
            },
        /* The closed states have no row: nothing leaves them. */
};

static const char *const names[LOST_MODE_STATE_COUNT] = {
    [LOST_MODE_ORDERED] = "ordered",
    [LOST_MODE_ON] = "on",
    [LOST_MODE_LIFTING] = "lifting",
    [LOST_MODE_OFF] = "off",
    [LOST_MODE_REFUSED] = "refused",
    [LOST_MODE_CANCELLED] = "cancelled",
    [LOST_MODE_ENDED] = "ended",
};

static const char *const event_names[LOST_MODE_EVENT_COUNT] = {
    [LOST_MODE_EVENT_TAKEN] = "taken",
    [LOST_MODE_EVENT_REFUSED] = "refused",
    [LOST_MODE_EVENT_CANCEL] = "cancel",
    [LOST_MODE_EVENT_LIFT] = "lift",
    [LOST_MODE_EVENT_LIFTED] = "lifted",
    [LOST_MODE_EVENT_KEPT] = "kept",
    [LOST_MODE_EVENT_LIFE_ENDED] = "life_ended",
};

int lost_mode_next(enum lost_mode_state state, enum lost_mode_event event,
    enum lost_mode_state *next)
{
	unsigned char to;

	if ((unsigned)state >= LOST_MODE_STATE_COUNT ||
	    (unsigned)event >= LOST_MODE_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum lost_mode_state)(to - 1);
	return 0;
}

bool lost_mode_is_open(enum lost_mode_state state)
{
	return (unsigned)state <= LOST_MODE_LIFTING;
}

const char *lost_mode_state_name(enum lost_mode_state state)
{
	return (unsigned)state < LOST_MODE_STATE_COUNT ? names[state]
	                                               : "unknown";
}

const char *lost_mode_event_name(enum lost_mode_event event)
{
	return (unsigned)event < LOST_MODE_EVENT_COUNT ? event_names[event]
	                                               : "unknown";
}
