#include "server/store/store_bench.h"

#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct work_order_row, id),
    ROW_TEXT(struct work_order_row, org_id),
    ROW_INT(struct work_order_row, kind),
    ROW_ENUM(struct work_order_row, state, BENCH_ORDER_STATE_COUNT - 1),
    ROW_TEXT(struct work_order_row, serial),
    ROW_TEXT(struct work_order_row, udid),
    ROW_TEXT(struct work_order_row, device_id),
    ROW_TEXT(struct work_order_row, wipe_id),
    ROW_TEXT(struct work_order_row, link_id),
    ROW_TEXT(struct work_order_row, station_id),
    ROW_BOOL(struct work_order_row, preserve_data_plan),
    ROW_BOOL(struct work_order_row, disallow_proximity_setup),
    ROW_TEXT(struct work_order_row, ordered_by),
    ROW_TEXT(struct work_order_row, reason),
    ROW_TEXT(struct work_order_row, result),
    ROW_INT64(struct work_order_row, created_at),
    ROW_INT64(struct work_order_row, expires_at),
    ROW_INT64(struct work_order_row, handed_at),
    ROW_INT64(struct work_order_row, lease_until),
    ROW_INT64(struct work_order_row, started_at),
    ROW_INT64(struct work_order_row, closed_at),
    ROW_BYTES(struct work_order_row, sealed, sealed_len),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, kind, state, serial, udid, device_id, "                   \
	"wipe_id, link_id, station_id, preserve_data_plan, "                   \
	"disallow_proximity_setup, ordered_by, reason, result, "               \
	"created_at, expires_at, handed_at, lease_until, "                     \
	"started_at, closed_at, sealed"

/* The schema refuses a second open one for a wipe: work_orders_wipe. */
int store_work_order_save(
    struct txn *txn, const struct work_order_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO work_orders (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
	    "$14, $15, $16, $17, $18, $19, $20, $21, $22)"
	    " ON CONFLICT (id) DO UPDATE SET"
	    " org_id = excluded.org_id, kind = excluded.kind, "
	    "state = excluded.state, serial = excluded.serial, "
	    "udid = excluded.udid, device_id = excluded.device_id, "
	    "wipe_id = excluded.wipe_id, link_id = excluded.link_id, "
	    "station_id = excluded.station_id, "
	    "preserve_data_plan = excluded.preserve_data_plan, "
	    "disallow_proximity_setup = excluded.disallow_proximity_setup, "
	    "ordered_by = excluded.ordered_by, "
	    "reason = excluded.reason, result = excluded.result, "
	    "created_at = excluded.created_at, "
	    "expires_at = excluded.expires_at, "
	    "handed_at = excluded.handed_at, "
	    "lease_until = excluded.lease_until, "
	    "started_at = excluded.started_at, "
	    "closed_at = excluded.closed_at, sealed = excluded.sealed",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

static int load_by(struct txn *txn, const char *sql, const char *key,
    struct work_order_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, key);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_work_order_load(struct txn *txn, const char *id,
    struct work_order_row *out, struct err *err)
{
	return load_by(txn, "SELECT " COLUMNS " FROM work_orders WHERE id = $1",
	    id, out, err);
}

static int walk(
    struct db_stmt *stmt, store_work_order_fn *fn, void *arg, struct err *err)
{
	struct work_order_row *row = calloc(1, sizeof(*row));
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

/* state <= 2 names the index. */
int store_work_order_each_open(struct txn *txn, const char *org_id,
    const char *serial, store_work_order_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM work_orders WHERE org_id = $1"
	    " AND serial = $2 AND state <= 2 ORDER BY created_at, id",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, serial);
	return walk(stmt, fn, arg, err);
}

int store_work_order_each_wipe(struct txn *txn, const char *wipe_id,
    store_work_order_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM work_orders WHERE wipe_id = $1"
	    " AND wipe_id <> '' ORDER BY created_at DESC, id DESC",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, wipe_id);
	return walk(stmt, fn, arg, err);
}

int store_work_order_each(struct txn *txn, const char *org_id, bool only_open,
    int limit, store_work_order_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM work_orders WHERE org_id = $1"
	    " AND state <= $2 ORDER BY created_at DESC, id DESC LIMIT $3",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_int64(
	    stmt, 2, only_open ? BENCH_ORDER_STARTED : BENCH_ORDER_STATE_COUNT);
	db_bind_int64(stmt, 3, limit > 0 ? limit : INT32_MAX);
	return walk(stmt, fn, arg, err);
}

/* state <= 1 names the index. */
int store_work_order_each_expired(struct txn *txn, int64_t now, int limit,
    store_work_order_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM work_orders WHERE state <= 1"
	    " AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_int64(stmt, 1, now);
	db_bind_int64(stmt, 2, limit > 0 ? limit : INT32_MAX);
	return walk(stmt, fn, arg, err);
}

/* state = 2 names the index. */
int store_work_order_each_begun(struct txn *txn, int64_t before, int limit,
    store_work_order_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM work_orders WHERE state = 2"
	    " AND lease_until <= $1 ORDER BY lease_until LIMIT $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_int64(stmt, 1, before);
	db_bind_int64(stmt, 2, limit > 0 ? limit : INT32_MAX);
	return walk(stmt, fn, arg, err);
}
