#include "server/store/store_policy_files.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

int store_policy_files_save(struct txn *txn, const char *org_id,
    const char *pack_hash, const char *files, size_t len, int64_t at,
    struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO policy_files (org_id, pack_hash, files, stored_at,"
	    " pushed) VALUES ($1, $2, $3, $4, 0)"
	    " ON CONFLICT (org_id, pack_hash) DO UPDATE SET pushed = 0,"
	    " stored_at = excluded.stored_at",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, pack_hash);
	db_bind_bytes(stmt, 3, (const uint8_t *)files, len);
	db_bind_int64(stmt, 4, at);
	return db_run(stmt, NULL, err);
}

int store_policy_files_load(struct txn *txn, const char *org_id,
    const char *pack_hash, uint8_t **out, size_t *len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT files FROM policy_files"
	    " WHERE org_id = $1 AND pack_hash = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, pack_hash);
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no files of this pack");
	if (r > 0)
		r = db_bytes_copy(stmt, 0, out, len, err);
	db_done(stmt);
	return r;
}

int store_policy_files_unpushed(
    struct txn *txn, const char *org_id, bool *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT 1 FROM policy_files WHERE org_id = $1 AND pushed = 0"
	    " LIMIT 1",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	r = db_step(stmt, err);
	db_done(stmt);
	if (r < 0)
		return r;
	*out = r > 0;
	return 0;
}

int store_policy_files_pushed(
    struct txn *txn, const char *org_id, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE policy_files SET pushed = 1"
	    " WHERE org_id = $1 AND pushed = 0",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return db_run(stmt, NULL, err);
}
