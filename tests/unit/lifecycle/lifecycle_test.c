/*
 * lifecycle_test: does every pair of state and event lead where it should, and
 * nowhere else? The expected grids are drawn whole, one column an event, so
 * that a step added to the tables fails here until somebody has decided it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/lifecycle/command.h"
#include "server/lifecycle/life.h"
#include "server/lifecycle/wipe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NO (-1)

/* One grid, one table: rows are states, columns events, NO is refused. */
typedef int step_fn(int state, int event, int *next);

static void check_grid(
    const char *name, step_fn *step, const int *grid, int states, int events)
{
	int want;
	int next;
	int r;
	int s;
	int e;

	for (s = 0; s < states; s++) {
		for (e = 0; e < events; e++) {
			want = grid[s * events + e];
			next = 99;
			r = step(s, e, &next);
			if (r != (want == NO ? -(int)ERR_CONFLICT : 0) ||
			    next != (want == NO ? 99 : want))
				fail_msg("%s: state %d, event %d: answer %d, "
				         "next %d, expected %d",
				    name, s, e, r, next, want);
		}
	}
}

static int command_step(int state, int event, int *next)
{
	enum command_state to = (enum command_state) * next;
	int r = command_next(
	    (enum command_state)state, (enum command_event)event, &to);

	*next = (int)to;
	return r;
}

static int life_step(int state, int event, int *next)
{
	enum life_state to = (enum life_state) * next;
	int r = life_next((enum life_state)state, (enum life_event)event, &to);

	*next = (int)to;
	return r;
}

static int wipe_step(int state, int event, int *next)
{
	enum wipe_state to = (enum wipe_state) * next;
	int r = wipe_next((enum wipe_state)state, (enum wipe_event)event, &to);

	*next = (int)to;
	return r;
}

static void test_command_grid(void **state)
{
	enum { Q = COMMAND_QUEUED, S, N, A, F, C, R, X };
	/* clang-format off */
	static const int grid[COMMAND_STATE_COUNT][COMMAND_EVENT_COUNT] = {
	    /*      send ack err  fmt  later canc sup  exp  ended */
	    [Q] = {  S,   A,  F,   F,   N,    C,   R,   X,   C },
	    [S] = {  S,   A,  F,   F,   N,    C,   R,   X,   C },
	    [N] = {  S,   A,  F,   F,   N,    C,   R,   X,   C },
	    [A] = { NO,  NO, NO,  NO,  NO,   NO,  NO,  NO,  NO },
	    [F] = { NO,  NO, NO,  NO,  NO,   NO,  NO,  NO,  NO },
	    [C] = { NO,  NO, NO,  NO,  NO,   NO,  NO,  NO,  NO },
	    [R] = { NO,  NO, NO,  NO,  NO,   NO,  NO,  NO,  NO },
	    [X] = { NO,  NO, NO,  NO,  NO,   NO,  NO,  NO,  NO },
	};
	/* clang-format on */

	(void)state;
	check_grid("command", command_step, &grid[0][0], COMMAND_STATE_COUNT,
	    COMMAND_EVENT_COUNT);
}

static void test_life_grid(void **state)
{
	enum { A = LIFE_AUTHENTICATED, E, O, R };
	/* clang-format off */
	static const int grid[LIFE_STATE_COUNT][LIFE_EVENT_COUNT] = {
	    /*      token out replace */
	    [A] = {  E,    O,  R },
	    [E] = {  E,    O,  R },
	    [O] = { NO,   NO, NO },
	    [R] = { NO,   NO, NO },
	};
	/* clang-format on */

	(void)state;
	check_grid(
	    "life", life_step, &grid[0][0], LIFE_STATE_COUNT, LIFE_EVENT_COUNT);
}

static void test_wipe_grid(void **state)
{
	enum { O = WIPE_ORDERED, A, S, P, C, F };
	/* clang-format off */
	static const int grid[WIPE_STATE_COUNT][WIPE_EVENT_COUNT] = {
	    /*      ack err silence contact proof cancel */
	    [O] = {  A,  F,  NO,     NO,     P,    C },
	    [A] = { NO, NO,   S,      A,     P,   NO },
	    [S] = { NO, NO,  NO,      A,     P,   NO },
	    [P] = { NO, NO,  NO,     NO,    NO,   NO },
	    [C] = { NO, NO,  NO,     NO,    NO,   NO },
	    [F] = { NO, NO,  NO,     NO,    NO,   NO },
	};
	/* clang-format on */

	(void)state;
	check_grid(
	    "wipe", wipe_step, &grid[0][0], WIPE_STATE_COUNT, WIPE_EVENT_COUNT);
}

/* Numbers that no table has: from a damaged row or a later release. */
static void test_outside_the_tables(void **state)
{
	static const int odd[] = {-1, -1000, 8, 9, 255, 256, INT32_MAX};
	int next;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(odd); i++) {
		next = 99;
		assert_int_equal(command_step(odd[i], 0, &next), -ERR_CONFLICT);
		assert_int_equal(life_step(odd[i], 0, &next), -ERR_CONFLICT);
		assert_int_equal(wipe_step(odd[i], 0, &next), -ERR_CONFLICT);
		if (odd[i] != 8) /* the last event of a command */
			assert_int_equal(
			    command_step(0, odd[i], &next), -ERR_CONFLICT);
		assert_int_equal(life_step(0, odd[i], &next), -ERR_CONFLICT);
		assert_int_equal(wipe_step(0, odd[i], &next), -ERR_CONFLICT);
		assert_int_equal(next, 99);
		assert_false(command_is_open((enum command_state)odd[i]));
		assert_false(life_is_open((enum life_state)odd[i]));
		assert_false(wipe_is_open((enum wipe_state)odd[i]));
		assert_string_equal(
		    command_state_name((enum command_state)odd[i]), "unknown");
		assert_string_equal(
		    life_state_name((enum life_state)odd[i]), "unknown");
		assert_string_equal(
		    wipe_state_name((enum wipe_state)odd[i]), "unknown");
	}
}

/* Open is what has a way out; the schema's indexes say the same numbers. */
static void test_open_has_a_way_out(void **state)
{
	bool leaves;
	int next;
	int s;
	int e;

	(void)state;
	for (s = 0; s < COMMAND_STATE_COUNT; s++) {
		leaves = false;
		for (e = 0; e < COMMAND_EVENT_COUNT; e++)
			leaves |= command_step(s, e, &next) == 0;
		assert_int_equal(
		    leaves, command_is_open((enum command_state)s));
		assert_int_equal(leaves, s <= 2); /* commands_queue */
	}
	for (s = 0; s < LIFE_STATE_COUNT; s++) {
		leaves = false;
		for (e = 0; e < LIFE_EVENT_COUNT; e++)
			leaves |= life_step(s, e, &next) == 0;
		assert_int_equal(leaves, life_is_open((enum life_state)s));
		assert_int_equal(leaves, s <= 1); /* lives_open */
	}
	for (s = 0; s < WIPE_STATE_COUNT; s++) {
		leaves = false;
		for (e = 0; e < WIPE_EVENT_COUNT; e++)
			leaves |= wipe_step(s, e, &next) == 0;
		assert_int_equal(leaves, wipe_is_open((enum wipe_state)s));
	}
}

/* Acknowledged, silent and proven, in the order of the ladder. */
static void test_erased_is_the_upper_ladder(void **state)
{
	int s;

	(void)state;
	for (s = 0; s <= WIPE_STATE_COUNT; s++)
		assert_int_equal(wipe_is_erased((enum wipe_state)s),
		    s >= WIPE_ACKNOWLEDGED && s <= WIPE_PROVEN);
}

/* Names go out in the API and come back in filters. */
static void test_names(void **state)
{
	enum command_state back;
	int s;
	int t;

	(void)state;
	for (s = 0; s < COMMAND_STATE_COUNT; s++) {
		assert_int_equal(
		    command_state_parse(
		        command_state_name((enum command_state)s), &back),
		    0);
		assert_int_equal(back, s);
		for (t = 0; t < s; t++)
			assert_string_not_equal(
			    command_state_name((enum command_state)s),
			    command_state_name((enum command_state)t));
	}
	assert_int_equal(command_state_parse("", &back), -ERR_INVALID);
	assert_int_equal(command_state_parse("Queued", &back), -ERR_INVALID);
	assert_int_equal(command_state_parse("unknown", &back), -ERR_INVALID);
	assert_string_equal(life_state_name(LIFE_CHECKED_OUT), "checked_out");
	assert_string_equal(wipe_state_name(WIPE_SILENT), "silent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_command_grid),
	    cmocka_unit_test(test_life_grid),
	    cmocka_unit_test(test_wipe_grid),
	    cmocka_unit_test(test_outside_the_tables),
	    cmocka_unit_test(test_open_has_a_way_out),
	    cmocka_unit_test(test_erased_is_the_upper_ladder),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
