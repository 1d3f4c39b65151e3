#include "server/store/store_imei.h"

#include "proto/base/err.h"
#include "server/store/table.h"

int store_imei_save(struct txn *txn, const char *org_id, const char *device_id,
    const char *imei, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "INSERT INTO device_imeis (org_id, imei, device_id)"
	    " VALUES ($1, $2, $3) ON CONFLICT (org_id, imei) DO UPDATE SET"
	    " device_id = excluded.device_id"
	    " WHERE device_imeis.device_id <> excluded.device_id",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(imei), TEXT(device_id)));
	return db_run(stmt, NULL, err);
}

int store_imei_find(struct txn *txn, const char *org_id, const char *imei,
    char device_id[STORE_ID], struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "SELECT device_id FROM device_imeis"
	    " WHERE org_id = $1 AND imei = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(imei)));
	r = db_step(stmt, err);
	if (r == 0)
		r = err_set(err, ERR_NOT_FOUND, "no phone of ours");
	if (r > 0)
		r = db_text_copy(stmt, 0, device_id, STORE_ID, err);
	db_done(stmt);
	return r;
}

int store_imei_clear(
    struct txn *txn, const char *org_id, const char *device_id, struct err *err)
{
	struct db_stmt *stmt;
	int r = db_prepare(txn->db,
	    "DELETE FROM device_imeis WHERE org_id = $1 AND device_id = $2",
	    &stmt, err);

	if (r < 0)
		return r;
	values_bind(stmt, VALUES(TEXT(org_id), TEXT(device_id)));
	return db_run(stmt, NULL, err);
}
