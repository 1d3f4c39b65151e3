/*
 * sample_rows: what lies in one group of the shared samples, as their INDEX.tsv
 * says, so that a test can go through all of them and leave out none.
 */
#ifndef TESTS_UNIT_USB_SAMPLE_ROWS_H
#define TESTS_UNIT_USB_SAMPLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"

#define SAMPLE_ROWS_MAX 64

struct sample_row {
	char file[128]; /* without the folder */
	bool is_valid;  /* must be taken; else must be refused */
};

/*
 * Without WORKPHONE_SAMPLES the test is skipped, and says so. Fails it when a
 * file lies there that the index does not name, or the other way round.
 */
size_t sample_rows(const char *group, struct sample_row out[SAMPLE_ROWS_MAX]);

/* Fails the test when it cannot. buf_clear() it. */
void sample_read(const char *group, const char *file, struct buf *out);

#endif
