/*
 * roster_stop_test: is a plan held that looks like that of a wrong file, until
 * exactly this plan is accepted?
 */
#include "tests/unit/server/roster_world.h"

#include <stdio.h>
#include <string.h>

static void crowd(char *out, size_t size, int first, int last)
{
	size_t used = 0;
	int i;

	out[0] = '\0';
	for (i = first; i <= last; i++)
		used += (size_t)snprintf(out + used, size - used,
		    "%d;Ada%c;Berg%c;p%d@town.example;;Skolan;;2020-01-01;\n",
		    i, 'a' + i % 26, 'a' + i / 26 % 26, i);
}

static void test_half_missing(void **state)
{
	static char rows[16384];
	struct roster_options options = {.stop_above = 0};
	char csv[16384 + 200];
	char plan_id[ROSTER_PLAN_ID];

	(void)state;
	crowd(rows, sizeof(rows), 1, 60);
	must_apply(ROSTER_FULL, rows);
	crowd(rows, sizeof(rows), 1, 25);
	apply(ROSTER_FULL, rows);
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.err.text, "the safety stop holds plan");
	HOLDS(outcome.stop, "35 of the 60 people whom hr brought would leave");
	HOLDS(outcome.stop, "35 of 60 people are missing");
	plan(ROSTER_FULL, rows);
	assert_true(outcome.counts.is_stopped);
	assert_false(outcome.counts.can_apply);
	/* Looked at, and lifted for exactly this plan. */
	(void)snprintf(plan_id, sizeof(plan_id), "%s", outcome.counts.plan);
	(void)snprintf(csv, sizeof(csv), HEAD "%s", rows);
	options.accept = "0123456789abcdef";
	run(false, &options, roster_of(MAP, ROSTER_FULL, csv));
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	options.accept = plan_id;
	run(false, &options, roster_of(MAP, ROSTER_FULL, csv));
	assert_int_equal(outcome.rc, 0);
	/* As a delta it would have ended nobody. */
	crowd(rows, sizeof(rows), 1, 2);
	must_apply(ROSTER_DELTA, rows);
}

static void test_another_plan(void **state)
{
	struct roster_options options = {.expect = "0123456789abcdef"};

	(void)state;
	run(false, &options, roster_of(MAP, ROSTER_FULL, HEAD ANNA BO));
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.err.text, "look at it again");
	plan(ROSTER_FULL, ANNA BO);
	options.expect = outcome.counts.plan;
	assert_int_equal(outcome.counts.effects[ROSTER_BEGINS], 2);
}

static void test_swapped(void **state)
{
	static char rows[16384];
	size_t used = 0;
	int i;

	(void)state;
	crowd(rows, sizeof(rows), 1, 20);
	must_apply(ROSTER_FULL, rows);
	for (i = 1; i <= 20; i++)
		used += (size_t)snprintf(rows + used, sizeof(rows) - used,
		    "%d;Berg%c;Ada%c;p%d@town.example;;Skolan;;2020-01-01;\n",
		    i, 'a' + i / 26 % 26, 'a' + i % 26, i);
	apply(ROSTER_FULL, rows);
	assert_int_equal(outcome.rc, -ERR_CONFLICT);
	HOLDS(outcome.stop, "in each other's place: the columns are swapped");
	/* Mail and number. */
	apply(ROSTER_FULL,
	    "1;Ada;Berg;0701234567;a@x.example;Skolan;;2020-01-01;\n"
	    "2;Ada;Berg;0701234568;b@x.example;Skolan;;2020-01-01;\n"
	    "3;Ada;Berg;0701234569;c@x.example;Skolan;;2020-01-01;\n");
	assert_int_equal(outcome.rc, -ERR_INVALID);
	HOLDS(outcome.faults, "the column \"mail\" holds no mail addresses");
	/* First and last day. */
	apply(ROSTER_FULL,
	    "1;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n"
	    "2;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n"
	    "3;Ada;Berg;;;Skolan;;2027-01-01;2020-01-01\n");
	HOLDS(outcome.faults, "2:9 last_day: ends before it begins");
	HOLDS(outcome.faults, "are in each other's place");
	/* The name where the unit should be. */
	apply(ROSTER_FULL, "1;Skola 3;Berg;;;a@town.example;;2020-01-01;\n");
	HOLDS(outcome.faults, "2:2 first_name: \"Skola 3\" holds digits");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_half_missing),
	    TEST(test_another_plan),
	    TEST(test_swapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
