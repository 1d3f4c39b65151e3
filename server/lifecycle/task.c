#include "server/lifecycle/task.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(TASK_##state + 1))
#define ON(event) [TASK_EVENT_##event]

#define ENDS                                                                   \
	ON(ANSWER) = TO(DONE), ON(EVIDENCE) = TO(DONE),                        \
	ON(EXPIRE) = TO(EXPIRED), ON(CANCEL) = TO(CANCELLED)

static const unsigned char steps[TASK_STATE_COUNT][TASK_EVENT_COUNT] = {
    /* A server that was away may owe the reminder and the escalation. */
    [TASK_OPEN] = {ON(REMIND) = TO(REMINDED), ON(ESCALATE) = TO(ESCALATED),
        ENDS},
    [TASK_REMINDED] = {ON(ESCALATE) = TO(ESCALATED), ENDS},
    [TASK_ESCALATED] = {ENDS},
    /* The closed states have no row: nothing leaves them. */
};

static const char *const state_names[TASK_STATE_COUNT] = {
    [TASK_OPEN] = "open",
    [TASK_REMINDED] = "reminded",
    [TASK_ESCALATED] = "escalated",
    [TASK_DONE] = "done",
    [TASK_EXPIRED] = "expired",
    [TASK_CANCELLED] = "cancelled",
};

static const char *const kind_names[TASK_KIND_COUNT] = {
    [TASK_STATEMENT] = "statement",
    [TASK_ACKNOWLEDGE] = "acknowledge",
    [TASK_ACCEPT_DEPUTY] = "accept_deputy",
    [TASK_ACCEPT_COLLEAGUE] = "accept_colleague",
    [TASK_APPROVE_ORDER] = "approve_order",
    [TASK_REGISTER_FIX] = "register_fix",
    [TASK_RETURN_PHONE] = "return_phone",
    [TASK_CONFIRM_RETURN] = "confirm_return",
    [TASK_ACCEPT_HANDOUT] = "accept_handout",
    [TASK_DECIDE_RETURN] = "decide_return",
};

int task_next(
    enum task_state state, enum task_event event, enum task_state *next)
{
	unsigned char to;

	if ((unsigned)state >= TASK_STATE_COUNT ||
	    (unsigned)event >= TASK_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = (enum task_state)(to - 1);
	return 0;
}

bool task_is_open(enum task_state state)
{
	return (unsigned)state <= TASK_ESCALATED;
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

const char *task_state_name(enum task_state state)
{
	return (unsigned)state < TASK_STATE_COUNT ? state_names[state]
	                                          : "unknown";
}

int task_state_parse(const char *name, enum task_state *out)
{
	int i;

	if (name_find(state_names, TASK_STATE_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum task_state)i;
	return 0;
}

const char *task_kind_name(enum task_kind kind)
{
	return (unsigned)kind < TASK_KIND_COUNT ? kind_names[kind] : "unknown";
}

int task_kind_parse(const char *name, enum task_kind *out)
{
	int i;

	if (name_find(kind_names, TASK_KIND_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum task_kind)i;
	return 0;
}
