#include "server/store/store_people.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct unit_row, id),
    ROW_TEXT(struct unit_row, org_id),
    ROW_TEXT(struct unit_row, external_id),
    ROW_TEXT(struct unit_row, name),
    ROW_TEXT(struct unit_row, parent_id),
    ROW_TEXT(struct unit_row, manager_id),
    ROW_TEXT(struct unit_row, coordinator_id),
    ROW_TEXT(struct unit_row, number),
    ROW_INT64(struct unit_row, created_at),
    ROW_INT64(struct unit_row, ended_at),
    ROW_INT64(struct unit_row, changed_at),
    ROW_TEXT(struct unit_row, changed_by),
};
static struct table units = {
    .name = "units",
    .word = "unit",
    .keeps_history = true,
    TABLE(struct unit_row, fields),
};
DEFINE_EACH(each, struct unit_row, store_unit_fn)

int store_unit_save(
    struct txn *txn, const struct unit_row *row, struct err *err)
{
	return table_save(txn, &units, row, err);
}

int store_unit_load(struct txn *txn, const char *org_id, const char *id,
    struct unit_row *out, struct err *err)
{
	return table_load(txn, &units, org_id, id, out, err);
}

int store_unit_find_external(struct txn *txn, const char *org_id,
    const char *external_id, struct unit_row *out, struct err *err)
{
	static struct query query = {&units,
	    "WHERE org_id = $1 AND external_id = $2 AND external_id <> ''",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(external_id)), out, err);
}

int store_unit_find_name(struct txn *txn, const char *org_id, const char *name,
    struct unit_row *out, struct err *err)
{
	static struct query query = {&units,
	    "WHERE org_id = $1 AND name = $2 AND ended_at = 0 LIMIT 2", NULL};

	return query_only(
	    txn, &query, VALUES(TEXT(org_id), TEXT(name)), out, err);
}

int store_unit_each(struct txn *txn, const char *org_id, const char *after_id,
    int limit, store_unit_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &units, "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_unit_each_child(struct txn *txn, const char *org_id,
    const char *parent_id, store_unit_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&units,
	    "WHERE org_id = $1 AND parent_id = $2 AND ended_at = 0 ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(parent_id)), fn, arg, err);
}
