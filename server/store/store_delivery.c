#include "server/store/store_outbox.h"
#include "server/store/table.h"

/* ---- event ---- */

static const struct field event_fields[] = {
    ROW_TEXT(struct event_row, id),
    ROW_TEXT(struct event_row, org_id),
    ROW_TEXT(struct event_row, kind),
    ROW_TEXT(struct event_row, body),
    ROW_INT64(struct event_row, created_at),
};
static struct table events = {
    .name = "events",
    .word = "event",
    TABLE(struct event_row, event_fields),
};

int store_event_insert(
    struct txn *txn, const struct event_row *row, struct err *err)
{
	return table_insert(txn, &events, row, err);
}

int store_event_load(struct txn *txn, const char *org_id, const char *id,
    struct event_row *out, struct err *err)
{
	return table_load(txn, &events, org_id, id, out, err);
}

/* ---- delivery ---- */

static const struct field fields[] = {
    ROW_TEXT(struct delivery_row, id),
    ROW_TEXT(struct delivery_row, org_id),
    ROW_TEXT(struct delivery_row, webhook_id),
    ROW_TEXT(struct delivery_row, event_id),
    ROW_ENUM(struct delivery_row, state, DELIVERY_STATE_COUNT - 1),
    ROW_INT64(struct delivery_row, attempts),
    ROW_INT64(struct delivery_row, status),
    ROW_TEXT(struct delivery_row, result),
    ROW_INT64(struct delivery_row, created_at),
    ROW_INT64(struct delivery_row, next_at),
    ROW_INT64(struct delivery_row, first_at),
    ROW_INT64(struct delivery_row, closed_at),
};
static struct table deliveries = {
    .name = "deliveries",
    .word = "delivery",
    .changing = " state attempts status result next_at first_at closed_at ",
    TABLE(struct delivery_row, fields),
};
DEFINE_EACH(each, struct delivery_row, store_delivery_fn)

int store_delivery_save(
    struct txn *txn, const struct delivery_row *row, struct err *err)
{
	return table_save(txn, &deliveries, row, err);
}

int store_delivery_load(struct txn *txn, const char *org_id, const char *id,
    struct delivery_row *out, struct err *err)
{
	return table_load(txn, &deliveries, org_id, id, out, err);
}

int store_delivery_each_due(struct txn *txn, const char *webhook_id,
    int64_t now, int limit, store_delivery_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&deliveries,
	    "WHERE state = 0 AND webhook_id = $1 AND next_at <= $2 ORDER BY "
	    "next_at, id LIMIT $3",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(webhook_id), NUMBER(now), LIMITED(limit)), fn, arg,
	    err);
}

int store_delivery_each(struct txn *txn, const char *org_id,
    const char *webhook_id, int state, const char *after_id, int limit,
    store_delivery_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&deliveries,
	    "WHERE org_id = $1 AND ($2 = '' OR webhook_id = $2) AND ($3 < 0 OR "
	    "state = $3) AND id > $4 ORDER BY id LIMIT $5",
	    NULL};

	return each(txn, &query,
	    VALUES(TEXT(org_id), TEXT(webhook_id ? webhook_id : ""),
	        NUMBER(state), TEXT(after_id), LIMITED(limit)),
	    fn, arg, err);
}

int store_delivery_drop(
    struct txn *txn, const char *webhook_id, int64_t now, struct err *err)
{
	return values_run(txn,
	    "UPDATE deliveries SET state = 3, closed_at = $1 WHERE state = 0 "
	    "AND webhook_id = $2",
	    VALUES(NUMBER(now), TEXT(webhook_id)), NULL, err);
}

int store_delivery_replay(struct txn *txn, const char *webhook_id,
    int64_t since, int64_t now, int64_t *count, struct err *err)
{
	return values_run(txn,
	    "UPDATE deliveries SET state = 0, attempts = 0, first_at = 0, "
	    "closed_at = 0, next_at = $1 WHERE state > 0 AND webhook_id = $2 "
	    "AND created_at >= $3",
	    VALUES(NUMBER(now), TEXT(webhook_id), NUMBER(since)), count, err);
}

int store_delivery_expire(
    struct txn *txn, int64_t before, int64_t now, struct err *err)
{
	return values_run(txn,
	    "UPDATE deliveries SET state = 2, closed_at = $1 WHERE state = 0 "
	    "AND first_at > 0 AND created_at < $2",
	    VALUES(NUMBER(now), NUMBER(before)), NULL, err);
}

int store_event_purge(
    struct txn *txn, int64_t before, int limit, int64_t *count, struct err *err)
{
	int r = values_run(txn,
	    "DELETE FROM deliveries WHERE state > 0 AND event_id IN (SELECT id "
	    "FROM events WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
	    VALUES(NUMBER(before), LIMITED(limit)), NULL, err);

	if (r < 0)
		return r;
	return values_run(txn,
	    "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE "
	    "created_at < $1 ORDER BY created_at LIMIT $2) AND NOT EXISTS "
	    "(SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id)",
	    VALUES(NUMBER(before), LIMITED(limit)), count, err);
}

int store_delivery_count(struct txn *txn, const char *webhook_id, int64_t since,
    struct delivery_counts *out, struct err *err)
{
	static const char sql[] =
	    "SELECT count(CASE WHEN state = 0 THEN 1 END), "
	    "coalesce(min(CASE WHEN state = 0 THEN created_at END), 0), "
	    "count(CASE WHEN state = 1 AND closed_at >= $2 THEN 1 END), "
	    "count(CASE WHEN state = 2 AND closed_at >= $2 THEN 1 END) "
	    "FROM deliveries WHERE webhook_id = $1";
	int64_t numbers[4] = {0};
	int r = values_numbers(
	    txn, sql, VALUES(TEXT(webhook_id), NUMBER(since)), numbers, 4, err);

	if (r == 0)
		*out = (struct delivery_counts){
		    .waiting = numbers[0],
		    .oldest_at = numbers[1],
		    .done = numbers[2],
		    .given_up = numbers[3],
		};
	return r;
}
