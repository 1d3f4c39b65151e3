#include "server/store/db.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/db_engine.h"

int db_open(const struct db_config *config, struct db **out, struct err *err)
{
	return db_engine_sqlite.open(config, out, err);
}

void db_close(struct db *db)
{
	size_t i;

	if (!db)
		return;
	for (i = 0; i < DB_CACHE_SLOTS; i++)
		if (db->slots[i].stmt)
			db->engine->finalize(db->slots[i].stmt);
	db->engine->close(db);
}

int db_exec(struct db *db, const char *sql, struct err *err)
{
	return db->engine->exec(db, sql, err);
}

const struct sql_dialect *db_dialect(const struct db *db)
{
	return &db->engine->dialect;
}

int db_has_table(struct db *db, const char *name, bool *out, struct err *err)
{
	struct db_stmt *stmt = NULL;
	int r = db_prepare(db, db->engine->find_table, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, name);
	r = db_step(stmt, err);
	if (r > 0)
		*out = db_int64(stmt, 0) > 0;
	db_done(stmt);
	return r < 0 ? r : 0;
}

static int run_text(struct db *db, const char *sql, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(db, sql, &stmt, err);

	return r < 0 ? r : db_run(stmt, NULL, err);
}

int db_begin_read(struct db *db, struct err *err)
{
	return run_text(db, db->engine->begin_read, err);
}

int db_begin_write(struct db *db, struct err *err)
{
	return run_text(db, db->engine->begin_write, err);
}

int db_commit(struct db *db, struct err *err)
{
	return run_text(db, "COMMIT", err);
}

void db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		(void)run_text(db, "ROLLBACK", NULL);
}

int db_savepoint(struct db *db, struct err *err)
{
	return run_text(db, "SAVEPOINT unit", err);
}

int db_savepoint_end(struct db *db, bool keep, struct err *err)
{
	int r;

	if (!keep) {
		r = run_text(db, "ROLLBACK TO unit", err);
		if (r < 0)
			return r;
	}
	return run_text(db, "RELEASE unit", err);
}

bool db_in_transaction(const struct db *db)
{
	return db->engine->in_transaction(db);
}

/* ---- statements ---- */

static unsigned slot_of(const char *sql)
{
	uintptr_t key = (uintptr_t)sql;

	return (unsigned)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) %
	    DB_CACHE_SLOTS;
}

/* The slot of the text, or the free one where it belongs. */
static struct db_slot *find_slot(struct db *db, const char *sql)
{
	unsigned i = slot_of(sql);

	while (db->slots[i].sql && db->slots[i].sql != sql)
		i = (i + 1) % DB_CACHE_SLOTS;
	return &db->slots[i];
}

static int compile(
    struct db *db, const char *sql, struct db_stmt **out, struct err *err)
{
	struct buf text = {0};
	int r = sql_placeholders(&db->engine->dialect, sql, &text, err);

	if (r == 0)
		r = db->engine->prepare(db, (const char *)text.data, out, err);
	buf_clear(&text);
	return r;
}

int db_prepare(
    struct db *db, const char *sql, struct db_stmt **out, struct err *err)
{
	struct db_slot *slot = find_slot(db, sql);
	struct db_stmt *stmt = slot->stmt;
	int r;

	if (!stmt || stmt->out) {
		r = compile(db, sql, &stmt, err);
		if (r < 0)
			return r;
		stmt->db = db;
		/* One slot stays free, or a search would never end. */
		if (!slot->stmt && db->used < DB_CACHE_SLOTS - 1) {
			slot->sql = sql;
			slot->stmt = stmt;
			stmt->cached = true;
			db->used++;
		}
	}
	stmt->out = true;
	stmt->bind_failed = 0;
	*out = stmt;
	return 0;
}

void db_done(struct db_stmt *stmt)
{
	if (!stmt)
		return;
	if (!stmt->cached) {
		stmt->db->engine->finalize(stmt);
		return;
	}
	stmt->db->engine->reset(stmt);
	stmt->out = false;
}

void db_bind_fail(struct db_stmt *stmt, int code)
{
	if (stmt->bind_failed == 0)
		stmt->bind_failed = code;
}

void db_bind_int64(struct db_stmt *stmt, int index, int64_t value)
{
	int r = stmt->db->engine->bind_int64(stmt, index, value);

	if (r < 0)
		db_bind_fail(stmt, r);
}

void db_bind_text_len(
    struct db_stmt *stmt, int index, const char *text, size_t len)
{
	int r = stmt->db->engine->bind_text(stmt, index, text, len);

	if (r < 0)
		db_bind_fail(stmt, r);
}

void db_bind_text(struct db_stmt *stmt, int index, const char *text)
{
	db_bind_text_len(stmt, index, text, strlen(text));
}

void db_bind_bytes(
    struct db_stmt *stmt, int index, const void *data, size_t len)
{
	int r = stmt->db->engine->bind_bytes(stmt, index, data, len);

	if (r < 0)
		db_bind_fail(stmt, r);
}

int db_step(struct db_stmt *stmt, struct err *err)
{
	if (stmt->bind_failed < 0)
		return err_set(err, (enum err_code)(-stmt->bind_failed),
		    "a value could not be given to the database");
	return stmt->db->engine->step(stmt, err);
}

int db_run(struct db_stmt *stmt, int64_t *changes, struct err *err)
{
	struct db *db = stmt->db;
	int r;

	do {
		r = db_step(stmt, err);
	} while (r > 0);
	if (r == 0 && changes)
		*changes = db->engine->changes(db);
	db_done(stmt);
	return r;
}

/* ---- columns ---- */

int64_t db_int64(struct db_stmt *stmt, int index)
{
	return stmt->db->engine->int64(stmt, index);
}

const char *db_text(struct db_stmt *stmt, int index, size_t *len)
{
	return stmt->db->engine->text(stmt, index, len);
}

const uint8_t *db_bytes(struct db_stmt *stmt, int index, size_t *len)
{
	return stmt->db->engine->bytes(stmt, index, len);
}

int db_text_copy(
    struct db_stmt *stmt, int index, char *out, size_t size, struct err *err)
{
	size_t len;
	const char *text = db_text(stmt, index, &len);

	if (!text)
		return err_memory(err);
	if (len >= size || memchr(text, '\0', len))
		return err_set(err, ERR_INTERNAL,
		    "a stored text of %zu bytes does not fit its field of %zu",
		    len, size);
	memcpy(out, text, len);
	out[len] = '\0';
	return 0;
}

int db_bytes_copy(struct db_stmt *stmt, int index, uint8_t **out,
    size_t *out_len, struct err *err)
{
	size_t len;
	const uint8_t *data = db_bytes(stmt, index, &len);
	uint8_t *copy;

	if (!data && len > 0)
		return err_memory(err);
	copy = malloc(len + 1);
	if (!copy)
		return err_memory(err);
	if (len > 0)
		memcpy(copy, data, len);
	copy[len] = '\0';
	*out = copy;
	*out_len = len;
	return 0;
}

/* ---- room in memory ---- */

void db_cache(struct db *db, int kib)
{
	if (db->engine->cache)
		db->engine->cache(db, kib);
}

/* ---- the log beside the database ---- */

int64_t db_log_bytes(const struct db *db)
{
	return db->engine->log_bytes ? db->engine->log_bytes(db) : 0;
}

int db_checkpoint(struct db *db, enum db_checkpoint how, struct err *err)
{
	if (!db->engine->checkpoint)
		return 0;
	return db->engine->checkpoint(db, how, err);
}
