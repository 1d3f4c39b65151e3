/*
 * db: one connection to a database engine, as thin as it can be: transactions,
 * prepared statements, values in and out. SQL is written once, with $1… ; an
 * engine is a small table of functions (db_engine.h). It knows no domain words.
 *
 * A connection belongs to one thread at a time. Errors of the engine become our
 * codes: full disk ERR_FULL, a violated constraint ERR_CONFLICT, and so on.
 */
#ifndef SERVER_STORE_DB_H
#define SERVER_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_stmt;
struct err;
struct sql_dialect;

enum db_mode {
	DB_READ,   /* refuses every write */
	DB_WRITE,  /* the database must exist */
	DB_CREATE, /* makes it, readable by its owner only */
};

struct db_config {
	const char *path;
	enum db_mode mode;
	int cache_kib; /* pages kept in memory by this connection */
	int busy_ms;   /* how long to wait for another process's lock */
};

int db_open(const struct db_config *config, struct db **out, struct err *err);
/* Takes NULL. Every statement handed out before is gone. */
void db_close(struct db *db);

/* One statement or several without results and without parameters. */
int db_exec(struct db *db, const char *sql, struct err *err);
const struct sql_dialect *db_dialect(const struct db *db);

/* Is there a table of this name? "%": any at all. */
int db_has_table(struct db *db, const char *name, bool *out, struct err *err);

/*
 * Transactions. db_savepoint nests one unit of work inside a transaction;
 * it ends with db_savepoint_end(keep).
 */
int db_begin_read(struct db *db, struct err *err);
int db_begin_write(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
/* Cannot fail in a way that matters: without it the engine undoes as well. */
void db_rollback(struct db *db);
int db_savepoint(struct db *db, struct err *err);
int db_savepoint_end(struct db *db, bool keep, struct err *err);
/* False after the engine gave the whole transaction up by itself. */
bool db_in_transaction(const struct db *db);

/*
 * A ready statement, unbound. sql: a string literal: its address is the key of
 * the cache. Give it back by db_done(); while it is out, preparing the same
 * text makes a second one, so walks may nest.
 */
int db_prepare(
    struct db *db, const char *sql, struct db_stmt **out, struct err *err);
/* Takes NULL. */
void db_done(struct db_stmt *stmt);

/*
 * Parameters count from 1. What is bound is not copied: it must live until
 * db_done(). A failure is kept and comes out of db_step().
 */
void db_bind_int64(struct db_stmt *stmt, int index, int64_t value);
void db_bind_text(struct db_stmt *stmt, int index, const char *text);
void db_bind_text_len(
    struct db_stmt *stmt, int index, const char *text, size_t len);
void db_bind_bytes(
    struct db_stmt *stmt, int index, const void *data, size_t len);
/* Keeps a failure found while binding, e.g. text without an end. */
void db_bind_fail(struct db_stmt *stmt, int code);

/* 1: a row; 0: finished; negative: an error. */
int db_step(struct db_stmt *stmt, struct err *err);
/* Runs a statement without rows and gives it back; NULL for changes is fine. */
int db_run(struct db_stmt *stmt, int64_t *changes, struct err *err);

/* Columns count from 0. Borrowed until the next step; NUL stands behind text. */
int64_t db_int64(struct db_stmt *stmt, int index);
const char *db_text(struct db_stmt *stmt, int index, size_t *len);
const uint8_t *db_bytes(struct db_stmt *stmt, int index, size_t *len);
/* -ERR_INTERNAL when it does not fit, never cut. */
int db_text_copy(
    struct db_stmt *stmt, int index, char *out, size_t size, struct err *err);
/* *out is the caller's to free(); one NUL stands behind it. */
int db_bytes_copy(struct db_stmt *stmt, int index, uint8_t **out,
    size_t *out_len, struct err *err);

/*
 * Room for pages in memory, other than what db_open() was told; 0: that again,
 * and what is over is given back. Does nothing where there is no such thing.
 */
void db_cache(struct db *db, int kib);

/*
 * For engines with a log beside the database. Bytes in it after the last
 * commit of this connection; 0 where there is none.
 */
int64_t db_log_bytes(const struct db *db);
enum db_checkpoint {
	DB_CHECKPOINT_PASSIVE, /* as far as it goes without anybody waiting */
	DB_CHECKPOINT_RESTART, /* writer's thread: the log starts over */
};
/* -ERR_BUSY: readers or another checkpoint are in the way; try later. */
int db_checkpoint(struct db *db, enum db_checkpoint how, struct err *err);

#endif
