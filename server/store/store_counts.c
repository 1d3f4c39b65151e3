#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

static int take(struct db_stmt *stmt, struct store_counts *out, struct err *err)
{
	int r = db_step(stmt, err);

	if (r > 0) {
		out->devices = (uint64_t)db_int64(stmt, 0);
		out->lives_enrolled = (uint64_t)db_int64(stmt, 1);
		out->commands_open = (uint64_t)db_int64(stmt, 2);
		out->wipes_open = (uint64_t)db_int64(stmt, 3);
	}
	db_done(stmt);
	return r < 0 ? r : 0;
}

/* A life of which nobody said that it ended, of a phone that was seen empty
 * (wipe proven), retired or written off, is enrolled by nobody's count. */
#define STILL_THERE                                                            \
	"NOT EXISTS (SELECT 1 FROM wipes WHERE wipes.life_id = lives.id"       \
	" AND wipes.state <= 3 AND wipes.state = 3)"                           \
	" AND (SELECT devices.state FROM devices"                              \
	" WHERE devices.id = lives.device_id) NOT IN (9, 10)"

/* Each count follows an index: none grows with the history. */
int store_counts(struct txn *txn, struct store_counts *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT (SELECT count(*) FROM devices),"
	    " (SELECT count(*) FROM lives WHERE state <= 1 AND state = 1"
	    " AND " STILL_THERE "),"
	    " (SELECT count(*) FROM commands WHERE place > 0),"
	    " (SELECT count(*) FROM wipes WHERE state <= 3 AND state <= 2)",
	    &stmt, err);

	return r < 0 ? r : take(stmt, out, err);
}

int store_counts_of(struct txn *txn, const char *org_id,
    struct store_counts *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT (SELECT count(*) FROM devices WHERE org_id = $1),"
	    " (SELECT count(*) FROM lives WHERE state <= 1 AND state = 1"
	    " AND org_id = $1 AND " STILL_THERE "),"
	    " (SELECT count(*) FROM commands WHERE state <= 2"
	    " AND org_id = $1),"
	    " (SELECT count(*) FROM wipes WHERE state <= 3 AND state <= 2"
	    " AND org_id = $1)",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return take(stmt, out, err);
}
