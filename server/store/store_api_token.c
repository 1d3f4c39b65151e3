#include "server/store/store_token.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct api_token_row, id),
    ROW_TEXT(struct api_token_row, org_id),
    ROW_TEXT(struct api_token_row, name),
    ROW_TEXT(struct api_token_row, token_sha256),
    ROW_TEXT(struct api_token_row, scopes),
    ROW_TEXT(struct api_token_row, created_by),
    ROW_INT64(struct api_token_row, created_at),
    ROW_INT64(struct api_token_row, expires_at),
    ROW_INT64(struct api_token_row, last_used_at),
    ROW_INT64(struct api_token_row, revoked_at),
    ROW_TEXT(struct api_token_row, revoked_by),
    ROW_TEXT(struct api_token_row, person_id),
};
static struct table tokens = {
    .name = "api_tokens",
    .word = "token",
    .changing = " expires_at last_used_at revoked_at revoked_by ",
    TABLE(struct api_token_row, fields),
};
DEFINE_EACH(each, struct api_token_row, store_api_token_fn)

int store_api_token_save(
    struct txn *txn, const struct api_token_row *row, struct err *err)
{
	return table_save(txn, &tokens, row, err);
}

int store_api_token_load(struct txn *txn, const char *org_id, const char *id,
    struct api_token_row *out, struct err *err)
{
	return table_load(txn, &tokens, org_id, id, out, err);
}

int store_api_token_find(struct txn *txn, const char *token_sha256,
    struct api_token_row *out, struct err *err)
{
	static struct query query = {&tokens, "WHERE token_sha256 = $1", NULL};

	return query_take(txn, &query, VALUES(TEXT(token_sha256)), out, err);
}

int store_api_token_touch(struct txn *txn, const char *org_id, const char *id,
    int64_t at, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE api_tokens SET last_used_at = $3 WHERE org_id = $1 AND id "
	    "= $2 AND last_used_at < $3",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id), NUMBER(at)));
	return db_run(stmt, NULL, err);
}

int store_api_token_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_api_token_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &tokens, "WHERE org_id = $1 AND person_id = $2 ORDER BY id", NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}

int store_api_token_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_api_token_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&tokens,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}
