#include "server/service/audit/audit_deeds.h"

#include <stdio.h>

#include "policies/calendar.h"
#include "server/lifecycle/equipment_order.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"
#include "server/store/store_equipment.h"

int audit_wipe(struct txn *txn, struct service *service,
    const struct wipe *wipe, const char *by, const char *why, struct err *err)
{
	bool is_proven = wipe->state == WIPE_PROVEN;
	struct audit_note note = {
	    .action = is_proven ? AUDIT_WIPE_PROVEN : AUDIT_WIPE_MOVED,
	    .org_id = wipe->org_id,
	    .by = by,
	    .subject_kind = "wipe",
	    .subject_id = wipe->id,
	    .device_id = wipe->device_id,
	    .case_id = wipe->case_id,
	    .why = why,
	};

	if (is_proven)
		note.params[0] = (struct audit_param){"how", "bench"};
	else
		note.params[0] =
		    (struct audit_param){"state", wipe_state_name(wipe->state)};
	return audit_write(txn, service, &note, err);
}

static const char *day_text(int64_t day, char out[CALENDAR_DATE_TEXT_MAX])
{
	if (day == 0)
		return NULL;
	calendar_day_text((int32_t)day, out);
	return out;
}

int audit_ledger(struct txn *txn, const struct ledger *ledger,
    const struct audit_ledger_row *row, struct err *err)
{
	char from[CALENDAR_DATE_TEXT_MAX];
	char to[CALENDAR_DATE_TEXT_MAX];
	struct audit_note note = {
	    .action = row->is_ended || row->is_voided ? AUDIT_LEDGER_ENDED
	                                              : AUDIT_LEDGER_SAVED,
	    .org_id = ledger->org_id,
	    .by = ledger->by,
	    .subject_kind = row->kind,
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .why = row->why,
	    .params = {{"from", day_text(row->from_day, from)},
	        {"to", day_text(row->to_day, to)},
	        {"subscription", row->subscription_id}, {"unit", row->unit_id},
	        {"manager", row->manager_id},
	        {"former_manager", row->former_manager_id},
	        {"voided", row->is_voided ? "yes" : NULL}},
	};

	return audit_write(txn, ledger->service, &note, err);
}

int audit_order(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const char *by,
    const char *person_id, struct err *err)
{
	char as[STORE_ID + 8];
	bool is_new = order->state == EQUIPMENT_ORDER_REQUESTED;
	struct audit_note note = {
	    .action = is_new ? AUDIT_ORDER_CREATED : AUDIT_ORDER_MOVED,
	    .org_id = order->org_id,
	    .by = by,
	    .on_behalf_of = person_id && *person_id ? as : NULL,
	    .subject_kind = "order",
	    .subject_id = order->id,
	    .person_id = order->person_id,
	    .why = is_new ? order->need : order->note,
	    .params = {{"what", equipment_order_what_name(order->what)}},
	};

	(void)snprintf(as, sizeof(as), "person:%s", person_id ? person_id : "");
	if (is_new)
		note.params[1] = (struct audit_param){"item", order->item};
	else
		note.params[1] = (struct audit_param){
		    "state", equipment_order_state_name(order->state)};
	return audit_write(txn, world->service, &note, err);
}
