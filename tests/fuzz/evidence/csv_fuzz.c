/*
 * csv_fuzz: does any file hurt the reader of CSV, do its rows follow its
 * limits, and are they the same however the bytes are cut?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/csv/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_row(void *arg, const struct csv_row *row, struct err *err)
{
	struct buf *out = arg;

	(void)err;
	if (row->count > CSV_COLUMNS_MAX || row->line == 0 ||
	    (row->fault != CSV_FINE && row->count != 0))
		abort();
	buf_printf(out, "%lu %d %u\n", row->line, (int)row->fault,
	    row->fault == CSV_FINE ? 0 : row->column);
	for (size_t i = 0; i < row->count; i++) {
		size_t len = strlen(row->cells[i]);

		/* Latin-1 grows by at most 3 after the last check. */
		if (len > CSV_CELL_MAX * 3 || !str_is_utf8(row->cells[i], len))
			abort();
		(void)csv_is_formula(row->cells[i]);
		buf_append(out, row->cells[i], len);
		buf_append_char(out, '\n');
	}
	return 0;
}

static void read_all(const uint8_t *data, size_t size, size_t step,
    enum csv_encoding encoding, struct buf *out)
{
	struct csv_options options = {
	    .encoding = encoding, .on_row = on_row, .arg = out};
	struct csv *csv = NULL;

	if (csv_new(&options, &csv, NULL) != 0)
		abort();
	for (size_t at = 0; at < size; at += step)
		if (csv_feed(csv, data + at,
		        size - at < step ? size - at : step, NULL) != 0)
			abort();
	if (csv_end(csv, NULL) != 0)
		abort();
	csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = {0};
	struct buf pieces = {0};
	enum csv_encoding encoding;

	if (size < 1)
		return 0;
	encoding = data[0] % 3;
	read_all(data + 1, size - 1, size, encoding, &whole);
	read_all(data + 1, size - 1, 1 + data[0] / 3, encoding, &pieces);
	if (whole.len != pieces.len ||
	    (whole.len && memcmp(whole.data, pieces.data, whole.len) != 0))
		abort();
	buf_clear(&whole);
	buf_clear(&pieces);
	return 0;
}
