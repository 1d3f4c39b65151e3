#include "server/store/store_people.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct employment_row, id),
    ROW_TEXT(struct employment_row, org_id),
    ROW_TEXT(struct employment_row, external_id),
    ROW_TEXT(struct employment_row, person_id),
    ROW_TEXT(struct employment_row, unit_id),
    ROW_INT64(struct employment_row, roles),
    ROW_INT64(struct employment_row, from_day),
    ROW_INT64(struct employment_row, to_day),
    ROW_INT64(struct employment_row, made_at),
    ROW_TEXT(struct employment_row, made_by),
    ROW_INT64(struct employment_row, ended_at),
    ROW_TEXT(struct employment_row, ended_by),
    ROW_INT64(struct employment_row, voided_at),
    ROW_TEXT(struct employment_row, voided_by),
    ROW_TEXT(struct employment_row, source),
};
static struct table employments = {
    .name = "employments",
    .word = "employment",
    .changing = " to_day ended_at ended_by voided_at voided_by source ",
    TABLE(struct employment_row, fields),
};
DEFINE_EACH(each, struct employment_row, store_employment_fn)

int store_employment_save(
    struct txn *txn, const struct employment_row *row, struct err *err)
{
	return table_save(txn, &employments, row, err);
}

int store_employment_load(struct txn *txn, const char *org_id, const char *id,
    struct employment_row *out, struct err *err)
{
	return table_load(txn, &employments, org_id, id, out, err);
}

int store_employment_each(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_employment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_employment_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_employment_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND person_id = $2 AND voided_at = 0"
	    " ORDER BY from_day, id",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}

int store_employment_each_on(struct txn *txn, const char *org_id,
    const char *person_id, int64_t day, store_employment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND person_id = $2 AND voided_at = 0"
	    " AND from_day <= $3 AND (to_day = 0 OR to_day > $3)"
	    " ORDER BY from_day, id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), NUMBER(day)), fn, arg, err);
}

int store_employment_each_unit(struct txn *txn, const char *org_id,
    const char *unit_id, int64_t day, const char *after_id, int limit,
    store_employment_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND unit_id = $2 AND voided_at = 0"
	    " AND from_day <= $3 AND (to_day = 0 OR to_day > $3)"
	    " AND id > $4 ORDER BY id LIMIT $5",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(unit_id), NUMBER(day), TEXT(after_id),
	        LIMITED(limit)),
	    fn, arg, err);
}

int store_employment_each_ending(struct txn *txn, const char *org_id,
    int64_t from_day, int64_t to_day, store_employment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND voided_at = 0 AND to_day > 0"
	    " AND to_day >= $2 AND to_day < $3 ORDER BY to_day, id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(from_day), NUMBER(to_day)), fn, arg,
	    err);
}

int store_employment_each_left(struct txn *txn, const char *org_id,
    int64_t before_day, int64_t today, store_employment_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&employments,
	    "WHERE org_id = $1 AND voided_at = 0 AND to_day > 0"
	    " AND to_day < $2"
	    " AND EXISTS (SELECT 1 FROM assignments a WHERE"
	    " a.org_id = $1 AND a.person_id = employments.person_id"
	    " AND a.to_at = 0 AND a.voided_at = 0)"
	    " AND NOT EXISTS (SELECT 1 FROM employments e WHERE"
	    " e.org_id = $1 AND e.person_id = employments.person_id"
	    " AND e.voided_at = 0 AND (e.to_day = 0 OR e.to_day > $3))"
	    " AND NOT EXISTS (SELECT 1 FROM departures d WHERE"
	    " d.org_id = $1 AND d.person_id = employments.person_id"
	    " AND d.state <= 2)"
	    " ORDER BY to_day, id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(before_day), NUMBER(today)), fn, arg,
	    err);
}
