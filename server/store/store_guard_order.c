#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/store_guard.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct guard_order_row, id),
    ROW_TEXT(struct guard_order_row, org_id),
    ROW_ENUM(struct guard_order_row, budget, GUARD_BUDGET_COUNT - 1),
    ROW_INT64(struct guard_order_row, kind),
    ROW_INT64(struct guard_order_row, cause),
    ROW_TEXT(struct guard_order_row, device_id),
    ROW_TEXT(struct guard_order_row, case_id),
    ROW_TEXT(struct guard_order_row, approval_id),
    ROW_TEXT(struct guard_order_row, ordered_by),
    ROW_TEXT(struct guard_order_row, ordered_key),
    ROW_TEXT(struct guard_order_row, ordered_person_id),
    ROW_INT64(struct guard_order_row, at),
};
static struct table orders = {
    .name = "guard_orders",
    .word = "guarded order",
    TABLE(struct guard_order_row, fields),
};

int store_guard_order_insert(
    struct txn *txn, const struct guard_order_row *row, struct err *err)
{
	return table_insert(txn, &orders, row, err);
}

int store_guard_order_count(struct txn *txn, const struct guard_window *window,
    unsigned *count, int64_t *oldest_at, struct err *err)
{
	const char *key = window->ordered_key ? window->ordered_key : "";
	const char *person =
	    window->ordered_person_id ? window->ordered_person_id : "";
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT count(*), coalesce(min(at), 0) FROM guard_orders WHERE "
	    "org_id = $1 AND budget = $2 AND at > $3 AND ($4 = '' OR "
	    "ordered_key = $4 OR ($6 <> '' AND ordered_person_id = $6)) AND "
	    "($5 = 1 OR approval_id = '')",
	    &stmt, err);

	if (rc < 0)
		return rc;
	values_bind(stmt,
	    VALUES(TEXT(window->org_id), NUMBER(window->budget),
	        NUMBER(window->since), TEXT(key), NUMBER(window->approved_too),
	        TEXT(person)));
	rc = db_step(stmt, err);
	if (rc > 0) {
		*count = (unsigned)db_int64(stmt, 0);
		*oldest_at = db_int64(stmt, 1);
	}
	db_done(stmt);
	return rc < 0 ? rc : 0;
}

int store_enrolled_count(
    struct txn *txn, const char *org_id, unsigned *out, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT count(*) FROM lives WHERE org_id = $1 AND state = 1", &stmt,
	    err);

	if (rc < 0)
		return rc;
	db_bind_text(stmt, 1, org_id);
	rc = db_step(stmt, err);
	if (rc > 0)
		*out = (unsigned)db_int64(stmt, 0);
	db_done(stmt);
	return rc < 0 ? rc : 0;
}
