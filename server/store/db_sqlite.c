/*
 * db_sqlite: the SQLite engine. WAL mode, synchronous=FULL: a commit is on disk
 * when it returns (DESIGN invariant 6). Checkpoints are ours alone: an
 * automatic one inside a commit was measured to cost 25 ms at the 99th percent.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/store/db_engine.h"

/* The writer stands still while it waits to start the log over. */
#define CHECKPOINT_BUSY_MS 20

/* A log that once grew larger is cut back to this when it starts over. */
#define LOG_KEEP_BYTES (64 * 1024 * 1024)

/* Largest single value: a profile in a command, an answer, with slack. */
#define SQLITE_VALUE_MAX (16 * 1024 * 1024)

struct sqlite_db {
	struct db base;
	sqlite3 *handle;
	int64_t page_size;
	int64_t log_bytes;
	int busy_ms;
	int cache_kib;     /* as opened */
	int cache_kib_now; /* as it is */
};

struct sqlite_stmt {
	struct db_stmt base;
	sqlite3_stmt *handle;
};

static sqlite3 *handle_of(const struct db *db)
{
	return ((const struct sqlite_db *)db)->handle;
}

static sqlite3_stmt *stmt_of(const struct db_stmt *stmt)
{
	return ((const struct sqlite_stmt *)stmt)->handle;
}

/* ---- errors ---- */

static bool means_full(int cause)
{
	return cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
}

static int last_errno(sqlite3_file *file)
{
	int cause = 0;

	if (file && file->pMethods)
		(void)file->pMethods->xFileControl(
		    file, SQLITE_FCNTL_LAST_ERRNO, &cause);
	return cause;
}

/*
 * A quota and a file size limit are a full disk to us, an I/O error to SQLite.
 * What it tells of errno for a connection is what errno is by then; the files
 * themselves remember.
 */
static bool is_full(sqlite3 *handle)
{
	sqlite3_file *data = NULL;
	sqlite3_file *log = NULL;

	if (!handle)
		return false;
	(void)sqlite3_file_control(
	    handle, "main", SQLITE_FCNTL_FILE_POINTER, &data);
	(void)sqlite3_file_control(
	    handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	return means_full(last_errno(data)) || means_full(last_errno(log)) ||
	    means_full(sqlite3_system_errno(handle));
}

static enum err_code code_of(sqlite3 *handle, int rc)
{
	static const struct {
		int primary;
		enum err_code code;
	} codes[] = {
	    {SQLITE_FULL, ERR_FULL},
	    {SQLITE_BUSY, ERR_BUSY},
	    {SQLITE_LOCKED, ERR_BUSY},
	    {SQLITE_NOMEM, ERR_MEMORY},
	    {SQLITE_CONSTRAINT, ERR_CONFLICT},
	    {SQLITE_TOOBIG, ERR_LIMIT},
	    {SQLITE_IOERR, ERR_IO},
	    {SQLITE_CANTOPEN, ERR_IO},
	    {SQLITE_CORRUPT, ERR_IO},
	    {SQLITE_NOTADB, ERR_IO},
	    {SQLITE_PERM, ERR_IO},
	};
	size_t i;

	if (rc == SQLITE_IOERR_NOMEM)
		return ERR_MEMORY;
	/* A number or a NULL out of its range is a fault of ours. */
	if (rc == SQLITE_CONSTRAINT_CHECK || rc == SQLITE_CONSTRAINT_NOTNULL ||
	    rc == SQLITE_CONSTRAINT_DATATYPE)
		return ERR_INTERNAL;
	if ((rc & 0xff) == SQLITE_IOERR && is_full(handle))
		return ERR_FULL;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if ((rc & 0xff) == codes[i].primary)
			return codes[i].code;
	return ERR_INTERNAL;
}

/* SQLite's sentences name tables and columns, never values. */
static int fail(sqlite3 *handle, int rc, struct err *err)
{
	return err_set(err, code_of(handle, rc), "database: %s (%d)",
	    handle ? sqlite3_errmsg(handle) : sqlite3_errstr(rc), rc);
}

/* ---- opening ---- */

static void configure_library(void)
{
	/* Counting its memory takes a lock at every allocation. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_initialize();
}

/* Person data lies in it: the owner's alone. The log gets the same mode. */
static int make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set(err, ERR_IO, "cannot make the database %s: %s",
		    path, strerror(errno));
	(void)close(fd);
	return 0;
}

static int query_int(struct sqlite_db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int on_commit(void *arg, sqlite3 *handle, const char *name, int pages)
{
	struct sqlite_db *db = arg;

	(void)handle;
	(void)name;
	db->log_bytes = pages * db->page_size;
	return SQLITE_OK;
}

/* Nothing written in the file itself may act: no triggers, no odd schema. */
static int harden(sqlite3 *handle)
{
	static const struct {
		int option;
		int on;
	} options[] = {
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
	    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	    {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0},
	};
	size_t i;
	int rc;

	(void)sqlite3_extended_result_codes(handle, 1);
	(void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, SQLITE_VALUE_MAX);
	(void)sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		rc = sqlite3_db_config(
		    handle, options[i].option, options[i].on, (int *)NULL);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

/*
 * temp_store: the undo copies of a savepoint stay in memory. secure_delete:
 * what is purged about a person is gone from the file too.
 */
static int tune(struct sqlite_db *db, const struct db_config *config)
{
	char text[320];
	int rc;

	(void)snprintf(text, sizeof(text),
	    "PRAGMA temp_store=MEMORY;PRAGMA cell_size_check=ON;"
	    "PRAGMA mmap_size=0;PRAGMA cache_size=-%d;"
	    "PRAGMA journal_size_limit=%d;%s",
	    config->cache_kib, LOG_KEEP_BYTES,
	    config->mode == DB_READ
	        ? "PRAGMA query_only=ON;"
	        : "PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
	          "PRAGMA secure_delete=ON;");
	(void)sqlite3_busy_timeout(db->handle, config->busy_ms);
	rc = harden(db->handle);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->handle, text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = query_int(db, "PRAGMA page_size", &db->page_size);
	if (rc == SQLITE_OK && config->mode != DB_READ)
		(void)sqlite3_wal_hook(db->handle, on_commit, db);
	return rc;
}

static int use_wal(struct sqlite_db *db, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const unsigned char *mode = NULL;
	int rc;

	rc = sqlite3_prepare_v2(
	    db->handle, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		mode = sqlite3_column_text(stmt, 0);
	if (rc == SQLITE_ROW && mode && strcmp((const char *)mode, "wal") == 0)
		rc = SQLITE_OK;
	else if (rc == SQLITE_ROW)
		rc = SQLITE_PROTOCOL;
	(void)sqlite3_finalize(stmt);
	if (rc == SQLITE_PROTOCOL)
		return err_set(err, ERR_IO,
		    "the database's file system cannot keep a write-ahead log");
	return rc == SQLITE_OK ? 0 : fail(db->handle, rc, err);
}

static void sqlite_close(struct db *base)
{
	struct sqlite_db *db = (struct sqlite_db *)base;

	(void)sqlite3_close_v2(db->handle);
	free(db);
}

static int sqlite_open(
    const struct db_config *config, struct db **out, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite_db *db;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int r = 0;
	int rc;

	(void)pthread_once(&once, configure_library);
	if (config->mode == DB_CREATE)
		r = make_file(config->path, err);
	if (r < 0)
		return r;
	db = calloc(1, sizeof(*db));
	if (!db)
		return err_memory(err);
	db->base.engine = &db_engine_sqlite;
	db->busy_ms = config->busy_ms;
	db->cache_kib = config->cache_kib;
	db->cache_kib_now = config->cache_kib;
	flags |= config->mode == DB_READ ? SQLITE_OPEN_READONLY
	                                 : SQLITE_OPEN_READWRITE;
	rc = sqlite3_open_v2(config->path, &db->handle, flags, NULL);
	if (rc == SQLITE_OK)
		rc = tune(db, config);
	if (rc != SQLITE_OK)
		r = fail(db->handle, rc, err);
	if (r == 0 && config->mode != DB_READ)
		r = use_wal(db, err);
	if (r < 0) {
		(void)err_prefix(err, "%s", config->path);
		sqlite_close(&db->base);
		return r;
	}
	*out = &db->base;
	return 0;
}

/* ---- statements ---- */

static int sqlite_run(struct db *db, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(handle_of(db), sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(handle_of(db), rc, err);
}

static int sqlite_prepare(
    struct db *db, const char *sql, struct db_stmt **out, struct err *err)
{
	struct sqlite_stmt *stmt = calloc(1, sizeof(*stmt));
	int rc;

	if (!stmt)
		return err_memory(err);
	rc = sqlite3_prepare_v3(handle_of(db), sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL);
	if (rc != SQLITE_OK || !stmt->handle) {
		free(stmt);
		return fail(handle_of(db), rc, err);
	}
	*out = &stmt->base;
	return 0;
}

static void sqlite_finalize(struct db_stmt *stmt)
{
	(void)sqlite3_finalize(stmt_of(stmt));
	free(stmt);
}

static void sqlite_rewind(struct db_stmt *stmt)
{
	(void)sqlite3_reset(stmt_of(stmt));
	(void)sqlite3_clear_bindings(stmt_of(stmt));
}

static int bound(struct db_stmt *stmt, int rc)
{
	if (rc == SQLITE_OK)
		return 0;
	return -(int)code_of(handle_of(stmt->db), rc);
}

static int sqlite_bind_number(struct db_stmt *stmt, int index, int64_t value)
{
	return bound(stmt, sqlite3_bind_int64(stmt_of(stmt), index, value));
}

static int sqlite_bind_chars(
    struct db_stmt *stmt, int index, const char *text, size_t len)
{
	return bound(stmt,
	    sqlite3_bind_text64(
	        stmt_of(stmt), index, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

static int sqlite_bind_octets(
    struct db_stmt *stmt, int index, const void *data, size_t len)
{
	/* A NULL pointer would be bound as NULL, not as no bytes. */
	return bound(stmt,
	    sqlite3_bind_blob64(
	        stmt_of(stmt), index, len > 0 ? data : "", len, SQLITE_STATIC));
}

static int sqlite_step(struct db_stmt *stmt, struct err *err)
{
	int rc = sqlite3_step(stmt_of(stmt));

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return fail(handle_of(stmt->db), rc, err);
}

static int64_t sqlite_changed(struct db *db)
{
	return sqlite3_changes64(handle_of(db));
}

static int64_t sqlite_number(struct db_stmt *stmt, int index)
{
	return sqlite3_column_int64(stmt_of(stmt), index);
}

static const char *sqlite_chars(struct db_stmt *stmt, int index, size_t *len)
{
	const unsigned char *text = sqlite3_column_text(stmt_of(stmt), index);

	*len = (size_t)sqlite3_column_bytes(stmt_of(stmt), index);
	return (const char *)text;
}

static const uint8_t *sqlite_octets(
    struct db_stmt *stmt, int index, size_t *len)
{
	const uint8_t *data = sqlite3_column_blob(stmt_of(stmt), index);

	*len = (size_t)sqlite3_column_bytes(stmt_of(stmt), index);
	return data;
}

static bool sqlite_is_inside(const struct db *db)
{
	return sqlite3_get_autocommit(handle_of(db)) == 0;
}

/* ---- room in memory ---- */

static void sqlite_cache(struct db *base, int kib)
{
	struct sqlite_db *db = (struct sqlite_db *)base;
	char text[48];

	kib = kib > 0 ? kib : db->cache_kib;
	if (kib == db->cache_kib_now)
		return;
	(void)snprintf(text, sizeof(text), "PRAGMA cache_size=-%d", kib);
	if (sqlite3_exec(db->handle, text, NULL, NULL, NULL) != SQLITE_OK)
		return;
	if (kib < db->cache_kib_now)
		(void)sqlite3_db_release_memory(db->handle);
	db->cache_kib_now = kib;
}

/* ---- the log ---- */

static int64_t sqlite_log(const struct db *db)
{
	return ((const struct sqlite_db *)db)->log_bytes;
}

static int sqlite_bring_in(
    struct db *base, enum db_checkpoint how, struct err *err)
{
	static const int modes[] = {
	    [DB_CHECKPOINT_PASSIVE] = SQLITE_CHECKPOINT_PASSIVE,
	    [DB_CHECKPOINT_RESTART] = SQLITE_CHECKPOINT_RESTART,
	};
	struct sqlite_db *db = (struct sqlite_db *)base;
	int rc;

	(void)sqlite3_busy_timeout(db->handle, CHECKPOINT_BUSY_MS);
	rc = sqlite3_wal_checkpoint_v2(
	    db->handle, "main", modes[how], NULL, NULL);
	(void)sqlite3_busy_timeout(db->handle, db->busy_ms);
	if (rc != SQLITE_OK)
		return fail(db->handle, rc, err);
	if (how != DB_CHECKPOINT_PASSIVE)
		db->log_bytes = 0;
	return 0;
}

const struct db_engine db_engine_sqlite = {
    .name = "sqlite",
    /* STRICT: a text in a number's column is refused, as in PostgreSQL. */
    .dialect = {'?', "INTEGER", "BLOB", " STRICT"},
    .begin_read = "BEGIN",
    .begin_write = "BEGIN IMMEDIATE",
    .find_table = "SELECT count(*) FROM sqlite_schema"
                  " WHERE type = 'table' AND name LIKE $1",
    .open = sqlite_open,
    .close = sqlite_close,
    .exec = sqlite_run,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .reset = sqlite_rewind,
    .bind_int64 = sqlite_bind_number,
    .bind_text = sqlite_bind_chars,
    .bind_bytes = sqlite_bind_octets,
    .step = sqlite_step,
    .changes = sqlite_changed,
    .int64 = sqlite_number,
    .text = sqlite_chars,
    .bytes = sqlite_octets,
    .in_transaction = sqlite_is_inside,
    .cache = sqlite_cache,
    .checkpoint = sqlite_bring_in,
    .log_bytes = sqlite_log,
};
