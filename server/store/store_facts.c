#include "server/store/store.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/txn.h"

int store_facts_save(struct txn *txn, const char *life_id, const char *kind,
    const char *source, int64_t observed_at, const char *json, size_t json_len,
    struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO facts (life_id, kind, source, observed_at, json)"
	    " VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (life_id, kind) DO UPDATE SET"
	    " source = excluded.source, observed_at = excluded.observed_at,"
	    " json = excluded.json"
	    " WHERE facts.observed_at <= excluded.observed_at",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, kind);
	db_bind_text(stmt, 3, source);
	db_bind_int64(stmt, 4, observed_at);
	db_bind_text_len(stmt, 5, json, json_len);
	return db_run(stmt, NULL, err);
}

static int read_row(
    struct db_stmt *stmt, struct facts_row *out, struct err *err)
{
	struct facts_row row = {0};
	uint8_t *json = NULL;
	int r;

	r = db_text_copy(stmt, 0, row.kind, sizeof(row.kind), err);
	if (r == 0)
		r = db_text_copy(stmt, 1, row.source, sizeof(row.source), err);
	if (r == 0)
		r = db_bytes_copy(stmt, 3, &json, &row.json_len, err);
	if (r < 0)
		return r;
	row.observed_at = db_int64(stmt, 2);
	row.json = (char *)json;
	*out = row;
	return 0;
}

int store_facts_load(struct txn *txn, const char *life_id, const char *kind,
    struct facts_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT kind, source, observed_at, json FROM facts"
	    " WHERE life_id = $1 AND kind = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	db_bind_text(stmt, 2, kind);
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no %s is known yet", kind);
	if (r > 0)
		r = read_row(stmt, out, err);
	db_done(stmt);
	return r;
}

int store_facts_each(struct txn *txn, const char *life_id, store_facts_fn *fn,
    void *arg, struct err *err)
{
	struct facts_row row = {0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT kind, source, observed_at, json FROM facts"
	    " WHERE life_id = $1",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, life_id);
	while ((r = db_step(stmt, err)) > 0) {
		r = db_text_copy(stmt, 0, row.kind, sizeof(row.kind), err);
		if (r == 0)
			r = db_text_copy(
			    stmt, 1, row.source, sizeof(row.source), err);
		row.observed_at = db_int64(stmt, 2);
		row.json = (char *)(uintptr_t)db_text(stmt, 3, &row.json_len);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

void store_facts_clear(struct facts_row *row)
{
	if (!row)
		return;
	free(row->json);
	memset(row, 0, sizeof(*row));
}
