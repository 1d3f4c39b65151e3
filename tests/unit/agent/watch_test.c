/*
 * Question: does the terminal view say in words what the operator must do, fit
 * the terminal, and let nothing a phone says steer it?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "agent/watch/watch.h"
#include "proto/base/err.h"

static const char two_ports[] =
    "{\"station\":{\"name\":\"Bench A\",\"server\":\"reached\","
    "\"usbmuxd\":\"reached\",\"reports_waiting\":2},\"ports\":["
    "{\"port\":\"A10\",\"name\":\"Åsas telefon\",\"serial\":\"F2LX0010\","
    "\"ios_version\":\"17.6.1\",\"state\":\"facts\",\"code\":\"ok\","
    "\"percent\":60,\"is_working\":true,\"order\":\"read_facts\","
    "\"person\":\"Åsa Öberg-Lindström\"},"
    "{\"port\":\"A11\",\"name\":\"iPhone\",\"serial\":\"F2LX0011\","
    "\"person\":\"Björn Åkesson-Holmström\",\"state\":\"ready\","
    "\"code\":\"ok\"},"
    "{\"port\":\"A2\",\"name\":\"x\\u001b[2J\\u009b31m\",\"serial\":\"F2\","
    "\"state\":\"tap Trust\",\"code\":\"waiting_trust\",\"percent\":5,"
    "\"operator\":\"Tap Trust on the phone and enter its code; the question "
    "may take half a minute to appear on the phone.\"}]}";

static void render(const char *json, unsigned columns, unsigned rows,
    enum watch_style style, struct buf *out)
{
	struct err err = {0};

	if (watch_render(json, strlen(json), columns, rows, style, out, &err) <
	    0)
		fail_msg("%s", err.text);
}

static void test_words(void **state)
{
	struct buf out = {0};
	const char *text;

	(void)state;
	render(two_ports, 0, 0, WATCH_PLAIN, &out);
	text = (const char *)out.data;
	assert_non_null(strstr(text, "Bench A"));
	assert_non_null(strstr(text, "reports waiting: 2"));
	assert_non_null(strstr(text, "Åsas telefon"));
	assert_non_null(strstr(text, "[######....]"));
	assert_non_null(strstr(text, "tap Trust"));
	assert_non_null(
	    strstr(text, "Tap Trust on the phone and enter its code; "));
	assert_non_null(strstr(text, "Åsa Öberg-Lindström"));
	assert_non_null(strstr(text, "read facts"));
	assert_non_null(strstr(text, "17.6.1"));
	/* A2 stands before A10. */
	assert_true(strstr(text, "A2 ") < strstr(text, "A10"));
	buf_clear(&out);
}

/* Colours only add: without them every word is there. */
static void test_no_escapes(void **state)
{
	struct buf out = {0};

	(void)state;
	render(two_ports, 0, 0, WATCH_PLAIN, &out);
	assert_null(memchr(out.data, '\033', out.len));
	assert_null(memmem(out.data, out.len, "\xc2\x9b", 2));
	buf_reset(&out);
	render(two_ports, 0, 0, WATCH_COLOUR, &out);
	/* The phone's own "clear the screen" is not among them. */
	assert_null(strstr((const char *)out.data, "\033[2J"));
	assert_non_null(strstr((const char *)out.data, "\033[1;33mtap Trust"));
	buf_clear(&out);
}

static size_t widest(const char *text)
{
	size_t most = 0;
	size_t width = 0;

	for (; *text; text++) {
		if (*text == '\n')
			width = 0;
		else if (((unsigned char)*text & 0xc0) != 0x80)
			width++;
		most = width > most ? width : most;
	}
	return most;
}

static size_t count_rows(const char *text)
{
	size_t rows = 0;

	for (; *text; text++)
		rows += *text == '\n';
	return rows;
}

static void test_fits(void **state)
{
	static const unsigned sizes[][2] = {
	    {80, 24}, {40, 6}, {20, 3}, {1, 1}, {200, 5}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf out = {0};

		render(two_ports, sizes[i][0], sizes[i][1], WATCH_PLAIN, &out);
		assert_true(widest((char *)out.data) <= sizes[i][0]);
		if (sizes[i][1] >= 6)
			assert_true(
			    count_rows((char *)out.data) <= sizes[i][1]);
		buf_clear(&out);
	}
}

/* On a narrow terminal too the operator reads who, what and the whole of what
 * to do; what is left out is said by nobody's hand. */
static void test_eighty_columns(void **state)
{
	struct buf out = {0};
	const char *text;
	const char *row;

	(void)state;
	render(two_ports, 80, 24, WATCH_PLAIN, &out);
	text = (const char *)out.data;
	assert_true(widest(text) <= 80);
	assert_null(strstr(text, "SERIAL"));
	row = strstr(text, "\nA10");
	assert_non_null(row);
	assert_non_null(strstr(row, "Åsas telefon"));
	assert_non_null(strstr(row, "Åsa Öberg-Lindström"));
	assert_non_null(strstr(row, "read facts"));
	assert_non_null(strstr(row, "facts "));
	assert_non_null(strstr(row, "[###...]"));
	/* Nobody named it; and a name that is cut says so. */
	assert_non_null(strstr(text, "F2LX0011         Björn Åkesson-Holm…"));
	assert_non_null(strstr(text, "       Tap Trust on the phone and"));
	assert_non_null(strstr(text, "half a\n       minute to appear"));
	buf_reset(&out);
	render(two_ports, 120, 24, WATCH_PLAIN, &out);
	text = (const char *)out.data;
	assert_non_null(strstr(text, "F2LX0010"));
	assert_non_null(strstr(text, "[######....]"));
	assert_true(widest(text) <= 120);
	buf_clear(&out);
}

static void test_empty_and_odd(void **state)
{
	struct buf out = {0};

	(void)state;
	render("{\"ports\":[]}", 80, 24, WATCH_PLAIN, &out);
	assert_non_null(strstr((char *)out.data, "No phone is plugged in."));
	buf_reset(&out);
	render("{\"ports\":[7,\"x\",{\"percent\":-4},{\"percent\":1e9}]}", 80,
	    24, WATCH_PLAIN, &out);
	assert_int_equal(watch_render("{}", 2, 80, 24, WATCH_PLAIN, &out, NULL),
	    -(int)ERR_INVALID);
	assert_int_equal(
	    watch_render("nonsense", 8, 80, 24, WATCH_PLAIN, &out, NULL),
	    -(int)ERR_INVALID);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_no_escapes),
	    cmocka_unit_test(test_fits),
	    cmocka_unit_test(test_eighty_columns),
	    cmocka_unit_test(test_empty_and_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
