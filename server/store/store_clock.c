#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/store_guard.h"
#include "server/store/txn.h"

int store_clock_save(
    struct txn *txn, const struct clock_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO clock_seen (id, seen_at, is_doubted)"
	    " VALUES ('server', $1, $2)"
	    " ON CONFLICT (id) DO UPDATE SET"
	    " seen_at = excluded.seen_at, is_doubted = excluded.is_doubted",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_int64(stmt, 1, row->seen_at);
	db_bind_int64(stmt, 2, row->is_doubted);
	return db_run(stmt, NULL, err);
}

int store_clock_load(struct txn *txn, struct clock_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT seen_at, is_doubted FROM clock_seen WHERE id = 'server'",
	    &stmt, err);

	if (r < 0)
		return r;
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no clock was seen yet");
	if (r > 0) {
		out->seen_at = db_int64(stmt, 0);
		out->is_doubted = db_int64(stmt, 1) != 0;
		r = 0;
	}
	db_done(stmt);
	return r;
}
