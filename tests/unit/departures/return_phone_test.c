/*
 * return_phone_test: does a return follow its phone, whatever that was when it
 * was asked back: enrolled since, enrolled anew, found supervised, private? And
 * is none erased twice, or for somebody else?
 */
#include "tests/unit/departures/leaver_world.h"

#include <stdlib.h>

#include "proto/apple/facts.h"
#include "server/lifecycle/phone.h"
#include "server/service/mdm/answer_facts.h"
#include "server/service/notify/notify.h"

/* ---- what happens ---- */

/* In the register, with somebody whose last day is known. */
static void is_planned(const char *serial, bool is_enrolled, bool is_supervised)
{
	hire("Ture Alm", "2026-11-28");
	phone(serial, NULL, is_supervised);
	if (!is_enrolled)
		checks_out(serial);
	say("{\"assignment\": {\"person\": \"Ture Alm\", \"phone\": \"%s\"}}",
	    serial);
	tick();
	assert_int_equal(state_of(serial), RETURN_PLANNED);
}

static void last_day_is_over(void)
{
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
}

static int signed_by_both(const char *serial)
{
	int rc = sign(serial, RETURN_SIGNER_HOLDER, NULL, "Ture Alm",
	    RETURN_CODES_HANDED_OVER, NULL);

	return rc < 0 ? rc
	              : sign(serial, RETURN_SIGNER_RECEIVER, "Chef Ek",
	                    "Chef Ek", RETURN_CODES_HANDED_OVER, NULL);
}

/* The phone answers DeviceInformation, and nobody looks at the clock. */
static int save_supervised(struct txn *txn, void *arg, struct err *err)
{
	struct device_facts *facts = calloc(1, sizeof(*facts));
	struct answer_facts answer = {.kind = "DeviceInformation"};
	struct device device = {.id = ""};
	int rc = ledger_phone_find(txn, ada->org_id, "S1", &device, err);

	(void)arg;
	device_facts_init(facts);
	facts->is_supervised = FACT_YES;
	if (rc == 0)
		rc = device_facts_encode(facts, &answer.json, err);
	if (rc == 0)
		rc = answer_facts_save(txn, &towns, &answer, device.life_id,
		    device.id, towns_now, err);
	answer_facts_clear(&answer);
	free(facts);
	return rc;
}

static void says_supervised(void)
{
	towns_write(save_supervised, NULL);
}

static int erased_by_hand(const char *serial)
{
	const struct wipe_request request = {
	    .device = serial, .reason = "as its return asks"};
	struct wipe wipe;

	return service_wipe_order(&towns, ada, &request, &wipe, NULL);
}

static void assert_ready_after(const char *serial)
{
	assert_int_equal(act(serial, RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(signed_by_both(serial), 0);
	assert_int_equal(state_of(serial), RETURN_RELEASED);
	assert_int_equal(the_case(serial).device.state, PHONE_IN_STOCK);
}

/* ---- enrolled after it was planned ---- */

static void test_enrols_when_planned(void **state)
{
	(void)state;
	is_planned("S1", false, false);
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNMANAGED);
	enrols("S1", "Ture Alm", true);
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNSUPERVISED);
	says_supervised();
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_MANAGED);
	assert_string_equal(the_case("S1").row.life_id, life_of("S1"));
	last_day_is_over();
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(
	    act("S1", RETURN_ACT_STATE_PROOF, "looks empty"), -ERR_DENIED);
	assert_int_equal(signed_by_both("S1"), 0);
	assert_int_not_equal(state_of("S1"), RETURN_RELEASED);
	bench_proves("S1");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, NULL), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* Handed in already when it enrolled: nobody's word is enough all the same, and
 * there is a way on. */
static void test_enrols_in_custody(void **state)
{
	(void)state;
	is_planned("S1", false, false);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	enrols("S1", "Ture Alm", true);
	last_day_is_over();
	assert_int_equal(
	    act("S1", RETURN_ACT_STATE_PROOF, "looks empty"), -ERR_DENIED);
	assert_int_equal(erased_by_hand("S1"), 0);
	assert_string_equal(connects("S1", true), "EraseDevice");
	bench_proves("S1");
	assert_ready_after("S1");
}

/* Its answer came after the case, or was never looked at since. */
static void test_supervised_is_learnt_late(void **state)
{
	(void)state;
	is_planned("S1", true, false);
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNSUPERVISED);
	supervise("S1");
	last_day_is_over();
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_MANAGED);
	at("2026-12-14 08:00");
	at("2026-12-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
	assert_string_equal(connects("S1", true), "EnableLostMode");
}

/* ---- enrolled anew ---- */

static void test_enrols_anew_when_planned(void **state)
{
	(void)state;
	is_planned("S1", true, true);
	enrols("S1", "Ture Alm", true);
	last_day_is_over();
	assert_int_equal(erases_ordered("S1"), 1);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
}

/* Whoever is asked for the phone and enrols it again has it all the same, and
 * what was ordered in the former enrolment has come to nothing. */
static void test_enrols_anew_after_the_last_day(void **state)
{
	(void)state;
	is_planned("S1", true, true);
	last_day_is_over();
	assert_int_equal(erases_standing("S1"), 1);
	enrols("S1", "Ture Alm", true);
	at("2026-11-30 09:00");
	assert_int_equal(erases_ordered("S1"), 2);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(state_of("S1"), RETURN_WIPED);
	/* Never again, now that it has taken one. */
	enrols("S1", "Ture Alm", false);
	at("2026-12-01 09:00");
	at("2026-12-02 09:00");
	assert_int_equal(erases_ordered("S1"), 2);
	assert_int_equal(state_of("S1"), RETURN_WIPED);
}

static void test_proven_is_not_erased_again(void **state)
{
	(void)state;
	is_planned("S1", true, true);
	last_day_is_over();
	assert_string_equal(connects("S1", true), "EraseDevice");
	enrols("S1", "Ture Alm", true);
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
	enrols("S1", "Ture Alm", true);
	at("2026-12-01 09:00");
	at("2026-12-02 09:00");
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_equal(state_of("S1"), RETURN_PROVEN);
}

/* Held by its enrolment alone: the next one's goes on from it. */
static void test_held_by_its_enrolment(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	phone("S1", NULL, true);
	enrols("S1", "Ture Alm", true);
	supervise("S1");
	at("2026-11-28 00:00");
	enrols("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	bench_proves("S1");
	assert_ready_after("S1");
	assert_string_equal(the_case("S1").device.person_id, "");
}

static void test_enrols_for_the_next(void **state)
{
	(void)state;
	is_planned("S1", true, false);
	hire("Nya Sund", NULL);
	at("2026-11-28 00:00");
	enrols("S1", "Nya Sund", true);
	says_supervised();
	at("2026-11-30 08:00");
	at("2026-12-01 08:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNSUPERVISED);
	assert_string_not_equal(the_case("S1").row.life_id, life_of("S1"));
	assert_int_equal(erases_ordered("S1"), 0);
	assert_string_equal(connects("S1", true), "");
}

static int find_erase(void *arg, const struct command *row)
{
	if (strcmp(row->request_type, "EraseDevice") == 0)
		memcpy(arg, row->id, STORE_ID);
	return 0;
}

static int load_erase(struct txn *txn, void *arg, struct err *err)
{
	const struct command_filter filter = {
	    .org_id = ada->org_id, .device_id = "device-S1"};

	return store_command_each(txn, &filter, find_erase, arg, err);
}

/* What a person took back is not ordered by itself, in whatever enrolment. */
static void test_taken_back_by_hand(void **state)
{
	struct command command;
	char id[STORE_ID] = "";

	(void)state;
	is_planned("S1", true, true);
	last_day_is_over();
	towns_read(load_erase, id);
	assert_int_equal(
	    service_command_cancel(&towns, ada, id, &command, NULL), 0);
	towns_now += TIME_MINUTE_MS;
	enrols("S1", "Ture Alm", true);
	at("2026-12-01 09:00");
	assert_int_equal(erases_ordered("S1"), 1);
	/* Ordered by hand it counts. */
	assert_int_equal(erased_by_hand("S1"), 0);
	assert_string_equal(connects("S1", true), "EraseDevice");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	bench_proves("S1");
	assert_ready_after("S1");
}

/* One that let go of us needs what it needed. */
static void test_leaves_management(void **state)
{
	(void)state;
	is_planned("S1", true, true);
	checks_out("S1");
	last_day_is_over();
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_MANAGED);
	assert_int_equal(erases_ordered("S1"), 0);
	enrols("S1", "Ture Alm", false);
	at("2026-12-01 08:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
}

/* Held by its enrolment alone, and let go a week before the last day: it is in
 * their pocket, and asked back; with somebody else it would not be. */
static void test_leaves_management_before_it_is_asked_for(void **state)
{
	(void)state;
	hire("Ture Alm", "2026-11-28");
	hire("Nya Sund", NULL);
	phone("S1", NULL, true);
	phone("S2", NULL, true);
	enrols("S1", "Ture Alm", true);
	enrols("S2", "Ture Alm", true);
	at("2026-11-23 08:00");
	checks_out("S1");
	checks_out("S2");
	enrols("S2", "Nya Sund", true);
	last_day_is_over();
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_int_equal(state_of("S2"), RETURN_CANCELLED);
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(act("S1", RETURN_ACT_STATE_PROOF, "reset by me"), 0);
	assert_ready_after("S1");
}

/* ---- asked back by hand ---- */

static void test_hand_back(void **state)
{
	const struct departure_request request = {
	    .person = "Ture Alm", .phone = "S1", .note = "a new model comes"};
	struct departure_view view;

	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", NULL, false);
	enrols("S1", "Ture Alm", true);
	assert_int_equal(
	    service_departure_open(&towns, ada, &request, false, &view, NULL),
	    0);
	enrols("S1", "Ture Alm", true);
	says_supervised();
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_MANAGED);
	assert_string_equal(the_case("S1").row.life_id, life_of("S1"));
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	at("2026-11-23 08:00");
	/* All that it waits for is what an employed person's always waits for. */
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "second person"));
}

/* ---- a private phone ---- */

static void test_becomes_private(void **state)
{
	(void)state;
	is_planned("S1", true, true);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_PRIVATE);
	last_day_is_over();
	assert_int_equal(erases_ordered("S1"), 0);
	assert_string_equal(connects("S1", true), "RemoveProfile");
}

/* Its owner let go of us, and is back with us: work is on it again. */
static void test_private_enrols_anew(void **state)
{
	(void)state;
	is_planned("S1", true, false);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
	checks_out("S1");
	assert_true(the_case("S1").row.marks & RETURN_MARK_DATA_REMOVED);
	enrols("S1", "Ture Alm", false);
	assert_false(the_case("S1").row.marks & RETURN_MARK_DATA_REMOVED);
	last_day_is_over();
	/* Ordered, and enrolled anew before it came for it. */
	enrols("S1", "Ture Alm", false);
	at("2026-12-01 08:00");
	assert_string_equal(connects("S1", true), "RemoveProfile");
	checks_out("S1");
	tick();
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* Theirs, with no profile yet taken off it. */
static void own_phone(void)
{
	is_planned("S1", true, false);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
}

static bool is_asked(enum task_kind kind)
{
	return task_of(the_departure("Ture Alm").departure.id, kind).id[0];
}

static void test_private_is_not_asked_for(void **state)
{
	(void)state;
	own_phone();
	at("2026-11-27 08:00");
	last_day_is_over();
	assert_false(is_asked(TASK_RETURN_PHONE));
	assert_false(is_asked(TASK_CONFIRM_RETURN));
	assert_int_equal(notices_of("Ture Alm", NOTICE_LEAVING_SOON), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_MANAGER), 0);
	assert_int_equal(notices_of("Chef Ek", NOTICE_LEAVING_TODAY), 0);
	assert_int_equal(signed_by_both("S1"), -ERR_CONFLICT);
	assert_non_null(strstr(leaver_err.text, "stays with its owner"));
}

static void test_private_beside_another(void **state)
{
	(void)state;
	own_phone();
	phone("S2", "Ture Alm", true);
	last_day_is_over();
	assert_true(is_asked(TASK_RETURN_PHONE));
	assert_true(is_asked(TASK_CONFIRM_RETURN));
	say("{\"phone\": {\"phone\": \"S2\", \"is_private\": true}}");
	tick();
	assert_false(is_asked(TASK_RETURN_PHONE));
	assert_false(is_asked(TASK_CONFIRM_RETURN));
}

/* What has come back was to be handed in: its tasks end with the departure. */
static void test_private_and_another_is_back(void **state)
{
	(void)state;
	own_phone();
	phone("S2", "Ture Alm", true);
	last_day_is_over();
	assert_string_equal(connects("S2", true), "EraseDevice");
	assert_int_equal(custody("S2", "Chef Ek"), 0);
	bench_proves("S2");
	assert_ready_after("S2");
	assert_true(is_asked(TASK_CONFIRM_RETURN));
	checks_out("S1");
	tick();
	assert_false(is_asked(TASK_CONFIRM_RETURN));
	assert_int_equal(
	    the_departure("Ture Alm").departure.state, DEPARTURE_CLOSED);
}

/* Another one turns up when the last day is over. */
static void test_private_and_another_later(void **state)
{
	(void)state;
	own_phone();
	last_day_is_over();
	assert_false(is_asked(TASK_RETURN_PHONE));
	phone("S2", "Ture Alm", true);
	at("2026-12-01 08:00");
	assert_int_equal(state_of("S2"), RETURN_ASKED);
	assert_true(is_asked(TASK_RETURN_PHONE));
	assert_true(is_asked(TASK_CONFIRM_RETURN));
}

/* While it is enrolled nobody's word is enough; it says so itself. */
static void test_private_still_managed(void **state)
{
	(void)state;
	own_phone();
	last_day_is_over();
	assert_int_equal(
	    act("S1", RETURN_ACT_DATA_REMOVED, "seen without"), -ERR_DENIED);
	assert_non_null(strstr(leaver_err.text, "still managed"));
	assert_string_equal(connects("S1", true), "RemoveProfile");
	at("2026-11-30 09:00");
	assert_string_equal(connects("S1", true), "");
	assert_int_equal(
	    act("S1", RETURN_ACT_DATA_REMOVED, "seen without"), -ERR_DENIED);
	assert_int_not_equal(state_of("S1"), RETURN_RELEASED);
	checks_out("S1");
	tick();
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* It took the order and is silent since: its last word can have been lost. */
static void test_private_takes_its_leave_silently(void **state)
{
	(void)state;
	own_phone();
	last_day_is_over();
	assert_string_equal(connects("S1", true), "RemoveProfile");
	at("2026-12-01 09:00");
	assert_int_equal(act("S1", RETURN_ACT_DATA_REMOVED, "seen without"), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_enrols_when_planned),
	    LEAVER_TEST(test_enrols_in_custody),
	    LEAVER_TEST(test_supervised_is_learnt_late),
	    LEAVER_TEST(test_enrols_anew_when_planned),
	    LEAVER_TEST(test_enrols_anew_after_the_last_day),
	    LEAVER_TEST(test_proven_is_not_erased_again),
	    LEAVER_TEST(test_held_by_its_enrolment),
	    LEAVER_TEST(test_enrols_for_the_next),
	    LEAVER_TEST(test_taken_back_by_hand),
	    LEAVER_TEST(test_leaves_management),
	    LEAVER_TEST(test_leaves_management_before_it_is_asked_for),
	    LEAVER_TEST(test_hand_back),
	    LEAVER_TEST(test_becomes_private),
	    LEAVER_TEST(test_private_enrols_anew),
	    LEAVER_TEST(test_private_is_not_asked_for),
	    LEAVER_TEST(test_private_beside_another),
	    LEAVER_TEST(test_private_and_another_is_back),
	    LEAVER_TEST(test_private_and_another_later),
	    LEAVER_TEST(test_private_still_managed),
	    LEAVER_TEST(test_private_takes_its_leave_silently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
