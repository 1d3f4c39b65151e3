/*
 * input: the files that a connector reads before it shuts itself in: texts,
 * secrets, and small tables of numbers, mailboxes and phones.
 */
#ifndef AGENT_CONNECTOR_INPUT_H
#define AGENT_CONNECTOR_INPUT_H

#include <stddef.h>

#include "proto/base/buf.h"
#include "proto/base/secret.h"
#include "proto/evidence/evidence_fact.h"

struct err;

/* -ERR_NOT_FOUND, -ERR_IO, -ERR_LIMIT; out: buf_clear(). */
int input_read(const char *path, size_t max, struct buf *out, struct err *err);

/*
 * One secret a file, a line end at its end does not count. "credential:NAME"
 * is NAME in $CREDENTIALS_DIRECTORY (systemd.exec(5)). A file that its group
 * or others may read is refused.
 */
int input_secret(const char *path, struct secret *out, struct err *err);
/* The same check for a file that is read in another way. */
int input_is_private(const char *path, struct err *err);

#define INPUT_COLUMNS 4

struct input_row {
	unsigned long line;
	const char *cells[INPUT_COLUMNS]; /* "" when the column is absent */
};

/* A row that the caller does not take: it says why, and is told about. */
typedef int input_row_fn(
    void *arg, const struct input_row *row, struct err *err);

/*
 * A CSV with a header that names some of columns (ends with NULL); the first
 * of them must be there. Broken rows end the reading with an error that names
 * file and line: these files are written by the municipality itself.
 */
int input_table(const char *path, const char *const columns[INPUT_COLUMNS],
    input_row_fn *on_row, void *arg, struct err *err);

/* The IMEIs of the organisation's own phones (column imei), sorted by their
 * first 14 digits; free(). */
int input_equipment(const char *path, char (**out)[EVIDENCE_IMEI_MAX],
    size_t *count, struct err *err);

#endif
