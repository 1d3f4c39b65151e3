#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/problem.h"
#include "server/service/handler_ctx.h"

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

void office_policy_push(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct push_order order = {0};
	struct policy_plan plan;
	struct actor actor;
	struct err err = {0};
	json_t *document = NULL;
	int rc;

	office_actor_get(request, &actor);
	rc = decode_body(request, push_fields, 2, &order, &document, &err);
	if (rc == 0 && order.device && !*order.device)
		/* "" must not come to mean all of them */
		rc = err_set(&err, ERR_INVALID, "\"device\" must not be empty");
	if (rc == 0)
		rc = service_policy_push(
		    service, &actor, order.device, order.dry_run, &plan, &err);
	if (rc == 0)
		plan_encode(&enc, &plan, order.dry_run);
	problem_or_answer(
	    service, response, rc, order.dry_run ? 200 : 202, &err);
	json_decref(document);
}

struct verdicts_out {
	struct encoder *enc;
	const char *rule; /* NULL: every rule */
};

static int on_verdict(void *arg, const struct verdict_view *view)
{
	struct verdicts_out *out = arg;

	if (!out->rule || strcmp(out->rule, view->rule) == 0)
		describe_verdict(out->enc, NULL, view);
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
    struct service *service, const char *text, struct err *err)
{
	bool found = false;
	int rc;

	if (!text)
		return 0;
	rc = service_device_each(service, text, on_found, &found, err);
	if (rc == 0 && !found)
		rc = err_set(
		    err, ERR_NOT_FOUND, "no phone is found by \"%.64s\"", text);
	return rc;
}

void office_verdicts_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	static const char *const names[] = {"device", "rule"};
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct verdicts_out out = {&enc, NULL};
	struct err err = {0};
	char *device = NULL;
	char *rule = NULL;
	int rc;

	rc = decode_query_names(request, names, 2, &err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, &device, &err);
	if (rc == 0)
		rc = decode_query_text(request, "rule", 64, &rule, &err);
	if (rc == 0)
		rc = found_check(service, device, &err);
	out.rule = rule;
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_verdict_each(
		    service, device, on_verdict, &out, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
	free(device);
	free(rule);
}
