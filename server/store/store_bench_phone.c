#include "server/store/store_bench.h"

#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct bench_phone, org_id),
    ROW_TEXT(struct bench_phone, udid),
    ROW_TEXT(struct bench_phone, serial),
    ROW_TEXT(struct bench_phone, station_id),
    ROW_TEXT(struct bench_phone, port),
    ROW_TEXT(struct bench_phone, mode),
    ROW_BOOL(struct bench_phone, is_attached),
    ROW_INT64(struct bench_phone, seen_at),
    ROW_INT64(struct bench_phone, facts_at),
    ROW_TEXT(struct bench_phone, facts),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"org_id, udid, serial, station_id, port, mode, "                       \
	"is_attached, seen_at, facts_at, facts"

int store_bench_phone_save(
    struct txn *txn, const struct bench_phone *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO bench_phones (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
	    " ON CONFLICT (org_id, udid) DO UPDATE SET"
	    " serial = excluded.serial, "
	    "station_id = excluded.station_id, port = excluded.port, "
	    "mode = excluded.mode, is_attached = excluded.is_attached, "
	    "seen_at = excluded.seen_at, facts_at = excluded.facts_at, "
	    "facts = excluded.facts",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

int store_bench_phone_load(struct txn *txn, const char *org_id,
    const char *udid, struct bench_phone *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM bench_phones WHERE org_id = $1"
	    " AND udid = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, udid);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

static int walk(
    struct db_stmt *stmt, store_bench_phone_fn *fn, void *arg, struct err *err)
{
	struct bench_phone *row = calloc(1, sizeof(*row));
	int r = row ? 0 : err_memory(err);

	while (r == 0 && (r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, row, err);
		if (r == 0)
			r = fn(arg, row);
	}
	free(row);
	db_done(stmt);
	return r;
}

int store_bench_phone_each(struct txn *txn, const char *org_id,
    store_bench_phone_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM bench_phones WHERE org_id = $1"
	    " ORDER BY is_attached DESC, serial, udid",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return walk(stmt, fn, arg, err);
}
