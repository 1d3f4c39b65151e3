#include "server/store/store_evidence.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct statement_row, id),
    ROW_TEXT(struct statement_row, org_id),
    ROW_TEXT(struct statement_row, person_id),
    ROW_TEXT(struct statement_row, rule),
    ROW_ENUM(struct statement_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct statement_row, subject_id),
    ROW_BOOL(struct statement_row, is_yes),
    ROW_INT64(struct statement_row, at),
    ROW_INT64(struct statement_row, valid_until),
    ROW_TEXT(struct statement_row, text_sha256),
    ROW_TEXT(struct statement_row, pack_hash),
    ROW_TEXT(struct statement_row, language),
    ROW_TEXT(struct statement_row, task_id),
    ROW_TEXT(struct statement_row, stated_by),
};
static struct table statements = {
    .name = "statements",
    .word = "statement",
    TABLE(struct statement_row, fields),
};
DEFINE_EACH(each, struct statement_row, store_statement_fn)

int store_statement_insert(
    struct txn *txn, const struct statement_row *row, struct err *err)
{
	return table_insert(txn, &statements, row, err);
}

int store_statement_load(struct txn *txn, const char *org_id, const char *id,
    struct statement_row *out, struct err *err)
{
	return table_load(txn, &statements, org_id, id, out, err);
}

int store_statement_find(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *rule,
    struct statement_row *out, struct err *err)
{
	static struct query query = {&statements,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3 AND "
	    "rule = $4 ORDER BY at DESC, id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id),
	        TEXT(rule)),
	    out, err);
}

int store_statement_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_statement_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&statements,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_statement_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id,
    store_statement_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&statements,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3 AND "
	    "NOT EXISTS (SELECT 1 FROM statements AS newer WHERE newer.org_id "
	    "= $1 AND newer.subject_kind = $2 AND newer.subject_id = $3 AND "
	    "newer.rule = statements.rule AND (newer.at > statements.at OR "
	    "(newer.at = statements.at AND newer.id > statements.id))) ORDER "
	    "BY rule",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id)), fn,
	    arg, err);
}

int store_statement_each_person(struct txn *txn, const char *org_id,
    const char *person_id, const char *after_id, int limit,
    store_statement_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&statements,
	    "WHERE org_id = $1 AND person_id = $2 AND id > $3 ORDER BY id "
	    "LIMIT $4",
	    NULL};

	return each(txn, &query,
	    VALUES(
	        TEXT(org_id), TEXT(person_id), TEXT(after_id), LIMITED(limit)),
	    fn, arg, err);
}
