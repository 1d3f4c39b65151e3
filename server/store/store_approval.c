#include "server/store/db.h"
#include "server/store/store_guard.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct approval_row, id),
    ROW_TEXT(struct approval_row, org_id),
    ROW_ENUM(struct approval_row, what, APPROVAL_WHAT_COUNT - 1),
    ROW_ENUM(struct approval_row, state, APPROVAL_STATE_COUNT - 1),
    ROW_TEXT(struct approval_row, params_sha256),
    ROW_INT64(struct approval_row, things),
    ROW_INT64(struct approval_row, things_used),
    ROW_TEXT(struct approval_row, case_id),
    ROW_TEXT(struct approval_row, reason),
    ROW_TEXT(struct approval_row, asked_by),
    ROW_TEXT(struct approval_row, asked_key),
    ROW_TEXT(struct approval_row, asked_person_id),
    ROW_INT64(struct approval_row, asked_at),
    ROW_INT64(struct approval_row, expires_at),
    ROW_TEXT(struct approval_row, decided_by),
    ROW_TEXT(struct approval_row, decided_key),
    ROW_TEXT(struct approval_row, decided_person_id),
    ROW_INT64(struct approval_row, decided_at),
    ROW_TEXT(struct approval_row, note),
    ROW_INT64(struct approval_row, closed_at),
    ROW_TEXT(struct approval_row, caused_by),
};
static struct table approvals = {
    .name = "approvals",
    .word = "approval",
    .changing = " state params_sha256 things things_used expires_at "
                "decided_by decided_key decided_person_id decided_at note "
                "closed_at caused_by ",
    TABLE(struct approval_row, fields),
};
DEFINE_EACH(each, struct approval_row, store_approval_fn)

int store_approval_save(
    struct txn *txn, const struct approval_row *row, struct err *err)
{
	return table_save(txn, &approvals, row, err);
}

int store_approval_load(struct txn *txn, const char *org_id, const char *id,
    struct approval_row *out, struct err *err)
{
	return table_load(txn, &approvals, org_id, id, out, err);
}

int store_approval_find_same(struct txn *txn, const struct approval_row *like,
    struct approval_row *out, struct err *err)
{
	static struct query query = {&approvals,
	    "WHERE org_id = $1 AND what = $2 AND state <= 1 AND asked_key = $3 "
	    "AND params_sha256 = $4 ORDER BY id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(like->org_id), NUMBER(like->what),
	        TEXT(like->asked_key), TEXT(like->params_sha256)),
	    out, err);
}

int store_approval_find_asked(struct txn *txn, const char *org_id,
    enum approval_what what, const char *asked_key, struct approval_row *out,
    struct err *err)
{
	static struct query query = {&approvals,
	    "WHERE org_id = $1 AND what = $2 AND state <= 1 AND state = 0 AND "
	    "asked_key = $3 ORDER BY id DESC LIMIT 1",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(what), TEXT(asked_key)), out, err);
}

int store_approval_each(struct txn *txn, const char *org_id, bool only_open,
    const char *after_id, int limit, store_approval_fn *fn, void *arg,
    struct err *err)
{
	static struct query all = {&approvals,
	    "WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", NULL};
	static struct query open = {&approvals,
	    "WHERE org_id = $1 AND id > $2 AND state <= 1 ORDER BY id LIMIT $3",
	    NULL};

	return each(txn, only_open ? &open : &all,
	    VALUES(TEXT(org_id), TEXT(after_id), LIMITED(limit)), fn, arg, err);
}

int store_approval_each_due(struct txn *txn, int64_t now, int limit,
    store_approval_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&approvals,
	    "WHERE state <= 1 AND expires_at <= $1 ORDER BY expires_at, id "
	    "LIMIT $2",
	    NULL};

	return each(
	    txn, &query, VALUES(NUMBER(now), LIMITED(limit)), fn, arg, err);
}

int store_approval_each_thing(struct txn *txn, const char *org_id,
    const char *thing_id, store_approval_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&approvals,
	    "WHERE state <= 1 AND org_id = $1 AND id IN (SELECT approval_id "
	    "FROM approval_things WHERE org_id = $1 AND thing_id = $2 AND "
	    "used_at = 0) ORDER BY id DESC",
	    NULL};

	return each(
	    txn, &query, VALUES(TEXT(org_id), TEXT(thing_id)), fn, arg, err);
}

/* ---- what it names ---- */

static const struct field thing_fields[] = {
    ROW_TEXT(struct approval_thing_row, id),
    ROW_TEXT(struct approval_thing_row, org_id),
    ROW_TEXT(struct approval_thing_row, approval_id),
    ROW_TEXT(struct approval_thing_row, thing_id),
    ROW_INT64(struct approval_thing_row, used_at),
    ROW_TEXT(struct approval_thing_row, used_by),
};
static struct table things = {
    .name = "approval_things",
    .word = "approved thing",
    .changing = " used_at used_by ",
    TABLE(struct approval_thing_row, thing_fields),
};
DEFINE_EACH(each_thing, struct approval_thing_row, store_approval_thing_fn)

int store_approval_thing_save(
    struct txn *txn, const struct approval_thing_row *row, struct err *err)
{
	return table_save(txn, &things, row, err);
}

int store_approval_thing_find(struct txn *txn, const char *org_id,
    const char *approval_id, const char *thing_id,
    struct approval_thing_row *out, struct err *err)
{
	static struct query query = {&things,
	    "WHERE org_id = $1 AND approval_id = $2 AND thing_id = $3", NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(org_id), TEXT(approval_id), TEXT(thing_id)), out, err);
}

int store_approval_thing_each(struct txn *txn, const char *org_id,
    const char *approval_id, store_approval_thing_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&things,
	    "WHERE org_id = $1 AND approval_id = $2 ORDER BY thing_id", NULL};

	return each_thing(
	    txn, &query, VALUES(TEXT(org_id), TEXT(approval_id)), fn, arg, err);
}
