/*
 * What the ladder locks, it lets go: Lost Mode that a case ordered goes out only
 * while the case bears it (DESIGN invariant 1), and is lifted for who stays.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/store/store_phone.h"

/* ---- does the case bear it ---- */

static int check_case(
    struct txn *txn, const struct return_case_row *row, struct err *err)
{
	struct departure_row departure;
	int rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);

	if (rc < 0)
		return rc;
	if (departure.state != DEPARTURE_OPEN)
		return err_set(err, ERR_CONFLICT,
		    "the departure that it was ordered for is %s",
		    departure_state_name(departure.state));
	if (row->state != RETURN_LOST || row->kind != RETURN_KIND_MANAGED)
		return err_set(err, ERR_CONFLICT,
		    "the return that it was ordered for is %s",
		    return_state_name(row->state));
	return 0;
}

int return_lock_covered(struct txn *txn, const struct lost_mode_row *lost,
    const struct device *device, struct err *err)
{
	struct return_case_row row;
	struct assignment_row held;
	int rc =
	    store_return_case_load(txn, lost->org_id, lost->case_id, &row, err);

	if (rc == 0)
		rc = check_case(txn, &row, err);
	if (rc < 0)
		return rc;
	if (strcmp(device->life_id, lost->life_id) != 0 ||
	    strcmp(device->life_id, row.life_id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the phone has enrolled anew since it was ordered");
	rc = store_assignment_find_phone(
	    txn, row.org_id, row.device_id, 0, &held, NULL);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read who holds a phone");
	if (rc < 0 || strcmp(held.id, row.assignment_id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the phone is no longer with who left, by our records");
	return 0;
}

/* ---- letting go ---- */

static int note_lost(void *arg, const struct return_step_row *row)
{
	if (row->kind == RETURN_STEP_LOST)
		*(struct return_step_row *)arg = *row;
	return 0;
}

/* Lost because the case locked it, by itself or as the manager decided; what a
 * person reported is theirs to take back. */
static int is_ours(struct txn *txn, const struct return_case_row *row,
    bool *out, struct err *err)
{
	struct return_step_row last = {.done_by = ""};
	struct lost_mode_row lost;
	struct device device;
	int rc;

	*out = false;
	if (row->state != RETURN_LOST)
		return 0;
	rc = store_lost_mode_find_device(
	    txn, row->org_id, row->device_id, &lost, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	if (strcmp(lost.case_id, row->id) != 0)
		return 0;
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);
	if (rc == 0)
		rc = store_return_step_each(
		    txn, row->org_id, row->id, note_lost, &last, err);
	*out = rc >= 0 && device.state == PHONE_LOST &&
	    strcmp(last.done_by, lost.ordered_by) == 0 &&
	    strcmp(last.note, lost.reason) == 0;
	return rc < 0 ? rc : 0;
}

int return_unlock(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const char *why, struct err *err)
{
	struct return_step_row step;
	bool is_any = false;
	int rc = is_ours(txn, row, &is_any, err);

	if (rc < 0 || !is_any)
		return rc;
	(void)snprintf(row->reason, sizeof(row->reason), "%.500s", why);
	return_step_init(&step, ledger, RETURN_STEP_FOUND);
	(void)snprintf(
	    step.note, sizeof(step.note), "Lost Mode is lifted: %.480s", why);
	return return_apply(txn, ledger, row, RETURN_EVENT_FOUND, &step, err);
}

int return_lock_withdraw(struct txn *txn, struct service *service,
    const struct lost_mode_row *lost, const char *why, int64_t now,
    struct err *err)
{
	struct departure_world world;
	struct return_case_row row;
	int rc =
	    store_return_case_load(txn, lost->org_id, lost->case_id, &row, err);

	if (rc == 0)
		rc = departure_world_policy(
		    service, lost->org_id, now, &world, err);
	return rc < 0 ? rc : return_unlock(txn, &world.ledger, &row, why, err);
}
