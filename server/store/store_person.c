#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/sql.h"
#include "server/store/store_people.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct person_row, id),
    ROW_TEXT(struct person_row, org_id),
    ROW_TEXT(struct person_row, external_id),
    ROW_TEXT(struct person_row, name),
    ROW_TEXT(struct person_row, first_name),
    ROW_TEXT(struct person_row, last_name),
    ROW_TEXT(struct person_row, mail),
    ROW_TEXT(struct person_row, number),
    ROW_TEXT(struct person_row, language),
    ROW_TEXT(struct person_row, unit_id),
    ROW_INT64(struct person_row, created_at),
    ROW_INT64(struct person_row, purged_at),
    ROW_INT64(struct person_row, changed_at),
    ROW_TEXT(struct person_row, changed_by),
};
static struct table people = {
    .name = "people",
    .word = "person",
    .keeps_history = true,
    TABLE(struct person_row, fields),
};
DEFINE_EACH(each, struct person_row, store_person_fn)

int store_person_save(
    struct txn *txn, const struct person_row *row, struct err *err)
{
	return table_save(txn, &people, row, err);
}

int store_person_load(struct txn *txn, const char *org_id, const char *id,
    struct person_row *out, struct err *err)
{
	return table_load(txn, &people, org_id, id, out, err);
}

int store_person_find_external(struct txn *txn, const char *org_id,
    const char *external_id, struct person_row *out, struct err *err)
{
	static struct query query = {&people,
	    "WHERE org_id = $1 AND external_id = $2 AND external_id <> ''",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(external_id)), out, err);
}

int store_person_find_mail(struct txn *txn, const char *org_id,
    const char *mail, struct person_row *out, struct err *err)
{
	static struct query query = {
	    &people, "WHERE org_id = $1 AND mail = $2 AND mail <> ''", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(mail)), out, err);
}

int store_person_find_name(struct txn *txn, const char *org_id,
    const char *name, struct person_row *out, struct err *err)
{
	static struct query query = {&people,
	    "WHERE org_id = $1 AND name = $2 AND purged_at = 0 LIMIT 2", NULL};

	return query_only(
	    txn, &query, VALUES(TEXT(org_id), TEXT(name)), out, err);
}

int store_person_each(struct txn *txn, const char *org_id, const char *after_id,
    int limit, store_person_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&people,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_person_each_match(struct txn *txn, const char *org_id,
    const char *text, const char *after_id, int limit, store_person_fn *fn,
    void *arg, struct err *err)
{
	static struct query query = {&people,
	    "WHERE org_id = $1 AND id > $2 AND ("
	    "lower(name) LIKE lower($3) ESCAPE '\\'"
	    " OR lower(mail) LIKE lower($3) ESCAPE '\\'"
	    " OR number LIKE $3 ESCAPE '\\'"
	    " OR lower(external_id) LIKE lower($3) ESCAPE '\\')"
	    " ORDER BY id LIMIT $4",
	    NULL};
	struct buf pattern = {0};
	int r;

	if (strlen(text) > LIMIT_NAME)
		return 0; /* longer than anything it could be found in */
	r = sql_like_pattern(text, &pattern, err);

	if (r == 0)
		r = each(txn, &query,
		    VALUES(TEXT(org_id), TEXT(after_id),
		        TEXT((const char *)pattern.data), LIMITED(limit)),
		    fn, arg, err);
	buf_clear(&pattern);
	return r;
}
