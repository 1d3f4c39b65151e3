/* Lost Mode of one phone, and where it is while it lasts. */
#include <stdio.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/service/phone/lost_mode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void lost_mode_members(
    struct encoder *enc, const struct lost_mode_row *row)
{
	encode_text(enc, "id", row->id);
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "state", lost_mode_state_name(row->state));
	encode_text(enc, "message", row->message);
	encode_text(enc, "number", row->number);
	encode_text(enc, "footnote", row->footnote);
	encode_text(enc, "reason", row->reason);
	encode_text(enc, "ordered_by", row->ordered_by);
	encode_time(enc, "ordered_at", row->ordered_at);
	encode_time(enc, "on_at", row->on_at);
	encode_text(enc, "lifted_by", row->lifted_by);
	encode_text(enc, "lift_reason", row->lift_reason);
	encode_time(enc, "lift_at", row->lift_at);
	encode_time(enc, "closed_at", row->closed_at);
	encode_text(enc, "warning", row->warning);
	encode_text(enc, "enable_command_id", row->enable_id);
	encode_text(enc, "disable_command_id", row->disable_id);
}

static void lost_mode_encode(
    struct encoder *enc, const struct lost_mode_row *row)
{
	encode_open(enc, NULL, '{');
	lost_mode_members(enc, row);
	encode_close(enc, '}');
}

/* ---- places ---- */

static void degrees_encode(
    struct encoder *enc, const char *key, int64_t millionths)
{
	char text[32];
	int64_t size = millionths < 0 ? -millionths : millionths;
	int len = snprintf(text, sizeof(text), "%s%lld.%06lld",
	    millionths < 0 ? "-" : "", (long long)(size / 1000000),
	    (long long)(size % 1000000));

	encode_raw(enc, key, text, (size_t)len);
}

static void place_encode(struct encoder *enc, const struct phone_place_row *row)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "asked_by", row->asked_by);
	encode_text(enc, "reason", row->reason);
	encode_time(enc, "asked_at", row->asked_at);
	encode_time(enc, "answered_at", row->answered_at);
	encode_text(enc, "command_id", row->command_id);
	encode_time(enc, "forgotten_at", row->forgotten_at);
	if (row->known_at) {
		encode_open(enc, "place", '{');
		encode_time(enc, "at", row->known_at);
		degrees_encode(enc, "latitude", row->latitude);
		degrees_encode(enc, "longitude", row->longitude);
		if (row->accuracy_m >= 0)
			encode_number(enc, "accuracy_m", row->accuracy_m);
		else
			encode_null(enc, "accuracy_m");
		encode_close(enc, '}');
	} else {
		encode_null(enc, "place");
	}
	encode_close(enc, '}');
}

static int on_place(void *arg, const struct phone_place_row *row)
{
	place_encode(arg, row);
	return 0;
}

int office_lost_mode_get(struct office_call *call, struct err *err)
{
	struct buf places = {0};
	struct encoder list = {&places, false};
	struct encoder *enc = &call->enc;
	struct lost_mode_row row;
	int rc = service_lost_mode_view(call->service, &call->actor,
	    call->request->params[0], &row, on_place, &list, err);

	if (rc == 0)
		rc = buf_check(&places, err);
	if (rc == 0) {
		encode_open(enc, NULL, '{');
		lost_mode_members(enc, &row);
		buf_append_str(enc->buf, ",\"places\":[");
		buf_append(enc->buf, places.data, places.len);
		buf_append_char(enc->buf, ']');
		encode_close(enc, '}');
	}
	buf_clear(&places);
	return rc;
}

/* ---- orders ---- */

static const struct decode_field enable_fields[] = {
    {"reason", DECODE_TEXT, offsetof(struct lost_mode_said, reason), 500, true},
    {"message", DECODE_TEXT, offsetof(struct lost_mode_said, message), 500,
        false},
    {"number", DECODE_TEXT, offsetof(struct lost_mode_said, number), 63, false},
    {"footnote", DECODE_TEXT, offsetof(struct lost_mode_said, footnote), 255,
        false},
    {"stolen", DECODE_BOOL, offsetof(struct lost_mode_said, stolen), 0, false},
};

int office_lost_mode_enable(struct office_call *call, struct err *err)
{
	struct lost_mode_said said = {.reason = NULL};
	json_t *document = NULL;
	struct lost_mode_row row;
	int rc = decode_body(call->request, enable_fields, COUNT(enable_fields),
	    &said, &document, err);

	if (rc == 0)
		rc = service_lost_mode_enable(call->service, &call->actor,
		    call->request->params[0], &said, &row, err);
	json_decref(document);
	if (rc < 0)
		return rc;
	call->status = 202;
	lost_mode_encode(&call->enc, &row);
	return 0;
}

struct reason_said {
	const char *reason;
};

static const struct decode_field reason_fields[] = {
    {"reason", DECODE_TEXT, offsetof(struct reason_said, reason), 500, true},
};

int office_lost_mode_lift(struct office_call *call, struct err *err)
{
	struct reason_said said = {.reason = NULL};
	json_t *document = NULL;
	struct lost_mode_row row;
	int rc =
	    decode_body(call->request, reason_fields, 1, &said, &document, err);

	if (rc == 0)
		rc = service_lost_mode_lift(call->service, &call->actor,
		    call->request->params[0], said.reason, &row, err);
	json_decref(document);
	if (rc < 0)
		return rc;
	call->status = 202;
	lost_mode_encode(&call->enc, &row);
	return 0;
}

int office_lost_mode_locate(struct office_call *call, struct err *err)
{
	struct reason_said said = {.reason = NULL};
	json_t *document = NULL;
	struct phone_place_row row;
	int rc =
	    decode_body(call->request, reason_fields, 1, &said, &document, err);

	if (rc == 0)
		rc = service_lost_mode_locate(call->service, &call->actor,
		    call->request->params[0], said.reason, &row, err);
	json_decref(document);
	if (rc < 0)
		return rc;
	call->status = 202;
	place_encode(&call->enc, &row);
	return 0;
}
