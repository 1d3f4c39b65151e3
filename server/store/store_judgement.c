#include "server/store/store_judgement.h"

#include "proto/base/err.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct judgement_row, org_id),
    ROW_ENUM(struct judgement_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct judgement_row, subject_id),
    ROW_TEXT(struct judgement_row, pack_hash),
    ROW_INT64(struct judgement_row, judged_at),
    ROW_INT64(struct judgement_row, again_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define SELECT                                                                 \
	"SELECT org_id, subject_kind, subject_id, pack_hash, judged_at,"       \
	" again_at, packed FROM judgements"

int store_judgement_save(
    struct txn *txn, const struct judgement_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r;

	if (row->packed_len > JUDGEMENT_PACKED_MAX)
		return err_set(err, ERR_LIMIT, "the judgement is too long");
	r = db_prepare(txn->db,
	    "INSERT INTO judgements (org_id, subject_kind, subject_id,"
	    " pack_hash, judged_at, again_at, packed)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
	    " ON CONFLICT (org_id, subject_kind, subject_id) DO UPDATE SET"
	    " pack_hash = excluded.pack_hash, judged_at = excluded.judged_at,"
	    " again_at = excluded.again_at, packed = excluded.packed",
	    &stmt, err);
	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	db_bind_bytes(stmt, FIELDS + 1,
	    row->packed_len ? row->packed : (const uint8_t *)"",
	    row->packed_len);
	return db_run(stmt, NULL, err);
}

int store_judgement_load(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id,
    struct judgement_row *out, struct err *err)
{
	struct judgement_row row = {0};
	uint8_t *packed = NULL;
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    SELECT " WHERE org_id = $1 AND subject_kind = $2"
	           " AND subject_id = $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(
	    stmt, VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id)));
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "not judged yet");
	if (r > 0)
		r = row_read(stmt, fields, FIELDS, &row, err);
	if (r == 0)
		r = db_bytes_copy(stmt, FIELDS, &packed, &row.packed_len, err);
	if (r == 0) {
		row.packed = packed;
		*out = row;
	}
	db_done(stmt);
	return r;
}

int store_judgement_delete(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "DELETE FROM judgements WHERE org_id = $1 AND subject_kind = $2"
	    " AND subject_id = $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(
	    stmt, VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id)));
	return db_run(stmt, NULL, err);
}

int store_judgement_expire(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE judgements SET again_at = 1 WHERE org_id = $1"
	    " AND subject_kind = $2 AND subject_id = $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(
	    stmt, VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id)));
	return db_run(stmt, NULL, err);
}

static int walk(struct txn *txn, const char *sql, const struct value *values,
    size_t count, store_judgement_fn *fn, void *arg, struct err *err)
{
	struct judgement_row row = {0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, values, count);
	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		row.packed = db_bytes(stmt, FIELDS, &row.packed_len);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

int store_judgement_each(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *after_id, int limit,
    store_judgement_fn *fn, void *arg, struct err *err)
{
	return walk(txn,
	    SELECT " WHERE org_id = $1 AND subject_kind = $2"
	           " AND subject_id > $3 ORDER BY subject_id LIMIT $4",
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(after_id),
	        LIMITED(limit)),
	    fn, arg, err);
}

/* again_at > 0 names the index. */
int store_judgement_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_judgement_fn *fn, void *arg, struct err *err)
{
	return walk(txn,
	    SELECT " WHERE org_id = $1 AND again_at > 0 AND again_at <= $2"
	           " ORDER BY again_at LIMIT $3",
	    VALUES(TEXT(org_id), NUMBER(now), LIMITED(limit)), fn, arg, err);
}

int store_judgement_each_other_pack(struct txn *txn, const char *org_id,
    const char *pack_hash, int limit, store_judgement_fn *fn, void *arg,
    struct err *err)
{
	return walk(txn,
	    SELECT " WHERE org_id = $1 AND pack_hash <> $2"
	           " ORDER BY subject_kind, subject_id LIMIT $3",
	    VALUES(TEXT(org_id), TEXT(pack_hash), LIMITED(limit)), fn, arg,
	    err);
}
