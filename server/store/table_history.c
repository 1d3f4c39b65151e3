#include "server/store/table_history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/store_people.h"
#include "server/store/table.h"

static const struct field *field_of(
    const struct table *table, const char *column)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (strcmp(table->fields[i].column, column) == 0)
			return &table->fields[i];
	return NULL;
}

static const char *text_at(
    const struct table *table, const char *column, const void *row)
{
	const struct field *field = field_of(table, column);

	return field ? (const char *)row + field->offset : "";
}

static int64_t number_at(const struct field *field, const void *row)
{
	const char *at = (const char *)row + field->offset;
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

static bool is_about_the_change(const struct field *field)
{
	return strcmp(field->column, "changed_at") == 0 ||
	    strcmp(field->column, "changed_by") == 0;
}

static bool is_alike(const struct table *table, const void *a, const void *b)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < table->count; i++) {
		field = &table->fields[i];
		if (is_about_the_change(field))
			continue;
		if (field->kind == FIELD_TEXT) {
			if (strncmp((const char *)a + field->offset,
			        (const char *)b + field->offset,
			        field->size) != 0)
				return false;
		} else if (number_at(field, a) != number_at(field, b)) {
			return false;
		}
	}
	return true;
}

static void encode(const struct table *table, const void *row, struct buf *out)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < table->count; i++) {
		field = &table->fields[i];
		buf_printf(out, "%s\"%s\":", i ? "," : "{", field->column);
		if (field->kind == FIELD_TEXT)
			buf_append_json(out, (const char *)row + field->offset);
		else
			buf_printf(
			    out, "%lld", (long long)number_at(field, row));
	}
	buf_append_char(out, '}');
}

static int append(struct txn *txn, const struct table *table, const void *was,
    const void *row, struct err *err)
{
	const char *by = text_at(table, "changed_by", row);
	int64_t at = number_at(field_of(table, "changed_at"), row);
	struct buf json = {0};
	struct db_stmt *stmt;
	int r;

	encode(table, was, &json);
	r = buf_check(&json, err);
	if (r == 0)
		r = db_prepare(txn->db,
		    "INSERT INTO ledger_history (org_id, row_id, number, kind,"
		    " changed_at, changed_by, was) VALUES ($1, $2, 1 +"
		    " (SELECT coalesce(max(number), 0) FROM ledger_history"
		    " WHERE org_id = $1 AND row_id = $2), $3, $4, $5, $6)",
		    &stmt, err);
	if (r == 0) {
		values_bind(stmt,
		    VALUES(TEXT(text_at(table, "org_id", row)),
		        TEXT(text_at(table, "id", row)), TEXT(table->word),
		        NUMBER(at), TEXT(by), TEXT((const char *)json.data)));
		r = db_run(stmt, NULL, err);
	}
	buf_clear(&json);
	return r;
}

int table_keep_history(
    struct txn *txn, struct table *table, const void *row, struct err *err)
{
	void *was = calloc(1, table->row_size);
	struct err ignored = {0};
	int r;

	if (!was)
		return err_memory(err);
	r = table_load(txn, table, text_at(table, "org_id", row),
	    text_at(table, "id", row), was, &ignored);
	if (r == -(int)ERR_NOT_FOUND)
		r = 0;
	else if (r < 0)
		r = err_set(err, ignored.code, "%s", ignored.text);
	else if (is_alike(table, was, row))
		r = 1;
	else
		r = append(txn, table, was, row, err);
	free(was);
	return r;
}

static const struct field fields[] = {
    ROW_TEXT(struct history_row, row_id),
    ROW_INT64(struct history_row, number),
    ROW_TEXT(struct history_row, kind),
    ROW_INT64(struct history_row, changed_at),
    ROW_TEXT(struct history_row, changed_by),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

int store_history_each(struct txn *txn, const char *org_id, const char *row_id,
    store_history_fn *fn, void *arg, struct err *err)
{
	struct history_row row = {0};
	struct db_stmt *stmt;
	size_t len;
	int r = db_prepare(txn->db,
	    "SELECT row_id, number, kind, changed_at, changed_by, was"
	    " FROM ledger_history WHERE org_id = $1 AND row_id = $2"
	    " ORDER BY number",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(row_id)));
	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		row.was = db_text(stmt, FIELDS, &len);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}
