#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct certificate, sha256),
    ROW_TEXT(struct certificate, org_id),
    ROW_TEXT(struct certificate, link_id),
    ROW_TEXT(struct certificate, life_id),
    ROW_ENUM(struct certificate, state, CERTIFICATE_DEAD),
    ROW_INT64(struct certificate, issued_at),
    ROW_INT64(struct certificate, not_after),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS "sha256, org_id, link_id, life_id, state, issued_at, not_after"

int store_certificate_save(
    struct txn *txn, const struct certificate *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO certificates (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
	    " ON CONFLICT (sha256) DO UPDATE SET org_id = excluded.org_id,"
	    " link_id = excluded.link_id, life_id = excluded.life_id,"
	    " state = excluded.state, issued_at = excluded.issued_at,"
	    " not_after = excluded.not_after",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	if (row->state == CERTIFICATE_DEAD)
		txn->retires = true;
	return db_run(stmt, NULL, err);
}

int store_certificate_load(struct txn *txn, const char *sha256,
    struct certificate *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM certificates WHERE sha256 = $1", &stmt,
	    err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, sha256);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_certificate_retire(struct txn *txn, const char *life_id,
    const char *except_sha256, struct err *err)
{
	struct db_stmt *stmt;
	int r;

	/* "" is no life but every certificate that waits for one. */
	if (life_id[0] == '\0')
		return err_set(err, ERR_INTERNAL, "no life was named");
	r = db_prepare(txn->db,
	    "UPDATE certificates SET state = 3"
	    " WHERE life_id = $1 AND state <> 3 AND sha256 <> $2",
	    &stmt, err);
	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, except_sha256 ? except_sha256 : "");
	txn->retires = true;
	return db_run(stmt, NULL, err);
}
