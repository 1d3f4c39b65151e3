/* Every step of a phone, and the state it led to. */
#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/store_judgement.h"
#include "server/store/store_phone.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct phone_step_row, org_id),
    ROW_TEXT(struct phone_step_row, device_id),
    ROW_ENUM(struct phone_step_row, event, PHONE_EVENT_COUNT - 1),
    ROW_ENUM(struct phone_step_row, from_state, PHONE_STATE_COUNT - 1),
    ROW_ENUM(struct phone_step_row, to_state, PHONE_STATE_COUNT - 1),
    ROW_INT64(struct phone_step_row, at),
    ROW_TEXT(struct phone_step_row, made_by),
    ROW_TEXT(struct phone_step_row, reason),
    ROW_INT64(struct phone_step_row, number),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static int insert_step(
    struct txn *txn, const struct phone_step_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO phone_steps (org_id, device_id, event, from_state,"
	    " to_state, at, made_by, reason, number)"
	    " SELECT $1, $2, $3, $4, $5, $6, $7, $8,"
	    " coalesce(max(number), 0) + 1"
	    " FROM phone_steps WHERE device_id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS - 1, row);
	return db_run(stmt, NULL, err);
}

int store_phone_step(
    struct txn *txn, const struct phone_step_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = insert_step(txn, row, err);

	if (r == 0)
		r = db_prepare(txn->db,
		    "UPDATE devices SET state = $3, state_at = $4"
		    " WHERE org_id = $1 AND id = $2",
		    &stmt, err);
	if (r < 0)
		return r;
	values_bind(stmt,
	    VALUES(TEXT(row->org_id), TEXT(row->device_id),
	        NUMBER(row->to_state), NUMBER(row->at)));
	r = db_run(stmt, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(err, ERR_NOT_FOUND, "no such phone");
	return r < 0 ? r
	             : store_judgement_expire(txn, row->org_id,
	                   STORE_SUBJECT_PHONE, row->device_id, err);
}

int store_phone_step_each(struct txn *txn, const char *org_id,
    const char *device_id, store_phone_step_fn *fn, void *arg, struct err *err)
{
	struct phone_step_row row = {.number = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT org_id, device_id, event, from_state, to_state, at,"
	    " made_by, reason, number FROM phone_steps"
	    " WHERE org_id = $1 AND device_id = $2 ORDER BY number",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(device_id)));
	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}
