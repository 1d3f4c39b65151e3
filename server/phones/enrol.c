/* The page behind an enrolment link: the profile, once. */
#include "proto/apple/profile_payload.h"
#include "proto/base/err.h"
#include "server/phones/phones.h"
#include "server/phones/reply.h"
#include "server/service/service.h"

static void refuse(struct handler_ctx *ctx, const struct http_request *request,
    const struct err *err, struct http_response *response)
{
	switch (err->code) {
	case ERR_NOT_FOUND:
		reply_text(response, 404,
		    "This enrolment link is not known. Ask IT for a new one.");
		break;
	case ERR_EXPIRED:
		reply_text(response, 410, err->text);
		break;
	default:
		reply_error(ctx, request, REPLY_SERVE, err, response);
	}
}

void phones_handle_enrol(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct err err = {0};

	http_response_header(response, "Cache-Control", "no-store");
	http_response_header(response, "Referrer-Policy", "no-referrer");
	/* Looking (HEAD) does not use the link up. */
	if (service_link_profile(ctx->service, request->params[0],
	        request->method == HTTP_HEAD, &response->body, &err) < 0) {
		refuse(ctx, request, &err, response);
		return;
	}
	response->status = 200;
	response->content_type = PROFILE_CONTENT_TYPE;
}
