#include "server/store/store_people.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct absence_row, id),
    ROW_TEXT(struct absence_row, org_id),
    ROW_TEXT(struct absence_row, person_id),
    ROW_TEXT(struct absence_row, deputy_id),
    ROW_INT64(struct absence_row, from_day),
    ROW_INT64(struct absence_row, until_day),
    ROW_INT64(struct absence_row, made_at),
    ROW_TEXT(struct absence_row, made_by),
    ROW_INT64(struct absence_row, ended_at),
    ROW_TEXT(struct absence_row, ended_by),
    ROW_INT64(struct absence_row, voided_at),
    ROW_TEXT(struct absence_row, voided_by),
    ROW_TEXT(struct absence_row, source),
};
static struct table absences = {
    .name = "absences",
    .word = "absence",
    .changing = " until_day ended_at ended_by voided_at voided_by ",
    TABLE(struct absence_row, fields),
};
DEFINE_EACH(each, struct absence_row, store_absence_fn)

int store_absence_save(
    struct txn *txn, const struct absence_row *row, struct err *err)
{
	return table_save(txn, &absences, row, err);
}

int store_absence_load(struct txn *txn, const char *org_id, const char *id,
    struct absence_row *out, struct err *err)
{
	return table_load(txn, &absences, org_id, id, out, err);
}

int store_absence_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_absence_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&absences,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_absence_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_absence_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&absences,
	    "WHERE org_id = $1 AND person_id = $2 AND voided_at = 0"
	    " ORDER BY from_day, id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}

int store_absence_find_on(struct txn *txn, const char *org_id,
    const char *person_id, int64_t day, struct absence_row *out,
    struct err *err)
{
	static struct query query = {&absences,
	    "WHERE org_id = $1 AND person_id = $2 AND voided_at = 0"
	    " AND from_day <= $3 AND (until_day = 0 OR until_day >= $3)"
	    " ORDER BY from_day DESC, id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(day)), out, err);
}
