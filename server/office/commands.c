#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/problem.h"
#include "server/service/handler_ctx.h"

#define COMMANDS_DEFAULT 100
#define COMMANDS_MAX 1000 /* one answer stays under about 1 MB */

static int on_command(void *arg, const struct command_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	describe_command_members(enc, &view->command);
	encode_text(enc, "serial", view->device.serial);
	encode_text(enc, "person", view->device.person);
	encode_close(enc, '}');
	return 0;
}

/* *device is the caller's to free(), whatever the result. */
static int filter_decode(const struct http_request *request,
    struct command_view_filter *filter, char **device, struct err *err)
{
	static const char *const names[] = {"device", "open", "limit"};
	uint64_t limit = COMMANDS_DEFAULT;
	int rc;

	rc = decode_query_names(request, names, 3, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, device, err);
	if (rc == 0)
		rc =
		    decode_query_flag(request, "open", &filter->only_open, err);
	if (rc == 0)
		rc = decode_query_number(
		    request, "limit", COMMANDS_MAX, &limit, err);
	filter->device = *device;
	filter->limit = (int)limit;
	return rc;
}

void office_commands_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct command_view_filter filter = {0};
	struct err err = {0};
	char *device = NULL;
	bool more = false;
	int rc;

	rc = filter_decode(request, &filter, &device, &err);
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_command_each(
		    service, &filter, on_command, &enc, &more, &err);
	encode_close(&enc, ']');
	encode_bool(&enc, "more", more);
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
	free(device);
}

struct answers_out {
	struct encoder *enc;
	bool raw;
};

static int on_answer(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len)
{
	struct answers_out *out = arg;
	char *base64 = NULL;

	encode_open(out->enc, NULL, '{');
	encode_time(out->enc, "received_at", at);
	encode_text(out->enc, "status", status);
	encode_number(out->enc, "body_size", (int64_t)body_len);
	if (out->raw) {
		base64 = str_base64(body, body_len);
		if (!base64)
			return err_memory(NULL);
		encode_text(out->enc, "body", base64);
		free(base64);
	}
	encode_close(out->enc, '}');
	return 0;
}

static int command_encode(struct service *service, struct encoder *enc,
    const char *id, bool raw, struct err *err)
{
	struct answers_out out = {enc, raw};
	struct command command;
	char why[ERR_TEXT_MAX];
	int rc;

	rc = service_command_explain(
	    service, id, &command, why, sizeof(why), err);
	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	describe_command_members(enc, &command);
	encode_text(enc, "why", why);
	encode_open(enc, "answers", '[');
	rc = service_answer_each(service, command.id, on_answer, &out, err);
	encode_close(enc, ']');
	encode_close(enc, '}');
	return rc;
}

void office_command_get(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	static const char *const names[] = {"raw"};
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct err err = {0};
	bool raw = false;
	int rc;

	rc = decode_query_names(request, names, 1, &err);
	if (rc == 0)
		rc = decode_query_flag(request, "raw", &raw, &err);
	if (rc == 0)
		rc = command_encode(
		    service, &enc, request->params[0], raw, &err);
	problem_or_answer(service, response, rc, 200, &err);
}

/* Nothing can be said about a cancelling, but what is said must be JSON. */
static int cancel_decode(const struct http_request *request, struct err *err)
{
	json_t *document = NULL;
	int rc = 0;

	if (request->body_len > 0)
		rc = decode_body(request, NULL, 0, NULL, &document, err);
	json_decref(document);
	return rc;
}

void office_command_cancel(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct command command;
	struct actor actor;
	struct err err = {0};
	int rc;

	office_actor_get(request, &actor);
	rc = cancel_decode(request, &err);
	if (rc == 0)
		rc = service_command_cancel(
		    service, &actor, request->params[0], &command, &err);
	if (rc == 0) {
		encode_open(&enc, NULL, '{');
		describe_command_members(&enc, &command);
		encode_close(&enc, '}');
	}
	problem_or_answer(service, response, rc, 200, &err);
}
