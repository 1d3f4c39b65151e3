#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

/* Each count follows an index: none grows with the history. */
int store_counts(struct txn *txn, struct store_counts *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT (SELECT count(*) FROM devices),"
	    " (SELECT count(*) FROM lives WHERE state <= 1 AND state = 1),"
	    " (SELECT count(*) FROM commands WHERE place > 0),"
	    " (SELECT count(*) FROM wipes WHERE state <= 3 AND state <= 2)",
	    &stmt, err);

	if (r < 0)
		return r;
	r = db_step(stmt, err);
	if (r > 0) {
		out->devices = (uint64_t)db_int64(stmt, 0);
		out->lives_enrolled = (uint64_t)db_int64(stmt, 1);
		out->commands_open = (uint64_t)db_int64(stmt, 2);
		out->wipes_open = (uint64_t)db_int64(stmt, 3);
	}
	db_done(stmt);
	return r < 0 ? r : 0;
}
