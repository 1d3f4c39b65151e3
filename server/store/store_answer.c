#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

int store_answer_insert(struct txn *txn, const char *life_id,
    const char *command_id, const char *status, int64_t at, const uint8_t *body,
    size_t body_len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO answers"
	    " (life_id, command_id, status, received_at, body, number)"
	    " VALUES ($1, $2, $3, $4, $5,"
	    " (SELECT coalesce(max(number), 0) + 1 FROM answers"
	    " WHERE command_id = $2))",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, command_id);
	db_bind_text(stmt, 3, status);
	db_bind_int64(stmt, 4, at);
	db_bind_bytes(stmt, 5, body, body_len);
	return db_run(stmt, NULL, err);
}

static int give_row(
    struct db_stmt *stmt, store_answer_fn *fn, void *arg, struct err *err)
{
	char status[LIMIT_STATUS + 1];
	const uint8_t *body;
	size_t len;
	int r = db_text_copy(stmt, 1, status, sizeof(status), err);

	if (r < 0)
		return r;
	body = db_bytes(stmt, 2, &len);
	return fn(arg, db_int64(stmt, 0), status, body, len);
}

int store_answer_each(struct txn *txn, const char *command_id,
    store_answer_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT received_at, status, body FROM answers"
	    " WHERE command_id = $1 ORDER BY received_at, number",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, command_id);
	while ((r = db_step(stmt, err)) > 0) {
		r = give_row(stmt, fn, arg, err);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}
