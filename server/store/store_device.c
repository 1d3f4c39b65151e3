#include "server/store/store_bench.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/store/db.h"
#include "server/store/row.h"
#include "server/store/sql.h"
#include "server/store/store_equipment.h"
#include "server/store/store_phone.h"
#include "server/store/txn.h"

static const struct field fields[] = {
    ROW_TEXT(struct device, id),
    ROW_TEXT(struct device, org_id),
    ROW_TEXT(struct device, udid),
    ROW_TEXT(struct device, serial),
    ROW_TEXT(struct device, name),
    ROW_TEXT(struct device, person),
    ROW_TEXT(struct device, model),
    ROW_TEXT(struct device, product_name),
    ROW_TEXT(struct device, os_version),
    ROW_TEXT(struct device, build_version),
    ROW_TEXT(struct device, imei),
    ROW_TEXT(struct device, life_id),
    ROW_TEXT(struct device, person_id),
    ROW_BOOL(struct device, is_private),
    ROW_INT64(struct device, created_at),
    ROW_ENUM(struct device, kind, PHONE_KIND_COUNT - 1),
    ROW_TEXT(struct device, replaced_by),
    ROW_ENUM(struct device, state, PHONE_STATE_COUNT - 1),
    ROW_INT64(struct device, state_at),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS                                                                \
	"id, org_id, udid, serial, name, person, model, product_name,"         \
	" os_version, build_version, imei, life_id, person_id,"                \
	" is_private, created_at, kind, replaced_by, state, state_at"

/*
 * A phone that never enrolled has no UDID, and any number of them may stand
 * beside each other: '-' and the id is written for it, which no device sends.
 */
#define NO_UDID '-'

static void hide_udid(const struct device *row, struct device *out)
{
	*out = *row;
	if (!out->udid[0])
		(void)snprintf(
		    out->udid, sizeof(out->udid), "%c%s", NO_UDID, out->id);
}

static void show_udid(struct device *row)
{
	if (row->udid[0] == NO_UDID)
		row->udid[0] = '\0';
}

static int take(struct db_stmt *stmt, struct device *out, struct err *err)
{
	int r = row_take(stmt, fields, FIELDS, out, sizeof(*out), err);

	if (r == 0)
		show_udid(out);
	return r;
}

/* A device never moves to another organisation (DESIGN invariant 8). */
int store_device_save(
    struct txn *txn, const struct device *row, struct err *err)
{
	struct device bound;
	struct db_stmt *stmt;
	int64_t changes = 0;
	int r = db_prepare(txn->db,
	    "INSERT INTO devices (" COLUMNS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
	    " $14, $15, $16, $17, $18, $19)"
	    " ON CONFLICT (id) DO UPDATE SET udid = excluded.udid,"
	    " serial = excluded.serial, name = excluded.name,"
	    " person = excluded.person, model = excluded.model,"
	    " product_name = excluded.product_name,"
	    " os_version = excluded.os_version,"
	    " build_version = excluded.build_version, imei = excluded.imei,"
	    " life_id = excluded.life_id, person_id = excluded.person_id,"
	    " is_private = excluded.is_private, created_at = "
	    "excluded.created_at, kind = excluded.kind,"
	    " replaced_by = excluded.replaced_by"
	    " WHERE devices.org_id = excluded.org_id",
	    &stmt, err);

	if (r < 0)
		return r;
	hide_udid(row, &bound);
	row_bind(stmt, fields, FIELDS, &bound);
	r = db_run(stmt, &changes, err);
	if (r == 0 && changes == 0)
		return err_set(err, ERR_CONFLICT,
		    "the device belongs to another organisation");
	return r;
}

int store_device_load(
    struct txn *txn, const char *id, struct device *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE id = $1", &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, id);
	return take(stmt, out, err);
}

int store_device_find_udid(struct txn *txn, const char *org_id,
    const char *udid, struct device *out, struct err *err)
{
	struct db_stmt *stmt;
	int r;

	if (udid[0] == NO_UDID || !udid[0])
		return err_set(err, ERR_NOT_FOUND, "no device of that UDID");
	r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1 AND udid = $2",
	    &stmt, err);
	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, udid);
	return take(stmt, out, err);
}

struct one_device {
	struct device row;
	unsigned count;
};

static int note_device(void *arg, const struct device *row)
{
	struct one_device *one = arg;

	one->row = *row;
	return ++one->count > 1; /* two are enough to know */
}

static int walk(
    struct db_stmt *stmt, store_device_fn *fn, void *arg, struct err *err);

int store_device_find_serial(struct txn *txn, const char *org_id,
    const char *serial, struct device *out, struct err *err)
{
	struct one_device one = {.count = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1"
	    " AND serial = $2 LIMIT 2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, serial);
	r = walk(stmt, note_device, &one, err);
	if (r < 0)
		return r;
	if (one.count == 0)
		return err_set(err, ERR_NOT_FOUND, "no device of that serial");
	if (one.count > 1)
		return err_set(err, ERR_CONFLICT,
		    "several devices have the serial number %.64s", serial);
	*out = one.row;
	return 0;
}

static int walk(
    struct db_stmt *stmt, store_device_fn *fn, void *arg, struct err *err)
{
	struct device row = {0};
	int r;

	while ((r = db_step(stmt, err)) > 0) {
		r = row_read(stmt, fields, FIELDS, &row, err);
		if (r == 0)
			show_udid(&row);
		if (r == 0)
			r = fn(arg, &row);
		if (r != 0)
			break;
	}
	db_done(stmt);
	return r;
}

static int walk_all(struct txn *txn, const char *org_id, store_device_fn *fn,
    void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1"
	    " ORDER BY serial, id",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	return walk(stmt, fn, arg, err);
}

int store_device_each(struct txn *txn, const char *org_id, const char *text,
    store_device_fn *fn, void *arg, struct err *err)
{
	struct buf pattern = {0};
	struct db_stmt *stmt;
	int r;

	if (!text)
		return walk_all(txn, org_id, fn, arg, err);
	if (strlen(text) > LIMIT_NAME)
		return 0; /* longer than anything it could be found in */
	r = sql_like_pattern(text, &pattern, err);
	if (r == 0)
		r = db_prepare(txn->db,
		    "SELECT " COLUMNS " FROM devices WHERE org_id = $1"
		    " AND (lower(id) = lower($2) OR lower(udid) = lower($2)"
		    " OR lower(serial) = lower($2) OR imei = $2"
		    " OR lower(person) LIKE lower($3) ESCAPE '\\'"
		    " OR lower(name) LIKE lower($3) ESCAPE '\\')"
		    " ORDER BY serial, id",
		    &stmt, err);
	if (r == 0) {
		db_bind_text(stmt, 1, org_id);
		db_bind_text(stmt, 2, text);
		db_bind_text(stmt, 3, (const char *)pattern.data);
		r = walk(stmt, fn, arg, err);
	}
	buf_clear(&pattern);
	return r;
}

int store_device_each_id(struct txn *txn, const char *org_id,
    const char *after_id, int limit, store_device_fn *fn, void *arg,
    struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1 AND id > $2"
	    " ORDER BY id LIMIT $3",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, after_id);
	db_bind_int64(stmt, 3, limit > 0 ? limit : INT64_MAX);
	return walk(stmt, fn, arg, err);
}

int store_device_load_of(struct txn *txn, const char *org_id, const char *id,
    struct device *out, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1 AND id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, id);
	return take(stmt, out, err);
}

int store_device_find_imei(struct txn *txn, const char *org_id,
    const char *imei, struct device *out, struct err *err)
{
	struct one_device one = {.count = 0};
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1 AND imei = $2"
	    " AND imei <> '' LIMIT 2",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_text(stmt, 2, imei);
	r = walk(stmt, note_device, &one, err);
	if (r < 0)
		return r;
	if (one.count == 0)
		return err_set(err, ERR_NOT_FOUND, "no device of that IMEI");
	if (one.count > 1)
		return err_set(err, ERR_CONFLICT,
		    "several devices have the IMEI %.64s", imei);
	*out = one.row;
	return 0;
}

int store_device_each_state(struct txn *txn, const char *org_id,
    enum phone_state state, store_device_fn *fn, void *arg, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT " COLUMNS " FROM devices WHERE org_id = $1 AND state = $2"
	    " ORDER BY serial, id",
	    &stmt, err);

	if (r < 0)
		return r;
	db_bind_text(stmt, 1, org_id);
	db_bind_int64(stmt, 2, state);
	return walk(stmt, fn, arg, err);
}
