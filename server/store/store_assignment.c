#include "server/store/store_equipment.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct assignment_row, id),
    ROW_TEXT(struct assignment_row, org_id),
    ROW_ENUM(struct assignment_row, kind, ASSIGNMENT_KIND_COUNT - 1),
    ROW_TEXT(struct assignment_row, person_id),
    ROW_TEXT(struct assignment_row, employment_id),
    ROW_TEXT(struct assignment_row, device_id),
    ROW_TEXT(struct assignment_row, subscription_id),
    ROW_BOOL(struct assignment_row, is_shared),
    ROW_TEXT(struct assignment_row, life_id),
    ROW_TEXT(struct assignment_row, order_id),
    ROW_INT64(struct assignment_row, from_at),
    ROW_INT64(struct assignment_row, to_at),
    ROW_TEXT(struct assignment_row, opened_by),
    ROW_TEXT(struct assignment_row, closed_by),
    ROW_TEXT(struct assignment_row, close_reason),
    ROW_INT64(struct assignment_row, voided_at),
    ROW_TEXT(struct assignment_row, voided_by),
};
static struct table assignments = {
    .name = "assignments",
    .word = "assignment",
    .changing = " to_at closed_by close_reason voided_at voided_by ",
    TABLE(struct assignment_row, fields),
};
DEFINE_EACH(each, struct assignment_row, store_assignment_fn)

int store_assignment_save(
    struct txn *txn, const struct assignment_row *row, struct err *err)
{
	return table_save(txn, &assignments, row, err);
}

int store_assignment_load(struct txn *txn, const char *org_id, const char *id,
    struct assignment_row *out, struct err *err)
{
	return table_load(txn, &assignments, org_id, id, out, err);
}

int store_assignment_find_phone(struct txn *txn, const char *org_id,
    const char *device_id, int64_t at, struct assignment_row *out,
    struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND device_id = $2 AND device_id <> '' AND kind "
	    "= 0 AND voided_at = 0 AND (($3 = 0 AND to_at = 0) OR ($3 > 0 AND "
	    "from_at <= $3 AND (to_at = 0 OR to_at > $3))) ORDER BY from_at "
	    "DESC, id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(device_id), NUMBER(at)), out, err);
}

int store_assignment_find_subscription(struct txn *txn, const char *org_id,
    const char *subscription_id, int64_t at, struct assignment_row *out,
    struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND subscription_id = $2 AND subscription_id <> "
	    "'' AND kind = 1 AND voided_at = 0 AND (($3 = 0 AND to_at = 0) OR "
	    "($3 > 0 AND from_at <= $3 AND (to_at = 0 OR to_at > $3))) ORDER "
	    "BY from_at DESC, id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(subscription_id), NUMBER(at)), out, err);
}

int store_assignment_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_assignment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_assignment_each_person(struct txn *txn, const char *org_id,
    const char *person_id, bool only_open, store_assignment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND person_id = $2 AND person_id <> '' AND "
	    "voided_at = 0 AND ($3 = 0 OR to_at = 0) ORDER BY from_at, id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(only_open)), fn, arg,
	    err);
}

int store_assignment_each_device(struct txn *txn, const char *org_id,
    const char *device_id, bool only_open, store_assignment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND device_id = $2 AND device_id <> '' AND "
	    "voided_at = 0 AND ($3 = 0 OR to_at = 0) ORDER BY from_at, id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(device_id), NUMBER(only_open)), fn, arg,
	    err);
}

int store_assignment_each_subscription(struct txn *txn, const char *org_id,
    const char *subscription_id, bool only_open, store_assignment_fn *fn,
    void *arg, struct err *err)
{
	static struct query query = {&assignments,
	    "WHERE org_id = $1 AND subscription_id = $2 AND subscription_id <> "
	    "'' AND voided_at = 0 AND ($3 = 0 OR to_at = 0) ORDER BY from_at, "
	    "id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(subscription_id), NUMBER(only_open)), fn,
	    arg, err);
}
