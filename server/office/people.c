/* The ledger: people, units, subscriptions, who holds what. */
#include <stdlib.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "server/office/decode.h"
#include "server/office/handlers.h"
#include "server/office/pager.h"
#include "server/service/ledger/ledger.h"

static void encode_roles(struct encoder *enc, int64_t roles)
{
	size_t i;

	encode_open(enc, "roles", '[');
	for (i = 0; i < PACK_ROLE_COUNT; i++)
		if (roles & (INT64_C(1) << i))
			encode_text(enc, NULL,
			    pack_role_name((enum pack_role)(1 << i)));
	encode_close(enc, ']');
}

/* ---- people ---- */

static void person_members(struct encoder *enc, const struct person_row *row)
{
	encode_text(enc, "id", row->id);
	encode_text(enc, "external_id", row->external_id);
	encode_text(enc, "name", row->name);
	encode_text(enc, "first_name", row->first_name);
	encode_text(enc, "last_name", row->last_name);
	encode_text(enc, "mail", row->mail);
	encode_text(enc, "number", row->number);
	encode_text(enc, "language", row->language);
	encode_text(enc, "unit_id", row->unit_id);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "changed_at", row->changed_at);
	encode_text(enc, "changed_by", row->changed_by);
	encode_time(enc, "purged_at", row->purged_at);
}

static int on_person(void *arg, const struct person_row *row)
{
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	enum pager_turn turn = pager_turn(pager, row->id);

	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(enc, NULL, '{');
	person_members(enc, row);
	encode_close(enc, '}');
	return 0;
}

int office_people_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"q", "limit", "cursor"};
	struct pager pager;
	char *text = NULL;
	int rc = decode_query_names(call->request, names, 3, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "q", LIMIT_NAME, &text, err);
	if (rc == 0)
		rc = pager_begin(&pager, call, PAGER_RISING, err);
	if (rc == 0)
		rc = pager_end(&pager,
		    service_person_each(call->service, &call->actor, text,
		        pager.after, (int)pager.limit + 1, on_person, &pager,
		        err));
	free(text);
	return rc;
}

/* What the ledger holds about one person, each part a list of its own. */
struct person_lists {
	struct buf employments;
	struct buf absences;
	struct buf assignments;
};

static struct encoder list_encoder(struct buf *buf)
{
	return (struct encoder){buf, buf->len > 0};
}

static int on_employment(void *arg, const struct employment_view *view)
{
	const struct employment_row *row = &view->row;
	struct encoder enc =
	    list_encoder(&((struct person_lists *)arg)->employments);

	encode_open(&enc, NULL, '{');
	encode_text(&enc, "id", row->id);
	encode_text(&enc, "external_id", row->external_id);
	encode_text(&enc, "source", row->source);
	encode_text(&enc, "unit_id", row->unit_id);
	encode_text(&enc, "unit", view->unit);
	encode_roles(&enc, row->roles);
	encode_day(&enc, "from", row->from_day);
	encode_day(&enc, "to", row->to_day);
	encode_text(&enc, "made_by", row->made_by);
	encode_time(&enc, "made_at", row->made_at);
	encode_close(&enc, '}');
	return 0;
}

/* Dates only: no reason is known (C3). */
static int on_absence(void *arg, const struct absence_row *row)
{
	struct encoder enc =
	    list_encoder(&((struct person_lists *)arg)->absences);

	encode_open(&enc, NULL, '{');
	encode_text(&enc, "id", row->id);
	encode_text(&enc, "deputy_id", row->deputy_id);
	encode_day(&enc, "from", row->from_day);
	encode_day(&enc, "until", row->until_day);
	encode_text(&enc, "made_by", row->made_by);
	encode_time(&enc, "made_at", row->made_at);
	encode_close(&enc, '}');
	return 0;
}

static void assignment_encode(
    struct encoder *enc, const struct assignment_row *row)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "kind",
	    row->kind == ASSIGNMENT_PHONE ? "phone" : "subscription");
	encode_text(enc, "device_id", row->device_id);
	encode_text(enc, "subscription_id", row->subscription_id);
	encode_bool(enc, "is_shared", row->is_shared);
	encode_text(enc, "order_id", row->order_id);
	encode_time(enc, "from", row->from_at);
	encode_time(enc, "to", row->to_at);
	encode_text(enc, "opened_by", row->opened_by);
	encode_text(enc, "closed_by", row->closed_by);
	encode_text(enc, "close_reason", row->close_reason);
	encode_close(enc, '}');
}

static int on_assignment(void *arg, const struct assignment_row *row)
{
	struct encoder enc =
	    list_encoder(&((struct person_lists *)arg)->assignments);

	assignment_encode(&enc, row);
	return 0;
}

static void list_encode(
    struct encoder *enc, const char *key, const struct buf *items)
{
	encode_open(enc, key, '[');
	buf_append(enc->buf, items->data, items->len);
	if (items->failed)
		enc->buf->failed = true;
	encode_close(enc, ']');
}

static void person_encode(struct encoder *enc, const struct person_view *view,
    const struct person_lists *lists)
{
	encode_open(enc, NULL, '{');
	person_members(enc, &view->person);
	encode_text(enc, "unit", view->unit.name);
	encode_bool(enc, "is_employed", view->roles != 0);
	encode_roles(enc, view->roles);
	if (view->absence.id[0]) {
		encode_open(enc, "absent", '{');
		encode_day(enc, "until", view->absence.until_day);
		encode_text(enc, "deputy", view->deputy.name);
		encode_close(enc, '}');
	} else {
		encode_null(enc, "absent");
	}
	list_encode(enc, "employments", &lists->employments);
	list_encode(enc, "absences", &lists->absences);
	list_encode(enc, "assignments", &lists->assignments);
	encode_close(enc, '}');
}

int office_person_get(struct office_call *call, struct err *err)
{
	struct person_lists lists = {0};
	const struct person_parts parts = {
	    on_employment, on_absence, on_assignment, &lists};
	struct person_view view;
	int rc = service_person_view(call->service, &call->actor,
	    call->request->params[0], &view, &parts, err);

	if (rc == 0)
		person_encode(&call->enc, &view, &lists);
	buf_clear(&lists.employments);
	buf_clear(&lists.absences);
	buf_clear(&lists.assignments);
	return rc;
}

/* ---- units ---- */

static int on_unit(void *arg, const struct unit_view *view)
{
	const struct unit_row *row = &view->row;
	struct pager *pager = arg;
	struct encoder *enc = &pager->call->enc;
	enum pager_turn turn = pager_turn(pager, row->id);

	if (turn != PAGER_SHOW)
		return turn == PAGER_STOP;
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "external_id", row->external_id);
	encode_text(enc, "name", row->name);
	encode_text(enc, "parent_id", row->parent_id);
	encode_text(enc, "parent", view->parent);
	encode_text(enc, "manager_id", row->manager_id);
	encode_text(enc, "manager", view->manager);
	encode_text(enc, "coordinator_id", row->coordinator_id);
	encode_text(enc, "coordinator", view->coordinator);
	encode_text(enc, "number", row->number);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "ended_at", row->ended_at);
	encode_time(enc, "changed_at", row->changed_at);
	encode_text(enc, "changed_by", row->changed_by);
	encode_close(enc, '}');
	return 0;
}

int office_units_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_unit_each(call->service, &call->actor, pager.after,
	        (int)pager.limit + 1, on_unit, &pager, err));
}

/* ---- subscriptions ---- */

static void flags_encode(struct encoder *enc, int64_t flags)
{
	static const char *const words[] = {"twin", "data", "m2m"};
	size_t i;

	encode_open(enc, "flags", '[');
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (flags & (INT64_C(1) << i))
			encode_text(enc, NULL, words[i]);
	encode_close(enc, ']');
}

static void subscription_encode(
    struct encoder *enc, const struct subscription_row *row)
{
	encode_open(enc, NULL, '{');
	encode_text(enc, "id", row->id);
	encode_text(enc, "number", row->number);
	encode_text(enc, "iccid", row->iccid);
	encode_text(enc, "eid", row->eid);
	encode_text(enc, "operator", row->operator);
	flags_encode(enc, row->flags);
	encode_words(enc, "expected_imeis", row->expected_imeis);
	encode_text(enc, "unit_id", row->unit_id);
	encode_text(enc, "order_id", row->order_id);
	encode_time(enc, "created_at", row->created_at);
	encode_time(enc, "ended_at", row->ended_at);
	encode_time(enc, "changed_at", row->changed_at);
	encode_text(enc, "changed_by", row->changed_by);
	encode_close(enc, '}');
}

static int on_subscription(void *arg, const struct subscription_row *row)
{
	struct pager *pager = arg;
	enum pager_turn turn = pager_turn(pager, row->id);

	if (turn == PAGER_SHOW)
		subscription_encode(&pager->call->enc, row);
	return turn == PAGER_STOP;
}

int office_subscriptions_list(struct office_call *call, struct err *err)
{
	struct pager pager;
	int rc = pager_only(&pager, call, PAGER_RISING, err);

	if (rc < 0)
		return rc;
	return pager_end(&pager,
	    service_subscription_each(call->service, &call->actor, pager.after,
	        (int)pager.limit + 1, on_subscription, &pager, err));
}

/* ---- who had it ---- */

static int on_holding(void *arg, const struct holding_view *view)
{
	struct encoder *enc = arg;

	encode_open(enc, NULL, '{');
	encode_text(enc, "person_id", view->person.id);
	encode_text(enc, "person", view->person.name);
	encode_text(enc, "device_id", view->device.id);
	encode_text(enc, "serial", view->device.serial);
	encode_text(enc, "subscription_id", view->subscription.id);
	encode_text(enc, "number", view->subscription.number);
	encode_bool(enc, "is_shared", view->assignment.is_shared);
	encode_time(enc, "from", view->assignment.from_at);
	encode_time(enc, "to", view->assignment.to_at);
	encode_text(enc, "opened_by", view->assignment.opened_by);
	encode_text(enc, "closed_by", view->assignment.closed_by);
	encode_text(enc, "close_reason", view->assignment.close_reason);
	encode_close(enc, '}');
	return 0;
}

int office_holdings_list(struct office_call *call, struct err *err)
{
	static const char *const names[] = {"what", "on", "limit"};
	struct encoder *enc = &call->enc;
	char *what = NULL;
	char *on = NULL;
	int rc = decode_query_names(call->request, names, 3, err);

	if (rc == 0)
		rc = decode_query_text(
		    call->request, "what", LIMIT_NAME, &what, err);
	if (rc == 0)
		rc = decode_query_text(call->request, "on", 16, &on, err);
	if (rc == 0 && !what)
		rc = err_set(err, ERR_INVALID,
		    "\"what\" names a phone or a subscription: it is wanted");
	encode_open(enc, NULL, '{');
	encode_open(enc, "items", '[');
	if (rc == 0)
		rc = service_holding_each(call->service, &call->actor, what, on,
		    on_holding, enc, err);
	encode_close(enc, ']');
	encode_null(enc, "next"); /* one thing's history is one page */
	encode_close(enc, '}');
	free(what);
	free(on);
	return rc < 0 ? rc : 0;
}
