#include "server/lifecycle/bench_order.h"

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(BENCH_ORDER_##state + 1))
#define ON(event) [BENCH_ORDER_EVENT_##event]

static const unsigned char
    steps[BENCH_ORDER_STATE_COUNT][BENCH_ORDER_EVENT_COUNT] = {
        [BENCH_ORDER_OPEN] =
            {
                ON(HAND_OUT) = TO(HANDED),
                ON(CANCEL) = TO(CANCELLED),
                ON(EXPIRE) = TO(EXPIRED),
            },
        /* A result may come without "started": it was told later, or lost. */
        [BENCH_ORDER_HANDED] =
            {
                ON(HAND_OUT) = TO(HANDED),
                ON(START) = TO(STARTED),
                ON(WAIT) = TO(HANDED),
                ON(OK) = TO(DONE),
                ON(FAIL) = TO(FAILED),
                ON(REFUSE) = TO(REFUSED),
                ON(CANCEL) = TO(CANCELLED),
                ON(EXPIRE) = TO(EXPIRED),
            },
        [BENCH_ORDER_STARTED] =
            {
                ON(START) = TO(STARTED),
                ON(WAIT) = TO(STARTED),
                ON(OK) = TO(DONE),
                ON(FAIL) = TO(FAILED),
                ON(REFUSE) = TO(REFUSED),
                /* The station never said what became of it. */
                ON(EXPIRE) = TO(EXPIRED),
            },
        /* The station worked on without us: what it did is what counts. */
        [BENCH_ORDER_CANCELLED] =
            {
                ON(OK) = TO(DONE),
                ON(START) = TO(STARTED),
            },
        [BENCH_ORDER_EXPIRED] =
            {
                ON(OK) = TO(DONE),
                ON(START) = TO(STARTED),
            },
};

static const char *const names[BENCH_ORDER_STATE_COUNT] = {
    [BENCH_ORDER_OPEN] = "waiting",
    [BENCH_ORDER_HANDED] = "handed_out",
    [BENCH_ORDER_STARTED] = "started",
    [BENCH_ORDER_DONE] = "done",
    [BENCH_ORDER_FAILED] = "failed",
    [BENCH_ORDER_REFUSED] = "refused",
    [BENCH_ORDER_CANCELLED] = "cancelled",
    [BENCH_ORDER_EXPIRED] = "expired",
};

int bench_order_next(enum bench_order_state state, enum bench_order_event event,
    enum bench_order_state *next)
{
	unsigned char to;

	if ((unsigned)state >= BENCH_ORDER_STATE_COUNT ||
	    (unsigned)event >= BENCH_ORDER_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum bench_order_state)(to - 1);
	return 0;
}

bool bench_order_is_open(enum bench_order_state state)
{
	return (unsigned)state <= BENCH_ORDER_STARTED;
}

bool bench_order_is_waiting(enum bench_order_state state)
{
	return (unsigned)state <= BENCH_ORDER_HANDED;
}

const char *bench_order_state_name(enum bench_order_state state)
{
	return (unsigned)state < BENCH_ORDER_STATE_COUNT ? names[state]
	                                                 : "unknown";
}
