/*
 * The register of phones: adding by hand, what a person says of a phone, what
 * happened to it; accessories.
 */
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/describe.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/ledger/accessory.h"
#include "server/service/phone/phone_state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void describe_registered(
    struct encoder *enc, const struct device *device)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", device->id);
	encode_text(enc, "serial", device->serial);
	encode_text(enc, "imei", device->imei);
	encode_text(enc, "kind", phone_kind_name(device->kind));
	encode_text(enc, "model", device->model);
	encode_text(enc, "name", device->name);
	encode_text(enc, "person", device->person_id[0] ? device->person : "");
	encode_bool(enc, "is_private", device->is_private);
	encode_text(enc, "phone_state", phone_state_name(device->state));
	encode_time(enc, "phone_state_at", device->state_at);
	encode_text(enc, "replaced_by", device->replaced_by);
	encode_close(enc, '}');
}

/* ---- adding ---- */

struct phone_new {
	struct phone_add phone;
	bool is_private;
	bool is_ordered;
};

static const struct decode_field new_fields[] = {
    {"kind", DECODE_TEXT, offsetof(struct phone_new, phone.kind), 16, true},
    {"serial", DECODE_TEXT, offsetof(struct phone_new, phone.serial),
        LIMIT_SERIAL, false},
    {"imei", DECODE_TEXT, offsetof(struct phone_new, phone.imei), 32, false},
    {"model", DECODE_TEXT, offsetof(struct phone_new, phone.model), LIMIT_NAME,
        false},
    {"name", DECODE_TEXT, offsetof(struct phone_new, phone.name), LIMIT_NAME,
        false},
    {"is_private", DECODE_BOOL, offsetof(struct phone_new, is_private), 0,
        false},
    {"is_ordered", DECODE_BOOL, offsetof(struct phone_new, is_ordered), 0,
        false},
};

int office_device_add(struct office_call *call, struct err *err)
{
	struct phone_new said = {.is_private = false};
	json_t *document = NULL;
	struct device device;
	int rc = decode_body(call->request, new_fields, COUNT(new_fields),
	    &said, &document, err);

	said.phone.is_private = said.is_private;
	said.phone.is_here = !said.is_ordered;
	if (rc == 0)
		rc = service_phone_add(
		    call->service, &call->actor, &said.phone, &device, err);
	json_decref(document);
	if (rc < 0)
		return rc;
	call->status = 201;
	describe_registered(&call->enc, &device);
	return 0;
}

/* ---- steps ---- */

struct step_said {
	const char *event;
	const char *reason;
	const char *new_serial;
	const char *new_imei;
};

static const struct decode_field step_fields[] = {
    {"event", DECODE_TEXT, offsetof(struct step_said, event), 32, true},
    {"reason", DECODE_TEXT, offsetof(struct step_said, reason), 500, false},
    {"new_serial", DECODE_TEXT, offsetof(struct step_said, new_serial),
        LIMIT_SERIAL, false},
    {"new_imei", DECODE_TEXT, offsetof(struct step_said, new_imei), 32, false},
};

int office_device_step(struct office_call *call, struct err *err)
{
	struct step_said said = {.event = NULL};
	struct phone_step_ask ask = {.device = call->request->params[0]};
	json_t *document = NULL;
	struct device device;
	int rc = decode_body(call->request, step_fields, COUNT(step_fields),
	    &said, &document, err);

	if (rc == 0 && phone_event_parse(said.event, &ask.event) < 0)
		rc = err_set(err, ERR_INVALID,
		    "\"%.32s\" is nothing that happens to phones", said.event);
	ask.reason = said.reason;
	ask.new_serial = said.new_serial;
	ask.new_imei = said.new_imei;
	if (rc == 0)
		rc = service_phone_step(
		    call->service, &call->actor, &ask, &device, err);
	json_decref(document);
	if (rc == 0)
		describe_registered(&call->enc, &device);
	return rc;
}

static int on_step(void *arg, const struct phone_step_row *row)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_number(enc, "number", row->number);
	encode_text(enc, "event", phone_event_name(row->event));
	encode_text(enc, "from", phone_state_name(row->from_state));
	encode_text(enc, "to", phone_state_name(row->to_state));
	encode_time(enc, "at", row->at);
	encode_text(enc, "by", row->made_by);
	encode_text(enc, "reason", row->reason);
	encode_close(enc, '}');
	return 0;
}

int office_device_steps_list(struct office_call *call, struct err *err)
{
	struct encoder *enc = &call->enc;
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc < 0)
		return rc;
	encode_open(enc, NULL, '{');
	encode_open(enc, "items", '[');
	rc = service_phone_steps_each(call->service, &call->actor,
	    call->request->params[0], on_step, enc, err);
	encode_close(enc, ']');
	encode_close(enc, '}');
	return rc;
}

/* ---- accessories ---- */

static int on_accessory(void *arg, const struct accessory_view *view)
{
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", view->row.id);
	encode_text(enc, "label", view->row.label);
	encode_text(enc, "name", view->row.name);
	if (view->held.id[0]) {
		encode_open(enc, "person", '{');
		encode_text(enc, "id", view->person.id);
		encode_text(enc, "name", view->person.name);
		encode_close(enc, '}');
	} else {
		encode_null(enc, "person");
	}
	encode_text(enc, "device_id", view->held.device_id);
	encode_time(enc, "held_since", view->held.from_at);
	encode_time(enc, "ended_at", view->row.ended_at);
	encode_close(enc, '}');
	return 0;
}

int office_accessories_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	return rc < 0 ? rc
	              : pager_end(&pager,
	                    service_accessory_each(call->service, &call->actor,
	                        pager.after, (int)pager.limit + 1, on_accessory,
	                        &pager, err));
}
