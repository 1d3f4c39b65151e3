#include "proto/base/err.h"
#include "server/store/store_scim.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct scim_group_row, id),
    ROW_TEXT(struct scim_group_row, org_id),
    ROW_TEXT(struct scim_group_row, display_name),
    ROW_TEXT(struct scim_group_row, name_key),
    ROW_TEXT(struct scim_group_row, external_id),
    ROW_INT64(struct scim_group_row, version),
    ROW_INT64(struct scim_group_row, created_at),
    ROW_INT64(struct scim_group_row, changed_at),
};
static struct table groups = {
    .name = "scim_groups",
    .word = "group",
    TABLE(struct scim_group_row, fields),
};
DEFINE_EACH(each, struct scim_group_row, store_scim_group_fn)

int store_scim_group_save(
    struct txn *txn, const struct scim_group_row *row, struct err *err)
{
	return table_save(txn, &groups, row, err);
}

int store_scim_group_load(struct txn *txn, const char *org_id, const char *id,
    struct scim_group_row *out, struct err *err)
{
	return table_load(txn, &groups, org_id, id, out, err);
}

int store_scim_group_each(struct txn *txn, const char *org_id, int64_t skip,
    int64_t limit, store_scim_group_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &groups, "WHERE org_id = $1 ORDER BY id LIMIT $2 OFFSET $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), LIMITED(limit), NUMBER(skip)), fn, arg, err);
}

int store_scim_group_each_name(struct txn *txn, const char *org_id,
    const char *name_key, store_scim_group_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &groups, "WHERE org_id = $1 AND name_key = $2 ORDER BY id", NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(name_key)), fn, arg, err);
}

int store_scim_group_each_external(struct txn *txn, const char *org_id,
    const char *external_id, store_scim_group_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&groups,
	    "WHERE org_id = $1 AND external_id = $2 AND external_id <> ''"
	    " ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(external_id)), fn, arg, err);
}

int store_scim_group_count(
    struct txn *txn, const char *org_id, int64_t *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT COUNT(*) FROM scim_groups WHERE org_id = $1", &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id)));
	r = db_step(stmt, err);
	if (r > 0)
		*out = db_int64(stmt, 0);
	db_done(stmt);
	return r < 0 ? r : 0;
}

/* sql: org_id, then the group. */
static int run(struct txn *txn, const char *sql, const char *org_id,
    const char *id, int64_t *changes, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	return db_run(stmt, changes, err);
}

int store_scim_group_delete(
    struct txn *txn, const char *org_id, const char *id, struct err *err)
{
	int64_t changes = 0;
	int64_t members;
	int r = store_scim_member_remove_all(txn, org_id, id, &members, err);

	if (r == 0)
		r = run(txn,
		    "DELETE FROM scim_members WHERE org_id = $1"
		    " AND member_id = $2",
		    org_id, id, NULL, err);
	if (r == 0)
		r = run(txn,
		    "DELETE FROM scim_groups WHERE org_id = $1 AND id = $2",
		    org_id, id, &changes, err);
	return r == 0 && changes == 0
	    ? err_set(err, ERR_NOT_FOUND, "there is no such group")
	    : r;
}

/* ---- members ---- */

/* A user shows its groups: another version of it. */
static int touch(
    struct txn *txn, const char *org_id, const char *member_id, struct err *err)
{
	return run(txn,
	    "UPDATE scim_users SET version = version + 1 WHERE org_id = $1"
	    " AND id = $2",
	    org_id, member_id, NULL, err);
}

static int run_member(struct txn *txn, const char *sql, const char *org_id,
    const char *group_id, const char *member_id, int64_t *changed,
    struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	values_bind(
	    stmt, VALUES(TEXT(org_id), TEXT(group_id), TEXT(member_id)));
	r = db_run(stmt, changed, err);
	return r == 0 && *changed > 0 ? touch(txn, org_id, member_id, err) : r;
}

int store_scim_member_add(struct txn *txn, const char *org_id,
    const char *group_id, const char *member_id, int64_t *changed,
    struct err *err)
{
	return run_member(txn,
	    "INSERT INTO scim_members (org_id, group_id, member_id)"
	    " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
	    org_id, group_id, member_id, changed, err);
}

int store_scim_member_remove(struct txn *txn, const char *org_id,
    const char *group_id, const char *member_id, int64_t *changed,
    struct err *err)
{
	return run_member(txn,
	    "DELETE FROM scim_members WHERE org_id = $1 AND group_id = $2"
	    " AND member_id = $3",
	    org_id, group_id, member_id, changed, err);
}

int store_scim_member_remove_all(struct txn *txn, const char *org_id,
    const char *group_id, int64_t *changed, struct err *err)
{
	int r = run(txn,
	    "UPDATE scim_users SET version = version + 1 WHERE org_id = $1"
	    " AND id IN (SELECT member_id FROM scim_members WHERE org_id = $1"
	    " AND group_id = $2)",
	    org_id, group_id, NULL, err);

	return r < 0 ? r
	             : run(txn,
	                   "DELETE FROM scim_members WHERE org_id = $1"
	                   " AND group_id = $2",
	                   org_id, group_id, changed, err);
}

/* Columns: id, name, is it a group. */
static int walk(struct txn *txn, const char *sql, const char *org_id,
    const char *id, store_scim_member_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	size_t len;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	while ((r = db_step(stmt, err)) > 0) {
		r = fn(arg, db_text(stmt, 0, &len), db_text(stmt, 1, &len),
		    db_int64(stmt, 2) != 0);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

int store_scim_member_each(struct txn *txn, const char *org_id,
    const char *group_id, store_scim_member_fn *fn, void *arg, struct err *err)
{
	return walk(txn,
	    "SELECT m.member_id,"
	    " COALESCE(u.display_name || CASE WHEN u.display_name = '' THEN"
	    " u.user_name ELSE '' END, g.display_name, ''),"
	    " CASE WHEN g.id IS NULL THEN 0 ELSE 1 END FROM scim_members m"
	    " LEFT JOIN scim_users u ON u.id = m.member_id"
	    " AND u.org_id = m.org_id"
	    " LEFT JOIN scim_groups g ON g.id = m.member_id"
	    " AND g.org_id = m.org_id"
	    " WHERE m.org_id = $1 AND m.group_id = $2 ORDER BY m.member_id",
	    org_id, group_id, fn, arg, err);
}

int store_scim_member_each_group(struct txn *txn, const char *org_id,
    const char *member_id, store_scim_member_fn *fn, void *arg, struct err *err)
{
	return walk(txn,
	    "SELECT g.id, g.display_name, 1 FROM scim_members m"
	    " JOIN scim_groups g ON g.id = m.group_id AND g.org_id = m.org_id"
	    " WHERE m.org_id = $1 AND m.member_id = $2 ORDER BY g.id",
	    org_id, member_id, fn, arg, err);
}
