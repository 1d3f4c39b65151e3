/*
 * Orders of equipment: asked for with the need, put to the right person
 * (RON-27, VST-05, VST-06, VST-34).
 */
#include "server/service/equipment/equipment_order.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/ledger/ledger.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

/* ---- asking ---- */

struct creating {
	const struct task_world *world;
	const struct actor *actor;
	const struct equipment_order_request *request;
	struct equipment_order_view *out;
};

static int take_item(struct txn *txn, const struct creating *creating,
    const struct gates *gates, struct equipment_order_row *row, struct err *err)
{
	const char *item = creating->request->item;
	struct catalogue_row found;
	int rc;

	if (!item || !*item)
		return gates->catalogue
		    ? err_set(err, ERR_INVALID,
		          "%s: choose an item of the catalogue",
		          gates->catalogue->id)
		    : 0;
	rc = store_catalogue_load(
	    txn, creating->world->org_id, item, &found, err);
	if (rc == -ERR_NOT_FOUND)
		rc = store_catalogue_find(
		    txn, creating->world->org_id, row->what, item, &found, err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0 && found.what == row->what && !found.retired_at) {
		(void)str_copy(row->catalogue_id, STORE_ID, found.id);
		(void)str_copy(row->item, sizeof(row->item), found.name);
		return 0;
	}
	if (gates->catalogue)
		return err_set(err, ERR_INVALID,
		    "%s: only what stands in the catalogue is ordered, and "
		    "no such %s stands there",
		    gates->catalogue->id, equipment_order_what_name(row->what));
	if (str_copy(row->item, sizeof(row->item), item) < 0)
		return err_set(err, ERR_LIMIT, "the item is too long");
	return 0;
}

static int take_need(const struct creating *creating, const struct gates *gates,
    struct equipment_order_row *row, struct err *err)
{
	const char *need = creating->request->need;

	if (gates->need && (!need || strspn(need, " \t\n") == strlen(need)))
		return err_set(err, ERR_INVALID,
		    "%s: say what it is needed for in the work",
		    gates->need->id);
	if (!need)
		return 0;
	if (!str_is_utf8(need, strlen(need)))
		return err_set(err, ERR_INVALID, "the need is not UTF-8 text");
	if (str_copy(row->need, sizeof(row->need), need) < 0)
		return err_set(err, ERR_LIMIT,
		    "the need is longer than %d bytes", EQUIPMENT_NEED_MAX);
	return 0;
}

static int take_person(struct txn *txn, const struct creating *creating,
    struct equipment_order_row *row, struct err *err)
{
	const struct equipment_order_request *request = creating->request;
	struct person_row found;
	struct task_person person;
	struct unit_row unit;
	int rc = 0;

	if (request->person) {
		rc = ledger_person_find(
		    txn, creating->world->org_id, request->person, &found, err);
		if (rc == 0)
			rc = task_person_load(
			    txn, creating->world, found.id, &person, err);
		if (rc == -ERR_NOT_FOUND)
			return err_set(err, ERR_NOT_FOUND,
			    "no such person to order for: name one of "
			    "`workphone people`");
		if (rc < 0)
			return rc;
		(void)str_copy(row->person_id, STORE_ID, person.row.id);
		(void)str_copy(row->unit_id, STORE_ID, person.unit_id);
	}
	if (request->unit_id) {
		rc = store_unit_load(
		    txn, creating->world->org_id, request->unit_id, &unit, err);
		if (rc == -ERR_NOT_FOUND)
			return err_set(err, ERR_NOT_FOUND,
			    "no such unit: name one of `workphone units`");
		(void)str_copy(row->unit_id, STORE_ID, request->unit_id);
	}
	if (rc == 0 && !*row->person_id && !*row->unit_id)
		return err_set(err, ERR_INVALID,
		    "say for which person or unit it is ordered");
	return rc;
}

static int take_subject(struct txn *txn, const struct creating *creating,
    struct equipment_order_row *row, struct err *err)
{
	const char *subject = creating->request->subject;
	struct subscription_row sim;
	int rc;

	if (row->what != EQUIPMENT_BLOCK && row->what != EQUIPMENT_REPLACE)
		return 0;
	if (!subject || !*subject)
		return err_set(
		    err, ERR_INVALID, "say which subscription is meant");
	rc = ledger_subscription_find(
	    txn, creating->world->org_id, subject, &sim, err);
	if (rc == 0)
		(void)str_copy(row->subscription_id, STORE_ID, sim.id);
	return rc;
}

static int take_requester(struct txn *txn, const struct creating *creating,
    struct equipment_order_row *row, struct err *err)
{
	const char *id = creating->request->requested_by;
	struct person_row person;
	int rc;

	if (!id) {
		(void)str_copy(row->requested_by, sizeof(row->requested_by),
		    creating->actor->name);
		return 0;
	}
	rc = ledger_person_find(txn, creating->world->org_id, id, &person, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "no such person asks: name one of "
		    "`workphone people`");
	if (rc < 0)
		return rc;
	(void)str_copy(
	    row->requested_by, sizeof(row->requested_by), person.name);
	(void)str_copy(row->requested_by_person_id, STORE_ID, person.id);
	return 0;
}

static int ask_approver(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const struct gates *gates,
    struct err *err)
{
	static const struct task_terms terms = {
	    3 * TIME_DAY_MS, 7 * TIME_DAY_MS, 7 * TIME_DAY_MS, 0};
	struct task_row task = {.kind = TASK_APPROVE_ORDER,
	    .cause = "order",
	    .created_at = world->now};
	struct person_row approver = {.id = ""};
	int rc = approver_find(txn, world, order, &approver, err);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	/* Nobody yet: the task stands and says so. */
	(void)str_copy(task.person_id, STORE_ID, approver.id);
	(void)str_copy(task.order_id, STORE_ID, order->id);
	(void)str_copy(task.unit_id, STORE_ID, order->unit_id);
	if (gates->order)
		(void)str_copy(task.rule, sizeof(task.rule), gates->order->id);
	task.subject_kind =
	    *order->person_id ? STORE_SUBJECT_PERSON : STORE_SUBJECT_UNIT;
	(void)str_copy(task.subject_id, STORE_ID,
	    *order->person_id ? order->person_id : order->unit_id);
	task_clock_set(&task, &world->place, &terms, 0);
	return task_open(txn, world, &task, err);
}

static int create(struct txn *txn, void *arg, struct err *err)
{
	struct creating *creating = arg;
	const struct task_world *world = creating->world;
	struct equipment_order_row row = {.what = creating->request->what,
	    .state = EQUIPMENT_ORDER_REQUESTED,
	    .created_at = world->now};
	struct gates gates;
	int rc;

	gates_of(world->pack, &gates);
	/* What a SIM is ordered for was said when it was ordered. */
	if (row.what == EQUIPMENT_BLOCK || row.what == EQUIPMENT_REPLACE)
		gates.catalogue = gates.need = NULL;
	uuid_make(world->now, world->service->rng, row.id);
	(void)str_copy(row.org_id, STORE_ID, world->org_id);
	rc = take_person(txn, creating, &row, err);
	if (rc == 0)
		rc = take_item(txn, creating, &gates, &row, err);
	if (rc == 0)
		rc = take_need(creating, &gates, &row, err);
	if (rc == 0)
		rc = take_subject(txn, creating, &row, err);
	if (rc == 0)
		rc = take_requester(txn, creating, &row, err);
	if (rc == 0)
		rc = store_equipment_order_save(txn, &row, err);
	if (rc == 0)
		rc = audit_order(txn, world, &row, creating->actor->name,
		    row.requested_by_person_id, err);
	if (rc == 0)
		rc = ask_approver(txn, world, &row, &gates, err);
	return rc < 0 ? rc : order_view_fill(txn, &row, creating->out, err);
}

int service_equipment_order_create(struct service *service,
    const struct actor *actor, const struct equipment_order_request *request,
    struct equipment_order_view *out, struct err *err)
{
	struct task_world world;
	struct creating creating = {&world, actor, request, out};
	int rc;

	if ((unsigned)request->what >= EQUIPMENT_WHAT_COUNT)
		return err_set(err, ERR_INVALID, "there is no such kind");
	rc = task_world_init(service, actor->org_id, &world, err);
	if (rc == 0)
		rc = store_write(service->store, create, &creating, err);
	if (rc == 0)
		order_tell(&world, actor, "order_requested", &out->order);
	return rc;
}
