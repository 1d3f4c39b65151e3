/*
 * task: the states of one thing a person is asked to do, and what may follow
 * each. A table: what is not listed is refused. Pure; it reads no clock: when
 * an event happens is decided by server/service/task/task_clock.c.
 */
#ifndef SERVER_LIFECYCLE_TASK_H
#define SERVER_LIFECYCLE_TASK_H

#include <stdbool.h>

/* Stored as numbers: never renumber. Open states come first, for the index. */
enum task_state {
	TASK_OPEN = 0,
	TASK_REMINDED = 1,  /* the person was asked once more */
	TASK_ESCALATED = 2, /* the manager was told; the person still owes it */
	TASK_DONE = 3,      /* answered, or measured evidence came instead */
	TASK_EXPIRED = 4,   /* nobody answered; the next period asks anew */
	TASK_CANCELLED = 5, /* no longer asked: left, moved, withdrawn */
	TASK_STATE_COUNT
};

enum task_event {
	TASK_EVENT_REMIND,
	TASK_EVENT_ESCALATE,
	TASK_EVENT_ANSWER,   /* by the person it was put to */
	TASK_EVENT_EVIDENCE, /* a fresh measurement makes the answer needless */
	TASK_EVENT_EXPIRE,
	TASK_EVENT_CANCEL,
	TASK_EVENT_COUNT
};

/* Stored as numbers: never renumber. */
enum task_kind {
	TASK_STATEMENT = 0,     /* attest.<rule>: a dated yes or no */
	TASK_ACKNOWLEDGE = 1,   /* read the pack: INFORM rules of one's roles */
	TASK_ACCEPT_DEPUTY = 2, /* watch a mailbox: ALB-11, RON-21 */
	TASK_ACCEPT_COLLEAGUE = 3, /* take forwarded calls: ALB-15 */
	TASK_APPROVE_ORDER = 4,    /* an equipment order: RON-27, VST-05 */
	TASK_REGISTER_FIX = 5,     /* a vacant coordinator or team leader */
	TASK_RETURN_PHONE = 6,     /* the employee: bring back what is ours */
	TASK_CONFIRM_RETURN = 7,   /* who receives it: say what came back */
	TASK_ACCEPT_HANDOUT = 8,   /* the employee: sign for what was given */
	TASK_DECIDE_RETURN = 9,    /* the manager: it did not come back */
	TASK_KIND_COUNT
};

/*
 * 0 and *next; -ERR_CONFLICT when the table has no such step. An answer to a
 * closed task is such a case: nothing changes, the page says why.
 */
int task_next(
    enum task_state state, enum task_event event, enum task_state *next);

/* Open, reminded or escalated. */
bool task_is_open(enum task_state state);

/* "open", "reminded", "escalated", "done", "expired", "cancelled". */
const char *task_state_name(enum task_state state);
int task_state_parse(const char *name, enum task_state *out);

/* "statement", "acknowledge", "accept_deputy", "accept_colleague",
 * "approve_order", "register_fix", "return_phone", "confirm_return",
 * "accept_handout", "decide_return". */
const char *task_kind_name(enum task_kind kind);
int task_kind_parse(const char *name, enum task_kind *out);

#endif
