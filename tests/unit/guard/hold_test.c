/*
 * hold_test: does a legal hold stop an erase wherever it comes from and however
 * far it has come: not ordered, ordered, waiting at the cable, sent and not
 * answered; does it wait and not get lost; does everything else go on?
 */
#include "tests/unit/guard/guard_world.h"

#include <stdio.h>
#include <string.h>

#include "server/service/station/bench.h"
#include "server/store/store_case.h"

static void test_not_ordered(void **state)
{
	struct legal_hold_view view;
	struct guard_answer answer;
	struct err err = {0};

	(void)state;
	world_phone(1);
	view = world_hold(LEGAL_HOLD_PERSON, "Person 1");
	assert_string_equal(view.subject_name, "Person 1");
	assert_int_equal(view.waiting, 0);
	assert_int_equal(world_wipe(ada, 1, &err), -ERR_CONFLICT);
	assert_non_null(strstr(err.text, "legal hold (case 4711"));
	assert_non_null(strstr(err.text, "Person 1"));
	answer = world_ask(ada, 1, GUARD_WIPE, GUARD_DEPARTURE);
	assert_int_equal(answer.verdict, GUARD_HELD);
	assert_string_equal(answer.hold_id, view.row.id);
	assert_int_equal(
	    world_ask(ada, 1, GUARD_REMOVE_DATA, GUARD_BY_HAND).verdict,
	    GUARD_HELD);
	/* Not by a second person either. */
	assert_int_equal(
	    world_ask(ada, 1, GUARD_WIPE, GUARD_EARLY).verdict, GUARD_HELD);
	/* A lost phone may be locked: nothing is destroyed. */
	assert_int_equal(world_ask(ada, 1, GUARD_LOCK, GUARD_BY_HAND).verdict,
	    GUARD_ALLOWED);
	assert_int_equal(
	    service_legal_hold_lift(&towns, ada, view.row.id, "", &view, NULL),
	    -ERR_INVALID);
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, view.row.id, "closed", &view, NULL),
	    0);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, view.row.id, "again", &view, NULL),
	    -ERR_CONFLICT);
}

/* Between the order and its delivery. */
static void test_ordered(void **state)
{
	struct legal_hold_view view;
	struct command command;
	struct wipe wipe;
	char type[32];
	char why[ERR_TEXT_MAX];

	(void)state;
	world_phone(1);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	view = world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	assert_int_equal(view.waiting, 1);
	assert_int_equal(view.handed_out, 0);
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "");
	towns_now += TIME_HOUR_MS;
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "");
	/* It waits; it is neither lost nor failed, and says why. */
	world_wipe_of(1, &wipe, &command);
	assert_int_equal(wipe.state, WIPE_ORDERED);
	assert_int_equal(command.state, COMMAND_QUEUED);
	assert_int_equal(command.sent_count, 0);
	assert_int_equal(service_command_explain(&towns, ada, command.id,
	                     &command, why, sizeof(why), NULL),
	    0);
	assert_non_null(strstr(why, "legal hold (case 4711"));
	/* Lifted: it goes at the next contact, not after the next look. */
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, view.row.id, "closed", &view, NULL),
	    0);
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "EraseDevice");
	world_wipe_of(1, &wipe, &command);
	assert_string_equal(command.result, "");
}

/* What was handed to the phone cannot be caught; it is not handed again. */
static void test_sent(void **state)
{
	struct legal_hold_view view;
	struct command command;
	struct wipe wipe;
	char type[32];

	(void)state;
	world_phone(1);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "EraseDevice");
	view = world_hold(LEGAL_HOLD_PERSON, "p1@town.example");
	assert_int_equal(view.handed_out, 1);
	assert_int_equal(view.waiting, 0);
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "");
	world_wipe_of(1, &wipe, &command);
	assert_int_equal(command.state, COMMAND_SENT);
	assert_int_equal(command.sent_count, 1);
}

/* Other commands are not in its way. */
static int queue_command(struct txn *txn, const char *id,
    const char *request_type, const char *purpose, struct err *err)
{
	static const char payload[] =
	    "<plist><dict><key>Command</key><dict><key>RequestType</key>"
	    "<string>SecurityInfo</string></dict></dict></plist>";
	struct command command = {.state = COMMAND_QUEUED, .priority = 1};

	(void)snprintf(command.id, sizeof(command.id), "%s", id);
	(void)snprintf(
	    command.org_id, sizeof(command.org_id), "%s", ada->org_id);
	(void)snprintf(
	    command.device_id, sizeof(command.device_id), "device-SERIAL1");
	(void)snprintf(
	    command.life_id, sizeof(command.life_id), "life-SERIAL1");
	(void)snprintf(command.request_type, sizeof(command.request_type), "%s",
	    request_type);
	(void)snprintf(command.purpose, sizeof(command.purpose), "%s", purpose);
	command.created_at = towns_now;
	return store_command_insert(
	    txn, &command, (const uint8_t *)payload, sizeof(payload) - 1, err);
}

static int queue_query(struct txn *txn, void *arg, struct err *err)
{
	(void)arg;
	return queue_command(
	    txn, "query-1", "SecurityInfo", "query:SecurityInfo", err);
}

/* Of an open departure, as departure_wipe.c leaves it. */
static int queue_removal(struct txn *txn, void *arg, struct err *err)
{
	struct departure_row departure = {.id = "departure-1",
	    .reason = DEPARTURE_EVERYTHING,
	    .state = DEPARTURE_OPEN};
	struct return_case_row row = {.id = "case-1",
	    .departure_id = "departure-1",
	    .device_id = "device-SERIAL1",
	    .kind = RETURN_KIND_PRIVATE,
	    .state = RETURN_ASKED,
	    .marks = RETURN_MARK_ASKED};
	struct assignment_row held;
	int rc = store_assignment_find_phone(
	    txn, ada->org_id, row.device_id, 0, &held, err);

	(void)arg;
	if (rc < 0)
		return rc;
	memcpy(departure.org_id, held.org_id, STORE_ID);
	memcpy(departure.person_id, held.person_id, STORE_ID);
	memcpy(row.org_id, held.org_id, STORE_ID);
	memcpy(row.person_id, held.person_id, STORE_ID);
	memcpy(row.assignment_id, held.id, STORE_ID);
	if ((rc = store_departure_save(txn, &departure, err)) < 0 ||
	    (rc = store_return_case_save(txn, &row, err)) < 0)
		return rc;
	return queue_command(
	    txn, "removal-1", "RemoveProfile", "departure:case-1", err);
}

/* What is of work, from a private phone: held with it, and with its owner. */
static void test_removal(void **state)
{
	struct legal_hold_view view;
	struct legal_hold_view other;
	char type[32];

	(void)state;
	world_phone(1);
	towns_apply(
	    ada, "{\"phone\": {\"phone\": \"SERIAL1\", \"is_private\": true}}");
	towns_write(queue_removal, NULL);
	view = world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	other = world_hold(LEGAL_HOLD_PERSON, "p1@town.example");
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "");
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, view.row.id, "closed", &view, NULL),
	    0);
	towns_now += TIME_HOUR_MS;
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "");
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, other.row.id, "closed", &other, NULL),
	    0);
	towns_now += TIME_HOUR_MS;
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "other");
}

static void test_others_go_on(void **state)
{
	char type[32];

	(void)state;
	world_phone(1);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	towns_write(queue_query, NULL);
	(void)world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	world_connect(1, type, sizeof(type));
	assert_string_equal(type, "other");
}

/* Who held it and is gone: what is on it may be theirs. */
static void test_former_holder(void **state)
{
	struct guard_answer answer;

	(void)state;
	world_phone(1);
	towns_apply(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}");
	towns_now += TIME_DAY_MS;
	towns_apply(ada,
	    "{\"person\": {\"name\": \"Next\", \"mail\": "
	    "\"next@town.example\"}}\n"
	    "{\"assignment\": {\"person\": \"Next\", \"phone\": "
	    "\"SERIAL1\"}}");
	(void)world_hold(LEGAL_HOLD_PERSON, "Person 1");
	answer = world_ask(ada, 1, GUARD_WIPE, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_HELD);
	assert_non_null(strstr(answer.sentence, "Person 1"));
}

static int prove(struct txn *txn, void *arg, struct err *err)
{
	struct wipe wipe;
	int rc = store_wipe_find_device(txn, "device-SERIAL1", &wipe, err);

	(void)arg;
	wipe.state = WIPE_PROVEN;
	wipe.proven_at = towns_now;
	return rc < 0 ? rc : store_wipe_update(txn, &wipe, err);
}

/* Proven erased since: nothing of theirs is there any more. */
static void test_erased_since(void **state)
{
	struct guard_answer answer;

	(void)state;
	world_phone(1);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
	towns_now += TIME_HOUR_MS;
	towns_write(prove, NULL);
	towns_apply(ada, "{\"return\": {\"phone\": \"SERIAL1\"}}");
	(void)world_hold(LEGAL_HOLD_PERSON, "Person 1");
	answer = world_ask(ada, 1, GUARD_WIPE, GUARD_BY_HAND);
	assert_int_equal(answer.verdict, GUARD_ALLOWED);
}

static void test_said_twice(void **state)
{
	struct legal_hold_view first;
	struct legal_hold_view again;
	const struct legal_hold_request other = {.kind = LEGAL_HOLD_PHONE,
	    .subject = "SERIAL1",
	    .reference = "case 4712"};

	(void)state;
	world_phone(1);
	first = world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	again = world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	assert_string_equal(first.row.id, again.row.id);
	/* Two cases: each has to be lifted. */
	assert_int_equal(
	    service_legal_hold_add(&towns, ada, &other, &again, NULL), 0);
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, first.row.id, "closed", &first, NULL),
	    0);
	assert_int_equal(world_wipe(ada, 1, NULL), -ERR_CONFLICT);
	assert_int_equal(service_legal_hold_lift(
	                     &towns, ada, again.row.id, "closed", &again, NULL),
	    0);
	assert_int_equal(world_wipe(ada, 1, NULL), 0);
}

static void test_other_town(void **state)
{
	struct legal_hold_view view;
	const struct legal_hold_request request = {.kind = LEGAL_HOLD_PHONE,
	    .subject = "SERIAL1",
	    .reference = "case 4711"};

	(void)state;
	world_phone(1);
	assert_int_equal(
	    service_legal_hold_add(&towns, bob, &request, &view, NULL),
	    -ERR_NOT_FOUND);
	view = world_hold(LEGAL_HOLD_PHONE, "SERIAL1");
	assert_int_equal(service_legal_hold_lift(
	                     &towns, bob, view.row.id, "mine", &view, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(
	    service_legal_hold_load(&towns, bob, view.row.id, &view, NULL),
	    -ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, towns_begin, towns_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_not_ordered),
	    TEST(test_ordered),
	    TEST(test_sent),
	    TEST(test_removal),
	    TEST(test_others_go_on),
	    TEST(test_former_holder),
	    TEST(test_erased_since),
	    TEST(test_said_twice),
	    TEST(test_other_town),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
