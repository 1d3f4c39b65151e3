#include "server/store/store_private.h"

#include "server/store/table.h"

#define LIVES "(SELECT id FROM lives WHERE org_id = $1 AND device_id = $2)"

/* Each takes the organisation and the device. */
static const char *const steps[] = {
    "DELETE FROM device_imeis WHERE org_id = $1 AND device_id = $2",
    /* Asked anew of a private phone without its lines. */
    "DELETE FROM facts WHERE kind IN ('DeviceInformation', 'BenchFacts')"
    " AND life_id IN " LIVES,
    "DELETE FROM answers WHERE command_id IN (SELECT id FROM commands"
    " WHERE org_id = $1 AND device_id = $2"
    " AND request_type = 'DeviceInformation')",
    "UPDATE bench_phones SET facts = '', facts_at = 0 WHERE org_id = $1"
    " AND serial <> '' AND serial IN"
    " (SELECT serial FROM devices WHERE org_id = $1 AND id = $2)",
    "DELETE FROM evidence_items WHERE org_id = $1 AND subject_kind = 1"
    " AND subject_id = $2 AND fact LIKE 'sim.%'",
    /* Where a SIM of ours was seen. */
    "DELETE FROM evidence_items WHERE org_id = $1 AND subject_kind = 2"
    " AND word = 'at:' || $2",
};

int store_private_strip(
    struct txn *txn, const char *org_id, const char *device_id, struct err *err)
{
	struct db_stmt *stmt;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
		r = db_prepare(txn->db, steps[i], &stmt, err);
		if (r < 0)
			return r;
		values_bind(stmt, VALUES(TEXT(org_id), TEXT(device_id)));
		r = db_run(stmt, NULL, err);
	}
	return r;
}
