#include "proto/base/err.h"
#include "server/store/store_scim.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct scim_user_row, id),
    ROW_TEXT(struct scim_user_row, org_id),
    ROW_TEXT(struct scim_user_row, source_key),
    ROW_TEXT(struct scim_user_row, person_id),
    ROW_TEXT(struct scim_user_row, user_key),
    ROW_TEXT(struct scim_user_row, user_name),
    ROW_TEXT(struct scim_user_row, external_id),
    ROW_TEXT(struct scim_user_row, display_name),
    ROW_TEXT(struct scim_user_row, formatted),
    ROW_TEXT(struct scim_user_row, given_name),
    ROW_TEXT(struct scim_user_row, family_name),
    ROW_TEXT(struct scim_user_row, mail),
    ROW_TEXT(struct scim_user_row, number),
    ROW_TEXT(struct scim_user_row, language),
    ROW_TEXT(struct scim_user_row, employee_number),
    ROW_TEXT(struct scim_user_row, department),
    ROW_TEXT(struct scim_user_row, manager),
    ROW_BOOL(struct scim_user_row, is_active),
    ROW_INT64(struct scim_user_row, version),
    ROW_INT64(struct scim_user_row, created_at),
    ROW_INT64(struct scim_user_row, changed_at),
};
static struct table users = {
    .name = "scim_users",
    .word = "user",
    TABLE(struct scim_user_row, fields),
};
DEFINE_EACH(each, struct scim_user_row, store_scim_user_fn)

int store_scim_user_save(
    struct txn *txn, const struct scim_user_row *row, struct err *err)
{
	return table_save(txn, &users, row, err);
}

int store_scim_user_load(struct txn *txn, const char *org_id, const char *id,
    struct scim_user_row *out, struct err *err)
{
	return table_load(txn, &users, org_id, id, out, err);
}

int store_scim_user_find_name(struct txn *txn, const char *org_id,
    const char *user_key, struct scim_user_row *out, struct err *err)
{
	static struct query query = {
	    &users, "WHERE org_id = $1 AND user_key = $2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(user_key)), out, err);
}

int store_scim_user_find_source(struct txn *txn, const char *org_id,
    const char *source_key, struct scim_user_row *out, struct err *err)
{
	static struct query query = {
	    &users, "WHERE org_id = $1 AND source_key = $2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(source_key)), out, err);
}

int store_scim_user_find_person(struct txn *txn, const char *org_id,
    const char *person_id, struct scim_user_row *out, struct err *err)
{
	static struct query query = {&users,
	    "WHERE org_id = $1 AND person_id = $2 AND person_id <> ''", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), out, err);
}

int store_scim_user_each(struct txn *txn, const char *org_id, int64_t skip,
    int64_t limit, store_scim_user_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &users, "WHERE org_id = $1 ORDER BY id LIMIT $2 OFFSET $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), LIMITED(limit), NUMBER(skip)), fn, arg, err);
}

int store_scim_user_each_external(struct txn *txn, const char *org_id,
    const char *external_id, store_scim_user_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&users,
	    "WHERE org_id = $1 AND external_id = $2 AND external_id <> ''"
	    " ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(external_id)), fn, arg, err);
}

int store_scim_user_each_department(struct txn *txn, const char *org_id,
    const char *department, store_scim_user_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&users,
	    "WHERE org_id = $1 AND department = $2 AND department <> ''"
	    " ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(department)), fn, arg, err);
}

static int number_of(struct db_stmt *stmt, int64_t *out, struct err *err)
{
	int r = db_step(stmt, err);

	if (r > 0)
		*out = db_int64(stmt, 0);
	db_done(stmt);
	return r < 0 ? r : 0;
}

int store_scim_user_count(
    struct txn *txn, const char *org_id, int64_t *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT COUNT(*) FROM scim_users WHERE org_id = $1", &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id)));
	return number_of(stmt, out, err);
}

int store_scim_user_delete(
    struct txn *txn, const char *org_id, const char *id, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "DELETE FROM scim_members WHERE org_id = $1 AND member_id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	r = db_run(stmt, NULL, err);
	if (r == 0)
		r = db_prepare(txn->db,
		    "DELETE FROM scim_users WHERE org_id = $1 AND id = $2",
		    &stmt, err);
	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	r = db_run(stmt, &changes, err);
	return r == 0 && changes == 0
	    ? err_set(err, ERR_NOT_FOUND, "there is no such user")
	    : r;
}
