/* What may be ordered. */
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/policy/catalogue.h"

static void item_encode(struct encoder *enc, const struct catalogue_row *row)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "what", equipment_order_what_name(row->what));
	encode_text(enc, "name", row->name);
	encode_text(enc, "supplier", row->operator);
	encode_text(enc, "state", row->retired_at ? "retired" : "offered");
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "retired_at", row->retired_at);
	encode_text(enc, "changed_by", row->changed_by);
	encode_close(enc, '}');
}

static int on_item(void *arg, const struct catalogue_row *row)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, row->id);

	if (turn == PAGER_SHOW)
		item_encode(&pager->call->enc, row);
	return turn == PAGER_STOP;
}

int office_catalogue_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_catalogue_each(call->service, &call->actor, pager.after,
	        (int)pager.limit + 1, on_item, &pager, err));
}

int office_catalogue_get(struct office_call *call, struct err *err)
{
	struct catalogue_row row;
	int rc = service_catalogue_load(
	    call->service, &call->actor, call->request->params[0], &row, err);

	if (rc == 0)
		item_encode(&call->enc, &row);
	return rc;
}

struct item_order {
	const char *what;
	const char *name;
	const char *supplier;
};

static const struct decode_field item_fields[] = {
    {"what", DECODE_TEXT, offsetof(struct item_order, what), 32, true},
    {"name", DECODE_TEXT, offsetof(struct item_order, name), LIMIT_NAME, true},
    {"supplier", DECODE_TEXT, offsetof(struct item_order, supplier), LIMIT_NAME,
        false},
};

int office_catalogue_add(struct office_call *call, struct err *err)
{
	struct catalogue_request request = {.name = NULL};
	struct item_order order = {0};
	struct catalogue_row row;
	json_t *document = NULL;
	int rc;

	rc = decode_body(call->request, item_fields, 3, &order, &document, err);
	if (rc == 0 &&
	    equipment_order_what_parse(order.what, &request.what) < 0)
		rc = err_set(err, ERR_INVALID,
		    "\"what\" must be phone, subscription, accessory, "
		    "function, block or replace");
	request.name = order.name;
	request.supplier = order.supplier;
	if (rc == 0)
		rc = service_catalogue_add(
		    call->service, &call->actor, &request, &row, err);
	if (rc == 0)
		item_encode(&call->enc, &row);
	call->status = 201;
	json_decref(document);
	return rc;
}

int office_catalogue_retire(struct office_call *call, struct err *err)
{
	struct catalogue_row row;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_catalogue_retire(call->service, &call->actor,
		    call->request->params[0], &row, err);
	if (rc == 0)
		item_encode(&call->enc, &row);
	return rc;
}
