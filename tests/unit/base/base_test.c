/* base_test: do buffers, text, base64, time and identifiers keep their word? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"

static void test_err_prefix_keeps_code(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, ERR_LIMIT, "too long"), -ERR_LIMIT);
	assert_int_equal(err_prefix(&err, "line %d", 7), -ERR_LIMIT);
	assert_string_equal(err.text, "line 7: too long");
	assert_string_equal(err_code_name(ERR_NOT_FOUND), "not_found");
}

static void test_buf_escapes(void **state)
{
	struct buf buf = {0};

	(void)state;
	buf_append_xml(&buf, "a<b>&\"'");
	assert_string_equal((char *)buf.data, "a&lt;b&gt;&amp;&quot;&#39;");
	buf_reset(&buf);
	buf_append_json(&buf, "x\"\\\n\x7f\xc3\xa5\xff");
	assert_string_equal((char *)buf.data,
	    "\"x\\\"\\\\\\u000a\\u007f\xc3\xa5\xef\xbf\xbd\"");
	buf_clear(&buf);
}

static void test_base64(void **state)
{
	static const struct {
		const char *text;
		const char *plain; /* NULL: refused */
	} cases[] = {{"", ""}, {"YQ==", "a"}, {"YWI=", "ab"}, {"YWJj", "abc"},
	    {"YW\n Jj", "abc"}, {"YQ", "a"}, {"YWJj=", NULL}, {"YR==", NULL},
	    {"Y", NULL}, {"YQ=a", NULL}, {"Y*Q=", NULL}};
	uint8_t *out;
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = NULL;
		if (!cases[i].plain) {
			assert_true(
			    str_base64_parse(cases[i].text,
			        strlen(cases[i].text), &out, &len, NULL) < 0);
			continue;
		}
		assert_int_equal(str_base64_parse(cases[i].text,
		                     strlen(cases[i].text), &out, &len, NULL),
		    0);
		assert_int_equal(len, strlen(cases[i].plain));
		assert_memory_equal(out, cases[i].plain, len);
		free(out);
	}
}

static void test_time_round_trip(void **state)
{
	static const char *const texts[] = {"1970-01-01T00:00:00Z",
	    "2026-03-29T01:59:59Z", "2024-02-29T12:00:00.250Z",
	    "1900-01-01T00:00:00Z", "9999-12-31T23:59:59Z"};
	char out[TIME_TEXT_MAX];
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(time_rfc3339_parse(texts[i], &ms), 0);
		time_rfc3339(ms, out);
		assert_string_equal(out, texts[i]);
	}
	assert_int_equal(
	    time_rfc3339_parse("2026-06-01T12:00:00+02:00", &ms), 0);
	time_rfc3339(ms, out);
	assert_string_equal(out, "2026-06-01T10:00:00Z");
	assert_true(time_rfc3339_parse("2026-02-30T00:00:00Z", &ms) < 0);
	assert_true(time_rfc3339_parse("2026-02-01T00:00:00", &ms) < 0);
	assert_int_equal(time_duration_parse("24h", &ms), 0);
	assert_int_equal(ms, TIME_DAY_MS);
	assert_true(time_duration_parse("24", &ms) < 0);
}

static void zeros(void *arg, void *out, size_t len)
{
	(void)arg;
	memset(out, 0, len);
}

static void test_uuid(void **state)
{
	struct rng rng = {zeros, NULL};
	char id[UUID_TEXT_MAX];

	(void)state;
	uuid_make(INT64_C(0x0192c2a05b7e), &rng, id);
	assert_string_equal(id, "0192c2a0-5b7e-7000-8000-000000000000");
	assert_true(uuid_is_valid(id));
	uuid_make_ordered(INT64_C(0x0192c2a05b7e), 0xabc, &rng, id);
	assert_string_equal(id, "0192c2a0-5b7e-7abc-8000-000000000000");
	assert_false(uuid_is_valid("0192c2a0-5b7e-7000-8000-00000000000g"));
}

/* Whatever is quoted, the sentence can be shown on one line. */
static void test_err_text_can_be_shown(void **state)
{
	struct err err;
	char much[ERR_TEXT_MAX + 2];

	(void)state;
	(void)err_set(
	    &err, ERR_INVALID, "\"%.4s\" is cut", "Gr\xc3\xa5\xc3\xb6");
	assert_string_equal(err.text, "\"Gr\xc3\xa5\" is cut");
	(void)err_set(
	    &err, ERR_INVALID, "\"%.3s\" is cut", "Gr\xc3\xa5\xc3\xb6");
	assert_string_equal(err.text, "\"Gr\" is cut");
	(void)err_set(&err, ERR_INVALID, "\"%s\"", "a\nb\xff\x1b[1m");
	assert_string_equal(err.text, "\"a b [1m\"");
	memset(much, 0xc3, sizeof(much));
	for (size_t i = 1; i < sizeof(much); i += 2)
		much[i] = (char)0xa5;
	much[sizeof(much) - 1] = '\0';
	(void)err_set(&err, ERR_INVALID, "%s", much);
	assert_true(str_is_utf8(err.text, strlen(err.text)));
	(void)err_prefix(&err, "x");
	assert_true(str_is_utf8(err.text, strlen(err.text)));
}

static void test_utf8_and_numbers(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(str_is_utf8("\xc3\xa5\xf0\x9f\x93\xb1", 6));
	assert_false(str_is_utf8("\xed\xa0\x80", 3));
	assert_false(str_is_utf8("\xc3", 1));
	assert_false(str_is_utf8("a\0b", 3));
	assert_int_equal(
	    str_number_parse("18446744073709551615", UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_true(
	    str_number_parse("18446744073709551616", UINT64_MAX, &value) < 0);
	assert_true(str_number_parse("+3", 10, &value) < 0);
	assert_true(str_number_parse("11", 10, &value) < 0);
}

static int64_t fixed_now(void *arg)
{
	(void)arg;
	return 0;
}

static void keep_line(
    void *arg, enum log_level level, const char *line, size_t len)
{
	(void)level;
	buf_append(arg, line, len);
}

static void test_log_escapes_and_filters(void **state)
{
	struct clock clock = {fixed_now, NULL};
	struct buf lines = {0};
	struct log log = {LOG_LEVEL_INFO, &clock, keep_line, &lines};

	(void)state;
	log_debug(&log, "hidden", NULL);
	log_info(&log, "seen", LOG_SERIAL, "a\"\nb", NULL);
	assert_string_equal((char *)lines.data,
	    "{\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"info\","
	    "\"event\":\"seen\",\"serial\":\"a\\\"\\u000ab\"}\n");
	buf_clear(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_err_prefix_keeps_code),
	    cmocka_unit_test(test_buf_escapes),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_time_round_trip),
	    cmocka_unit_test(test_uuid),
	    cmocka_unit_test(test_err_text_can_be_shown),
	    cmocka_unit_test(test_utf8_and_numbers),
	    cmocka_unit_test(test_log_escapes_and_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
