/*
 * change_test: what is said anew while something destructive is under way (a
 * pause, another last day, a re-hire), and a departure that cannot go on: is
 * nothing given to a phone that is no longer justified, is what was put off
 * done later, and does nobody else's departure wait for it?
 */
#include "tests/unit/departures/leaver_world.h"

#include <stdlib.h>

#include "server/lifecycle/phone.h"

/* 2026-11-27, the last day, is a Friday. */
static void leaves(const char *serial, const char *name, bool is_supervised)
{
	hire(name, "2026-11-28");
	phone(serial, name, is_supervised);
}

static void leaves_private(void)
{
	leaves("S1", "Ture Alm", false);
	say("{\"phone\": {\"phone\": \"S1\", \"is_private\": true}}");
}

/* Until the day before; "" takes the end back. */
static void ends(const char *name, const char *to)
{
	say("{\"employment\": {\"person\": \"%s\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\", \"to\": \"%s\"}}",
	    name, to);
}

static void pauses(const char *name, const char *until)
{
	struct departure_view view = the_departure(name);
	struct err err = {0};

	if (service_departure_pause(&towns, ada, view.departure.id, until,
	        "a matter of court", &view, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(view.departure.state, DEPARTURE_PAUSED);
}

static enum departure_state departure_state_of(const char *name)
{
	return the_departure(name).departure.state;
}

static bool is_asked(const char *name, int kind)
{
	return task_of(the_departure(name).departure.id, kind).id[0] != '\0';
}

/* ---- a pause ---- */

/* The runbook advises it for who comes back later: the erase waits. */
static void test_pause_takes_the_erase_back(void **state)
{
	(void)state;
	leaves("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_true(is_asked("Ture Alm", TASK_CONFIRM_RETURN));
	pauses("Ture Alm", "2026-12-15");
	assert_int_equal(erases_standing("S1"), 0);
	assert_string_equal(connects("S1", true), "");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_int_equal(the_case("S1").device.state, PHONE_ENROLLED);
	assert_false(is_asked("Ture Alm", TASK_RETURN_PHONE));
	assert_false(is_asked("Ture Alm", TASK_CONFIRM_RETURN));
	at("2026-12-14 09:00");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	/* It is over: asked again, erased on the next working day. */
	at("2026-12-15 09:00");
	assert_int_equal(departure_state_of("Ture Alm"), DEPARTURE_OPEN);
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	assert_true(is_asked("Ture Alm", TASK_CONFIRM_RETURN));
	assert_int_equal(erases_standing("S1"), 0);
	at("2026-12-16 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_string_equal(connects("S1", true), "EraseDevice");
}

/* The ladder begins anew, too: nobody is late who was told to wait. */
static void test_pause_holds_the_ladder(void **state)
{
	(void)state;
	leaves("S1", "Ture Alm", true);
	at("2026-11-30 08:00");
	at("2026-12-14 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	pauses("Ture Alm", "2027-01-07");
	assert_string_equal(the_departure("Ture Alm").waits_for,
	    "the end of its pause, 2027-01-07");
	assert_string_equal(
	    the_case("S1").waits_for, "the end of its pause, 2027-01-07");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at("2026-12-21 08:00");
	at("2026-12-28 08:00");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at("2027-01-07 08:00");
	at("2027-01-08 08:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2027-01-21 08:00");
	assert_int_equal(state_of("S1"), RETURN_OFFLINE);
	at("2027-01-28 08:00");
	assert_int_equal(state_of("S1"), RETURN_LOST);
}

/* Whoever is employed for longer is not asked when the pause is over. */
static void test_day_moves_in_a_pause(void **state)
{
	(void)state;
	leaves("S1", "Ture Alm", true);
	at("2026-11-28 12:00");
	pauses("Ture Alm", "2026-12-15");
	ends("Ture Alm", "2027-06-01");
	assert_int_equal(departure_state_of("Ture Alm"), DEPARTURE_PAUSED);
	at("2026-12-15 09:00");
	assert_int_equal(departure_state_of("Ture Alm"), DEPARTURE_PLANNED);
	at("2026-12-21 09:00");
	at("2027-01-21 09:00");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_int_equal(the_case("S1").device.state, PHONE_ENROLLED);
	assert_int_equal(erases_ordered("S1"), 0);
	at("2027-06-01 00:00");
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2027-06-01 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

struct forced {
	const char *departure_id;
	enum departure_state state;
};

static int force_state(struct txn *txn, void *arg, struct err *err)
{
	struct forced *forced = arg;
	struct departure_row row;
	int rc = store_departure_load(
	    txn, ada->org_id, forced->departure_id, &row, err);

	row.state = forced->state;
	return rc < 0 ? rc : store_departure_save(txn, &row, err);
}

/* Whatever left an order behind: only an open departure bears it. */
static void test_hand_out_looks_at_the_departure(void **state)
{
	static const struct {
		const char *serial;
		const char *name;
		bool is_private;
		enum departure_state state;
	} rows[] = {
	    {"S1", "Ture Alm", false, DEPARTURE_PLANNED},
	    {"S2", "Lill Berg", false, DEPARTURE_PAUSED},
	    {"S3", "Mats Dal", true, DEPARTURE_PLANNED},
	    {"S4", "Nils Fors", true, DEPARTURE_PAUSED},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		leaves(rows[i].serial, rows[i].name, !rows[i].is_private);
		if (rows[i].is_private)
			say("{\"phone\": {\"phone\": \"%s\", "
			    "\"is_private\": true}}",
			    rows[i].serial);
	}
	at("2026-11-30 08:00");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct departure_view view = the_departure(rows[i].name);
		struct forced forced = {view.departure.id, rows[i].state};

		assert_int_equal(erases_standing(rows[i].serial),
		    rows[i].is_private ? 0 : 1);
		towns_write(force_state, &forced);
		assert_string_equal(connects(rows[i].serial, true), "");
		assert_true(is_enrolled(rows[i].serial));
	}
}

/* ---- another last day ---- */

/* Known for long, and mistyped to one that is past: nothing is erased on the
 * day on which it is said, whatever was known before. */
static void test_mistyped_day(void **state)
{
	(void)state;
	hire("Ture Alm", "2027-03-01");
	phone("S1", "Ture Alm", true);
	at("2026-12-08 10:00"); /* a Tuesday */
	ends("Ture Alm", "2026-12-05");
	tick();
	assert_int_equal(state_of("S1"), RETURN_ASKED);
	at("2026-12-08 18:00");
	assert_int_equal(erases_ordered("S1"), 0);
	/* Put right: as if nothing had been. */
	ends("Ture Alm", "2027-03-01");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	at("2026-12-09 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	/* Said again, and not put right: on the next working day. */
	ends("Ture Alm", "2026-12-05");
	at("2026-12-09 18:00");
	assert_int_equal(erases_ordered("S1"), 0);
	at("2026-12-10 08:00");
	assert_int_equal(erases_standing("S1"), 1);
}

/* From one past day to another, before the erase: it comes all the same. */
static void test_past_day_to_another(void **state)
{
	(void)state;
	leaves("S1", "Ture Alm", true);
	at("2026-11-28 12:00"); /* Saturday */
	ends("Ture Alm", "2026-11-27");
	tick();
	assert_true(the_departure("Ture Alm").departure.wipe_at > towns_now);
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	/* One that is ordered stands: the employment has ended either way. */
	ends("Ture Alm", "2026-11-26");
	tick();
	assert_int_equal(erases_standing("S1"), 1);
	assert_int_equal(erases_ordered("S1"), 1);
	assert_int_not_equal(the_departure("Ture Alm").departure.wipe_at, 0);
}

/* Both posts have ended, and then one has not: who works here keeps the phone
 * until somebody has it in hand. */
static void test_works_again(void **state)
{
	(void)state;
	leaves("S1", "Ture Alm", true);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-01-02\", \"to\": \"2026-11-26\"}}");
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S1"), 1);
	say("{\"employment\": {\"person\": \"Ture Alm\", \"unit\": "
	    "\"Staden\", \"from\": \"2026-01-02\", \"to\": \"2027-06-01\"}}");
	assert_string_equal(connects("S1", true), "");
	at("2026-11-30 09:00");
	assert_string_equal(connects("S1", true), "");
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	at("2026-11-30 10:00");
	assert_string_equal(connects("S1", true), "EraseDevice");
}

/* ---- a private phone ---- */

static void test_private_rehired(void **state)
{
	(void)state;
	leaves_private();
	at("2026-11-30 08:00");
	ends("Ture Alm", "");
	assert_int_equal(departure_state_of("Ture Alm"), DEPARTURE_CANCELLED);
	assert_string_equal(connects("S1", true), "");
	assert_true(is_enrolled("S1"));
	/* It ends after all, in another departure: then it goes. */
	ends("Ture Alm", "2026-12-05");
	at("2026-12-07 08:00");
	assert_string_equal(connects("S1", true), "RemoveProfile");
}

static void test_private_moved(void **state)
{
	(void)state;
	leaves_private();
	at("2026-11-30 08:00");
	ends("Ture Alm", "2026-12-12");
	assert_int_equal(state_of("S1"), RETURN_PLANNED);
	assert_string_equal(connects("S1", true), "");
	at("2026-12-11 09:00");
	assert_string_equal(connects("S1", true), "");
	/* The same case, the new day: ordered anew, once. */
	at("2026-12-12 00:00");
	at("2026-12-14 08:00");
	assert_string_equal(connects("S1", true), "RemoveProfile");
	at("2026-12-15 08:00");
	assert_string_equal(connects("S1", true), "");
}

static void test_private_paused(void **state)
{
	(void)state;
	leaves_private();
	at("2026-11-30 08:00");
	pauses("Ture Alm", "2026-12-15");
	assert_string_equal(connects("S1", true), "");
	at("2026-12-15 08:00");
	assert_string_equal(connects("S1", true), "");
	at("2026-12-16 08:00");
	assert_string_equal(connects("S1", true), "RemoveProfile");
}

static void test_private_cancelled(void **state)
{
	struct departure_view view;
	struct err err = {0};

	(void)state;
	leaves_private();
	at("2026-11-30 08:00");
	view = the_departure("Ture Alm");
	assert_int_equal(
	    service_departure_cancel(&towns, ada, view.departure.id,
	        "goes on as a consultant", &view, &err),
	    0);
	assert_string_equal(connects("S1", true), "");
	at("2026-12-01 08:00");
	assert_string_equal(connects("S1", true), "");
}

/* It went to somebody else, who enrolled nothing: it is not theirs to lose. */
static void test_private_of_another(void **state)
{
	(void)state;
	leaves_private();
	hire("Nya Sund", NULL);
	at("2026-11-30 08:00");
	say("{\"assignment\": {\"person\": \"Nya Sund\", \"phone\": "
	    "\"S1\"}}");
	assert_string_equal(connects("S1", true), "");
	assert_true(is_enrolled("S1"));
}

static int cancel_command(void *arg, const struct command *row)
{
	if (strcmp(row->request_type, "RemoveProfile") == 0 &&
	    command_is_open(row->state))
		memcpy(arg, row->id, STORE_ID);
	return 0;
}

static int cancel_removal(struct txn *txn, void *arg, struct err *err)
{
	struct command_filter filter = {
	    .org_id = ada->org_id, .device_id = "device-S1"};
	struct command command;
	char id[STORE_ID] = "";
	int rc = store_command_each(txn, &filter, cancel_command, id, err);

	(void)arg;
	if (rc == 0)
		rc = store_command_load(txn, id, &command, err);
	command.state = COMMAND_CANCELLED;
	command.closed_at = towns_now;
	return rc < 0 ? rc : store_command_update(txn, &command, err);
}

/* Who takes the order itself back has said so: it is not given anew each
 * morning, and the departure says what it waits for. */
static void test_private_taken_back(void **state)
{
	(void)state;
	leaves_private();
	at("2026-11-30 08:00");
	towns_write(cancel_removal, NULL);
	at("2026-12-01 08:00");
	assert_string_equal(connects("S1", true), "");
	assert_non_null(strstr(
	    the_departure("Ture Alm").departure.waits, "was taken back"));
}

/* ---- what the register does not say ---- */

static int forget_job(void *arg, const struct employment_row *row)
{
	*(struct employment_row *)arg = *row;
	return 0;
}

static int forget_jobs(struct txn *txn, void *arg, struct err *err)
{
	struct employment_row row = {.id = ""};
	int rc = store_employment_each_person(
	    txn, ada->org_id, arg, forget_job, &row, err);

	row.voided_at = towns_now;
	return rc < 0 ? rc : store_employment_save(txn, &row, err);
}

/* Behind the back of the plan: no row says that it has ended. */
static void test_no_employment_at_all(void **state)
{
	struct departure_view view;

	(void)state;
	leaves("S1", "Ture Alm", true);
	at("2026-11-28 09:00");
	view = the_departure("Ture Alm");
	towns.tenants[0].departures_again_at = INT64_MAX;
	towns_write(forget_jobs, view.departure.person_id);
	at("2026-11-30 08:00");
	assert_int_equal(erases_ordered("S1"), 0);
	assert_non_null(
	    strstr(the_departure("Ture Alm").departure.waits, "no employment"));
}

/* ---- management that was taken off ---- */

static void test_lock_outlives_management(void **state)
{
	(void)state;
	hire("Ture Alm", NULL);
	phone("S1", "Ture Alm", true);
	checks_out("S1");
	ends("Ture Alm", "2026-11-28");
	at("2026-11-28 00:00");
	at("2026-11-30 08:00");
	assert_int_equal(the_case("S1").row.kind, RETURN_KIND_UNMANAGED);
	assert_int_equal(erases_ordered("S1"), 0);
	assert_int_equal(custody("S1", "Chef Ek"), 0);
	assert_int_equal(act("S1", RETURN_ACT_STATE_PROOF, "reset by me"), 0);
	assert_int_equal(sign("S1", RETURN_SIGNER_HOLDER, "Ture Alm",
	                     "Ture Alm", RETURN_CODES_HANDED_OVER, NULL),
	    0);
	assert_int_equal(sign("S1", RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_UNSAID, NULL),
	    0);
	assert_string_equal(the_case("S1").waits_for, "its Activation Lock");
	assert_int_equal(act("S1", RETURN_ACT_LOCK_CLEARED, "at the desk"), 0);
	assert_int_equal(state_of("S1"), RETURN_RELEASED);
}

/* Apple's lock needs no management; there is none on another phone. */
static void test_lock_by_kind_of_phone(void **state)
{
	static const struct {
		const char *serial;
		const char *kind;
		bool has_lock;
	} phones[] = {{"I1", "iphone", true}, {"P1", "ipad", true},
	    {"A1", "android", false}, {"N1", "simple", false}};
	size_t i;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	for (i = 0; i < sizeof(phones) / sizeof(phones[0]); i++)
		say("{\"phone\": {\"phone\": \"%s\", \"kind\": \"%s\"}}\n"
		    "{\"assignment\": {\"person\": \"Ture Alm\", \"phone\": "
		    "\"%s\"}}",
		    phones[i].serial, phones[i].kind, phones[i].serial);
	at("2026-11-30 08:00");
	for (i = 0; i < sizeof(phones) / sizeof(phones[0]); i++) {
		struct return_view view = the_case(phones[i].serial);

		assert_int_equal(view.row.kind, RETURN_KIND_UNMANAGED);
		assert_int_equal(
		    (view.row.needs & RETURN_MARK_LOCK_CLEARED) != 0,
		    phones[i].has_lock);
	}
}

/* ---- one that cannot go on ---- */

static int put_case(struct txn *txn, void *arg, struct err *err)
{
	return store_return_case_save(txn, arg, err);
}

static void test_one_fails(void **state)
{
	struct departure_view broken;
	struct return_case_row row;
	uint64_t failed = towns.counters[SERVICE_DEPARTURES_FAILED];

	(void)state;
	leaves("S1", "Ture Alm", true);
	leaves("S2", "Lill Berg", true);
	at("2026-11-28 09:00");
	row = the_case("S1").row;
	memcpy(row.wipe_id, "nowhere", sizeof("nowhere"));
	towns_write(put_case, &row);
	/* The one beside it is erased all the same, and its round ends. */
	at("2026-11-30 08:00");
	assert_int_equal(erases_standing("S2"), 1);
	assert_true(towns.counters[SERVICE_DEPARTURES_FAILED] > failed);
	broken = the_departure("Ture Alm");
	assert_true(broken.departure.next_at > towns_now);
	assert_non_null(strstr(broken.departure.waits, "cannot go on"));
	failed = towns.counters[SERVICE_DEPARTURES_FAILED];
	tick();
	assert_int_equal(towns.counters[SERVICE_DEPARTURES_FAILED], failed);
	/* What was wrong is put right: it goes on by itself. */
	row = the_case("S1").row;
	row.wipe_id[0] = '\0';
	towns_write(put_case, &row);
	at("2026-11-30 12:00");
	assert_int_equal(erases_standing("S1"), 1);
	assert_string_equal(the_departure("Ture Alm").departure.waits, "");
}

/* ---- many things ---- */

/* More than fit on a page, in a list of ours: none is left out. */
static void test_many_things(void **state)
{
	enum { PHONES = 70 };
	char serial[16];
	int i;

	(void)state;
	hire("Ture Alm", "2026-11-28");
	for (i = 0; i < PHONES; i++) {
		(void)snprintf(serial, sizeof(serial), "S%d", i);
		phone(serial, "Ture Alm", true);
		(void)snprintf(serial, sizeof(serial), "+4670174%04d", i);
		sim(serial, "Ture Alm", "S0", NULL);
	}
	at("2026-11-28 09:00");
	assert_int_equal(the_departure("Ture Alm").cases, PHONES);
	assert_int_equal(the_departure("Ture Alm").sims_undecided, PHONES);
	at("2026-11-30 08:00");
	for (i = 0; i < PHONES; i++) {
		(void)snprintf(serial, sizeof(serial), "S%d", i);
		assert_int_equal(erases_standing(serial), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LEAVER_TEST(test_pause_takes_the_erase_back),
	    LEAVER_TEST(test_pause_holds_the_ladder),
	    LEAVER_TEST(test_day_moves_in_a_pause),
	    LEAVER_TEST(test_hand_out_looks_at_the_departure),
	    LEAVER_TEST(test_mistyped_day),
	    LEAVER_TEST(test_past_day_to_another),
	    LEAVER_TEST(test_works_again),
	    LEAVER_TEST(test_private_rehired),
	    LEAVER_TEST(test_private_moved),
	    LEAVER_TEST(test_private_paused),
	    LEAVER_TEST(test_private_cancelled),
	    LEAVER_TEST(test_private_of_another),
	    LEAVER_TEST(test_private_taken_back),
	    LEAVER_TEST(test_no_employment_at_all),
	    LEAVER_TEST(test_lock_outlives_management),
	    LEAVER_TEST(test_lock_by_kind_of_phone),
	    LEAVER_TEST(test_one_fails),
	    LEAVER_TEST(test_many_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
