/*
 * ladder_test: what follows when a phone does not come back, is lost, or is
 * caught at not having erased itself: reminded, told, decided, locked, blocked,
 * written off, and never released?
 */
#include "tests/unit/departures/leaver_world.h"

#include "server/service/notify/notify.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"

static void leaves(bool is_supervised)
{
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", is_supervised);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

static const char *departure_id(void)
{
	static char id[STORE_ID];

	memcpy(id, the_departure("Ture Alm").departure.id, STORE_ID);
	return id;
}

/* Whose phone it is is told that somebody looked where it is. */
static void test_located(void **state)
{
	struct phone_place_row place;

	(void)state;
	towns.tell.by_mail = true;
	leaves(true);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_string_equal(takes("S1"), "EnableLostMode");
	assert_int_equal(service_lost_mode_locate(&towns, ada, "S1",
	                     "the police ask", &place, &leaver_err),
	    0);
	assert_int_equal(notices_of("Ture Alm", NOTICE_LOCATION_ASKED), 1);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LOCATION_ASKED), 0);
	/* What is refused is not told. */
	assert_int_equal(service_lost_mode_locate(&towns, ada, "S1",
	                     "the police ask", &place, &leaver_err),
	    -ERR_CONFLICT);
	assert_int_equal(notices_of("Ture Alm", NOTICE_LOCATION_ASKED), 1);
}

static void test_ladder(void **state)
{
	(void)state;
	leaves(true);
	at("2026-12-11 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_string_equal(task_of(departure_id(), TASK_DECIDE_RETURN).id, "");
	/* A fortnight without a word: the manager decides. */
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	assert_string_not_equal(
	    task_of(departure_id(), TASK_DECIDE_RETURN).id, "");
	/* Three weeks: Lost Mode, and the erase that would end it is back. */
	at("2026-12-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_int_equal(the_case("S1").device.state, PHONE_LOST);
	assert_int_equal(erases_standing("S1"), 0);
	assert_string_equal(takes("S1"), "EnableLostMode");
	/* Four: the SIM is blocked. */
	at("2026-12-28 08:00");
	assert_true(the_case("S1").row.marks & RETURN_MARK_SIM_DECIDED);
	/* Gone for good: by a person, with a reason, and never released. */
	assert_int_equal(act("S1", RETURN_ACT_WRITE_OFF, ""), -ERR_INVALID);
	assert_int_equal(
	    act("S1", RETURN_ACT_WRITE_OFF, "moved abroad, no answer"), 0);
	assert_int_equal(state_of("S1"), RETURN_WRITTEN_OFF);
	assert_int_equal(the_case("S1").device.state, PHONE_WRITTEN_OFF);
	tick();
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CLOSED);
}

/* Where Lost Mode cannot be, the erase waits on. */
static void test_unsupervised_ladder(void **state)
{
	(void)state;
	leaves(false);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	assert_int_equal(erases_standing("S1"), 1);
	/* Heard from at last: it erases itself. */
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
}

static void test_back_from_lost(void **state)
{
	(void)state;
	leaves(true);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
	/* Lost Mode lifts by itself; the erase is ordered anew, once. */
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(the_case("S1").device.state, PHONE_RETURNING);
	at("2026-12-21 09:00");
	at("2026-12-22 09:00");
	assert_int_equal(erases_standing("S1"), 1);
}

static void test_write_off_wants_the_sim(void **state)
{
	(void)state;
	leaves(true);
	assert_int_equal(act("S1", RETURN_ACT_WRITE_OFF, "fell into the lake"),
	    -ERR_CONFLICT);
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_BLOCK), 0);
	assert_int_equal(
	    act("S1", RETURN_ACT_WRITE_OFF, "fell into the lake"), 0);
	/* It turns up: the way goes on where it was. */
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(state_of("S1"), RETURN_IN_CUSTODY);
}

/* Blocked, written off, and the erase never fetched. */
static void written_off(bool is_supervised)
{
	leaves(is_supervised);
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_BLOCK), 0);
	assert_int_equal(act("S1", RETURN_ACT_WRITE_OFF, "no answer"), 0);
	assert_string_equal(the_case("S1").device.person_id, "");
	at("2026-12-15 08:00");
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CLOSED);
}

static void signed_and_unlocked(void)
{
	assert_int_equal(
	    sign("S1", RETURN_SIGNER_WITNESS, "Topp Lund", "Topp Lund",
	        RETURN_CODES_NOT_HANDED_OVER, "moved abroad"),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_NOT_NEEDED, NULL),
	    0);
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
}

static int released_into_stock(void)
{
	const struct return_view view = the_case("S1");

	tick();
	return view.row.state == RETURN_RELEASED &&
	    view.device.state == PHONE_IN_STOCK && !view.device.person_id[0] &&
	    the_departure("Ture Alm").departure.state == DEPARTURE_CLOSED;
}

/* Months later somebody brings it: the same way to its end, with proof. */
static void test_turns_up(void **state)
{
	(void)state;
	written_off(true);
	assert_int_equal(erases_standing("S1"), 1);
	at("2027-02-01 14:00");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_string_equal(the_case("S1").device.person, "Ture Alm");
	assert_int_equal(the_case("S1").device.state, PHONE_RETURNING);
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_OPEN);
	at("2027-02-02 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_proves("S1");
	signed_and_unlocked();
	assert_true(released_into_stock());
	at("2027-02-03 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(departures_of("Ture Alm"), 1);
	/* It is for the next one, and nothing of the former reaches it. */
	hire("Nya Sund", NULL);
	say("{\"assignment\": {\"person\": \"Nya Sund\", \"phone\": "
	    "\"S1\"}}");
	at("2027-02-04 08:00");
	assert_string_not_equal(connects("S1", true), "EraseDevice");
}

/* As the register's own word: found. */
static void test_found_after_write_off(void **state)
{
	const struct phone_step_ask ask = {.device = "S1",
	    .event = PHONE_EVENT_FIND,
	    .reason = "lay in a drawer"};
	struct device device;

	(void)state;
	written_off(false);
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, &leaver_err), 0);
	tick();
	/* Not in anybody's stock with what is on it. */
	assert_int_equal(device.state, PHONE_RETURNING);
	assert_true(return_case_is_open(state_of("S1")));
	at("2026-12-16 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
}

/* Put into use again by whoever had it: it is erased in that life. */
static void test_enrolled_after_write_off(void **state)
{
	(void)state;
	written_off(true);
	enrols("S1", "Ture Alm", false);
	tick();
	/* The same return, not another one. */
	assert_int_equal(departures_of("Ture Alm"), 1);
	assert_true(return_case_is_open(state_of("S1")));
	assert_int_equal(the_case("S1").device.state, PHONE_RETURNING);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	at("2026-12-16 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_proves("S1");
	signed_and_unlocked();
	assert_true(released_into_stock());
}

/* It took its erase before, and shows by enrolling that it is done. */
static void test_proven_after_write_off(void **state)
{
	(void)state;
	leaves(true);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_BLOCK), 0);
	assert_int_equal(act("S1", RETURN_ACT_WRITE_OFF, "no answer"), 0);
	enrols("S1", "Ture Alm", true);
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	at("2026-12-16 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	signed_and_unlocked();
	assert_true(released_into_stock());
}

/* Somebody else has it by now: nothing is taken from them. */
static void test_turns_up_with_another(void **state)
{
	(void)state;
	written_off(true);
	hire("Nya Sund", NULL);
	enrols("S1", "Nya Sund", true);
	assert_int_equal(state_of("S1"), RETURN_WRITTEN_OFF);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_string_equal(the_case("S1").device.person, "Nya Sund");
	at("2026-12-16 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_string_not_equal(connects("S1", true), "EraseDevice");
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "somebody else"));
}

/* The person has another one open for the same reason by then. */
static void test_turns_up_into_another(void **state)
{
	struct departure_request request = {
	    .person = "Ture Alm", .phone = "S1", .note = "a new model comes"};
	struct departure_view view;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", true);
	assert_int_equal(service_departure_open(
	                     &towns, ada, &request, false, &view, &leaver_err),
	    0);
	at("2026-11-23 08:00");
	assert_int_equal(act("S1", RETURN_ACT_WRITE_OFF, "in the lake"), 0);
	tick();
	request.phone = "S2";
	assert_int_equal(service_departure_open(
	                     &towns, ada, &request, false, &view, &leaver_err),
	    0);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_string_equal(the_case("S1").row.departure_id, view.departure.id);
}

/* Without a return case it is with whom it was. */
static void test_found_in_use(void **state)
{
	struct phone_step_ask ask = {.device = "S1",
	    .event = PHONE_EVENT_WRITE_OFF,
	    .reason = "in the lake"};
	struct device device;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	towns_now += TIME_DAY_MS;
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, &leaver_err), 0);
	assert_int_equal(device.state, PHONE_WRITTEN_OFF);
	towns_now += 30 * TIME_DAY_MS;
	ask.event = PHONE_EVENT_FIND;
	ask.reason = "a diver had it";
	assert_int_equal(
	    service_phone_step(&towns, ada, &ask, &device, &leaver_err), 0);
	assert_int_equal(device.state, PHONE_ENROLLED);
	assert_string_equal(device.person, "Ture Alm");
}

static void test_lost_before_the_day(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", "Ture Alm", true);
	at("2026-11-23 08:00");
	assert_int_equal(act("S1", RETURN_ACT_LOST, "left on a train"), 0);
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_int_equal(erases_ordered("S1"), 0);
	assert_int_equal(act("S1", RETURN_ACT_FOUND, "the railway had it"), 0);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2026-12-01 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

/* ---- it says it did, and did not ---- */

static void test_caught(void **state)
{
	(void)state;
	leaves(true);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	bench_catches("S1");
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
	assert_false(the_case("S1").row.marks & RETURN_MARK_WIPE_ACKNOWLEDGED);
	/* Nothing else makes it good. */
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, "Ture Alm",
	                     "Ture Alm", RETURN_CODES_HANDED_OVER, NULL),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_REUSE), 0);
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
	assert_int_equal(
	    act("S1", RETURN_ACT_STATE_PROOF, "I wiped it"), -ERR_DENIED);
	/* No second erase by itself: the bench, or a person. */
	at("2026-12-02 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
	bench_proves("S1");
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* Let go on somebody's word, found alive in stock: nobody else is handed it. */
static void test_disputed_in_stock(void **state)
{
	const char *to_next = "{\"assignment\": {\"person\": \"Nya Sund\", "
	                      "\"phone\": \"S1\"}}";

	(void)state;
	leaves(true);
	hire("Nya Sund", NULL);
	assert_string_equal(connects("S1", true), "EraseDevice");
	checks_out("S1");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(
	    act("S1", RETURN_ACT_STATE_PROOF, "it showed Hello"), 0);
	/* Empty, and not signed for yet. */
	assert_int_equal(the_case("S1").device.state, PHONE_WIPED_PROVEN);
	towns_refused(ada, to_next, ERR_CONFLICT, "waits for");
	signed_and_unlocked();
	assert_int_equal(decide_sim("S1", "+46701740601", SIM_REUSE), 0);
	assert_true(released_into_stock());
	bench_catches("S1");
	assert_int_equal(state_of("S1"), RETURN_DISPUTED);
	assert_int_equal(the_case("S1").device.state, PHONE_RETURNING);
	assert_string_equal(the_case("S1").device.person, "Ture Alm");
	towns_refused(ada, to_next, ERR_CONFLICT, "is disputed");
	bench_proves("S1");
	assert_true(released_into_stock());
	say("%s", to_next);
}

static void test_not_needed_codes(void **state)
{
	(void)state;
	leaves(true);
	assert_int_equal(
	    sign("S1", RETURN_SIGNER_WITNESS, "Topp Lund", "Topp Lund",
	        RETURN_CODES_NOT_NEEDED, "gone abroad"),
	    -ERR_CONFLICT);
	assert_int_equal(
	    sign("S1", RETURN_SIGNER_WITNESS, "Topp Lund", "Topp Lund",
	        RETURN_CODES_NOT_HANDED_OVER, "gone abroad"),
	    0);
	assert_false(the_case("S1").row.marks & RETURN_MARK_CODES_STATED);
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_proves("S1");
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_NOT_NEEDED, NULL),
	    0);
	assert_true(the_case("S1").row.marks & RETURN_MARK_CODES_STATED);
}

/* The phone refused: nothing is pretended. */
static void test_refused_by_the_phone(void **state)
{
	(void)state;
	leaves(true);
	assert_string_equal(connects("S1", false), "EraseDevice");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2026-12-02 08:00");
	assert_int_equal(erases_ordered("S1"), 1);
}

/* ---- everything of one person ---- */

static void test_everything(void **state)
{
	struct departure_request request = {
	    .person = "Ture Alm", .note = "the trial period ended"};
	struct departure_view view;
	struct err err = {0};

	(void)state;
	hire("Ture Alm", NULL);
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, &err),
	    -ERR_CONFLICT); /* holds nothing */
	phone("S1", "Ture Alm", true);
	phone("S2", "Ture Alm", false);
	sim("+46701740601", "Ture Alm", "S1", NULL);
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, true, &view, &err),
	    0);
	assert_int_equal(departures_of("Ture Alm"), 0); /* a dry run */
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, &err),
	    0);
	assert_int_equal(view.cases, 2);
	assert_int_equal(view.sims_undecided, 1);
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, &err),
	    -ERR_CONFLICT); /* one case */
	at("2026-11-23 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	/* Still employed: early, so a second person has to say yes. */
	assert_int_equal(erases_ordered("S1"), 0);
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "second"));
	/* Nothing of another organisation is seen or done. */
	assert_int_equal(service_departure_load(
	                     &towns, bob, view.departure.id, &view, NULL, &err),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_departure_cancel(&towns, bob,
	        the_departure("Ture Alm").departure.id, "mine", &view, &err),
	    -ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_located),
	    LEAVER_TEST(test_ladder),
	    LEAVER_TEST(test_unsupervised_ladder),
	    LEAVER_TEST(test_back_from_lost),
	    LEAVER_TEST(test_write_off_wants_the_sim),
	    LEAVER_TEST(test_turns_up),
	    LEAVER_TEST(test_found_after_write_off),
	    LEAVER_TEST(test_enrolled_after_write_off),
	    LEAVER_TEST(test_proven_after_write_off),
	    LEAVER_TEST(test_turns_up_with_another),
	    LEAVER_TEST(test_turns_up_into_another),
	    LEAVER_TEST(test_found_in_use),
	    LEAVER_TEST(test_lost_before_the_day),
	    LEAVER_TEST(test_caught),
	    LEAVER_TEST(test_disputed_in_stock),
	    LEAVER_TEST(test_not_needed_codes),
	    LEAVER_TEST(test_refused_by_the_phone),
	    LEAVER_TEST(test_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
