/*
 * Is what the API writes always valid JSON with stable types, whatever stands
 * in the rows, and does each error become its status and problem document?
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/office/describe.h"
#include "server/office/problem.h"

static json_t *parsed(struct buf *buf)
{
	json_t *document;

	assert_int_equal(buf_check(buf, NULL), 0);
	document = json_loadb(
	    (const char *)buf->data, buf->len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(document);
	buf_clear(buf);
	return document;
}

static const char *text_of(json_t *document, const char *key)
{
	return json_string_value(json_object_get(document, key));
}

static void values_have_their_types(void **state)
{
	struct buf buf = {0};
	struct encoder enc = {&buf, false};
	json_t *document;

	(void)state;
	encode_open(&enc, NULL, '{');
	encode_text(&enc, "text", "a\"\\\n\xc3\xa5\xff");
	encode_text(&enc, "empty", "");
	encode_text(&enc, "none", NULL);
	encode_time(&enc, "at", INT64_C(1795333105000));
	encode_time(&enc, "never", 0);
	encode_number(&enc, "number", INT64_MIN);
	encode_bool(&enc, "yes", true);
	encode_open(&enc, "list", '[');
	encode_open(&enc, NULL, '{');
	encode_close(&enc, '}');
	encode_raw(&enc, NULL, "[1]", 3);
	encode_close(&enc, ']');
	encode_number(&enc, "last", 1);
	encode_close(&enc, '}');
	document = parsed(&buf);
	assert_string_equal(
	    text_of(document, "text"), "a\"\\\n\xc3\xa5\xef\xbf\xbd");
	assert_true(json_is_null(json_object_get(document, "empty")));
	assert_true(json_is_null(json_object_get(document, "none")));
	assert_string_equal(text_of(document, "at"), "2026-11-22T07:38:25Z");
	assert_true(json_is_null(json_object_get(document, "never")));
	assert_true(json_integer_value(json_object_get(document, "number")) ==
	    INT64_MIN);
	assert_true(json_is_true(json_object_get(document, "yes")));
	assert_int_equal(json_array_size(json_object_get(document, "list")), 2);
	assert_int_equal(json_object_size(document), 9);
	json_decref(document);
}

static void a_phone_that_never_enrolled_says_so(void **state)
{
	struct device_view view = {.device = {.id = "x", .serial = "S"}};
	struct buf buf = {0};
	struct encoder enc = {&buf, false};
	json_t *document;

	(void)state;
	encode_open(&enc, NULL, '{');
	describe_device_members(&enc, &view);
	encode_close(&enc, '}');
	document = parsed(&buf);
	assert_string_equal(text_of(document, "state"), "never_enrolled");
	assert_true(json_is_null(json_object_get(document, "enrolled_at")));
	assert_true(json_is_null(json_object_get(document, "wipe")));
	json_decref(document);
}

static void facts_lose_secrets_at_every_depth(void **state)
{
	char json[] = "{\"a\":{\"ActivationLockBypassCode\":\"1\",\"b\":2},"
	              "\"unlock_token\":\"x\",\"list\":[1],"
	              "\"profiles\":[{\"removal_password\":\"p\","
	              "\"name\":\"n\"}]}";
	struct facts_row row = {.kind = "SecurityInfo",
	    .source = "mdm",
	    .observed_at = 1000,
	    .json = json,
	    .json_len = sizeof(json) - 1};
	struct buf buf = {0};
	struct encoder enc = {&buf, false};
	json_t *document;
	json_t *data;

	(void)state;
	describe_facts(&enc, NULL, &row);
	assert_null(strstr((const char *)buf.data, "Bypass"));
	assert_null(strstr((const char *)buf.data, "token"));
	assert_null(strstr((const char *)buf.data, "password"));
	document = parsed(&buf);
	data = json_object_get(document, "data");
	assert_int_equal(json_integer_value(
	                     json_object_get(json_object_get(data, "a"), "b")),
	    2);
	assert_string_equal(
	    text_of(document, "observed_at"), "1970-01-01T00:00:01Z");
	json_decref(document);
}

static void facts_that_are_no_json_become_null(void **state)
{
	char json[] = "{\"a\":";
	struct facts_row row = {
	    .kind = "k", .json = json, .json_len = sizeof(json) - 1};
	struct buf buf = {0};
	struct encoder enc = {&buf, false};
	json_t *document;

	(void)state;
	describe_facts(&enc, NULL, &row);
	document = parsed(&buf);
	assert_true(json_is_null(json_object_get(document, "data")));
	json_decref(document);
}

static void a_link_shows_how_far_it_came(void **state)
{
	static const struct {
		struct link link;
		const char *state;
	} cases[] = {
	    {{.expires_at = 100}, "unused"},
	    {{.expires_at = 50}, "expired"}, /* at the very moment */
	    {{.expires_at = 100, .profile_at = 1}, "profile_given"},
	    {{.expires_at = 100, .profile_at = 1, .certificate_at = 2},
	        "certificate_issued"},
	    {{.expires_at = 10, .profile_at = 1, .certificate_at = 2},
	        "expired"},
	    {{.expires_at = 10, .profile_at = 1, .enrolled_at = 3}, "enrolled"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    service_link_state(&cases[i].link, 50), cases[i].state);
}

static void a_ladder_has_every_step_in_order(void **state)
{
	struct wipe wipe = {
	    .id = "w", .ordered_at = 1000, .acknowledged_at = 2000};
	static const char *const steps[] = {
	    "ordered", "acknowledged", "silent", "proven"};
	struct buf buf = {0};
	struct encoder enc = {&buf, false};
	json_t *ladder;
	size_t i;

	(void)state;
	describe_ladder(&enc, NULL, &wipe);
	ladder = parsed(&buf);
	assert_int_equal(json_array_size(ladder), 4);
	for (i = 0; i < 4; i++)
		assert_string_equal(
		    text_of(json_array_get(ladder, i), "step"), steps[i]);
	assert_string_equal(
	    text_of(json_array_get(ladder, 1), "at"), "1970-01-01T00:00:02Z");
	assert_true(
	    json_is_null(json_object_get(json_array_get(ladder, 2), "at")));
	json_decref(ladder);
}

static void errors_become_problems(void **state)
{
	static const struct {
		enum err_code code;
		int status;
	} cases[] = {{ERR_INVALID, 400}, {ERR_DENIED, 403},
	    {ERR_NOT_FOUND, 404}, {ERR_CONFLICT, 409}, {ERR_EXPIRED, 410},
	    {ERR_LIMIT, 413}, {ERR_UNSUPPORTED, 422}, {ERR_BUSY, 503},
	    {ERR_FULL, 503}, {ERR_TIMEOUT, 503}, {ERR_IO, 500},
	    {ERR_CRYPTO, 500}, {ERR_MEMORY, 500}, {ERR_INTERNAL, 500}};
	struct err err;
	json_t *document;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_response response = {.status = 500};

		(void)err_set(&err, cases[i].code, "it \"is\" so");
		buf_append_str(&response.body, "{\"half\":");
		problem_answer(&response, 0, &err, "r1");
		assert_int_equal(response.status, cases[i].status);
		assert_string_equal(
		    response.content_type, "application/problem+json");
		assert_int_equal(response.header_count, 0);
		document = parsed(&response.body);
		assert_string_equal(text_of(document, "type"), "about:blank");
		assert_string_equal(text_of(document, "request_id"), "r1");
		assert_string_equal(
		    text_of(document, "detail"), "it \"is\" so");
		assert_string_equal(
		    text_of(document, "code"), err_code_name(cases[i].code));
		assert_int_equal(
		    json_integer_value(json_object_get(document, "status")),
		    cases[i].status);
		json_decref(document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_have_their_types),
	    cmocka_unit_test(a_phone_that_never_enrolled_says_so),
	    cmocka_unit_test(facts_lose_secrets_at_every_depth),
	    cmocka_unit_test(facts_that_are_no_json_become_null),
	    cmocka_unit_test(a_link_shows_how_far_it_came),
	    cmocka_unit_test(a_ladder_has_every_step_in_order),
	    cmocka_unit_test(errors_become_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
