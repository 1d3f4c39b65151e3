#include "server/phones/reply.h"

#include <stdio.h>

#include "server/service/service.h"

void reply_text(struct http_response *response, int status, const char *text)
{
	response->status = status;
	response->content_type = "text/plain; charset=utf-8";
	buf_reset(&response->body);
	buf_append_str(&response->body, text);
	buf_append_char(&response->body, '\n');
}

/* Our own trouble is the same in every step. */
static int status_of_trouble(enum err_code code)
{
	switch (code) {
	case ERR_FULL:
	case ERR_BUSY:
		return 503;
	case ERR_IO:
	case ERR_MEMORY:
	case ERR_INTERNAL:
	case ERR_TIMEOUT:
		return 500;
	default:
		return 0;
	}
}

static int status_of(enum reply_step step, enum err_code code)
{
	int trouble = status_of_trouble(code);

	if (trouble)
		return trouble;
	switch (step) {
	case REPLY_PARSE: /* neither UDID nor EnrollmentID: 500 */
		return code == ERR_NOT_FOUND ? 500 : 400;
	case REPLY_IDENTIFY:
		return 400;
	case REPLY_SERVE:
		break;
	}
	return 500;
}

/* Attack and fault must be told apart by whoever watches the numbers. */
static void note(struct handler_ctx *ctx, const struct http_request *request,
    enum reply_step step, const struct err *err, int status)
{
	static const char *const steps[] = {"message", "identity", "service"};
	bool is_fault = status_of_trouble(err->code) != 0;
	char text[8];

	if (is_fault)
		service_count(ctx->service, SERVICE_FAULTS);
	else
		service_count(ctx->service,
		    step == REPLY_PARSE ? SERVICE_REFUSED_MESSAGE
		                        : SERVICE_REFUSED_IDENTITY);
	(void)snprintf(text, sizeof(text), "%d", status);
	log_event(ctx->service->log,
	    is_fault ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
	    is_fault ? "request_failed" : "phone_refused", LOG_KIND,
	    steps[step], LOG_PATH, request->path, LOG_STATUS, text, LOG_ADDRESS,
	    request->peer, LOG_ERROR, err->text, NULL);
}

void reply_error(struct handler_ctx *ctx, const struct http_request *request,
    enum reply_step step, const struct err *err, struct http_response *response)
{
	int status = status_of(step, err->code);

	note(ctx, request, step, err, status);
	if (status == 503)
		http_response_header(response, "Retry-After", "60");
	reply_text(response, status,
	    status >= 500 ? "not now; try again later" : err->text);
}
