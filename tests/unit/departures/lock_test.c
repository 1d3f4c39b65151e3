/*
 * lock_test: is a phone locked, or its SIM blocked, only while it is with who
 * left (DESIGN invariant 1)?
 */
#include "tests/unit/departures/lock_story.h"

#include <stdlib.h>

#include "server/service/departure/return_decide.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"

/* ---- whose phone it is ---- */

/* Reset by hand and given to somebody else: theirs is not locked, whatever the
 * former holder's return waits for. */
static void test_next_holder(void **state)
{
	(void)state;
	leaves();
	hire("Nya Sund", NULL);
	enrols_anew("S1", "Nya Sund");
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	at("2026-12-28 08:00");
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
	assert_string_equal(takes("S1"), "");
	assert_string_equal(the_case("S1").device.person, "Nya Sund");
	assert_int_not_equal(phone_of("S1"), PHONE_LOST);
	/* The case is still open, and asks for what is missing. */
	assert_true(return_case_is_open(state_of("S1")));
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "Nya Sund"));
}

/* Silent already when it turns up with somebody else. */
static void test_next_holder_of_a_silent_one(void **state)
{
	(void)state;
	leaves();
	hire("Nya Sund", NULL);
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	enrols_anew("S1", "Nya Sund");
	at("2026-12-15 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2026-12-21 08:00");
	at("2027-01-21 08:00");
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
}

/* One is given up in the register, case or no case: the other is locked all the
 * same. */
static void test_one_is_given_up(void **state)
{
	struct phone_step_ask ask = {.device = "S1",
	    .event = PHONE_EVENT_WRITE_OFF,
	    .reason = "in the lake"};
	struct device device;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, NULL), 0);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
	assert_int_equal(orders_of("S2", "EnableLostMode").standing, 1);
}

static int ask_lock(struct txn *txn, void *arg, struct err *err)
{
	return lost_mode_is_possible(txn, arg, err);
}

/* What could not be locked is not called possible: the ladder asks first. */
static void test_given_up_is_not_locked(void **state)
{
	struct phone_step_ask ask = {.device = "S1",
	    .event = PHONE_EVENT_WRITE_OFF,
	    .reason = "in the lake"};
	struct device device;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, NULL), 0);
	assert_string_not_equal(device.life_id, "");
	assert_int_equal(
	    store_read(towns.store, ask_lock, &device, NULL), -ERR_CONFLICT);
	ask.event = PHONE_EVENT_FIND;
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, NULL), 0);
	assert_int_equal(store_read(towns.store, ask_lock, &device, NULL), 0);
}

/* Taken back by IT without a custody: it lies in a drawer, and is silent. */
static void test_drawer(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	at("2026-11-28 00:00");
	say("{\"return\": {\"phone\": \"S1\"}}");
	at("2026-11-30 08:00");
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2026-12-21 08:00");
	at("2026-12-28 08:00");
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
	assert_false(the_case("S1").row.marks & RETURN_MARK_SIM_DECIDED);
	/* Somebody says that they have it: so much is asked. */
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "custody"));
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_null(
	    strstr(the_departure("Ture Alm").departure.waits, "custody"));
}

/* Who takes off management has it in their pocket all the same. */
static void test_left_management(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", NULL, true);
	enrols_anew("S1", "Ture Alm"); /* held by that life alone */
	sim("+46701740601", "Ture Alm", "S1", NULL);
	at("2026-11-28 00:00");
	at("2026-11-29 08:00");
	checks_out("S1");
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	at("2026-12-21 08:00");
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
	at("2026-12-28 08:00");
	assert_true(the_case("S1").row.marks & RETURN_MARK_SIM_DECIDED);
}

/* Ordered, and handed to somebody by our records before the phone came by. */
static void test_not_handed_out(void **state)
{
	(void)state;
	goes_silent();
	say("{\"return\": {\"phone\": \"S1\"}}");
	assert_string_equal(takes("S1"), "");
	assert_int_equal(orders_of("S1", "EnableLostMode").standing, 0);
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_CANCELLED);
	assert_int_equal(phone_of("S1"), PHONE_RETURNING);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
}

/* Ordered, and the departure rests before the phone came by. */
static void test_paused(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	goes_silent();
	view = the_departure("Ture Alm");
	assert_int_equal(service_departure_pause(&towns, ada, view.departure.id,
	                     "2027-01-15", "in hospital", &view, &err),
	    0);
	assert_string_equal(takes("S1"), "");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_CANCELLED);
	assert_int_not_equal(phone_of("S1"), PHONE_LOST);
	assert_int_not_equal(state_of("S1"), RETURN_LOST);
}

/* One that a person reports lost is no case's, and goes out. */
static void test_by_hand(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	report_lost();
	assert_string_equal(lost_mode_of("S1").case_id, "");
	assert_string_equal(connects("S1", true), "EnableLostMode");
	assert_int_equal(lost_mode_of("S1").state, LOST_MODE_ON);
}

/* ---- decided by the manager ---- */

static int decide_lock(struct txn *txn, void *arg, struct err *err)
{
	struct ledger ledger;
	int rc = ledger_init(&ledger, &towns, ada, err);

	return rc < 0 ? rc
	              : return_decide(txn, &ledger, arg,
	                    RETURN_DECIDE_LOST_MODE, NULL, err);
}

static int decides_to_lock(void)
{
	char case_id[STORE_ID];
	int rc;

	memcpy(case_id, the_case("S1").row.id, STORE_ID);
	rc = store_write(towns.store, decide_lock, case_id, NULL);
	tick();
	return rc;
}

/* Sooner than by itself, on the same terms, and lifted alike. */
static void test_decided(void **state)
{
	(void)state;
	leaves();
	assert_int_equal(decides_to_lock(), 0);
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_string_equal(connects("S1", true), "EnableLostMode");
	ends("");
	assert_int_equal(state_of("S1"), RETURN_CANCELLED);
	assert_string_equal(connects("S1", true), "DisableLostMode");
	assert_int_equal(phone_of("S1"), PHONE_ENROLLED);
}

static void test_decided_of_another(void **state)
{
	(void)state;
	leaves();
	hire("Nya Sund", NULL);
	enrols_anew("S1", "Nya Sund");
	assert_int_equal(decides_to_lock(), -ERR_CONFLICT);
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
}

/* What the guard does not let through a page does not either. */
static void test_decided_beyond_the_guard(void **state)
{
	(void)state;
	towns.guard.departures_per_day = 1; /* which its erase takes */
	leaves();
	assert_int_equal(decides_to_lock(), -ERR_CONFLICT);
	assert_int_equal(orders_of("S1", "EnableLostMode").count, 0);
	at("2026-12-01 09:00");
	assert_int_equal(decides_to_lock(), 0);
}

/* ---- the guard ---- */

/* How many of four are locked; the others say what they wait for. */
static unsigned count_locked(void)
{
	char name[32];
	char serial[8];
	unsigned locked = 0;
	unsigned i;

	for (i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "Ture Alm %u", i);
		(void)snprintf(serial, sizeof(serial), "S%u", i);
		if (orders_of(serial, "EnableLostMode").standing)
			locked++;
		else
			assert_non_null(
			    strstr(the_departure(name).departure.waits,
			        "second person"));
	}
	return locked;
}

/* A day has room for so many leavers' phones, locked or erased. */
static void test_guard(void **state)
{
	char name[32];
	char serial[8];
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "Ture Alm %u", i);
		(void)snprintf(serial, sizeof(serial), "S%u", i);
		hire(name, "2026-11-28");
		phone(serial, name, true);
	}
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	at("2026-12-14 08:00");
	towns.guard.departures_per_day = 2;
	at("2026-12-21 08:00");
	assert_int_equal(count_locked(), 2);
	/* The next day has room, and they are not forgotten. */
	at("2026-12-22 08:00");
	at("2026-12-22 09:00");
	assert_int_equal(count_locked(), 4);
}

/* ---- the SIM ---- */

/* Of two phones one came back: only the other one's SIM is blocked. */
static void test_sims(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	sim("+46701740602", "Ture Alm", "S2", NULL);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	at("2026-12-28 08:00");
	assert_int_equal(state_of("S2"), RETURN_LOST);
	assert_true(the_case("S2").row.marks & RETURN_MARK_SIM_DECIDED);
	assert_false(the_case("S1").row.marks & RETURN_MARK_SIM_DECIDED);
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_REUSE), 0);
}

/* ---- a link for the next one ---- */

static int link_for(const char *name, struct err *err)
{
	const struct link_request request = {.person = name, .serial = "S1"};
	struct link link;
	char *url = NULL;
	int rc;

	*err = (struct err){0};
	rc = service_link_create(&towns, ada, &request, &link, &url, err);
	free(url);
	return rc;
}

static void test_link(void **state)
{
	struct err err;

	(void)state;
	hire("Nya Sund", NULL);
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	tick();
	/* Until it is asked for it may change hands. */
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_int_equal(link_for("Nya Sund", &err), 0);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(link_for("Nya Sund", &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "workphone return show S1"));
	assert_int_equal(link_for("Ture Alm", &err), 0);
	/* It says that it erases itself: a new enrolment will prove it. */
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(link_for("Nya Sund", &err), 0);
	enrols_anew("S1", "Nya Sund");
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	assert_string_equal(the_case("S1").device.person, "Nya Sund");
}

static void test_link_of_a_disputed_one(void **state)
{
	struct err err;

	(void)state;
	leaves();
	hire("Nya Sund", NULL);
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_catches("S1");
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
	assert_int_equal(link_for("Nya Sund", &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "disputed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_next_holder),
	    LEAVER_TEST(test_next_holder_of_a_silent_one),
	    LEAVER_TEST(test_one_is_given_up),
	    LEAVER_TEST(test_given_up_is_not_locked),
	    LEAVER_TEST(test_drawer),
	    LEAVER_TEST(test_left_management),
	    LEAVER_TEST(test_not_handed_out),
	    LEAVER_TEST(test_paused),
	    LEAVER_TEST(test_by_hand),
	    LEAVER_TEST(test_decided),
	    LEAVER_TEST(test_decided_of_another),
	    LEAVER_TEST(test_decided_beyond_the_guard),
	    LEAVER_TEST(test_guard),
	    LEAVER_TEST(test_sims),
	    LEAVER_TEST(test_link),
	    LEAVER_TEST(test_link_of_a_disputed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
