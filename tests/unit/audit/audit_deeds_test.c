/*
 * audit_deeds_test: does each use case note what it did, about whom and by
 * whom; is nothing noted that did not happen; and does no secret get into the
 * log?
 */
#include <stdlib.h>
#include <string.h>

#include "server/service/api_token.h"
#include "server/service/evidence/evidence_key.h"
#include "server/service/phone/wipe_order.h"
#include "server/service/station/bench.h"
#include "tests/unit/audit/audit_world.h"

static int entries(const char *action)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM audit_entries WHERE action = '%s'", action);
	return (int)strtol(world_ask(sql), NULL, 10);
}

/* One column of the newest entry of an action. */
static const char *newest(const char *action, const char *column)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT %s FROM audit_entries WHERE action = '%s' ORDER BY seq "
	    "DESC LIMIT 1",
	    column, action);
	return world_ask(sql);
}

static void holds(const char *action, const char *column, const char *text)
{
	const char *is = newest(action, column);

	if (!strstr(is, text))
		fail_msg("%s of %s is \"%s\", without \"%s\"", column, action,
		    is, text);
}

/* Whatever is kept in the log, in all its columns. */
static void is_nowhere(const char *secret)
{
	char sql[500];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM audit_entries WHERE instr(action || actor || "
	    "subject_kind || subject_id || person_id || device_id || case_id "
	    "|| body, '%s') > 0",
	    secret);
	assert_string_equal(world_ask(sql), "0");
}

static void test_ledger(void **state)
{
	static const char eva[] = "{\"person\":{\"name\":\"Eva Ek\","
	                          "\"mail\":\"eva@x.se\"}}\n";
	char person[64];

	(void)state;
	towns_apply(ada, eva);
	(void)snprintf(
	    person, sizeof(person), "%s", world_ask("SELECT id FROM people"));
	assert_int_equal(entries("ledger.saved"), 1);
	assert_string_equal(newest("ledger.saved", "person_id"), person);
	assert_string_equal(newest("ledger.saved", "actor"), "Ada");
	assert_string_equal(newest("ledger.saved", "subject_kind"), "person");
	/* Saying the same again is no deed. */
	towns_apply(ada, eva);
	assert_int_equal(entries("ledger.saved"), 1);
	is_nowhere("Eva Ek");
	is_nowhere("eva@x.se");
	world_is_whole();
}

/* Who is asked for a unit's people from now on, and who was. */
static void test_unit_led_by_another(void **state)
{
	char eva[64];
	char text[100];

	(void)state;
	towns_apply(ada,
	    "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n"
	    "{\"unit\":{\"name\":\"School\",\"manager\":\"eva@x.se\"}}\n");
	(void)snprintf(
	    eva, sizeof(eva), "%s", world_ask("SELECT id FROM people"));
	assert_string_equal(newest("ledger.saved", "person_id"), eva);
	(void)snprintf(text, sizeof(text), "\"unit\":\"%s\"",
	    world_ask("SELECT id FROM units"));
	holds("ledger.saved", "body", text);
	(void)snprintf(text, sizeof(text), "\"manager\":\"%s\"", eva);
	holds("ledger.saved", "body", text);
	towns_apply(ada, "{\"unit\":{\"name\":\"School\",\"manager\":\"\"}}\n");
	(void)snprintf(text, sizeof(text), "\"former_manager\":\"%s\"", eva);
	holds("ledger.saved", "body", text);
	is_nowhere("Eva Ek");
	world_is_whole();
}

static void test_periods(void **state)
{
	(void)state;
	towns_apply(ada,
	    "{\"unit\":{\"name\":\"School\"}}\n"
	    "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n"
	    "{\"employment\":{\"person\":\"eva@x.se\",\"unit\":\"School\","
	    "\"from\":\"2026-01-01\"}}\n"
	    "{\"absence\":{\"person\":\"eva@x.se\",\"from\":\"2026-12-01\","
	    "\"until\":\"2026-12-24\"}}\n");
	holds("ledger.saved", "body", "\"from\":\"2026-12-01\"");
	assert_int_equal(entries("ledger.ended"), 0);
	towns_apply(ada,
	    "{\"employment\":{\"person\":\"eva@x.se\",\"unit\":\"School\","
	    "\"from\":\"2026-01-01\",\"to\":\"2026-12-31\"}}\n");
	assert_int_equal(entries("ledger.ended"), 1);
	holds("ledger.ended", "body", "\"to\":\"2026-12-31\"");
	assert_string_equal(
	    newest("ledger.ended", "subject_kind"), "employment");
	world_is_whole();
}

/* A file that is refused at its last line has noted nothing; nor has one that
 * was only looked at. */
static void test_nothing_done_nothing_noted(void **state)
{
	static const char person[] = "{\"person\":{\"name\":\"Eva Ek\"}}\n";
	struct ledger_report report;

	(void)state;
	towns_refused(ada,
	    "{\"person\":{\"name\":\"Eva Ek\"}}\n{\"nonsense\":{}}\n",
	    ERR_INVALID, "none of unit");
	assert_int_equal(service_ledger_apply(&towns, ada, person,
	                     strlen(person), true, NULL, NULL, &report, NULL),
	    0);
	assert_string_equal(
	    world_ask("SELECT count(*) FROM audit_entries"), "0");
}

static void test_phone_in_hands(void **state)
{
	char device[64];

	(void)state;
	towns_apply(
	    ada, "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n");
	towns_phone(ada, "C39AAA", false);
	(void)snprintf(
	    device, sizeof(device), "%s", world_ask("SELECT id FROM devices"));
	towns_apply(ada,
	    "{\"assignment\":{\"person\":\"eva@x.se\","
	    "\"phone\":\"C39AAA\"}}\n");
	assert_string_equal(newest("ledger.saved", "device_id"), device);
	assert_string_equal(
	    newest("ledger.saved", "subject_kind"), "assignment");
	towns_apply(ada, "{\"return\":{\"phone\":\"C39AAA\"}}\n");
	assert_string_equal(newest("ledger.ended", "device_id"), device);
	towns_apply(
	    ada, "{\"phone\":{\"phone\":\"C39AAA\",\"is_private\":true}}\n");
	assert_int_equal(entries("phone.private"), 1);
	assert_string_equal(newest("phone.private", "device_id"), device);
	world_is_whole();
}

static void test_tokens(void **state)
{
	const struct api_token_request request = {
	    .name = "hr", .scopes = SCOPE_BIT(SCOPE_PEOPLE_WRITE)};
	struct api_token_view view;
	char token[API_TOKEN_MAX];

	(void)state;
	assert_int_equal(
	    service_api_token_create(&towns, ada, &request, &view, token, NULL),
	    0);
	holds("token.created", "body", "\"scopes\":\"people:write\"");
	assert_string_equal(newest("token.created", "subject_id"), view.row.id);
	is_nowhere(token);
	is_nowhere(view.row.token_sha256);
	assert_int_equal(
	    service_api_token_revoke(&towns, bob, view.row.id, &view, NULL),
	    -ERR_NOT_FOUND);
	assert_int_equal(entries("token.revoked"), 0);
	assert_int_equal(
	    service_api_token_revoke(&towns, ada, view.row.id, &view, NULL), 0);
	holds("token.revoked", "body", "\"name\":\"hr\"");
	world_is_whole();
}

static void test_links(void **state)
{
	const struct link_request request = {
	    .person = "Eva Ek", .serial = "C39AAA"};
	struct link link;
	char *url = NULL;

	(void)state;
	towns.order_gate_is_open = true;
	assert_int_equal(
	    service_link_create(&towns, ada, &request, &link, &url, NULL), 0);
	assert_string_equal(newest("link.created", "subject_id"), link.id);
	assert_string_equal(
	    newest("link.created", "person_id"), link.person_id);
	holds("link.created", "body", "\"serial\":\"C39AAA\"");
	is_nowhere(strrchr(url, '/') + 1);
	free(url);
	world_is_whole();
}

static void test_stations(void **state)
{
	char code[STATION_CODE_MAX + 1];
	struct station_row row;

	(void)state;
	assert_int_equal(
	    service_station_invite(&towns, ada, "Bench A", 0, &row, code, NULL),
	    0);
	holds("station.moved", "body", "\"state\":\"invited\"");
	is_nowhere(code);
	assert_int_equal(
	    service_station_revoke(&towns, ada, "Bench A", &row, NULL), 0);
	holds("station.moved", "body", "\"state\":\"revoked\"");
	assert_int_equal(
	    service_station_revoke(&towns, ada, row.id, &row, NULL),
	    -ERR_CONFLICT);
	assert_int_equal(entries("station.moved"), 2);
	world_is_whole();
}

#define IN_WORLD(test)                                                         \
	cmocka_unit_test_setup_teardown(test, world_begin, world_end)

/* ---- erases ---- */

static int order_wipe(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_said *said = arg;
	struct guard_answer answer;
	struct device device;
	struct wipe wipe;
	int rc = store_device_load(txn, "device-C39BBB", &device, err);

	said->device = &device;
	return rc < 0 ? rc : wipe_order(txn, &towns, said, &wipe, &answer, err);
}

/* Why an erase was ordered is told apart: a person, or a leaver's day. */
static void test_erase_says_its_cause(void **state)
{
	struct wipe_request request = {.device = "C39AAA", .reason = "stolen"};
	struct wipe_said said = {.life_id = "life-C39BBB",
	    .cause = GUARD_DEPARTURE,
	    .by = "departures",
	    .reason = "left",
	    .now = TOWNS_NOW};
	struct wipe wipe;
	struct err err = {0};

	(void)state;
	towns.order_gate_is_open = true;
	towns_apply(
	    ada, "{\"person\":{\"name\":\"Eva Ek\",\"mail\":\"eva@x.se\"}}\n");
	towns_phone(ada, "C39AAA", false);
	towns_phone(ada, "C39BBB", false);
	towns_apply(ada,
	    "{\"assignment\":{\"person\":\"eva@x.se\","
	    "\"phone\":\"C39AAA\"}}\n"
	    "{\"assignment\":{\"person\":\"eva@x.se\","
	    "\"phone\":\"C39BBB\"}}\n");
	if (service_wipe_order(&towns, ada, &request, &wipe, &err) < 0)
		fail_msg("%s", err.text);
	holds("wipe.ordered", "body", "\"cause\":\"by_hand\"");
	holds("wipe.ordered", "body", "\"serial\":\"C39AAA\"");
	towns_write(order_wipe, &said);
	assert_int_equal(entries("wipe.ordered"), 2);
	holds("wipe.ordered", "body", "\"cause\":\"departure\"");
	world_is_whole();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(test_ledger),
	    IN_WORLD(test_unit_led_by_another),
	    IN_WORLD(test_periods),
	    IN_WORLD(test_nothing_done_nothing_noted),
	    IN_WORLD(test_phone_in_hands),
	    IN_WORLD(test_erase_says_its_cause),
	    IN_WORLD(test_tokens),
	    IN_WORLD(test_links),
	    IN_WORLD(test_stations),
	};

	return cmocka_run_group_tests(
	    tests, world_keys_make, world_keys_remove);
}
