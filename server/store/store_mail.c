#include "server/store/store_outbox.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct mail_row, id),
    ROW_TEXT(struct mail_row, org_id),
    ROW_TEXT(struct mail_row, person_id),
    ROW_ENUM(struct mail_row, state, MAIL_STATE_COUNT - 1),
    ROW_INT64(struct mail_row, attempts),
    ROW_TEXT(struct mail_row, result),
    ROW_INT64(struct mail_row, created_at),
    ROW_INT64(struct mail_row, next_at),
    ROW_INT64(struct mail_row, first_at),
    ROW_INT64(struct mail_row, trying_at),
    ROW_INT64(struct mail_row, closed_at),
};
static struct table mails = {
    .name = "mails",
    .word = "mail",
    .changing = " state attempts result next_at first_at trying_at closed_at ",
    TABLE(struct mail_row, fields),
};
DEFINE_EACH(each, struct mail_row, store_mail_fn)

int store_mail_save(
    struct txn *txn, const struct mail_row *row, struct err *err)
{
	return table_save(txn, &mails, row, err);
}

int store_mail_load(struct txn *txn, const char *org_id, const char *id,
    struct mail_row *out, struct err *err)
{
	return table_load(txn, &mails, org_id, id, out, err);
}

int store_mail_find_waiting(struct txn *txn, const char *org_id,
    const char *person_id, struct mail_row *out, struct err *err)
{
	static struct query query = {
	    &mails, "WHERE state = 0 AND org_id = $1 AND person_id = $2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(person_id)), out, err);
}

int store_mail_each_due(struct txn *txn, int64_t now, int limit,
    store_mail_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&mails,
	    "WHERE state = 0 AND next_at <= $1 ORDER BY next_at, id LIMIT $2",
	    NULL};

	return each(
	    txn, &query, VALUES(NUMBER(now), LIMITED(limit)), fn, arg, err);
}

int store_mail_each(struct txn *txn, const char *org_id, int state,
    const char *after_id, int limit, store_mail_fn *fn, void *arg,
    struct err *err)
{
	static struct query query = {&mails,
	    "WHERE org_id = $1 AND ($2 < 0 OR state = $2) AND id > $3 ORDER BY "
	    "id LIMIT $4",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), NUMBER(state), TEXT(after_id), LIMITED(limit)),
	    fn, arg, err);
}

int store_mail_resume(struct txn *txn, int64_t now, struct err *err)
{
	return values_run(txn,
	    "UPDATE mails SET next_at = $1 WHERE state = 0 AND trying_at > 0",
	    VALUES(NUMBER(now)), NULL, err);
}

int store_mail_purge(
    struct txn *txn, int64_t before, int limit, int64_t *count, struct err *err)
{
	return values_run(txn,
	    "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE state > "
	    "0 AND closed_at < $1 LIMIT $2)",
	    VALUES(NUMBER(before), LIMITED(limit)), count, err);
}

int store_mail_count(struct txn *txn, const char *org_id, int64_t since,
    struct mail_counts *out, struct err *err)
{
	static const char sql[] =
	    "SELECT count(CASE WHEN state = 0 THEN 1 END), "
	    "coalesce(min(CASE WHEN state = 0 THEN created_at END), 0), "
	    "count(CASE WHEN state = 1 AND closed_at >= $2 THEN 1 END), "
	    "count(CASE WHEN state = 2 AND closed_at >= $2 THEN 1 END) "
	    "FROM mails WHERE org_id = $1";
	int64_t numbers[4] = {0};
	int r = values_numbers(
	    txn, sql, VALUES(TEXT(org_id), NUMBER(since)), numbers, 4, err);

	if (r == 0)
		*out = (struct mail_counts){
		    .waiting = numbers[0],
		    .oldest_at = numbers[1],
		    .sent = numbers[2],
		    .given_up = numbers[3],
		};
	return r;
}

int store_mail_last_sent(struct txn *txn, const char *org_id,
    const char *person_id, int64_t *out, struct err *err)
{
	static const char sql[] =
	    "SELECT coalesce(max(closed_at), 0) FROM mails WHERE state = 1 AND "
	    "org_id = $1 AND person_id = $2";

	return values_numbers(
	    txn, sql, VALUES(TEXT(org_id), TEXT(person_id)), out, 1, err);
}

int store_outbox_rewind(
    struct txn *txn, int64_t latest, int64_t now, struct err *err)
{
	int r = values_run(txn,
	    "UPDATE mails SET next_at = $1 WHERE state = 0 AND next_at > $2",
	    VALUES(NUMBER(now), NUMBER(latest)), NULL, err);

	/* Written in a future that did not come. */
	if (r == 0)
		r = values_run(txn,
		    "UPDATE notices SET due_at = $1 WHERE state = 0 AND "
		    "created_at > $1 AND due_at > $1",
		    VALUES(NUMBER(now)), NULL, err);
	if (r == 0)
		r = values_run(txn,
		    "UPDATE deliveries SET next_at = $1 WHERE state = 0 AND "
		    "next_at > $2",
		    VALUES(NUMBER(now), NUMBER(latest)), NULL, err);
	if (r == 0)
		r = values_run(txn,
		    "UPDATE webhooks SET next_at = $1 WHERE next_at > $2",
		    VALUES(NUMBER(now), NUMBER(latest)), NULL, err);
	return r;
}
