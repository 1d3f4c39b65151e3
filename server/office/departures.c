/* Departures: what must come back from a person, opened, looked at, stopped. */
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/office/return_cases.h"
#include "server/service/departure/departure.h"

static void person_encode(
    struct encoder *enc, const char *key, const struct person_row *person)
{
	if (!person->id[0]) {
		encode_null(enc, key);
		return;
	}
	encode_open(enc, key, '{');
	encode_text(enc, "id", person->id);
	encode_text(enc, "name", person->name);
	encode_close(enc, '}');
}

static void departure_fields(
    struct encoder *enc, const struct departure_view *view)
{
	const struct departure_row *row = &view->departure;

	encode_text(enc, "id", row->id);
	encode_text(enc, "reason", departure_reason_name(row->reason));
	encode_text(enc, "state", departure_state_name(row->state));
	person_encode(enc, "person", &view->person);
	person_encode(enc, "receiver", &view->receiver);
	encode_day(enc, "last_day", row->last_day);
	encode_time(enc, "wipe_at", row->wipe_at);
	encode_day(enc, "review_day", row->review_day);
	encode_text(enc, "waits_for", view->waits_for);
	encode_text(enc, "note", row->note);
	encode_number(enc, "cases", view->cases);
	encode_number(enc, "cases_open", view->cases_open);
	encode_number(enc, "sims_undecided", view->sims_undecided);
	encode_text(enc, "opened_by", row->opened_by);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "opened_at", row->opened_at);
	encode_time(enc, "closed_at", row->closed_at);
	encode_time(enc, "next_at", row->next_at);
}

static void departure_encode(
    struct encoder *enc, const struct departure_view *view)
{
	encode_open(enc, NULL, '{');
	departure_fields(enc, view);
	encode_close(enc, '}');
}

static int on_departure(void *arg, const struct departure_view *view)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, view->departure.id);

	if (turn == PAGER_SHOW)
		departure_encode(&pager->call->enc, view);
	return turn == PAGER_STOP;
}

int office_departures_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {
	    "open", "person", "limit", "cursor"};
	bool only_open = false;
	char *person = NULL;
	struct pager pager;
	int rc = decode_query_names(call->request, names, 4, err);

	if (rc == 0)
		rc = decode_query_flag(call->request, "open", &only_open, err);
	if (rc == 0)
		rc = decode_query_text(
		    call->request, "person", LIMIT_NAME, &person, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0)
		rc = pager_end(&pager,
		    service_departure_each(call->service, &call->actor, person,
		        only_open, pager.after, (int)pager.limit + 1,
		        on_departure, &pager, err));
	free(person);
	return rc;
}

/* ---- one, with its phones and SIMs ---- */

/* The phones come first, then the SIMs: one walk, two lists. */
struct parts {
	struct encoder *enc;
	bool in_sims;
};

static void sims_begin(struct parts *parts)
{
	if (parts->in_sims)
		return;
	encode_close(parts->enc, ']');
	encode_open(parts->enc, "sims", '[');
	parts->in_sims = true;
}

static int on_case(void *arg, const struct return_view *view)
{
	struct parts *parts = arg;

	return_case_encode(parts->enc, view);
	return 0;
}

static void sim_encode(struct encoder *enc, const struct sim_view *view)
{
	const struct sim_decision_row *row = &view->row;

	encode_open(enc, NULL, '{');
	encode_text(enc, "subscription", row->subscription_id);
	encode_text(enc, "number", view->subscription.number);
	encode_text(enc, "operator", view->subscription.operator);
	encode_text(enc, "case", row->case_id);
	encode_text(enc, "decision", sim_decision_name(row->decision));
	encode_text(enc, "order", row->order_id);
	encode_text(enc, "decided_by", row->decided_by);
	encode_time(enc, "decided_at", row->decided_at);
	encode_text(enc, "note", row->note);
	encode_close(enc, '}');
}

static int on_sim(void *arg, const struct sim_view *view)
{
	struct parts *parts = arg;

	sims_begin(parts);
	sim_encode(parts->enc, view);
	return 0;
}

int office_departure_get(struct office_call *call, struct err *err)
{
	struct parts parts = {.enc = &call->enc};
	struct departure_parts each = {on_case, on_sim, &parts};
	struct departure_view view;
	int rc;

	encode_open(parts.enc, NULL, '{');
	encode_open(parts.enc, "return_cases", '[');
	rc = service_departure_load(call->service, &call->actor,
	    call->request->params[0], &view, &each, err);
	sims_begin(&parts);
	encode_close(parts.enc, ']');
	if (rc == 0)
		departure_fields(parts.enc, &view);
	encode_close(parts.enc, '}');
	return rc;
}

/* ---- orders ---- */

struct departure_order {
	const char *person;
	const char *phone;
	const char *note;
	const char *last_day;
	bool dry_run;
};

static const struct decode_field order_fields[] = {
    {"person", DECODE_TEXT, offsetof(struct departure_order, person),
        LIMIT_NAME, true},
    {"phone", DECODE_TEXT, offsetof(struct departure_order, phone), LIMIT_NAME,
        false},
    {"note", DECODE_TEXT, offsetof(struct departure_order, note), 511, true},
    {"last_day", DECODE_TEXT, offsetof(struct departure_order, last_day), 10,
        false},
    {"dry_run", DECODE_BOOL, offsetof(struct departure_order, dry_run), 0,
        false},
};

int office_departure_open(struct office_call *call, struct err *err)
{
	struct departure_order order = {.person = NULL};
	struct departure_request request = {.person = NULL};
	struct departure_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, order_fields, 5, &order, &document, err);

	request.person = order.person;
	request.phone = order.phone;
	request.note = order.note;
	request.last_day = order.last_day;
	if (rc == 0)
		rc = service_departure_open(call->service, &call->actor,
		    &request, order.dry_run, &view, err);
	if (rc == 0)
		departure_encode(&call->enc, &view);
	call->status = order.dry_run ? 200 : 201;
	json_decref(document);
	return rc;
}

struct departure_why {
	const char *why;
	const char *until;
};

static const struct decode_field why_fields[] = {
    {"why", DECODE_TEXT, offsetof(struct departure_why, why), 511, true},
    {"until", DECODE_TEXT, offsetof(struct departure_why, until), 10, true},
};

int office_departure_cancel(struct office_call *call, struct err *err)
{
	struct departure_why order = {.why = NULL};
	struct departure_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, why_fields, 1, &order, &document, err);

	if (rc == 0)
		rc = service_departure_cancel(call->service, &call->actor,
		    call->request->params[0], order.why, &view, err);
	if (rc == 0)
		rc = office_departure_get(call, err);
	json_decref(document);
	return rc;
}

int office_departure_pause(struct office_call *call, struct err *err)
{
	struct departure_why order = {.why = NULL};
	struct departure_view view;
	json_t *document = NULL;
	int rc =
	    decode_body(call->request, why_fields, 2, &order, &document, err);

	if (rc == 0)
		rc = service_departure_pause(call->service, &call->actor,
		    call->request->params[0], order.until, order.why, &view,
		    err);
	if (rc == 0)
		rc = office_departure_get(call, err);
	json_decref(document);
	return rc;
}
