#include "server/store/db.h"
#include "server/store/store_guard.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct legal_hold_row, id),
    ROW_TEXT(struct legal_hold_row, org_id),
    ROW_ENUM(struct legal_hold_row, kind, LEGAL_HOLD_KIND_COUNT - 1),
    ROW_TEXT(struct legal_hold_row, subject_id),
    ROW_TEXT(struct legal_hold_row, reference),
    ROW_TEXT(struct legal_hold_row, set_by),
    ROW_INT64(struct legal_hold_row, set_at),
    ROW_TEXT(struct legal_hold_row, lifted_by),
    ROW_INT64(struct legal_hold_row, lifted_at),
    ROW_TEXT(struct legal_hold_row, lift_reason),
};
static struct table holds = {
    .name = "legal_holds",
    .word = "legal hold",
    .changing = " lifted_by lifted_at lift_reason ",
    TABLE(struct legal_hold_row, fields),
};
DEFINE_EACH(each, struct legal_hold_row, store_legal_hold_fn)

int store_legal_hold_save(
    struct txn *txn, const struct legal_hold_row *row, struct err *err)
{
	return table_save(txn, &holds, row, err);
}

int store_legal_hold_load(struct txn *txn, const char *org_id, const char *id,
    struct legal_hold_row *out, struct err *err)
{
	return table_load(txn, &holds, org_id, id, out, err);
}

static struct query of_subject = {&holds,
    "WHERE org_id = $1 AND subject_id = $2 AND lifted_at = 0 ORDER BY id",
    NULL};

int store_legal_hold_find(struct txn *txn, const char *org_id,
    const char *subject_id, struct legal_hold_row *out, struct err *err)
{
	return query_take(
	    txn, &of_subject, VALUES(TEXT(org_id), TEXT(subject_id)), out, err);
}

int store_legal_hold_each_subject(struct txn *txn, const char *org_id,
    const char *subject_id, store_legal_hold_fn *fn, void *arg, struct err *err)
{
	return each(txn, &of_subject, VALUES(TEXT(org_id), TEXT(subject_id)),
	    fn, arg, err);
}

int store_legal_hold_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_legal_hold_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {
	    &holds, "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

/* Held now, or once and no erase has been proven since they began to (3 is
 * WIPE_PROVEN): what is on the phone may be theirs. */
int store_legal_hold_find_former(struct txn *txn, const char *org_id,
    const char *device_id, struct legal_hold_row *out, struct err *err)
{
	static struct query query = {&holds,
	    "WHERE org_id = $1 AND lifted_at = 0 AND kind = 0 AND subject_id IN"
	    " (SELECT a.person_id FROM assignments a WHERE a.org_id = $1 AND"
	    " a.device_id = $2 AND a.device_id <> '' AND a.kind = 0 AND"
	    " a.voided_at = 0 AND (a.to_at = 0 OR NOT EXISTS (SELECT 1 FROM"
	    " wipes w WHERE w.device_id = $2 AND w.state = 3 AND"
	    " w.proven_at >= a.from_at))) ORDER BY id LIMIT 1",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), out, err);
}
