#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct policy_row, org_id),
    ROW_TEXT(struct policy_row, pack),
    ROW_TEXT(struct policy_row, pack_hash),
    ROW_TEXT(struct policy_row, profile_identifier),
    ROW_TEXT(struct policy_row, profile_uuid),
    ROW_INT64(struct policy_row, applied_at),
    ROW_TEXT(struct policy_row, applied_by),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"org_id, pack, pack_hash, profile_identifier, profile_uuid,"           \
	" applied_at, applied_by"

int store_policy_save(
    struct txn *txn, const struct policy_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO policies (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
	    " ON CONFLICT (org_id, applied_at) DO UPDATE SET"
	    " pack = excluded.pack, pack_hash = excluded.pack_hash,"
	    " profile_identifier = excluded.profile_identifier,"
	    " profile_uuid = excluded.profile_uuid,"
	    " applied_by = excluded.applied_by",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

int store_policy_load(struct txn *txn, const char *org_id,
    struct policy_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM policies WHERE org_id = $1"
	    " ORDER BY applied_at DESC LIMIT 1",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}
