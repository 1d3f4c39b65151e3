/* Signed reports as they came. */
#include "server/store/store_bench.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct station_report_row, id),
    ROW_TEXT(struct station_report_row, org_id),
    ROW_TEXT(struct station_report_row, station_id),
    ROW_INT64(struct station_report_row, sequence),
    ROW_TEXT(struct station_report_row, kind),
    ROW_TEXT(struct station_report_row, udid),
    ROW_TEXT(struct station_report_row, serial),
    ROW_INT64(struct station_report_row, at),
    ROW_INT64(struct station_report_row, received_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, station_id, sequence, kind, udid, serial, at, "           \
	"received_at"

int store_station_report_insert(struct txn *txn,
    const struct station_report_row *row, const uint8_t *body, size_t body_len,
    const uint8_t *signature, size_t signature_len, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO station_reports (" COLUMNS ", body, signature)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	db_bind_bytes(stmt, 10, body, body_len);
	db_bind_bytes(stmt, 11, signature, signature_len);
	return db_run(stmt, NULL, err);
}

int store_station_report_load(struct txn *txn, const char *id,
    struct station_report_row *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM station_reports WHERE id = $1", &stmt,
	    err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_station_report_count(struct txn *txn, const char *station_id,
    int64_t sequence, int64_t *count, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT count(*) FROM station_reports WHERE station_id = $1"
	    " AND sequence = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, station_id);
	db_bind_int64(stmt, 2, sequence);
	if ((r = db_step(stmt, err)) > 0)
		*count = db_int64(stmt, 0);
	db_done(stmt);
	return r < 0 ? r : 0;
}
