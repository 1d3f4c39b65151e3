/*
 * Question: do RFC 6901 pointers find what they name, do templates keep a value
 * in its place, and is JSON from outside bounded before it is read?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/connector/json_map.h"
#include "proto/base/err.h"
#include "proto/json/json_guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 6901 section 5. */
static void the_rfcs_own(void **state)
{
	static const char document[] =
	    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
	    "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}";
	static const struct {
		const char *pointer;
		int number;
	} numbers[] = {{"/", 0}, {"/a~1b", 1}, {"/c%d", 2}, {"/e^f", 3},
	    {"/g|h", 4}, {"/i\\j", 5}, {"/k\"l", 6}, {"/ ", 7}, {"/m~0n", 8}};
	static const char *const nothing[] = {"/foo/2", "/foo/-", "/foo/01",
	    "/foo/0/x", "/bar", "/foo/1e0", "/foo/", "/m~n",
	    "/foo/99999999999999999999"};
	json_t *root = json_loads(document, 0, NULL);

	(void)state;
	assert_ptr_equal(json_pointer_find(root, ""), root);
	assert_string_equal(
	    json_string_value(json_pointer_find(root, "/foo/0")), "bar");
	for (size_t i = 0; i < COUNT(numbers); i++)
		assert_int_equal(json_integer_value(json_pointer_find(
		                     root, numbers[i].pointer)),
		    numbers[i].number);
	for (size_t i = 0; i < COUNT(nothing); i++)
		if (json_pointer_find(root, nothing[i]))
			fail_msg("%s found something", nothing[i]);
	assert_true(json_pointer_is_valid("/a/~0~1"));
	assert_true(json_pointer_is_valid(""));
	assert_false(json_pointer_is_valid("a"));
	assert_false(json_pointer_is_valid("/~2"));
	assert_false(json_pointer_is_valid("/~"));
	json_decref(root);
}

static void values_as_texts(void **state)
{
	static const struct {
		const char *pointer;
		size_t index;
		int found;
		const char *text;
	} samples[] = {
	    {"/s", 0, 1, "x"},
	    {"/s", 1, 0, NULL},
	    {"/t", 0, 1, "true"},
	    {"/f", 0, 1, "false"},
	    {"/n", 0, 1, "-7"},
	    {"/null", 0, 0, NULL},
	    {"/none", 0, 0, NULL},
	    {"/real", 0, -1, NULL},
	    {"/o", 0, -1, NULL},
	    {"/l", 0, 1, "a"},
	    {"/l", 1, 1, "2"},
	    {"/l", 2, 0, NULL},
	    {"{imei}", 0, 1, "4901"},
	    {"{tel}", 0, 0, NULL},
	    {"{other}", 0, 0, NULL},
	};
	json_t *root = json_loads(
	    "{\"s\":\"x\",\"t\":true,\"f\":false,\"n\":-7,\"null\":null,"
	    "\"real\":1.5,\"o\":{},\"l\":[\"a\",2]}",
	    0, NULL);
	struct json_view view = {root, {{"imei", "4901"}, {"tel", NULL}}};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		char text[MAP_TEXT_MAX] = "";
		int got = json_view_get(
		    &view, samples[i].pointer, samples[i].index, text);

		if (got != samples[i].found)
			fail_msg("%s: %d", samples[i].pointer, got);
		if (got > 0)
			assert_string_equal(text, samples[i].text);
	}
	json_decref(root);
}

static void templates(void **state)
{
	const struct json_variable variables[JSON_VARIABLES] = {
	    {"tel", "+46701"}, {"key", "../a?b#c d%\xc3\xa5\"\\\r\n"},
	    {"imei", ""}};
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(json_template_fill("/x/{tel}/{key}", JSON_ESCAPE_URL,
	                     variables, &out, 1000, NULL),
	    0);
	assert_string_equal((char *)out.data,
	    "/x/%2B46701/..%2Fa%3Fb%23c%20d%25%C3%A5%22%5C%0D%0A");
	buf_reset(&out);
	assert_int_equal(json_template_fill("{\"a\":\"{key}\",\"b\":{}}",
	                     JSON_ESCAPE_JSON, variables, &out, 1000, NULL),
	    0);
	assert_string_equal((char *)out.data,
	    "{\"a\":\"../a?b#c d%\xc3\xa5\\\"\\\\\\u000d\\u000a\",\"b\":{}}");
	buf_reset(&out);
	assert_int_equal(json_template_fill("{imei}", JSON_ESCAPE_URL,
	                     variables, &out, 1000, &err),
	    -ERR_INVALID);
	assert_int_equal(json_template_fill("{other}", JSON_ESCAPE_URL,
	                     variables, &out, 1000, &err),
	    -ERR_INVALID);
	buf_reset(&out);
	assert_int_equal(json_template_fill("{tel}{tel}", JSON_ESCAPE_URL,
	                     variables, &out, 10, &err),
	    -ERR_LIMIT);
	buf_clear(&out);
}

static void bounds(void **state)
{
	static const struct json_limits limits = {64, 3, 10};
	static const struct {
		const char *json;
		int rc;
	} samples[] = {
	    {"[[[1]]]", 0},
	    {"[[[[1]]]]", -ERR_LIMIT},
	    {"[\"[[[[\"]", 0},
	    {"[\"\\\"[[[[\"]", 0},
	    {"[1,2,3,4,5,6,7,8,9]", 0},
	    {"[1,2,3,4,5,6,7,8,9,10,11]", -ERR_LIMIT},
	    {"[\"0123456789012345678901234567890123456789012345678901234567\"]",
	        0},
	    {"[\"0123456789012345678901234567890123456789012345678901234567890"
	     "12\"]",
	        -ERR_LIMIT},
	    {"{\"a\":1,\"a\":2}", -ERR_INVALID},
	    {"", -ERR_INVALID},
	    {"\xef\xbb\xbf{}", -ERR_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		json_t *root = NULL;
		struct err err = {0};
		int rc = json_guard_load(samples[i].json,
		    strlen(samples[i].json), &limits, "it", &root, &err);

		if (rc != samples[i].rc)
			fail_msg("%s: %d %s", samples[i].json, rc, err.text);
		json_decref(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_rfcs_own),
	    cmocka_unit_test(values_as_texts),
	    cmocka_unit_test(templates),
	    cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
