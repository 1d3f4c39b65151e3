#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static int on_command(void *arg, const struct command_view *view)
{
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	pager_key_time(key, view->command.created_at, view->command.id);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
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
	static const char *const names[] = {
	    "device", "open", "limit", "cursor"};
	int rc;

	rc = decode_query_names(request, names, 4, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, device, err);
	if (rc == 0)
		rc =
		    decode_query_flag(request, "open", &filter->only_open, err);
	filter->device = *device;
	filter->limit = INT_MAX - 1; /* the pager stops the walk */
	return rc;
}

int office_commands_list(struct office_call *call, struct err *err)
{
	struct command_view_filter filter = {0};
	struct pager pager;
	char *device = NULL;
	bool more = false;
	int rc;

	rc = filter_decode(call->request, &filter, &device, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_FALLING, err);
	if (rc == 0)
		rc = pager_end(&pager,
		    service_command_each(call->service, &call->actor, &filter,
		        on_command, &pager, &more, err));
	free(device);
	return rc;
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

static int command_encode(struct service *service, const struct actor *actor,
    struct encoder *enc, const char *id, bool raw, struct err *err)
{
	struct answers_out out = {enc, raw};
	struct command command;
	char why[ERR_TEXT_MAX];
	int rc;

	rc = service_command_explain(
	    service, actor, id, &command, why, sizeof(why), err);
	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	describe_command_members(enc, &command);
	encode_text(enc, "why", why);
	encode_open(enc, "answers", '[');
	rc = service_answer_each(
	    service, actor, command.id, on_answer, &out, err);
	encode_close(enc, ']');
	encode_close(enc, '}');
	return rc;
}

int office_command_get(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"raw"};
	bool raw = false;
	int rc;

	rc = decode_query_names(call->request, names, 1, err);
	if (rc == 0)
		rc = decode_query_flag(call->request, "raw", &raw, err);
	if (rc == 0)
		rc = command_encode(call->service, &call->actor, &call->enc,
		    call->request->params[0], raw, err);
	return rc;
}

int office_command_cancel(struct office_call *call, struct err *err)
{
	struct command command;
	int rc;

	rc = decode_nothing(call->request, err);
	if (rc == 0)
		rc = service_command_cancel(call->service, &call->actor,
		    call->request->params[0], &command, err);
	if (rc < 0)
		return rc;
	encode_open(&call->enc, NULL, '{');
	describe_command_members(&call->enc, &command);
	encode_close(&call->enc, '}');
	return 0;
}
