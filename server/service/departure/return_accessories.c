/* What was handed out with a phone comes back with it: its receipt names it. */
#include <string.h>

#include "proto/base/str.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/receipt/receipts.h"
#include "server/store/store_phone.h"
#include "server/store/store_receipt.h"

struct along {
	char ids[HANDOUT_ALL_MAX][STORE_ID];
	size_t count;
};

/* A few words that are no row of ours have no id. */
static int note_thing(void *arg, const struct handout_thing_row *thing)
{
	struct along *along = arg;

	if (thing->kind == HANDOUT_ACCESSORY && thing->thing_id[0])
		(void)str_copy(
		    along->ids[along->count++], STORE_ID, thing->thing_id);
	return along->count == HANDOUT_ALL_MAX;
}

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
	struct along along = {.count = 0};
	struct handout_row handout;
	size_t i;
	int rc = store_handout_find_phone(
	    txn, row->org_id, row->device_id, row->person_id, &handout, err);

	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	rc = store_handout_thing_each(
	    txn, row->org_id, handout.id, note_thing, &along, err);
	for (i = 0; rc >= 0 && i < along.count; i++)
		rc = hand_in(txn, ledger, along.ids[i], row->person_id, err);
	return rc < 0 ? rc : 0;
}
