/* What becomes of each SIM of a departure: blocked, or left with the post. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

/* ---- one decision ---- */

/* BOT-28: a request to the operator; whoever has that role places it. */
static int request_block(struct txn *txn, const struct ledger *ledger,
    struct sim_decision_row *row, struct err *err)
{
	struct departure_row departure;
	struct equipment_order_row order = {.what = EQUIPMENT_BLOCK,
	    .state = EQUIPMENT_ORDER_APPROVED,
	    .created_at = ledger->now,
	    .decided_at = ledger->now};
	int rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);

	if (rc < 0)
		return rc;
	uuid_make(ledger->now, ledger->service->rng, order.id);
	memcpy(order.org_id, row->org_id, STORE_ID);
	memcpy(order.person_id, departure.person_id, STORE_ID);
	memcpy(order.unit_id, departure.unit_id, STORE_ID);
	memcpy(order.subscription_id, row->subscription_id, STORE_ID);
	(void)snprintf(order.need, sizeof(order.need),
	    "its holder leaves and the number does not stay with the post");
	(void)str_copy(
	    order.requested_by, sizeof(order.requested_by), ledger->by);
	(void)str_copy(order.decided_by, sizeof(order.decided_by), ledger->by);
	memcpy(row->order_id, order.id, STORE_ID);
	return store_equipment_order_save(txn, &order, err);
}

static int tell(struct txn *txn, const struct ledger *ledger,
    const struct sim_decision_row *row, struct err *err)
{
	const char *word = sim_decision_name(row->decision);
	const struct audit_note note = {.action = AUDIT_SIM_DECIDED,
	    .org_id = row->org_id,
	    .by = ledger->by,
	    .subject_kind = "sim_decision",
	    .subject_id = row->id,
	    .case_id = row->departure_id,
	    .why = row->note,
	    .params = {
	        {"decision", word}, {"subscription", row->subscription_id}}};
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_SIM_DECIDED,
	    .state = word,
	    .departure_id = row->departure_id,
	    .case_id = row->case_id,
	    .subject_id = row->subscription_id,
	    .by = ledger->by};
	int rc = audit_write(txn, ledger->service, &note, err);

	return rc < 0 ? rc : notify_event(txn, ledger->service, &event, err);
}

int return_sim_set(struct txn *txn, const struct ledger *ledger,
    struct sim_decision_row *row, enum sim_decision decision, const char *note,
    struct err *err)
{
	int rc = 0;

	row->decision = decision;
	row->decided_at = ledger->now;
	(void)str_copy(row->decided_by, sizeof(row->decided_by), ledger->by);
	(void)snprintf(row->note, sizeof(row->note), "%s", note ? note : "");
	if (decision == SIM_BLOCK && !row->order_id[0])
		rc = request_block(txn, ledger, row, err);
	if (rc == 0)
		rc = store_sim_decision_save(txn, row, err);
	return rc < 0 ? rc : tell(txn, ledger, row, err);
}

int return_sim_decide(struct txn *txn, const struct ledger *ledger,
    const char *departure_id, const char *subscription_id,
    enum sim_decision decision, const char *note, struct sim_decision_row *out,
    struct err *err)
{
	struct sim_decision_row row;
	int rc;

	if (decision != SIM_BLOCK && decision != SIM_REUSE)
		return err_set(err, ERR_INVALID,
		    "say block, or reuse: the number stays with the post");
	rc = store_sim_decision_find(
	    txn, ledger->org_id, departure_id, subscription_id, &row, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "this subscription is not part of that departure");
	if (rc < 0)
		return rc;
	/* A block that has left for the operator is not taken back here. */
	if (row.decision != SIM_UNDECIDED && row.decision != decision)
		return err_set(err, ERR_CONFLICT,
		    "it was decided already: %s by %.100s",
		    sim_decision_name(row.decision), row.decided_by);
	if (row.decision == SIM_UNDECIDED)
		rc = return_sim_set(txn, ledger, &row, decision, note, err);
	if (rc == 0)
		rc = return_sims_mark(txn, ledger, departure_id, err);
	if (rc == 0)
		rc = departure_wake(
		    txn, ledger->org_id, departure_id, ledger->now, err);
	if (rc < 0)
		return rc;
	*out = row;
	return 0;
}

/* ---- the marks of the cases ---- */

/* Decided by what happened: the contract ended, or somebody else has it. */
static int overtaken(struct txn *txn, const struct ledger *ledger,
    struct sim_decision_row *row, const char *person_id, struct err *err)
{
	struct subscription_row sim;
	struct assignment_row held = {.id = ""};
	int rc;

	if (row->decision != SIM_UNDECIDED)
		return 0;
	rc = store_subscription_load(
	    txn, row->org_id, row->subscription_id, &sim, err);
	if (rc < 0)
		return rc;
	if (sim.ended_at)
		return return_sim_set(txn, ledger, row, SIM_CLOSED,
		    "the contract has ended", err);
	rc = store_assignment_find_subscription(
	    txn, row->org_id, row->subscription_id, 0, &held, err);
	if (rc == 0 && strcmp(held.person_id, person_id) != 0)
		return return_sim_set(
		    txn, ledger, row, SIM_MOVED, "somebody else has it", err);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* A SIM that sits in none of the phones counts with each of them. */
static bool is_decided(
    const struct departure_sims *sims, const char *case_id, unsigned *about)
{
	size_t i;
	bool decided = true;

	*about = 0;
	for (i = 0; i < sims->count; i++) {
		if (sims->rows[i].case_id[0] &&
		    strcmp(sims->rows[i].case_id, case_id) != 0)
			continue;
		++*about;
		decided &= sims->rows[i].decision != SIM_UNDECIDED;
	}
	return decided;
}

static int mark_case(struct txn *txn, const struct ledger *ledger,
    const struct departure_sims *sims, struct return_case_row *row,
    struct err *err)
{
	struct return_step_row step;
	unsigned about;
	bool decided = is_decided(sims, row->id, &about);
	bool marked = row->marks & RETURN_MARK_SIM_DECIDED;

	/* One that was written off may turn up yet. */
	if ((!return_case_is_open(row->state) &&
	        row->state != RETURN_WRITTEN_OFF) ||
	    decided == marked)
		return 0;
	return_step_init(&step, ledger, RETURN_STEP_SIM);
	(void)snprintf(step.note, sizeof(step.note), "%s",
	    !decided    ? "another subscription turned up"
	        : about ? "every subscription is decided"
	                : "the person holds no subscription");
	return return_apply(txn, ledger, row,
	    decided ? RETURN_EVENT_SIM_DECIDED : RETURN_EVENT_SIM_OPEN, &step,
	    err);
}

int return_sims_mark(struct txn *txn, const struct ledger *ledger,
    const char *departure_id, struct err *err)
{
	struct departure_row departure;
	struct departure_cases cases = {NULL, 0};
	struct departure_sims sims = {NULL, 0};
	size_t i;
	int rc = store_departure_load(
	    txn, ledger->org_id, departure_id, &departure, err);

	if (rc == 0)
		rc = departure_sims_load(
		    txn, ledger->org_id, departure_id, &sims, err);
	for (i = 0; rc >= 0 && i < sims.count; i++)
		rc = overtaken(
		    txn, ledger, &sims.rows[i], departure.person_id, err);
	if (rc >= 0)
		rc = departure_cases_load(
		    txn, ledger->org_id, departure_id, &cases, err);
	for (i = 0; rc >= 0 && i < cases.count; i++)
		rc = mark_case(txn, ledger, &sims, &cases.rows[i], err);
	departure_cases_clear(&cases);
	departure_sims_clear(&sims);
	return rc < 0 ? rc : 0;
}
