/*
 * Can a name that a phone chose move the cursor, hide text or break a table?
 * Are tables aligned for å, ä, ö and wide characters, and times in plain words?
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "proto/base/time.h"
#include "server/cli/grid.h"
#include "server/cli/terminal.h"
#include "server/cli/when.h"
#include "server/cli/words.h"

static void escapes(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
	    {"Anna \xc3\x85str\xc3\xb6m", "Anna \xc3\x85str\xc3\xb6m"},
	    {"", ""},
	    {"a\033[2Jb", "a\\x1b[2Jb"},
	    {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
	    {"\x7f", "\\x7f"},
	    {"\xc2\x9b"
	     "31m",
	        "\\u009b31m"}, /* CSI as one character */
	    {"\xe2\x80\xae"
	     "gpj",
	        "\\u202egpj"}, /* right-to-left override */
	    {"\xe2\x80\x8b", "\\u200b"},
	    {"\xf3\xa0\x81\x81", "\\ue0041"}, /* tag */
	    {"\xff\xc3", "\\xff\\xc3"},
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* surrogate */
	    {"\xf0\x9f\x93\xb1", "\xf0\x9f\x93\xb1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		buf_append_str(&out, "");
		terminal_escape(&out, cases[i].text);
		assert_string_equal((char *)out.data, cases[i].shown);
		buf_clear(&out);
	}
}

/* No byte below blank but newline, no DEL, no C1: for every character. */
static void json_stays_json_and_safe(void **state)
{
	json_t *before = json_pack("{s:s,s:s}", "name",
	    "\xc2\x9b\x7f\xe2\x80\xae\xf3\xa0\x81\x81\xc3\xa5", "n", "a\nb");
	char *text = json_dumps(before, JSON_INDENT(2));
	struct buf out = {0};
	json_t *after;
	size_t i;

	(void)state;
	terminal_escape_json(&out, text);
	for (i = 0; i < out.len; i++)
		assert_true(out.data[i] == '\n' ||
		    (out.data[i] >= 0x20 && out.data[i] != 0x7f));
	assert_null(strstr((char *)out.data, "\xc2\x9b"));
	assert_null(strstr((char *)out.data, "\xe2\x80\xae"));
	assert_non_null(strstr((char *)out.data, "\xc3\xa5"));
	after = json_loads((char *)out.data, 0, NULL);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	free(text);
	buf_clear(&out);
}

static void widths(void **state)
{
	(void)state;
	assert_int_equal(terminal_text_width("abc"), 3);
	assert_int_equal(terminal_text_width("\xc3\xa5\xc3\xa4\xc3\xb6"), 3);
	assert_int_equal(terminal_text_width("a\xcc\x8a"), 1); /* combining */
	assert_int_equal(terminal_text_width("\xe6\xbc\xa2"), 2);
	assert_int_equal(terminal_text_width(""), 0);
}

static char *grid_text(struct grid *grid, const struct terminal *terminal)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(grid_print(grid, terminal, file), 0);
	(void)fclose(file);
	grid_clear(grid);
	return text;
}

static void tables_are_aligned(void **state)
{
	static const char *const heads[] = {"NAME", "N", "LAST"};
	const struct terminal terminal = {0};
	struct grid grid;
	char *text;

	(void)state;
	grid_init(&grid, heads, 3);
	grid_add(&grid, STYLE_GOOD, "\xc3\x85sa \xe6\xbc\xa2");
	grid_add(&grid, STYLE_PLAIN, "1");
	grid_add(&grid, STYLE_PLAIN, "x\ny");
	grid_add(&grid, STYLE_PLAIN, "");
	grid_add(&grid, STYLE_PLAIN, "22");
	grid_add(&grid, STYLE_PLAIN, "");
	text = grid_text(&grid, &terminal);
	assert_string_equal(text,
	    "NAME    N   LAST\n"
	    "\xc3\x85sa \xe6\xbc\xa2  1   x\\x0ay\n"
	    "        22\n");
	free(text);
}

static void the_last_column_wraps_at_blanks(void **state)
{
	const struct terminal terminal = {.is_terminal = true, .width = 26};
	struct grid grid;
	char *text;

	(void)state;
	grid_init(&grid, NULL, 2);
	grid_add(&grid, STYLE_PLAIN, "abcd");
	grid_add(&grid, STYLE_PLAIN,
	    "one two three four five six 0123456789012345678901234");
	text = grid_text(&grid, &terminal);
	assert_string_equal(text,
	    "abcd  one two three four\n"
	    "      five six\n"
	    "      01234567890123456789\n"
	    "      01234\n");
	free(text);
}

static void colours_only_on_request_and_with_a_sign(void **state)
{
	static const char *const verdicts[] = {
	    "met", "broken", "unknown", "disputed", "waived", "exempt"};
	const struct terminal plain = {0};
	const struct terminal colour = {.is_terminal = true, .colour = true};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		enum style style =
		    words_find(WORDS_VERDICT, verdicts[i], text, sizeof(text));

		assert_string_equal(terminal_style(&plain, style), "");
		assert_non_null(strstr(text, verdicts[i]));
		assert_string_not_equal(text, verdicts[i]); /* has its sign */
		assert_true(terminal_style(&colour, style)[0] == '\033');
	}
	assert_int_equal(
	    words_find(WORDS_WIPE, "new", text, sizeof(text)), STYLE_PLAIN);
	assert_string_equal(text, "new");
}

static void a_file_is_no_terminal(void **state)
{
	struct terminal terminal = {.colour = true};
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	terminal_init(&terminal, file);
	assert_false(terminal.is_terminal);
	assert_false(terminal.colour);
	(void)fclose(file);
}

static void times_in_words(void **state)
{
	static const struct {
		int64_t away;
		const char *text;
	} cases[] = {
	    {0, "just now"},
	    {-4000, "just now"},
	    {4000, "just now"},
	    {-12 * TIME_SECOND_MS, "12 seconds ago"},
	    {-TIME_MINUTE_MS, "1 minute ago"},
	    {-3 * TIME_HOUR_MS - 1, "3 hours ago"},
	    {6 * TIME_DAY_MS, "in 6 days"},
	    {7 * TIME_DAY_MS - TIME_MINUTE_MS, "in 7 days"},
	    {7 * TIME_DAY_MS - TIME_HOUR_MS, "in 6 days"},
	};
	const int64_t now = INT64_C(1790000000000);
	char text[WHEN_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		when_text(now + cases[i].away, now, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(escapes),
	    cmocka_unit_test(json_stays_json_and_safe),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(tables_are_aligned),
	    cmocka_unit_test(the_last_column_wraps_at_blanks),
	    cmocka_unit_test(colours_only_on_request_and_with_a_sign),
	    cmocka_unit_test(a_file_is_no_terminal),
	    cmocka_unit_test(times_in_words),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
