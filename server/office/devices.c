#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/problem.h"
#include "server/service/handler_ctx.h"

static int on_device(void *arg, const struct device_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	describe_device_members(enc, view);
	encode_close(enc, '}');
	return 0;
}

void office_devices_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	static const char *const names[] = {"q"};
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct err err = {0};
	char *text = NULL;
	int rc;

	rc = decode_query_names(request, names, 1, &err);
	if (rc == 0)
		rc = decode_query_text(request, "q", LIMIT_NAME, &text, &err);
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_device_each(service, text, on_device, &enc, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
	free(text);
}

static int facts_encode(struct service *service, struct encoder *enc,
    const char *life_id, const char *kind, struct err *err)
{
	struct facts_row facts = {0};
	int rc;

	rc = service_facts_load(service, life_id, kind, &facts, err);
	if (rc == -ERR_NOT_FOUND)
		return 0; /* nothing is known yet */
	if (rc < 0)
		return rc;
	describe_facts(enc, NULL, &facts);
	store_facts_clear(&facts);
	return 0;
}

static int all_facts_encode(struct service *service, struct encoder *enc,
    const struct device_view *view, struct err *err)
{
	static const char *const kinds[] = {
	    "SecurityInfo", "DeviceInformation", "ProfileList"};
	size_t i;
	int rc = 0;

	encode_open(enc, "facts", '[');
	if (view->life.id[0])
		for (i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]);
		     i++)
			rc = facts_encode(
			    service, enc, view->life.id, kinds[i], err);
	encode_close(enc, ']');
	return rc;
}

static int on_verdict(void *arg, const struct verdict_view *view)
{
	describe_verdict(arg, NULL, view);
	return 0;
}

static int on_command(void *arg, const struct command_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	describe_command_members(enc, &view->command);
	encode_close(enc, '}');
	return 0;
}

#define DEVICE_COMMANDS_MAX 100

/* The phone is named by its id: what the caller typed may fit others, too. */
static int device_encode(struct service *service, struct encoder *enc,
    const struct device_view *view, struct err *err)
{
	const struct command_view_filter open = {
	    view->device.id, true, DEVICE_COMMANDS_MAX};
	bool more;
	int rc;

	encode_open(enc, NULL, '{');
	describe_device_members(enc, view);
	describe_life(enc, "life", &view->life);
	rc = all_facts_encode(service, enc, view, err);
	encode_open(enc, "verdicts", '[');
	if (rc == 0 && service->pack) /* with no policy nothing is judged */
		rc = service_verdict_each(
		    service, view->device.id, on_verdict, enc, err);
	encode_close(enc, ']');
	encode_open(enc, "commands", '[');
	if (rc == 0)
		rc = service_command_each(
		    service, &open, on_command, enc, &more, err);
	encode_close(enc, ']');
	encode_close(enc, '}');
	return rc;
}

void office_device_get(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct device_view view;
	struct err err = {0};
	int rc;

	rc = service_device_view(service, request->params[0], &view, &err);
	if (rc == 0)
		rc = device_encode(service, &enc, &view, &err);
	problem_or_answer(service, response, rc, 200, &err);
}
