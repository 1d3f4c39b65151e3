#include "server/store/store_outbox.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct notice_row, id),
    ROW_TEXT(struct notice_row, org_id),
    ROW_INT(struct notice_row, kind),
    ROW_ENUM(struct notice_row, state, NOTICE_STATE_COUNT - 1),
    ROW_TEXT(struct notice_row, person_id),
    ROW_TEXT(struct notice_row, about_id),
    ROW_TEXT(struct notice_row, task_id),
    ROW_TEXT(struct notice_row, case_id),
    ROW_TEXT(struct notice_row, receipt_id),
    ROW_TEXT(struct notice_row, device_id),
    ROW_TEXT(struct notice_row, what),
    ROW_INT64(struct notice_row, day),
    ROW_TEXT(struct notice_row, mail_id),
    ROW_INT64(struct notice_row, due_at),
    ROW_INT64(struct notice_row, created_at),
    ROW_INT64(struct notice_row, closed_at),
};
static struct table notices = {
    .name = "notices",
    .word = "notice",
    .changing = " state mail_id closed_at ",
    TABLE(struct notice_row, fields),
};
DEFINE_EACH(each, struct notice_row, store_notice_fn)

int store_notice_insert(
    struct txn *txn, const struct notice_row *row, struct err *err)
{
	return table_insert(txn, &notices, row, err);
}

int store_notice_update(
    struct txn *txn, const struct notice_row *row, struct err *err)
{
	return table_save(txn, &notices, row, err);
}

int store_notice_find_waiting(struct txn *txn, const struct notice_row *like,
    struct notice_row *out, struct err *err)
{
	static struct query query = {&notices,
	    "WHERE state = 0 AND org_id = $1 AND person_id = $2 AND kind = $3 "
	    "AND about_id = $4 AND task_id = $5 AND case_id = $6 AND "
	    "receipt_id = $7 AND device_id = $8 AND day = $9",
	    NULL};

	return query_take(txn, &query,
	    VALUES(TEXT(like->org_id), TEXT(like->person_id),
	        NUMBER(like->kind), TEXT(like->about_id), TEXT(like->task_id),
	        TEXT(like->case_id), TEXT(like->receipt_id),
	        TEXT(like->device_id), NUMBER(like->day)),
	    out, err);
}

int store_notice_each_waiting(struct txn *txn, const char *org_id,
    const char *person_id, int limit, store_notice_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&notices,
	    "WHERE state = 0 AND mail_id = '' AND org_id = $1 AND person_id = "
	    "$2 ORDER BY due_at, id LIMIT $3",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(person_id), LIMITED(limit)), fn, arg,
	    err);
}

int store_notice_each_mail(struct txn *txn, const char *mail_id,
    store_notice_fn *fn, void *arg, struct err *err)
{
	static struct query query = {
	    &notices, "WHERE mail_id = $1 AND mail_id <> '' ORDER BY id", NULL};

	return each(txn, &query, VALUES(TEXT(mail_id)), fn, arg, err);
}

int store_notice_drop_task(struct txn *txn, const char *org_id,
    const char *task_id, int64_t now, struct err *err)
{
	return values_run(txn,
	    "UPDATE notices SET state = 3, closed_at = $1 WHERE state = 0 AND "
	    "mail_id = '' AND org_id = $2 AND task_id = $3 AND task_id <> ''",
	    VALUES(NUMBER(now), TEXT(org_id), TEXT(task_id)), NULL, err);
}

int store_notice_drop_case(struct txn *txn, const char *org_id,
    const char *case_id, int64_t now, struct err *err)
{
	return values_run(txn,
	    "UPDATE notices SET state = 3, closed_at = $1 WHERE state = 0 AND "
	    "mail_id = '' AND org_id = $2 AND case_id = $3 AND case_id <> ''",
	    VALUES(NUMBER(now), TEXT(org_id), TEXT(case_id)), NULL, err);
}

int store_notice_purge(
    struct txn *txn, int64_t before, int limit, int64_t *count, struct err *err)
{
	return values_run(txn,
	    "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE "
	    "state > 0 AND closed_at < $1 LIMIT $2)",
	    VALUES(NUMBER(before), LIMITED(limit)), count, err);
}
