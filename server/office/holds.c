/* Legal holds: set, looked at, lifted. */
#include <string.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/guard/legal_hold.h"

static void hold_encode(struct encoder *enc, const struct legal_hold_view *view)
{
	const struct legal_hold_row *row = &view->row;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "state", row->lifted_at ? "lifted" : "in_force");
	encode_open(enc, "subject", '{');
	encode_text(
	    enc, "kind", row->kind == LEGAL_HOLD_PERSON ? "person" : "phone");
	encode_text(enc, "id", row->subject_id);
	encode_text(enc, "name", view->subject_name);
	encode_close(enc, '}');
	encode_text(enc, "reference", row->reference);
	encode_text(enc, "set_by", row->set_by);
	encode_time(enc, "set_at", row->set_at);
	encode_number(enc, "erases_waiting", view->waiting);
	encode_number(enc, "erases_handed_out", view->handed_out);
	encode_text(enc, "lifted_by", row->lifted_by);
	encode_time(enc, "lifted_at", row->lifted_at);
	encode_text(enc, "lift_reason", row->lift_reason);
	encode_close(enc, '}');
}

static int on_hold(void *arg, const struct legal_hold_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		hold_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_holds_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_legal_hold_each(call->service, &call->actor, pager.after,
	        (int)pager.limit + 1, on_hold, &pager, err));
}

int office_hold_get(struct office_call *call, struct err *err)
{
	struct legal_hold_view view;
	int rc = service_legal_hold_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		hold_encode(&call->enc, &view);
	return rc;
}

struct hold_order {
	const char *person;
	const char *phone;
	const char *reference;
};

static const struct decode_field hold_fields[] = {
    {"person", DECODE_TEXT, offsetof(struct hold_order, person), LIMIT_NAME,
        false},
    {"phone", DECODE_TEXT, offsetof(struct hold_order, phone), LIMIT_NAME,
        false},
    {"reference", DECODE_TEXT, offsetof(struct hold_order, reference), 255,
        true},
};

int office_hold_add(struct office_call *call, struct err *err)
{
	struct hold_order order = {.person = NULL};
	struct legal_hold_request request;
	struct legal_hold_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, hold_fields, 3, &order, &document, err);

	if (rc == 0 && !order.person == !order.phone)
		rc = err_set(err, ERR_INVALID,
		    "a hold stands on a \"person\" or on a \"phone\"");
	request = (struct legal_hold_request){
	    .kind = order.person ? LEGAL_HOLD_PERSON : LEGAL_HOLD_PHONE,
	    .subject = order.person ? order.person : order.phone,
	    .reference = order.reference};
	if (rc == 0)
		rc = service_legal_hold_add(
		    call->service, &call->actor, &request, &view, err);
	if (rc == 0)
		hold_encode(&call->enc, &view);
	call->status = 201;
	json_decref(document);
	return rc;
}

struct lift_order {
	const char *reason;
};

static const struct decode_field lift_fields[] = {
    {"reason", DECODE_TEXT, offsetof(struct lift_order, reason), 511, true},
};

int office_hold_lift(struct office_call *call, struct err *err)
{
	struct lift_order order = {.reason = NULL};
	struct legal_hold_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, lift_fields, 1, &order, &document, err);

	if (rc == 0)
		rc = service_legal_hold_lift(call->service, &call->actor,
		    call->request->params[0], order.reason, &view, err);
	if (rc == 0)
		hold_encode(&call->enc, &view);
	json_decref(document);
	return rc;
}
