#include "server/store/schema.h"

#include <limits.h>
#include <stdbool.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/sql.h"

static const char version_table[] = "CREATE TABLE schema_version ("
                                    " number {bigint} PRIMARY KEY,"
                                    " name TEXT NOT NULL);";

int schema_latest(void)
{
	return schema_steps[schema_step_count - 1].number;
}

int schema_version_load(struct db *db, int *out, struct err *err)
{
	struct db_stmt *stmt = NULL;
	bool there = false;
	int64_t number = 0;
	int r = db_has_table(db, "schema_version", &there, err);

	if (r == 0 && there)
		r = db_prepare(db,
		    "SELECT coalesce(max(number), 0) FROM schema_version",
		    &stmt, err);
	if (r == 0 && stmt)
		r = db_step(stmt, err);
	if (r > 0)
		number = db_int64(stmt, 0);
	db_done(stmt);
	if (r < 0)
		return r;
	if (number < 0 || number > INT_MAX)
		return err_set(err, ERR_CONFLICT,
		    "the database has no schema number of ours");
	*out = (int)number;
	return 0;
}

/* Every statement of a script, in the engine's words. */
static int run_script(struct db *db, const char *sql, struct err *err)
{
	struct buf text = {0};
	int r;

	while ((r = sql_statement_next(db_dialect(db), &sql, &text, err)) > 0) {
		r = db_exec(db, (const char *)text.data, err);
		if (r < 0)
			break;
		buf_reset(&text);
	}
	buf_clear(&text);
	return r;
}

static int note_step(
    struct db *db, const struct schema_step *step, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(db,
	    "INSERT INTO schema_version (number, name) VALUES ($1, $2)", &stmt,
	    err);

	if (r < 0)
		return r;
	db_bind_int64(stmt, 1, step->number);
	db_bind_text(stmt, 2, step->name);
	return db_run(stmt, NULL, err);
}

/* Looks again inside the transaction: another migration may run beside us. */
static int run_step(struct db *db, const struct schema_step *step, int *version,
    struct err *err)
{
	int r = db_begin_write(db, err);

	if (r < 0)
		return r;
	r = schema_version_load(db, version, err);
	if (r == 0 && *version < step->number) {
		if (*version == 0)
			r = run_script(db, version_table, err);
		if (r == 0)
			r = run_script(db, step->sql, err);
		if (r == 0)
			r = note_step(db, step, err);
		if (r == 0)
			*version = step->number;
	}
	if (r == 0)
		r = db_commit(db, err);
	if (r < 0) {
		db_rollback(db);
		(void)err_prefix(
		    err, "schema %04d_%s", step->number, step->name);
	}
	return r;
}

/* An empty file, or one with our table of versions. */
static int check_ours(struct db *db, struct err *err)
{
	bool ours = false;
	bool any = false;
	int r = db_has_table(db, "schema_version", &ours, err);

	if (r == 0 && !ours)
		r = db_has_table(db, "%", &any, err);
	if (r == 0 && any)
		return err_set(err, ERR_CONFLICT,
		    "the file is a database of something else");
	return r;
}

int schema_upgrade(struct db *db, int *from, int *to, struct err *err)
{
	int version = 0;
	int start;
	size_t i;
	int r = check_ours(db, err);

	if (r == 0)
		r = schema_version_load(db, &version, err);
	if (r < 0)
		return r;
	if (version > schema_latest())
		return err_set(err, ERR_CONFLICT,
		    "the database has schema %d, this program knows up to %d: "
		    "use the newer program",
		    version, schema_latest());
	start = version;
	for (i = 0; i < schema_step_count; i++) {
		if (schema_steps[i].number <= version)
			continue;
		r = run_step(db, &schema_steps[i], &version, err);
		if (r < 0)
			return r;
	}
	*from = start;
	*to = version;
	return 0;
}
