/* The two MDM endpoints, and the one address that serves both. */
#include <string.h>
#include <strings.h>

#include "proto/apple/answer.h"
#include "proto/apple/checkin.h"
#include "proto/base/err.h"
#include "server/phones/caller.h"
#include "server/phones/phones.h"
#include "server/phones/reply.h"
#include "server/service/service.h"

#define XML_TYPE "application/xml; charset=UTF-8"
#define JSON_TYPE "application/json"

/* The media type alone; phones add "; charset=UTF-8". */
static bool is_type(const struct http_request *request, const char *type)
{
	const char *said = http_header_get(request, "Content-Type");
	size_t len = strlen(type);

	return said && strncasecmp(said, type, len) == 0 &&
	    (said[len] == '\0' || said[len] == ';' || said[len] == ' ');
}

static bool identify(struct handler_ctx *ctx,
    const struct http_request *request, char sha256[STORE_SHA256],
    struct identity *identity, struct http_response *response)
{
	struct err err = {0};

	if (caller_certificate(ctx->callers, request, sha256, &err) < 0) {
		reply_error(ctx, request, REPLY_IDENTIFY, &err, response);
		return false;
	}
	if (service_identify(ctx->service, sha256, identity, &err) < 0) {
		reply_error(ctx, request, REPLY_SERVE, &err, response);
		return false;
	}
	return true;
}

/* The service wrote into the body already. */
static void reply_done(struct http_response *response, const char *type)
{
	response->status = 200;
	if (response->body.len > 0)
		response->content_type = type;
}

/* A declaration that is gone is 404, a status that is none is 400. */
static void reply_declarative(struct handler_ctx *ctx,
    const struct http_request *request, const struct err *err,
    struct http_response *response)
{
	if (err->code == ERR_NOT_FOUND)
		reply_text(response, 404, err->text);
	else
		reply_error(ctx, request,
		    err->code == ERR_INVALID || err->code == ERR_LIMIT
		        ? REPLY_PARSE
		        : REPLY_SERVE,
		    err, response);
}

/* What we do not offer: 410 tells a phone not to ask for a user again. */
static void reply_unsupported(struct handler_ctx *ctx,
    const struct http_request *request, enum checkin_type type,
    const struct err *err, struct http_response *response)
{
	if (type == CHECKIN_USER_AUTHENTICATE)
		reply_text(response, 410, "no users here");
	else
		reply_error(ctx, request, REPLY_SERVE, err, response);
}

static void check_in(struct handler_ctx *ctx,
    const struct http_request *request, const struct checkin *checkin,
    struct http_response *response)
{
	char sha256[STORE_SHA256];
	struct identity identity;
	struct err err = {0};
	int rc;

	if (!identify(ctx, request, sha256, &identity, response))
		return;
	rc = service_check_in(
	    ctx->service, sha256, &identity, checkin, &response->body, &err);
	if (rc == -ERR_UNSUPPORTED)
		reply_unsupported(ctx, request, checkin->type, &err, response);
	else if (rc < 0 && checkin->type == CHECKIN_DECLARATIVE_MANAGEMENT)
		reply_declarative(ctx, request, &err, response);
	else if (rc < 0)
		reply_error(ctx, request, REPLY_SERVE, &err, response);
	else
		reply_done(response,
		    checkin->type == CHECKIN_DECLARATIVE_MANAGEMENT ? JSON_TYPE
		                                                    : XML_TYPE);
}

static void refuse_type(struct handler_ctx *ctx,
    const struct http_request *request, struct http_response *response)
{
	struct err err = {0};

	(void)err_set(&err, ERR_INVALID, "wrong Content-Type");
	reply_error(ctx, request, REPLY_PARSE, &err, response);
}

void phones_handle_check_in(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct checkin checkin = {0};
	struct err err = {0};

	if (!is_type(request, CHECKIN_CONTENT_TYPE)) {
		refuse_type(ctx, request, response);
		return;
	}
	if (checkin_parse(request->body, request->body_len, &checkin, &err) <
	    0) {
		reply_error(ctx, request, REPLY_PARSE, &err, response);
		return;
	}
	check_in(ctx, request, &checkin, response);
	checkin_clear(&checkin);
}

static void connect_phone(struct handler_ctx *ctx,
    const struct http_request *request, const struct answer *answer,
    struct http_response *response)
{
	char sha256[STORE_SHA256];
	struct identity identity;
	struct err err = {0};

	if (!identify(ctx, request, sha256, &identity, response))
		return;
	if (service_connect(ctx->service, &identity, answer, request->body,
	        request->body_len, &response->body, &err) < 0)
		reply_error(ctx, request, REPLY_SERVE, &err, response);
	else
		reply_done(response, XML_TYPE);
}

/*
 * An answer that cannot be read still is one: its command must not go out again
 * at every contact for ever.
 */
static void note_unread(struct handler_ctx *ctx,
    const struct http_request *request, const struct err *why)
{
	char sha256[STORE_SHA256];
	struct identity identity;

	if (caller_certificate(ctx->callers, request, sha256, NULL) == 0 &&
	    service_identify(ctx->service, sha256, &identity, NULL) == 0)
		service_answer_unread(ctx->service, &identity, request->body,
		    request->body_len, why->text);
}

void phones_handle_connect(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct answer answer = {0};
	struct err err = {0};

	if (!is_type(request, ANSWER_CONTENT_TYPE)) {
		refuse_type(ctx, request, response);
		return;
	}
	if (answer_parse(request->body, request->body_len, &answer, &err) < 0) {
		note_unread(ctx, request, &err);
		reply_error(ctx, request, REPLY_PARSE, &err, response);
		return;
	}
	connect_phone(ctx, request, &answer, response);
	answer_clear(&answer);
}

void phones_handle_mdm(void *arg, const struct http_request *request,
    struct http_response *response)
{
	if (is_type(request, CHECKIN_CONTENT_TYPE))
		phones_handle_check_in(arg, request, response);
	else
		phones_handle_connect(arg, request, response);
}
