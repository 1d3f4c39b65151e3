#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct evidence_report_row, id),
    ROW_TEXT(struct evidence_report_row, org_id),
    ROW_TEXT(struct evidence_report_row, key_id),
    ROW_TEXT(struct evidence_report_row, run),
    ROW_INT64(struct evidence_report_row, seq),
    ROW_TEXT(struct evidence_report_row, body_sha256),
    ROW_INT64(struct evidence_report_row, observed_at),
    ROW_INT64(struct evidence_report_row, received_at),
    ROW_INT64(struct evidence_report_row, accepted),
    ROW_INT64(struct evidence_report_row, refused),
    ROW_BYTES(struct evidence_report_row, signature, signature_len),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
static struct table reports = {
    .name = "evidence_reports",
    .word = "evidence report",
    TABLE(struct evidence_report_row, fields),
};
DEFINE_EACH(each, struct evidence_report_row, store_evidence_report_fn)

int store_evidence_report_insert(struct txn *txn,
    const struct evidence_report_row *row, const uint8_t *body, size_t body_len,
    const char *answer, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO evidence_reports (id, org_id, key_id, run, seq,"
	    " body_sha256, observed_at, received_at, accepted, refused,"
	    " signature, body, answer)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	db_bind_bytes(stmt, FIELDS + 1, body, body_len);
	db_bind_text(stmt, FIELDS + 2, answer);
	r = db_run(stmt, NULL, err);
	if (r == -(int)ERR_CONFLICT)
		(void)err_prefix(err, "the evidence report cannot be saved");
	return r;
}

int store_evidence_report_load(struct txn *txn, const char *org_id,
    const char *id, struct evidence_report_row *out, struct err *err)
{
	return table_load(txn, &reports, org_id, id, out, err);
}

int store_evidence_report_find_seq(struct txn *txn, const char *org_id,
    const char *key_id, int64_t seq, struct evidence_report_row *out,
    struct err *err)
{
	static struct query query = {
	    &reports, "WHERE org_id = $1 AND key_id = $2 AND seq = $3", NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(key_id), NUMBER(seq)), out, err);
}

int store_evidence_report_body(struct txn *txn, const char *org_id,
    const char *id, uint8_t **body, size_t *body_len, char **answer,
    struct err *err)
{
	uint8_t *bytes = NULL;
	uint8_t *text = NULL;
	struct db_stmt *stmt;
	size_t bytes_len = 0;
	size_t text_len;
	int r = db_prepare(txn->db,
	    "SELECT body, answer FROM evidence_reports"
	    " WHERE org_id = $1 AND id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(id)));
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no such evidence report");
	if (r > 0)
		r = db_bytes_copy(stmt, 0, &bytes, &bytes_len, err);
	if (r == 0)
		r = db_bytes_copy(stmt, 1, &text, &text_len, err);
	db_done(stmt);
	if (r == 0 && body) {
		*body = bytes;
		*body_len = bytes_len;
		bytes = NULL;
	}
	if (r == 0 && answer) {
		*answer = (char *)text;
		text = NULL;
	}
	free(bytes);
	free(text);
	return r;
}

int store_evidence_report_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_evidence_report_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&reports,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}
