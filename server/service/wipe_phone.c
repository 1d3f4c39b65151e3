/*
 * Wipe: one erase, ordered once for the phone as it is held now, and followed
 * up the ladder (DESIGN invariants 1 and 4). The plan is the dry run: the same
 * checks, nothing done.
 */
#include <stdio.h>
#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/bench.h"
#include "server/service/ledger.h"
#include "server/service/order_command.h"
#include "server/service/service.h"

static void refuse(struct wipe_plan *plan, const char *why)
{
	plan->allowed = false;
	(void)snprintf(plan->refusal, sizeof(plan->refusal), "%s", why);
}

/* An order that stands: open, or proven in this very life. */
static bool is_standing(const struct wipe *wipe, const struct life *life)
{
	return wipe->id[0] && strcmp(wipe->life_id, life->id) == 0 &&
	    wipe->state != WIPE_CANCELLED && wipe->state != WIPE_FAILED;
}

static void judge_plan(struct wipe_plan *plan)
{
	char when[TIME_TEXT_MAX];
	char text[ERR_TEXT_MAX];

	plan->allowed = true;
	if (!plan->life.id[0]) {
		refuse(plan, "this phone has never enrolled here");
	} else if (!life_is_open(plan->life.state)) {
		(void)snprintf(text, sizeof(text),
		    "this phone is no longer enrolled (%s); it cannot be "
		    "reached",
		    life_state_name(plan->life.state));
		refuse(plan, text);
	} else if (plan->unjustified[0]) {
		refuse(plan, plan->unjustified);
	} else if (is_standing(&plan->open, &plan->life)) {
		time_rfc3339(plan->open.ordered_at, when);
		(void)snprintf(text, sizeof(text),
		    "a wipe was ordered at %s by %.100s and is %s; it is not "
		    "repeated",
		    when, plan->open.ordered_by,
		    wipe_state_name(plan->open.state));
		refuse(plan, text);
	}
}

struct justify {
	const struct device *device;
	struct assignment_row held;
};

static int justify(struct txn *txn, void *arg, struct err *err)
{
	struct justify *ask = arg;

	return holder_justifies(txn, ask->device, &ask->held, err);
}

int service_wipe_plan(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe_plan *out, struct err *err)
{
	struct device_view view;
	struct wipe_plan plan = {0};
	struct justify ask = {.device = &plan.device};
	struct err why = {0};
	const char *name;
	int rc =
	    service_device_view(service, actor, request->device, &view, err);

	if (rc < 0)
		return rc;
	plan.device = view.device;
	plan.life = view.life;
	plan.open = view.wipe;
	if (!is_standing(&plan.open, &plan.life))
		plan.open.id[0] = '\0';
	plan.commands_waiting = view.commands_open;
	rc = store_read(service->store, justify, &ask, &why);
	if (rc == -ERR_CONFLICT)
		(void)snprintf(
		    plan.unjustified, sizeof(plan.unjustified), "%s", why.text);
	else if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	judge_plan(&plan);
	name =
	    plan.device.name[0] ? plan.device.name : plan.device.product_name;
	(void)snprintf(plan.effect, sizeof(plan.effect),
	    "everything on %.60s (%.60s), held by %.100s, is erased as soon "
	    "as it connects%s; %u command%s behind it will be cancelled",
	    name, view.device.serial, view.device.person,
	    request->preserve_data_plan ? "; its eSIMs stay" : "",
	    view.commands_open, view.commands_open == 1 ? "" : "s");
	*out = plan;
	return 0;
}

struct order_wipe {
	struct order order;
	struct work_order_row bench; /* the same, should it come to a bench */
	struct wipe wipe;
	struct device device;
};

static int queue_wipe(struct txn *txn, void *arg, struct err *err)
{
	struct order_wipe *ask = arg;
	struct assignment_row held;
	struct life life;
	struct wipe open;
	int rc = store_life_load(txn, ask->wipe.life_id, &life, err);

	if (rc < 0)
		return rc;
	if (!life_is_open(life.state))
		return err_set(err, ERR_CONFLICT,
		    "this phone is no longer enrolled (%s)",
		    life_state_name(life.state));
	if ((rc = holder_justifies(txn, &ask->device, &held, err)) < 0)
		return rc;
	rc = store_wipe_find_open(txn, life.id, &open, err);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "a wipe of this phone is %s already; it is not repeated",
		    wipe_state_name(open.state));
	if (rc != -ERR_NOT_FOUND)
		return rc;
	rc = order_queue(
	    txn, &ask->order, life.org_id, life.device_id, life.id, err);
	if (rc == 0)
		rc = store_wipe_insert(txn, &ask->wipe, err);
	if (rc == 0)
		rc = bench_order_wipe(
		    txn, &ask->bench, &ask->wipe, &ask->device, err);
	return rc;
}

static void fill_wipe(struct order_wipe *ask, const struct wipe_plan *plan,
    const struct actor *actor, const char *reason, struct service *service,
    int64_t now)
{
	struct wipe *wipe = &ask->wipe;

	uuid_make(now, service->rng, wipe->id);
	(void)str_copy(wipe->org_id, sizeof(wipe->org_id), plan->device.org_id);
	(void)str_copy(
	    wipe->device_id, sizeof(wipe->device_id), plan->device.id);
	(void)str_copy(wipe->life_id, sizeof(wipe->life_id), plan->life.id);
	(void)str_copy(
	    wipe->command_id, sizeof(wipe->command_id), ask->order.id);
	(void)str_copy(wipe->ordered_by, sizeof(wipe->ordered_by), actor->name);
	(void)str_copy(wipe->reason, sizeof(wipe->reason), reason);
	wipe->state = WIPE_ORDERED;
	wipe->ordered_at = now;
}

int service_wipe_order(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe *out, struct err *err)
{
	struct erase_options options = {
	    .preserve_data_plan = request->preserve_data_plan,
	    .disallow_proximity_setup = request->disallow_proximity_setup,
	};
	int64_t now = clock_now(service->clock);
	struct order_wipe ask = {0};
	struct wipe_plan plan;
	int rc;

	if (!request->reason || !*request->reason)
		return err_set(err, ERR_INVALID, "a wipe needs a reason");
	if (strlen(request->reason) >= sizeof(ask.wipe.reason))
		return err_set(err, ERR_LIMIT, "the reason is too long");
	if ((rc = service_wipe_plan(service, actor, request, &plan, err)) < 0)
		return rc;
	if (!plan.allowed)
		return err_set(err, ERR_CONFLICT, "%s", plan.refusal);
	order_init(&ask.order, service, "EraseDevice", "erase", now);
	ask.order.rule = ORDER_KEEP;
	ask.order.priority = COMMAND_PRIORITY_ERASE;
	ask.order.ordered_by = actor->name;
	ask.order.reason = request->reason;
	fill_wipe(&ask, &plan, actor, request->reason, service, now);
	ask.device = plan.device;
	bench_order_init(
	    &ask.bench, service, actor->org_id, WORK_ORDER_WIPE, now);
	ask.bench.preserve_data_plan = request->preserve_data_plan;
	ask.bench.disallow_proximity_setup = request->disallow_proximity_setup;
	rc = mdm_command_encode_erase_device(
	    ask.order.id, &options, &ask.order.payload, err);
	if (rc == 0)
		rc = store_write(service->store, queue_wipe, &ask, err);
	order_clear(&ask.order);
	if (rc < 0)
		return rc;
	log_info(service->log, "wipe_ordered", LOG_DEVICE, plan.device.id,
	    LOG_SERIAL, plan.device.serial, LOG_COMMAND, ask.wipe.command_id,
	    LOG_USER, actor->name, LOG_CAUSE, request->reason, NULL);
	*out = ask.wipe;
	return 0;
}
