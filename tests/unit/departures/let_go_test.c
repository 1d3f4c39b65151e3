/*
 * let_go_test: is a phone that was locked let go as soon as it is back, is
 * somebody's own, or they stay?
 */
#include "tests/unit/departures/lock_story.h"

#include "server/service/phone/phone_state.h"

/* ---- it is back, or they stay ---- */

static void test_back_on_a_working_day(void **state)
{
	(void)state;
	is_locked();
	at("2026-12-22 10:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	tick();
	assert_int_equal(erases_standing("S1"), 1);
	/* Unlocked first: what is erased cannot be told any more. */
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_string_equal(connects("S1", true), "");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
}

static void test_back_on_a_day_off(void **state)
{
	(void)state;
	is_locked();
	at("2026-12-24 10:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	tick();
	assert_int_equal(erases_standing("S1"), 0);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_string_equal(connects("S1", true), "");
	at("2026-12-28 09:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
}

static void assert_stays(void)
{
	assert_int_equal(phone_of("S1"), PHONE_ENROLLED);
	assert_string_equal(the_case("S1").device.person, "Ture Alm");
	assert_int_equal(erases_standing("S1"), 0);
	assert_string_equal(connects("S1", true), "");
}

static void test_rehired(void **state)
{
	(void)state;
	is_locked();
	ends("");
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_stays();
}

static void test_moved_end(void **state)
{
	(void)state;
	is_locked();
	ends("2027-06-01");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_stays();
	/* And the way begins anew when the day comes. */
	at("2027-06-01 00:00");
	at("2027-06-01 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
}

static void test_cancelled_by_hand(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	is_locked();
	view = the_departure("Ture Alm");
	assert_int_equal(service_departure_cancel(&towns, ada,
	                     view.departure.id, "stays on", &view, &err),
	    0);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_stays();
}

/* Never given it: nothing has to be undone at the phone. */
static void test_rehired_in_time(void **state)
{
	(void)state;
	goes_silent();
	ends("");
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_CANCELLED);
	assert_int_equal(orders_of("S1", "DisableLostMode").count, 0);
	assert_stays();
}

/* Given it, and the answer was lost: it is told, and never given it again. */
static void test_rehired_unanswered(void **state)
{
	(void)state;
	goes_silent();
	assert_string_equal(takes("S1"), "EnableLostMode");
	ends("");
	assert_int_equal(orders_of("S1", "EnableLostMode").standing, 0);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_stays();
}

/* It was in none after all and says so: it is not called on by that. */
static void test_rehired_never_locked(void **state)
{
	(void)state;
	goes_silent();
	assert_string_equal(takes("S1"), "EnableLostMode");
	ends("");
	assert_string_equal(connects("S1", false), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	assert_non_null(strstr(lost_mode_of("S1").warning, "never said"));
	assert_stays();
}

/* It is locked after all, and says so late: then it is in it until it has left
 * it. */
static void test_rehired_taken_late(void **state)
{
	(void)state;
	goes_silent();
	assert_string_equal(takes("S1"), "EnableLostMode");
	ends("");
	answers("S1", true);
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_LIFTING);
	answers("S1", false); /* it was given DisableLostMode with that */
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_ON);
	assert_int_equal(orders_of("S1", "EnableLostMode").standing, 0);
}

/* What a person said stays said. */
static void test_reported_lost(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(act("S1", RETURN_ACT_LOST, "left on a train"), 0);
	ends("");
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_int_equal(phone_of("S1"), PHONE_LOST);
}

/* ---- it is somebody's own ---- */

/* A person's own is neither locked nor located (invariant 9): from the moment
 * it is said, and it is not missed any more. */
static void test_becomes_private(void **state)
{
	(void)state;
	is_locked();
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_LIFTING);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_OFF);
	tick();
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_PRIVATE);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(phone_of("S1"), PHONE_ENROLLED);
	assert_string_equal(connects("S1", true), "RemoveProfile");
	checks_out("S1");
	tick();
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* Before the phone came by: it is never told. */
static void test_becomes_private_in_time(void **state)
{
	(void)state;
	goes_silent();
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_CANCELLED);
	tick();
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_string_equal(connects("S1", true), "RemoveProfile");
}

/* What a person reported lost is lost until a person has it: not locked. */
static void test_lost_becomes_private(void **state)
{
	const struct phone_step_ask found = {
	    .device = "S1", .event = PHONE_EVENT_FIND, .reason = "in a bag"};
	struct device device;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	report_lost();
	assert_string_equal(connects("S1", true), "EnableLostMode");
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(
	    service_phone_step(&towns, ada, &found, &device, NULL), 0);
	assert_int_equal(device.state, PHONE_ENROLLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_back_on_a_working_day),
	    LEAVER_TEST(test_back_on_a_day_off),
	    LEAVER_TEST(test_rehired),
	    LEAVER_TEST(test_moved_end),
	    LEAVER_TEST(test_cancelled_by_hand),
	    LEAVER_TEST(test_rehired_in_time),
	    LEAVER_TEST(test_rehired_unanswered),
	    LEAVER_TEST(test_rehired_never_locked),
	    LEAVER_TEST(test_rehired_taken_late),
	    LEAVER_TEST(test_reported_lost),
	    LEAVER_TEST(test_becomes_private),
	    LEAVER_TEST(test_becomes_private_in_time),
	    LEAVER_TEST(test_lost_becomes_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
