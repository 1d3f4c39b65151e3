/*
 * clock_test: does a clock that is wrong erase nothing, before the last day as
 * after it, and does one that is right hold nothing up for ever?
 */
#include "tests/unit/departures/leaver_world.h"

#include "policies/calendar.h"
#include "server/service/guard/clock_watch.h"
#include "server/service/guard/guard.h"

/* The machine's own time, and what the kernel says. */
static int64_t ran;
static bool is_in_step;

static int64_t boot_ms(void *arg)
{
	(void)arg;
	return ran;
}

static bool in_step(void *arg)
{
	(void)arg;
	return is_in_step;
}

static const struct boot_clock machine = {boot_ms, in_step, NULL};

/* A start: what is kept in memory is gone. */
static void starts(void)
{
	memset(&towns.watch, 0, sizeof(towns.watch));
	towns.boot = &machine;
	assert_int_equal(service_clock_keep_going(&towns, NULL), 0);
}

static void begin(void)
{
	ran = 1000;
	is_in_step = false;
	starts();
}

static bool is_doubted(void)
{
	return clock_watch_doubts(&towns, NULL, 0);
}

static void rounds(void)
{
	assert_int_equal(service_clock_keep_going(&towns, NULL), 0);
	tick();
}

/* Time goes on, on both clocks. */
static void passes(const char *day_and_hour)
{
	int64_t before = towns_now;

	/* The rounds of at() look at the clock: so it moves first. */
	towns.boot = NULL;
	at(day_and_hour);
	ran += towns_now - before;
	towns.boot = &machine;
	rounds();
}

static int64_t hour_of(const char *day, int hour)
{
	struct calendar_local local = {.ms = hour * (int)TIME_HOUR_MS};

	assert_int_equal(calendar_day_parse(day, &local.day, NULL), 0);
	return calendar_utc_of(CALENDAR_STOCKHOLM, &local);
}

/* The wall clock alone is set. */
static void jumps(const char *day, int hour)
{
	towns_now = hour_of(day, hour);
	rounds();
	rounds();
}

static void will_leave(void)
{
	begin();
	hire("Ture Alm", "2028-03-01");
	phone("S1", "Ture Alm", true);
}

static void test_ahead_before_the_last_day(void **state)
{
	struct departure_view view;

	(void)state;
	will_leave();
	jumps("2029-01-08", 9);
	assert_true(is_doubted());
	assert_int_equal(erases_ordered("S1"), 0);
	view = the_departure("Ture Alm");
	assert_non_null(strstr(view.departure.waits, "clock is in doubt"));
	assert_non_null(strstr(view.departure.waits, "2029-01-08"));
	assert_non_null(strstr(view.waits_for, "clock is in doubt"));
	/* It is put right: nothing of it remains, and later all goes its way.
	 */
	jumps("2026-11-22", 10);
	assert_false(is_doubted());
	assert_int_equal(erases_ordered("S1"), 0);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	passes("2028-02-20 09:00");
	assert_int_equal(erases_ordered("S1"), 0);
	passes("2028-03-01 09:00");
	assert_false(is_doubted());
	assert_int_equal(erases_ordered("S1"), 1);
}

/* Some hours are no days: summer time, a time server that sets it right. */
static void test_a_little(void **state)
{
	(void)state;
	begin();
	towns_now += 2 * TIME_HOUR_MS;
	rounds();
	assert_false(is_doubted());
	towns_now += 1;
	assert_true(is_doubted());
	ran += 1;
	assert_false(is_doubted());
}

/* Ordered before it was seen: at the hand-out it is. */
static void test_at_hand_out(void **state)
{
	(void)state;
	begin();
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	passes("2026-11-28 00:00");
	passes("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	towns_now = hour_of("2027-11-30", 8);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(erases_standing("S1"), 1);
	/* It is back, and so is the order, when it is looked at again. */
	towns_now = hour_of("2026-11-30", 9);
	ran += TIME_HOUR_MS;
	assert_false(is_doubted());
	/* The command was put off by a clock that was ahead. */
	towns_now = hour_of("2027-11-30", 9);
	ran += 365 * TIME_DAY_MS;
	assert_false(is_doubted());
	assert_string_equal(connects("S1", true), "EraseDevice");
}

/* A clock that nobody holds against another was ahead, and is back before the
 * phone came by: the day itself is looked at. */
static void test_back_before_the_hand_out(void **state)
{
	(void)state;
	hire("Ture Alm", "2028-03-01");
	phone("S1", "Ture Alm", true);
	at("2028-03-01 00:30");
	at("2028-03-01 09:00");
	assert_int_equal(erases_standing("S1"), 1);
	towns_now = hour_of("2026-11-23", 9);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	towns_now = hour_of("2028-02-29", 20);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(erases_standing("S1"), 1);
	towns_now = hour_of("2028-03-01", 1);
	assert_string_equal(connects("S1", true), "EraseDevice");
}

static void test_a_person_says_so(void **state)
{
	struct err err = {0};

	(void)state;
	will_leave();
	assert_int_equal(
	    service_clock_trust(&towns, ada, "looked", &err), -ERR_CONFLICT);
	jumps("2028-03-06", 9);
	assert_int_equal(erases_ordered("S1"), 0);
	assert_int_equal(
	    service_clock_trust(&towns, ada, " ", &err), -ERR_INVALID);
	assert_int_equal(service_clock_trust(&towns, ada,
	                     "the machine stood still for years", &err),
	    0);
	assert_false(is_doubted());
	towns_now += TIME_HOUR_MS;
	ran += TIME_HOUR_MS;
	rounds();
	assert_int_equal(erases_ordered("S1"), 1);
	/* And again it is held against what was said. */
	towns_now += 3 * TIME_HOUR_MS;
	assert_true(is_doubted());
}

static void test_away(void **state)
{
	(void)state;
	will_leave();
	/* A weekend. */
	towns_now += 3 * TIME_DAY_MS;
	starts();
	assert_false(is_doubted());
	/* Years: in doubt, and still so after another start. */
	towns_now = hour_of("2028-03-06", 9);
	starts();
	assert_true(is_doubted());
	rounds();
	assert_int_equal(erases_ordered("S1"), 0);
	starts();
	assert_true(is_doubted());
	/* Until the kernel is in step with its time servers. */
	is_in_step = true;
	rounds();
	assert_false(is_doubted());
	towns_now += TIME_HOUR_MS;
	ran += TIME_HOUR_MS;
	rounds();
	assert_int_equal(erases_ordered("S1"), 1);
}

/* While it runs no time server sets it days ahead: that takes a person. And a
 * start does not wash it off. */
static void test_in_step_is_not_enough(void **state)
{
	(void)state;
	will_leave();
	is_in_step = true;
	jumps("2026-11-24", 9);
	assert_true(is_doubted());
	is_in_step = false;
	starts();
	assert_true(is_doubted());
	jumps("2026-11-22", 10);
	assert_false(is_doubted());
}

/* A dead battery: it begins long ago, and a time server sets it right. */
static void test_behind(void **state)
{
	(void)state;
	will_leave();
	towns_now = hour_of("2000-01-01", 0);
	starts();
	assert_false(is_doubted());
	jumps("2026-11-22", 10);
	assert_false(is_doubted());
	/* Put back by a time server: so the former time was wrong. */
	is_in_step = true;
	jumps("2026-11-01", 9);
	is_in_step = false;
	jumps("2026-11-22", 9);
	assert_true(is_doubted());
}

struct asking {
	struct guard_ask ask;
	struct guard_answer answer;
};

static int ask_guard(struct txn *txn, void *arg, struct err *err)
{
	struct asking *asking = arg;

	return guard_destructive(
	    txn, &towns, &asking->ask, &asking->answer, err);
}

/* By hand an erase waits, too; what is lost is locked at once. */
static void test_by_hand(void **state)
{
	struct asking asking = {.ask = {.org_id = ada->org_id,
	                            .device_id = "device-S1",
	                            .by = "Ada",
	                            .reason = "lost"}};

	(void)state;
	will_leave();
	towns_now += TIME_DAY_MS;
	asking.ask.now = towns_now;
	asking.ask.kind = GUARD_WIPE;
	towns_write(ask_guard, &asking);
	assert_int_equal(asking.answer.verdict, GUARD_CLOCK_IN_DOUBT);
	asking.ask.kind = GUARD_LOCK;
	towns_write(ask_guard, &asking);
	assert_int_equal(asking.answer.verdict, GUARD_ALLOWED);
	asking.ask.cause = GUARD_DEPARTURE;
	towns_write(ask_guard, &asking);
	assert_int_equal(asking.answer.verdict, GUARD_CLOCK_IN_DOUBT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_ahead_before_the_last_day),
	    LEAVER_TEST(test_a_little),
	    LEAVER_TEST(test_at_hand_out),
	    LEAVER_TEST(test_back_before_the_hand_out),
	    LEAVER_TEST(test_a_person_says_so),
	    LEAVER_TEST(test_away),
	    LEAVER_TEST(test_in_step_is_not_enough),
	    LEAVER_TEST(test_behind),
	    LEAVER_TEST(test_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
