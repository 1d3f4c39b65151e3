#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

struct push_order {
	const char *device;
	bool dry_run;
};

static const struct decode_field push_fields[] = {
    {"device", DECODE_TEXT, offsetof(struct push_order, device), LIMIT_NAME,
        false},
    {"dry_run", DECODE_BOOL, offsetof(struct push_order, dry_run), 0, false},
};

static void plan_encode(
    struct encoder *enc, const struct policy_plan *plan, bool dry_run)
{
	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", dry_run);
	encode_text(enc, "pack", plan->pack);
	encode_text(enc, "profile_identifier", plan->profile_identifier);
	encode_text(enc, "profile_uuid", plan->profile_uuid);
	encode_number(enc, "devices", plan->devices);
	encode_number(enc, "up_to_date", plan->up_to_date);
	encode_number(enc, "queued", plan->queued);
	encode_close(enc, '}');
}

int office_policy_push(struct office_call *call, struct err *err)
{
	struct push_order order = {0};
	struct policy_plan plan;
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, push_fields, 2, &order, &document, err);
	if (rc == 0 && order.device && !*order.device)
		/* "" must not come to mean all of them */
		rc = err_set(err, ERR_INVALID, "\"device\" must not be empty");
	if (rc == 0)
		rc = service_policy_push(call->service, &call->actor,
		    order.device, order.dry_run, &plan, err);
	if (rc == 0)
		plan_encode(&call->enc, &plan, order.dry_run);
	call->status = order.dry_run ? 200 : 202;
	json_decref(document);
	return rc;
}

struct verdicts_out {
	struct pager pager;
	const char *rule; /* NULL: every rule */
};

static int on_verdict(void *arg, const struct verdict_view *view)
{
	struct verdicts_out *out = arg;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	if (out->rule && strcmp(out->rule, view->rule) != 0)
		return 0;
	pager_key_texts(key, view->device.serial, view->device.id);
	turn = pager_turn(&out->pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	describe_verdict(&out->pager.call->enc, NULL, view);
	return 0;
}

static int on_found(void *arg, const struct device_view *view)
{
	(void)view;
	*(bool *)arg = true;
	return 0;
}

/* A mistyped name must not read like "no rule is broken". */
static int found_check(
    struct office_call *call, const char *text, struct err *err)
{
	bool found = false;
	int rc;

	if (!text)
		return 0;
	rc = service_device_each(
	    call->service, &call->actor, text, on_found, &found, err);
	if (rc == 0 && !found)
		rc = err_set(
		    err, ERR_NOT_FOUND, "no phone is found by \"%.64s\"", text);
	return rc;
}

int office_verdicts_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {
	    "device", "rule", "limit", "cursor"};
	struct verdicts_out out = {0};
	char *device = NULL;
	char *rule = NULL;
	int rc;

	rc = decode_query_names(call->request, names, 4, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "device", LIMIT_NAME, &device, err);
	if (rc == 0)
		rc = decode_query_text(call->request, "rule", 64, &rule, err);
	if (rc == 0)
		rc = found_check(call, device, err);
	out.rule = rule;
	if (rc == 0)
		rc = pager_begin(&out.pager, call, PAGER_RISING, err);
	if (rc == 0)
		rc = pager_end(&out.pager,
		    service_verdict_each(call->service, &call->actor, device,
		        on_verdict, &out, err));
	free(device);
	free(rule);
	return rc;
}
