/*
 * own_departure_test: can who leaves, on an account that is theirs, call their
 * own departure off, put it off, say what takes their erase back, or settle
 * what whoever receives left open?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"

#define LEAVER "Ture Alm"

static struct actor own;

static void leaves(void)
{
	hire(LEAVER, "2026-11-28");
	phone("S1", LEAVER, true);
	tick();
	own = (struct actor){
	    .name = "token:own", .key = "token:own", .scopes = UINT64_MAX};
	memcpy(own.org_id, ada->org_id, STORE_ID);
	memcpy(
	    own.person_id, the_departure(LEAVER).departure.person_id, STORE_ID);
}

static int cancels(const struct actor *actor)
{
	struct departure_view view = the_departure(LEAVER);

	return service_departure_cancel(
	    &towns, actor, view.departure.id, "not needed", &view, &leaver_err);
}

static int pauses(const struct actor *actor)
{
	struct departure_view view = the_departure(LEAVER);

	return service_departure_pause(&towns, actor, view.departure.id,
	    "2027-06-01", "not needed", &view, &leaver_err);
}

static void test_called_off(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(cancels(&own), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "their own departure"));
	assert_int_equal(
	    the_departure(LEAVER).departure.state, DEPARTURE_PLANNED);
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(cancels(&own), -ERR_DENIED);
	assert_int_equal(erases_standing("S1"), 1);
	/* Somebody else does, on an account of their own or of nobody. */
	(void)snprintf(own.person_id, sizeof(own.person_id), "somebody-else");
	assert_int_equal(cancels(&own), 0);
	assert_int_equal(erases_standing("S1"), 0);
}

static void test_put_off(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(pauses(&own), -ERR_DENIED);
	at("2026-11-30 08:00");
	assert_int_equal(pauses(&own), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "their own departure"));
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(pauses(ada), 0);
}

/* At the phone as well as at the return. */
static int says(const struct actor *actor, enum phone_event event)
{
	const struct phone_step_ask ask = {
	    .device = "S1", .event = event, .reason = "gone"};
	struct device device;

	return service_phone_step(&towns, actor, &ask, &device, &leaver_err);
}

static int locks(const struct actor *actor)
{
	const struct lost_mode_said said = {.reason = "gone"};
	struct lost_mode_row row;

	return service_lost_mode_enable(
	    &towns, actor, "S1", &said, &row, &leaver_err);
}

static void test_lost(void **state)
{
	static const enum phone_event events[] = {PHONE_EVENT_REPORT_LOST,
	    PHONE_EVENT_REPORT_STOLEN, PHONE_EVENT_WRITE_OFF};
	const struct return_request lost = {
	    .act = RETURN_ACT_LOST, .what = "S1", .note = "gone"};

	(void)state;
	leaves();
	at("2026-11-30 08:00");
	assert_int_equal(perform_by(&own, &lost), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "tell IT or the manager"));
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		assert_int_equal(says(&own, events[i]), -ERR_DENIED);
	assert_int_equal(locks(&own), -ERR_DENIED);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(erases_standing("S1"), 1);
	/* IT says so for them. */
	assert_int_equal(perform_by(ada, &lost), 0);
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_int_equal(erases_standing("S1"), 0);
}

/* Nobody waits for it: it is theirs to say at once. */
static void test_lost_without_a_return(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(cancels(ada), 0);
	assert_int_equal(says(&own, PHONE_EVENT_REPORT_LOST), 0);
}

static int says_codes(const struct actor *actor, enum return_codes codes)
{
	const struct return_request said = {
	    .act = RETURN_ACT_CODES, .what = "S1", .codes = codes};

	return perform_by(actor, &said);
}

static bool has_codes(void)
{
	return the_case("S1").row.marks & RETURN_MARK_CODES_STATED;
}

/* Theirs is the leaver's word, by whatever way it comes. */
static void test_codes(void **state)
{
	(void)state;
	leaves();
	at("2026-11-30 08:00");
	assert_int_equal(says_codes(&own, RETURN_CODES_HANDED_OVER), 0);
	assert_true(has_codes());
	assert_int_equal(says_codes(ada, RETURN_CODES_NOT_HANDED_OVER), 0);
	assert_false(has_codes());
	assert_int_equal(says_codes(&own, RETURN_CODES_HANDED_OVER), 0);
	assert_false(has_codes());
	assert_int_equal(says_codes(ada, RETURN_CODES_HANDED_OVER), 0);
	assert_true(has_codes());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_called_off),
	    LEAVER_TEST(test_put_off),
	    LEAVER_TEST(test_lost),
	    LEAVER_TEST(test_lost_without_a_return),
	    LEAVER_TEST(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
