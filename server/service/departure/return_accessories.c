/* What was handed out with a phone is nobody's any more when that is back. */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/departure/return_along.h"
#include "server/store/store_phone.h"

/* Somebody else may have it by now: then it stays theirs. */
static int hand_in(struct txn *txn, const struct ledger *ledger,
    const char *accessory_id, const char *person_id, struct err *err)
{
	struct accessory_holding_row held;
	struct accessory_row row;
	struct accessory_said said = {.person = ""};
	enum ledger_effect effect;
	int rc = store_accessory_holding_find(
	    txn, ledger->org_id, accessory_id, 0, &held, err);

	if (rc < 0 || strcmp(held.person_id, person_id) != 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	rc = store_accessory_load(txn, ledger->org_id, accessory_id, &row, err);
	said.label = row.label;
	return rc < 0
	    ? rc
	    : ledger_accessory_put(txn, ledger, &said, &row, &effect, err);
}

int return_accessories(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct err *err)
{
	struct return_along along;
	int rc = return_along_load(txn, row, &along, err);

	/* A few words that are no row of ours have no id. */
	for (size_t i = 0; rc >= 0 && i < along.count; i++)
		if (along.things[i].id[0])
			rc = hand_in(txn, ledger, along.things[i].id,
			    row->person_id, err);
	return rc < 0 ? rc : 0;
}
