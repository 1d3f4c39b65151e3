/*
 * db_engine: what a database engine must offer. Only db.c and the engines
 * include it. An engine's own structs begin with the two below.
 */
#ifndef SERVER_STORE_DB_ENGINE_H
#define SERVER_STORE_DB_ENGINE_H

#include "server/store/db.h"
#include "server/store/sql.h"

/* Statements kept per connection; the store has about 60 texts. */
#define DB_CACHE_SLOTS 256

struct db_engine {
	const char *name;
	struct sql_dialect dialect;
	const char *begin_read;
	const char *begin_write;
	const char *find_table; /* counts tables LIKE $1 */
	int (*open)(
	    const struct db_config *config, struct db **out, struct err *err);
	void (*close)(struct db *db);
	int (*exec)(struct db *db, const char *sql, struct err *err);
	/* sql is in the engine's own words. */
	int (*prepare)(struct db *db, const char *sql, struct db_stmt **out,
	    struct err *err);
	void (*finalize)(struct db_stmt *stmt);
	void (*reset)(struct db_stmt *stmt);
	int (*bind_int64)(struct db_stmt *stmt, int index, int64_t value);
	int (*bind_text)(
	    struct db_stmt *stmt, int index, const char *text, size_t len);
	int (*bind_bytes)(
	    struct db_stmt *stmt, int index, const void *data, size_t len);
	int (*step)(struct db_stmt *stmt, struct err *err);
	int64_t (*changes)(struct db *db);
	int64_t (*int64)(struct db_stmt *stmt, int index);
	const char *(*text)(struct db_stmt *stmt, int index, size_t *len);
	const uint8_t *(*bytes)(struct db_stmt *stmt, int index, size_t *len);
	bool (*in_transaction)(const struct db *db);
	void (*cache)(struct db *db, int kib); /* NULL: there is none */
	/* NULL where there is no log to bring in. */
	int (*checkpoint)(
	    struct db *db, enum db_checkpoint how, struct err *err);
	int64_t (*log_bytes)(const struct db *db);
};

struct db_stmt {
	struct db *db;
	int bind_failed; /* 0, or the negative code of the first failure */
	bool cached;
	bool out; /* handed out, not yet given back */
};

struct db_slot {
	const char *sql; /* the key: its address */
	struct db_stmt *stmt;
};

struct db {
	const struct db_engine *engine;
	struct db_slot slots[DB_CACHE_SLOTS];
	unsigned used;
};

extern const struct db_engine db_engine_sqlite;

#endif
