#include "server/store/store_source.h"
#include "server/store/table.h"

static const struct field source_fields[] = {
    ROW_TEXT(struct source_row, id),
    ROW_TEXT(struct source_row, org_id),
    ROW_TEXT(struct source_row, name),
    ROW_TEXT(struct source_row, map),
    ROW_INT64(struct source_row, changed_at),
    ROW_TEXT(struct source_row, changed_by),
};
static struct table sources = {
    .name = "sources",
    .word = "source",
    TABLE(struct source_row, source_fields),
};
DEFINE_EACH(each_source, struct source_row, store_source_fn)

int store_source_save(
    struct txn *txn, const struct source_row *row, struct err *err)
{
	return table_save(txn, &sources, row, err);
}

int store_source_find(struct txn *txn, const char *org_id, const char *name,
    struct source_row *out, struct err *err)
{
	static struct query query = {
	    &sources, "WHERE org_id = $1 AND name = $2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(name)), out, err);
}

int store_source_each(struct txn *txn, const char *org_id, store_source_fn *fn,
    void *arg, struct err *err)
{
	static struct query query = {
	    &sources, "WHERE org_id = $1 ORDER BY name", NULL};

	return each_source(txn, &query, VALUES(TEXT(org_id)), fn, arg, err);
}

static const struct field person_fields[] = {
    ROW_TEXT(struct source_person_row, id),
    ROW_TEXT(struct source_person_row, org_id),
    ROW_TEXT(struct source_person_row, source),
    ROW_TEXT(struct source_person_row, source_key),
    ROW_TEXT(struct source_person_row, person_id),
    ROW_INT64(struct source_person_row, made_at),
    ROW_INT64(struct source_person_row, gone_at),
};
static struct table source_people = {
    .name = "source_people",
    .word = "key of a person",
    .changing = " person_id gone_at ",
    TABLE(struct source_person_row, person_fields),
};
DEFINE_EACH(each_person, struct source_person_row, store_source_person_fn)

int store_source_person_save(
    struct txn *txn, const struct source_person_row *row, struct err *err)
{
	return table_save(txn, &source_people, row, err);
}

int store_source_person_find(struct txn *txn, const char *org_id,
    const char *source, const char *key, struct source_person_row *out,
    struct err *err)
{
	static struct query query = {&source_people,
	    "WHERE org_id = $1 AND source = $2 AND source_key = $3", NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(source), TEXT(key)), out, err);
}

int store_source_person_each(struct txn *txn, const char *org_id,
    const char *source, store_source_person_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&source_people,
	    "WHERE org_id = $1 AND source = $2 ORDER BY source_key", NULL};

	return each_person(
	    txn, &query, VALUES(TEXT(org_id), TEXT(source)), fn, arg, err);
}

int store_source_person_each_of(struct txn *txn, const char *org_id,
    const char *person_id, store_source_person_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&source_people,
	    "WHERE org_id = $1 AND person_id = $2 ORDER BY source, source_key",
	    NULL};

	return each_person(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}
