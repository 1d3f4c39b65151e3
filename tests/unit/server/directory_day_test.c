/*
 * directory_day_test: is a day read in each form in which directories keep one,
 * and nothing else taken for a day, or for no end?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "server/directory/directory_day.h"

struct said {
	const char *text;
	const char *day;
};

static void test_days(void **state)
{
	static const struct said days[] = {
	    {"20261231235959Z", "2026-12-31"},
	    {"20261231235959.0Z", "2026-12-31"},
	    {"20261231235959,25+0100", "2026-12-31"},
	    {"202612312359-0130", "2026-12-31"},
	    {"2026123100Z", "2026-12-31"},
	    {"20280229000000Z", "2028-02-29"},
	    {"99991231235959Z", "9999-12-31"},
	    {"20261231", "2026-12-31"},
	    {"2026-12-31", "2026-12-31"},
	};
	char day[CALENDAR_DATE_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		assert_int_equal(
		    directory_day_parse(days[i].text, day, NULL), 0);
		assert_string_equal(day, days[i].day);
		assert_int_equal(
		    directory_day_parse_last(days[i].text, day, NULL), 0);
		assert_string_equal(day, days[i].day);
	}
}

static void test_no_days(void **state)
{
	static const char *const texts[] = {"", " ", "31.12.2026", "12/31/2026",
	    "31-12-2026", " 20261231235959Z", "20261231235959Z ",
	    "2026-12-31T00:00:00Z", "2026-12-3", "2026-13-01", "2026-02-29",
	    "20270229000000Z", "20261232000000Z", "20261231246060Z",
	    "2026123124Z", "20261231235959.Z", "20261231235959X",
	    "20261231235959+1", "20261231235959+01:00", "2026123",
	    "202612312359590Z", "2026", "none", "never", "-1", "1",
	    "9223372036854775808", "92233720368547758070",
	    "134117856000000000 "};
	char day[CALENDAR_DATE_TEXT_MAX] = "as before";
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (directory_day_parse(texts[i], day, &err) != -ERR_INVALID ||
		    directory_day_parse_last(texts[i], day, &err) !=
		        -ERR_INVALID)
			fail_msg("\"%s\" is %s", texts[i], day);
		assert_string_equal(day, "as before");
	}
}

/* Closed from midnight on, there or in UTC: the day before is the last. */
static void test_account_expires(void **state)
{
	static const struct said days[] = {
	    {"0", ""},
	    {"9223372036854775807", ""},
	    {"134432352000000000", "2026-12-31"}, /* 2027-01-01 00:00 UTC */
	    {"134432316000000000", "2026-12-31"}, /* 2027-01-01 00:00 +01 */
	    {"134275968000000000", "2026-07-03"}, /* 2026-07-04 00:00 UTC */
	    {"116444736000000001", "1970-01-01"},
	    {"116444736000000000", "1969-12-31"},
	};
	char day[CALENDAR_DATE_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		assert_int_equal(
		    directory_day_parse_last(days[i].text, day, NULL), 0);
		assert_string_equal(day, days[i].day);
		assert_int_equal(
		    directory_day_parse(days[i].text, day, NULL), -ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days),
	    cmocka_unit_test(test_no_days),
	    cmocka_unit_test(test_account_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
