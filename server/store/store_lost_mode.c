/* Lost Mode, and the places a lost phone was asked for. */
#include "proto/base/err.h"
#include "server/store/store_phone.h"
#include "server/store/table.h"

static const struct field fields[] = {
    ROW_TEXT(struct lost_mode_row, id),
    ROW_TEXT(struct lost_mode_row, org_id),
    ROW_TEXT(struct lost_mode_row, device_id),
    ROW_TEXT(struct lost_mode_row, life_id),
    ROW_TEXT(struct lost_mode_row, case_id),
    ROW_ENUM(struct lost_mode_row, state, LOST_MODE_STATE_COUNT - 1),
    ROW_TEXT(struct lost_mode_row, enable_id),
    ROW_TEXT(struct lost_mode_row, disable_id),
    ROW_TEXT(struct lost_mode_row, message),
    ROW_TEXT(struct lost_mode_row, number),
    ROW_TEXT(struct lost_mode_row, footnote),
    ROW_TEXT(struct lost_mode_row, reason),
    ROW_TEXT(struct lost_mode_row, ordered_by),
    ROW_TEXT(struct lost_mode_row, lifted_by),
    ROW_TEXT(struct lost_mode_row, lift_reason),
    ROW_TEXT(struct lost_mode_row, warning),
    ROW_INT64(struct lost_mode_row, ordered_at),
    ROW_INT64(struct lost_mode_row, on_at),
    ROW_INT64(struct lost_mode_row, lift_at),
    ROW_INT64(struct lost_mode_row, closed_at),
};
static struct table lost_modes = {
    .name = "lost_modes",
    .word = "Lost Mode",
    .changing = " state disable_id lifted_by lift_reason warning on_at lift_at"
                " closed_at ",
    TABLE(struct lost_mode_row, fields),
};

int store_lost_mode_save(
    struct txn *txn, const struct lost_mode_row *row, struct err *err)
{
	return table_save(txn, &lost_modes, row, err);
}

int store_lost_mode_find_open(struct txn *txn, const char *org_id,
    const char *device_id, struct lost_mode_row *out, struct err *err)
{
	static struct query query = {&lost_modes,
	    "WHERE org_id = $1 AND device_id = $2 AND state <= 2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), out, err);
}

int store_lost_mode_find_device(struct txn *txn, const char *org_id,
    const char *device_id, struct lost_mode_row *out, struct err *err)
{
	static struct query query = {&lost_modes,
	    "WHERE org_id = $1 AND device_id = $2"
	    " ORDER BY ordered_at DESC, id DESC LIMIT 1",
	    NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), out, err);
}

/* ---- places ---- */

static const struct field place_fields[] = {
    ROW_TEXT(struct phone_place_row, id),
    ROW_TEXT(struct phone_place_row, org_id),
    ROW_TEXT(struct phone_place_row, device_id),
    ROW_TEXT(struct phone_place_row, lost_mode_id),
    ROW_TEXT(struct phone_place_row, command_id),
    ROW_TEXT(struct phone_place_row, asked_by),
    ROW_TEXT(struct phone_place_row, reason),
    ROW_INT64(struct phone_place_row, asked_at),
    ROW_INT64(struct phone_place_row, answered_at),
    ROW_INT64(struct phone_place_row, known_at),
    ROW_INT64(struct phone_place_row, latitude),
    ROW_INT64(struct phone_place_row, longitude),
    ROW_INT64(struct phone_place_row, accuracy_m),
    ROW_INT64(struct phone_place_row, forgotten_at),
};
static struct table places = {
    .name = "phone_places",
    .word = "place of a phone",
    .changing = " answered_at known_at latitude longitude accuracy_m"
                " forgotten_at ",
    TABLE(struct phone_place_row, place_fields),
};
DEFINE_EACH(each_place, struct phone_place_row, store_phone_place_fn)

int store_phone_place_save(
    struct txn *txn, const struct phone_place_row *row, struct err *err)
{
	return table_save(txn, &places, row, err);
}

int store_phone_place_find_command(struct txn *txn, const char *org_id,
    const char *command_id, struct phone_place_row *out, struct err *err)
{
	static struct query query = {
	    &places, "WHERE org_id = $1 AND command_id = $2", NULL};

	return query_take(
	    txn, &query, VALUES(TEXT(org_id), TEXT(command_id)), out, err);
}

int store_phone_place_each(struct txn *txn, const char *org_id,
    const char *device_id, store_phone_place_fn *fn, void *arg, struct err *err)
{
	static struct query query = {&places,
	    "WHERE org_id = $1 AND device_id = $2"
	    " ORDER BY asked_at DESC, id DESC",
	    NULL};

	return each_place(
	    txn, &query, VALUES(TEXT(org_id), TEXT(device_id)), fn, arg, err);
}

int store_phone_place_forget(struct txn *txn, const char *org_id,
    const char *device_id, int64_t now, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "UPDATE phone_places SET known_at = 0, latitude = 0,"
	    " longitude = 0, accuracy_m = -1, forgotten_at = $3"
	    " WHERE org_id = $1 AND device_id = $2 AND forgotten_at = 0",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(device_id), NUMBER(now)));
	return db_run(stmt, NULL, err);
}
