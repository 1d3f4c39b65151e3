#include "server/store/store.h"

#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct organisation, id),
    ROW_TEXT(struct organisation, name),
    ROW_TEXT(struct organisation, topic),
    ROW_TEXT(struct organisation, slug),
    ROW_TEXT(struct organisation, pack),
    ROW_TEXT(struct organisation, language),
    ROW_TEXT(struct organisation, country),
    ROW_TEXT(struct organisation, time_zone),
    ROW_INT64(struct organisation, created_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, name, topic, slug, pack, language, country, time_zone, "          \
	"created_at"

int store_organisation_save(
    struct txn *txn, const struct organisation *row, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO organisations (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	    " ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
	    " topic = excluded.topic, slug = excluded.slug,"
	    " pack = excluded.pack, language = excluded.language,"
	    " country = excluded.country, time_zone = excluded.time_zone,"
	    " created_at = excluded.created_at",
	    &stmt, err);

	if (r < 0)
		return r;
	row_bind(stmt, fields, FIELDS, row);
	return db_run(stmt, NULL, err);
}

static int load_only(struct txn *txn, struct organisation *out, struct err *err)
{
	struct organisation row = {0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM organisations ORDER BY id LIMIT 2", &stmt,
	    err);

	if (r < 0)
		return r;
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "there is no organisation");
	if (r > 0)
		r = row_read(stmt, fields, FIELDS, &row, err);
	if (r == 0)
		r = db_step(stmt, err);
	if (r > 0)
		r = err_set(err, ERR_CONFLICT,
		    "there are several organisations: name one");
	else if (r == 0)
		*out = row;
	db_done(stmt);
	return r;
}

int store_organisation_load(
    struct txn *txn, const char *id, struct organisation *out, struct err *err)
{
	struct db_stmt *stmt;
	int r;

	if (!id)
		return load_only(txn, out, err);
	r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM organisations WHERE id = $1", &stmt, err);
	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_organisation_find_slug(struct txn *txn, const char *slug,
    struct organisation *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM organisations WHERE slug = $1"
	    " AND slug <> ''",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, slug);
	return row_take(stmt, fields, FIELDS, out, sizeof(*out), err);
}

int store_organisation_each(
    struct txn *txn, store_organisation_fn *fn, void *arg, struct err *err)
{
	struct organisation row = {0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM organisations ORDER BY id", &stmt, err);

	if (r < 0)
		return r;
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
