/*
 * Wipe: one erase, ordered once for the phone as it is held now, and followed
 * up the ladder (DESIGN invariants 1 and 4). The plan is the dry run: the same
 * checks, nothing done. What is done stands in wipe_order.c.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/ledger/ledger.h"
#include "server/service/phone/wipe_order.h"
#include "server/service/service.h"
#include "server/store/store_case.h"

static void refuse(struct wipe_plan *plan, const char *why)
{
	plan->allowed = false;
	plan->guard = GUARD_ALLOWED; /* it is not the guard that says no */
	(void)snprintf(plan->refusal, sizeof(plan->refusal), "%s", why);
}

static void judge_plan(struct wipe_plan *plan)
{
	char when[TIME_TEXT_MAX];
	char text[ERR_TEXT_MAX];

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
	} else if (plan->open.id[0]) {
		time_rfc3339(plan->open.ordered_at, when);
		(void)snprintf(text, sizeof(text),
		    "a wipe was ordered at %s by %.100s and is %s; it is not "
		    "repeated",
		    when, plan->open.ordered_by,
		    wipe_state_name(plan->open.state));
		refuse(plan, text);
	} else if (plan->guard != GUARD_ALLOWED) {
		(void)snprintf(
		    plan->refusal, sizeof(plan->refusal), "%s", plan->guarded);
	} else {
		plan->allowed = true;
	}
}

/*
 * The phone is to come back on a day that is still ahead: a second person has
 * to say so, too. From that day on its case orders the erase by itself.
 */
static int cause_of(struct txn *txn, const struct device *device,
    enum guard_cause *out, struct err *err)
{
	struct return_case_row row;
	int rc = store_return_case_find_open(
	    txn, device->org_id, device->id, &row, err);

	*out = GUARD_BY_HAND;
	if (rc == 0 && row.state == RETURN_PLANNED)
		*out = GUARD_EARLY;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

struct justify {
	struct service *service;
	const struct actor *actor;
	const struct device *device;
	struct assignment_row held;
	struct wipe open;
	struct guard_answer answer;
};

static int justify(struct txn *txn, void *arg, struct err *err)
{
	struct justify *ask = arg;
	struct guard_ask guard = {.org_id = ask->device->org_id,
	    .device_id = ask->device->id,
	    .person_id = ask->held.person_id,
	    .kind = GUARD_WIPE,
	    .by = ask->actor->name,
	    .by_key = ask->actor->key,
	    .by_person_id = ask->actor->person_id,
	    .now = clock_now(ask->service->clock),
	    .is_dry = true};
	int rc = store_wipe_find_standing(
	    txn, ask->device->life_id, &ask->open, err);

	if (rc == 0 || rc == -ERR_NOT_FOUND)
		rc = holder_justifies(txn, ask->device, &ask->held, err);
	if (rc == 0)
		rc = cause_of(txn, ask->device, &guard.cause, err);
	return rc < 0
	    ? rc
	    : guard_destructive(txn, ask->service, &guard, &ask->answer, err);
}

int service_wipe_plan(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe_plan *out, struct err *err)
{
	struct device_view view;
	struct wipe_plan plan = {0};
	struct justify ask = {
	    .service = service, .actor = actor, .device = &plan.device};
	struct err why = {0};
	const char *name;
	int rc =
	    service_device_view(service, actor, request->device, &view, err);

	if (rc < 0)
		return rc;
	plan.device = view.device;
	plan.life = view.life;
	plan.commands_waiting = view.commands_open;
	rc = store_read(service->store, justify, &ask, &why);
	plan.open = ask.open;
	if (rc == -ERR_CONFLICT)
		(void)snprintf(
		    plan.unjustified, sizeof(plan.unjustified), "%s", why.text);
	else if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	plan.guard = ask.answer.verdict;
	(void)snprintf(
	    plan.guarded, sizeof(plan.guarded), "%s", ask.answer.sentence);
	judge_plan(&plan);
	name =
	    plan.device.name[0] ? plan.device.name : plan.device.product_name;
	(void)snprintf(plan.effect, sizeof(plan.effect),
	    "Everything on %.60s (%.60s), held by %.100s, is erased as soon "
	    "as it connects%s",
	    name, view.device.serial, view.device.person,
	    request->preserve_data_plan ? "; its eSIMs stay" : "");
	if (view.commands_open > 0) {
		size_t len = strlen(plan.effect);

		(void)snprintf(plan.effect + len, sizeof(plan.effect) - len,
		    "; %u command%s that wait%s for it will be cancelled",
		    view.commands_open, view.commands_open == 1 ? "" : "s",
		    view.commands_open == 1 ? "s" : "");
	}
	*out = plan;
	return 0;
}

struct order_wipe {
	struct service *service;
	struct wipe_said said;
	struct guard_answer answer;
	struct wipe wipe;
};

static int order_wipe(struct txn *txn, void *arg, struct err *err)
{
	struct order_wipe *ask = arg;
	int rc = cause_of(txn, ask->said.device, &ask->said.cause, err);

	return rc < 0 ? rc
	              : wipe_order(txn, ask->service, &ask->said, &ask->wipe,
	                    &ask->answer, err);
}

/* Nothing was ordered; a request for a second person's yes may be there now. */
static int not_allowed(const struct guard_answer *answer, struct err *err)
{
	char why[ERR_TEXT_MAX];

	guard_refusal(answer, why);
	return err_set(err, ERR_CONFLICT, "%s", why);
}

static int check_request(const struct wipe_request *request, struct err *err)
{
	if (!request->reason || !*request->reason)
		return err_set(err, ERR_INVALID, "a wipe needs a reason");
	if (strlen(request->reason) >= sizeof(((struct wipe *)NULL)->reason))
		return err_set(err, ERR_LIMIT, "the reason is too long");
	return 0;
}

int service_wipe_order(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe *out, struct err *err)
{
	struct order_wipe ask = {.service = service};
	struct wipe_plan plan;
	int rc = check_request(request, err);

	if (rc < 0 ||
	    (rc = service_wipe_plan(service, actor, request, &plan, err)) < 0)
		return rc;
	if (!plan.allowed && plan.guard == GUARD_ALLOWED)
		return err_set(err, ERR_CONFLICT, "%s", plan.refusal);
	ask.said = (struct wipe_said){.device = &plan.device,
	    .life_id = plan.life.id,
	    .by = actor->name,
	    .by_key = actor->key,
	    .by_person_id = actor->person_id,
	    .reason = request->reason,
	    .preserve_data_plan = request->preserve_data_plan,
	    .disallow_proximity_setup = request->disallow_proximity_setup,
	    .now = clock_now(service->clock)};
	rc = store_write(service->store, order_wipe, &ask, err);
	if (rc == 0 && ask.answer.verdict != GUARD_ALLOWED)
		rc = not_allowed(&ask.answer, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "wipe_ordered", LOG_DEVICE, plan.device.id,
	    LOG_SERIAL, plan.device.serial, LOG_COMMAND, ask.wipe.command_id,
	    LOG_USER, actor->name, LOG_CAUSE, request->reason, NULL);
	*out = ask.wipe;
	return 0;
}
