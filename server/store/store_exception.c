#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct exception_row, id),
    ROW_TEXT(struct exception_row, org_id),
    ROW_TEXT(struct exception_row, rule),
    ROW_ENUM(struct exception_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct exception_row, subject_id),
    ROW_TEXT(struct exception_row, reason),
    ROW_TEXT(struct exception_row, approved_by),
    ROW_INT64(struct exception_row, created_at),
    ROW_INT64(struct exception_row, until_at),
    ROW_INT64(struct exception_row, revoked_at),
    ROW_TEXT(struct exception_row, revoked_by),
};
static struct table exceptions = {
    .name = "exceptions",
    .word = "exception",
    .changing = " until_at revoked_at revoked_by ",
    TABLE(struct exception_row, fields),
};
DEFINE_EACH(each, struct exception_row, store_exception_fn)

int store_exception_save(
    struct txn *txn, const struct exception_row *row, struct err *err)
{
	return table_save(txn, &exceptions, row, err);
}

int store_exception_load(struct txn *txn, const char *org_id, const char *id,
    struct exception_row *out, struct err *err)
{
	return table_load(txn, &exceptions, org_id, id, out, err);
}

int store_exception_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_exception_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&exceptions,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_exception_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, int64_t now,
    store_exception_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&exceptions,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3 AND "
	    "revoked_at = 0 AND until_at > $4 ORDER BY id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id),
	        NUMBER(now)),
	    fn, arg, err);
}
