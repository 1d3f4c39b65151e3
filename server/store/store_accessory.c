/* Accessories, and who has or had each. */
#include "proto/base/err.h"
#include "server/store/store_phone.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct accessory_row, id),
    ROW_TEXT(struct accessory_row, org_id),
    ROW_TEXT(struct accessory_row, name),
    ROW_TEXT(struct accessory_row, label),
    ROW_TEXT(struct accessory_row, order_id),
    ROW_INT64(struct accessory_row, created_at),
    ROW_INT64(struct accessory_row, ended_at),
    ROW_INT64(struct accessory_row, changed_at),
    ROW_TEXT(struct accessory_row, changed_by),
};
static struct table accessories = {
    .name = "accessories",
    .word = "accessory",
    .keeps_history = true,
    TABLE(struct accessory_row, fields),
};
DEFINE_EACH(each, struct accessory_row, store_accessory_fn)

int store_accessory_save(
    struct txn *txn, const struct accessory_row *row, struct err *err)
{
	return table_save(txn, &accessories, row, err);
}

int store_accessory_load(struct txn *txn, const char *org_id, const char *id,
    struct accessory_row *out, struct err *err)
{
	return table_load(txn, &accessories, org_id, id, out, err);
}

int store_accessory_find_label(struct txn *txn, const char *org_id,
    const char *label, struct accessory_row *out, struct err *err)
{
	static struct query query = {&accessories,
	    "WHERE org_id = $1 AND label = $2 AND label <> ''"
	    " AND ended_at = 0",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(label)), out, err);
}

int store_accessory_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_accessory_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&accessories,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

/* ---- who has it ---- */

static const struct field holding_fields[] = {
    ROW_TEXT(struct accessory_holding_row, id),
    ROW_TEXT(struct accessory_holding_row, org_id),
    ROW_TEXT(struct accessory_holding_row, accessory_id),
    ROW_TEXT(struct accessory_holding_row, person_id),
    ROW_TEXT(struct accessory_holding_row, device_id),
    ROW_INT64(struct accessory_holding_row, from_at),
    ROW_INT64(struct accessory_holding_row, to_at),
    ROW_TEXT(struct accessory_holding_row, opened_by),
    ROW_TEXT(struct accessory_holding_row, closed_by),
    ROW_TEXT(struct accessory_holding_row, close_reason),
};
static struct table holdings = {
    .name = "accessory_holdings",
    .word = "holding of an accessory",
    .changing = " to_at closed_by close_reason ",
    TABLE(struct accessory_holding_row, holding_fields),
};
DEFINE_EACH(
    each_holding, struct accessory_holding_row, store_accessory_holding_fn)

int store_accessory_holding_save(
    struct txn *txn, const struct accessory_holding_row *row, struct err *err)
{
	return table_save(txn, &holdings, row, err);
}

int store_accessory_holding_find(struct txn *txn, const char *org_id,
    const char *accessory_id, int64_t at, struct accessory_holding_row *out,
    struct err *err)
{
	static struct query now = {&holdings,
	    "WHERE org_id = $1 AND accessory_id = $2 AND to_at = 0", NULL};
	static struct query then = {&holdings,
	    "WHERE org_id = $1 AND accessory_id = $2 AND from_at <= $3"
	    " AND (to_at = 0 OR to_at > $3) ORDER BY from_at DESC LIMIT 1",
	    NULL};

	if (at == 0)
		return query_take(txn, &now,
		    VALUES(TEXT(org_id), TEXT(accessory_id)), out, err);
	return query_take(txn, &then,
	    VALUES(TEXT(org_id), TEXT(accessory_id), NUMBER(at)), out, err);
}

int store_accessory_holding_each_person(struct txn *txn, const char *org_id,
    const char *person_id, bool only_open, store_accessory_holding_fn *fn,
    void *arg, struct err *err)
{
	static struct query query = {&holdings,
	    "WHERE org_id = $1 AND person_id = $2 AND (to_at = 0 OR $3 = 0)"
	    " ORDER BY from_at, id",
	    NULL};

	return each_holding(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(only_open)), fn, arg,
	    err);
}

int store_accessory_holding_each(struct txn *txn, const char *org_id,
    const char *accessory_id, store_accessory_holding_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&holdings,
	    "WHERE org_id = $1 AND accessory_id = $2 ORDER BY from_at, id",
	    NULL};

	return each_holding(txn, &query,
	    VALUES(TEXT(org_id), TEXT(accessory_id)), fn, arg, err);
}
