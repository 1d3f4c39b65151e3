#include "server/store/row.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/store/db.h"

static void bind_text(
    struct db_stmt *stmt, int index, const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size)
		db_bind_fail(stmt, -(int)ERR_INTERNAL);
	else
		db_bind_text_len(stmt, index, text, len);
}

static void bind_bytes(
    struct db_stmt *stmt, int index, const struct field *field, const char *row)
{
	size_t len;

	memcpy(&len, row + field->len_offset, sizeof(len));
	if (len > field->size)
		db_bind_fail(stmt, -(int)ERR_INTERNAL);
	else
		db_bind_bytes(stmt, index, row + field->offset, len);
}

static int64_t number_of(const struct field *field, const char *at)
{
	int64_t wide;
	int narrow;
	bool flag;

	if (field->kind == FIELD_INT64) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	if (field->kind == FIELD_BOOL) {
		memcpy(&flag, at, sizeof(flag));
		return flag;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

void row_bind(struct db_stmt *stmt, const struct field *fields, size_t count,
    const void *row)
{
	const char *at = row;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fields[i].kind == FIELD_TEXT)
			bind_text(stmt, (int)i + 1, at + fields[i].offset,
			    fields[i].size);
		else if (fields[i].kind == FIELD_BYTES)
			bind_bytes(stmt, (int)i + 1, &fields[i], at);
		else
			db_bind_int64(stmt, (int)i + 1,
			    number_of(&fields[i], at + fields[i].offset));
	}
}

static int read_bytes(struct db_stmt *stmt, int index,
    const struct field *field, char *row, struct err *err)
{
	size_t len;
	const uint8_t *data = db_bytes(stmt, index, &len);

	if (len > field->size)
		return err_set(err, ERR_INTERNAL, "too long for its field");
	if (len > 0)
		memcpy(row + field->offset, data, len);
	memcpy(row + field->len_offset, &len, sizeof(len));
	return 0;
}

static int read_number(struct db_stmt *stmt, int index,
    const struct field *field, char *at, struct err *err)
{
	int64_t wide = db_int64(stmt, index);
	int64_t low = field->kind == FIELD_INT ? INT_MIN : 0;
	int64_t high = field->kind == FIELD_INT ? INT_MAX : field->max;
	int narrow = (int)wide;
	bool flag = wide != 0;

	if (field->kind == FIELD_INT64) {
		memcpy(at, &wide, sizeof(wide));
		return 0;
	}
	if (field->kind == FIELD_BOOL) {
		memcpy(at, &flag, sizeof(flag));
		return 0;
	}
	if (wide < low || wide > high)
		return err_set(err, ERR_INTERNAL, "out of range");
	memcpy(at, &narrow, sizeof(narrow));
	return 0;
}

int row_read(struct db_stmt *stmt, const struct field *fields, size_t count,
    void *row, struct err *err)
{
	char *at = row;
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		if (fields[i].kind == FIELD_TEXT)
			r = db_text_copy(stmt, (int)i, at + fields[i].offset,
			    fields[i].size, err);
		else if (fields[i].kind == FIELD_BYTES)
			r = read_bytes(stmt, (int)i, &fields[i], at, err);
		else
			r = read_number(stmt, (int)i, &fields[i],
			    at + fields[i].offset, err);
		if (r < 0) {
			(void)err_prefix(
			    err, "stored column %s", fields[i].column);
			return r;
		}
	}
	return 0;
}

int row_take(struct db_stmt *stmt, const struct field *fields, size_t count,
    void *row, size_t row_size, struct err *err)
{
	void *copy = calloc(1, row_size);
	int r;

	if (!copy) {
		db_done(stmt);
		return err_memory(err);
	}
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no such row");
	if (r > 0)
		r = row_read(stmt, fields, count, copy, err);
	if (r == 0)
		memcpy(row, copy, row_size);
	free(copy);
	db_done(stmt);
	return r;
}
