/* All about one person, and asking all of it back; retention. */
#include "server/service/guard/everything.h"
#include "policies/calendar.h"
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/service/guard/retention.h"

static void day_encode(struct encoder *enc, const char *key, int64_t day)
{
	char text[CALENDAR_DATE_TEXT_MAX];

	if (day <= 0) {
		encode_null(enc, key);
		return;
	}
	calendar_day_text((int32_t)day, text);
	encode_text(enc, key, text);
}

static int on_item(void *arg, const struct everything_item *item)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_text(enc, "kind", everything_kind_name(item->kind));
	encode_text(enc, "id", item->id);
	encode_text(enc, "name", item->name);
	encode_text(enc, "state", item->state);
	encode_time(enc, "since", item->since);
	encode_text(enc, "would", item->would);
	encode_close(enc, '}');
	return 0;
}

static int everything_encode(
    struct office_call *call, struct everything_view *view, struct err *err)
{
	struct encoder *enc = &call->enc;
	int rc;

	encode_open(enc, "items", '[');
	rc = service_everything_each(call->service, &call->actor,
	    call->request->params[0], view, on_item, enc, err);
	encode_close(enc, ']');
	if (rc < 0)
		return rc;
	encode_open(enc, "person", '{');
	encode_text(enc, "id", view->person.person.id);
	encode_text(enc, "name", view->person.person.name);
	encode_text(enc, "mail", view->person.person.mail);
	encode_text(enc, "unit", view->person.unit.name);
	encode_bool(enc, "is_employed", view->person.roles != 0);
	day_encode(enc, "last_day", view->last_day);
	encode_close(enc, '}');
	return 0;
}

int office_everything_get(struct office_call *call, struct err *err)
{
	struct everything_view view;
	int rc = decode_query_names(call->request, NULL, 0, err);

	if (rc < 0)
		return rc;
	encode_open(&call->enc, NULL, '{');
	rc = everything_encode(call, &view, err);
	encode_close(&call->enc, '}');
	return rc;
}

struct return_order {
	bool dry_run;
	const char *reason;
};

/* dry_run must be said: leaving it out must not open a case. */
static const struct decode_field return_fields[] = {
    {"dry_run", DECODE_BOOL, offsetof(struct return_order, dry_run), 0, true},
    {"reason", DECODE_TEXT, offsetof(struct return_order, reason), 511, true},
};

int office_everything_return(struct office_call *call, struct err *err)
{
	struct return_order order = {.reason = NULL};
	struct everything_request request = {
	    .person = call->request->params[0]};
	struct everything_done done = {.departure_id = ""};
	struct everything_view view;
	struct encoder *enc = &call->enc;
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, return_fields, 2, &order, &document, err);

	request.reason = order.reason;
	request.dry_run = order.dry_run;
	if (rc == 0)
		rc = service_everything_return(
		    call->service, &call->actor, &request, &done, err);
	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", order.dry_run);
	encode_text(enc, "departure", done.departure_id);
	encode_number(enc, "cases", done.cases);
	if (rc == 0)
		rc = everything_encode(call, &view, err);
	encode_close(enc, '}');
	call->status = order.dry_run ? 200 : 201;
	json_decref(document);
	return rc;
}

/* ---- retention ---- */

struct retention_order {
	bool dry_run;
};

static const struct decode_field retention_fields[] = {
    {"dry_run", DECODE_BOOL, offsetof(struct retention_order, dry_run), 0,
        true},
};

static int on_retained(void *arg, const struct retention_person *person)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_text(enc, "id", person->id);
	encode_text(enc, "name", person->name);
	day_encode(enc, "last_day", person->last_day);
	encode_bool(enc, "is_due", person->is_due);
	encode_text(enc, "why_not", person->why_not);
	encode_close(enc, '}');
	return 0;
}

int office_retention_run(struct office_call *call, struct err *err)
{
	struct retention_order order = {.dry_run = false};
	struct retention_report report = {.due = 0};
	struct encoder *enc = &call->enc;
	json_t *document = NULL;
	int rc = decode_body(
	    call->request, retention_fields, 1, &order, &document, err);

	encode_open(enc, NULL, '{');
	encode_bool(enc, "dry_run", order.dry_run);
	encode_open(enc, "people", '[');
	if (rc == 0)
		rc = service_retention_run(call->service, &call->actor,
		    order.dry_run, on_retained, enc, &report, err);
	encode_close(enc, ']');
	encode_number(enc, "looked_at", report.looked_at);
	encode_number(enc, "due", report.due);
	encode_number(enc, "kept", report.kept);
	encode_number(enc, "reports", report.reports);
	encode_close(enc, '}');
	json_decref(document);
	return rc;
}
