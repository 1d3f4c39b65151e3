/*
 * csv: comma-separated values as RFC 4180 and the world write them, read as a
 * stream: bytes in, rows out. A row that is broken is told apart and the next
 * one is read; after a quotation mark that is never closed, that is the next
 * line. Knows no columns and no meaning; no I/O.
 *
 * Taken: UTF-8 with or without a byte-order mark, Latin-1 (in the sense of
 * Windows-1252), `,` `;` tab or `|`, "…" with "" and line ends inside, CRLF,
 * LF or CR. Cells come out as UTF-8.
 */
#ifndef PROTO_CSV_CSV_H
#define PROTO_CSV_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct csv;

#define CSV_COLUMNS_MAX 256
#define CSV_CELL_MAX 4096       /* bytes as UTF-8, without NUL */
#define CSV_ROW_MAX (64 * 1024) /* bytes of all cells of a row */
#define CSV_LINES_IN_ROW_MAX 50 /* an opened quote swallows the file else */
#define CSV_SAMPLE_MAX 4096     /* looked at to guess */

enum csv_encoding {
	CSV_ENCODING_AUTO, /* a mark, else UTF-8 if the sample is, else Latin-1 */
	CSV_ENCODING_UTF8,
	CSV_ENCODING_LATIN1
};

/* What is wrong with a row; only CSV_FINE has cells to be believed. */
enum csv_fault {
	CSV_FINE,
	CSV_NUL, /* a NUL byte: UTF-16, or no text at all */
	CSV_BAD_UTF8,
	CSV_QUOTE_OPEN,  /* the file, or the row's limit, ended inside "…" */
	CSV_QUOTE_STRAY, /* text behind a closing quote */
	CSV_CELL_LONG,
	CSV_ROW_LONG,
	CSV_COLUMNS_MANY,
	CSV_CONTROL /* a control character other than tab and line end */
};

/* "an unclosed quotation mark", … for a sentence. */
const char *csv_fault_text(enum csv_fault fault);

struct csv_row {
	unsigned long line; /* of the file, from 1, where the row begins */
	unsigned column;    /* from 1: where the fault is; 0: whole row */
	enum csv_fault fault;
	const char *const *cells; /* UTF-8, NUL-ended, valid during the call */
	size_t count;
};

/*
 * Called for each row that is not empty, the header among them. A row that is
 * not 0 ends the reading, and csv_feed() returns it.
 */
typedef int csv_row_fn(void *arg, const struct csv_row *row, struct err *err);

struct csv_options {
	enum csv_encoding encoding;
	char delimiter; /* ',' ';' '\t' '|'; 0: guessed from the first line */
	csv_row_fn *on_row;
	void *arg;
};

int csv_new(
    const struct csv_options *options, struct csv **out, struct err *err);
void csv_free(struct csv *csv);

/* Any cut of the bytes gives the same rows. 0, -ERR_MEMORY, or on_row's. */
int csv_feed(struct csv *csv, const void *data, size_t len, struct err *err);
/* The last row, which may have no line end. Once. */
int csv_end(struct csv *csv, struct err *err);

/* What was found out, after the first row; the encoding is AUTO for as long as
 * there was nothing but ASCII. */
char csv_delimiter(const struct csv *csv);
enum csv_encoding csv_encoding_of(const struct csv *csv);

/*
 * Does the cell begin as a formula would in a spreadsheet (= + - @, tab, CR)?
 * A plain number or telephone number with + or - is none. Such a cell is never
 * to be written into another CSV as it is.
 */
bool csv_is_formula(const char *cell);

#endif
