/*
 * gate: what every request to the office passes: rate, token, scope, media
 * types, conditions, repeats; then its handler; then the headers, the problem
 * and the line in the log.
 */
#include "server/office/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/office.h"
#include "server/office/problem.h"
#include "server/service/handler_ctx.h"

/* Places in the tables of rates: some 64 kB each. */
#define PLACES 4096

static int table_new(unsigned a_minute, const struct rng *rng,
    struct rate_table **out, struct err *err)
{
	struct rate_limit limit = {
	    .burst = a_minute ? a_minute : 1,
	    .interval_ms = a_minute ? TIME_MINUTE_MS / a_minute : 0,
	};

	if (limit.interval_ms < 1)
		limit.interval_ms = 1;
	return rate_table_new(PLACES, &limit, rng, out, err);
}

int office_new(const struct office_limits *limits, const struct rng *rng,
    struct office **out, struct err *err)
{
	struct office *office = calloc(1, sizeof(*office));
	int rc;

	if (!office)
		return err_memory(err);
	(void)pthread_mutex_init(&office->changes, NULL);
	rc = table_new(limits->per_token, rng, &office->by_token, err);
	if (rc == 0)
		rc = table_new(
		    limits->per_address, rng, &office->by_address, err);
	if (rc == 0)
		rc = table_new(
		    limits->failures_per_address, rng, &office->failures, err);
	if (rc < 0) {
		office_free(office);
		return rc;
	}
	*out = office;
	return 0;
}

void office_free(struct office *office)
{
	if (!office)
		return;
	rate_table_free(office->by_token);
	rate_table_free(office->by_address);
	rate_table_free(office->failures);
	(void)pthread_mutex_destroy(&office->changes);
	free(office);
}

/* ---- headers ---- */

/* The style sheet of the pages says itself how long it is kept. */
static bool has_header(const struct http_response *response, const char *name)
{
	size_t i;

	for (i = 0; i < response->header_count; i++)
		if (strcmp(response->headers[i].name, name) == 0)
			return true;
	return false;
}

static void headers_add(unsigned listener, struct http_response *response)
{
	if (!has_header(response, "Cache-Control"))
		http_response_header(response, "Cache-Control", "no-store");
	http_response_header(response, "X-Content-Type-Options", "nosniff");
	http_response_header(response, "Referrer-Policy", "no-referrer");
	if (listener == LISTENER_OFFICE)
		http_response_header(
		    response, "Strict-Transport-Security", "max-age=63072000");
}

static void policy_add(struct http_response *response)
{
	http_response_header(response, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'");
}

/* ---- the answer ---- */

static void log_call(const struct office_call *call, const struct err *err)
{
	const struct http_response *response = call->response;
	bool is_look = call->request->method == HTTP_GET ||
	    call->request->method == HTTP_HEAD;
	enum log_level level = LOG_LEVEL_INFO;
	char status[16];

	if (response->status >= 500)
		level = LOG_LEVEL_ERROR;
	else if (is_look && response->status < 400)
		level = LOG_LEVEL_DEBUG;
	(void)snprintf(status, sizeof(status), "%d", response->status);
	log_event(call->service->log, level, "office_request", LOG_REQUEST,
	    call->request_id, LOG_KIND, call->route->name, LOG_STATUS, status,
	    LOG_USER, call->actor.name, LOG_ORGANISATION, call->actor.org_id,
	    LOG_ADDRESS, call->request->peer, LOG_ERROR,
	    response->status >= 400 ? err->text : "", NULL);
}

/* A page that failed tells people no more than that. */
static void page_failed(struct office_call *call, const struct err *err)
{
	struct http_response *response = call->response;
	int status = call->refusal ? call->refusal : problem_status(err->code);

	buf_reset(&response->body);
	buf_printf(&response->body,
	    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<title>%d</title><p>%d</p>",
	    status, status);
	response->status = status;
	response->content_type = "text/html; charset=utf-8";
	policy_add(response);
}

static void answer_refused(struct office_call *call, const struct err *err)
{
	if (call->route->flags & OFFICE_PAGE) {
		page_failed(call, err);
		return;
	}
	if (call->route->flags & OFFICE_SCIM)
		problem_answer_scim(
		    call->response, call->refusal, call->scim_type, err);
	else
		problem_answer(
		    call->response, call->refusal, err, call->request_id);
	if (call->response->status == 503)
		http_response_header(call->response, "Retry-After", "5");
	policy_add(call->response);
}

static void answer_done(struct office_call *call)
{
	struct http_response *response = call->response;
	char etag[GATE_ETAG_MAX];

	response->status = call->status;
	response->content_type = "application/json";
	if (call->route->flags & OFFICE_SCIM)
		response->content_type =
		    response->body.len ? "application/scim+json" : NULL;
	policy_add(response);
	if (!(call->route->flags & OFFICE_THING) || response->status != 200)
		return;
	gate_etag(&response->body, etag);
	http_response_header(response, "ETag", etag);
	if (!gate_none_match(call->request, etag))
		return;
	response->status = 304;
	response->content_type = NULL;
	buf_reset(&response->body);
}

/* ---- the way through ---- */

static int handle(struct office_call *call, struct err *err)
{
	bool holds = call->route->thing && call->office;
	int rc;

	/* Nothing of the API comes between the look and the change. */
	if (holds)
		(void)pthread_mutex_lock(&call->office->changes);
	/* SCIM holds it against the version inside its transaction. */
	rc = call->route->flags & OFFICE_SCIM ? 0 : gate_match(call, err);
	if (rc == 0)
		rc = call->route->handle(call, err);
	if (holds)
		(void)pthread_mutex_unlock(&call->office->changes);
	return rc;
}

static int handle_once(
    struct office_call *call, struct gate_repeat *repeat, struct err *err)
{
	int rc = gate_repeat_begin(call, repeat, err);

	if (rc == 0 && !repeat->is_replay)
		rc = handle(call, err);
	return rc < 0 ? rc : buf_check(&call->response->body, err);
}

static void api_run(struct office_call *call, struct err *err)
{
	static int (*const steps[])(struct office_call *, struct err *) = {
	    gate_rate_address, gate_identify, gate_permit, gate_negotiate};
	struct gate_repeat repeat = {.is_on = false};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](call, err);
	if (rc == 0)
		rc = handle_once(call, &repeat, err);
	if (call->has_guessed)
		gate_failed(call);
	if (rc < 0)
		answer_refused(call, err);
	else
		answer_done(call);
	gate_repeat_end(call, &repeat);
}

static void page_run(struct office_call *call, struct err *err)
{
	int rc = gate_rate_address(call, err);

	if (rc == 0)
		rc = gate_rate_failures(call, err);
	if (rc == 0)
		rc = call->route->handle(call, err);
	if (rc == 0)
		rc = buf_check(&call->response->body, err);
	if (call->has_guessed)
		gate_failed(call);
	if (rc < 0)
		answer_refused(call, err);
}

void office_gate(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	const struct handler_ctx *handlers = ctx;
	struct err err = {0};
	struct office_call call = {
	    .service = handlers->service,
	    .office = handlers->office,
	    .route = office_route_find(request->route),
	    .request = request,
	    .response = response,
	    .enc = {&response->body, false},
	    .status = 200,
	};

	uuid_make(
	    clock_now(call.service->clock), call.service->rng, call.request_id);
	if (call.route->flags & OFFICE_PAGE)
		page_run(&call, &err);
	else
		api_run(&call, &err);
	headers_add(request->listener, response);
	http_response_header(response, "X-Request-Id", call.request_id);
	log_call(&call, &err);
}

static void refusal_say(int status, struct err *err)
{
	static const struct {
		int status;
		enum err_code code;
		const char *sentence;
	} words[] = {
	    {404, ERR_NOT_FOUND, "there is nothing at this path"},
	    {405, ERR_INVALID, "this path has no such method"},
	    {408, ERR_TIMEOUT, "the request took too long to come"},
	    {413, ERR_LIMIT, "the body is longer than this path takes"},
	    {503, ERR_BUSY, "the server has too much to do; try again"},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].status == status) {
			(void)err_set(
			    err, words[i].code, "%s", words[i].sentence);
			return;
		}
	}
	if (status >= 500)
		(void)err_set(err, ERR_INTERNAL, "the request failed here");
	else
		(void)err_set(err, ERR_INVALID, "the request breaks HTTP/1.1");
}

void office_refuse(
    void *ctx, unsigned listener, int status, struct http_response *response)
{
	const struct service *service = ((struct handler_ctx *)ctx)->service;
	char request_id[UUID_TEXT_MAX];
	struct err err = {0};

	if (listener != LISTENER_OFFICE && listener != LISTENER_ADMIN)
		return;
	uuid_make(clock_now(service->clock), service->rng, request_id);
	refusal_say(status, &err);
	problem_answer(response, status, &err, request_id);
	headers_add(listener, response);
	policy_add(response);
	http_response_header(response, "X-Request-Id", request_id);
}

/* ---- the table ---- */

const struct office_route *office_route_find(const struct http_route *route)
{
	size_t i;

	for (i = 0; i < office_route_count; i++)
		if (office_routes[i].name == route->name)
			return &office_routes[i];
	return NULL;
}

int office_routes_check(
    const struct office_route *routes, size_t count, struct err *err)
{
	size_t i;
	size_t j;

	for (i = 0; i < count; i++) {
		const struct office_route *route = &routes[i];

		if (!route->scope && !(route->flags & OFFICE_PAGE))
			return err_set(err, ERR_INTERNAL,
			    "no scope guards the route %s", route->path);
		if (!route->handle || !route->name)
			return err_set(err, ERR_INTERNAL,
			    "the route %s has no handler or name", route->path);
		for (j = 0; j < i; j++)
			if (routes[j].method == route->method &&
			    strcmp(routes[j].path, route->path) == 0)
				return err_set(err, ERR_INTERNAL,
				    "the route %s is there twice", route->path);
	}
	return 0;
}
