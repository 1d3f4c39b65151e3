#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct evidence_key_row, id),
    ROW_TEXT(struct evidence_key_row, org_id),
    ROW_TEXT(struct evidence_key_row, name),
    ROW_BYTES(struct evidence_key_row, public_key, public_key_len),
    ROW_TEXT(struct evidence_key_row, facts),
    ROW_TEXT(struct evidence_key_row, unit_id),
    ROW_INT64(struct evidence_key_row, last_seq),
    ROW_INT64(struct evidence_key_row, last_report_at),
    ROW_TEXT(struct evidence_key_row, created_by),
    ROW_INT64(struct evidence_key_row, created_at),
    ROW_INT64(struct evidence_key_row, revoked_at),
    ROW_TEXT(struct evidence_key_row, revoked_by),
};
static struct table evidence_keys = {
    .name = "evidence_keys",
    .word = "evidence key",
    TABLE(struct evidence_key_row, fields),
};
DEFINE_EACH(each, struct evidence_key_row, store_evidence_key_fn)

int store_evidence_key_save(
    struct txn *txn, const struct evidence_key_row *row, struct err *err)
{
	return table_save(txn, &evidence_keys, row, err);
}

int store_evidence_key_load(struct txn *txn, const char *org_id, const char *id,
    struct evidence_key_row *out, struct err *err)
{
	return table_load(txn, &evidence_keys, org_id, id, out, err);
}

int store_evidence_key_find(struct txn *txn, const char *id,
    struct evidence_key_row *out, struct err *err)
{
	static struct query query = {&evidence_keys, "WHERE id = $1", NULL};

	return query_take(txn, &query, VALUES(TEXT(id)), out, err);
}

int store_evidence_key_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_evidence_key_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&evidence_keys,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}
