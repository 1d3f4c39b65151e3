/*
 * states_dump: every step of every table of server/lifecycle, one a line:
 * table, state, event, next state, with a tab between. It asks the functions
 * that the server asks, so what it says is what is done.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/lifecycle/approval.h"
#include "server/lifecycle/bench_order.h"
#include "server/lifecycle/command.h"
#include "server/lifecycle/equipment_order.h"
#include "server/lifecycle/life.h"
#include "server/lifecycle/lost_mode.h"
#include "server/lifecycle/phone.h"
#include "server/lifecycle/return_case.h"
#include "server/lifecycle/task.h"
#include "server/lifecycle/wipe.h"

struct table {
	const char *name;
	int states;
	int events;
	const char *(*state_name)(int state);
	const char *const *event_names; /* as the header spells them; NULL: */
	const char *(*event_name)(int event);
	/* 0 and *next; each further variant: the same pair, otherwise. */
	int (*step)(int state, int event, int variant, int *next);
	int variants;
};

/* Functions over an enum, as functions over int. */
#define STATES(table, name_fn)                                                 \
	static const char *table##_state(int state)                            \
	{                                                                      \
		return name_fn((enum table##_state)state);                     \
	}
#define STEPS(table, next_fn)                                                  \
	static int table##_step(int state, int event, int variant, int *next)  \
	{                                                                      \
		enum table##_state to = (enum table##_state)0;                 \
		int rc = next_fn((enum table##_state)state,                    \
		    (enum table##_event)event, &to);                           \
                                                                               \
		(void)variant;                                                 \
		*next = (int)to;                                               \
		return rc;                                                     \
	}

STATES(command, command_state_name)
STEPS(command, command_next)
STATES(life, life_state_name)
STEPS(life, life_next)
STATES(wipe, wipe_state_name)
STEPS(wipe, wipe_next)
STATES(task, task_state_name)
STEPS(task, task_next)
STATES(bench_order, bench_order_state_name)
STEPS(bench_order, bench_order_next)
STATES(equipment_order, equipment_order_state_name)
STEPS(equipment_order, equipment_order_next)
STATES(approval, approval_state_name)
STEPS(approval, approval_next)
STATES(lost_mode, lost_mode_state_name)
STEPS(lost_mode, lost_mode_next)
STATES(phone, phone_state_name)

/* Held, managed, private: eight variants. */
static int phone_step(int state, int event, int variant, int *next)
{
	const struct phone_is is = {
	    .held = variant & 1, .managed = variant & 2, .own = variant & 4};
	enum phone_state to = PHONE_ORDERED;
	int rc = phone_next(
	    (enum phone_state)state, (enum phone_event)event, &is, &to);

	*next = (int)to;
	return rc;
}

#define E(prefix, name) [prefix##name] = #name

static const char *const command_events[COMMAND_EVENT_COUNT] = {
    E(COMMAND_EVENT_, SEND), E(COMMAND_EVENT_, ACKNOWLEDGE),
    E(COMMAND_EVENT_, ERROR), E(COMMAND_EVENT_, FORMAT_ERROR),
    E(COMMAND_EVENT_, NOT_NOW), E(COMMAND_EVENT_, CANCEL),
    E(COMMAND_EVENT_, SUPERSEDE), E(COMMAND_EVENT_, EXPIRE),
    E(COMMAND_EVENT_, LIFE_ENDED)};
static const char *const life_events[LIFE_EVENT_COUNT] = {
    E(LIFE_EVENT_, TOKEN_UPDATE), E(LIFE_EVENT_, CHECK_OUT),
    E(LIFE_EVENT_, REPLACE)};
static const char *const wipe_events[WIPE_EVENT_COUNT] = {
    E(WIPE_EVENT_, ACKNOWLEDGE), E(WIPE_EVENT_, ERROR), E(WIPE_EVENT_, SILENCE),
    E(WIPE_EVENT_, CONTACT), E(WIPE_EVENT_, PROOF), E(WIPE_EVENT_, CANCEL)};
static const char *const task_events[TASK_EVENT_COUNT] = {
    E(TASK_EVENT_, REMIND), E(TASK_EVENT_, ESCALATE), E(TASK_EVENT_, ANSWER),
    E(TASK_EVENT_, EVIDENCE), E(TASK_EVENT_, EXPIRE), E(TASK_EVENT_, CANCEL)};
static const char *const bench_events[BENCH_ORDER_EVENT_COUNT] = {
    E(BENCH_ORDER_EVENT_, HAND_OUT), E(BENCH_ORDER_EVENT_, START),
    E(BENCH_ORDER_EVENT_, OK), E(BENCH_ORDER_EVENT_, WAIT),
    E(BENCH_ORDER_EVENT_, FAIL), E(BENCH_ORDER_EVENT_, REFUSE),
    E(BENCH_ORDER_EVENT_, CANCEL), E(BENCH_ORDER_EVENT_, EXPIRE)};
static const char *const equipment_events[EQUIPMENT_ORDER_EVENT_COUNT] = {
    E(EQUIPMENT_ORDER_EVENT_, APPROVE), E(EQUIPMENT_ORDER_EVENT_, REFUSE),
    E(EQUIPMENT_ORDER_EVENT_, ORDER), E(EQUIPMENT_ORDER_EVENT_, LINK),
    E(EQUIPMENT_ORDER_EVENT_, CANCEL)};

static const char *phone_event_of(int event)
{
	return phone_event_name((enum phone_event)event);
}

static const char *lost_event_of(int event)
{
	return lost_mode_event_name((enum lost_mode_event)event);
}

static const char *approval_event_of(int event)
{
	return approval_event_name((enum approval_event)event);
}

/* clang-format off */
static const struct table tables[] = {
    {"phone", PHONE_STATE_COUNT, PHONE_EVENT_COUNT, phone_state, NULL,
        phone_event_of, phone_step, 8},
    {"lost_mode", LOST_MODE_STATE_COUNT, LOST_MODE_EVENT_COUNT,
        lost_mode_state, NULL, lost_event_of, lost_mode_step, 1},
    {"life", LIFE_STATE_COUNT, LIFE_EVENT_COUNT, life_state, life_events,
        NULL, life_step, 1},
    {"command", COMMAND_STATE_COUNT, COMMAND_EVENT_COUNT, command_state,
        command_events, NULL, command_step, 1},
    {"wipe", WIPE_STATE_COUNT, WIPE_EVENT_COUNT, wipe_state, wipe_events,
        NULL, wipe_step, 1},
    {"task", TASK_STATE_COUNT, TASK_EVENT_COUNT, task_state, task_events,
        NULL, task_step, 1},
    {"equipment_order", EQUIPMENT_ORDER_STATE_COUNT,
        EQUIPMENT_ORDER_EVENT_COUNT, equipment_order_state, equipment_events,
        NULL, equipment_order_step, 1},
    {"bench_order", BENCH_ORDER_STATE_COUNT, BENCH_ORDER_EVENT_COUNT,
        bench_order_state, bench_events, NULL, bench_order_step, 1},
    {"approval", APPROVAL_STATE_COUNT, APPROVAL_EVENT_COUNT, approval_state,
        NULL, approval_event_of, approval_step, 1},
};
/* clang-format on */

static void say(
    const char *table, const char *from, const char *event, const char *to)
{
	char word[64];
	size_t i;

	for (i = 0; event[i] && i + 1 < sizeof(word); i++)
		word[i] = (char)tolower((unsigned char)event[i]);
	word[i] = '\0';
	(void)printf("%s\t%s\t%s\t%s\n", table, from, word, to);
}

static void say_pair(const struct table *table, int state, int event)
{
	bool said[32] = {false};
	int next;

	for (int variant = 0; variant < table->variants; variant++) {
		if (table->step(state, event, variant, &next) < 0 || said[next])
			continue;
		said[next] = true;
		say(table->name, table->state_name(state),
		    table->event_names ? table->event_names[event]
		                       : table->event_name(event),
		    table->state_name(next));
	}
}

static void say_table(const struct table *table)
{
	for (int state = 0; state < table->states; state++) {
		(void)printf("%s\t%s\n", table->name, table->state_name(state));
		for (int event = 0; event < table->events; event++)
			say_pair(table, state, event);
	}
}

/* ---- the return case: its state follows from its marks, too ---- */

struct walk {
	bool seen[RETURN_STATE_COUNT][RETURN_MARKS_ALL + 1];
	bool said[RETURN_STATE_COUNT][RETURN_EVENT_COUNT][RETURN_STATE_COUNT];
};

/* Whatever can be reached from planned, and by which event. */
static void walk_from(
    struct walk *walk, unsigned needs, enum return_state state, unsigned marks)
{
	enum return_state next;
	unsigned next_marks;

	if (walk->seen[state][marks])
		return;
	walk->seen[state][marks] = true;
	for (int event = 0; event < RETURN_EVENT_COUNT; event++) {
		if (return_case_next(state, marks, needs,
		        (enum return_event)event, &next, &next_marks) < 0)
			continue;
		walk->said[state][event][next] = true;
		walk_from(walk, needs, next, next_marks);
	}
}

static void say_return_case(enum return_kind kind)
{
	static struct walk walk;
	char name[64];

	memset(&walk, 0, sizeof(walk));
	(void)snprintf(
	    name, sizeof(name), "return_case_%s", return_kind_name(kind));
	walk_from(&walk, return_case_needs(kind), RETURN_PLANNED, 0);
	for (int state = 0; state < RETURN_STATE_COUNT; state++) {
		(void)printf("%s\t%s\n", name,
		    return_state_name((enum return_state)state));
		for (int event = 0; event < RETURN_EVENT_COUNT; event++)
			for (int next = 0; next < RETURN_STATE_COUNT; next++)
				if (walk.said[state][event][next])
					say(name,
					    return_state_name(
					        (enum return_state)state),
					    return_event_name(
					        (enum return_event)event),
					    return_state_name(
					        (enum return_state)next));
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		say_table(&tables[i]);
	say_return_case(RETURN_KIND_MANAGED);
	say_return_case(RETURN_KIND_PRIVATE);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
