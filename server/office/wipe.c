#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"

struct wipe_order {
	bool dry_run;
	const char *reason;
	bool preserve_data_plan;
	bool disallow_proximity_setup;
};

/* dry_run must be said: leaving it out must not erase a phone. */
static const struct decode_field wipe_fields[] = {
    {"dry_run", DECODE_BOOL, offsetof(struct wipe_order, dry_run), 0, true},
    {"reason", DECODE_TEXT, offsetof(struct wipe_order, reason), 500, false},
    {"preserve_data_plan", DECODE_BOOL,
        offsetof(struct wipe_order, preserve_data_plan), 0, false},
    {"disallow_proximity_setup", DECODE_BOOL,
        offsetof(struct wipe_order, disallow_proximity_setup), 0, false},
};

static void plan_encode(struct encoder *enc, const struct wipe_plan *plan)
{
	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", true);
	encode_bool(enc, "allowed", plan->allowed);
	encode_text(enc, "refusal", plan->allowed ? NULL : plan->refusal);
	encode_text(enc, "guard", guard_verdict_name(plan->guard));
	encode_text(enc, "effect", plan->effect);
	describe_device_brief(enc, "device", &plan->device);
	describe_life(enc, "life", &plan->life);
	encode_number(enc, "commands_waiting", plan->commands_waiting);
	describe_wipe(enc, "wipe", &plan->open);
	encode_close(enc, '}');
}

static int wipe_plan(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct encoder *enc, struct err *err)
{
	struct wipe_plan plan;
	int rc;

	rc = service_wipe_plan(service, actor, request, &plan, err);
	if (rc == 0)
		plan_encode(enc, &plan);
	return rc;
}

static int wipe_queue(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct encoder *enc, struct err *err)
{
	struct wipe wipe;
	int rc;

	rc = service_wipe_order(service, actor, request, &wipe, err);
	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", false);
	describe_wipe(enc, "wipe", &wipe);
	encode_close(enc, '}');
	return 0;
}

int office_wipe_order(struct office_call *call, struct err *err)
{
	struct wipe_order order = {.reason = ""};
	struct wipe_request wanted;
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, wipe_fields,
	    sizeof(wipe_fields) / sizeof(wipe_fields[0]), &order, &document,
	    err);
	wanted = (struct wipe_request){
	    .device = call->request->params[0],
	    .reason = order.reason,
	    .preserve_data_plan = order.preserve_data_plan,
	    .disallow_proximity_setup = order.disallow_proximity_setup,
	};
	if (rc == 0 && order.dry_run)
		rc = wipe_plan(
		    call->service, &call->actor, &wanted, &call->enc, err);
	else if (rc == 0)
		rc = wipe_queue(
		    call->service, &call->actor, &wanted, &call->enc, err);
	call->status = order.dry_run ? 200 : 202;
	json_decref(document);
	return rc;
}

/* Why the erase has not been answered yet, while that is the question. */
static int waiting_encode(struct service *service, const struct actor *actor,
    const struct wipe *wipe, struct encoder *enc, struct err *err)
{
	struct command command;
	char why[ERR_TEXT_MAX] = "";
	int rc = 0;

	if (wipe->state == WIPE_ORDERED)
		rc = service_command_explain(service, actor, wipe->command_id,
		    &command, why, sizeof(why), err);
	encode_text(enc, "why", why);
	return rc;
}

int office_wipe_get(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	struct device_view view;
	int rc;

	rc = service_device_view(
	    call->service, &call->actor, call->request->params[0], &view, err);
	if (rc == 0 && !view.wipe.id[0])
		rc = err_set(err, ERR_NOT_FOUND,
		    "no wipe has been ordered for the phone %s",
		    view.device.serial);
	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	describe_device_brief(enc, "device", &view.device);
	describe_wipe(enc, "wipe", &view.wipe);
	describe_ladder(enc, "ladder", &view.wipe);
	encode_text(enc, "warning", view.wipe.warning);
	encode_time(enc, "last_seen_at", view.last_seen_at);
	rc = waiting_encode(call->service, &call->actor, &view.wipe, enc, err);
	encode_close(enc, '}');
	return rc;
}
