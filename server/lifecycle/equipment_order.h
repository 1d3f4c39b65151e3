/*
 * equipment_order: the states of an order for a phone, a SIM or a function
 * (RON-27, VST-05/06/34, BOT-28) and what may follow each. Only an approved or
 * ordered one lets something be linked. A table; pure.
 */
#ifndef SERVER_LIFECYCLE_EQUIPMENT_ORDER_H
#define SERVER_LIFECYCLE_EQUIPMENT_ORDER_H

#include <stdbool.h>

/* Stored as numbers: never renumber. */
enum equipment_order_state {
	EQUIPMENT_ORDER_REQUESTED = 0,
	EQUIPMENT_ORDER_APPROVED = 1,
	EQUIPMENT_ORDER_ORDERED = 2, /* sent to the supplier or operator */
	EQUIPMENT_ORDER_LINKED = 3,  /* the phone or SIM is the person's */
	EQUIPMENT_ORDER_REFUSED = 4,
	EQUIPMENT_ORDER_CANCELLED = 5,
	EQUIPMENT_ORDER_STATE_COUNT
};

enum equipment_order_event {
	EQUIPMENT_ORDER_EVENT_APPROVE,
	EQUIPMENT_ORDER_EVENT_REFUSE,
	EQUIPMENT_ORDER_EVENT_ORDER,
	EQUIPMENT_ORDER_EVENT_LINK,
	EQUIPMENT_ORDER_EVENT_CANCEL,
	EQUIPMENT_ORDER_EVENT_COUNT
};

/* Stored as numbers: never renumber. What is asked for. */
enum equipment_order_what {
	EQUIPMENT_PHONE = 0,
	EQUIPMENT_SUBSCRIPTION = 1, /* a SIM or eSIM with its number */
	EQUIPMENT_ACCESSORY = 2,
	EQUIPMENT_FUNCTION = 3, /* abroad, data, …: VST-06 */
	EQUIPMENT_BLOCK = 4,    /* to the operator: close this SIM: BOT-28 */
	EQUIPMENT_REPLACE = 5,  /* to the operator: a new SIM card: BOT-28 */
	EQUIPMENT_WHAT_COUNT
};

/* 0 and *next; -ERR_CONFLICT when the table has no such step. */
int equipment_order_next(enum equipment_order_state state,
    enum equipment_order_event event, enum equipment_order_state *next);

/* Requested, approved or ordered. */
bool equipment_order_is_open(enum equipment_order_state state);
/* Approved or ordered: what it is for may be linked. */
bool equipment_order_may_link(enum equipment_order_state state);

/* "requested", "approved", "ordered", "linked", "refused", "cancelled". */
const char *equipment_order_state_name(enum equipment_order_state state);
int equipment_order_state_parse(
    const char *name, enum equipment_order_state *out);

/* "phone", "subscription", "accessory", "function", "block", "replace". */
const char *equipment_order_what_name(enum equipment_order_what what);
int equipment_order_what_parse(
    const char *name, enum equipment_order_what *out);

#endif
