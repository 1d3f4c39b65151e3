#include "agent/connector/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/credential.h"
#include "proto/base/err.h"
#include "proto/csv/csv.h"
#include "proto/evidence/evidence_subject.h"

#define TABLE_MAX (8 * 1024 * 1024)
#define SECRET_MAX 8192
#define EQUIPMENT_MAX 1000000

static int read_all(
    int fd, const char *path, size_t max, struct buf *out, struct err *err)
{
	char chunk[16384];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0 && out->len <= max)
		buf_append(out, chunk, (size_t)got);
	explicit_bzero(chunk, sizeof(chunk));
	if (got < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (out->len > max)
		return err_set(
		    err, ERR_LIMIT, "%s has more than %zu bytes", path, max);
	return buf_check(out, err);
}

int input_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", path, strerror(errno));
	rc = read_all(fd, path, max, out, err);
	(void)close(fd);
	return rc;
}

/* ---- secrets ---- */

int input_is_private(const char *path, struct err *err)
{
	struct stat about;

	if (stat(path, &about) != 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "%s: %s", path, strerror(errno));
	if (about.st_mode & 077)
		return err_set(err, ERR_DENIED,
		    "%s holds a secret and others may read it; chmod 600",
		    path);
	return 0;
}

int input_secret(const char *path, struct secret *out, struct err *err)
{
	char real[1024];
	struct buf text = {0};
	int rc = credential_path(path, real, sizeof(real), err);

	/* systemd keeps credentials from others by its own means. */
	if (rc == 0 && !credential_is(path))
		rc = input_is_private(real, err);
	if (rc == 0)
		rc = input_read(real, SECRET_MAX, &text, err);
	while (rc == 0 && text.len &&
	    (text.data[text.len - 1] == '\n' ||
	        text.data[text.len - 1] == '\r'))
		text.len--;
	if (rc == 0 && (text.len == 0 || memchr(text.data, 0, text.len)))
		rc = err_set(err, ERR_INVALID, "%s holds no secret", path);
	if (rc == 0)
		rc = secret_set(out, text.data, text.len, err);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
	return rc;
}

/* ---- tables ---- */

struct table {
	const char *path;
	const char *const *columns;
	size_t at[INPUT_COLUMNS]; /* SIZE_MAX: not in the file */
	bool has_header;
	input_row_fn *on_row;
	void *arg;
};

static int take_header(
    struct table *table, const struct csv_row *row, struct err *err)
{
	for (size_t i = 0; i < INPUT_COLUMNS; i++) {
		table->at[i] = SIZE_MAX;
		for (size_t c = 0; table->columns[i] && c < row->count; c++)
			if (strcasecmp(row->cells[c], table->columns[i]) == 0)
				table->at[i] = c;
	}
	table->has_header = true;
	if (table->at[0] == SIZE_MAX)
		return err_set(err, ERR_INVALID,
		    "%s:%lu: the first line names the columns; `%s` is not "
		    "among them",
		    table->path, row->line, table->columns[0]);
	return 0;
}

static int on_table_row(void *arg, const struct csv_row *row, struct err *err)
{
	struct table *table = arg;
	struct input_row out = {.line = row->line};
	int rc;

	if (row->fault != CSV_FINE)
		return err_set(err, ERR_INVALID, "%s:%lu: %s", table->path,
		    row->line, csv_fault_text(row->fault));
	if (!table->has_header)
		return take_header(table, row, err);
	for (size_t i = 0; i < INPUT_COLUMNS; i++)
		out.cells[i] =
		    table->at[i] < row->count ? row->cells[table->at[i]] : "";
	rc = table->on_row(table->arg, &out, err);
	if (rc < 0)
		(void)err_prefix(err, "%s:%lu", table->path, row->line);
	return rc;
}

int input_table(const char *path, const char *const columns[INPUT_COLUMNS],
    input_row_fn *on_row, void *arg, struct err *err)
{
	struct table table = {
	    .path = path, .columns = columns, .on_row = on_row, .arg = arg};
	struct csv_options options = {.on_row = on_table_row, .arg = &table};
	struct buf text = {0};
	struct csv *csv = NULL;
	int rc = input_read(path, TABLE_MAX, &text, err);

	if (rc == 0)
		rc = csv_new(&options, &csv, err);
	if (rc == 0)
		rc = csv_feed(csv, text.data, text.len, err);
	if (rc == 0)
		rc = csv_end(csv, err);
	csv_free(csv);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
	return rc;
}

/* ---- equipment ---- */

struct equipment {
	char (*imeis)[EVIDENCE_IMEI_MAX];
	size_t count;
	size_t room;
};

static int on_imei(void *arg, const struct input_row *row, struct err *err)
{
	struct equipment *list = arg;
	struct evidence_subject imei;
	int rc = evidence_subject_make(
	    EVIDENCE_SUBJECT_IMEI, row->cells[0], NULL, &imei, err);

	if (rc < 0)
		return rc;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 1024;
		void *more = room > EQUIPMENT_MAX
		    ? NULL
		    : realloc(list->imeis, room * sizeof(*list->imeis));

		if (!more)
			return err_set(err, ERR_LIMIT, "too many phones");
		list->imeis = more;
		list->room = room;
	}
	memcpy(list->imeis[list->count++], imei.value, EVIDENCE_IMEI_MAX);
	return 0;
}

static int compare_imei(const void *a, const void *b)
{
	return strncmp(a, b, 14);
}

int input_equipment(const char *path, char (**out)[EVIDENCE_IMEI_MAX],
    size_t *count, struct err *err)
{
	static const char *const columns[INPUT_COLUMNS] = {"imei"};
	struct equipment list = {0};
	int rc = input_table(path, columns, on_imei, &list, err);

	if (rc < 0) {
		free(list.imeis);
		return rc;
	}
	if (list.count)
		qsort(
		    list.imeis, list.count, sizeof(*list.imeis), compare_imei);
	*out = list.imeis;
	*count = list.count;
	return 0;
}
