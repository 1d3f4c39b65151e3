#include "server/store/store_bench.h"

#include <stdlib.h>

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct station_row, id),
    ROW_TEXT(struct station_row, org_id),
    ROW_TEXT(struct station_row, name),
    ROW_ENUM(struct station_row, state, STATION_STATE_COUNT - 1),
    ROW_TEXT(struct station_row, code_sha256),
    ROW_INT64(struct station_row, code_expires_at),
    ROW_TEXT(struct station_row, certificate_sha256),
    ROW_TEXT(struct station_row, public_key),
    ROW_TEXT(struct station_row, created_by),
    ROW_INT64(struct station_row, created_at),
    ROW_INT64(struct station_row, joined_at),
    ROW_INT64(struct station_row, not_after),
    ROW_INT64(struct station_row, revoked_at),
    ROW_TEXT(struct station_row, revoked_by),
    ROW_INT64(struct station_row, last_report_at),
    ROW_INT64(struct station_row, last_sequence),
    ROW_INT64(struct station_row, gaps),
    ROW_INT64(struct station_row, skew_ms),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, name, state, code_sha256, code_expires_at, "              \
	"certificate_sha256, public_key, created_by, created_at, joined_at, "  \
	"not_after, revoked_at, revoked_by, last_report_at, "                  \
	"last_sequence, gaps, skew_ms"

int store_station_save(
    struct txn *txn, const struct station_row *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO stations (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
	    "$14, $15, $16, $17, $18)"
	    " ON CONFLICT (id) DO UPDATE SET"
	    " org_id = excluded.org_id, name = excluded.name, "
	    "state = excluded.state, "
	    "code_sha256 = excluded.code_sha256, "
	    "code_expires_at = excluded.code_expires_at, "
	    "certificate_sha256 = excluded.certificate_sha256, "
	    "public_key = excluded.public_key, "
	    "created_by = excluded.created_by, "
	    "created_at = excluded.created_at, "
	    "joined_at = excluded.joined_at, "
	    "not_after = excluded.not_after, "
	    "revoked_at = excluded.revoked_at, "
	    "revoked_by = excluded.revoked_by, "
	    "last_report_at = excluded.last_report_at, "
	    "last_sequence = excluded.last_sequence, "
	    "gaps = excluded.gaps, skew_ms = excluded.skew_ms",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

static int load_by(struct txn *txn, const char *sql, const char *key,
    struct station_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db, sql, &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, key);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_station_load(
    struct txn *txn, const char *id, struct station_row *out, struct err *err)
{
	return load_by(txn, "SELECT " COLUMNS " FROM stations WHERE id = $1",
	    id, out, err);
}

/* The empty code is every admitted station's: nobody's. */
int store_station_find_code(struct txn *txn, const char *code_sha256,
    struct station_row *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS
	    " FROM stations WHERE code_sha256 = $1 AND code_sha256 <> ''",
	    code_sha256, out, err);
}

int store_station_find_certificate(struct txn *txn,
    const char *certificate_sha256, struct station_row *out, struct err *err)
{
	return load_by(txn,
	    "SELECT " COLUMNS " FROM stations WHERE certificate_sha256 = $1 "
	    "AND certificate_sha256 <> ''",
	    certificate_sha256, out, err);
}

static int walk(
    struct db_stmt *stmt, store_station_fn *fn, void *arg, struct err *err)
{
	struct station_row *row = calloc(1, sizeof(*row));
	int r = row ? 0 : err_memory(err);

	while (r == 0 && (r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, row, err);
		if (r == 0)
			r = fn(arg, row);
	}
	free(row);
	db_done(stmt);
	return r;
}

int store_station_each(struct txn *txn, const char *org_id,
    store_station_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM stations WHERE org_id = $1"
	    " ORDER BY created_at DESC, id DESC",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return walk(stmt, fn, arg, err);
}
