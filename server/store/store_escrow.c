/* What is kept sealed past a phone's record, and each use of it. */
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/store_phone.h"
#include "server/store/table.h"

/* *out: one with this mark was there and is seen again. */
static int see_again(
    struct txn *txn, const struct escrow_row *row, bool *out, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "UPDATE escrow SET seen_at = $6 WHERE org_id = $1 AND serial = $2"
	    " AND udid = $3 AND kind = $4 AND mark = $5",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt,
	    VALUES(TEXT(row->org_id), TEXT(row->serial), TEXT(row->udid),
	        NUMBER(row->kind), TEXT(row->mark), NUMBER(row->stored_at)));
	r = db_run(stmt, &changes, err);
	*out = changes > 0;
	return r;
}

int store_escrow_keep(struct txn *txn, const struct escrow_row *row,
    bool *is_new, struct err *err)
{
	struct db_stmt *stmt;
	bool was_there = false;
	int r = see_again(txn, row, &was_there, err);

	*is_new = !was_there;
	if (r < 0 || was_there)
		return r;
	r = db_prepare(txn->db,
	    "INSERT INTO escrow (id, org_id, serial, udid, kind, life_id, mark,"
	    " stored_at, seen_at, sealed)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
	    &stmt, err);
	if (r < 0)
		return r;
	values_bind(stmt,
	    VALUES(TEXT(row->id), TEXT(row->org_id), TEXT(row->serial),
	        TEXT(row->udid), NUMBER(row->kind), TEXT(row->life_id),
	        TEXT(row->mark), NUMBER(row->stored_at)));
	db_bind_bytes(stmt, 9, row->sealed, row->sealed_len);
	return db_run(stmt, NULL, err);
}

static const struct field fields[] = {
    ROW_TEXT(struct escrow_row, id),
    ROW_TEXT(struct escrow_row, org_id),
    ROW_TEXT(struct escrow_row, serial),
    ROW_TEXT(struct escrow_row, udid),
    ROW_ENUM(struct escrow_row, kind, ESCROW_KIND_COUNT - 1),
    ROW_TEXT(struct escrow_row, life_id),
    ROW_TEXT(struct escrow_row, mark),
    ROW_INT64(struct escrow_row, stored_at),
    ROW_INT64(struct escrow_row, seen_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

int store_escrow_each(struct txn *txn, const char *org_id, const char *serial,
    store_escrow_fn *fn, void *arg, struct err *err)
{
	struct escrow_row row = {.sealed = NULL};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT id, org_id, serial, udid, kind, life_id, mark, stored_at,"
	    " seen_at, sealed FROM escrow WHERE org_id = $1 AND serial = $2"
	    " ORDER BY kind, stored_at DESC, id DESC",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(serial)));
	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		if (r == 0)
			r = db_bytes_copy(
			    stmt, FIELDS, &row.sealed, &row.sealed_len, err);
		if (r == 0)
			r = fn(arg, &row);
		free(row.sealed);
		row.sealed = NULL;
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

/* ---- uses ---- */

static const struct field use_fields[] = {
    ROW_TEXT(struct escrow_use_row, id),
    ROW_TEXT(struct escrow_use_row, org_id),
    ROW_TEXT(struct escrow_use_row, escrow_id),
    ROW_TEXT(struct escrow_use_row, serial),
    ROW_ENUM(struct escrow_use_row, use, ESCROW_USE_COUNT - 1),
    ROW_TEXT(struct escrow_use_row, asked_by),
    ROW_TEXT(struct escrow_use_row, approved_by),
    ROW_TEXT(struct escrow_use_row, approval_id),
    ROW_TEXT(struct escrow_use_row, reason),
    ROW_INT64(struct escrow_use_row, status),
    ROW_INT64(struct escrow_use_row, at),
};
static struct table uses = {
    .name = "escrow_uses",
    .word = "use of a sealed code",
    .changing = " status ",
    TABLE(struct escrow_use_row, use_fields),
};
DEFINE_EACH(each_use, struct escrow_use_row, store_escrow_use_fn)

int store_escrow_use_save(
    struct txn *txn, const struct escrow_use_row *row, struct err *err)
{
	return table_save(txn, &uses, row, err);
}

int store_escrow_use_each(struct txn *txn, const char *org_id,
    const char *serial, store_escrow_use_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&uses,
	    "WHERE org_id = $1 AND serial = $2 ORDER BY at DESC, id DESC",
	    NULL};

	return each_use(
	    txn, &query, VALUES(TEXT(org_id), TEXT(serial)), fn, arg, err);
}
