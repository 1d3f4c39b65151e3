#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct evidence_item_row, org_id),
    ROW_ENUM(struct evidence_item_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct evidence_item_row, subject_id),
    ROW_TEXT(struct evidence_item_row, fact),
    ROW_TEXT(struct evidence_item_row, source),
    ROW_TEXT(struct evidence_item_row, method),
    ROW_TEXT(struct evidence_item_row, word),
    ROW_INT64(struct evidence_item_row, number),
    ROW_INT64(struct evidence_item_row, until_at),
    ROW_INT64(struct evidence_item_row, observed_at),
    ROW_INT64(struct evidence_item_row, valid_until),
    ROW_INT64(struct evidence_item_row, received_at),
    ROW_TEXT(struct evidence_item_row, report_id),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
static struct table items = {
    .name = "evidence_items",
    .word = "item of evidence",
    TABLE(struct evidence_item_row, fields),
};
DEFINE_EACH(each, struct evidence_item_row, store_evidence_item_fn)

/* The same moment again is a correction: it counts. */
int store_evidence_item_save(struct txn *txn,
    const struct evidence_item_row *row, bool *taken, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "INSERT INTO evidence_items (org_id, subject_kind, subject_id,"
	    " fact, source, method, word, number, until_at, observed_at,"
	    " valid_until, received_at, report_id)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	    " ON CONFLICT (org_id, subject_kind, subject_id, fact, source)"
	    " DO UPDATE SET method = excluded.method, word = excluded.word,"
	    " number = excluded.number, until_at = excluded.until_at,"
	    " observed_at = excluded.observed_at,"
	    " valid_until = excluded.valid_until,"
	    " received_at = excluded.received_at,"
	    " report_id = excluded.report_id"
	    " WHERE evidence_items.observed_at <= excluded.observed_at",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	r = db_run(stmt, &changes, err);
	if (r == 0 && taken)
		*taken = changes > 0;
	return r;
}

int store_evidence_item_each(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *fact,
    store_evidence_item_fn *fn, void *arg, struct err *err)
{
	static struct query any = {&items,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3"
	    " ORDER BY fact, source",
	    NULL};
	static struct query one = {&items,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3"
	    " AND fact = $4 ORDER BY source",
	    NULL};
	const struct value values[] = {
	    TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id), TEXT(fact)};

	return each(
	    txn, fact ? &one : &any, values, fact ? 4 : 3, fn, arg, err);
}

int store_evidence_item_each_kind(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *after_id, int limit,
    store_evidence_item_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&items,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id > $3"
	    " ORDER BY subject_id, fact, source LIMIT $4",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(after_id),
	        LIMITED(limit)),
	    fn, arg, err);
}
