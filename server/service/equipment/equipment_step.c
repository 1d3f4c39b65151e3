/* One order as it is shown, and one step of it. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

/* ---- one order as it is shown ---- */

static int name_of(struct txn *txn, const char *org_id, const char *id,
    char out[LIMIT_NAME + 1], struct err *err)
{
	struct person_row row;
	int rc;

	out[0] = '\0';
	if (!*id)
		return 0;
	rc = store_person_load(txn, org_id, id, &row, err);
	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, row.name);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

struct asked {
	const char *order_id;
	struct equipment_order_view *view;
};

static int note_task(void *arg, const struct task_row *row)
{
	struct asked *asked = arg;

	if (strcmp(row->order_id, asked->order_id) != 0)
		return 0;
	(void)str_copy(asked->view->task_id, STORE_ID, row->id);
	(void)str_copy(asked->view->approver_id, STORE_ID, row->person_id);
	return 1;
}

/* The open task that asks somebody to decide. */
static int find_task(struct txn *txn, const struct equipment_order_row *row,
    struct equipment_order_view *view, struct err *err)
{
	struct asked asked = {row->id, view};
	struct task_filter filter = {
	    .org_id = row->org_id, .unit_id = row->unit_id, .only_open = true};
	int rc = store_task_each(txn, &filter, note_task, &asked, err);

	return rc < 0 ? rc : 0;
}

int order_view_fill(struct txn *txn, const struct equipment_order_row *row,
    struct equipment_order_view *view, struct err *err)
{
	struct unit_row unit;
	int rc;

	memset(view, 0, sizeof(*view));
	view->order = *row;
	rc = name_of(txn, row->org_id, row->person_id, view->person_name, err);
	if (rc == 0 && *row->unit_id) {
		rc =
		    store_unit_load(txn, row->org_id, row->unit_id, &unit, err);
		if (rc == 0)
			(void)str_copy(view->unit_name, sizeof(view->unit_name),
			    unit.name);
		if (rc == -ERR_NOT_FOUND)
			rc = 0;
	}
	if (rc == 0 && row->state == EQUIPMENT_ORDER_REQUESTED)
		rc = find_task(txn, row, view, err);
	if (rc == 0)
		rc = name_of(txn, row->org_id, view->approver_id,
		    view->approver_name, err);
	return rc;
}

/* ---- steps ---- */

int order_load(struct txn *txn, const char *org_id, const char *id,
    struct equipment_order_row *out, struct err *err)
{
	int rc = store_equipment_order_load(txn, org_id, id, out, err);

	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "no such order")
	    : rc;
}

int equipment_order_apply(struct txn *txn, const struct task_world *world,
    struct equipment_order_row *order, enum equipment_order_event event,
    struct err *err)
{
	if (equipment_order_next(order->state, event, &order->state) < 0)
		return err_set(err, ERR_CONFLICT, "this order is %s already",
		    equipment_order_state_name(order->state));
	switch (event) {
	case EQUIPMENT_ORDER_EVENT_ORDER:
		order->ordered_at = world->now;
		break;
	case EQUIPMENT_ORDER_EVENT_LINK:
		order->linked_at = world->now;
		break;
	case EQUIPMENT_ORDER_EVENT_APPROVE:
	case EQUIPMENT_ORDER_EVENT_REFUSE:
		order->decided_at = world->now;
		break;
	default:
		break;
	}
	if (!equipment_order_is_open(order->state))
		order->closed_at = world->now;
	return store_equipment_order_save(txn, order, err);
}

/* The task that asked for the decision is over. */
int order_end_task(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, enum task_event event,
    const char *by, const char *why, struct err *err)
{
	struct equipment_order_view view = {.task_id = ""};
	struct task_row task;
	int rc = find_task(txn, order, &view, err);

	if (rc < 0 || !*view.task_id)
		return rc;
	rc = store_task_load(txn, world->org_id, view.task_id, &task, err);
	return rc < 0 ? rc : task_apply(txn, world, &task, event, by, why, err);
}

void order_tell(const struct task_world *world, const struct actor *actor,
    const char *event, const struct equipment_order_row *order)
{
	log_info(world->service->log, event, LOG_ORDER, order->id, LOG_KIND,
	    equipment_order_what_name(order->what), LOG_STATE,
	    equipment_order_state_name(order->state), LOG_USER, actor->name,
	    LOG_ORGANISATION, world->org_id, NULL);
}
