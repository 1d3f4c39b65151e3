#include "server/store/store.h"

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/plan.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct command, id),
    ROW_TEXT(struct command, org_id),
    ROW_TEXT(struct command, device_id),
    ROW_TEXT(struct command, life_id),
    ROW_TEXT(struct command, request_type),
    ROW_TEXT(struct command, purpose),
    ROW_ENUM(struct command, state, COMMAND_STATE_COUNT - 1),
    ROW_INT(struct command, priority),
    ROW_TEXT(struct command, ordered_by),
    ROW_TEXT(struct command, reason),
    ROW_TEXT(struct command, result),
    ROW_INT64(struct command, created_at),
    ROW_INT64(struct command, not_before),
    ROW_INT64(struct command, expires_at),
    ROW_INT64(struct command, sent_at),
    ROW_INT64(struct command, not_now_at),
    ROW_INT64(struct command, closed_at),
    ROW_INT(struct command, sent_count),
    ROW_INT(struct command, not_now_count),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, device_id, life_id, request_type, purpose, state,"        \
	" priority, ordered_by, reason, result, created_at, not_before,"       \
	" expires_at, sent_at, not_now_at, closed_at, sent_count,"             \
	" not_now_count"

static int insert_payload(struct txn *txn, const char *id,
    const uint8_t *payload, size_t payload_len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO command_payloads (command_id, payload)"
	    " VALUES ($1, $2)",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	db_bind_bytes(stmt, 2, payload, payload_len);
	return db_run(stmt, NULL, err);
}

/*
 * The place is one behind the last open command of the same life and priority:
 * the end of that stretch of commands_queue, found in one step.
 */
int store_command_insert(struct txn *txn, const struct command *row,
    const uint8_t *payload, size_t payload_len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO commands (" COLUMNS ", place)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
	    " $14, $15, $16, $17, $18, $19,"
	    " CASE WHEN $7 <= 2 THEN"
	    " (SELECT coalesce(max(place), 0) + 1 FROM commands"
	    " WHERE life_id = $4 AND priority = $8 AND place > 0)"
	    " ELSE 0 END)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	r = db_run(stmt, NULL, err);
	if (r == 0)
		r = insert_payload(txn, row->id, payload, payload_len, err);
	return r;
}

/* What an update compares, so that a mix-up is refused, and what it writes. */
static const struct field changes[] = {
    ROW_TEXT(struct command, id),
    ROW_TEXT(struct command, org_id),
    ROW_TEXT(struct command, device_id),
    ROW_TEXT(struct command, life_id),
    ROW_INT(struct command, priority),
    ROW_ENUM(struct command, state, COMMAND_STATE_COUNT - 1),
    ROW_TEXT(struct command, result),
    ROW_INT64(struct command, not_before),
    ROW_INT64(struct command, sent_at),
    ROW_INT64(struct command, not_now_at),
    ROW_INT64(struct command, closed_at),
    ROW_INT(struct command, sent_count),
    ROW_INT(struct command, not_now_count),
};

/*
 * The rest never changes, and a column that is named here costs a new entry in
 * each index that it is part of: as long as a command is open none is.
 */
#define UPDATE(more)                                                           \
	"UPDATE commands SET state = $6, result = $7, not_before = $8,"        \
	" sent_at = $9, not_now_at = $10, closed_at = $11,"                    \
	" sent_count = $12, not_now_count = $13" more                          \
	" WHERE id = $1 AND org_id = $2 AND device_id = $3"                    \
	" AND life_id = $4 AND priority = $5"

int store_command_update(
    struct txn *txn, const struct command *row, struct err *err)
{
	struct db_stmt *stmt;
	int64_t changed = 0;
	int r = db_prepare(txn->db,
	    command_is_open(row->state) ? UPDATE("") : UPDATE(", place = 0"),
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, changes, sizeof(changes) / sizeof(changes[0]), row);
	r = db_run(stmt, &changed, err);
	if (r == 0 && changed == 0)
		return err_set(err, ERR_NOT_FOUND, "no such command");
	return r;
}

int store_command_load(
    struct txn *txn, const char *id, struct command *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM commands WHERE id = $1", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

/* place > 0 is the condition of commands_queue, word for word. */
#define WAITING                                                                \
	" FROM commands WHERE life_id = $1 AND place > 0"                      \
	" AND not_before <= $2 AND (expires_at = 0 OR expires_at > $2)"
#define NEXT                                                                   \
	"SELECT " COLUMNS ", (SELECT payload FROM command_payloads"            \
	" WHERE command_id = commands.id)" WAITING                             \
	" AND ($3 = 0 OR state <> 2)"                                          \
	" ORDER BY priority DESC, place LIMIT 1"

int store_command_next(struct txn *txn, const char *life_id, int64_t now,
    bool skip_not_now, struct command *out, uint8_t **payload,
    size_t *payload_len, struct err *err)
{
	struct db_stmt *stmt;
	struct command row = {0};
	int r = db_prepare(txn->db, NEXT, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_int64(stmt, 2, now);
	db_bind_int64(stmt, 3, skip_not_now);
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no command is waiting");
	if (r > 0)
		r = row_read(stmt, fields, FIELDS, &row, err);
	if (r == 0)
		r = db_bytes_copy(stmt, FIELDS, payload, payload_len, err);
	if (r == 0)
		*out = row;
	db_done(stmt);
	return r;
}

int store_command_waits(struct txn *txn, const char *life_id, int64_t now,
    bool *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, "SELECT 1" WAITING " LIMIT 1", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_int64(stmt, 2, now);
	r = db_step(stmt, err);
	if (r >= 0)
		*out = r > 0;
	db_done(stmt);
	return r < 0 ? r : 0;
}

int store_command_next_plan(struct txn *txn, struct buf *out, struct err *err)
{
	struct db_stmt *stmt;
	size_t len;
	int r = db_prepare(txn->db, "EXPLAIN QUERY PLAN " NEXT, &stmt, err);

	if (r < 0)
		return r;
	while ((r = db_step(stmt, err)) > 0) {
		buf_append_str(out, db_text(stmt, 3, &len));
		buf_append_char(out, '\n');
	}
	db_done(stmt);
	return r < 0 ? r : buf_check(out, err);
}

/* ---- walks ---- */

static int walk(
    struct db_stmt *stmt, store_command_fn *fn, void *arg, struct err *err)
{
	struct command row = {0};
	int r;

	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

/*
 * One text for each index that can serve, the same parameters in all of them.
 * A life's closed commands are found by way of its device. Where the index of
 * the organisation would be the wrong one, "|| ''" keeps it out of sight.
 */
#define FILTER                                                                 \
	" AND ($2 = '' OR device_id = $2) AND ($3 = '' OR life_id = $3)"       \
	" AND ($4 = '' OR purpose = $4)"                                       \
	" ORDER BY created_at DESC, id DESC LIMIT $5"
#define IN_ORG " AND org_id || '' = $1"
#define OF_LIFE "device_id = (SELECT device_id FROM lives WHERE id = $3)"
#define ALL "SELECT " COLUMNS " FROM commands WHERE "

static const char *filter_sql(const struct command_filter *filter)
{
	static const char *const open[] = {
	    ALL "place > 0" IN_ORG FILTER,
	    ALL "device_id = $2 AND place > 0" IN_ORG FILTER,
	    ALL "life_id = $3 AND place > 0" IN_ORG FILTER,
	};
	static const char *const all[] = {
	    ALL "org_id = $1" FILTER,
	    ALL "device_id = $2" IN_ORG FILTER,
	    ALL OF_LIFE IN_ORG FILTER,
	};
	size_t i = filter->life_id ? 2 : filter->device_id ? 1 : 0;

	return filter->only_open ? open[i] : all[i];
}

int store_command_each(struct txn *txn, const struct command_filter *filter,
    store_command_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, filter_sql(filter), &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, filter->org_id);
	db_bind_text(stmt, 2, filter->device_id ? filter->device_id : "");
	db_bind_text(stmt, 3, filter->life_id ? filter->life_id : "");
	db_bind_text(stmt, 4, filter->purpose ? filter->purpose : "");
	db_bind_int64(stmt, 5, filter->limit > 0 ? filter->limit : INT32_MAX);
	return walk(stmt, fn, arg, err);
}

int store_command_each_expired(struct txn *txn, int64_t now, int limit,
    store_command_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM commands"
	    " WHERE place > 0 AND expires_at > 0 AND expires_at <= $1"
	    " ORDER BY expires_at LIMIT $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_int64(stmt, 1, now);
	db_bind_int64(stmt, 2, limit > 0 ? limit : INT32_MAX);
	return walk(stmt, fn, arg, err);
}
