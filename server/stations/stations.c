#include "server/stations/stations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/apple/client_cert.h"
#include "proto/base/err.h"
#include "server/phones/caller.h"
#include "server/service/handler_ctx.h"
#include "server/service/station/bench.h"
#include "server/stations/phones_query.h"

#define JSON_TYPE "application/json"

static int status_of(enum err_code code)
{
	switch (code) {
	case ERR_INVALID:
	case ERR_LIMIT:
		return 400;
	case ERR_DENIED:
	case ERR_CRYPTO:
		return 403;
	case ERR_NOT_FOUND:
	case ERR_UNSUPPORTED:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_EXPIRED:
		return 410;
	case ERR_FULL:
	case ERR_BUSY:
		return 503;
	default:
		return 500;
	}
}

static void answer_error(struct handler_ctx *ctx,
    const struct http_request *request, const struct err *err,
    struct http_response *response)
{
	int status = status_of(err->code);
	char text[8];

	(void)snprintf(text, sizeof(text), "%d", status);
	log_warning(ctx->service->log, "station_refused", LOG_PATH,
	    request->path, LOG_STATUS, text, LOG_ADDRESS, request->peer,
	    LOG_ERROR, err->text, NULL);
	if (status == 503)
		http_response_header(response, "Retry-After", "30");
	buf_reset(&response->body);
	station_error_encode(
	    status == 500 ? "not now; try again later" : err->text,
	    &response->body);
	response->status = status;
	response->content_type = JSON_TYPE;
}

/* The body is whole, or rc says why not. */
static void answer(struct handler_ctx *ctx, const struct http_request *request,
    int rc, struct err *err, struct http_response *response)
{
	http_response_header(response, "Cache-Control", "no-store");
	if (rc == 0)
		rc = buf_check(&response->body, err);
	if (rc < 0) {
		if (err->code == ERR_NONE)
			(void)err_set(err, ERR_INTERNAL, "no reason was given");
		answer_error(ctx, request, err, response);
		return;
	}
	response->status = 200;
	response->content_type = JSON_TYPE;
}

static int check_type(const struct http_request *request, struct err *err)
{
	const char *said = http_header_get(request, "Content-Type");
	size_t len = strlen(JSON_TYPE);

	if (said && strncasecmp(said, JSON_TYPE, len) == 0 &&
	    (said[len] == '\0' || said[len] == ';' || said[len] == ' '))
		return 0;
	return err_set(err, ERR_INVALID, "Content-Type must be " JSON_TYPE);
}

/*
 * A certificate that was shown, by TLS or by the trusted proxy. A signature
 * over a body, as phones may use, is not enough: it could be sent again.
 */
static int identify(struct handler_ctx *ctx, const struct http_request *request,
    struct station_row *station, struct err *err)
{
	bool is_shown = request->certificate ||
	    (request->listener == LISTENER_PHONES_PROXY &&
	        http_header_get(request, CLIENT_CERT_HEADER));
	char sha256[STORE_SHA256];
	int rc;

	if (!is_shown)
		return err_set(
		    err, ERR_DENIED, "no client certificate was shown");
	rc = caller_certificate(ctx->callers, request, sha256, err);
	return rc == 0
	    ? service_station_identify(ctx->service, sha256, station, err)
	    : rc;
}

/* ---- join ---- */

static int join(struct handler_ctx *ctx, const struct http_request *request,
    struct station_join_answer *out, struct err *err)
{
	struct station_join_request *asked = calloc(1, sizeof(*asked));
	int rc = asked ? check_type(request, err) : err_memory(err);

	if (rc == 0)
		rc = station_join_request_parse(
		    (const char *)request->body, request->body_len, asked, err);
	if (rc == 0)
		rc = service_station_join(ctx->service, asked, out, err);
	if (asked)
		explicit_bzero(asked, sizeof(*asked));
	free(asked);
	return rc;
}

void stations_handle_join(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct station_join_answer *joined = calloc(1, sizeof(*joined));
	struct err err = {0};
	int rc = joined ? join(arg, request, joined, &err) : err_memory(&err);

	if (rc == 0)
		rc = station_join_answer_encode(joined, &response->body, &err);
	free(joined);
	answer(arg, request, rc, &err, response);
}

/* ---- renew ---- */

static int renew(struct handler_ctx *ctx, const struct http_request *request,
    struct station_join_answer *out, struct err *err)
{
	struct station_renew_request asked;
	struct station_row station;
	int rc = identify(ctx, request, &station, err);

	if (rc == 0)
		rc = check_type(request, err);
	if (rc == 0)
		rc = station_renew_request_parse((const char *)request->body,
		    request->body_len, &asked, err);
	if (rc == 0)
		rc = service_station_renew(
		    ctx->service, &station, &asked, out, err);
	return rc;
}

void stations_handle_renew(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct station_join_answer *renewed = calloc(1, sizeof(*renewed));
	struct err err = {0};
	int rc =
	    renewed ? renew(arg, request, renewed, &err) : err_memory(&err);

	if (rc == 0)
		rc = station_join_answer_encode(renewed, &response->body, &err);
	free(renewed);
	answer(arg, request, rc, &err, response);
}

/* ---- reports ---- */

void stations_handle_reports(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct station_signed_list list = {0};
	struct station_receipt receipt = {0};
	struct station_row station;
	struct err err = {0};
	int rc = identify(ctx, request, &station, &err);

	if (rc == 0)
		rc = check_type(request, &err);
	if (rc == 0)
		rc = station_reports_parse((const char *)request->body,
		    request->body_len, &list, &err);
	if (rc == 0)
		rc = service_station_reports(
		    ctx->service, &station, &list, &receipt, &err);
	if (rc == 0)
		rc = station_receipt_encode(&receipt, &response->body, &err);
	station_receipt_clear(&receipt);
	station_signed_list_clear(&list);
	answer(ctx, request, rc, &err, response);
}

/* ---- orders ---- */

void stations_handle_orders(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct station_phone phones[STATION_PHONES_MAX];
	struct station_work work = {.owners = NULL};
	struct station_row station;
	struct err err = {0};
	size_t count = 0;
	int rc = identify(ctx, request, &station, &err);

	if (rc == 0)
		rc = phones_query_parse(request->query, phones, &count, &err);
	if (rc == 0)
		rc = service_work_orders(
		    ctx->service, &station, phones, count, &work.orders, &err);
	if (rc == 0)
		rc = service_bench_owners(
		    ctx->service, &station, phones, count, &work, &err);
	if (rc == 0)
		rc = station_work_encode(&work, &response->body, &err);
	station_work_clear(&work);
	answer(ctx, request, rc, &err, response);
}

/* ---- challenge ---- */

void stations_handle_challenge(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct station_challenge challenge = {0};
	struct station_row station;
	struct buf cms = {0};
	struct err err = {0};
	int rc = identify(ctx, request, &station, &err);

	if (rc == 0)
		rc = check_type(request, &err);
	if (rc == 0)
		rc = station_challenge_parse((const char *)request->body,
		    request->body_len, &challenge, &err);
	if (rc == 0)
		rc = service_station_challenge(
		    ctx->service, &station, &challenge, &cms, &err);
	if (rc == 0)
		rc = station_challenge_answer_encode(
		    cms.data, cms.len, &response->body, &err);
	buf_clear(&cms);
	station_challenge_clear(&challenge);
	answer(ctx, request, rc, &err, response);
}
