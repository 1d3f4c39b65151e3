#include "server/service/equipment/equipment_gate.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

/* Roles that hold for the unit come from the unit, not from a title. */
#define ROLES_OF_UNIT ((unsigned)(PACK_ROLE_MANAGER | PACK_ROLE_COORDINATOR))

static void gate_note(
    const struct pack_rule **slot, const struct pack_rule *rule, unsigned gate)
{
	if (!*slot && (rule->gate & gate))
		*slot = rule;
}

void gates_of(const struct pack *pack, struct gates *out)
{
	const struct pack_rule *rule;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; pack && (rule = pack_rule_at(pack, i)) != NULL; i++) {
		gate_note(&out->order, rule, PACK_GATE_ORDER_APPROVED);
		gate_note(&out->catalogue, rule, PACK_GATE_CATALOGUE_ITEM);
		gate_note(&out->need, rule, PACK_GATE_NEED_STATED);
		gate_note(&out->central, rule, PACK_GATE_CENTRAL_ROLE);
		if (rule->gate & PACK_GATE_ORDER_APPROVED)
			out->approved_by |= rule->approved_by;
	}
	if (out->approved_by == 0)
		out->approved_by = PACK_ROLE_MANAGER;
}

/* ---- who is asked ---- */

struct holder {
	const struct task_world *world;
	const struct equipment_order_row *order;
	unsigned roles;
	char id[STORE_ID];
};

static bool is_own(
    const struct equipment_order_row *order, const char *person_id)
{
	return strcmp(order->person_id, person_id) == 0 ||
	    strcmp(order->requested_by_person_id, person_id) == 0;
}

static int note_holder(void *arg, const struct employment_row *row)
{
	struct holder *holder = arg;
	int32_t today = holder->world->today;

	if (row->voided_at || row->from_day > today ||
	    (row->to_day && row->to_day <= today) ||
	    !((unsigned)row->roles & holder->roles) ||
	    is_own(holder->order, row->person_id))
		return 0;
	(void)str_copy(holder->id, sizeof(holder->id), row->person_id);
	return 1;
}

static int find_coordinator(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, struct person_row *out,
    struct err *err)
{
	struct unit_row unit;
	unsigned roles = 0;
	int rc =
	    store_unit_load(txn, world->org_id, order->unit_id, &unit, err);

	if (rc < 0)
		return rc;
	if (!*unit.coordinator_id || is_own(order, unit.coordinator_id))
		return -ERR_NOT_FOUND;
	rc = task_roles_of(txn, world, unit.coordinator_id, &roles, err);
	if (rc < 0)
		return rc;
	if (roles == 0)
		return -ERR_NOT_FOUND;
	return store_person_load(
	    txn, world->org_id, unit.coordinator_id, out, err);
}

static int find_role(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, unsigned roles,
    struct person_row *out, struct err *err)
{
	struct holder holder = {world, order, roles, ""};
	int rc = store_employment_each(
	    txn, world->org_id, "", 0, note_holder, &holder, err);

	if (rc < 0)
		return rc;
	if (!*holder.id)
		return -ERR_NOT_FOUND;
	return store_person_load(txn, world->org_id, holder.id, out, err);
}

int approver_find(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, struct person_row *out,
    struct err *err)
{
	const char *const except[2] = {
	    order->person_id, order->requested_by_person_id};
	struct gates gates;
	int rc = -ERR_NOT_FOUND;

	gates_of(world->pack, &gates);
	if (gates.approved_by & PACK_ROLE_MANAGER)
		rc = superior_find_other(
		    txn, world, order->unit_id, except, out, err);
	if (rc == -ERR_NOT_FOUND && *order->unit_id &&
	    (gates.approved_by & PACK_ROLE_COORDINATOR))
		rc = find_coordinator(txn, world, order, out, err);
	if (rc == -ERR_NOT_FOUND)
		rc = find_role(txn, world, order,
		    gates.approved_by & ~ROLES_OF_UNIT, out, err);
	return rc;
}

/* ---- who may ---- */

static int may_decide(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const char *person_id,
    unsigned approved_by, bool *out, struct err *err)
{
	unsigned roles = 0;
	int rc = task_roles_of(txn, world, person_id, &roles, err);

	*out = (roles & approved_by & ~ROLES_OF_UNIT) != 0;
	if (rc < 0 || roles == 0 || *out)
		return rc;
	if (approved_by & PACK_ROLE_MANAGER)
		rc = superior_is_above(
		    txn, world, person_id, order->unit_id, out, err);
	if (rc == 0 && !*out && (approved_by & PACK_ROLE_COORDINATOR))
		rc = superior_coordinates(
		    txn, world, person_id, order->unit_id, out, err);
	return rc;
}

int approver_check(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const char *person_id,
    struct err *err)
{
	struct gates gates;
	bool may = false;
	int rc;

	gates_of(world->pack, &gates);
	if (!person_id || !*person_id)
		return err_set(err, ERR_DENIED,
		    "say which person decides: an order is decided by a "
		    "person");
	if (is_own(order, person_id))
		return err_set(err, ERR_DENIED,
		    "nobody decides on an order that they made or that is for "
		    "themselves: the next manager up does");
	rc = may_decide(
	    txn, world, order, person_id, gates.approved_by, &may, err);
	if (rc < 0 || may)
		return rc;
	return err_set(err, ERR_DENIED,
	    "%s%sthe order is decided by a manager above the person it is "
	    "for%s, and this person is none",
	    gates.order ? gates.order->id : "", gates.order ? ": " : "",
	    gates.approved_by & ~(unsigned)PACK_ROLE_MANAGER
	        ? ", or another role that the rule names"
	        : "");
}

int sender_check(struct txn *txn, const struct task_world *world,
    const char *person_id, struct err *err)
{
	struct gates gates;
	unsigned wanted;
	unsigned roles = 0;
	int rc = 0;

	gates_of(world->pack, &gates);
	if (!gates.central)
		return 0;
	wanted = gates.central->approved_by ? gates.central->approved_by
	                                    : PACK_ROLE_CENTRAL_ADMINISTRATION;
	if (person_id && *person_id)
		rc = task_roles_of(txn, world, person_id, &roles, err);
	if (rc < 0)
		return rc;
	if (roles & wanted)
		return 0;
	return err_set(err, ERR_DENIED,
	    "%s: only the central administration sends orders out; have a "
	    "person with that role place it",
	    gates.central->id);
}
