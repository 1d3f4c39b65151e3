/*
 * Does the API take exactly what its contract names, and refuse by name every
 * body and query that says more, less or something else?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "server/http/http.h"
#include "server/office/decode.h"

struct order {
	const char *name;
	const char *note;
	bool dry_run;
};

static const struct decode_field fields[] = {
    {"name", DECODE_TEXT, offsetof(struct order, name), 10, true},
    {"note", DECODE_TEXT, offsetof(struct order, note), 10, false},
    {"dry_run", DECODE_BOOL, offsetof(struct order, dry_run), 0, false},
};

static int decode(const char *type, const char *body, size_t len,
    struct order *out, struct err *err)
{
	const struct http_header header = {"content-type", type};
	const struct http_request request = {.method = HTTP_POST,
	    .query = "",
	    .headers = &header,
	    .header_count = type ? 1 : 0,
	    .body = (const uint8_t *)body,
	    .body_len = len};
	json_t *document = NULL;
	int rc;

	rc = decode_body(&request, fields, 3, out, &document, err);
	if (rc == 0)
		assert_non_null(document);
	else
		assert_null(document);
	if (rc == 0 && out->name) /* borrowed: look before it is gone */
		assert_true(strlen(out->name) <= 10);
	json_decref(document);
	return rc;
}

static void good_bodies_are_taken(void **state)
{
	static const char *const bodies[] = {
	    "{\"name\":\"a\"}",
	    "{\"name\":\"\xc3\xa5\xc3\xa4\xc3\xb6\",\"note\":\"\"}",
	    " { \"dry_run\" : true, \"name\" : \"0123456789\" } ",
	};
	static const char *const types[] = {"application/json",
	    "Application/JSON", "application/json; charset=utf-8",
	    "application/json ;charset=utf-8"};
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct order order = {0};

		assert_int_equal(decode(types[0], bodies[i], strlen(bodies[i]),
		                     &order, &err),
		    0);
		assert_int_equal(order.dry_run, i == 2);
	}
	for (i = 0; i < 4; i++) {
		struct order order = {0};

		assert_int_equal(decode(types[i], bodies[0], strlen(bodies[0]),
		                     &order, &err),
		    0);
	}
}

static void bad_bodies_are_refused_by_name(void **state)
{
	static const struct {
		const char *body;
		enum err_code code;
		const char *word; /* the sentence holds it */
	} cases[] = {
	    {"{}", ERR_INVALID, "\"name\" is missing"},
	    {"", ERR_INVALID, "empty"},
	    {"[]", ERR_INVALID, "object"},
	    {"\"x\"", ERR_INVALID, "valid JSON"},
	    {"{\"name\":\"a\"", ERR_INVALID, "line 1"},
	    {"{\"name\":\"a\"} x", ERR_INVALID, "valid JSON"},
	    {"{\"name\":\"a\",\"name\":\"b\"}", ERR_INVALID, "twice"},
	    {"{\"name\":\"a\",\"Name\":\"b\"}", ERR_INVALID, "\"Name\""},
	    {"{\"name\":\"a\",\"dryrun\":true}", ERR_INVALID, "\"dryrun\""},
	    {"{\"name\":1}", ERR_INVALID, "\"name\" must be a text"},
	    {"{\"name\":null}", ERR_INVALID, "\"name\" must be a text"},
	    {"{\"name\":\"\"}", ERR_INVALID, "\"name\" must not be empty"},
	    {"{\"name\":\"01234567890\"}", ERR_LIMIT, "\"name\" is over 10"},
	    {"{\"name\":\"a\\nb\"}", ERR_INVALID, "control"},
	    {"{\"name\":\"a\\u007fb\"}", ERR_INVALID, "control"},
	    {"{\"name\":\"a\\u0000b\"}", ERR_INVALID, "valid JSON"},
	    {"{\"name\":\"\xff\"}", ERR_INVALID, "valid JSON"},
	    {"{\"name\":\"a\",\"dry_run\":\"true\"}", ERR_INVALID,
	        "\"dry_run\" must be true or false"},
	    {"{\"name\":\"a\",\"dry_run\":1}", ERR_INVALID, "\"dry_run\""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct order order = {0};
		struct err err = {0};

		assert_int_equal(decode("application/json", cases[i].body,
		                     strlen(cases[i].body), &order, &err),
		    -(int)cases[i].code);
		if (!strstr(err.text, cases[i].word))
			fail_msg("%s: \"%s\" lacks %s", cases[i].body, err.text,
			    cases[i].word);
	}
}

static void other_content_types_are_refused(void **state)
{
	static const char *const types[] = {NULL, "", "text/plain",
	    "application/jsonp", "application/x-www-form-urlencoded"};
	static const char body[] = "{\"name\":\"a\"}";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct order order = {0};
		struct err err = {0};

		assert_int_equal(
		    decode(types[i], body, sizeof(body) - 1, &order, &err),
		    -(int)ERR_UNSUPPORTED);
	}
}

static void deep_and_large_bodies_do_no_harm(void **state)
{
	static char deep[100001];
	char *large = test_malloc(LIMIT_API_BODY + 1);
	struct order order = {0};
	struct err err = {0};

	(void)state;
	memset(deep, '[', sizeof(deep) - 1);
	assert_int_equal(
	    decode("application/json", deep, sizeof(deep) - 1, &order, &err),
	    -(int)ERR_INVALID);
	memset(large, ' ', LIMIT_API_BODY + 1);
	assert_int_equal(
	    decode("application/json", large, LIMIT_API_BODY + 1, &order, &err),
	    -(int)ERR_LIMIT);
	test_free(large);
}

static int names_check(const char *query, struct err *err)
{
	static const char *const names[] = {"device", "open"};
	const struct http_request request = {.query = query};

	return decode_query_names(&request, names, 2, err);
}

static void unknown_query_names_are_refused(void **state)
{
	static const char *const good[] = {
	    "", "device=x", "open=1&device=a%20b", "device", "&open=1&"};
	static const char *const bad[] = {
	    "devise=x", "open=1&x", "device2=1", "devic=1", "Open=1"};
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(names_check(good[i], &err), 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(names_check(bad[i], &err), -(int)ERR_INVALID);
}

static void query_texts_are_decoded_and_bounded(void **state)
{
	struct http_request request = {.query = "q=%C3%85sa%20B&e=&bad=%FF"
	                                        "&nl=%0A&long=0123456789"};
	struct err err = {0};
	char *text = NULL;

	(void)state;
	assert_int_equal(decode_query_text(&request, "q", 20, &text, &err), 0);
	assert_string_equal(text, "\xc3\x85sa B");
	free(text);
	text = NULL;
	assert_int_equal(decode_query_text(&request, "e", 20, &text, &err), 0);
	assert_null(text);
	assert_int_equal(decode_query_text(&request, "no", 20, &text, &err), 0);
	assert_null(text);
	assert_int_equal(decode_query_text(&request, "bad", 20, &text, &err),
	    -(int)ERR_INVALID);
	assert_int_equal(decode_query_text(&request, "nl", 20, &text, &err),
	    -(int)ERR_INVALID);
	assert_int_equal(decode_query_text(&request, "long", 9, &text, &err),
	    -(int)ERR_LIMIT);
	assert_null(text);
}

static void query_flags_and_numbers_are_strict(void **state)
{
	struct http_request request = {
	    .query = "t=1&u=true&f=0&x=yes&n=12&z=0&big=1001&neg=-1"};
	struct err err = {0};
	uint64_t number = 7;
	bool flag = false;

	(void)state;
	assert_int_equal(decode_query_flag(&request, "t", &flag, &err), 0);
	assert_true(flag);
	assert_int_equal(decode_query_flag(&request, "f", &flag, &err), 0);
	assert_false(flag);
	assert_int_equal(decode_query_flag(&request, "u", &flag, &err), 0);
	assert_true(flag);
	assert_int_equal(decode_query_flag(&request, "no", &flag, &err), 0);
	assert_true(flag); /* absent: as it was */
	assert_int_equal(
	    decode_query_flag(&request, "x", &flag, &err), -(int)ERR_INVALID);
	assert_int_equal(
	    decode_query_number(&request, "no", 1000, &number, &err), 0);
	assert_int_equal(number, 7);
	assert_int_equal(
	    decode_query_number(&request, "n", 1000, &number, &err), 0);
	assert_int_equal(number, 12);
	assert_int_equal(
	    decode_query_number(&request, "z", 1000, &number, &err),
	    -(int)ERR_INVALID);
	assert_int_equal(
	    decode_query_number(&request, "big", 1000, &number, &err),
	    -(int)ERR_INVALID);
	assert_int_equal(
	    decode_query_number(&request, "neg", 1000, &number, &err),
	    -(int)ERR_INVALID);
	assert_int_equal(number, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_bodies_are_taken),
	    cmocka_unit_test(bad_bodies_are_refused_by_name),
	    cmocka_unit_test(other_content_types_are_refused),
	    cmocka_unit_test(deep_and_large_bodies_do_no_harm),
	    cmocka_unit_test(unknown_query_names_are_refused),
	    cmocka_unit_test(query_texts_are_decoded_and_bounded),
	    cmocka_unit_test(query_flags_and_numbers_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
