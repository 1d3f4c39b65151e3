/*
 * call: one request to the office, from the gate to its handler and back. The
 * gate (gate.c) has found out who asks, what they may and that the rate allows
 * it, before a handler runs; it turns what the handler returns into an answer.
 *
 * A handler decodes, calls one use case with call->actor, encodes into
 * call->enc and returns: 0 (call->status, 200 unless set, with the JSON that
 * stands in the body) or a negative code with its sentence in err, which
 * becomes problem+json. It sets no header but Location.
 *
 * A page (OFFICE_PAGE) answers for itself: it sets response->status,
 * content_type, body and its own Content-Security-Policy, and returns 0; a
 * negative code becomes a bare page with the status and no detail. The gate
 * adds the other security headers. call->has_guessed: set it when the token in
 * the path stands for nothing; addresses that guess are slowed down.
 */
#ifndef SERVER_OFFICE_CALL_H
#define SERVER_OFFICE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/http.h"
#include "server/office/encode.h"
#include "server/service/scope.h"
#include "server/service/service.h"

struct office;

struct office_route;

struct office_call {
	struct service *service;
	struct office *office; /* the gate's own; NULL: no office listener */
	const struct office_route *route;
	const struct http_request *request;
	struct http_response *response;
	struct encoder enc;          /* into response->body */
	struct actor actor;          /* who asks, for which organisation */
	char caller[LIMIT_NAME + 1]; /* "token:<id>", "local"; see repeat.h */
	int status;                  /* of a good answer */
	int refusal; /* status of a bad one; 0: follows from the code */
	const char *scim_type; /* of a refusal with OFFICE_SCIM; NULL: none */
	bool has_guessed;
	char request_id[UUID_TEXT_MAX]; /* in X-Request-Id, problem, log */
};

/* 0 or a negative code; see above. */
typedef int office_fn(struct office_call *call, struct err *err);

enum office_flag {
	OFFICE_PAGE = 1,    /* HTML for people; asks for no API token */
	OFFICE_ACTS = 2,    /* takes an Idempotency-Key (POST) */
	OFFICE_SECRET = 4,  /* the answer is shown once: not kept for repeats */
	OFFICE_THING = 16,  /* a GET of one thing: has an ETag */
	OFFICE_SIGNED = 32, /* the body proves who sent it: no API token */
	OFFICE_SCIM = 64,   /* types, conditions and refusals of RFC 7644 */
	OFFICE_ANY_BODY = 8, /* the body is no JSON: the handler checks its type
			      */
};

/* A route of the office; the http table is made from it in routes.c. */
struct office_route {
	unsigned listeners;
	enum http_method method;
	const char *path;
	size_t body_max;
	scope_set scope; /* bits, all needed; 0: refused at start, but for
			    OFFICE_PAGE */
	unsigned flags;
	office_fn *handle;
	office_fn *thing; /* of a change: how the thing is got, for If-Match;
			     NULL: If-Match is not taken */
	const char *name; /* label in metrics and operationId, static */
};

/* -ERR_INTERNAL names the first route that no scope guards, or that is there
 * twice. */
int office_routes_check(
    const struct office_route *routes, size_t count, struct err *err);

/* The route that http's was made from, by its name's address; NULL: none. */
const struct office_route *office_route_find(const struct http_route *route);

/* The handler of every office route in the http table. */
http_handle_fn office_gate;

/* Dresses what http itself refuses on the office (404, 405, 413 …). */
void office_refuse(
    void *ctx, unsigned listener, int status, struct http_response *response);

#endif
