/*
 * SIMs of who stays after all: a block that was asked for is withdrawn, one that
 * has left for the operator is to be lifted, and nothing is decided any more.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"

struct taking_back {
	struct txn *txn;
	const struct departure_world *world;
	const struct departure_row *departure;
	const char *why;
};

/* ---- the request to the operator ---- */

static int withdraw(const struct taking_back *back,
    struct equipment_order_row *order, struct err *err)
{
	const struct task_world *tasks = &back->world->tasks;
	int rc;

	(void)snprintf(order->note, sizeof(order->note), "%s", back->why);
	rc = equipment_order_apply(
	    back->txn, tasks, order, EQUIPMENT_ORDER_EVENT_CANCEL, err);
	return rc < 0 ? rc
	              : audit_order(back->txn, tasks, order,
	                    back->world->ledger.by, NULL, err);
}

/* A letter is not taken back: whoever placed it asks for it to be undone. */
static int ask_to_lift(const struct taking_back *back,
    const struct equipment_order_row *block, struct err *err)
{
	const struct ledger *ledger = &back->world->ledger;
	struct equipment_order_row order = *block;
	struct subscription_row sim;
	int rc = store_subscription_load(
	    back->txn, block->org_id, block->subscription_id, &sim, err);

	if (rc < 0)
		return rc;
	uuid_make(ledger->now, ledger->service->rng, order.id);
	order.what = EQUIPMENT_FUNCTION;
	order.state = EQUIPMENT_ORDER_APPROVED;
	order.created_at = order.decided_at = ledger->now;
	order.ordered_at = order.linked_at = order.closed_at = 0;
	(void)snprintf(
	    order.item, sizeof(order.item), "lift the block of %s", sim.number);
	(void)snprintf(order.need, sizeof(order.need),
	    "the block went out as order %s and its holder stays", block->id);
	(void)snprintf(order.note, sizeof(order.note), "%s", back->why);
	(void)str_copy(
	    order.requested_by, sizeof(order.requested_by), ledger->by);
	(void)str_copy(order.decided_by, sizeof(order.decided_by), ledger->by);
	rc = store_equipment_order_save(back->txn, &order, err);
	return rc < 0 ? rc
	              : audit_order(back->txn, &back->world->tasks, &order,
	                    ledger->by, NULL, err);
}

/* 1: it is not asked for any more; 0: it has left, and only a pause stops what
 * follows. */
static int take_order_back(const struct taking_back *back,
    const struct sim_decision_row *sim, struct err *err)
{
	bool stays = (back->departure->step & DEPARTURE_OFF) ||
	    back->departure->last_day >= back->world->ledger.today;
	struct equipment_order_row order;
	int rc = store_equipment_order_load(
	    back->txn, sim->org_id, sim->order_id, &order, err);

	if (rc < 0)
		return rc;
	switch (order.state) {
	case EQUIPMENT_ORDER_REQUESTED:
	case EQUIPMENT_ORDER_APPROVED:
		rc = withdraw(back, &order, err);
		return rc < 0 ? rc : 1;
	case EQUIPMENT_ORDER_ORDERED:
	case EQUIPMENT_ORDER_LINKED:
		rc = stays ? ask_to_lift(back, &order, err) : 0;
		return rc < 0 ? rc : stays;
	default:
		return 1; /* withdrawn by whoever places it */
	}
}

/* ---- each ---- */

/* Whoever has it may use the number: a person said so, not the departure. */
static int is_missing(const struct taking_back *back,
    const struct sim_decision_row *sim, bool *out, struct err *err)
{
	struct return_case_row row;
	struct device device;
	int rc;

	*out = false;
	if (!sim->case_id[0])
		return 0;
	rc = store_return_case_load(
	    back->txn, sim->org_id, sim->case_id, &row, err);
	if (rc == 0)
		rc = store_device_load_of(
		    back->txn, row.org_id, row.device_id, &device, err);
	*out = rc == 0 && phone_is_missing(device.state);
	return rc;
}

static int unblock(const struct taking_back *back, struct sim_decision_row *sim,
    struct err *err)
{
	bool missing;
	int rc;

	if (sim->decision != SIM_BLOCK || !sim->order_id[0])
		return 0;
	rc = is_missing(back, sim, &missing, err);
	if (rc < 0 || missing)
		return rc;
	rc = take_order_back(back, sim, err);
	if (rc <= 0)
		return rc;
	sim->order_id[0] = '\0';
	return return_sim_set(back->txn, &back->world->ledger, sim,
	    SIM_UNDECIDED, back->why, err);
}

/* What sits in a phone that goes on is decided with it. */
static int let_stay(const struct taking_back *back,
    struct sim_decision_row *sim, struct err *err)
{
	struct return_case_row row = {.state = RETURN_CANCELLED};
	int rc = 0;

	if (sim->decision != SIM_UNDECIDED)
		return 0;
	if (sim->case_id[0])
		rc = store_return_case_load(
		    back->txn, sim->org_id, sim->case_id, &row, err);
	return rc < 0 || return_case_is_open(row.state)
	    ? rc
	    : return_sim_set(back->txn, &back->world->ledger, sim, SIM_STAYS,
	          back->why, err);
}

int return_sims_put_back(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const char *why, struct err *err)
{
	const struct taking_back back = {txn, world, departure, why};
	struct departure_sims sims;
	size_t i;
	int rc = departure_sims_load(
	    txn, departure->org_id, departure->id, &sims, err);

	for (i = 0; rc == 0 && i < sims.count; i++) {
		rc = unblock(&back, &sims.rows[i], err);
		if (rc == 0 && (departure->step & DEPARTURE_OFF))
			rc = let_stay(&back, &sims.rows[i], err);
	}
	departure_sims_clear(&sims);
	return rc < 0
	    ? rc
	    : return_sims_mark(txn, &world->ledger, departure->id, err);
}
