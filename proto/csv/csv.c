#include "proto/csv/csv.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

/* Where in a row the next byte falls. */
enum state {
	CELL_START, /* nothing of this cell yet */
	PLAIN,
	QUOTED,
	QUOTE_SEEN, /* a quotation mark inside "…": its end, or half of "" */
	SKIP        /* the row is broken; to the line's end */
};

struct csv {
	struct csv_options options;
	enum csv_encoding encoding;
	char delimiter;
	bool is_decided;
	struct buf sample; /* bytes before the decision */

	enum state state;
	bool was_cr; /* the last byte was CR: LF belongs to it */
	bool has_row;
	unsigned long line;
	struct buf row; /* cells as UTF-8, each ended by NUL */
	size_t starts[CSV_COLUMNS_MAX];
	size_t count;
	size_t cell_start;
	unsigned long row_line;
	enum csv_fault fault;
	unsigned fault_column;
	bool is_recording; /* a quote runs over a line's end */
	struct buf raw;    /* the row's bytes from its second line on */
	const char *cells[CSV_COLUMNS_MAX];
};

const char *csv_fault_text(enum csv_fault fault)
{
	static const char *const texts[] = {
	    [CSV_FINE] = "nothing",
	    [CSV_NUL] = "a NUL byte; save the file as UTF-8",
	    [CSV_BAD_UTF8] = "bytes that are no UTF-8",
	    [CSV_QUOTE_OPEN] = "a quotation mark that is never closed",
	    [CSV_QUOTE_STRAY] = "text behind a closing quotation mark",
	    [CSV_CELL_LONG] = "a cell that is too long",
	    [CSV_ROW_LONG] = "a row that is too long",
	    [CSV_COLUMNS_MANY] = "too many columns",
	    [CSV_CONTROL] = "a control character",
	};

	return fault < sizeof(texts) / sizeof(texts[0]) ? texts[fault] : "?";
}

int csv_new(
    const struct csv_options *options, struct csv **out, struct err *err)
{
	struct csv *csv;

	if (options->delimiter && !strchr(",;\t|", options->delimiter))
		return err_set(
		    err, ERR_INVALID, "cells are parted by , ; | or a tab");
	csv = calloc(1, sizeof(*csv));
	if (!csv)
		return err_memory(err);
	csv->options = *options;
	csv->line = 1;
	*out = csv;
	return 0;
}

void csv_free(struct csv *csv)
{
	if (!csv)
		return;
	buf_clear(&csv->sample);
	buf_clear(&csv->row);
	buf_clear(&csv->raw);
	free(csv);
}

char csv_delimiter(const struct csv *csv)
{
	return csv->delimiter;
}

enum csv_encoding csv_encoding_of(const struct csv *csv)
{
	return csv->encoding;
}

/* ---- guessing from the sample ---- */

/*
 * Latin-1 text hardly ever looks like UTF-8, so what the most of the sample is
 * decides, and one broken row does not. Nothing but ASCII leaves it open, until
 * a cell shows it.
 */
static enum csv_encoding guess_encoding(const struct buf *sample)
{
	size_t good = 0;
	size_t bad = 0;
	size_t step;

	for (size_t i = 0; i < sample->len; i += step ? step : 1) {
		step = 0;
		if (sample->data[i] < 0x80)
			continue;
		/* A NUL stands behind the last byte: a cut sequence is bad. */
		step = str_utf8_step((const char *)sample->data + i);
		good += step > 0;
		bad += step == 0 && sample->len - i > 3;
	}
	if (good == 0 && bad == 0)
		return CSV_ENCODING_AUTO;
	return good >= bad ? CSV_ENCODING_UTF8 : CSV_ENCODING_LATIN1;
}

/* The sign that stands oftenest outside quotation marks in the first line. */
static char guess_delimiter(const struct buf *sample)
{
	static const char signs[] = ",;\t|";
	size_t counts[sizeof(signs)] = {0};
	bool is_quoted = false;
	bool has_text = false;
	size_t best = 0;

	for (size_t i = 0; i < sample->len; i++) {
		char c = (char)sample->data[i];
		const char *sign = c ? strchr(signs, c) : NULL;

		if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && (c == '\n' || c == '\r') && has_text)
			break;
		else if (!is_quoted && sign)
			counts[sign - signs]++;
		has_text = has_text || (c != '\n' && c != '\r');
	}
	for (size_t i = 1; i < sizeof(signs) - 1; i++)
		if (counts[i] > counts[best])
			best = i;
	return signs[best];
}

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool has_mark(const struct buf *sample)
{
	return sample->len >= 3 &&
	    memcmp(sample->data, byte_order_mark, 3) == 0;
}

/* "sep=;" in a line of its own, as spreadsheets write it: its bytes, or 0. */
static size_t separator_line(const struct buf *sample, size_t at, char *out)
{
	const char *text;

	if (sample->len < at + 6)
		return 0;
	text = (const char *)sample->data + at;
	if (memcmp(text, "sep=", 4) != 0 || !strchr(",;\t|", text[4]) ||
	    !text[4] || (text[5] != '\r' && text[5] != '\n'))
		return 0;
	*out = text[4];
	return 5;
}

/* Bytes of the sample that are no text. */
static size_t decide(struct csv *csv)
{
	bool is_marked = has_mark(&csv->sample);
	size_t skip = is_marked ? 3 : 0;

	csv->encoding = csv->options.encoding;
	if (is_marked)
		csv->encoding = CSV_ENCODING_UTF8;
	else if (csv->encoding == CSV_ENCODING_AUTO)
		csv->encoding = guess_encoding(&csv->sample);
	csv->delimiter = csv->options.delimiter ? csv->options.delimiter
	                                        : guess_delimiter(&csv->sample);
	csv->is_decided = true;
	return skip + separator_line(&csv->sample, skip, &csv->delimiter);
}

/* ---- cells ---- */

static void set_fault(struct csv *csv, enum csv_fault fault)
{
	if (csv->fault != CSV_FINE)
		return;
	csv->fault = fault;
	csv->fault_column = (unsigned)csv->count + 1;
}

/* Windows-1252, which is what programs mean by Latin-1: 0x80 to 0x9f. */
static const uint16_t windows_1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e,
    0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d,
    0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

static void append_code(struct buf *row, unsigned code)
{
	if (code < 0x800) {
		buf_append_char(row, (char)(0xc0 | code >> 6));
	} else {
		buf_append_char(row, (char)(0xe0 | code >> 12));
		buf_append_char(row, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_append_char(row, (char)(0x80 | (code & 0x3f)));
}

static void append_byte(struct csv *csv, uint8_t byte)
{
	unsigned code = byte;

	if (byte < 0x80 || csv->encoding != CSV_ENCODING_LATIN1) {
		buf_append_char(&csv->row, (char)byte);
		return;
	}
	if (byte < 0xa0)
		code = windows_1252[byte - 0x80];
	if (code)
		append_code(&csv->row, code);
	else
		set_fault(csv, CSV_CONTROL);
}

/* One byte into the cell, or a fault of the row. */
static void cell_add(struct csv *csv, uint8_t byte)
{
	csv->has_row = true;
	if (byte == 0)
		set_fault(csv, CSV_NUL);
	else if ((byte < 0x20 && byte != '\t' && byte != '\n' &&
	             byte != '\r') ||
	    byte == 0x7f)
		set_fault(csv, CSV_CONTROL);
	else
		append_byte(csv, byte);
	if (csv->row.len - csv->cell_start > CSV_CELL_MAX)
		set_fault(csv, CSV_CELL_LONG);
	else if (csv->row.len > CSV_ROW_MAX)
		set_fault(csv, CSV_ROW_LONG);
}

/* The cell that showed it was taken as UTF-8 so far. */
static void cell_recode(struct csv *csv)
{
	struct buf old = {0};

	buf_append(&old, csv->row.data + csv->cell_start,
	    csv->row.len - csv->cell_start);
	csv->row.failed = csv->row.failed || old.failed;
	csv->row.len = csv->cell_start;
	for (size_t i = 0; i < old.len; i++)
		append_byte(csv, old.data[i]);
	buf_clear(&old);
}

static void check_encoding(struct csv *csv)
{
	const char *cell = (const char *)csv->row.data + csv->cell_start;
	size_t len = csv->row.len - csv->cell_start;
	bool is_ascii = true;

	for (size_t i = 0; is_ascii && i < len; i++)
		is_ascii = (unsigned char)cell[i] < 0x80;
	if (is_ascii || csv->encoding == CSV_ENCODING_LATIN1)
		return;
	if (str_is_utf8(cell, len)) {
		csv->encoding = CSV_ENCODING_UTF8;
	} else if (csv->encoding == CSV_ENCODING_UTF8) {
		set_fault(csv, CSV_BAD_UTF8);
	} else {
		csv->encoding = CSV_ENCODING_LATIN1;
		cell_recode(csv);
	}
}

static void cell_end(struct csv *csv)
{
	if (csv->count >= CSV_COLUMNS_MAX) {
		set_fault(csv, CSV_COLUMNS_MANY);
		return;
	}
	if (csv->fault == CSV_FINE && csv->row.len > csv->cell_start)
		check_encoding(csv);
	buf_append_char(&csv->row, '\0');
	csv->starts[csv->count++] = csv->cell_start;
	csv->cell_start = csv->row.len;
}

/* ---- rows ---- */

static void row_reset(struct csv *csv)
{
	buf_reset(&csv->row);
	buf_reset(&csv->raw);
	csv->is_recording = false;
	csv->count = 0;
	csv->cell_start = 0;
	csv->fault = CSV_FINE;
	csv->fault_column = 0;
	csv->has_row = false;
	csv->state = CELL_START;
}

static int row_emit(struct csv *csv, struct err *err)
{
	struct csv_row row = {.line = csv->row_line,
	    .column = csv->fault_column,
	    .fault = csv->fault,
	    .cells = csv->cells,
	    .count = csv->fault == CSV_FINE ? csv->count : 0};

	if (buf_check(&csv->row, NULL) < 0)
		return err_memory(err);
	for (size_t i = 0; i < row.count; i++)
		csv->cells[i] = (const char *)csv->row.data + csv->starts[i];
	return csv->options.on_row(csv->options.arg, &row, err);
}

static int row_end(struct csv *csv, struct err *err)
{
	int rc = 0;

	if (csv->has_row) {
		if (csv->fault == CSV_FINE)
			cell_end(csv);
		rc = row_emit(csv, err);
	}
	row_reset(csv);
	return rc;
}

static bool is_line_end(uint8_t byte)
{
	return byte == '\n' || byte == '\r';
}

static void in_quoted(struct csv *csv, uint8_t byte)
{
	if (byte == '"') {
		csv->state = QUOTE_SEEN;
		return;
	}
	cell_add(csv, byte);
	csv->is_recording = csv->is_recording || is_line_end(byte);
	if (csv->line - csv->row_line >= CSV_LINES_IN_ROW_MAX)
		set_fault(csv, CSV_QUOTE_OPEN);
}

/* RFC 4180 section 2: a delimiter, a quotation mark or text. */
static void in_open(struct csv *csv, uint8_t byte)
{
	if (csv->state == QUOTE_SEEN && byte == '"') {
		cell_add(csv, byte);
		csv->state = QUOTED;
	} else if (byte == (uint8_t)csv->delimiter) {
		csv->has_row = true;
		cell_end(csv);
		csv->state = CELL_START;
	} else if (csv->state == QUOTE_SEEN) {
		if (byte != ' ' && byte != '\t') /* a blank is forgiven */
			set_fault(csv, CSV_QUOTE_STRAY);
	} else if (csv->state == CELL_START && byte == '"') {
		csv->has_row = true;
		csv->state = QUOTED;
	} else {
		cell_add(csv, byte);
		csv->state = PLAIN;
	}
}

static int take(
    struct csv *csv, const uint8_t *data, size_t len, struct err *err);

/*
 * A row that went over a line's end and is broken: most likely its quotation
 * mark was never closed. It is told about and what followed its first line is
 * read again, as rows of their own. Each byte is read at most
 * CSV_LINES_IN_ROW_MAX times, and no deeper than that.
 */
static int read_again(struct csv *csv, struct err *err)
{
	struct buf raw = csv->raw;
	int rc = buf_check(&raw, err);

	csv->raw = (struct buf){0};
	if (rc == 0)
		rc = row_emit(csv, err);
	csv->line = csv->row_line + 1;
	csv->was_cr = false;
	row_reset(csv);
	if (rc == 0)
		rc = take(csv, raw.data, raw.len, err);
	buf_clear(&raw);
	return rc;
}

/* A broken row: its rest is passed over. */
static int give_up(struct csv *csv, struct err *err)
{
	if (csv->is_recording)
		return read_again(csv, err);
	csv->state = SKIP;
	csv->has_row = true;
	buf_reset(&csv->row);
	csv->cell_start = 0;
	return 0;
}

static void take_into_row(struct csv *csv, uint8_t byte)
{
	if (csv->state == QUOTED)
		in_quoted(csv, byte);
	else if (csv->state != SKIP)
		in_open(csv, byte);
}

static int take_byte(struct csv *csv, uint8_t byte, struct err *err)
{
	bool is_end = is_line_end(byte);
	bool is_half = byte == '\n' && csv->was_cr; /* CR LF is one end */

	if (!csv->has_row && csv->state == CELL_START)
		csv->row_line = csv->line;
	csv->was_cr = byte == '\r';
	if (is_half && csv->state != QUOTED)
		return 0;
	if (csv->is_recording && (!is_half || csv->raw.len > 0))
		buf_append_char(&csv->raw, (char)byte);
	if (is_end && !is_half)
		csv->line++;
	if (is_end && csv->state != QUOTED)
		return row_end(csv, err);
	take_into_row(csv, byte);
	return csv->fault != CSV_FINE && csv->state != SKIP ? give_up(csv, err)
	                                                    : 0;
}

static int take(
    struct csv *csv, const uint8_t *data, size_t len, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < len; i++)
		rc = take_byte(csv, data[i], err);
	return rc;
}

/* The sample is whole: decide, then read it as the rest. */
static int take_sample(struct csv *csv, struct err *err)
{
	size_t skip = decide(csv);
	int rc = buf_check(&csv->sample, err);

	if (rc == 0 && csv->sample.len > skip)
		rc = take(
		    csv, csv->sample.data + skip, csv->sample.len - skip, err);
	buf_clear(&csv->sample);
	return rc;
}

int csv_feed(struct csv *csv, const void *data, size_t len, struct err *err)
{
	const uint8_t *bytes = data;
	int rc = 0;

	if (!csv->is_decided) {
		size_t room = CSV_SAMPLE_MAX - csv->sample.len;
		size_t part = len < room ? len : room;

		buf_append(&csv->sample, bytes, part);
		bytes += part;
		len -= part;
		if (csv->sample.len == CSV_SAMPLE_MAX)
			rc = take_sample(csv, err);
	}
	if (rc == 0 && csv->is_decided && len > 0)
		rc = take(csv, bytes, len, err);
	return rc;
}

int csv_end(struct csv *csv, struct err *err)
{
	int rc = csv->is_decided ? 0 : take_sample(csv, err);

	while (rc == 0 && csv->state == QUOTED && csv->is_recording) {
		set_fault(csv, CSV_QUOTE_OPEN);
		rc = read_again(csv, err);
	}
	if (rc == 0 && csv->state == QUOTED)
		set_fault(csv, CSV_QUOTE_OPEN);
	if (rc == 0)
		rc = row_end(csv, err);
	return rc;
}

/* ---- formulas ---- */

/* "+46 70-123", "-12", "(08) 12": digits and what stands between them. */
static bool is_number(const char *cell)
{
	size_t len = strspn(cell, "0123456789 +-()./,\xc2\xa0");

	return !cell[len] && strpbrk(cell, "0123456789") != NULL;
}

bool csv_is_formula(const char *cell)
{
	if (!*cell || !strchr("=+-@\t\r", *cell))
		return false;
	return !((*cell == '+' || *cell == '-') && is_number(cell));
}
