#include "server/store/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/table_history.h"

/* ---- texts, made once ---- */

static void append_columns(struct buf *sql, const struct table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		buf_printf(sql, "%s%s", i ? ", " : "", table->fields[i].column);
}

static void append_insert(struct buf *sql, const struct table *table)
{
	size_t i;

	buf_printf(sql, "INSERT INTO %s (", table->name);
	append_columns(sql, table);
	buf_append_str(sql, ") VALUES (");
	for (i = 0; i < table->count; i++)
		buf_printf(sql, "%s$%zu", i ? ", " : "", i + 1);
	buf_append_char(sql, ')');
}

static bool may_change(const struct table *table, const char *column)
{
	char word[80];

	if (strcmp(column, "id") == 0 || strcmp(column, "org_id") == 0)
		return false;
	if (!table->changing)
		return true;
	(void)snprintf(word, sizeof(word), " %s ", column);
	return strstr(table->changing, word);
}

static void append_save(struct buf *sql, const struct table *table)
{
	const char *column;
	const char *between = "";
	size_t i;

	append_insert(sql, table);
	buf_append_str(sql, " ON CONFLICT (id) DO UPDATE SET ");
	for (i = 0; i < table->count; i++) {
		column = table->fields[i].column;
		if (!may_change(table, column))
			continue;
		buf_printf(sql, "%s%s = excluded.%s", between, column, column);
		between = ", ";
	}
	between = " WHERE ";
	for (i = 0; i < table->count; i++) {
		column = table->fields[i].column;
		if (may_change(table, column))
			continue;
		buf_printf(sql, "%s%s.%s = excluded.%s", between, table->name,
		    column, column);
		between = " AND ";
	}
}

static void append_select(struct buf *sql, const struct table *table)
{
	buf_append_str(sql, "SELECT ");
	append_columns(sql, table);
	buf_printf(sql, " FROM %s ", table->name);
}

/* Two threads may make it at once: the first one's stays. */
static const char *publish(
    struct buf *sql, _Atomic(char *) *where, struct err *err)
{
	char *none = NULL;
	char *made;
	size_t len;

	if (buf_check(sql, err) < 0) {
		buf_clear(sql);
		return NULL;
	}
	made = (char *)buf_take(sql, &len);
	if (atomic_compare_exchange_strong(where, &none, made))
		return made;
	free(made);
	return none;
}

static const char *text_of(struct table *table,
    void (*append)(struct buf *, const struct table *), const char *rest,
    _Atomic(char *) *where, struct err *err)
{
	const char *made = atomic_load(where);
	struct buf sql = {0};

	if (made)
		return made;
	append(&sql, table);
	buf_append_str(&sql, rest);
	return publish(&sql, where, err);
}

/* ---- saving ---- */

static int bind_and_run(struct txn *txn, const struct table *table,
    const char *sql, const void *row, int64_t *changes, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, table->fields, table->count, row);
	r = db_run(stmt, changes, err);
	if (r == -(int)ERR_CONFLICT)
		(void)err_prefix(err, "the %s cannot be saved", table->word);
	return r;
}

int table_insert(
    struct txn *txn, struct table *table, const void *row, struct err *err)
{
	const char *sql =
	    text_of(table, append_insert, "", &table->insert_sql, err);

	if (!sql)
		return -(int)ERR_MEMORY;
	return bind_and_run(txn, table, sql, row, NULL, err);
}

int table_save(
    struct txn *txn, struct table *table, const void *row, struct err *err)
{
	const char *sql =
	    text_of(table, append_save, "", &table->save_sql, err);
	int64_t changes = 0;
	int r = 0;

	if (!sql)
		return -(int)ERR_MEMORY;
	if (table->keeps_history)
		r = table_keep_history(txn, table, row, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = bind_and_run(txn, table, sql, row, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(err, ERR_CONFLICT,
		    table->changing ? "what the %s is about does not change"
		                    : "the %s belongs to another organisation",
		    table->word);
	return r;
}

/* ---- asking ---- */

void values_bind(struct db_stmt *stmt, const struct value *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (values[i].text)
			db_bind_text(stmt, (int)i + 1, values[i].text);
		else
			db_bind_int64(stmt, (int)i + 1, values[i].number);
	}
}

int values_run(struct txn *txn, const char *sql, const struct value *values,
    size_t count, int64_t *changes, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, values, count);
	return db_run(stmt, changes, err);
}

int values_numbers(struct txn *txn, const char *sql, const struct value *values,
    size_t count, int64_t *out, int columns, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);
	int i;

	if (r < 0)
		return r;
	values_bind(stmt, values, count);
	r = db_step(stmt, err);
	for (i = 0; r > 0 && i < columns; i++)
		out[i] = db_int64(stmt, i);
	db_done(stmt);
	return r < 0 ? r : 0;
}

static int prepare(struct txn *txn, struct query *query,
    const struct value *values, size_t count, struct db_stmt **out,
    struct err *err)
{
	const char *sql =
	    text_of(query->table, append_select, query->rest, &query->sql, err);
	int r = sql ? db_prepare(txn->db, sql, out, err) : -(int)ERR_MEMORY;

	if (r == 0)
		values_bind(*out, values, count);
	return r;
}

static int not_found(int r, const struct table *table, struct err *err)
{
	if (r == -(int)ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such %s", table->word);
	return r;
}

int query_take(struct txn *txn, struct query *query, const struct value *values,
    size_t count, void *out, struct err *err)
{
	const struct table *table = query->table;
	struct db_stmt *stmt;
	int r = prepare(txn, query, values, count, &stmt, err);

	if (r == 0)
		r = row_take(stmt, table->fields, table->count, out,
		    table->row_size, err);
	return not_found(r, table, err);
}

int table_load(struct txn *txn, struct table *table, const char *org_id,
    const char *id, void *out, struct err *err)
{
	const char *sql = text_of(table, append_select,
	    "WHERE org_id = $1 AND id = $2", &table->load_sql, err);
	struct db_stmt *stmt;
	int r = sql ? db_prepare(txn->db, sql, &stmt, err) : -(int)ERR_MEMORY;

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, id);
	r = row_take(
	    stmt, table->fields, table->count, out, table->row_size, err);
	return not_found(r, table, err);
}

int query_only(struct txn *txn, struct query *query, const struct value *values,
    size_t count, void *out, struct err *err)
{
	const struct table *table = query->table;
	void *row = calloc(1, table->row_size);
	struct cursor cursor = {0};
	int r = row ? cursor_open(txn, query, values, count, &cursor, err)
	            : err_memory(err);

	if (r == 0)
		r = cursor_next(&cursor, row, err);
	if (r == 0 && cursor.stmt)
		r = err_set(err, ERR_NOT_FOUND, "no such %s", table->word);
	if (r > 0)
		r = db_step(cursor.stmt, err);
	if (r > 0)
		r = err_set(err, ERR_CONFLICT,
		    "there are several: name the %s by its id", table->word);
	else if (r == 0)
		memcpy(out, row, table->row_size);
	cursor_close(&cursor);
	free(row);
	return r;
}

int cursor_open(struct txn *txn, struct query *query,
    const struct value *values, size_t count, struct cursor *out,
    struct err *err)
{
	out->table = query->table;
	out->stmt = NULL;
	return prepare(txn, query, values, count, &out->stmt, err);
}

int cursor_next(struct cursor *cursor, void *row, struct err *err)
{
	int r = db_step(cursor->stmt, err);

	if (r <= 0)
		return r;
	r = row_read(cursor->stmt, cursor->table->fields, cursor->table->count,
	    row, err);
	return r < 0 ? r : 1;
}

void cursor_close(struct cursor *cursor)
{
	db_done(cursor->stmt);
	cursor->stmt = NULL;
}
