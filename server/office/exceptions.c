/* Exceptions from rules: granted, looked at, revoked. */
#include "server/service/judge/exception.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"

static void exception_encode(
    struct encoder *enc, const struct exception_view *view)
{
	const struct exception_row *row = &view->row;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "rule", row->rule);
	encode_open(enc, "subject", '{');
	encode_text(enc, "kind", store_subject_name(row->subject_kind));
	encode_text(enc, "id", row->subject_id);
	encode_text(enc, "name", view->subject_name);
	encode_close(enc, '}');
	encode_text(enc, "state", view->state);
	encode_text(enc, "reason", row->reason);
	encode_text(enc, "approved_by", row->approved_by);
	encode_time(enc, "granted_at", row->created_at);
	encode_time(enc, "until", row->until_at);
	encode_time(enc, "revoked_at", row->revoked_at);
	encode_text(enc, "revoked_by", row->revoked_by);
	encode_close(enc, '}');
}

static int on_exception(void *arg, const struct exception_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->row.id);

	if (turn == PAGER_SHOW)
		exception_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_exceptions_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_exception_each(call->service, &call->actor, pager.after,
	        (int)pager.limit + 1, on_exception, &pager, err));
}

int office_exception_get(struct office_call *call, struct err *err)
{
	struct exception_view view;
	int rc = service_exception_load(
	    call->service, &call->actor, call->request->params[0], &view, err);

	if (rc == 0)
		exception_encode(&call->enc, &view);
	return rc;
}

struct exception_order {
	const char *rule;
	const char *subject;
	const char *reason;
	const char *valid_for;
};

static const struct decode_field exception_fields[] = {
    {"rule", DECODE_TEXT, offsetof(struct exception_order, rule), 63, true},
    {"subject", DECODE_TEXT, offsetof(struct exception_order, subject),
        LIMIT_NAME, true},
    {"reason", DECODE_TEXT, offsetof(struct exception_order, reason), 511,
        true},
    {"valid_for", DECODE_TEXT, offsetof(struct exception_order, valid_for), 16,
        true},
};

int office_exception_grant(struct office_call *call, struct err *err)
{
	struct exception_request request = {.valid_ms = 0};
	struct exception_order order = {0};
	struct exception_view view;
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, exception_fields, 4, &order, &document, err);

	if (rc == 0 &&
	    time_duration_parse(order.valid_for, &request.valid_ms) < 0)
		rc = err_set(err, ERR_INVALID,
		    "\"valid_for\" must be a time like \"90d\" or \"12h\"");
	request.rule = order.rule;
	request.subject = order.subject;
	request.reason = order.reason;
	if (rc == 0)
		rc = service_exception_grant(
		    call->service, &call->actor, &request, &view, err);
	if (rc == 0)
		exception_encode(&call->enc, &view);
	call->status = 201;
	json_decref(document);
	return rc;
}

int office_exception_revoke(struct office_call *call, struct err *err)
{
	struct exception_view view;
	int rc = decode_nothing(call->request, err);

	if (rc == 0)
		rc = service_exception_revoke(call->service, &call->actor,
		    call->request->params[0], &view, err);
	if (rc == 0)
		exception_encode(&call->enc, &view);
	return rc;
}
