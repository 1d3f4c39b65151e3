/*
 * The gate: a phone, SIM or function is linked to a person only against an
 * approved order (RON-27, VST-05), where the pack has such a rule.
 */
#include "server/service/audit/audit_deeds.h"
#include "server/service/equipment/equipment_order.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/service.h"
#include "server/store/store_equipment.h"

struct search {
	struct txn *txn;
	const struct task_world *world;
	const struct equipment_gate *gate;
	const char *person_id;
	unsigned may_link;                  /* orders that stand approved */
	struct equipment_order_row first;   /* the oldest of them */
	struct equipment_order_row waiting; /* not decided yet; id "" */
	struct equipment_order_row linked;  /* to this very thing; id "" */
	unsigned promised;                  /* other phones with an open link */
	struct err *err;
};

/* The id, the number in HR's system, or the name as the use case has it. */
static int find_person(struct search *search, struct person_row *out)
{
	const char *text = search->gate->person;
	const char *org_id = search->world->org_id;
	int rc = store_person_load(search->txn, org_id, text, out, search->err);

	if (rc == -ERR_NOT_FOUND)
		rc = store_person_find_external(
		    search->txn, org_id, text, out, search->err);
	if (rc == -ERR_NOT_FOUND)
		rc = store_person_find_name(
		    search->txn, org_id, text, out, search->err);
	return rc;
}

static bool is_linked_to(
    const struct equipment_order_row *row, const char *thing)
{
	return *thing &&
	    (strcmp(row->device_id, thing) == 0 ||
	        strcmp(row->subscription_id, thing) == 0);
}

static int note_order(void *arg, const struct equipment_order_row *row)
{
	struct search *search = arg;

	if (row->what != search->gate->what)
		return 0;
	if (equipment_order_may_link(row->state)) {
		if (search->may_link++ == 0)
			search->first = *row;
	} else if (row->state == EQUIPMENT_ORDER_REQUESTED) {
		search->waiting = *row;
	} else if (row->state == EQUIPMENT_ORDER_LINKED &&
	    is_linked_to(row, search->gate->linked_to)) {
		search->linked = *row;
	}
	return 0;
}

/* Held by the person already: linked again after a repair or a wipe. */
static int note_held(void *arg, const struct assignment_row *row)
{
	struct search *search = arg;
	const char *thing = search->gate->linked_to;
	struct device device;

	if (row->kind == ASSIGNMENT_SUBSCRIPTION)
		return strcmp(row->subscription_id, thing) == 0;
	if (strcmp(row->device_id, thing) == 0)
		return 1;
	return store_device_load_of(search->txn, search->world->org_id,
	           row->device_id, &device, search->err) == 0 &&
	    strcmp(device.serial, thing) == 0;
}

/* One order is one phone: links to others that are open still count. */
static int note_link(void *arg, const struct link *row)
{
	struct search *search = arg;

	if (strcmp(row->person_id, search->person_id) == 0 &&
	    row->enrolled_at == 0 && row->expires_at > search->world->now &&
	    strcmp(row->serial, search->gate->linked_to) != 0)
		search->promised++;
	return 0;
}

static int search_all(struct search *search, bool *held)
{
	const char *org_id = search->world->org_id;
	int rc = store_equipment_order_each_person(search->txn, org_id,
	    search->person_id, note_order, search, search->err);

	/* Who holds a phone has not been granted its functions. */
	if (rc >= 0 && search->gate->what != EQUIPMENT_FUNCTION)
		rc = store_assignment_each_person(search->txn, org_id,
		    search->person_id, true, note_held, search, search->err);
	*held = rc > 0;
	if (rc >= 0 && search->gate->only_look &&
	    search->gate->what == EQUIPMENT_PHONE)
		rc = store_link_each(
		    search->txn, org_id, note_link, search, search->err);
	return rc < 0 ? rc : 0;
}

static int refuse(
    const struct search *search, const struct pack_rule *rule, const char *name)
{
	const char *what = equipment_order_what_name(search->gate->what);

	if (search->may_link)
		return err_set(search->err, ERR_DENIED,
		    "%s: the approved order for %s is promised to another %s "
		    "by an open link; request another order, or wait until "
		    "that link has expired",
		    rule->id, name, what);
	if (*search->waiting.id)
		return err_set(search->err, ERR_DENIED,
		    "%s: the order of a %s for %s waits for its approval: "
		    "have it decided first (order %s)",
		    rule->id, what, name, search->waiting.id);
	return err_set(search->err, ERR_DENIED,
	    "%s: a %s is linked only against an approved order, and %s has "
	    "none: request one, have it approved, then try again",
	    rule->id, what, name);
}

static int link_order(struct search *search, struct equipment_order_row *order)
{
	char *slot = search->gate->what == EQUIPMENT_SUBSCRIPTION
	    ? order->subscription_id
	    : order->device_id;
	int rc;

	/* A serial may be longer than an id; then the assignment alone names
	 * the phone. */
	(void)str_copy(slot, STORE_ID, search->gate->linked_to);
	rc = equipment_order_apply(search->txn, search->world, order,
	    EQUIPMENT_ORDER_EVENT_LINK, search->err);
	return rc < 0 ? rc
	              : audit_order(search->txn, search->world, order, NULL,
	                    NULL, search->err);
}

static int pass(struct search *search, const struct pack_rule *rule,
    const char *name, char *order_id)
{
	bool held = false;
	int rc = search_all(search, &held);

	if (rc < 0)
		return rc;
	if (*search->linked.id) {
		(void)str_copy(order_id, STORE_ID, search->linked.id);
		return 0;
	}
	if (held)
		return 0;
	if (search->may_link <= search->promised)
		return refuse(search, rule, name);
	(void)str_copy(order_id, STORE_ID, search->first.id);
	return search->gate->only_look ? 0 : link_order(search, &search->first);
}

int service_equipment_order_gate(struct service *service, struct txn *txn,
    const struct equipment_gate *gate, char order_id[STORE_ID], struct err *err)
{
	struct task_world world;
	struct search search = {
	    .txn = txn, .world = &world, .gate = gate, .err = err};
	struct person_row person;
	struct gates gates;
	char found[STORE_ID] = "";
	int rc = task_world_init(service, gate->org_id, &world, err);

	if (rc < 0)
		return rc;
	gates_of(world.pack, &gates);
	if (gates.order && !service->order_gate_is_open) {
		rc = find_person(&search, &person);
		if (rc == -ERR_NOT_FOUND)
			return err_set(err, ERR_DENIED,
			    "%s: a %s is linked only against an approved "
			    "order, and nobody in the register is called "
			    "\"%s\": enter the person first",
			    gates.order->id,
			    equipment_order_what_name(gate->what),
			    gate->person);
		search.person_id = person.id;
		if (rc == 0)
			rc = pass(&search, gates.order, person.name, found);
	}
	if (rc == 0 && order_id)
		(void)str_copy(order_id, STORE_ID, found);
	return rc;
}
