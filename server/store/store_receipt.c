#include "server/store/store_receipt.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct receipt_row, id),
    ROW_TEXT(struct receipt_row, org_id),
    ROW_INT64(struct receipt_row, kind),
    ROW_INT64(struct receipt_row, year),
    ROW_INT64(struct receipt_row, running),
    ROW_TEXT(struct receipt_row, language),
    ROW_TEXT(struct receipt_row, person_id),
    ROW_TEXT(struct receipt_row, device_id),
    ROW_TEXT(struct receipt_row, case_id),
    ROW_TEXT(struct receipt_row, handout_id),
    ROW_TEXT(struct receipt_row, body_sha256),
    ROW_INT64(struct receipt_row, issued_at),
    ROW_TEXT(struct receipt_row, issued_by),
    ROW_INT64(struct receipt_row, signed_at),
    ROW_INT64(struct receipt_row, voided_at),
    ROW_TEXT(struct receipt_row, void_reason),
    ROW_INT64(struct receipt_row, purged_at),
};
static struct table receipts = {
    .name = "receipts",
    .word = "receipt",
    .changing = " signed_at voided_at void_reason purged_at ",
    TABLE(struct receipt_row, fields),
};
DEFINE_EACH(each, struct receipt_row, store_receipt_fn)

int store_receipt_insert(struct txn *txn, const struct receipt_row *row,
    const char *body, struct err *err)
{
	struct db_stmt *stmt;
	int rc = table_insert(txn, &receipts, row, err);

	if (rc == 0)
		rc = db_prepare(txn->db,
		    "UPDATE receipts SET body = $1 WHERE org_id = $2 AND id ="
		    " $3",
		    &stmt, err);
	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(body), TEXT(row->org_id), TEXT(row->id)));
	return db_run(stmt, NULL, err);
}

int store_receipt_load(struct txn *txn, const char *org_id, const char *id,
    struct receipt_row *out, struct err *err)
{
	return table_load(txn, &receipts, org_id, id, out, err);
}

/* Column 0 of the first row, appended. */
static int take_bytes(struct db_stmt *stmt, bool is_text, const char *missing,
    struct buf *out, struct err *err)
{
	size_t len = 0;
	int rc = db_step(stmt, err);

	if (rc == 0)
		rc = err_set(err, ERR_NOT_FOUND, "%s", missing);
	if (rc > 0) {
		const void *data = is_text
		    ? (const void *)db_text(stmt, 0, &len)
		    : (const void *)db_bytes(stmt, 0, &len);

		if (len > 0)
			buf_append(out, data, len);
		rc = buf_check(out, err);
	}
	db_done(stmt);
	return rc;
}

int store_receipt_body(struct txn *txn, const char *org_id, const char *id,
    struct buf *out, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT body FROM receipts WHERE org_id = $1 AND id = $2", &stmt,
	    err);

	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	return take_bytes(stmt, true, "there is no such receipt", out, err);
}

int store_receipt_next(struct txn *txn, const char *org_id, int64_t year,
    int64_t *running, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "SELECT coalesce(max(running), 0) FROM receipts"
	    " WHERE org_id = $1 AND year = $2",
	    &stmt, err);

	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), NUMBER(year)));
	rc = db_step(stmt, err);
	if (rc > 0)
		*running = db_int64(stmt, 0) + 1;
	db_done(stmt);
	return rc < 0 ? rc : 0;
}

int store_receipt_find_case(struct txn *txn, const char *org_id,
    const char *case_id, int64_t kind, struct receipt_row *out, struct err *err)
{
	static struct query query = {&receipts,
	    "WHERE org_id = $1 AND case_id = $2 AND kind = $3 AND"
	    " case_id <> '' AND voided_at = 0",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(case_id), NUMBER(kind)), out, err);
}

int store_receipt_find_number(struct txn *txn, const char *org_id, int64_t year,
    int64_t running, struct receipt_row *out, struct err *err)
{
	static struct query query = {&receipts,
	    "WHERE org_id = $1 AND year = $2 AND running = $3", NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(year), NUMBER(running)), out, err);
}

/* By what is named first; whatever else is named is looked at in each row. */
static struct query *query_of(
    const struct receipt_filter *filter, const char **key)
{
	static struct query by_person = {&receipts,
	    "WHERE org_id = $1 AND person_id = $2 AND person_id <> '' AND id >"
	    " $3 ORDER BY id",
	    NULL};
	static struct query by_device = {&receipts,
	    "WHERE org_id = $1 AND device_id = $2 AND device_id <> '' AND id >"
	    " $3 ORDER BY id",
	    NULL};
	static struct query by_case = {&receipts,
	    "WHERE org_id = $1 AND case_id = $2 AND case_id <> '' AND id > $3"
	    " ORDER BY id",
	    NULL};
	static struct query all = {&receipts,
	    "WHERE org_id = $1 AND $2 = '' AND id > $3 ORDER BY id", NULL};

	*key = filter->person_id;
	if (*key)
		return &by_person;
	*key = filter->device_id;
	if (*key)
		return &by_device;
	*key = filter->case_id;
	if (*key)
		return &by_case;
	*key = "";
	return &all;
}

static bool fits(const char *asked, const char *is)
{
	return !asked || strcmp(asked, is) == 0;
}

int store_receipt_each(struct txn *txn, const char *org_id,
    const struct receipt_filter *filter, store_receipt_fn *fn, void *arg,
    struct err *err)
{
	struct receipt_row row = {0};
	struct cursor cursor;
	const char *key;
	struct query *query = query_of(filter, &key);
	const char *after = filter->after_id ? filter->after_id : "";
	int left = filter->limit;
	int rc = cursor_open(txn, query,
	    VALUES(TEXT(org_id), TEXT(key), TEXT(after)), &cursor, err);

	if (rc < 0)
		return rc;
	while ((rc = cursor_next(&cursor, &row, err)) > 0) {
		if (!fits(filter->device_id, row.device_id) ||
		    !fits(filter->case_id, row.case_id))
			continue;
		rc = fn(arg, &row);
		if (rc != 0 || (filter->limit > 0 && --left == 0))
			break;
	}
	cursor_close(&cursor);
	return rc;
}

int store_receipt_each_unsigned(struct txn *txn, int limit,
    store_receipt_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&receipts,
	    "WHERE signed_at = 0 AND purged_at = 0 ORDER BY id LIMIT $1", NULL};

	return each(txn, &query, VALUES(LIMITED(limit)), fn, arg, err);
}

/* Files stand there already when two draw the same one: the first stay. */
int store_receipt_sign(struct txn *txn, const struct receipt_row *row,
    const struct buf *pdf, const struct buf *twin, int64_t at, struct err *err)
{
	struct receipt_row now = {0};
	struct db_stmt *stmt;
	int rc = store_receipt_load(txn, row->org_id, row->id, &now, err);

	if (rc != 0 || now.signed_at != 0 || now.purged_at != 0)
		return rc;
	rc = db_prepare(txn->db,
	    "INSERT INTO receipt_files (receipt_id, org_id, pdf, twin)"
	    " VALUES ($1, $2, $3, $4)",
	    &stmt, err);
	if (rc != 0)
		return rc;
	db_bind_text(stmt, 1, row->id);
	db_bind_text(stmt, 2, row->org_id);
	db_bind_bytes(stmt, 3, pdf->data, pdf->len);
	db_bind_bytes(stmt, 4, twin->data, twin->len);
	rc = db_run(stmt, NULL, err);
	now.signed_at = at;
	return rc == 0 ? table_save(txn, &receipts, &now, err) : rc;
}

int store_receipt_file(struct txn *txn, const char *org_id, const char *id,
    enum receipt_file file, struct buf *out, struct err *err)
{
	struct db_stmt *stmt;
	int rc = file == RECEIPT_FILE_PDF
	    ? db_prepare(txn->db,
	          "SELECT pdf FROM receipt_files WHERE org_id = $1 AND"
	          " receipt_id = $2",
	          &stmt, err)
	    : db_prepare(txn->db,
	          "SELECT twin FROM receipt_files WHERE org_id = $1 AND"
	          " receipt_id = $2",
	          &stmt, err);

	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	return take_bytes(
	    stmt, false, "the receipt has no files yet", out, err);
}

int store_receipt_void(struct txn *txn, const char *org_id, const char *id,
    const char *reason, int64_t at, struct err *err)
{
	struct receipt_row row = {0};
	int rc = store_receipt_load(txn, org_id, id, &row, err);

	if (rc != 0 || row.voided_at != 0)
		return rc;
	row.voided_at = at;
	(void)snprintf(row.void_reason, sizeof(row.void_reason), "%s", reason);
	return table_save(txn, &receipts, &row, err);
}

static int purge_files(
    struct txn *txn, const char *org_id, const char *person_id, struct err *err)
{
	struct db_stmt *stmt;
	int rc = db_prepare(txn->db,
	    "DELETE FROM receipt_files WHERE org_id = $1 AND receipt_id IN"
	    " (SELECT id FROM receipts WHERE org_id = $1 AND person_id = $2)",
	    &stmt, err);

	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(person_id)));
	return db_run(stmt, NULL, err);
}

int store_receipt_purge_person(struct txn *txn, const char *org_id,
    const char *person_id, int64_t at, int64_t *purged, struct err *err)
{
	struct db_stmt *stmt;
	int rc = purge_files(txn, org_id, person_id, err);

	if (rc == 0)
		rc = db_prepare(txn->db,
		    "UPDATE receipts SET body = '', issued_by = '', void_reason"
		    " = '', purged_at = $3 WHERE org_id = $1 AND person_id ="
		    " $2 AND person_id <> '' AND purged_at = 0",
		    &stmt, err);
	if (rc != 0)
		return rc;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(person_id), NUMBER(at)));
	return db_run(stmt, purged, err);
}
