/*
 * sql: the one SQL text in each engine's words. Pure text work: placeholders,
 * and a migration cut into statements. It knows nothing of connections.
 */
#ifndef SERVER_STORE_SQL_H
#define SERVER_STORE_SQL_H

struct buf;
struct err;

/* What an engine calls things. */
struct sql_dialect {
	char placeholder;     /* '$', or '?' : SQLite takes $2 as a name */
	const char *bigint;   /* for {bigint} */
	const char *bytes;    /* for {bytes} */
	const char *of_table; /* put behind CREATE TABLE (…), e.g. " STRICT" */
};

/*
 * Appends sql with $1… in the engine's way, leaving quoted text alone.
 * -ERR_INVALID: a $ without a number.
 */
int sql_placeholders(const struct sql_dialect *dialect, const char *sql,
    struct buf *out, struct err *err);

/*
 * Appends the next statement of a script at *at, without its semicolon and
 * without comments, and moves *at behind it. 1: a statement; 0: the end;
 * -ERR_INVALID: an unknown {word} or an open quote.
 */
int sql_statement_next(const struct sql_dialect *dialect, const char **at,
    struct buf *out, struct err *err);

/* Appends "%text%" for LIKE … ESCAPE '\\', with LIKE's own signs made plain. */
int sql_like_pattern(const char *text, struct buf *out, struct err *err);

#endif
