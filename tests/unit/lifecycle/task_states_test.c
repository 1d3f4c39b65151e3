/*
 * task_states_test: does every pair of state and event of tasks and equipment
 * orders lead where it should, and nowhere else? The grids are drawn whole: a
 * step added to the tables fails here until somebody has decided it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/lifecycle/equipment_order.h"
#include "server/lifecycle/task.h"

#define NO (-1)

typedef int step_fn(int state, int event, int *next);

static int task_step(int state, int event, int *next)
{
	enum task_state to = (enum task_state) * next;
	int rc = task_next((enum task_state)state, (enum task_event)event, &to);

	*next = (int)to;
	return rc;
}

static int order_step(int state, int event, int *next)
{
	enum equipment_order_state to = (enum equipment_order_state) * next;
	int rc = equipment_order_next((enum equipment_order_state)state,
	    (enum equipment_order_event)event, &to);

	*next = (int)to;
	return rc;
}

static void check_grid(
    const char *name, step_fn *step, const int *grid, int states, int events)
{
	int want;
	int next;
	int rc;
	int s;
	int e;

	for (s = 0; s < states; s++) {
		for (e = 0; e < events; e++) {
			want = grid[s * events + e];
			next = 99;
			rc = step(s, e, &next);
			if (rc != (want == NO ? -(int)ERR_CONFLICT : 0) ||
			    next != (want == NO ? 99 : want))
				fail_msg("%s: state %d, event %d: answer %d, "
				         "next %d, expected %d",
				    name, s, e, rc, next, want);
		}
	}
}

static void test_task_grid(void **state)
{
	enum { O = TASK_OPEN, R, E, D, X, C };
	/* clang-format off */
	static const int grid[TASK_STATE_COUNT][TASK_EVENT_COUNT] = {
	    /*      remind escalate answer evidence expire cancel */
	    [O] = {    R,       E,     D,       D,     X,     C },
	    [R] = {   NO,       E,     D,       D,     X,     C },
	    [E] = {   NO,      NO,     D,       D,     X,     C },
	    [D] = {   NO,      NO,    NO,      NO,    NO,    NO },
	    [X] = {   NO,      NO,    NO,      NO,    NO,    NO },
	    [C] = {   NO,      NO,    NO,      NO,    NO,    NO },
	};
	/* clang-format on */

	(void)state;
	check_grid(
	    "task", task_step, &grid[0][0], TASK_STATE_COUNT, TASK_EVENT_COUNT);
}

static void test_order_grid(void **state)
{
	enum { Q = EQUIPMENT_ORDER_REQUESTED, A, O, L, R, C };
	/* clang-format off */
	static const int grid[EQUIPMENT_ORDER_STATE_COUNT]
			     [EQUIPMENT_ORDER_EVENT_COUNT] = {
	    /*      approve refuse order link cancel */
	    [Q] = {      A,     R,   NO,  NO,     C },
	    [A] = {     NO,    NO,    O,   L,     C },
	    [O] = {     NO,    NO,   NO,   L,     C },
	    [L] = {     NO,    NO,   NO,  NO,    NO },
	    [R] = {     NO,    NO,   NO,  NO,    NO },
	    [C] = {     NO,    NO,   NO,  NO,    NO },
	};
	/* clang-format on */

	(void)state;
	check_grid("order", order_step, &grid[0][0],
	    EQUIPMENT_ORDER_STATE_COUNT, EQUIPMENT_ORDER_EVENT_COUNT);
}

/* Nothing is linked that nobody approved: no way there but through approved. */
static void test_linked_only_after_approval(void **state)
{
	int next;
	int s;

	(void)state;
	for (s = 0; s < EQUIPMENT_ORDER_STATE_COUNT; s++)
		assert_int_equal(
		    order_step(s, EQUIPMENT_ORDER_EVENT_LINK, &next) == 0,
		    equipment_order_may_link((enum equipment_order_state)s));
	assert_false(equipment_order_may_link(EQUIPMENT_ORDER_REQUESTED));
	assert_false(equipment_order_may_link(EQUIPMENT_ORDER_REFUSED));
}

/* Numbers that no table has: from a damaged row or a later release. */
static void test_outside_the_tables(void **state)
{
	static const int odd[] = {
	    -1, -1000, TASK_KIND_COUNT, 255, 256, INT32_MAX};
	int next = 99;
	size_t i;

	(void)state;
	assert_int_equal(task_step(TASK_STATE_COUNT, 0, &next), -ERR_CONFLICT);
	assert_int_equal(task_step(0, TASK_EVENT_COUNT, &next), -ERR_CONFLICT);
	assert_int_equal(
	    order_step(EQUIPMENT_ORDER_STATE_COUNT, 0, &next), -ERR_CONFLICT);
	assert_int_equal(
	    order_step(0, EQUIPMENT_ORDER_EVENT_COUNT, &next), -ERR_CONFLICT);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(task_step(odd[i], 0, &next), -ERR_CONFLICT);
		assert_int_equal(task_step(0, odd[i], &next), -ERR_CONFLICT);
		assert_int_equal(order_step(odd[i], 0, &next), -ERR_CONFLICT);
		assert_int_equal(order_step(0, odd[i], &next), -ERR_CONFLICT);
		assert_false(task_is_open((enum task_state)odd[i]));
		assert_false(equipment_order_is_open(
		    (enum equipment_order_state)odd[i]));
		assert_string_equal(
		    task_state_name((enum task_state)odd[i]), "unknown");
		assert_string_equal(
		    task_kind_name((enum task_kind)odd[i]), "unknown");
		assert_string_equal(equipment_order_state_name(
		                        (enum equipment_order_state)odd[i]),
		    "unknown");
		assert_string_equal(equipment_order_what_name(
		                        (enum equipment_order_what)odd[i]),
		    "unknown");
	}
	assert_int_equal(next, 99);
}

/* Open is what has a way out; the schema's indexes say the same numbers. */
static void test_open_has_a_way_out(void **state)
{
	bool leaves;
	int next;
	int s;
	int e;

	(void)state;
	for (s = 0; s < TASK_STATE_COUNT; s++) {
		leaves = false;
		for (e = 0; e < TASK_EVENT_COUNT; e++)
			leaves |= task_step(s, e, &next) == 0;
		assert_int_equal(leaves, task_is_open((enum task_state)s));
		assert_int_equal(leaves, s <= 2);
	}
	for (s = 0; s < EQUIPMENT_ORDER_STATE_COUNT; s++) {
		leaves = false;
		for (e = 0; e < EQUIPMENT_ORDER_EVENT_COUNT; e++)
			leaves |= order_step(s, e, &next) == 0;
		assert_int_equal(leaves,
		    equipment_order_is_open((enum equipment_order_state)s));
		assert_int_equal(leaves, s <= 2);
	}
}

static void test_names_come_back(void **state)
{
	enum equipment_order_state order;
	enum equipment_order_what what;
	enum task_state task;
	enum task_kind kind;
	int i;

	(void)state;
	for (i = 0; i < TASK_STATE_COUNT; i++) {
		assert_int_equal(
		    task_state_parse(
		        task_state_name((enum task_state)i), &task),
		    0);
		assert_int_equal(task, i);
	}
	for (i = 0; i < TASK_KIND_COUNT; i++) {
		assert_int_equal(
		    task_kind_parse(task_kind_name((enum task_kind)i), &kind),
		    0);
		assert_int_equal(kind, i);
	}
	for (i = 0; i < EQUIPMENT_ORDER_STATE_COUNT; i++) {
		assert_int_equal(equipment_order_state_parse(
		                     equipment_order_state_name(
		                         (enum equipment_order_state)i),
		                     &order),
		    0);
		assert_int_equal(order, i);
	}
	for (i = 0; i < EQUIPMENT_WHAT_COUNT; i++) {
		assert_int_equal(
		    equipment_order_what_parse(
		        equipment_order_what_name((enum equipment_order_what)i),
		        &what),
		    0);
		assert_int_equal(what, i);
	}
	assert_int_equal(task_state_parse("Open", &task), -ERR_INVALID);
	assert_int_equal(task_kind_parse("", &kind), -ERR_INVALID);
	assert_int_equal(
	    equipment_order_state_parse("unknown", &order), -ERR_INVALID);
	assert_int_equal(equipment_order_what_parse("", &what), -ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_task_grid),
	    cmocka_unit_test(test_order_grid),
	    cmocka_unit_test(test_linked_only_after_approval),
	    cmocka_unit_test(test_outside_the_tables),
	    cmocka_unit_test(test_open_has_a_way_out),
	    cmocka_unit_test(test_names_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
