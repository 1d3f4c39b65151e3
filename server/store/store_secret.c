#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

int store_secret_save(struct txn *txn, const char *life_id, const char *kind,
    const uint8_t *sealed, size_t sealed_len, int64_t at, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO secrets (life_id, kind, sealed, stored_at)"
	    " VALUES ($1, $2, $3, $4)"
	    " ON CONFLICT (life_id, kind) DO UPDATE SET"
	    " sealed = excluded.sealed, stored_at = excluded.stored_at",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, kind);
	db_bind_bytes(stmt, 3, sealed, sealed_len);
	db_bind_int64(stmt, 4, at);
	return db_run(stmt, NULL, err);
}

int store_secret_load(struct txn *txn, const char *life_id, const char *kind,
    uint8_t **out, size_t *out_len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT sealed FROM secrets WHERE life_id = $1 AND kind = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, kind);
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no such secret is kept");
	if (r > 0)
		r = db_bytes_copy(stmt, 0, out, out_len, err);
	db_done(stmt);
	return r;
}

int store_secret_delete(
    struct txn *txn, const char *life_id, const char *kind, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "DELETE FROM secrets WHERE life_id = $1 AND kind = $2", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, kind);
	return db_run(stmt, NULL, err);
}
