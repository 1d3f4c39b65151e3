/*
 * held_leaver_test: does a leaver's departure, and the return of each phone, say
 * that a legal hold stands in the way as soon as it does, and no longer?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/guard/legal_hold.h"

#define HOLD "a legal hold (Dnr 4711"

static struct legal_hold_view hold(
    enum legal_hold_kind kind, const char *subject)
{
	const struct legal_hold_request request = {
	    .kind = kind, .subject = subject, .reference = "Dnr 4711"};
	struct legal_hold_view view;

	assert_int_equal(
	    service_legal_hold_add(&towns, ada, &request, &view, NULL), 0);
	return view;
}

static void lift(const struct legal_hold_view *held)
{
	struct legal_hold_view view;

	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, held->row.id, "avgjort", &view, NULL),
	    0);
}

static bool is_named(const char *name, const char *serial)
{
	struct departure_view departure = the_departure(name);
	struct return_view one = the_case(serial);
	const char *named = strstr(departure.waits_for, HOLD);

	if (named)
		assert_null(strstr(named + 1, HOLD)); /* once is enough */
	assert_int_equal(named != NULL, strstr(one.waits_for, HOLD) != NULL);
	return named != NULL;
}

static void leaves(void)
{
	hire("Ture Alm", "2026-11-28");
	hire("Nya Sund", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Nya Sund", true);
}

/* Hours before the erase, of the person and of the phone; nobody else's. */
static void test_named_at_once(void **state)
{
	struct legal_hold_view held;

	(void)state;
	leaves();
	at("2026-11-28 00:00");
	assert_false(is_named("Ture Alm", "S1"));
	held = hold(LEGAL_HOLD_PERSON, "Ture Alm");
	assert_true(is_named("Ture Alm", "S1"));
	assert_non_null(strstr(the_case("S1").waits_for, "the phone itself"));
	assert_false(is_named("Nya Sund", "S2"));
	lift(&held);
	assert_false(is_named("Ture Alm", "S1"));
	held = hold(LEGAL_HOLD_PHONE, "S2");
	assert_true(is_named("Nya Sund", "S2"));
	lift(&held);
	assert_false(is_named("Nya Sund", "S2"));
}

/* The hour has come, and found it held: said once, and gone when it is lifted,
 * before anything is looked at again. */
static void test_lifted_at_once(void **state)
{
	struct legal_hold_view held;

	(void)state;
	leaves();
	at("2026-11-28 00:00");
	held = hold(LEGAL_HOLD_PERSON, "Ture Alm");
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	assert_true(is_named("Ture Alm", "S1"));
	lift(&held);
	assert_false(is_named("Ture Alm", "S1"));
}

/* The phone has taken its erase: no hold keeps that back any more. */
static void test_too_late(void **state)
{
	(void)state;
	leaves();
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
	(void)hold(LEGAL_HOLD_PERSON, "Ture Alm");
	assert_false(is_named("Ture Alm", "S1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_named_at_once),
	    LEAVER_TEST(test_lifted_at_once),
	    LEAVER_TEST(test_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
