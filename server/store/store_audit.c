#include "server/store/store_audit.h"

#include <string.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

/* ---- entries ---- */

static const struct field fields[] = {
    ROW_TEXT(struct audit_row, org_id),
    ROW_INT64(struct audit_row, seq),
    ROW_INT64(struct audit_row, at),
    ROW_TEXT(struct audit_row, action),
    ROW_TEXT(struct audit_row, actor),
    ROW_TEXT(struct audit_row, subject_kind),
    ROW_TEXT(struct audit_row, subject_id),
    ROW_TEXT(struct audit_row, person_id),
    ROW_TEXT(struct audit_row, device_id),
    ROW_TEXT(struct audit_row, case_id),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
/* Behind them: the body, of any length, and the hashes, of one. */
enum { COLUMN_BODY = FIELDS, COLUMN_SALT, COLUMN_BODY_SHA256, COLUMN_SHA256 };
#define COLUMNS                                                                \
	"org_id, seq, at, action, actor, subject_kind, subject_id, person_id," \
	" device_id, case_id, body, salt, body_sha256, sha256"

int store_audit_insert(
    struct txn *txn, const struct audit_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO audit_entries (" COLUMNS ") VALUES ($1, $2, $3, $4,"
	    " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	db_bind_text_len(stmt, COLUMN_BODY + 1, row->body, row->body_len);
	db_bind_bytes(stmt, COLUMN_SALT + 1, row->salt, row->salt_len);
	db_bind_bytes(
	    stmt, COLUMN_BODY_SHA256 + 1, row->body_sha256, AUDIT_HASH);
	db_bind_bytes(stmt, COLUMN_SHA256 + 1, row->sha256, AUDIT_HASH);
	return db_run(stmt, NULL, err);
}

static int hash_read(
    struct db_stmt *stmt, int index, uint8_t out[AUDIT_HASH], struct err *err)
{
	size_t len = 0;
	const uint8_t *bytes = db_bytes(stmt, index, &len);

	if (len != AUDIT_HASH)
		return err_set(err, ERR_CRYPTO, "a hash has %zu bytes", len);
	memcpy(out, bytes, AUDIT_HASH);
	return 0;
}

static int entry_read(
    struct db_stmt *stmt, struct audit_row *row, struct err *err)
{
	const uint8_t *salt;
	int r = row_read(stmt, fields, FIELDS, row, err);

	if (r == 0)
		r = hash_read(stmt, COLUMN_BODY_SHA256, row->body_sha256, err);
	if (r == 0)
		r = hash_read(stmt, COLUMN_SHA256, row->sha256, err);
	if (r < 0)
		return r;
	salt = db_bytes(stmt, COLUMN_SALT, &row->salt_len);
	if (row->salt_len > AUDIT_SALT)
		return err_set(err, ERR_CRYPTO, "a salt is too long");
	if (row->salt_len > 0)
		memcpy(row->salt, salt, row->salt_len);
	row->body = db_text(stmt, COLUMN_BODY, &row->body_len);
	return 0;
}

/* One text a question: each is found by its own index. */
static const char *each_sql(const struct audit_filter *filter)
{
#define EACH(where, order)                                                     \
	"SELECT " COLUMNS " FROM audit_entries WHERE " where                   \
	" org_id = $1 AND seq " order " LIMIT $3"
#define UP "> $2 ORDER BY seq"
#define DOWN "< $2 ORDER BY seq DESC"
	static const char *const texts[4][2] = {
	    {EACH("", UP), EACH("", DOWN)},
	    {EACH("person_id = $4 AND person_id <> '' AND", UP),
	        EACH("person_id = $4 AND person_id <> '' AND", DOWN)},
	    {EACH("device_id = $4 AND device_id <> '' AND", UP),
	        EACH("device_id = $4 AND device_id <> '' AND", DOWN)},
	    {EACH("case_id = $4 AND case_id <> '' AND", UP),
	        EACH("case_id = $4 AND case_id <> '' AND", DOWN)},
	};
	int which = filter->person_id ? 1
	    : filter->device_id       ? 2
	    : filter->case_id         ? 3
	                              : 0;

	return texts[which][filter->newest_first];
#undef EACH
#undef UP
#undef DOWN
}

static const char *each_of(const struct audit_filter *filter)
{
	if (filter->person_id)
		return filter->person_id;
	return filter->device_id ? filter->device_id : filter->case_id;
}

int store_audit_each(struct txn *txn, const struct audit_filter *filter,
    store_audit_fn *fn, void *arg, struct err *err)
{
	struct audit_row row = {.seq = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, each_sql(filter), &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, filter->org_id);
	db_bind_int64(stmt, 2,
	    filter->newest_first && filter->after_seq == 0 ? INT64_MAX
	                                                   : filter->after_seq);
	db_bind_int64(stmt, 3, filter->limit > 0 ? filter->limit : INT64_MAX);
	if (each_of(filter))
		db_bind_text(stmt, 4, each_of(filter));
	while ((r = db_step(stmt, err)) > 0) {
		r = entry_read(stmt, &row, err);
		if (r < 0)
			(void)err_prefix(
			    err, "audit entry %lld", (long long)row.seq);
		else
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

/* ---- the head of a chain ---- */

int store_audit_head_load(struct txn *txn, const char *org_id,
    struct audit_head *out, struct err *err)
{
	struct audit_head head = {.seq = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT seq, sha256 FROM audit_heads WHERE org_id = $1", &stmt,
	    err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	r = db_step(stmt, err);
	if (r > 0) {
		head.seq = db_int64(stmt, 0);
		r = hash_read(stmt, 1, head.sha256, err);
	}
	db_done(stmt);
	if (r == 0)
		*out = head;
	return r;
}

int store_audit_head_save(struct txn *txn, const char *org_id,
    const struct audit_head *head, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO audit_heads (org_id, seq, sha256) VALUES ($1, $2, $3)"
	    " ON CONFLICT (org_id) DO UPDATE SET"
	    " seq = excluded.seq, sha256 = excluded.sha256",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_int64(stmt, 2, head->seq);
	db_bind_bytes(stmt, 3, head->sha256, AUDIT_HASH);
	return db_run(stmt, NULL, err);
}

/* ---- people ---- */

int store_audit_empty(struct txn *txn, const char *org_id,
    const char *person_id, const char *except, int64_t *emptied,
    struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE audit_entries SET body = '', salt = $4"
	    " WHERE org_id = $1 AND person_id = $2 AND person_id <> ''"
	    " AND action <> $3 AND body <> ''",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, person_id);
	db_bind_text(stmt, 3, except);
	db_bind_bytes(stmt, 4, NULL, 0);
	return db_run(stmt, emptied, err);
}

int store_audit_holder(struct txn *txn, const char *org_id,
    const char *device_id, char out[STORE_ID], struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT person_id FROM devices WHERE id = $1 AND org_id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	out[0] = '\0';
	db_bind_text(stmt, 1, device_id);
	db_bind_text(stmt, 2, org_id);
	r = db_step(stmt, err);
	if (r > 0)
		r = db_text_copy(stmt, 0, out, STORE_ID, err);
	db_done(stmt);
	return r;
}

/* ---- checkpoints ---- */

static const struct field checkpoint_fields[] = {
    ROW_TEXT(struct audit_checkpoint, org_id),
    ROW_INT64(struct audit_checkpoint, seq),
    ROW_INT64(struct audit_checkpoint, at),
    ROW_BYTES(struct audit_checkpoint, signature, signature_len),
};
#define CHECKPOINT_FIELDS (sizeof(checkpoint_fields) / sizeof(struct field))
#define CHECKPOINT_COLUMNS "org_id, seq, at, signature, sha256"

int store_audit_checkpoint_insert(
    struct txn *txn, const struct audit_checkpoint *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO audit_checkpoints (" CHECKPOINT_COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, checkpoint_fields, CHECKPOINT_FIELDS, row);
	db_bind_bytes(stmt, CHECKPOINT_FIELDS + 1, row->sha256, AUDIT_HASH);
	return db_run(stmt, NULL, err);
}

static int checkpoint_read(
    struct db_stmt *stmt, struct audit_checkpoint *row, struct err *err)
{
	int r = row_read(stmt, checkpoint_fields, CHECKPOINT_FIELDS, row, err);

	return r < 0 ? r : hash_read(stmt, CHECKPOINT_FIELDS, row->sha256, err);
}

int store_audit_checkpoint_load(struct txn *txn, const char *org_id,
    struct audit_checkpoint *out, struct err *err)
{
	struct audit_checkpoint row = {.seq = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " CHECKPOINT_COLUMNS " FROM audit_checkpoints"
	    " WHERE org_id = $1 ORDER BY seq DESC LIMIT 1",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "there is no checkpoint yet");
	else if (r > 0)
		r = checkpoint_read(stmt, &row, err);
	db_done(stmt);
	if (r == 0)
		*out = row;
	return r;
}

int store_audit_checkpoint_each(struct txn *txn, const char *org_id,
    int64_t after_seq, store_audit_checkpoint_fn *fn, void *arg,
    struct err *err)
{
	struct audit_checkpoint row = {.seq = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " CHECKPOINT_COLUMNS " FROM audit_checkpoints"
	    " WHERE org_id = $1 AND seq > $2 ORDER BY seq",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_int64(stmt, 2, after_seq);
	while ((r = db_step(stmt, err)) > 0) {
		r = checkpoint_read(stmt, &row, err);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}
