#include "server/store/store_receipt.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct handout_row, id),
    ROW_TEXT(struct handout_row, org_id),
    ROW_TEXT(struct handout_row, person_id),
    ROW_ENUM(struct handout_row, state, HANDOUT_STATE_COUNT - 1),
    ROW_TEXT(struct handout_row, task_id),
    ROW_TEXT(struct handout_row, receipt_id),
    ROW_TEXT(struct handout_row, note),
    ROW_INT64(struct handout_row, made_at),
    ROW_TEXT(struct handout_row, made_by),
    ROW_INT64(struct handout_row, closed_at),
    ROW_TEXT(struct handout_row, closed_by),
    ROW_TEXT(struct handout_row, answer),
};
static struct table handouts = {
    .name = "handouts",
    .word = "hand-out",
    .changing = " state task_id receipt_id closed_at closed_by answer ",
    TABLE(struct handout_row, fields),
};
DEFINE_EACH(each, struct handout_row, store_handout_fn)

static const struct field thing_fields[] = {
    ROW_TEXT(struct handout_thing_row, id),
    ROW_TEXT(struct handout_thing_row, org_id),
    ROW_TEXT(struct handout_thing_row, handout_id),
    ROW_ENUM(struct handout_thing_row, kind, HANDOUT_THING_KIND_COUNT - 1),
    ROW_TEXT(struct handout_thing_row, thing_id),
    ROW_TEXT(struct handout_thing_row, assignment_id),
    ROW_TEXT(struct handout_thing_row, name),
};
static struct table handout_things = {
    .name = "handout_things",
    .word = "thing handed out",
    TABLE(struct handout_thing_row, thing_fields),
};
DEFINE_EACH(each_thing, struct handout_thing_row, store_handout_thing_fn)

int store_handout_save(
    struct txn *txn, const struct handout_row *row, struct err *err)
{
	return table_save(txn, &handouts, row, err);
}

int store_handout_load(struct txn *txn, const char *org_id, const char *id,
    struct handout_row *out, struct err *err)
{
	return table_load(txn, &handouts, org_id, id, out, err);
}

int store_handout_find_task(struct txn *txn, const char *org_id,
    const char *task_id, struct handout_row *out, struct err *err)
{
	static struct query query = {&handouts,
	    "WHERE org_id = $1 AND task_id = $2 AND task_id <> ''", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(task_id)), out, err);
}

int store_handout_each(struct txn *txn, const char *org_id, bool only_open,
    const char *after_id, int limit, store_handout_fn *fn, void *arg,
    struct err *err)
{
	static struct query all = {&handouts,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};
	static struct query open = {&handouts,
	    "WHERE org_id = $1 AND id > $2 AND state = 0 ORDER BY id LIMIT $3",
	    NULL};

	return each(txn, only_open ? &open : &all,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_handout_each_person(struct txn *txn, const char *org_id,
    const char *person_id, store_handout_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&handouts,
	    "WHERE org_id = $1 AND person_id = $2 ORDER BY id", NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), fn, arg, err);
}

int store_handout_thing_save(
    struct txn *txn, const struct handout_thing_row *row, struct err *err)
{
	return table_save(txn, &handout_things, row, err);
}

int store_handout_thing_each(struct txn *txn, const char *org_id,
    const char *handout_id, store_handout_thing_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&handout_things,
	    "WHERE org_id = $1 AND handout_id = $2 ORDER BY id", NULL};

	return each_thing(
	    txn, &query, VALUES(TEXT(org_id), TEXT(handout_id)), fn, arg, err);
}

int store_handout_find_phone(struct txn *txn, const char *org_id,
    const char *device_id, const char *person_id, struct handout_row *out,
    struct err *err)
{
	static struct query query = {&handouts,
	    "WHERE org_id = $1 AND person_id = $2 AND state < 3 AND id IN"
	    " (SELECT handout_id FROM handout_things WHERE org_id = $1 AND"
	    " thing_id = $3) ORDER BY id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), TEXT(device_id)), out, err);
}
