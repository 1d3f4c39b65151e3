/*
 * summer_time_test: a case, a reminder and a task over the nights of 2026-03-29
 * and 2026-10-25, on which the clocks of Sweden change: does each come at the
 * hour of the clock on the wall, once?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/task/task.h"

#define NIGHTS 2

/* Both are Sundays. Hours of UTC, of the wall's 08:00, before and after. */
static const struct night {
	const char *starts;   /* weeks before */
	const char *saturday; /* the last day of the first leaver */
	const char *sunday;
	const char *monday;
	const char *to_thursday; /* the second one's first day after */
	const char *first;       /* 14 days before that Thursday */
	const char *second;      /* 3 days before it: the Monday */
	int eight_before;
	int eight_after;
	int hours_between; /* Sunday 00:00 to Monday 08:00 */
} nights[NIGHTS] = {
    {"2026-03-02 12:00", "2026-03-28", "2026-03-29", "2026-03-30", "2026-04-03",
        "2026-03-19", "2026-03-30", 7, 6, 31},
    {"2026-10-01 12:00", "2026-10-24", "2026-10-25", "2026-10-26", "2026-10-30",
        "2026-10-15", "2026-10-26", 6, 7, 33},
};

static void at_hour(const char *day, const char *hour)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%s %s", day, hour);
	at(text);
}

static int64_t hour_of_day(int64_t ms)
{
	return ms % TIME_DAY_MS / TIME_HOUR_MS;
}

/* Asked at the stroke of midnight, erased on Monday at eight, once; the night
 * lasts 23 hours, or 25. */
static void case_over(const struct night *night)
{
	int64_t asked;

	at(night->starts);
	hire("Ture Alm", night->sunday);
	phone("S1", "Ture Alm", true);
	at_hour(night->saturday, "23:59");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at_hour(night->sunday, "00:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	asked = towns_now;
	assert_int_equal(the_departure("Ture Alm").departure.wipe_at,
	    asked + night->hours_between * TIME_HOUR_MS);
	/* Every quarter of the two hours that are not there, or there twice. */
	for (int i = 0; i < 16; i++) {
		towns_now = asked + TIME_HOUR_MS + i * 15 * TIME_MINUTE_MS;
		tick();
		assert_int_equal(erases_ordered("S1"), 0);
	}
	at_hour(night->monday, "07:59");
	assert_int_equal(erases_ordered("S1"), 0);
	at_hour(night->monday, "08:00");
	assert_int_equal(hour_of_day(towns_now), night->eight_after);
	assert_int_equal(erases_ordered("S1"), 1);
	at_hour(night->monday, "09:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

static int64_t reminded(void)
{
	return the_departure("Ture Alm").departure.reminded_at;
}

/* One reminder before the night and one after it, both at eight. */
static void reminders_over(const struct night *night)
{
	int64_t first;

	at(night->starts);
	hire("Ture Alm", night->to_thursday);
	phone("S1", "Ture Alm", true);
	at_hour(night->first, "07:59");
	assert_int_equal(reminded(), 0);
	at_hour(night->first, "08:00");
	first = towns_now;
	assert_int_equal(reminded(), first);
	assert_int_equal(hour_of_day(first), night->eight_before);
	at_hour(night->sunday, "03:30");
	at_hour(night->second, "07:59");
	assert_int_equal(reminded(), first);
	at_hour(night->second, "08:00");
	assert_int_equal(reminded(), towns_now);
	assert_int_equal(hour_of_day(towns_now), night->eight_after);
	at_hour(night->second, "09:00");
	assert_int_not_equal(reminded(), towns_now);
}

static void tasks_tick(void)
{
	struct err err = {0};

	if (service_tasks_keep_going(&towns, &err) < 0)
		fail_msg("%s", err.text);
}

/* Put on the Saturday at noon: what it does at some day's eight or end is of
 * the wall's clock after the night. */
static void task_over(const struct night *night)
{
	struct departure_view view;
	struct task_row task;
	int64_t midnight;

	at(night->starts);
	hire("Ture Alm", night->saturday);
	phone("S1", "Ture Alm", true);
	at_hour(night->saturday, "00:00");
	view = the_departure("Ture Alm");
	task = task_of(view.departure.id, TASK_CONFIRM_RETURN);
	assert_string_not_equal(task.id, "");
	assert_true(task.due_at > towns_now + 2 * TIME_DAY_MS);
	/* Its last moment is a local midnight, in the new time. */
	midnight = (night->eight_after - 8 + 24) * TIME_HOUR_MS;
	assert_int_equal(task.due_at % TIME_DAY_MS, midnight % TIME_DAY_MS);
	assert_true(task.remind_at > towns_now + 2 * TIME_DAY_MS);
	assert_int_equal(hour_of_day(task.remind_at), night->eight_after);
	towns_now = task.remind_at - 1;
	tasks_tick();
	assert_int_equal(
	    task_of(view.departure.id, TASK_CONFIRM_RETURN).reminded_at, 0);
	towns_now = task.remind_at;
	tasks_tick();
	assert_int_equal(
	    task_of(view.departure.id, TASK_CONFIRM_RETURN).reminded_at,
	    task.remind_at);
	towns_now += TIME_HOUR_MS;
	tasks_tick();
	assert_int_equal(
	    task_of(view.departure.id, TASK_CONFIRM_RETURN).reminded_at,
	    task.remind_at);
}

static void test_case_in_march(void **state)
{
	(void)state;
	case_over(&nights[0]);
}

static void test_case_in_october(void **state)
{
	(void)state;
	case_over(&nights[1]);
}

static void test_reminders_in_march(void **state)
{
	(void)state;
	reminders_over(&nights[0]);
}

static void test_reminders_in_october(void **state)
{
	(void)state;
	reminders_over(&nights[1]);
}

static void test_task_in_march(void **state)
{
	(void)state;
	task_over(&nights[0]);
}

static void test_task_in_october(void **state)
{
	(void)state;
	task_over(&nights[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_case_in_march),
	    LEAVER_TEST(test_case_in_october),
	    LEAVER_TEST(test_reminders_in_march),
	    LEAVER_TEST(test_reminders_in_october),
	    LEAVER_TEST(test_task_in_march),
	    LEAVER_TEST(test_task_in_october),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
