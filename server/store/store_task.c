#include "server/store/store_task.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct task_row, id),
    ROW_TEXT(struct task_row, org_id),
    ROW_ENUM(struct task_row, kind, TASK_KIND_COUNT - 1),
    ROW_ENUM(struct task_row, state, TASK_STATE_COUNT - 1),
    ROW_TEXT(struct task_row, rule),
    ROW_TEXT(struct task_row, person_id),
    ROW_TEXT(struct task_row, unit_id),
    ROW_ENUM(struct task_row, subject_kind, STORE_SUBJECT_COUNT - 1),
    ROW_TEXT(struct task_row, subject_id),
    ROW_TEXT(struct task_row, order_id),
    ROW_TEXT(struct task_row, absence_id),
    ROW_TEXT(struct task_row, case_id),
    ROW_TEXT(struct task_row, cause),
    ROW_TEXT(struct task_row, pack_hash),
    ROW_TEXT(struct task_row, result),
    ROW_TEXT(struct task_row, created_by),
    ROW_TEXT(struct task_row, closed_by),
    ROW_INT64(struct task_row, created_at),
    ROW_INT64(struct task_row, due_at),
    ROW_INT64(struct task_row, remind_at),
    ROW_INT64(struct task_row, escalate_at),
    ROW_INT64(struct task_row, expires_at),
    ROW_INT64(struct task_row, reminded_at),
    ROW_INT64(struct task_row, escalated_at),
    ROW_INT64(struct task_row, closed_at),
    ROW_INT64(struct task_row, next_at),
};
static struct table tasks = {
    .name = "tasks",
    .word = "task",
    .changing = " state result closed_by due_at remind_at escalate_at "
                "expires_at reminded_at escalated_at closed_at next_at ",
    TABLE(struct task_row, fields),
};
DEFINE_EACH(each, struct task_row, store_task_fn)

int store_task_save(
    struct txn *txn, const struct task_row *row, struct err *err)
{
	return table_save(txn, &tasks, row, err);
}

int store_task_load(struct txn *txn, const char *org_id, const char *id,
    struct task_row *out, struct err *err)
{
	return table_load(txn, &tasks, org_id, id, out, err);
}

int store_task_find_open(struct txn *txn, const struct task_row *like,
    struct task_row *out, struct err *err)
{
	static struct query query = {&tasks,
	    "WHERE org_id = $1 AND person_id = $2 AND kind = $3 AND rule = $4 "
	    "AND subject_kind = $5 AND subject_id = $6 AND order_id = $7 AND "
	    "absence_id = $8 AND case_id = $9 AND state <= 2",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(like->org_id), TEXT(like->person_id),
	        NUMBER(like->kind), TEXT(like->rule),
	        NUMBER(like->subject_kind), TEXT(like->subject_id),
	        TEXT(like->order_id), TEXT(like->absence_id),
	        TEXT(like->case_id)),
	    out, err);
}

#define FILTER                                                                 \
	" AND id > $2 AND ($3 = '' OR person_id = $3) AND ($4 = '' OR "        \
	"unit_id = $4) AND ($5 = '' OR rule = $5)"
#define ORDER " ORDER BY id LIMIT $6"

static const char *or_any(const char *text)
{
	return text ? text : "";
}

/* Each leads to its index: a person's, a unit's open ones, all. */
int store_task_each(struct txn *txn, const struct task_filter *filter,
    store_task_fn *fn, void *arg, struct err *err)
{
	static struct query all = {
	    &tasks, "WHERE org_id = $1" FILTER ORDER, NULL};
	static struct query open = {
	    &tasks, "WHERE org_id = $1 AND state <= 2" FILTER ORDER, NULL};
	static struct query of_person = {&tasks,
	    "WHERE org_id = $1 AND person_id = $3" FILTER
	    " AND ($7 = 0 OR state <= 2)" ORDER,
	    NULL};
	static struct query of_unit = {&tasks,
	    "WHERE org_id = $1 AND unit_id = $4 AND state <= 2" FILTER ORDER,
	    NULL};
	const struct value values[] = {TEXT(filter->org_id),
	    TEXT(or_any(filter->after_id)), TEXT(or_any(filter->person_id)),
	    TEXT(or_any(filter->unit_id)), TEXT(or_any(filter->rule)),
	    LIMITED(filter->limit), NUMBER(filter->only_open)};
	struct query *query = filter->only_open ? &open : &all;
	size_t count = 6;

	if (filter->person_id) {
		query = &of_person;
		count = 7;
	} else if (filter->unit_id && filter->only_open) {
		query = &of_unit;
	}
	return each(txn, query, values, count, fn, arg, err);
}

int store_task_each_subject(struct txn *txn, const char *org_id,
    enum store_subject subject_kind, const char *subject_id, const char *rule,
    bool only_open, store_task_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&tasks,
	    "WHERE org_id = $1 AND subject_kind = $2 AND subject_id = $3 AND "
	    "rule = $4 AND ($5 = 0 OR state <= 2) ORDER BY id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(subject_kind), TEXT(subject_id),
	        TEXT(rule), NUMBER(only_open)),
	    fn, arg, err);
}

int store_task_each_case(struct txn *txn, const char *org_id,
    const char *case_id, bool only_open, store_task_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&tasks,
	    "WHERE org_id = $1 AND case_id = $2 AND case_id <> '' AND ($3 = 0 "
	    "OR state <= 2) ORDER BY id",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(case_id), NUMBER(only_open)), fn, arg,
	    err);
}

int store_task_each_due(struct txn *txn, const char *org_id, int64_t now,
    int limit, store_task_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&tasks,
	    "WHERE org_id = $1 AND state <= 2 AND next_at > 0 AND next_at <= "
	    "$2 ORDER BY next_at, id LIMIT $3",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(now), LIMITED(limit)), fn, arg, err);
}
