/*
 * http_chunked_test: is a chunked body put together byte for byte, however it
 * arrives, and is every crooked chunk refused?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/http/http_chunked.h"

#define BODY_MAX 1000

struct decoded {
	enum http_parse result;
	int status;
	size_t body_len;
	size_t used;
	uint8_t *data; /* body at the front */
};

/* As a connection does it: new bytes behind what was decoded. */
static struct decoded decode(const char *text, size_t len, size_t step)
{
	struct decoded out = {.result = HTTP_PARSE_MORE};
	struct http_chunked chunked;

	out.data = malloc(len + 1);
	assert_non_null(out.data);
	http_chunked_init(&chunked, BODY_MAX);
	while (out.used < len && out.result == HTTP_PARSE_MORE) {
		size_t n = len - out.used < step ? len - out.used : step;
		uint8_t *at = out.data + chunked.body_len;
		size_t used = 0;

		memcpy(at, text + out.used, n);
		out.result = http_chunked_decode(&chunked, at, n, at, &used);
		if (out.result == HTTP_PARSE_MORE)
			assert_int_equal(used, n);
		out.used += used;
	}
	out.body_len = chunked.body_len;
	out.status = chunked.status;
	return out;
}

static void test_good_bodies(void **state)
{
	static const struct {
		const char *text;
		const char *body;
		size_t rest; /* bytes of the next request */
	} cases[] = {
	    {"0\r\n\r\n", "", 0},
	    {"5\r\nhello\r\n0\r\n\r\n", "hello", 0},
	    {"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\nGET", "hello, world", 3},
	    {"00000005\r\nhello\r\n00\r\n\r\n", "hello", 0},
	    {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
	        "01234567890123456789", 0},
	    {"5;name=value\r\nhello\r\n0;x\r\n\r\n", "hello", 0},
	    {"5\r\n\r\n\r\n\n\r\n0\r\n\r\n", "\r\n\r\n\n", 0},
	    {"5\r\nhello\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nx", "hello", 1},
	};
	size_t i;
	size_t step;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);

		for (step = 1; step <= len; step++) {
			struct decoded out = decode(cases[i].text, len, step);

			assert_int_equal(out.result, HTTP_PARSE_DONE);
			assert_int_equal(out.body_len, strlen(cases[i].body));
			assert_memory_equal(
			    out.data, cases[i].body, out.body_len);
			assert_int_equal(len - out.used, cases[i].rest);
			free(out.data);
		}
	}
}

static void test_bad_bodies(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int status;
	} cases[] = {
	    {"\r\n", 400},
	    {"-1\r\nx", 400},
	    {"+5\r\nhello\r\n", 400},
	    {"0x5\r\nhello\r\n", 400},
	    {" 5\r\nhello\r\n", 400},
	    {"5 \r\nhello\r\n", 400},
	    {"5\nhello\r\n", 400},
	    {"5\r\nhello\n0\r\n\r\n", 400},
	    {"5\r\nhelloX\r\n", 400},
	    {"5\rXhello", 400},
	    {"g\r\n", 400},
	    {"10000000000000005\r\nhello\r\n", 400}, /* 2^64 + 5 */
	    {"000000005\r\nhello\r\n", 400},
	    {"ffffffff\r\n", 413},
	    {"3e9\r\n", 413}, /* 1,001 */
	    {"5;a\x01\r\nhello", 400},
	    {"5;\r\nhello", 400},
	    {"5;a=\r\nhello", 400},
	    {"5;=b\r\nhello", 400},
	    {"5;a;b\r\nhello", 400},
	    {"5;a=b=c\r\nhello", 400},
	    {"5;a=\"b\"\r\nhello", 400},
	    {"5; a\r\nhello", 400},
	    {"5;a\nhello", 400},
	    {"0\r\nX\r\n\r\n", 400},
	    {"0\r\n: x\r\n\r\n", 400},
	    {"0\r\n X: y\r\n\r\n", 400},
	    {"0\r\nX: y\n\r\n", 400},
	    {"0\r\nX : y\r\n\r\n", 400},
	    {"0\r\n\rX", 400},
	    {"0\n\n", 400},
	};
	/* clang-format on */
	size_t i;
	size_t step;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (step = 1; step < 8; step += 6) {
			struct decoded out =
			    decode(cases[i].text, strlen(cases[i].text), step);

			if (out.result != HTTP_PARSE_BAD ||
			    out.status != cases[i].status)
				fail_msg("case %zu: %d %d", i, (int)out.result,
				    out.status);
			free(out.data);
		}
	}
}

static void test_body_limit_counts_all_chunks(void **state)
{
	struct http_chunked chunked;
	uint8_t text[512];
	size_t used = 0;
	int i;

	(void)state;
	http_chunked_init(&chunked, BODY_MAX);
	for (i = 0; i < 3; i++) {
		memcpy(text, "14d\r\n", 5); /* 333 */
		memset(text + 5, 'x', 333);
		memcpy(text + 338, "\r\n", 2);
		assert_int_equal(
		    http_chunked_decode(&chunked, text, 340, text, &used),
		    HTTP_PARSE_MORE);
	}
	assert_int_equal(chunked.body_len, 999);
	assert_int_equal(http_chunked_decode(&chunked, (const uint8_t *)"2\r\n",
	                     3, text, &used),
	    HTTP_PARSE_BAD);
	assert_int_equal(chunked.status, 413);
}

static void test_long_lines_are_refused(void **state)
{
	char text[8192];
	struct decoded out;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "5;", 2);
	out = decode(text, sizeof(text), 100);
	assert_int_equal(out.result, HTTP_PARSE_BAD);
	assert_int_equal(out.status, 400);
	free(out.data);
	memcpy(text, "0\r\nX:", 5);
	out = decode(text, sizeof(text), 100);
	assert_int_equal(out.result, HTTP_PARSE_BAD);
	assert_int_equal(out.status, 431);
	free(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good_bodies),
	    cmocka_unit_test(test_bad_bodies),
	    cmocka_unit_test(test_body_limit_counts_all_chunks),
	    cmocka_unit_test(test_long_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
