#include "server/office/problem.h"

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/office/encode.h"
#include "server/service/service.h"

struct problem_kind {
	int status;
	const char *title; /* the status in words, RFC 9110 section 15 */
};

/* A code that is not listed is a fault of ours: 500. */
static const struct problem_kind problem_kinds[ERR_CODE_COUNT] = {
    [ERR_INVALID] = {400, "Bad Request"},
    [ERR_DENIED] = {403, "Forbidden"},
    [ERR_NOT_FOUND] = {404, "Not Found"},
    [ERR_CONFLICT] = {409, "Conflict"},
    [ERR_EXPIRED] = {410, "Gone"},
    [ERR_LIMIT] = {413, "Content Too Large"},
    [ERR_UNSUPPORTED] = {422, "Unprocessable Content"},
    [ERR_BUSY] = {503, "Service Unavailable"},
    [ERR_FULL] = {503, "Service Unavailable"},
    [ERR_TIMEOUT] = {503, "Service Unavailable"},
};

static const struct problem_kind *problem_kind_get(enum err_code code)
{
	static const struct problem_kind fault = {500, "Internal Server Error"};

	if ((size_t)code >= ERR_CODE_COUNT || !problem_kinds[code].status)
		return &fault;
	return &problem_kinds[code];
}

static void headers_add(struct http_response *response)
{
	http_response_header(response, "Cache-Control", "no-store");
	http_response_header(response, "X-Content-Type-Options", "nosniff");
}

void problem_answer(struct http_response *response, const struct err *err)
{
	const struct problem_kind *kind = problem_kind_get(err->code);
	struct encoder enc = {&response->body, false};

	buf_reset(&response->body);
	encode_open(&enc, NULL, '{');
	encode_text(&enc, "type", "about:blank");
	encode_text(&enc, "title", kind->title);
	encode_number(&enc, "status", kind->status);
	encode_text(&enc, "detail", err->text);
	encode_text(&enc, "code", err_code_name(err->code));
	encode_close(&enc, '}');
	response->status = kind->status;
	response->content_type = "application/problem+json";
	headers_add(response);
	if (kind->status == 503)
		http_response_header(response, "Retry-After", "5");
}

static void fault_answer(struct service *service,
    struct http_response *response, const struct err *err)
{
	problem_answer(response, err);
	if (response->status >= 500)
		log_error(service->log, "office_request_failed", LOG_STATUS,
		    err_code_name(err->code), LOG_ERROR, err->text, NULL);
}

void problem_or_answer(struct service *service, struct http_response *response,
    int rc, int status, const struct err *err)
{
	struct err full = {0};

	if (rc < 0) {
		fault_answer(service, response, err);
		return;
	}
	if (buf_check(&response->body, &full) < 0) {
		fault_answer(service, response, &full);
		return;
	}
	response->status = status;
	response->content_type = "application/json";
	headers_add(response);
}
