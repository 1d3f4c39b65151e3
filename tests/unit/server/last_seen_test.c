/* last_seen_test: is every phone's last time kept, and taken out once? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/service/mdm/last_seen.h"

#define LIVES 5000

static void test_many_lives(void **state)
{
	static struct last_seen rows[LIVES];
	struct last_seen_table *table = NULL;
	char id[STORE_ID];
	size_t taken = 0;
	size_t got;
	int i;

	(void)state;
	assert_int_equal(last_seen_new(&table, NULL), 0);
	for (i = 0; i < LIVES; i++) {
		(void)snprintf(id, sizeof(id), "life-%d", i);
		last_seen_touch(table, id, 1000 + i);
		last_seen_touch(table, id, 10); /* never back */
	}
	for (i = 0; i < LIVES; i++) {
		(void)snprintf(id, sizeof(id), "life-%d", i);
		assert_int_equal(last_seen_get(table, id), 1000 + i);
	}
	while ((got = last_seen_take(table, rows + taken, 700)) > 0)
		taken += got;
	assert_int_equal(taken, LIVES);
	last_seen_touch(table, "life-7", 9000);
	assert_int_equal(last_seen_take(table, rows, LIVES), 1);
	assert_string_equal(rows[0].life_id, "life-7");
	assert_int_equal(rows[0].at, 9000);
	assert_int_equal(last_seen_get(table, "nobody"), 0);
	last_seen_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_lives)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
