/*
 * Does each route of the API do what its contract says, over a real database:
 * what is asked for is answered, what is ordered is stored once, and what is
 * refused changes nothing?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/office/office.h"
#include "tests/unit/office/office_fixture.h"

static struct office_fixture fixture;

static int set_up(void **state)
{
	(void)state;
	office_fixture_init(&fixture);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	office_fixture_clear(&fixture);
	return 0;
}

/* Calls and demands the status. */
static json_t *call(int want, const char *route, const char *param,
    const char *query, const char *body)
{
	const struct office_ask one = {route, param, query, body};
	int status;
	json_t *document = office_fixture_call(&fixture, &one, &status);

	if (status != want) {
		char *text = json_dumps(document, 0);

		fail_msg(
		    "%s %s: %d: %s", route, param ? param : "", status, text);
	}
	return document;
}

static json_t *items_of(json_t *document)
{
	return json_object_get(document, "items");
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void refused(int status, const char *code, const char *route,
    const char *param, const char *query, const char *body)
{
	json_t *problem = call(status, route, param, query, body);

	assert_string_equal(text_of(problem, "code"), code);
	assert_int_equal(
	    json_integer_value(json_object_get(problem, "status")), status);
	assert_true(strlen(text_of(problem, "detail")) > 5);
	json_decref(problem);
}

static void an_empty_server_has_empty_lists(void **state)
{
	static const char *const routes[] = {
	    "office_devices", "office_commands", "office_links"};
	json_t *document;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		document = call(200, routes[i], NULL, NULL, NULL);
		assert_int_equal(json_array_size(items_of(document)), 0);
		json_decref(document);
	}
	document = call(200, "office_status", NULL, NULL, NULL);
	assert_string_equal(
	    text_of(json_object_get(document, "organisation"), "name"),
	    "V\xc3\xa4stervik");
	assert_true(json_is_null(json_object_get(document, "policy")));
	assert_string_equal(text_of(document, "time"), "2026-11-22T07:38:25Z");
	json_decref(document);
}

static void phones_are_found(void **state)
{
	static const struct {
		const char *query;
		size_t count;
	} cases[] = {{NULL, 2}, {"q=VVK1", 1}, {"q=udid-VVK2", 1},
	    {"q=lindqvist", 1}, {"q=nobody", 0}, {"q=", 2}};
	json_t *document;
	size_t i;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid Lindqvist");
	office_fixture_add_phone(&fixture, "VVK2", "Bo");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		document =
		    call(200, "office_devices", NULL, cases[i].query, NULL);
		assert_int_equal(
		    json_array_size(items_of(document)), cases[i].count);
		json_decref(document);
	}
	refused(400, "invalid", "office_devices", NULL, "Q=VVK1", NULL);
	refused(400, "invalid", "office_devices", NULL, "q=%ff", NULL);
}

static void one_phone_is_shown_whole(void **state)
{
	json_t *document;
	json_t *commands;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	office_fixture_add_phone(&fixture, "VVK2", "Bo");
	office_fixture_add_command(&fixture, "VVK1", "open-1", COMMAND_QUEUED);
	office_fixture_add_command(
	    &fixture, "VVK1", "done-1", COMMAND_ACKNOWLEDGED);
	office_fixture_add_command(&fixture, "VVK2", "open-2", COMMAND_QUEUED);
	document = call(200, "office_device", "VVK1", NULL, NULL);
	assert_string_equal(text_of(document, "id"), "device-VVK1");
	assert_string_equal(text_of(document, "state"), "enrolled");
	assert_string_equal(
	    text_of(document, "last_seen_at"), "2026-11-22T07:38:25Z");
	assert_int_equal(
	    json_integer_value(json_object_get(document, "commands_open")), 1);
	assert_string_equal(
	    text_of(json_object_get(document, "life"), "id"), "life-VVK1");
	commands = json_object_get(document, "commands");
	assert_int_equal(json_array_size(commands), 1);
	assert_string_equal(
	    text_of(json_array_get(commands, 0), "id"), "open-1");
	assert_true(json_is_array(json_object_get(document, "verdicts")));
	assert_true(json_is_array(json_object_get(document, "facts")));
	json_decref(document);
	refused(404, "not_found", "office_device", "VVK9", NULL, NULL);
}

static void a_text_for_several_phones_is_a_conflict(void **state)
{
	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Bo Ek");
	office_fixture_add_phone(&fixture, "VVK2", "Bo Alm");
	refused(409, "conflict", "office_device", "Bo", NULL, NULL);
	refused(409, "conflict", "office_commands", NULL, "device=Bo", NULL);
	refused(409, "conflict", "office_wipe_order", "Bo", NULL,
	    "{\"dry_run\":false,\"reason\":\"x\"}");
}

static void commands_are_listed_newest_first(void **state)
{
	json_t *document;
	json_t *items;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	office_fixture_add_phone(&fixture, "VVK2", "Bo");
	office_fixture_add_command(
	    &fixture, "VVK1", "c1", COMMAND_ACKNOWLEDGED);
	office_fixture_add_command(&fixture, "VVK2", "c2", COMMAND_QUEUED);
	office_fixture_add_command(&fixture, "VVK1", "c3", COMMAND_NOT_NOW);
	document = call(200, "office_commands", NULL, NULL, NULL);
	items = items_of(document);
	assert_int_equal(json_array_size(items), 3);
	assert_string_equal(text_of(json_array_get(items, 0), "id"), "c3");
	assert_string_equal(
	    text_of(json_array_get(items, 0), "serial"), "VVK1");
	assert_string_equal(
	    text_of(json_array_get(items, 1), "serial"), "VVK2");
	assert_string_equal(text_of(json_array_get(items, 1), "person"), "Bo");
	assert_string_equal(
	    text_of(json_array_get(items, 0), "state"), "not_now");
	assert_true(json_is_null(json_object_get(document, "next")));
	json_decref(document);
	document = call(200, "office_commands", NULL, "limit=2", NULL);
	assert_int_equal(json_array_size(items_of(document)), 2);
	assert_true(json_is_string(json_object_get(document, "next")));
	json_decref(document);
	document =
	    call(200, "office_commands", NULL, "open=1&device=VVK1", NULL);
	assert_int_equal(json_array_size(items_of(document)), 1);
	json_decref(document);
	refused(400, "invalid", "office_commands", NULL, "limit=0", NULL);
	refused(400, "invalid", "office_commands", NULL, "limit=1001", NULL);
	refused(400, "invalid", "office_commands", NULL, "open=maybe", NULL);
	refused(404, "not_found", "office_commands", NULL, "device=x", NULL);
}

static int answer_save(struct txn *txn, void *arg, struct err *err)
{
	return store_answer_insert(txn, "life-VVK1", arg, "Error", fixture.now,
	    (const uint8_t *)"<a/>", 4, err);
}

static void a_command_explains_itself(void **state)
{
	char id[] = "c1";
	json_t *document;
	json_t *answer;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	office_fixture_add_command(&fixture, "VVK1", id, COMMAND_QUEUED);
	assert_int_equal(
	    store_write(fixture.service.store, answer_save, id, NULL), 0);
	document = call(200, "office_command", "c1", NULL, NULL);
	assert_true(strlen(text_of(document, "why")) > 10);
	answer = json_array_get(json_object_get(document, "answers"), 0);
	assert_string_equal(text_of(answer, "status"), "Error");
	assert_null(json_object_get(answer, "body"));
	json_decref(document);
	document = call(200, "office_command", "c1", "raw=1", NULL);
	answer = json_array_get(json_object_get(document, "answers"), 0);
	assert_string_equal(text_of(answer, "body"), "PGEvPg==");
	json_decref(document);
	refused(404, "not_found", "office_command", "c9", NULL, NULL);
}

static void a_command_is_cancelled_once(void **state)
{
	json_t *document;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	office_fixture_add_command(&fixture, "VVK1", "c1", COMMAND_QUEUED);
	refused(400, "invalid", "office_command_cancel", "c1", NULL,
	    "{\"force\":true}");
	document = call(200, "office_command_cancel", "c1", NULL, "{}");
	assert_string_equal(text_of(document, "state"), "cancelled");
	json_decref(document);
	refused(409, "conflict", "office_command_cancel", "c1", NULL, NULL);
	refused(404, "not_found", "office_command_cancel", "c9", NULL, NULL);
}

static void a_link_is_made_and_its_address_shown_once(void **state)
{
	json_t *document;
	json_t *row;

	(void)state;
	document = call(201, "office_link_create", NULL, NULL,
	    "{\"person\":\"\xc3\x85sa\",\"serial\":\"VVK1\","
	    "\"valid_for\":\"2d\"}");
	assert_non_null(
	    strstr(text_of(document, "url"), "https://mdm.example:8444/"));
	assert_string_equal(text_of(document, "state"), "unused");
	assert_string_equal(
	    text_of(document, "expires_at"), "2026-11-24T07:38:25Z");
	json_decref(document);
	document = call(200, "office_links", NULL, NULL, NULL);
	assert_int_equal(json_array_size(items_of(document)), 1);
	row = json_array_get(items_of(document), 0);
	assert_string_equal(text_of(row, "person"), "\xc3\x85sa");
	assert_string_equal(text_of(row, "created_by"), "local");
	assert_null(json_object_get(row, "url"));
	json_decref(document);
	fixture.now += 3 * TIME_DAY_MS;
	document = call(200, "office_links", NULL, NULL, NULL);
	assert_string_equal(
	    text_of(json_array_get(items_of(document), 0), "state"), "expired");
	json_decref(document);
}

static void bad_links_are_refused_and_not_stored(void **state)
{
	static const char *const bodies[] = {
	    "{\"person\":\"A\"}",
	    "{\"person\":\"\",\"serial\":\"S\"}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"valid_for\":\"\"}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"valid_for\":\"0s\"}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"valid_for\":\"91d\"}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"valid_for\":\"soon\"}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"valid_for\":7}",
	    "{\"person\":\"A\",\"serial\":\"S\",\"admin\":true}",
	    "{\"person\":\"A\\u001b[2J\",\"serial\":\"S\"}",
	};
	json_t *document;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		refused(400, "invalid", "office_link_create", NULL, NULL,
		    bodies[i]);
	document = call(200, "office_links", NULL, NULL, NULL);
	assert_int_equal(json_array_size(items_of(document)), 0);
	json_decref(document);
}

static void a_wipe_is_planned_then_ordered_once(void **state)
{
	static const char order[] =
	    "{\"dry_run\":false,\"reason\":\"employment ended\"}";
	json_t *document;
	json_t *wipe;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	refused(404, "not_found", "office_wipe", "VVK1", NULL, NULL);
	document =
	    call(200, "office_wipe_order", "VVK1", NULL, "{\"dry_run\":true}");
	assert_true(json_is_true(json_object_get(document, "allowed")));
	assert_true(strlen(text_of(document, "effect")) > 10);
	assert_string_equal(
	    text_of(json_object_get(document, "device"), "serial"), "VVK1");
	json_decref(document);
	refused(404, "not_found", "office_wipe", "VVK1", NULL, NULL);
	document = call(202, "office_wipe_order", "VVK1", NULL, order);
	wipe = json_object_get(document, "wipe");
	assert_string_equal(text_of(wipe, "state"), "ordered");
	assert_string_equal(text_of(wipe, "reason"), "employment ended");
	assert_string_equal(text_of(wipe, "ordered_by"), "local");
	json_decref(document);
	refused(409, "conflict", "office_wipe_order", "VVK1", NULL, order);
	document = call(200, "office_commands", NULL, "open=1", NULL);
	assert_int_equal(json_array_size(items_of(document)), 1);
	json_decref(document);
	document = call(200, "office_wipe", "VVK1", NULL, NULL);
	assert_int_equal(
	    json_array_size(json_object_get(document, "ladder")), 4);
	assert_true(strlen(text_of(document, "why")) > 10);
	json_decref(document);
	document =
	    call(200, "office_wipe_order", "VVK1", NULL, "{\"dry_run\":true}");
	assert_true(json_is_false(json_object_get(document, "allowed")));
	assert_true(strlen(text_of(document, "refusal")) > 10);
	json_decref(document);
}

/* A wipe must be asked for in so many words: nothing is taken for granted. */
static void a_doubtful_wipe_is_no_wipe(void **state)
{
	static const char *const bodies[] = {
	    "{}",
	    "{\"reason\":\"x\"}",
	    "{\"reason\":\"x\",\"dryrun\":true,\"dry_run\":false}",
	    "{\"reason\":\"x\",\"dry_run\":0}",
	    "{\"reason\":\"x\",\"dry_run\":\"false\"}",
	    "{\"reason\":\"x\",\"dry_run\":true,\"dry_run\":false}",
	    "{\"dry_run\":false}",
	    "{\"dry_run\":false,\"reason\":\"\"}",
	    "",
	};
	json_t *document;
	size_t i;

	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		refused(400, "invalid", "office_wipe_order", "VVK1", NULL,
		    bodies[i]);
	document = call(200, "office_commands", NULL, NULL, NULL);
	assert_int_equal(json_array_size(items_of(document)), 0);
	json_decref(document);
}

static void without_a_policy_nothing_is_pushed_or_judged(void **state)
{
	(void)state;
	office_fixture_add_phone(&fixture, "VVK1", "Astrid");
	refused(409, "conflict", "office_policy_push", NULL, NULL,
	    "{\"dry_run\":true}");
	refused(400, "invalid", "office_policy_push", NULL, NULL,
	    "{\"device\":\"\"}");
	refused(409, "conflict", "office_verdicts", NULL, NULL, NULL);
	refused(404, "not_found", "office_verdicts", NULL, "device=VVK9", NULL);
	refused(400, "invalid", "office_verdicts", NULL, "rules=x", NULL);
}

/* Page after page, whatever stands on the border. */
static void phones_come_in_pages(void **state)
{
	json_t *document;
	char serial[32];
	char query[256];
	size_t seen = 0;
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		(void)snprintf(serial, sizeof(serial), "VVK%d", i * 7 % 10);
		office_fixture_add_phone(&fixture, serial, "Astrid");
	}
	(void)snprintf(query, sizeof(query), "limit=3");
	for (;;) {
		document = call(200, "office_devices", NULL, query, NULL);
		seen += json_array_size(items_of(document));
		if (!*text_of(document, "next"))
			break;
		assert_int_equal(json_array_size(items_of(document)), 3);
		(void)snprintf(query, sizeof(query), "limit=3&cursor=%s",
		    text_of(document, "next"));
		json_decref(document);
	}
	assert_int_equal(json_array_size(items_of(document)), 1);
	assert_string_equal(
	    text_of(json_array_get(items_of(document), 0), "serial"), "VVK8");
	assert_int_equal(seen, 7);
	json_decref(document);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_empty_server_has_empty_lists),
	    CASE(phones_are_found),
	    CASE(phones_come_in_pages),
	    CASE(one_phone_is_shown_whole),
	    CASE(a_text_for_several_phones_is_a_conflict),
	    CASE(commands_are_listed_newest_first),
	    CASE(a_command_explains_itself),
	    CASE(a_command_is_cancelled_once),
	    CASE(a_link_is_made_and_its_address_shown_once),
	    CASE(bad_links_are_refused_and_not_stored),
	    CASE(a_wipe_is_planned_then_ordered_once),
	    CASE(a_doubtful_wipe_is_no_wipe),
	    CASE(without_a_policy_nothing_is_pushed_or_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
