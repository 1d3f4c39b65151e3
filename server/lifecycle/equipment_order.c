#include "server/lifecycle/equipment_order.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(EQUIPMENT_ORDER_##state + 1))
#define ON(event) [EQUIPMENT_ORDER_EVENT_##event]

static const unsigned char
    steps[EQUIPMENT_ORDER_STATE_COUNT][EQUIPMENT_ORDER_EVENT_COUNT] = {
        [EQUIPMENT_ORDER_REQUESTED] =
            {
                ON(APPROVE) = TO(APPROVED),
                ON(REFUSE) = TO(REFUSED),
                ON(CANCEL) = TO(CANCELLED),
            },
        /* From the shelf: linked without being ordered anywhere. */
        [EQUIPMENT_ORDER_APPROVED] =
            {
                ON(ORDER) = TO(ORDERED),
                ON(LINK) = TO(LINKED),
                ON(CANCEL) = TO(CANCELLED),
            },
        [EQUIPMENT_ORDER_ORDERED] =
            {
                ON(LINK) = TO(LINKED),
                ON(CANCEL) = TO(CANCELLED),
            },
        /* Linked, refused and cancelled have no row: a new need is a new
         * order, with its own approval. */
};

static const char *const state_names[EQUIPMENT_ORDER_STATE_COUNT] = {
    [EQUIPMENT_ORDER_REQUESTED] = "requested",
    [EQUIPMENT_ORDER_APPROVED] = "approved",
    [EQUIPMENT_ORDER_ORDERED] = "ordered",
    [EQUIPMENT_ORDER_LINKED] = "linked",
    [EQUIPMENT_ORDER_REFUSED] = "refused",
    [EQUIPMENT_ORDER_CANCELLED] = "cancelled",
};

static const char *const what_names[EQUIPMENT_WHAT_COUNT] = {
    [EQUIPMENT_PHONE] = "phone",
    [EQUIPMENT_SUBSCRIPTION] = "subscription",
    [EQUIPMENT_ACCESSORY] = "accessory",
    [EQUIPMENT_FUNCTION] = "function",
    [EQUIPMENT_BLOCK] = "block",
    [EQUIPMENT_REPLACE] = "replace",
};

int equipment_order_next(enum equipment_order_state state,
    enum equipment_order_event event, enum equipment_order_state *next)
{
	unsigned char to;

	if ((unsigned)state >= EQUIPMENT_ORDER_STATE_COUNT ||
	    (unsigned)event >= EQUIPMENT_ORDER_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum equipment_order_state)(to - 1);
	return 0;
}

bool equipment_order_is_open(enum equipment_order_state state)
{
	return (unsigned)state <= EQUIPMENT_ORDER_ORDERED;
}

bool equipment_order_may_link(enum equipment_order_state state)
{
	return state == EQUIPMENT_ORDER_APPROVED ||
	    state == EQUIPMENT_ORDER_ORDERED;
}

static int name_find(
    const char *const *names, int count, const char *name, int *out)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}

const char *equipment_order_state_name(enum equipment_order_state state)
{
	return (unsigned)state < EQUIPMENT_ORDER_STATE_COUNT
	    ? state_names[state]
	    : "unknown";
}

int equipment_order_state_parse(
    const char *name, enum equipment_order_state *out)
{
	int i;

	if (name_find(state_names, EQUIPMENT_ORDER_STATE_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum equipment_order_state)i;
	return 0;
}

const char *equipment_order_what_name(enum equipment_order_what what)
{
	return (unsigned)what < EQUIPMENT_WHAT_COUNT ? what_names[what]
	                                             : "unknown";
}

int equipment_order_what_parse(const char *name, enum equipment_order_what *out)
{
	int i;

	if (name_find(what_names, EQUIPMENT_WHAT_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum equipment_order_what)i;
	return 0;
}
