#include "server/service/mdm/switch_roaming.h"

#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "server/service/audit/audit.h"
#include "server/service/equipment/equipment_order.h"
#include "server/service/mdm/order_command.h"
#include "server/store/store_equipment.h"

#define REASON_ON "ordered for this phone"
#define REASON_OFF "no longer ordered for this phone"

struct roaming {
	struct service *service;
	const struct device_view *view;
	bool on;
	struct order order;
};

static int pass_gate(
    struct txn *txn, const struct roaming *roaming, struct err *err)
{
	const struct device *device = &roaming->view->device;
	struct assignment_row held;
	struct equipment_gate gate = {
	    .org_id = device->org_id,
	    .what = EQUIPMENT_FUNCTION,
	    .linked_to = device->serial,
	};
	int rc = store_assignment_find_phone(
	    txn, device->org_id, device->id, 0, &held, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFLICT,
		    "nobody holds this phone: assign it before a function is "
		    "ordered for it");
	if (rc < 0)
		return rc;
	gate.person = held.person_id;
	return service_equipment_order_gate(
	    roaming->service, txn, &gate, NULL, err);
}

static int note_switch(
    struct txn *txn, const struct roaming *roaming, struct err *err)
{
	const struct device *device = &roaming->view->device;
	const struct audit_note note = {
	    .action = AUDIT_ROAMING_SWITCHED,
	    .org_id = device->org_id,
	    .by = roaming->order.ordered_by,
	    .subject_kind = "command",
	    .subject_id = roaming->order.id,
	    .device_id = device->id,
	    .why = roaming->order.reason,
	    .params = {{"on", roaming->on ? "yes" : "no"}},
	};

	return audit_write(txn, roaming->service, &note, err);
}

static int queue_roaming(struct txn *txn, void *arg, struct err *err)
{
	struct roaming *roaming = arg;
	const struct device_view *view = roaming->view;
	struct life life;
	int rc = store_life_load(txn, view->life.id, &life, err);

	if (rc < 0)
		return rc;
	if (!life_is_open(life.state))
		return err_set(err, ERR_CONFLICT,
		    "this phone is no longer enrolled; it cannot be reached");
	if (roaming->on && (rc = pass_gate(txn, roaming, err)) < 0)
		return rc;
	rc = order_queue(txn, &roaming->order, view->device.org_id,
	    view->device.id, view->life.id, err);
	return rc < 0 ? rc : note_switch(txn, roaming, err);
}

struct load {
	const char *id;
	struct command *out;
};

static int load_command(struct txn *txn, void *arg, struct err *err)
{
	const struct load *load = arg;

	return store_command_load(txn, load->id, load->out, err);
}

int service_roaming_switch(struct service *service, const struct actor *actor,
    const char *device, bool on, struct command *out, struct err *err)
{
	struct device_view view;
	struct roaming roaming = {.service = service, .view = &view, .on = on};
	struct order *order = &roaming.order;
	struct load load = {.id = order->id, .out = out};
	int rc = service_device_view(service, actor, device, &view, err);

	if (rc < 0)
		return rc;
	if (!view.life.id[0])
		return err_set(
		    err, ERR_CONFLICT, "this phone has never enrolled here");
	order_init(order, service, "Settings", ROAMING_PURPOSE,
	    clock_now(service->clock));
	order->priority = COMMAND_PRIORITY_PROFILE;
	order->ordered_by = actor->name;
	order->reason = on ? REASON_ON : REASON_OFF;
	rc =
	    mdm_command_encode_roaming(order->id, -1, on, &order->payload, err);
	if (rc == 0)
		rc = store_write(service->store, queue_roaming, &roaming, err);
	if (rc == 0)
		rc = store_read(service->store, load_command, &load, err);
	order_clear(order);
	return rc;
}

static int note_reason(void *arg, const struct command *row)
{
	*(bool *)arg = strcmp(row->reason, REASON_ON) == 0;
	return 1; /* newest first: one is enough */
}

int roaming_is_switched(struct txn *txn, const char *org_id,
    const char *life_id, bool *out, struct err *err)
{
	const struct command_filter filter = {
	    .org_id = org_id,
	    .life_id = life_id,
	    .purpose = ROAMING_PURPOSE,
	    .limit = 1,
	};
	int rc;

	*out = false;
	rc = store_command_each(txn, &filter, note_reason, out, err);
	return rc < 0 ? rc : 0;
}
