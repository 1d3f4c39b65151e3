/* Receipts: looked at and fetched; an erasure certified. */
#include "server/service/receipt/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/named.h"

static void receipt_encode_view(
    struct encoder *enc, const struct receipt_view *view)
{
	const struct receipt_row *row = &view->row;

	encode_text(enc, "id", row->id);
	encode_text(enc, "number", view->number);
	encode_text(
	    enc, "kind", receipt_kind_name((enum receipt_kind)row->kind));
	encode_text(enc, "language", row->language);
	encode_text(enc, "person_id", row->person_id);
	encode_text(enc, "person", view->person_name);
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "serial", view->device_serial);
	encode_text(enc, "case_id", row->case_id);
	encode_text(enc, "handout_id", row->handout_id);
	encode_text(enc, "json_sha256", row->body_sha256);
	encode_time(enc, "issued_at", row->issued_at);
	encode_text(enc, "issued_by", row->issued_by);
	encode_time(enc, "signed_at", row->signed_at);
	encode_time(enc, "voided_at", row->voided_at);
	encode_text(enc, "void_reason", row->void_reason);
	encode_time(enc, "purged_at", row->purged_at);
}

static void receipt_encode_one(
    struct encoder *enc, const struct receipt_view *view)
{
	encode_open(enc, NULL, '{');
	receipt_encode_view(enc, view);
	encode_close(enc, '}');
}

static int on_receipt(void *arg, const struct receipt_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		receipt_encode_one(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

struct receipts_query {
	char *person;
	char *device;
	char *in_case;
};

static int query_decode(const struct http_request *request,
    struct receipts_query *query, struct err *err)
{
	static const char *const names[] = {
	    "person", "device", "case", "limit", "cursor"};
	int rc = decode_query_names(request, names, 5, err);

	if (rc == 0)
		rc = decode_query_text(
		    request, "person", LIMIT_NAME, &query->person, err);
	if (rc == 0)
		rc = decode_query_text(
		    request, "device", LIMIT_NAME, &query->device, err);
	return rc == 0 ? decode_query_text(request, "case", STORE_ID - 1,
	                     &query->in_case, err)
	               : rc;
}

/* Whose and which phone's: as somebody would name them. */
static int filter_find(struct office_call *call,
    const struct receipts_query *query, char person_id[STORE_ID],
    struct device *device, struct err *err)
{
	int rc = service_person_named(
	    call->service, &call->actor, query->person, person_id, err);

	device->id[0] = '\0';
	return rc == 0 && query->device
	    ? service_device_find(
	          call->service, &call->actor, query->device, device, err)
	    : rc;
}

int office_receipts_list(struct office_call *call, struct err *err)
{
	struct receipts_query query = {NULL, NULL, NULL};
	struct receipt_filter filter = {.limit = 0};
	char person_id[STORE_ID];
	struct device device;
	struct pager pager;
	int rc = query_decode(call->request, &query, err);

	if (rc == 0)
		rc = filter_find(call, &query, person_id, &device, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0) {
		filter.person_id = person_id[0] ? person_id : NULL;
		filter.device_id = device.id[0] ? device.id : NULL;
		filter.case_id = query.in_case;
		filter.after_id = pager.after;
		filter.limit = (int)pager.limit + 1;
		rc = pager_end(&pager,
		    service_receipt_each(call->service, &call->actor, &filter,
		        on_receipt, &pager, err));
	}
	free(query.person);
	free(query.device);
	free(query.in_case);
	return rc;
}

int office_receipt_get(struct office_call *call, struct err *err)
{
	struct receipt_view view;
	int rc = service_receipt_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		receipt_encode_one(&call->enc, &view);
	return rc;
}

static const struct receipt_form_row {
	const char *name;
	const char *type;
	const char *ending;
} forms[] = {
    [RECEIPT_AS_PDF] = {"pdf", "application/pdf", "pdf"},
    [RECEIPT_AS_TWIN] = {"twin", "application/pkcs7-mime", "p7m"},
    [RECEIPT_AS_JSON] = {"json", "application/json", "json"},
};

static int form_decode(
    const struct http_request *request, enum receipt_form *out, struct err *err)
{
	static const char *const names[] = {"form"};
	char *text = NULL;
	int rc = decode_query_names(request, names, 1, err);

	if (rc == 0)
		rc = decode_query_text(request, "form", 8, &text, err);
	*out = RECEIPT_AS_PDF;
	for (size_t i = 0; rc == 0 && text; i++) {
		if (i == sizeof(forms) / sizeof(forms[0])) {
			rc = err_set(err, ERR_INVALID,
			    "\"form\" must be pdf, twin or json");
		} else if (strcmp(forms[i].name, text) == 0) {
			*out = (enum receipt_form)i;
			break;
		}
	}
	free(text);
	return rc;
}

/* The file as base64, with what it is: every answer of the API is JSON. */
int office_receipt_file(struct office_call *call, struct err *err)
{
	enum receipt_form form = RECEIPT_AS_PDF;
	struct receipt_view view;
	struct buf file = {0};
	char name[64];
	char *data = NULL;
	int rc = form_decode(call->request, &form, err);

	if (rc == 0)
		rc = service_receipt_file(call->service, &call->actor,
		    call->request->params[0], form, &view, &file, err);
	if (rc == 0) {
		data = str_base64(file.data, file.len);
		rc = data ? 0 : err_memory(err);
	}
	if (rc == 0) {
		(void)snprintf(name, sizeof(name), "%s-%s.%s",
		    receipt_kind_name((enum receipt_kind)view.row.kind),
		    view.number, forms[form].ending);
		encode_open(&call->enc, NULL, '{');
		encode_text(&call->enc, "name", name);
		encode_text(&call->enc, "type", forms[form].type);
		encode_text(&call->enc, "data", data);
		encode_close(&call->enc, '}');
	}
	free(data);
	buf_clear(&file);
	return rc;
}

int office_erasure_certificate(struct office_call *call, struct err *err)
{
	struct receipt_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_receipt_erasure(call->service, &call->actor,
		    call->request->params[0], &view, err);
	if (rc == 0)
		receipt_encode_one(&call->enc, &view);
	call->status = 201;
	return rc;
}
