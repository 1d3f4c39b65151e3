#include "server/service/phone/wipe_order.h"

#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/service/mdm/order_command.h"
#include "server/service/service.h"
#include "server/service/station/bench.h"

struct ordering {
	struct service *service;
	const struct wipe_said *said;
	struct assignment_row held;
	struct wipe wipe;
};

/* DESIGN invariant 1, and that nothing is ordered twice. */
static int check(struct txn *txn, struct ordering *ordering, struct err *err)
{
	const struct wipe_said *said = ordering->said;
	struct life life;
	struct wipe standing;
	int rc = store_life_load(txn, said->life_id, &life, err);

	if (rc < 0)
		return rc;
	if (!life_is_open(life.state))
		return err_set(err, ERR_CONFLICT,
		    "this phone is no longer enrolled (%s)",
		    life_state_name(life.state));
	rc = holder_justifies(txn, said->device, &ordering->held, err);
	if (rc < 0)
		return rc;
	rc = store_wipe_find_standing(txn, life.id, &standing, err);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "a wipe of this phone is %s already; it is not repeated",
		    wipe_state_name(standing.state));
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int ask_guard(struct txn *txn, const struct ordering *ordering,
    struct guard_answer *answer, struct err *err)
{
	const struct wipe_said *said = ordering->said;
	const struct guard_ask ask = {.org_id = said->device->org_id,
	    .device_id = said->device->id,
	    .person_id = ordering->held.person_id,
	    .kind = GUARD_WIPE,
	    .cause = said->cause,
	    .by = said->by,
	    .by_key = said->by_key,
	    .by_person_id = said->by_person_id,
	    .reason = said->reason,
	    .case_id = said->case_id,
	    .caused_by = {said->caused_by[0], said->caused_by[1]},
	    .now = said->now};

	return guard_destructive(txn, ordering->service, &ask, answer, err);
}

static void fill_wipe(struct ordering *ordering, const char *command_id)
{
	const struct wipe_said *said = ordering->said;
	struct wipe *wipe = &ordering->wipe;

	*wipe = (struct wipe){.state = WIPE_ORDERED, .ordered_at = said->now};
	uuid_make(said->now, ordering->service->rng, wipe->id);
	(void)str_copy(
	    wipe->org_id, sizeof(wipe->org_id), said->device->org_id);
	(void)str_copy(
	    wipe->device_id, sizeof(wipe->device_id), said->device->id);
	(void)str_copy(wipe->life_id, sizeof(wipe->life_id), said->life_id);
	(void)str_copy(wipe->command_id, sizeof(wipe->command_id), command_id);
	(void)str_copy(wipe->ordered_by, sizeof(wipe->ordered_by), said->by);
	(void)str_copy(wipe->reason, sizeof(wipe->reason), said->reason);
	if (said->case_id)
		(void)str_copy(
		    wipe->case_id, sizeof(wipe->case_id), said->case_id);
}

static int queue_command(struct txn *txn, struct ordering *ordering,
    struct order *order, struct err *err)
{
	const struct wipe_said *said = ordering->said;
	const struct erase_options options = {
	    .preserve_data_plan = said->preserve_data_plan,
	    .disallow_proximity_setup = said->disallow_proximity_setup,
	};
	int rc;

	order_init(order, ordering->service, "EraseDevice", "erase", said->now);
	order->rule = ORDER_KEEP;
	order->priority = COMMAND_PRIORITY_ERASE;
	order->ordered_by = said->by;
	order->reason = said->reason;
	rc = mdm_command_encode_erase_device(
	    order->id, &options, &order->payload, err);
	return rc < 0 ? rc
	              : order_queue(txn, order, said->device->org_id,
	                    said->device->id, said->life_id, err);
}

static int queue_bench(
    struct txn *txn, const struct ordering *ordering, struct err *err)
{
	const struct wipe_said *said = ordering->said;
	struct work_order_row row;

	bench_order_init(&row, ordering->service, said->device->org_id,
	    WORK_ORDER_WIPE, said->now);
	row.preserve_data_plan = said->preserve_data_plan;
	row.disallow_proximity_setup = said->disallow_proximity_setup;
	return bench_order_wipe(txn, &row, &ordering->wipe, said->device, err);
}

static int note_ordered(
    struct txn *txn, const struct ordering *ordering, struct err *err)
{
	const struct wipe_said *said = ordering->said;
	const struct wipe *wipe = &ordering->wipe;
	const struct audit_note note = {
	    .action = AUDIT_WIPE_ORDERED,
	    .org_id = wipe->org_id,
	    .by = wipe->ordered_by,
	    .subject_kind = "wipe",
	    .subject_id = wipe->id,
	    .device_id = wipe->device_id,
	    .case_id = wipe->case_id,
	    .why = wipe->reason,
	    .params = {{"serial", said->device->serial},
	        {"cause", guard_cause_name(said->cause)},
	        {"life", wipe->life_id}, {"command", wipe->command_id},
	        {"preserve_data_plan",
	            said->preserve_data_plan ? "yes" : NULL}},
	};

	return audit_write(txn, ordering->service, &note, err);
}

static int queue_all(
    struct txn *txn, struct ordering *ordering, struct err *err)
{
	struct order order;
	int rc = queue_command(txn, ordering, &order, err);

	if (rc == 0) {
		fill_wipe(ordering, order.id);
		rc = store_wipe_insert(txn, &ordering->wipe, err);
		/* It was looked for. Whoever goes on after a conflict must not
		 * leave the command behind. */
		if (rc == -ERR_CONFLICT)
			rc = err_set(err, ERR_INTERNAL,
			    "a wipe of this life was there all the same");
	}
	order_clear(&order);
	if (rc == 0)
		rc = queue_bench(txn, ordering, err);
	return rc < 0 ? rc : note_ordered(txn, ordering, err);
}

int wipe_order(struct txn *txn, struct service *service,
    const struct wipe_said *said, struct wipe *out, struct guard_answer *answer,
    struct err *err)
{
	struct ordering ordering = {.service = service, .said = said};
	struct guard_answer said_so;
	int rc = check(txn, &ordering, err);

	if (rc == 0)
		rc = ask_guard(txn, &ordering, &said_so, err);
	if (rc == 0 && said_so.verdict == GUARD_ALLOWED)
		rc = queue_all(txn, &ordering, err);
	if (rc < 0)
		return rc;
	if (said_so.verdict == GUARD_ALLOWED)
		*out = ordering.wipe;
	*answer = said_so;
	return 0;
}
