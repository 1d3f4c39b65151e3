/*
 * reply: an error as the answer a phone gets (reference: the table of exact
 * answers in docs/architecture.md). Never 401.
 */
#ifndef SERVER_PHONES_REPLY_H
#define SERVER_PHONES_REPLY_H

#include "proto/base/err.h"
#include "server/http/http.h"
#include "server/service/handler_ctx.h"

/* In which step of a request something went wrong. */
enum reply_step {
	REPLY_PARSE,    /* the message itself */
	REPLY_IDENTIFY, /* the certificate shown */
	REPLY_SERVE,    /* what it means for us */
};

/* Sets status and a short text, counts and logs it. */
void reply_error(struct handler_ctx *ctx, const struct http_request *request,
    enum reply_step step, const struct err *err,
    struct http_response *response);

void reply_text(struct http_response *response, int status, const char *text);

#endif
