/*
 * row: a plain struct as columns, by a table of its fields. The order of the
 * table is the order of the parameters and of the columns. Nothing is cut: a
 * value that does not fit its field is -ERR_INTERNAL.
 */
#ifndef SERVER_STORE_ROW_H
#define SERVER_STORE_ROW_H

#include <stddef.h>
#include <stdint.h>

struct db_stmt;
struct err;

enum field_kind {
	FIELD_TEXT,  /* char[size], NUL-terminated */
	FIELD_INT64, /* int64_t */
	FIELD_INT,   /* int */
	FIELD_ENUM,  /* enum, 0 … max */
	FIELD_BOOL,  /* bool */
	FIELD_BYTES, /* uint8_t[size], its length a size_t at len_offset */
};

struct field {
	const char *column; /* for the sentence of an error */
	size_t offset;
	size_t size;
	size_t len_offset;
	enum field_kind kind;
	int max;
};

#define ROW_SIZE(type, member) sizeof(((type *)NULL)->member)
/* clang-format off */
#define ROW_FIELD(type, member, kind, len, max)                                \
	{ #member, offsetof(type, member), ROW_SIZE(type, member), len, kind,  \
	    max }
/* clang-format on */
#define ROW_TEXT(type, member) ROW_FIELD(type, member, FIELD_TEXT, 0, 0)
#define ROW_INT64(type, member) ROW_FIELD(type, member, FIELD_INT64, 0, 0)
#define ROW_INT(type, member) ROW_FIELD(type, member, FIELD_INT, 0, 0)
#define ROW_ENUM(type, member, max) ROW_FIELD(type, member, FIELD_ENUM, 0, max)
#define ROW_BOOL(type, member) ROW_FIELD(type, member, FIELD_BOOL, 0, 0)
#define ROW_BYTES(type, member, len)                                           \
	ROW_FIELD(type, member, FIELD_BYTES, offsetof(type, len), 0)

/* Binds fields to $1 … $count; the row must live until db_done(). */
void row_bind(struct db_stmt *stmt, const struct field *fields, size_t count,
    const void *row);

/*
 * Reads columns 0 … count-1 into row. On failure row may be half written: read
 * into a local and hand it over last.
 */
int row_read(struct db_stmt *stmt, const struct field *fields, size_t count,
    void *row, struct err *err);

/* The one row of a statement and gives it back; -ERR_NOT_FOUND: none. */
int row_take(struct db_stmt *stmt, const struct field *fields, size_t count,
    void *row, size_t row_size, struct err *err);

#endif
