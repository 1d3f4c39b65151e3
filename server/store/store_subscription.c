#include "server/store/store_equipment.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct subscription_row, id),
    ROW_TEXT(struct subscription_row, org_id),
    ROW_TEXT(struct subscription_row, number),
    ROW_TEXT(struct subscription_row, iccid),
    ROW_TEXT(struct subscription_row, eid),
    ROW_TEXT(struct subscription_row, operator),
    ROW_INT64(struct subscription_row, flags),
    ROW_TEXT(struct subscription_row, expected_imeis),
    ROW_TEXT(struct subscription_row, unit_id),
    ROW_TEXT(struct subscription_row, order_id),
    ROW_INT64(struct subscription_row, created_at),
    ROW_INT64(struct subscription_row, ended_at),
    ROW_INT64(struct subscription_row, changed_at),
    ROW_TEXT(struct subscription_row, changed_by),
};
static struct table subscriptions = {
    .name = "subscriptions",
    .word = "subscription",
    .keeps_history = true,
    TABLE(struct subscription_row, fields),
};
DEFINE_EACH(each, struct subscription_row, store_subscription_fn)

int store_subscription_save(
    struct txn *txn, const struct subscription_row *row, struct err *err)
{
	return table_save(txn, &subscriptions, row, err);
}

int store_subscription_load(struct txn *txn, const char *org_id, const char *id,
    struct subscription_row *out, struct err *err)
{
	return table_load(txn, &subscriptions, org_id, id, out, err);
}

int store_subscription_find_iccid(struct txn *txn, const char *org_id,
    const char *iccid, struct subscription_row *out, struct err *err)
{
	static struct query query = {&subscriptions,
	    "WHERE org_id = $1 AND iccid = $2 AND iccid <> '' AND ended_at = 0 "
	    "LIMIT 2",
	    NULL};

	return query_only(
	    txn, &query, VALUES(TEXT(org_id), TEXT(iccid)), out, err);
}

int store_subscription_find_number(struct txn *txn, const char *org_id,
    const char *number, struct subscription_row *out, struct err *err)
{
	static struct query query = {&subscriptions,
	    "WHERE org_id = $1 AND number = $2 AND number <> '' AND ended_at = "
	    "0 LIMIT 2",
	    NULL};

	return query_only(
	    txn, &query, VALUES(TEXT(org_id), TEXT(number)), out, err);
}

int store_subscription_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_subscription_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&subscriptions,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_subscription_each_number(struct txn *txn, const char *org_id,
    const char *number, store_subscription_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&subscriptions,
	    "WHERE org_id = $1 AND number = $2 AND number <> '' AND ended_at = "
	    "0 ORDER BY id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(number)), fn, arg, err);
}
