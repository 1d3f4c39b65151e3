#include "server/store/store_task.h"
#include "server/store/table.h"

static const struct field catalogue_fields[] = {
    ROW_TEXT(struct catalogue_row, id),
    ROW_TEXT(struct catalogue_row, org_id),
    ROW_ENUM(struct catalogue_row, what, EQUIPMENT_WHAT_COUNT - 1),
    ROW_TEXT(struct catalogue_row, name),
    ROW_TEXT(struct catalogue_row, operator),
    ROW_INT64(struct catalogue_row, created_at),
    ROW_INT64(struct catalogue_row, retired_at),
    ROW_INT64(struct catalogue_row, changed_at),
    ROW_TEXT(struct catalogue_row, changed_by),
};
static struct table catalogue = {
    .name = "equipment_catalogue",
    .word = "catalogue item",
    .keeps_history = true,
    TABLE(struct catalogue_row, catalogue_fields),
};
DEFINE_EACH(each_item, struct catalogue_row, store_catalogue_fn)

static const struct field order_fields[] = {
    ROW_TEXT(struct equipment_order_row, id),
    ROW_TEXT(struct equipment_order_row, org_id),
    ROW_ENUM(struct equipment_order_row, what, EQUIPMENT_WHAT_COUNT - 1),
    ROW_ENUM(
        struct equipment_order_row, state, EQUIPMENT_ORDER_STATE_COUNT - 1),
    ROW_TEXT(struct equipment_order_row, catalogue_id),
    ROW_TEXT(struct equipment_order_row, item),
    ROW_TEXT(struct equipment_order_row, need),
    ROW_TEXT(struct equipment_order_row, person_id),
    ROW_TEXT(struct equipment_order_row, unit_id),
    ROW_TEXT(struct equipment_order_row, device_id),
    ROW_TEXT(struct equipment_order_row, subscription_id),
    ROW_TEXT(struct equipment_order_row, requested_by),
    ROW_TEXT(struct equipment_order_row, requested_by_person_id),
    ROW_TEXT(struct equipment_order_row, decided_by),
    ROW_TEXT(struct equipment_order_row, decided_by_person_id),
    ROW_TEXT(struct equipment_order_row, note),
    ROW_INT64(struct equipment_order_row, created_at),
    ROW_INT64(struct equipment_order_row, decided_at),
    ROW_INT64(struct equipment_order_row, ordered_at),
    ROW_INT64(struct equipment_order_row, linked_at),
    ROW_INT64(struct equipment_order_row, closed_at),
};
static struct table orders = {
    .name = "equipment_orders",
    .word = "equipment order",
    .changing =
        " state device_id subscription_id decided_by decided_by_person_id note "
        "decided_at ordered_at linked_at closed_at ",
    TABLE(struct equipment_order_row, order_fields),
};
DEFINE_EACH(each_order, struct equipment_order_row, store_equipment_order_fn)

int store_catalogue_save(
    struct txn *txn, const struct catalogue_row *row, struct err *err)
{
	return table_save(txn, &catalogue, row, err);
}

int store_catalogue_load(struct txn *txn, const char *org_id, const char *id,
    struct catalogue_row *out, struct err *err)
{
	return table_load(txn, &catalogue, org_id, id, out, err);
}

int store_catalogue_find(struct txn *txn, const char *org_id,
    enum equipment_order_what what, const char *name, struct catalogue_row *out,
    struct err *err)
{
	static struct query query = {&catalogue,
	    "WHERE org_id = $1 AND what = $2 AND name = $3 AND retired_at = 0",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(what), TEXT(name)), out, err);
}

int store_catalogue_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_catalogue_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&catalogue,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each_item(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_equipment_order_save(
    struct txn *txn, const struct equipment_order_row *row, struct err *err)
{
	return table_save(txn, &orders, row, err);
}

int store_equipment_order_load(struct txn *txn, const char *org_id,
    const char *id, struct equipment_order_row *out, struct err *err)
{
	return table_load(txn, &orders, org_id, id, out, err);
}

int store_equipment_order_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_equipment_order_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&orders,
	    "WHERE org_id = $1 AND person_id = $2 AND person_id <> '' ORDER BY "
	    "id",
	    NULL};

	return each_order(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}

/* state <= 2 names the index. */
int store_equipment_order_each(struct txn *txn, const char *org_id,
    bool only_open, const char *after_id, int limit,
    store_equipment_order_fn *fn, void *arg, struct err *err)
{
	static struct query all = {&orders,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};
	static struct query open = {&orders,
	    "WHERE org_id = $1 AND id > $2 AND state <= 2 ORDER BY id LIMIT $3",
	    NULL};

	return each_order(txn, only_open ? &open : &all,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}
