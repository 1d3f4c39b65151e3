/*
 * late_end_test: an end that is learnt long after it was. Does what is held
 * still come back, and is what came later for another reason left alone?
 */
#include "tests/unit/departures/leaver_world.h"

static void ends(const char *to)
{
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"%s\"}}",
	    to);
}

/* Asked at once, erased on the next working day: not on the day it is said. */
static void test_learnt_late(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	ends("2026-08-20");
	at("2026-11-30 09:00");
	assert_int_equal(departures_of("Ture Alm"), 1);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-01 07:59");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-01 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

/* By a mistyped year, say: put right on the same day. */
static void test_put_right(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	ends("2026-02-20");
	at("2026-11-30 09:00");
	ends("");
	at("2026-12-01 08:00");
	at("2026-12-02 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
}

static int forget(struct txn *txn, void *arg, struct err *err)
{
	struct departure_view *view = arg;

	view->departure.state = DEPARTURE_CANCELLED;
	return store_departure_save(txn, &view->departure, err);
}

/* What was in the database before there were departures: looked for daily. */
static void test_found_by_the_round(void **state)
{
	struct departure_view view;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	ends("2026-08-20");
	view = the_departure("Ture Alm");
	towns_write(forget, &view);
	at("2026-12-01 01:00");
	assert_int_equal(departures_of("Ture Alm"), 2);
}

/* A consultant was an employee once: whoever handed it out knew that. */
static void test_came_later(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-02-20");
	at("2026-11-30 08:00");
	phone("S1", "Ture Alm", true);
	at("2026-12-01 08:00");
	at("2026-12-02 08:00");
	assert_int_equal(departures_of("Ture Alm"), 0);
	assert_int_equal(erases_ordered("S1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_learnt_late),
	    LEAVER_TEST(test_put_right),
	    LEAVER_TEST(test_found_by_the_round),
	    LEAVER_TEST(test_came_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
