#include "proto/base/err.h"
#include "server/store/store_token.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct idempotency_row, org_id),
    ROW_TEXT(struct idempotency_row, caller),
    ROW_TEXT(struct idempotency_row, key),
    ROW_TEXT(struct idempotency_row, request_sha256),
    ROW_INT64(struct idempotency_row, status),
    ROW_TEXT(struct idempotency_row, content_type),
    ROW_INT64(struct idempotency_row, created_at),
    ROW_INT64(struct idempotency_row, expires_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

int store_idempotency_insert(
    struct txn *txn, const struct idempotency_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO idempotency_keys (org_id, caller, key,"
	    " request_sha256, status, content_type, created_at, expires_at,"
	    " body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	db_bind_bytes(stmt, FIELDS + 1, "", 0);
	r = db_run(stmt, NULL, err);
	if (r == -(int)ERR_CONFLICT)
		(void)err_prefix(err, "the Idempotency-Key was used");
	return r;
}

int store_idempotency_finish(struct txn *txn, const struct idempotency_row *row,
    const uint8_t *body, size_t body_len, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r;

	if (body_len > STORE_IDEMPOTENCY_BODY_MAX)
		return err_set(
		    err, ERR_LIMIT, "the answer is too long to be kept");
	r = db_prepare(txn->db,
	    "UPDATE idempotency_keys SET status = $4, content_type = $5,"
	    " body = $6 WHERE org_id = $1 AND caller = $2 AND key = $3",
	    &stmt, err);
	if (r < 0)
		return r;
	values_bind(stmt,
	    VALUES(TEXT(row->org_id), TEXT(row->caller), TEXT(row->key),
	        NUMBER(row->status), TEXT(row->content_type)));
	db_bind_bytes(stmt, 6, body_len ? body : (const uint8_t *)"", body_len);
	r = db_run(stmt, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(err, ERR_NOT_FOUND, "no such Idempotency-Key");
	return r;
}

int store_idempotency_load(struct txn *txn, const char *org_id,
    const char *caller, const char *key, struct idempotency_row *out,
    uint8_t **body, size_t *body_len, struct err *err)
{
	struct idempotency_row row = {0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT org_id, caller, key, request_sha256, status, content_type,"
	    " created_at, expires_at, body FROM idempotency_keys"
	    " WHERE org_id = $1 AND caller = $2 AND key = $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(caller), TEXT(key)));
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no such Idempotency-Key");
	if (r > 0)
		r = row_read(stmt, fields, FIELDS, &row, err);
	if (r == 0)
		r = db_bytes_copy(stmt, FIELDS, body, body_len, err);
	if (r == 0)
		*out = row;
	db_done(stmt);
	return r;
}

int store_idempotency_delete(struct txn *txn, const char *org_id,
    const char *caller, const char *key, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "DELETE FROM idempotency_keys WHERE org_id = $1 AND caller = $2"
	    " AND key = $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(caller), TEXT(key)));
	return db_run(stmt, NULL, err);
}

/* Keys are unlike one another only together: three columns name a row. */
int store_idempotency_purge(
    struct txn *txn, int64_t now, int limit, int *removed, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "DELETE FROM idempotency_keys WHERE (org_id, caller, key) IN"
	    " (SELECT org_id, caller, key FROM idempotency_keys"
	    " WHERE expires_at <= $1 LIMIT $2)",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(NUMBER(now), LIMITED(limit)));
	r = db_run(stmt, &changes, err);
	if (r == 0 && removed)
		*removed = (int)changes;
	return r;
}
