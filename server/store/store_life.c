#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/store_judgement.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct life, id),
    ROW_TEXT(struct life, org_id),
    ROW_TEXT(struct life, device_id),
    ROW_TEXT(struct life, link_id),
    ROW_ENUM(struct life, state, LIFE_STATE_COUNT - 1),
    ROW_TEXT(struct life, topic),
    ROW_TEXT(struct life, push_magic),
    ROW_BYTES(struct life, push_token, push_token_len),
    ROW_BOOL(struct life, awaiting_configuration),
    ROW_INT64(struct life, started_at),
    ROW_INT64(struct life, enrolled_at),
    ROW_INT64(struct life, ended_at),
    ROW_INT64(struct life, last_seen_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, device_id, link_id, state, topic, push_magic, "           \
	"push_token,"                                                          \
	" awaiting_configuration, started_at, enrolled_at, ended_at,"          \
	" last_seen_at"

/*
 * Who a life belongs to never changes, so those columns are compared, not
 * written: the foreign keys need no look-up at every TokenUpdate.
 */
int store_life_save(struct txn *txn, const struct life *row, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "INSERT INTO lives (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	    " ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
	    " topic = excluded.topic, push_magic = excluded.push_magic,"
	    " push_token = excluded.push_token,"
	    " awaiting_configuration = excluded.awaiting_configuration,"
	    " started_at = excluded.started_at,"
	    " enrolled_at = excluded.enrolled_at,"
	    " ended_at = excluded.ended_at,"
	    " last_seen_at = excluded.last_seen_at"
	    " WHERE lives.org_id = excluded.org_id"
	    " AND lives.device_id = excluded.device_id"
	    " AND lives.link_id = excluded.link_id",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	if (!life_is_open(row->state))
		txn->retires = true;
	r = db_run(stmt, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(
		    err, ERR_CONFLICT, "the life belongs to another device");
	/* What the phone told in another life is not judged any more. */
	if (r == 0 && (row->enrolled_at == 0 || !life_is_open(row->state)))
		r = store_judgement_expire(
		    txn, row->org_id, STORE_SUBJECT_PHONE, row->device_id, err);
	return r;
}

int store_life_load(
    struct txn *txn, const char *id, struct life *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(
	    txn->db, "SELECT " COLUMNS " FROM lives WHERE id = $1", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_life_load_state(
    struct txn *txn, const char *id, enum life_state *out, struct err *err)
{
	static const struct field state = {
	    .column = "state", .kind = FIELD_ENUM, .max = LIFE_STATE_COUNT - 1};
	struct db_stmt *stmt;
	int r = db_prepare(
	    txn->db, "SELECT state FROM lives WHERE id = $1", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return row_take(stmt, &state, 1, out, sizeof(*out), err);
}

int store_life_each_enrolled(struct txn *txn, const char *after_id, int limit,
    store_life_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	struct life row = {0};
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM lives WHERE state = 1 AND id > $1"
	    " ORDER BY id LIMIT $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, after_id ? after_id : "");
	db_bind_int64(stmt, 2, limit > 0 ? limit : INT32_MAX);
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

static int last_seen_one(
    struct txn *txn, const struct last_seen *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE lives SET last_seen_at = $2"
	    " WHERE id = $1 AND last_seen_at < $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, row->life_id);
	db_bind_int64(stmt, 2, row->at);
	return db_run(stmt, NULL, err);
}

int store_last_seen_save(struct txn *txn, const struct last_seen *rows,
    size_t count, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < count && r == 0; i++)
		r = last_seen_one(txn, &rows[i], err);
	return r;
}

/* ---- who a certificate stands for ---- */

static const struct field identity_fields[] = {
    ROW_ENUM(struct identity, certificate_state, CERTIFICATE_DEAD),
    ROW_TEXT(struct identity, org_id),
    ROW_TEXT(struct identity, link_id),
    ROW_TEXT(struct identity, life_id),
    ROW_TEXT(struct identity, device_id),
    ROW_TEXT(struct identity, udid),
    ROW_ENUM(struct identity, life_state, LIFE_STATE_COUNT - 1),
};

int store_identity_find(struct txn *txn, const char *certificate_sha256,
    struct identity *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT c.state, c.org_id, c.link_id, c.life_id,"
	    " coalesce(l.device_id, ''), coalesce(d.udid, ''),"
	    " coalesce(l.state, 0)"
	    " FROM certificates c"
	    " LEFT JOIN lives l ON l.id = c.life_id"
	    " LEFT JOIN devices d ON d.id = l.device_id"
	    " WHERE c.sha256 = $1",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, certificate_sha256);
	return row_take(stmt, identity_fields,
	    sizeof(identity_fields) / sizeof(identity_fields[0]), out,
	    sizeof(*out), err);
}
