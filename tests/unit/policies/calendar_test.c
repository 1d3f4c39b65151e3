/*
 * calendar_test: is every day, holiday, working day and deadline in Sweden and
 * Denmark the right one, also where the clock is changed and at New Year?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int32_t day(const char *text)
{
	int32_t out = 0;
	struct err err = {0};

	if (calendar_day_parse(text, &out, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return out;
}

static int64_t utc(const char *text)
{
	int64_t out = 0;

	assert_int_equal(time_rfc3339_parse(text, &out), 0);
	return out;
}

static void assert_utc(int64_t got, const char *want)
{
	char text[TIME_TEXT_MAX];

	time_rfc3339(got, text);
	assert_string_equal(text, want);
}

static void assert_day(int32_t got, const char *want)
{
	char text[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text(got, text);
	assert_string_equal(text, want);
}

/* Civil dates --------------------------------------------------------- */

/* Counted by Python's datetime.date. */
static void test_days_are_those_of_another_calendar(void **state)
{
	static const struct {
		const char *text;
		int32_t number;
		enum calendar_weekday weekday;
	} days[] = {
	    {"1583-01-01", -141349, CALENDAR_SATURDAY},
	    {"1600-12-31", -134775, CALENDAR_SUNDAY},
	    {"1700-02-28", -98557, CALENDAR_SUNDAY},
	    {"1899-12-31", -25568, CALENDAR_SUNDAY},
	    {"1900-01-01", -25567, CALENDAR_MONDAY},
	    {"1970-01-01", 0, CALENDAR_THURSDAY},
	    {"1999-12-31", 10956, CALENDAR_FRIDAY},
	    {"2000-02-28", 11015, CALENDAR_MONDAY},
	    {"2026-01-01", 20454, CALENDAR_THURSDAY},
	    {"2100-02-28", 47540, CALENDAR_SUNDAY},
	    {"2400-12-31", 157419, CALENDAR_SUNDAY},
	    {"9999-12-31", 2932896, CALENDAR_FRIDAY},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(days); i++) {
		assert_int_equal(day(days[i].text), days[i].number);
		assert_int_equal(
		    calendar_weekday_of(days[i].number), days[i].weekday);
		assert_day(days[i].number, days[i].text);
	}
}

/* Every day of 1000 years, counted one by one. */
static void test_no_day_is_left_out_or_comes_twice(void **state)
{
	static const int lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct calendar_date date = {1583, 1, 1};
	struct calendar_date back;
	int32_t number = calendar_day_of(&date);

	(void)state;
	for (; date.year < 2583; number++) {
		bool leap = (date.year % 4 == 0 && date.year % 100 != 0) ||
		    date.year % 400 == 0;
		int length =
		    lengths[date.month - 1] + (date.month == 2 && leap);

		assert_true(calendar_date_is_valid(&date));
		assert_int_equal(calendar_day_of(&date), number);
		calendar_date_of(number, &back);
		assert_memory_equal(&back, &date, sizeof(date));
		if (++date.day <= length)
			continue;
		assert_false(calendar_date_is_valid(&date));
		date.day = 1;
		if (++date.month > 12) {
			date.month = 1;
			date.year++;
		}
	}
}

static void test_what_is_no_date_is_refused(void **state)
{
	static const char *const wrong[] = {"", "2026-11-2", "2026-11-022",
	    "26-11-22", "2026/11/22", "2026-11-22 ", " 2026-11-22",
	    "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31",
	    "2026-02-29", "2100-02-29", "1900-02-29", "1582-12-31",
	    "0000-01-01", "2026-1a-01", "-026-11-22", "+026-11-22",
	    "2026-11-22T00:00:00Z"};
	int32_t out = 7;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++) {
		if (calendar_day_parse(wrong[i], &out, NULL) != -ERR_INVALID)
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_int_equal(out, 7);
	}
	assert_int_equal(calendar_day_parse(NULL, &out, NULL), -ERR_INVALID);
	assert_int_equal(day("2000-02-29") + 1, day("2000-03-01"));
	assert_int_equal(day("2024-02-29") + 1, day("2024-03-01"));
}

/* The rule of Meeus, Jones and Butcher, which shares no step with ours. */
static int32_t easter_otherwise(int year)
{
	int a = year % 19;
	int b = year / 100;
	int c = year % 100;
	int g = (b - (b + 8) / 25 + 1) / 3;
	int h = (19 * a + b - b / 4 - g + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	struct calendar_date date = {year, n / 31, n % 31 + 1};

	return calendar_day_of(&date);
}

static void test_easter_is_that_of_another_rule(void **state)
{
	static const char *const easters[] = {"2000-04-23", "2005-03-27",
	    "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20",
	    "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18",
	    "2076-04-19", "2099-04-12", "2100-03-28"};
	size_t i;
	int year;

	(void)state;
	for (i = 0; i < COUNT(easters); i++)
		assert_day(calendar_easter((int)strtol(easters[i], NULL, 10)),
		    easters[i]);
	for (year = CALENDAR_YEAR_MIN; year < 5000; year++) {
		assert_int_equal(calendar_easter(year), easter_otherwise(year));
		assert_int_equal(calendar_weekday_of(calendar_easter(year)),
		    CALENDAR_SUNDAY);
	}
}

/* Local time ----------------------------------------------------------- */

static void check_hours_of(const char *name, enum calendar_zone zone)
{
	struct tm there;
	struct calendar_local local;
	time_t at;

	assert_int_equal(setenv("TZ", name, 1), 0);
	tzset();
	/* 1996 to 2037: what the files of time zones hold for certain. */
	for (at = 820454400; at < 2145916800; at += 1800) {
		assert_non_null(localtime_r(&at, &there));
		calendar_local_of(zone, at * TIME_SECOND_MS, &local);
		assert_int_equal(
		    calendar_weekday_of(local.day) % 7, there.tm_wday);
		assert_int_equal(local.ms,
		    (there.tm_hour * 60 + there.tm_min) * TIME_MINUTE_MS);
	}
}

static void test_every_hour_is_that_of_the_time_zone_files(void **state)
{
	struct tm there;
	time_t summer = 1782907200; /* 2026-07-01T12:00Z */

	(void)state;
	assert_int_equal(setenv("TZ", "Europe/Stockholm", 1), 0);
	tzset();
	assert_non_null(localtime_r(&summer, &there));
	if (there.tm_hour != 14) {
		print_message("SKIP: no time zone files are installed\n");
		skip();
	}
	check_hours_of("Europe/Stockholm", CALENDAR_STOCKHOLM);
	check_hours_of("Europe/Copenhagen", CALENDAR_COPENHAGEN);
}

static int64_t wall(const char *date, int hour, int minute)
{
	struct calendar_local local = {
	    day(date), (hour * 60 + minute) * (int32_t)TIME_MINUTE_MS};

	return calendar_utc_of(CALENDAR_STOCKHOLM, &local);
}

static void test_the_clock_is_put_forward(void **state)
{
	(void)state;
	assert_utc(wall("2026-03-29", 1, 59), "2026-03-29T00:59:00Z");
	/* No clock shows it: read on in standard time. */
	assert_utc(wall("2026-03-29", 2, 0), "2026-03-29T01:00:00Z");
	assert_utc(wall("2026-03-29", 2, 30), "2026-03-29T01:30:00Z");
	assert_utc(wall("2026-03-29", 3, 0), "2026-03-29T01:00:00Z");
	assert_utc(wall("2026-03-29", 8, 0), "2026-03-29T06:00:00Z");
	/* That day has 23 hours. */
	assert_int_equal(
	    calendar_day_ends(CALENDAR_STOCKHOLM, day("2026-03-29")) -
	        calendar_day_begins(CALENDAR_STOCKHOLM, day("2026-03-29")),
	    23 * TIME_HOUR_MS);
}

static void test_the_clock_is_put_back(void **state)
{
	(void)state;
	assert_utc(wall("2026-10-25", 1, 59), "2026-10-24T23:59:00Z");
	/* It comes twice: the first of them. */
	assert_utc(wall("2026-10-25", 2, 0), "2026-10-25T00:00:00Z");
	assert_utc(wall("2026-10-25", 2, 59), "2026-10-25T00:59:00Z");
	assert_utc(wall("2026-10-25", 3, 0), "2026-10-25T02:00:00Z");
	assert_int_equal(
	    calendar_day_ends(CALENDAR_COPENHAGEN, day("2026-10-25")) -
	        calendar_day_begins(CALENDAR_COPENHAGEN, day("2026-10-25")),
	    25 * TIME_HOUR_MS);
}

static void test_a_time_comes_back_as_it_went(void **state)
{
	int64_t at;

	(void)state;
	for (at = utc("2025-12-30T00:00:00Z"); at < utc("2027-01-02T00:00:00Z");
	     at += 17 * TIME_MINUTE_MS) {
		struct calendar_local local;
		int64_t back;

		calendar_local_of(CALENDAR_STOCKHOLM, at, &local);
		back = calendar_utc_of(CALENDAR_STOCKHOLM, &local);
		/* The hour that comes twice is taken for its first. */
		assert_true(back == at || back == at - TIME_HOUR_MS);
		assert_int_equal(
		    calendar_day_at(CALENDAR_STOCKHOLM, at), local.day);
	}
	assert_day(
	    calendar_day_at(CALENDAR_COPENHAGEN, utc("2026-12-31T23:00:00Z")),
	    "2027-01-01");
	assert_day(
	    calendar_day_at(CALENDAR_COPENHAGEN, utc("2026-12-31T22:59:59Z")),
	    "2026-12-31");
	assert_day(
	    calendar_day_at(CALENDAR_STOCKHOLM, utc("2026-07-31T22:00:00Z")),
	    "2026-08-01");
}

/* Holidays ---------------------------------------------------------- */

static void check_year(enum calendar_country country, const char *const *days,
    size_t count, int year)
{
	struct calendar_date first = {year, 1, 1};
	struct calendar_date last = {year, 12, 31};
	size_t seen = 0;
	int32_t at;

	for (at = calendar_day_of(&first); at <= calendar_day_of(&last); at++) {
		char text[CALENDAR_DATE_TEXT_MAX];

		if (!calendar_holiday_find(country, at))
			continue;
		calendar_day_text(at, text);
		if (seen >= count)
			fail_msg("%s is one too many", text);
		assert_string_equal(text, days[seen++]);
	}
	assert_int_equal(seen, count);
}

/* From the almanacs of these years. */
static void test_swedish_holidays(void **state)
{
	static const char *const in_2026[] = {"2026-01-01", "2026-01-06",
	    "2026-04-03", "2026-04-05", "2026-04-06", "2026-05-01",
	    "2026-05-14", "2026-05-24", "2026-06-06", "2026-06-19",
	    "2026-06-20", "2026-10-31", "2026-12-24", "2026-12-25",
	    "2026-12-26", "2026-12-31"};
	static const char *const in_2004[] = {"2004-01-01", "2004-01-06",
	    "2004-04-09", "2004-04-11", "2004-04-12", "2004-05-01",
	    "2004-05-20", "2004-05-30", "2004-05-31", "2004-06-25",
	    "2004-06-26", "2004-11-06", "2004-12-24", "2004-12-25",
	    "2004-12-26", "2004-12-31"};

	(void)state;
	check_year(CALENDAR_SE, in_2026, COUNT(in_2026), 2026);
	check_year(CALENDAR_SE, in_2004, COUNT(in_2004), 2004);
	/* 2005 changed one for the other; Ascension fell on 1 May in 2008. */
	assert_null(calendar_holiday_find(CALENDAR_SE, day("2005-05-16")));
	assert_non_null(calendar_holiday_find(CALENDAR_SE, day("2005-06-06")));
	assert_null(calendar_holiday_find(CALENDAR_SE, day("2004-06-06")));
	assert_non_null(calendar_holiday_find(CALENDAR_SE, day("2008-05-01")));
	/* The earliest and the latest of the Saturdays that move. */
	assert_string_equal(
	    calendar_holiday_find(CALENDAR_SE, day("2037-06-20"))->name,
	    "Midsommardagen");
	assert_string_equal(
	    calendar_holiday_find(CALENDAR_SE, day("2027-06-26"))->name,
	    "Midsommardagen");
	assert_string_equal(
	    calendar_holiday_find(CALENDAR_SE, day("2032-11-06"))->name,
	    "Alla helgons dag");
}

static void test_danish_holidays(void **state)
{
	static const char *const in_2026[] = {"2026-01-01", "2026-04-02",
	    "2026-04-03", "2026-04-05", "2026-04-06", "2026-05-14",
	    "2026-05-24", "2026-05-25", "2026-06-05", "2026-12-24",
	    "2026-12-25", "2026-12-26", "2026-12-31"};
	static const char *const in_2023[] = {"2023-01-01", "2023-04-06",
	    "2023-04-07", "2023-04-09", "2023-04-10", "2023-05-05",
	    "2023-05-18", "2023-05-28", "2023-05-29", "2023-06-05",
	    "2023-12-24", "2023-12-25", "2023-12-26", "2023-12-31"};

	(void)state;
	check_year(CALENDAR_DK, in_2026, COUNT(in_2026), 2026);
	check_year(CALENDAR_DK, in_2023, COUNT(in_2023), 2023);
	/* Store Bededag: a working day from 2024. */
	assert_false(calendar_is_working_day(CALENDAR_DK, day("2023-05-05")));
	assert_true(calendar_is_working_day(CALENDAR_DK, day("2024-04-26")));
	/* Ordinary there, off here, and the other way. */
	assert_true(calendar_is_working_day(CALENDAR_DK, day("2026-05-01")));
	assert_false(calendar_is_working_day(CALENDAR_SE, day("2026-05-01")));
	assert_true(calendar_is_working_day(CALENDAR_SE, day("2026-06-05")));
	assert_false(calendar_is_working_day(CALENDAR_DK, day("2026-06-05")));
}

static void test_days_off_by_custom_are_told_apart(void **state)
{
	static const struct {
		enum calendar_country country;
		const char *day;
		bool by_custom;
	} days[] = {
	    {CALENDAR_SE, "2026-06-19", true},
	    {CALENDAR_SE, "2026-12-24", true},
	    {CALENDAR_SE, "2026-12-31", true},
	    {CALENDAR_SE, "2026-12-25", false},
	    {CALENDAR_SE, "2026-06-20", false},
	    {CALENDAR_DK, "2026-06-05", true},
	    {CALENDAR_DK, "2026-12-24", true},
	    {CALENDAR_DK, "2026-12-31", true},
	    {CALENDAR_DK, "2026-05-25", false},
	    /* Whit Monday on Grundlovsdag: the law's day goes first. */
	    {CALENDAR_DK, "2028-06-05", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(days); i++) {
		const struct calendar_holiday *holiday =
		    calendar_holiday_find(days[i].country, day(days[i].day));

		assert_non_null(holiday);
		assert_true(holiday->source[0] != '\0');
		if (holiday->by_custom != days[i].by_custom)
			fail_msg("%s %s", days[i].day, holiday->name);
	}
}

/* 2000 to 2100, counted in Python from the laws, not from our tables. */
static void test_working_days_of_a_century(void **state)
{
	int32_t at;
	int working[CALENDAR_COUNTRY_COUNT] = {0};
	unsigned country;

	(void)state;
	for (country = 0; country < CALENDAR_COUNTRY_COUNT; country++) {
		for (at = day("2000-01-01"); at <= day("2100-12-31"); at++)
			working[country] += calendar_is_working_day(
			    (enum calendar_country)country, at);
	}
	assert_int_equal(working[CALENDAR_SE], 25368);
	assert_int_equal(working[CALENDAR_DK], 25391);
}

static void test_next_and_first_working_day(void **state)
{
	(void)state;
	/* Maundy Thursday to Tuesday; in Denmark off already. */
	assert_day(calendar_next_working_day(CALENDAR_SE, day("2026-04-02")),
	    "2026-04-07");
	assert_day(calendar_first_working_day(CALENDAR_SE, day("2026-04-02")),
	    "2026-04-02");
	assert_day(calendar_first_working_day(CALENDAR_DK, day("2026-04-02")),
	    "2026-04-07");
	/* Over New Year. */
	assert_day(calendar_next_working_day(CALENDAR_SE, day("2026-12-23")),
	    "2026-12-28");
	assert_day(calendar_next_working_day(CALENDAR_SE, day("2026-12-30")),
	    "2027-01-04");
	assert_day(calendar_add_working_days(CALENDAR_SE, day("2026-06-17"), 3),
	    "2026-06-23");
	assert_day(calendar_add_working_days(CALENDAR_SE, day("2026-06-20"), 0),
	    "2026-06-22");
}

/* Deadlines ---------------------------------------------------------- */

static void test_deadlines(void **state)
{
	static const struct calendar_place se = {
	    CALENDAR_SE, CALENDAR_STOCKHOLM};
	static const struct calendar_place dk = {
	    CALENDAR_DK, CALENDAR_COPENHAGEN};
	static const struct calendar_term ron = {
	    24, CALENDAR_HOURS, CALENDAR_WEEKDAYS};
	static const struct calendar_term alb = {
	    24, CALENDAR_HOURS, CALENDAR_EVERY_DAY};
	static const struct calendar_term bot = {
	    2, CALENDAR_WORKING_DAYS, CALENDAR_WEEKDAYS};
	static const struct {
		const struct calendar_place *place;
		const struct calendar_term *term;
		const char *from;
		const char *ends;
	} cases[] = {
	    /* Wednesday 15:00 local, then Friday 15:00. */
	    {&se, &ron, "2026-11-18T14:00:00Z", "2026-11-19T14:00:00Z"},
	    {&se, &ron, "2026-11-20T14:00:00Z", "2026-11-23T14:00:00Z"},
	    {&dk, &alb, "2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z"},
	    {&se, &bot, "2026-11-19T14:00:00Z", "2026-11-23T23:00:00Z"},
	    /* Called on a Saturday: Monday whole; Monday and Tuesday. */
	    {&se, &ron, "2026-11-21T10:00:00Z", "2026-11-23T23:00:00Z"},
	    {&se, &bot, "2026-11-21T10:00:00Z", "2026-11-24T23:00:00Z"},
	    /* The day before Midsummer's Eve, 16:00 summer time. */
	    {&se, &ron, "2026-06-18T14:00:00Z", "2026-06-22T14:00:00Z"},
	    /* Over the weekend on which the clock changes: 15:00 stays. */
	    {&se, &ron, "2026-03-27T14:00:00Z", "2026-03-30T13:00:00Z"},
	    {&se, &ron, "2026-10-23T13:00:00Z", "2026-10-26T14:00:00Z"},
	    /* "Et døgn" is 24 hours, so the clock shows another time. */
	    {&dk, &alb, "2026-03-28T14:00:00Z", "2026-03-29T14:00:00Z"},
	    {&se, &bot, "2026-12-23T09:00:00Z", "2026-12-29T23:00:00Z"},
	    {&dk, &bot, "2026-12-23T09:00:00Z", "2026-12-29T23:00:00Z"},
	    {&dk, &bot, "2026-06-04T09:00:00Z", "2026-06-09T22:00:00Z"},
	    {&se, &bot, "2026-06-04T09:00:00Z", "2026-06-08T22:00:00Z"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		char text[TIME_TEXT_MAX];

		time_rfc3339(calendar_term_ends(cases[i].place,
		                 utc(cases[i].from), cases[i].term),
		    text);
		if (strcmp(text, cases[i].ends) != 0)
			fail_msg("from %s: %s, not %s", cases[i].from, text,
			    cases[i].ends);
	}
}

static void test_a_phone_is_erased_on_a_working_day(void **state)
{
	static const struct calendar_place se = {
	    CALENDAR_SE, CALENDAR_STOCKHOLM};
	int32_t at;

	(void)state;
	/* Ended on Friday; on 31 March, in summer time. */
	assert_utc(calendar_next_working_day_at(&se, day("2026-11-20"), 8 * 60),
	    "2026-11-23T07:00:00Z");
	assert_utc(calendar_next_working_day_at(&se, day("2026-03-31"), 8 * 60),
	    "2026-04-01T06:00:00Z");
	for (at = day("2026-01-01"); at < day("2028-01-01"); at++) {
		int64_t when = calendar_next_working_day_at(&se, at, 8 * 60);
		struct calendar_local local;

		calendar_local_of(CALENDAR_STOCKHOLM, when, &local);
		assert_int_equal(local.ms, 8 * TIME_HOUR_MS);
		assert_true(local.day > at);
		assert_true(calendar_is_working_day(CALENDAR_SE, local.day));
	}
}

static void test_names_of_zones_and_countries(void **state)
{
	enum calendar_zone zone;
	enum calendar_country country;

	(void)state;
	assert_int_equal(calendar_zone_find("Europe/Copenhagen", &zone), 0);
	assert_int_equal(zone, CALENDAR_COPENHAGEN);
	assert_string_equal(
	    calendar_zone_name(CALENDAR_STOCKHOLM), "Europe/Stockholm");
	assert_int_equal(
	    calendar_zone_find("Europe/London", &zone), -ERR_NOT_FOUND);
	assert_int_equal(calendar_country_find("DK", &country), 0);
	assert_int_equal(country, CALENDAR_DK);
	assert_int_equal(calendar_country_find("NO", &country), -ERR_NOT_FOUND);
	assert_null(calendar_zone_name((enum calendar_zone)9));
	assert_null(calendar_country_name((enum calendar_country)9));
	assert_null(calendar_holiday_find((enum calendar_country)9, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days_are_those_of_another_calendar),
	    cmocka_unit_test(test_no_day_is_left_out_or_comes_twice),
	    cmocka_unit_test(test_what_is_no_date_is_refused),
	    cmocka_unit_test(test_easter_is_that_of_another_rule),
	    cmocka_unit_test(test_every_hour_is_that_of_the_time_zone_files),
	    cmocka_unit_test(test_the_clock_is_put_forward),
	    cmocka_unit_test(test_the_clock_is_put_back),
	    cmocka_unit_test(test_a_time_comes_back_as_it_went),
	    cmocka_unit_test(test_swedish_holidays),
	    cmocka_unit_test(test_danish_holidays),
	    cmocka_unit_test(test_days_off_by_custom_are_told_apart),
	    cmocka_unit_test(test_working_days_of_a_century),
	    cmocka_unit_test(test_next_and_first_working_day),
	    cmocka_unit_test(test_deadlines),
	    cmocka_unit_test(test_a_phone_is_erased_on_a_working_day),
	    cmocka_unit_test(test_names_of_zones_and_countries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
