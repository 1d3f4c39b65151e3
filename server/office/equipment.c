/* Orders of equipment: asked for, decided, sent, linked. */
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/equipment/equipment_order.h"
#include "server/service/named.h"

static void named_encode(
    struct encoder *enc, const char *key, const char *id, const char *name)
{
	if (!*id) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_text(enc, "id", id);
	encode_text(enc, "name", name);
	encode_close(enc, '}');
}

static void order_members(
    struct encoder *enc, const struct equipment_order_view *view)
{
	const struct equipment_order_row *row = &view->order;

	encode_text(enc, "id", row->id);
	encode_text(enc, "what", equipment_order_what_name(row->what));
	encode_text(enc, "state", equipment_order_state_name(row->state));
	encode_text(enc, "item", row->item);
	encode_text(enc, "catalogue_id", row->catalogue_id);
	encode_text(enc, "need", row->need);
	named_encode(enc, "person", row->person_id, view->person_name);
	named_encode(enc, "unit", row->unit_id, view->unit_name);
	named_encode(enc, "approver", view->approver_id, view->approver_name);
	encode_text(enc, "task_id", view->task_id);
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "subscription_id", row->subscription_id);
	encode_text(enc, "requested_by", row->requested_by);
	encode_text(enc, "decided_by", row->decided_by);
	encode_text(enc, "note", row->note);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "decided_at", row->decided_at);
	encode_time(enc, "ordered_at", row->ordered_at);
	encode_time(enc, "linked_at", row->linked_at);
	encode_time(enc, "closed_at", row->closed_at);
}

static void order_encode(
    struct encoder *enc, const struct equipment_order_view *view)
{
	encode_open(enc, NULL, '{');
	order_members(enc, view);
	encode_close(enc, '}');
}

static int on_order(void *arg, const struct equipment_order_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->order.id);

	if (turn == PAGER_SHOW)
		order_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_equipment_orders_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {
	    "person", "open", "limit", "cursor"};
	struct equipment_order_listing listing = {0};
	char person_id[STORE_ID];
	struct pager pager;
	char *person = NULL;
	int rc = decode_query_names(call->request, names, 4, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "person", LIMIT_NAME, &person, err);
	if (rc == 0)
		rc = service_person_named(
		    call->service, &call->actor, person, person_id, err);
	if (rc == 0)
		rc = decode_query_flag(
		    call->request, "open", &listing.only_open, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		listing.person_id = person_id[0] ? person_id : NULL;
		listing.after_id = pager.after[0] ? pager.after : NULL;
		listing.limit = (int)pager.limit + 1;
		rc = pager_end(&pager,
		    service_equipment_order_each(call->service, &call->actor,
		        &listing, on_order, &pager, err));
	}
	free(person);
	return rc;
}

int office_equipment_order_get(struct office_call *call, struct err *err)
{
	struct equipment_order_view view;
	int rc = service_equipment_order_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		order_encode(&call->enc, &view);
	return rc;
}

/* ---- asking for it ---- */

struct wanted {
	const char *what;
	const char *item;
	const char *person_id;
	const char *unit_id;
	const char *need;
	const char *subscription_id;
	const char *requested_by;
};

/* Called ids, and taken by name, mail or number as well. */
#define NAMED(member)                                                          \
	{                                                                      \
#member, DECODE_TEXT, offsetof(struct wanted, member),         \
		    LIMIT_NAME, false                                          \
	}

static const struct decode_field wanted_fields[] = {
    {"what", DECODE_TEXT, offsetof(struct wanted, what), 32, true},
    {"item", DECODE_TEXT, offsetof(struct wanted, item), LIMIT_NAME, false},
    {"need", DECODE_BLOCK, offsetof(struct wanted, need), EQUIPMENT_NEED_MAX,
        false},
    NAMED(person_id),
    NAMED(unit_id),
    NAMED(subscription_id),
    NAMED(requested_by),
};

/* "" must not come to mean "for nobody in particular". */
static const char *none_if_empty(const char *text)
{
	return text && *text ? text : NULL;
}

int office_equipment_order_create(struct office_call *call, struct err *err)
{
	struct equipment_order_request request = {0};
	struct equipment_order_view view;
	struct wanted order = {0};
	char unit_id[STORE_ID] = "";
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, wanted_fields,
	    sizeof(wanted_fields) / sizeof(wanted_fields[0]), &order, &document,
	    err);
	if (rc == 0 &&
	    equipment_order_what_parse(order.what, &request.what) < 0)
		rc = err_set(err, ERR_INVALID,
		    "\"what\" must be phone, subscription, accessory, "
		    "function, block or replace");
	if (rc == 0)
		rc = service_unit_named(call->service, &call->actor,
		    none_if_empty(order.unit_id), unit_id, err);
	request.item = none_if_empty(order.item);
	request.person = none_if_empty(order.person_id);
	request.unit_id = none_if_empty(unit_id);
	request.need = none_if_empty(order.need);
	request.subject = none_if_empty(order.subscription_id);
	request.requested_by = none_if_empty(order.requested_by);
	if (rc == 0)
		rc = service_equipment_order_create(
		    call->service, &call->actor, &request, &view, err);
	if (rc == 0)
		order_encode(&call->enc, &view);
	call->status = 201;
	json_decref(document);
	return rc;
}

/* ---- the steps after it ---- */

struct step {
	const char *as_person;
	const char *why;
	bool approve;
};

static const struct decode_field decide_fields[] = {
    {"approve", DECODE_BOOL, offsetof(struct step, approve), 0, true},
    {"as_person", DECODE_TEXT, offsetof(struct step, as_person), LIMIT_NAME,
        true},
    {"why", DECODE_BLOCK, offsetof(struct step, why), EQUIPMENT_NEED_MAX,
        false},
};

int office_equipment_order_decide(struct office_call *call, struct err *err)
{
	struct equipment_order_view view;
	struct step step = {.why = ""};
	json_t *document = NULL;
	int rc;

	rc =
	    decode_body(call->request, decide_fields, 3, &step, &document, err);
	if (rc == 0)
		rc = service_equipment_order_decide(call->service, &call->actor,
		    call->request->params[0], step.as_person, step.approve,
		    step.why, &view, err);
	if (rc == 0)
		order_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}

static const struct decode_field place_fields[] = {
    {"as_person", DECODE_TEXT, offsetof(struct step, as_person), LIMIT_NAME,
        true},
};

int office_equipment_order_place(struct office_call *call, struct err *err)
{
	struct equipment_order_view view;
	struct step step = {0};
	json_t *document = NULL;
	char *letter = NULL;
	int rc;

	rc = decode_body(call->request, place_fields, 1, &step, &document, err);
	if (rc == 0)
		rc = service_equipment_order_place(call->service, &call->actor,
		    call->request->params[0], step.as_person, &view, &letter,
		    err);
	if (rc == 0) {
		encode_open(&call->enc, NULL, '{');
		order_members(&call->enc, &view);
		encode_text(&call->enc, "letter", letter);
		encode_close(&call->enc, '}');
	}
	free(letter);
	json_decref(document);
	return rc;
}

static const struct decode_field cancel_fields[] = {
    {"why", DECODE_BLOCK, offsetof(struct step, why), EQUIPMENT_NEED_MAX, true},
};

int office_equipment_order_cancel(struct office_call *call, struct err *err)
{
	struct equipment_order_view view;
	struct step step = {0};
	json_t *document = NULL;
	int rc;

	rc =
	    decode_body(call->request, cancel_fields, 1, &step, &document, err);
	if (rc == 0)
		rc = service_equipment_order_cancel(call->service, &call->actor,
		    call->request->params[0], step.why, &view, err);
	if (rc == 0)
		order_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}
