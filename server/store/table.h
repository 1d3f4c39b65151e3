/*
 * table: save, find and walk rows whose SQL follows from a table of fields, so
 * that each is written once. The texts are made at first use and kept: the
 * cache of statements knows a text by its address. Internal to the store.
 */
#ifndef SERVER_STORE_TABLE_H
#define SERVER_STORE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

struct err;

struct table {
	const char *name; /* "people" */
	const char *word; /* "person": for sentences and the history */
	const struct field *fields;
	size_t count;
	size_t row_size;
	/* The columns a save may change, each with a blank before and behind;
	 * NULL: all but id and org_id. */
	const char *changing;
	/* Has changed_at and changed_by; what it was is kept. */
	bool keeps_history;
	_Atomic(char *) save_sql;
	_Atomic(char *) insert_sql;
	_Atomic(char *) load_sql;
};
#define TABLE(row, fields_of)                                                  \
	.fields = (fields_of),                                                 \
	.count = sizeof(fields_of) / sizeof((fields_of)[0]),                   \
	.row_size = sizeof(row)

/* SELECT all its columns FROM the table and then rest. */
struct query {
	struct table *table;
	const char *rest; /* "WHERE org_id = $1 …" */
	_Atomic(char *) sql;
};

struct value {
	const char *text; /* NULL: the number counts */
	int64_t number;
};
#define TEXT(of)                                                               \
	{                                                                      \
		.text = (of)                                                   \
	}
#define NUMBER(of)                                                             \
	{                                                                      \
		.number = (of)                                                 \
	}
/* limit 0: all */
#define LIMITED(of)                                                            \
	{                                                                      \
		.number = (of) > 0 ? (of) : INT64_MAX                          \
	}
#define VALUES(...)                                                            \
	(const struct value[]){__VA_ARGS__},                                   \
	    sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

/*
 * Inserts, or replaces the row with the same id, of the same organisation and,
 * where the table names what may change, alike in all else; -ERR_CONFLICT.
 */
int table_save(
    struct txn *txn, struct table *table, const void *row, struct err *err);
/* -ERR_CONFLICT: there is one with this key. */
int table_insert(
    struct txn *txn, struct table *table, const void *row, struct err *err);
/* By org_id and id. */
int table_load(struct txn *txn, struct table *table, const char *org_id,
    const char *id, void *out, struct err *err);

/* The first row; -ERR_NOT_FOUND. */
int query_take(struct txn *txn, struct query *query, const struct value *values,
    size_t count, void *out, struct err *err);
/* The only row; -ERR_NOT_FOUND, -ERR_CONFLICT: there are several. */
int query_only(struct txn *txn, struct query *query, const struct value *values,
    size_t count, void *out, struct err *err);

struct cursor {
	const struct table *table;
	struct db_stmt *stmt;
};
int cursor_open(struct txn *txn, struct query *query,
    const struct value *values, size_t count, struct cursor *out,
    struct err *err);
/* 1: a row; 0: the end; negative: an error. */
int cursor_next(struct cursor *cursor, void *row, struct err *err);
void cursor_close(struct cursor *cursor);

/* Binds to $1 … of a statement written by hand. */
void values_bind(
    struct db_stmt *stmt, const struct value *values, size_t count);
/* A statement written by hand that changes rows; changes NULL: no matter how
 * many. */
int values_run(struct txn *txn, const char *sql, const struct value *values,
    size_t count, int64_t *changes, struct err *err);
/* One written by hand that answers with one row of `columns` numbers. */
int values_numbers(struct txn *txn, const char *sql, const struct value *values,
    size_t count, int64_t *out, int columns, struct err *err);

/* Defines `each`, which walks rows of one type and calls fn for each. */
#define DEFINE_EACH(each, row_type, fn_type)                                   \
	static int each(struct txn *txn, struct query *query,                  \
	    const struct value *values, size_t count, fn_type *fn, void *arg,  \
	    struct err *err)                                                   \
	{                                                                      \
		row_type row = {0};                                            \
		struct cursor cursor;                                          \
		int r = cursor_open(txn, query, values, count, &cursor, err);  \
                                                                               \
		if (r < 0)                                                     \
			return r;                                              \
		while ((r = cursor_next(&cursor, &row, err)) > 0)              \
			if ((r = fn(arg, &row)) != 0)                          \
				break;                                         \
		cursor_close(&cursor);                                         \
		return r;                                                      \
	}

#endif
