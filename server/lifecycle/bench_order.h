/*
 * bench_order: the states of a work order for the bench. A destructive one is
 * with one station at a time; what was begun is never handed out again. Pure.
 */
#ifndef SERVER_LIFECYCLE_BENCH_ORDER_H
#define SERVER_LIFECYCLE_BENCH_ORDER_H

#include <stdbool.h>

/* Stored as numbers: never renumber. */
enum bench_order_state {
	BENCH_ORDER_OPEN = 0,    /* waits until the phone is at a bench */
	BENCH_ORDER_HANDED = 1,  /* a station has it, signed */
	BENCH_ORDER_STARTED = 2, /* the station has begun */
	BENCH_ORDER_DONE = 3,
	BENCH_ORDER_FAILED = 4,
	BENCH_ORDER_REFUSED = 5, /* the station would not */
	BENCH_ORDER_CANCELLED = 6,
	BENCH_ORDER_EXPIRED = 7,
	BENCH_ORDER_STATE_COUNT
};

enum bench_order_event {
	BENCH_ORDER_EVENT_HAND_OUT,
	BENCH_ORDER_EVENT_START,
	BENCH_ORDER_EVENT_OK,
	BENCH_ORDER_EVENT_WAIT, /* for the operator */
	BENCH_ORDER_EVENT_FAIL,
	BENCH_ORDER_EVENT_REFUSE,
	BENCH_ORDER_EVENT_CANCEL,
	BENCH_ORDER_EVENT_EXPIRE,
	BENCH_ORDER_EVENT_COUNT
};

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int bench_order_next(enum bench_order_state state, enum bench_order_event event,
    enum bench_order_state *next);

/* Open, handed or started. */
bool bench_order_is_open(enum bench_order_state state);
/* Open or handed: a station may be given it. */
bool bench_order_is_waiting(enum bench_order_state state);
const char *bench_order_state_name(enum bench_order_state state);

#endif
