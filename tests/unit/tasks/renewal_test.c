/*
 * renewal_test: is a pack that wants to be read again after a year read again,
 * once each time, and one that does not left alone (AHL-25)?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/service/page/page.h"
#include "tests/unit/tasks/tasks_world.h"

static int end(void **state)
{
	(void)state;
	world_end();
	return 0;
}

static int begin_yearly(void **state)
{
	(void)state;
	world_begin("askersund-hallsberg-laxa");
	world_round();
	return 0;
}

static int begin_once(void **state)
{
	(void)state;
	world_begin("ronneby");
	world_round();
	return 0;
}

static void read_rules(void)
{
	struct page page;
	struct page_answer said = {.choice = PAGE_YES};
	struct err err = {0};
	char token[41];

	world_link(world_task(WORLD_ASTRID, "").id, token);
	if (service_page_open(&world, token, "sv", NULL, &page, &err))
		fail_msg("%s", err.text);
	said.text_sha256 = page.text_sha256;
	if (service_page_answer(&world, token, "sv", &said, &err))
		fail_msg("%s", err.text);
	page_clear(&page);
	world_round();
	assert_int_equal(world_count(WORLD_ASTRID, "", true), 0);
}

static void pass_days(int days)
{
	world_pass(days * TIME_DAY_MS);
	world_round();
}

static void test_every_year(void **state)
{
	(void)state;
	read_rules();
	pass_days(364);
	assert_int_equal(world_count(WORLD_ASTRID, "", false), 1);
	pass_days(1);
	assert_int_equal(world_count(WORLD_ASTRID, "", true), 1);
	/* Asked once, however often the round is made. */
	pass_days(1);
	assert_int_equal(world_count(WORLD_ASTRID, "", false), 2);
	read_rules();
	pass_days(365);
	assert_int_equal(world_count(WORLD_ASTRID, "", false), 3);
}

static void test_once(void **state)
{
	(void)state;
	read_rules();
	pass_days(800);
	assert_int_equal(world_count(WORLD_ASTRID, "", false), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_every_year, begin_yearly, end),
	    cmocka_unit_test_setup_teardown(test_once, begin_once, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
