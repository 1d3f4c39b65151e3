#include "server/office/problem.h"

#include <stdio.h>

#include "proto/scim/scim_limits.h"
#include "server/http/http.h"
#include "server/office/encode.h"

/* A code that is not listed is a fault of ours: 500. */
static const int statuses[ERR_CODE_COUNT] = {
    [ERR_INVALID] = 400,
    [ERR_DENIED] = 403,
    [ERR_NOT_FOUND] = 404,
    [ERR_CONFLICT] = 409,
    [ERR_EXPIRED] = 410,
    [ERR_LIMIT] = 413,
    [ERR_UNSUPPORTED] = 422,
    [ERR_BUSY] = 503,
    [ERR_FULL] = 503,
    [ERR_TIMEOUT] = 503,
};

/* RFC 9110 section 15, RFC 6585; code: when no struct err has a better one. */
static const struct {
	int status;
	const char *title;
	const char *code;
} kinds[] = {
    {400, "Bad Request", NULL},
    {401, "Unauthorized", "unauthorised"},
    {403, "Forbidden", NULL},
    {404, "Not Found", NULL},
    {405, "Method Not Allowed", "method_not_allowed"},
    {406, "Not Acceptable", "not_acceptable"},
    {408, "Request Timeout", NULL},
    {409, "Conflict", NULL},
    {410, "Gone", NULL},
    {412, "Precondition Failed", "changed_meanwhile"},
    {413, "Content Too Large", NULL},
    {414, "URI Too Long", "limit"},
    {415, "Unsupported Media Type", "media_type"},
    {422, "Unprocessable Content", NULL},
    {429, "Too Many Requests", "too_many"},
    {431, "Request Header Fields Too Large", "limit"},
    {503, "Service Unavailable", NULL},
};

int problem_status(enum err_code code)
{
	if ((size_t)code >= ERR_CODE_COUNT || !statuses[code])
		return 500;
	return statuses[code];
}

void problem_answer(struct http_response *response, int status,
    const struct err *err, const char *request_id)
{
	struct encoder enc = {&response->body, false};
	const char *title = "Internal Server Error";
	const char *code = NULL;
	size_t i;

	if (status == 0)
		status = problem_status(err->code);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].status == status) {
			title = kinds[i].title;
			code = kinds[i].code;
		}
	}
	buf_reset(&response->body);
	encode_open(&enc, NULL, '{');
	encode_text(&enc, "type", "about:blank");
	encode_text(&enc, "title", title);
	encode_number(&enc, "status", status);
	encode_text(&enc, "detail", err->text);
	encode_text(&enc, "code", code ? code : err_code_name(err->code));
	encode_text(&enc, "request_id", request_id);
	encode_close(&enc, '}');
	response->status = status;
	response->content_type = "application/problem+json";
}

void problem_answer_scim(struct http_response *response, int status,
    const char *scim_type, const struct err *err)
{
	struct encoder enc = {&response->body, false};
	char text[16];

	if (status == 0)
		status = problem_status(err->code);
	(void)snprintf(text, sizeof(text), "%d", status);
	buf_reset(&response->body);
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "schemas", '[');
	encode_text(&enc, NULL, SCIM_ERROR_URN);
	encode_close(&enc, ']');
	encode_text(&enc, "status", text);
	if (scim_type && *scim_type)
		encode_text(&enc, "scimType", scim_type);
	encode_text(&enc, "detail", err->text);
	encode_close(&enc, '}');
	response->status = status;
	response->content_type = "application/scim+json";
}
