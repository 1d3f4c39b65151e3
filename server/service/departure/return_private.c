/* A private phone stays with its owner: nobody hands it in, and what is of work
 * goes from it. */
#include <string.h>

#include "proto/base/err.h"
#include "server/lifecycle/command.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/service.h"
#include "server/store/store_phone.h"

/* ---- what is handed in ---- */

bool return_is_handed_in(const struct return_case_row *row)
{
	return row->needs & RETURN_MARK_SIGNED_HOLDER;
}

static int note_sim(void *arg, const struct sim_decision_row *row)
{
	(void)row;
	*(bool *)arg = true;
	return 1;
}

static int note_accessory(void *arg, const struct accessory_holding_row *held)
{
	(void)held;
	*(bool *)arg = true;
	return 1;
}

int departure_hands_in(struct txn *txn, const struct departure_row *departure,
    bool *out, struct err *err)
{
	struct departure_cases cases;
	size_t i;
	int rc = departure_cases_load(
	    txn, departure->org_id, departure->id, &cases, err);

	*out = false;
	for (i = 0; i < cases.count; i++)
		*out |= cases.rows[i].state != RETURN_CANCELLED &&
		    return_is_handed_in(&cases.rows[i]);
	departure_cases_clear(&cases);
	if (rc == 0 && !*out)
		rc = store_sim_decision_each(
		    txn, departure->org_id, departure->id, note_sim, out, err);
	if (rc >= 0 && !*out)
		rc = store_accessory_holding_each_person(txn, departure->org_id,
		    departure->person_id, true, note_accessory, out, err);
	return rc < 0 ? rc : 0;
}

/* ---- what goes from it ---- */

static int note_newest(void *arg, const struct command *row)
{
	*(struct command *)arg = *row;
	return 1;
}

/* It took the order and has been silent since: its CheckOut can be lost. */
static int has_gone_silently(struct txn *txn, struct service *service,
    const struct return_case_row *row, const struct life *life, bool *out,
    struct err *err)
{
	char purpose[128];
	const struct command_filter same = {.org_id = row->org_id,
	    .device_id = row->device_id,
	    .purpose = purpose,
	    .limit = 1};
	struct command newest = {.state = COMMAND_QUEUED};
	int rc;

	return_removal_purpose(row->id, purpose, sizeof(purpose));
	rc = store_command_each(txn, &same, note_newest, &newest, err);
	*out = newest.state == COMMAND_ACKNOWLEDGED &&
	    strcmp(newest.life_id, life->id) == 0 &&
	    life->last_seen_at <= newest.closed_at &&
	    last_seen_get(service->last_seen, life->id) <= newest.closed_at;
	return rc < 0 ? rc : 0;
}

int return_removal_check(struct txn *txn, struct service *service,
    const struct return_case_row *row, struct err *err)
{
	struct device device;
	struct life life;
	bool is_gone = false;
	int rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);

	if (rc < 0 || !device.life_id[0])
		return rc;
	rc = store_life_load(txn, device.life_id, &life, err);
	if (rc < 0 || !life_is_open(life.state))
		return rc;
	rc = has_gone_silently(txn, service, row, &life, &is_gone, err);
	if (rc < 0 || is_gone)
		return rc;
	return err_set(err, ERR_DENIED,
	    "it is still managed: the removal of what is of work is ordered "
	    "after the last day, and says itself when it is done");
}
