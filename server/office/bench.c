/* Stations, the phones on their ports, and work orders. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/problem.h"
#include "server/service/bench.h"
#include "server/service/handler_ctx.h"

#define ORDERS_DEFAULT 100
#define ORDERS_MAX 1000

static const char *const station_states[STATION_STATE_COUNT] = {
    [STATION_INVITED] = "invited",
    [STATION_ADMITTED] = "admitted",
    [STATION_REVOKED] = "revoked",
};

/* An invitation whose time ran out is none any more. */
static const char *state_of(const struct station_row *row, int64_t now)
{
	if (row->state == STATION_INVITED && row->code_expires_at <= now)
		return "expired";
	return station_states[row->state];
}

static void station_members(
    struct encoder *enc, const struct station_row *row, int64_t now)
{
	encode_text(enc, "id", row->id);
	encode_text(enc, "name", row->name);
	encode_text(enc, "state", state_of(row, now));
	encode_text(enc, "created_by", row->created_by);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "code_expires_at",
	    row->state == STATION_INVITED ? row->code_expires_at : 0);
	encode_time(enc, "joined_at", row->joined_at);
	encode_time(enc, "certificate_expires_at", row->not_after);
	encode_time(enc, "last_report_at", row->last_report_at);
	encode_number(enc, "last_sequence", row->last_sequence);
	encode_number(enc, "reports_missing", row->gaps);
	encode_number(enc, "clock_skew_ms", row->skew_ms);
	encode_time(enc, "revoked_at", row->revoked_at);
	encode_text(enc, "revoked_by", row->revoked_by);
}

struct list_out {
	struct encoder *enc;
	int64_t now;
};

static int on_station(void *arg, const struct station_row *row)
{
	struct list_out *out = arg;

	encode_open(out->enc, NULL, '{');
	station_members(out->enc, row, out->now);
	encode_close(out->enc, '}');
	return 0;
}

void office_stations_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct list_out out = {&enc, clock_now(service->clock)};
	struct err err = {0};
	int rc = decode_query_names(request, NULL, 0, &err);

	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_station_each(service, on_station, &out, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
}

/* ---- inviting and revoking ---- */

struct invitation {
	const char *name;
	const char *valid_for;
};

static const struct decode_field invitation_fields[] = {
    {"name", DECODE_TEXT, offsetof(struct invitation, name), LIMIT_NAME, true},
    {"valid_for", DECODE_TEXT, offsetof(struct invitation, valid_for), 16,
        false}, /* left out: one hour */
};

static int valid_for_parse(const char *text, int64_t *ms, struct err *err)
{
	if (!text)
		return 0;
	if (time_duration_parse(text, ms) < 0 || *ms < TIME_MINUTE_MS ||
	    *ms > STATION_CODE_VALID_MAX_MS)
		return err_set(err, ERR_INVALID,
		    "\"valid_for\" must be between 1m and 7d, like \"1h\"");
	return 0;
}

void office_station_invite(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct invitation order = {0};
	struct station_row row;
	struct actor actor;
	struct err err = {0};
	json_t *document = NULL;
	char code[STATION_CODE_MAX + 1] = "";
	int64_t valid_ms = 0;
	int rc;

	office_actor_get(request, &actor);
	rc =
	    decode_body(request, invitation_fields, 2, &order, &document, &err);
	if (rc == 0)
		rc = valid_for_parse(order.valid_for, &valid_ms, &err);
	if (rc == 0)
		rc = service_station_invite(
		    service, &actor, order.name, valid_ms, &row, code, &err);
	if (rc == 0) {
		encode_open(&enc, NULL, '{');
		station_members(&enc, &row, row.created_at);
		encode_text(&enc, "code", code); /* shown this once */
		encode_close(&enc, '}');
	}
	explicit_bzero(code, sizeof(code));
	problem_or_answer(service, response, rc, 201, &err);
	json_decref(document);
}

void office_station_revoke(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct station_row row;
	struct actor actor;
	struct err err = {0};
	int rc;

	office_actor_get(request, &actor);
	rc = service_station_revoke(
	    service, &actor, request->params[0], &row, &err);
	if (rc == 0) {
		encode_open(&enc, NULL, '{');
		station_members(&enc, &row, row.revoked_at);
		encode_close(&enc, '}');
	}
	problem_or_answer(service, response, rc, 200, &err);
}

/* ---- phones at benches ---- */

static int on_phone(void *arg, const struct bench_phone *row)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_text(enc, "udid", row->udid);
	encode_text(enc, "serial", row->serial);
	encode_text(enc, "station_id", row->station_id);
	encode_text(enc, "port", row->port);
	encode_text(enc, "mode", row->mode);
	encode_bool(enc, "is_attached", row->is_attached);
	encode_time(enc, "seen_at", row->seen_at);
	encode_time(enc, "facts_at", row->facts_at);
	if (row->facts[0])
		encode_raw(enc, "facts", row->facts, strlen(row->facts));
	else
		encode_null(enc, "facts");
	encode_close(enc, '}');
	return 0;
}

void office_bench_phones_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct err err = {0};
	int rc = decode_query_names(request, NULL, 0, &err);

	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_bench_phone_each(service, on_phone, &enc, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
}

/* ---- work orders ---- */

static void order_members(struct encoder *enc, const struct work_order_row *row)
{
	encode_text(enc, "id", row->id);
	encode_text(
	    enc, "kind", work_order_kind_name((enum work_order_kind)row->kind));
	encode_text(enc, "state", bench_order_state_name(row->state));
	encode_text(enc, "serial", row->serial);
	encode_text(enc, "udid", row->udid);
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "wipe_id", row->wipe_id);
	encode_text(enc, "link_id", row->link_id);
	encode_text(enc, "station_id", row->station_id);
	encode_text(enc, "ordered_by", row->ordered_by);
	encode_text(enc, "reason", row->reason);
	encode_text(enc, "result", row->result);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "expires_at", row->expires_at);
	encode_time(enc, "handed_out_at", row->handed_at);
	encode_time(enc, "started_at", row->started_at);
	encode_time(enc, "closed_at", row->closed_at);
}

static int on_order(void *arg, const struct work_order_row *row)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	order_members(enc, row);
	encode_close(enc, '}');
	return 0;
}

void office_work_orders_list(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	static const char *const names[] = {"open", "limit"};
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct encoder enc = {&response->body, false};
	struct err err = {0};
	uint64_t limit = ORDERS_DEFAULT;
	bool only_open = false;
	int rc = decode_query_names(request, names, 2, &err);

	if (rc == 0)
		rc = decode_query_flag(request, "open", &only_open, &err);
	if (rc == 0)
		rc = decode_query_number(
		    request, "limit", ORDERS_MAX, &limit, &err);
	encode_open(&enc, NULL, '{');
	encode_open(&enc, "items", '[');
	if (rc == 0)
		rc = service_work_order_each(
		    service, only_open, (int)limit, on_order, &enc, &err);
	encode_close(&enc, ']');
	encode_close(&enc, '}');
	problem_or_answer(service, response, rc, 200, &err);
}

static void order_answer(struct service *service,
    struct http_response *response, int rc, int status,
    const struct work_order_row *row, const struct err *err)
{
	struct encoder enc = {&response->body, false};

	if (rc == 0)
		(void)on_order(&enc, row);
	problem_or_answer(service, response, rc, status, err);
}

struct work {
	const char *kind;
	const char *reason;
};

static const struct decode_field work_fields[] = {
    {"kind", DECODE_TEXT, offsetof(struct work, kind), 32, true},
    {"reason", DECODE_TEXT, offsetof(struct work, reason), 500, false},
};

void office_work_order_create(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct bench_request wanted = {.device = request->params[0]};
	struct work_order_row row = {.kind = 0};
	struct work order = {0};
	struct actor actor;
	struct err err = {0};
	json_t *document = NULL;
	int rc;

	office_actor_get(request, &actor);
	rc = decode_body(request, work_fields, 2, &order, &document, &err);
	if (rc == 0 && work_order_kind_parse(order.kind, &wanted.kind) < 0)
		rc = err_set(&err, ERR_INVALID,
		    "\"kind\" must be read_facts, pair or restart");
	wanted.reason = order.reason;
	if (rc == 0)
		rc = service_work_order(service, &actor, &wanted, &row, &err);
	order_answer(service, response, rc, 201, &row, &err);
	json_decref(document);
}

void office_work_order_cancel(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct service *service = ((struct handler_ctx *)ctx)->service;
	struct work_order_row row = {.kind = 0};
	struct actor actor;
	struct err err = {0};
	int rc;

	office_actor_get(request, &actor);
	rc = service_work_order_cancel(
	    service, &actor, request->params[0], &row, &err);
	order_answer(service, response, rc, 200, &row, &err);
}
