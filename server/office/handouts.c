/* Hand-outs: things to a person, signed for. */
#include "server/service/receipt/handout.h"
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static void thing_encode(struct encoder *enc, const struct receipt_thing *thing)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "kind", receipt_thing_name(thing->kind));
	encode_text(enc, "id", thing->id);
	encode_text(enc, "name", thing->name);
	encode_text(enc, "serial", thing->serial);
	encode_text(enc, "imei", thing->imei);
	encode_text(enc, "number", thing->number);
	encode_text(enc, "iccid", thing->iccid);
	encode_close(enc, '}');
}

static void handout_encode(struct encoder *enc, const struct handout_view *view)
{
	const struct handout_row *row = &view->row;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "state", handout_state_name(row->state));
	encode_open(enc, "person", '{');
	encode_text(enc, "id", row->person_id);
	encode_text(enc, "name", view->person_name);
	encode_close(enc, '}');
	encode_open(enc, "things", '[');
	for (size_t i = 0; i < view->thing_count; i++)
		thing_encode(enc, &view->things[i]);
	encode_close(enc, ']');
	encode_text(enc, "note", row->note);
	encode_text(enc, "task", row->task_id);
	encode_text(enc, "receipt", row->receipt_id);
	encode_time(enc, "made_at", row->made_at);
	encode_text(enc, "made_by", row->made_by);
	encode_time(enc, "closed_at", row->closed_at);
	encode_text(enc, "closed_by", row->closed_by);
	encode_text(enc, "answer", row->answer);
	encode_close(enc, '}');
}

static int on_handout(void *arg, const struct handout_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		handout_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_handouts_list(struct office_call *call, struct err *err)
{
	bool only_open = false;
	struct pager pager;
	int rc = pager_open(&pager, call, PAGER_RISING, &only_open, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_handout_each(call->service, &call->actor, only_open,
	        pager.after, (int)pager.limit + 1, on_handout, &pager, err));
}

int office_handout_get(struct office_call *call, struct err *err)
{
	struct handout_view view;
	int rc = service_handout_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		handout_encode(&call->enc, &view);
	return rc;
}

struct handout_order {
	const char *person;
	const char *phone;
	const char *subscription;
	const json_t *accessories;
	const char *note;
};

static const struct decode_field order_fields[] = {
    {"person", DECODE_TEXT, offsetof(struct handout_order, person), LIMIT_NAME,
        true},
    {"phone", DECODE_TEXT, offsetof(struct handout_order, phone), LIMIT_NAME,
        false},
    {"subscription", DECODE_TEXT, offsetof(struct handout_order, subscription),
        LIMIT_NAME, false},
    {"accessories", DECODE_LINES, offsetof(struct handout_order, accessories),
        LIMIT_NAME, false},
    {"note", DECODE_BLOCK, offsetof(struct handout_order, note), 511, false},
};

static int accessories_take(
    const json_t *list, struct handout_request *request, struct err *err)
{
	size_t count = json_array_size(list);

	if (count > HANDOUT_THINGS_MAX)
		return err_set(err, ERR_LIMIT, "%d accessories at most",
		    HANDOUT_THINGS_MAX);
	for (size_t i = 0; i < count; i++)
		request->accessories[i] =
		    json_string_value(json_array_get(list, i));
	request->accessory_count = count;
	return 0;
}

int office_handout_make(struct office_call *call, struct err *err)
{
	struct handout_request request = {.person = NULL};
	struct handout_order order = {0};
	struct handout_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, order_fields, 5, &order, &document, err);

	request.person = order.person;
	request.phone = order.phone;
	request.subscription = order.subscription;
	request.note = order.note;
	if (rc == 0)
		rc = accessories_take(order.accessories, &request, err);
	if (rc == 0)
		rc = service_handout_make(
		    call->service, &call->actor, &request, &view, err);
	if (rc == 0)
		handout_encode(&call->enc, &view);
	call->status = 201;
	json_decref(document);
	return rc;
}

/* ---- answers that somebody gives in person ---- */

struct text_order {
	const char *text;
};

/* One text of this name in the body. */
static int text_decode(struct office_call *call, const char *name, size_t max,
    struct text_order *order, json_t **document, struct err *err)
{
	const struct decode_field field = {
	    name, DECODE_TEXT, offsetof(struct text_order, text), max, true};

	return decode_body(call->request, &field, 1, order, document, err);
}

static int answer(struct office_call *call, const struct handout_answer *said,
    struct err *err)
{
	struct handout_view view;
	int rc = service_handout_answer(call->service, &call->actor,
	    call->request->params[0], said, &view, err);

	if (rc == 0)
		handout_encode(&call->enc, &view);
	return rc;
}

int office_handout_accept(struct office_call *call, struct err *err)
{
	struct text_order order = {NULL};
	json_t *document = NULL;
	int rc =
	    text_decode(call, "typed_name", LIMIT_NAME, &order, &document, err);

	if (rc == 0)
		rc = answer(call,
		    &(const struct handout_answer){
		        .is_accepted = true, .typed_name = order.text},
		    err);
	json_decref(document);
	return rc;
}

int office_handout_refuse(struct office_call *call, struct err *err)
{
	struct text_order order = {NULL};
	json_t *document = NULL;
	int rc = text_decode(call, "reason", 511, &order, &document, err);

	if (rc == 0)
		rc = answer(call,
		    &(const struct handout_answer){.note = order.text}, err);
	json_decref(document);
	return rc;
}

int office_handout_withdraw(struct office_call *call, struct err *err)
{
	struct text_order order = {NULL};
	struct handout_view view;
	json_t *document = NULL;
	int rc = text_decode(call, "reason", 511, &order, &document, err);

	if (rc == 0)
		rc = service_handout_withdraw(call->service, &call->actor,
		    call->request->params[0], order.text, &view, err);
	if (rc == 0)
		handout_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}
