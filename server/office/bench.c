/* Stations, the phones on their ports, and work orders. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/station/bench.h"

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

static int on_station(void *arg, const struct station_row *row)
{
	struct pager *pager = arg;
	struct office_call *call = pager->call;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	pager_key_time(key, row->created_at, row->id);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(&call->enc, NULL, '{');
	station_members(&call->enc, row, clock_now(call->service->clock));
	encode_close(&call->enc, '}');
	return 0;
}

int office_stations_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_FALLING, err);

	if (rc == 0)
		rc = pager_end(&pager,
		    service_station_each(
		        call->service, &call->actor, on_station, &pager, err));
	return rc;
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

int office_station_invite(struct office_call *call, struct err *err)
{
	struct invitation order = {0};
	struct station_row row;
	json_t *document = NULL;
	char code[STATION_CODE_MAX + 1] = "";
	int64_t valid_ms = 0;
	int rc;

	rc = decode_body(
	    call->request, invitation_fields, 2, &order, &document, err);
	if (rc == 0)
		rc = valid_for_parse(order.valid_for, &valid_ms, err);
	if (rc == 0)
		rc = service_station_invite(call->service, &call->actor,
		    order.name, valid_ms, &row, code, err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		station_members(&call->enc, &row, row.created_at);
		encode_text(&call->enc, "code", code); /* shown this once */
		encode_close(&call->enc, '}');
	}
	explicit_bzero(code, sizeof(code));
	call->status = 201;
	json_decref(document);
	return rc;
}

int office_station_revoke(struct office_call *call, struct err *err)
{
	struct station_row row;
	int rc;

	rc = decode_nothing(call->request, err);
	if (rc == 0)
		rc = service_station_revoke(call->service, &call->actor,
		    call->request->params[0], &row, err);
	if (rc < 0)
		return rc;
	encode_open(&call->enc, NULL, '{');
	station_members(&call->enc, &row, row.revoked_at);
	encode_close(&call->enc, '}');
	return 0;
}

/* ---- phones at benches ---- */

static void phone_encode(struct encoder *enc, const struct bench_phone *row)
{
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
}

/* Those that are plugged in come first. */
static int on_phone(void *arg, const struct bench_phone *row)
{
	struct pager *pager = arg;
	char key[PAGER_KEY_MAX];
	char serial[LIMIT_SERIAL + 2];
	enum pager_turn turn;

	(void)snprintf(serial, sizeof(serial), "%c%s",
	    row->is_attached ? '0' : '1', row->serial);
	pager_key_texts(key, serial, row->udid);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	phone_encode(&pager->call->enc, row);
	return 0;
}

int office_bench_phones_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc == 0)
		rc = pager_end(&pager,
		    service_bench_phone_each(
		        call->service, &call->actor, on_phone, &pager, err));
	return rc;
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

static void order_encode(struct encoder *enc, const struct work_order_row *row)
{
	encode_open(enc, NULL, '{');
	order_members(enc, row);
	encode_close(enc, '}');
}

static int on_order(void *arg, const struct work_order_row *row)
{
	struct pager *pager = arg;
	char key[PAGER_KEY_MAX];
	enum pager_turn turn;

	pager_key_time(key, row->created_at, row->id);
	turn = pager_turn(pager, key);
	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	order_encode(&pager->call->enc, row);
	return 0;
}

int office_work_orders_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	bool only_open = false;
	int rc = pager_open(&pager, call, PAGER_FALLING, &only_open, err);

	if (rc == 0) /* 0: the pager stops the walk */
		rc = pager_end(&pager,
		    service_work_order_each(call->service, &call->actor,
		        only_open, 0, on_order, &pager, err));
	return rc;
}

struct work {
	const char *kind;
	const char *reason;
};

static const struct decode_field work_fields[] = {
    {"kind", DECODE_TEXT, offsetof(struct work, kind), 32, true},
    {"reason", DECODE_TEXT, offsetof(struct work, reason), 500, false},
};

int office_work_order_create(struct office_call *call, struct err *err)
{
	struct bench_request wanted = {.device = call->request->params[0]};
	struct work_order_row row = {.kind = 0};
	struct work order = {0};
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, work_fields, 2, &order, &document, err);
	if (rc == 0 && work_order_kind_parse(order.kind, &wanted.kind) < 0)
		rc = err_set(err, ERR_INVALID,
		    "\"kind\" must be read_facts, pair or restart");
	wanted.reason = order.reason;
	if (rc == 0)
		rc = service_work_order(
		    call->service, &call->actor, &wanted, &row, err);
	if (rc == 0)
		order_encode(&call->enc, &row);
	call->status = 201;
	json_decref(document);
	return rc;
}

int office_work_order_cancel(struct office_call *call, struct err *err)
{
	struct work_order_row row = {.kind = 0};
	int rc;

	rc = decode_nothing(call->request, err);
	if (rc == 0)
		rc = service_work_order_cancel(call->service, &call->actor,
		    call->request->params[0], &row, err);
	if (rc == 0)
		order_encode(&call->enc, &row);
	return rc;
}
