/*
 * A return that was over goes on: a phone that was written off has turned up, or
 * one was released on a proof that was wrong. What it hangs on goes on with it:
 * its departure, the assignment that justifies its erase, the erase itself.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"

/* The person may have another one open for the same reason: then it is part of
 * that. */
static int reopen_departure(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	struct departure_world world;
	struct departure_row departure;
	struct departure_row open;
	int rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);

	if (rc < 0 || departure.state <= DEPARTURE_PAUSED)
		return rc;
	rc = store_departure_find_open(txn, row->org_id, departure.person_id,
	    departure.reason, departure.employment_id, &open, err);
	if (rc != -ERR_NOT_FOUND) {
		if (rc == 0)
			memcpy(row->departure_id, open.id, STORE_ID);
		return rc;
	}
	rc = departure_world_init(ledger, &world, err);
	if (rc < 0)
		return rc;
	departure.closed_at = 0;
	return departure_move(
	    txn, &world, &departure, DEPARTURE_OPEN, "a return goes on", err);
}

/* Only an erase of whoever the phone is with is justified (DESIGN invariant
 * 1), and since the case was over that was nobody. */
static int take_up(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	struct assignment_row former;
	struct assignment_row held;
	int rc = store_assignment_load(
	    txn, row->org_id, row->assignment_id, &former, err);

	if (rc == 0)
		rc = holder_take_up(txn, ledger, &former,
		    row->state == RETURN_DISPUTED
		        ? "its return is disputed"
		        : "it was written off and has turned up",
		    &held, err);
	if (rc == 0 && strcmp(held.person_id, row->person_id) == 0)
		memcpy(row->assignment_id, held.id, STORE_ID);
	return rc;
}

/*
 * What the phone was not given is ordered anew, for this holder and as the
 * phone is now: it may have enrolled anew. What it took is to be proven.
 */
static int order_anew(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	struct device device;
	bool is_back;
	int rc = departure_wipe_withdraw(txn, ledger, row,
	    "the phone has turned up: it is ordered anew", &is_back, err);

	if (rc < 0 || !is_back)
		return rc;
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);
	if (rc == 0)
		memcpy(row->life_id, device.life_id, STORE_ID);
	return rc;
}

int return_goes_on(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	int rc = reopen_departure(txn, ledger, row, err);

	if (rc == 0)
		rc = take_up(txn, ledger, row, err);
	if (rc == 0 && row->state != RETURN_DISPUTED)
		rc = order_anew(txn, ledger, row, err);
	return rc < 0 ? rc : store_return_case_save(txn, row, err);
}
