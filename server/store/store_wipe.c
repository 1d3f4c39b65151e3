#include "server/store/store_bench.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/store_judgement.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct wipe, id),
    ROW_TEXT(struct wipe, org_id),
    ROW_TEXT(struct wipe, device_id),
    ROW_TEXT(struct wipe, life_id),
    ROW_TEXT(struct wipe, command_id),
    ROW_ENUM(struct wipe, state, WIPE_STATE_COUNT - 1),
    ROW_TEXT(struct wipe, ordered_by),
    ROW_TEXT(struct wipe, reason),
    ROW_TEXT(struct wipe, warning),
    ROW_INT64(struct wipe, ordered_at),
    ROW_INT64(struct wipe, acknowledged_at),
    ROW_INT64(struct wipe, silent_at),
    ROW_INT64(struct wipe, proven_at),
    ROW_INT64(struct wipe, closed_at),
    ROW_INT64(struct wipe, caught_at),
    ROW_TEXT(struct wipe, case_id),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, device_id, life_id, command_id, state, ordered_by,"       \
	" reason, warning, ordered_at, acknowledged_at, silent_at, proven_at," \
	" closed_at, caught_at, case_id"

/* Whether the phone is erased is part of what is judged of it. */
static int judge_anew(struct txn *txn, const struct wipe *row, struct err *err)
{
	return store_judgement_expire(
	    txn, row->org_id, STORE_SUBJECT_PHONE, row->device_id, err);
}

/* The schema refuses a second one: wipes_once (DESIGN invariant 1). */
int store_wipe_insert(struct txn *txn, const struct wipe *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO wipes (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6,"
	    " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	r = db_run(stmt, NULL, err);
	if (r == -(int)ERR_CONFLICT)
		(void)err_prefix(err, "the wipe cannot be ordered");
	return r < 0 ? r : judge_anew(txn, row, err);
}

int store_wipe_update(struct txn *txn, const struct wipe *row, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "UPDATE wipes SET org_id = $2, device_id = $3, life_id = $4,"
	    " command_id = $5, state = $6, ordered_by = $7, reason = $8,"
	    " warning = $9, ordered_at = $10, acknowledged_at = $11,"
	    " silent_at = $12, proven_at = $13, closed_at = $14, caught_at = "
	    "$15,"
	    " case_id = $16"
	    " WHERE id = $1",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	r = db_run(stmt, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(err, ERR_NOT_FOUND, "no such wipe");
	return r < 0 ? r : judge_anew(txn, row, err);
}

static int load_by(struct txn *txn, const char *sql, const char *key,
    struct wipe *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, key);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_wipe_load(
    struct txn *txn, const char *id, struct wipe *out, struct err *err)
{
	return load_by(
	    txn, "SELECT " COLUMNS " FROM wipes WHERE id = $1", id, out, err);
}

int store_wipe_find_command(
    struct txn *txn, const char *command_id, struct wipe *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM wipes WHERE command_id = $1", command_id,
	    out, err);
}

int store_wipe_find_device(
    struct txn *txn, const char *device_id, struct wipe *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM wipes WHERE device_id = $1"
	    " ORDER BY ordered_at DESC, id DESC LIMIT 1",
	    device_id, out, err);
}

/* state <= 3 names the index, state <= 2 is what is open. */
int store_wipe_find_open(
    struct txn *txn, const char *life_id, struct wipe *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM wipes WHERE life_id = $1"
	    " AND state <= 3 AND state <= 2",
	    life_id, out, err);
}

int store_wipe_find_standing(
    struct txn *txn, const char *life_id, struct wipe *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM wipes WHERE life_id = $1 AND state <= 3",
	    life_id, out, err);
}

/* state IN (1, 2) names the index. */
int store_wipe_each_watched(struct txn *txn, const char *after_id,
    store_wipe_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	struct wipe row = {0};
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM wipes WHERE state IN (1, 2) AND id > $1"
	    " AND EXISTS (SELECT 1 FROM lives"
	    " WHERE lives.id = wipes.life_id AND lives.state <= 1)"
	    " ORDER BY id",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, after_id);
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
