/*
 * equipment_gate: which gates a pack has, who may decide on an order,
 * and one order's steps. Private to the files of equipment orders.
 */
#ifndef SERVER_SERVICE_EQUIPMENT_EQUIPMENT_GATE_H
#define SERVER_SERVICE_EQUIPMENT_EQUIPMENT_GATE_H

#include "server/service/equipment/equipment_order.h"
#include "server/service/task/task_world.h"

struct gates {
	const struct pack_rule *order; /* no link without one; NULL: no gate */
	const struct pack_rule *catalogue;
	const struct pack_rule *need;
	const struct pack_rule *central;
	unsigned approved_by; /* PACK_ROLE_* bits; never 0 */
};

void gates_of(const struct pack *pack, struct gates *out);

/*
 * Who is asked: the manager above whom it is for, or whoever else the pack
 * names, but never whom it is for nor who asked for it. -ERR_NOT_FOUND.
 */
int approver_find(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, struct person_row *out,
    struct err *err);
/* -ERR_DENIED with the reason. */
int approver_check(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const char *person_id,
    struct err *err);
/* May this person send orders out (BOT-28)? -ERR_DENIED with the reason. */
int sender_check(struct txn *txn, const struct task_world *world,
    const char *person_id, struct err *err);

/* ---- one order (equipment_step.c) ---- */

/* -ERR_NOT_FOUND with the sentence. */
int order_load(struct txn *txn, const char *org_id, const char *id,
    struct equipment_order_row *out, struct err *err);
int order_view_fill(struct txn *txn, const struct equipment_order_row *row,
    struct equipment_order_view *view, struct err *err);
/* The step, its time; stored. -ERR_CONFLICT: no such step. */
int equipment_order_apply(struct txn *txn, const struct task_world *world,
    struct equipment_order_row *order, enum equipment_order_event event,
    struct err *err);
/* The task that asked for the decision, when it is open still. */
int order_end_task(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, enum task_event event,
    const char *by, const char *why, struct err *err);
void order_tell(const struct task_world *world, const struct actor *actor,
    const char *event, const struct equipment_order_row *order);

#endif
