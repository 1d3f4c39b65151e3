/*
 * Question: are the rows of a CSV read as written, whatever dress it comes in,
 * in whatever pieces, and are broken ones told apart without costing others?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/csv/csv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "2:a|b." is line 2 with the cells a and b; "3!4." is line 3, fault 4. */
static int on_row(void *arg, const struct csv_row *row, struct err *err)
{
	struct buf *out = arg;

	(void)err;
	if (row->fault != CSV_FINE) {
		assert_int_equal(row->count, 0);
		buf_printf(out, "%lu!%d.", row->line, (int)row->fault);
		return 0;
	}
	buf_printf(out, "%lu:", row->line);
	for (size_t i = 0; i < row->count; i++)
		buf_printf(out, "%s%s", i ? "|" : "", row->cells[i]);
	buf_append_char(out, '.');
	return 0;
}

/* Fed in pieces of `step` bytes; the rows as text, free(). */
static char *read_all(
    const char *text, size_t len, size_t step, enum csv_encoding encoding)
{
	struct buf out = {0};
	struct csv_options options = {
	    .encoding = encoding, .on_row = on_row, .arg = &out};
	struct csv *csv = NULL;

	assert_int_equal(csv_new(&options, &csv, NULL), 0);
	for (size_t at = 0; at < len; at += step)
		assert_int_equal(csv_feed(csv, text + at,
		                     len - at < step ? len - at : step, NULL),
		    0);
	assert_int_equal(csv_end(csv, NULL), 0);
	csv_free(csv);
	buf_append(&out, "", 0);
	return out.data ? (char *)out.data : strdup("");
}

static void expect_len(const char *text, size_t len, const char *rows)
{
	static const size_t steps[] = {1, 2, 3, 7, 100000};

	for (size_t i = 0; i < COUNT(steps); i++) {
		char *got = read_all(text, len, steps[i], CSV_ENCODING_AUTO);

		if (strcmp(got, rows) != 0)
			fail_msg("in pieces of %zu: %s\n  became %s", steps[i],
			    text, got);
		free(got);
	}
}

static void expect(const char *text, const char *rows)
{
	expect_len(text, strlen(text), rows);
}

static void as_written(void **state)
{
	(void)state;
	expect("", "");
	expect("\n\n\r\n", "");
	expect("a", "1:a.");
	expect("a,b\nc,d\n", "1:a|b.2:c|d.");
	expect("a,b\r\nc,d\r\n", "1:a|b.2:c|d.");
	expect("a,b\rc,d\r", "1:a|b.2:c|d.");
	expect("a;b;c,d\n1;2;3\n", "1:a|b|c,d.2:1|2|3.");
	expect("a\tb,c\td\n", "1:a|b,c|d.");
	expect("sep=|\na|b;c\n", "2:a|b;c.");
	expect("a,b\n\n\nc,d", "1:a|b.4:c|d.");
	expect(",\n", "1:|.");
	expect("a,\n,b\n", "1:a|.2:|b.");
	expect("\"a\",\"b,c\"\n", "1:a|b,c.");
	expect("\"a \"\"b\"\"\",\"\"\n", "1:a \"b\"|.");
	expect("a,\"two\nlines\"\nc,d\n", "1:a|two\nlines.3:c|d.");
	expect("a,\"two\r\nlines\" \r\nc,d\n", "1:a|two\r\nlines.3:c|d.");
	expect("a\"b,c\n", "1:a\"b|c.");
	expect("\"a;b\";c\n", "1:a;b|c.");
}

static void in_every_dress(void **state)
{
	(void)state;
	expect("\xef\xbb\xbf"
	       "a,\xc3\xa5\n",
	    "1:a|\xc3\xa5.");
	expect("a,\xc3\xa5\n", "1:a|\xc3\xa5.");
	expect("a,\xe5\nb,\xd6\n", "1:a|\xc3\xa5.2:b|\xc3\x96.");
	expect("\x80,\x96\n", "1:\xe2\x82\xac|\xe2\x80\x93.");
	/* One broken row in a UTF-8 file does not make it Latin-1. */
	expect("\xc3\xa5,\xc3\xa4\nx\xe5x,b\n\xc3\xb6,c\n",
	    "1:\xc3\xa5|\xc3\xa4.2!2.3:\xc3\xb6|c.");
}

/* Latin-1 that shows only after the sample. */
static void late_encoding(void **state)
{
	struct buf text = {0};
	char *got;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_append_str(&text, "abcdef,ghij\n");
	buf_append_str(&text, "\xe5,b\n\xc3\xa5,c\n");
	got = read_all((char *)text.data, text.len, 999, CSV_ENCODING_AUTO);
	assert_non_null(
	    strstr(got, "1001:\xc3\xa5|b.1002:\xc3\x83\xc2\xa5|c."));
	free(got);
	got = read_all((char *)text.data, text.len, 999, CSV_ENCODING_UTF8);
	assert_non_null(strstr(got, "1001!2.1002:\xc3\xa5|c."));
	free(got);
	buf_clear(&text);
}

static void broken_rows(void **state)
{
	static const char nul[] = "a,b\nc\0d,e\nf,g\n";

	(void)state;
	expect_len(nul, sizeof(nul) - 1, "1:a|b.2!1.3:f|g.");
	expect("a,b\nc\x01,d\ne,f\n", "1:a|b.2!8.3:e|f.");
	expect("a,b\n\"c\"d,e\nf,g\n", "1:a|b.2!4.3:f|g.");
	/* Never closed: the row is lost, those behind it are not. */
	expect("a,b\n\"c,d\ne,f\ng,h\n", "1:a|b.2!3.3:e|f.4:g|h.");
	expect("a,b\n\"c,d\r\ne,f\r\ng,h", "1:a|b.2!3.3:e|f.4:g|h.");
	expect("a,b\n\"c,d\n\"e\",f\n", "1:a|b.2!4.3:e|f.");
	expect("\"a", "1!3.");
	expect("\"", "1!3.");
	expect("a\n\"\n\"\n\"", "1:a.2:\n.4!3.");
}

static void limits(void **state)
{
	struct buf text = {0};
	char *got;

	(void)state;
	buf_append_str(&text, "a,b\n");
	for (size_t i = 0; i < CSV_CELL_MAX + 1; i++)
		buf_append_char(&text, 'x');
	buf_append_str(&text, ",y\n");
	for (size_t i = 0; i < CSV_COLUMNS_MAX; i++)
		buf_append_str(&text, "1,");
	buf_append_str(&text, "2\nc,d\n");
	got = read_all((char *)text.data, text.len, 100, CSV_ENCODING_AUTO);
	assert_string_equal(got, "1:a|b.2!5.3!7.4:c|d.");
	free(got);
	buf_clear(&text);
}

/* Quotation marks that open and never close must not make it slow. */
static void stays_linear(void **state)
{
	struct buf text = {0};
	struct buf out = {0};
	struct csv_options options = {.on_row = on_row, .arg = &out};
	struct csv *csv = NULL;

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		buf_append_str(&text, "\"a\"\"\n");
	assert_int_equal(csv_new(&options, &csv, NULL), 0);
	assert_int_equal(csv_feed(csv, text.data, text.len, NULL), 0);
	assert_int_equal(csv_end(csv, NULL), 0);
	csv_free(csv);
	buf_clear(&text);
	buf_clear(&out);
}

static int stop_at(void *arg, const struct csv_row *row, struct err *err)
{
	(void)arg;
	return row->line == 2 ? err_set(err, ERR_CONFLICT, "enough") : 0;
}

static void the_caller_may_stop(void **state)
{
	struct csv_options options = {.on_row = stop_at};
	struct csv *csv = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(csv_new(&options, &csv, NULL), 0);
	assert_int_equal(csv_feed(csv, "a\nb\nc\n", 6, &err), 0);
	assert_int_equal(csv_end(csv, &err), -ERR_CONFLICT);
	assert_string_equal(err.text, "enough");
	csv_free(csv);
	options.delimiter = 'x';
	assert_int_equal(csv_new(&options, &csv, NULL), -ERR_INVALID);
}

static void formulas(void **state)
{
	(void)state;
	assert_true(csv_is_formula("=1+1"));
	assert_true(csv_is_formula("@SUM(A1)"));
	assert_true(csv_is_formula("+cmd|' /C calc'!A0"));
	assert_true(csv_is_formula("-2+3+cmd"));
	assert_true(csv_is_formula("\t=1"));
	assert_false(csv_is_formula("+46 70-123 45 67"));
	assert_false(csv_is_formula("-12,5"));
	assert_false(csv_is_formula(""));
	assert_false(csv_is_formula("a=b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_written),
	    cmocka_unit_test(in_every_dress),
	    cmocka_unit_test(late_encoding),
	    cmocka_unit_test(broken_rows),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(stays_linear),
	    cmocka_unit_test(the_caller_may_stop),
	    cmocka_unit_test(formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
