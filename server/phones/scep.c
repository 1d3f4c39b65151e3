/* SCEP over HTTP (RFC 8894 section 4): three operations, GET and POST. */
#include "proto/scep/scep.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/phones/phones.h"
#include "server/phones/reply.h"
#include "server/service/service.h"

static void give_capabilities(struct handler_ctx *ctx,
    const struct http_request *request, struct http_response *response)
{
	(void)ctx;
	(void)request;
	response->status = 200;
	response->content_type = SCEP_TYPE_CAPABILITIES;
	buf_append_str(&response->body, scep_capabilities());
}

static void give_ca(struct handler_ctx *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)request;
	response->status = 200;
	response->content_type = SCEP_TYPE_CA_CERTIFICATE;
	buf_append(&response->body, ctx->service->ca, ctx->service->ca_len);
}

/* GET carries the message in the query, base64 of either alphabet. */
static int take_message(const struct http_request *request, uint8_t **message,
    size_t *len, struct err *err)
{
	char *text = NULL;
	int rc;

	if (request->method == HTTP_POST) {
		if (request->body_len == 0)
			return err_set(err, ERR_INVALID, "empty message");
		*message = malloc(request->body_len);
		if (!*message)
			return err_memory(err);
		memcpy(*message, request->body, request->body_len);
		*len = request->body_len;
		return 0;
	}
	if ((rc = http_query_get(request, "message", &text, err)) < 0)
		return rc;
	rc = str_base64_parse(text, strlen(text), message, len, err);
	free(text);
	return rc;
}

static void serve_message(struct handler_ctx *ctx,
    const struct http_request *request, struct http_response *response)
{
	uint8_t *message = NULL;
	size_t len = 0;
	struct err err = {0};
	int rc = take_message(request, &message, &len, &err);

	if (rc < 0) {
		(void)err_set(&err, ERR_INVALID, "no message: %.200s",
		    "PKIOperation needs one, as body or as base64");
	} else {
		rc = service_scep(
		    ctx->service, message, len, &response->body, &err);
	}
	free(message);
	if (rc < 0) {
		reply_error(ctx, request, REPLY_PARSE, &err, response);
		return;
	}
	response->status = 200;
	response->content_type = SCEP_TYPE_MESSAGE;
}

static const struct {
	const char *name;
	void (*serve)(struct handler_ctx *, const struct http_request *,
	    struct http_response *);
} operations[] = {
    {"GetCACaps", give_capabilities},
    {"GetCACert", give_ca},
    {"PKIOperation", serve_message},
};

void phones_handle_scep(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct err err = {0};
	char *name = NULL;
	size_t i;

	http_response_header(response, "Cache-Control", "no-store");
	if (http_query_get(request, "operation", &name, NULL) == 0) {
		for (i = 0; i < sizeof(operations) / sizeof(operations[0]);
		     i++) {
			if (strcmp(name, operations[i].name) == 0) {
				free(name);
				operations[i].serve(ctx, request, response);
				return;
			}
		}
	}
	free(name);
	(void)err_set(&err, ERR_INVALID, "unknown operation");
	reply_error(ctx, request, REPLY_PARSE, &err, response);
}
