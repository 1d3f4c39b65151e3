/*
 * Orders decided, sent out, withdrawn: nobody decides on their own, and only
 * the role that makes agreements sends (BOT-28).
 */
#include "server/service/audit/audit_deeds.h"
#include "server/service/equipment/equipment_order.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/equipment/equipment_letter.h"
#include "server/service/ledger/ledger.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

/* ---- deciding, sending, withdrawing ---- */

struct step {
	const struct task_world *world;
	const struct actor *actor;
	const char *order_id;
	const char *as_person; /* named as in the ledger; NULL */
	char as_id[STORE_ID];  /* whom that names; "": nobody was named */
	bool approve;
	const char *why;
	struct equipment_order_view *out;
	char **letter;
};

static int take_note(
    struct equipment_order_row *order, const char *why, struct err *err)
{
	if (!why || !*why)
		return 0;
	if (!str_is_utf8(why, strlen(why)))
		return err_set(err, ERR_INVALID, "the reason is no UTF-8 text");
	if (str_copy(order->note, sizeof(order->note), why) < 0)
		return err_set(err, ERR_LIMIT,
		    "the reason is longer than %d bytes", EQUIPMENT_NEED_MAX);
	return 0;
}

int equipment_order_decide(struct txn *txn, const struct task_world *world,
    const char *order_id, const char *as_person, const char *by, bool approve,
    const char *why, struct err *err)
{
	struct equipment_order_row order;
	int rc = order_load(txn, world->org_id, order_id, &order, err);

	if (rc == 0)
		rc = approver_check(txn, world, &order, as_person, err);
	if (rc < 0)
		return rc;
	if (!approve && (!why || strspn(why, " \t\r\n") == strlen(why)))
		return err_set(err, ERR_INVALID,
		    "say in a sentence why the order is refused");
	rc = take_note(&order, why, err);
	if (rc < 0)
		return rc;
	(void)str_copy(order.decided_by, sizeof(order.decided_by), by);
	(void)str_copy(order.decided_by_person_id, STORE_ID, as_person);
	rc = equipment_order_apply(txn, world, &order,
	    approve ? EQUIPMENT_ORDER_EVENT_APPROVE
	            : EQUIPMENT_ORDER_EVENT_REFUSE,
	    err);
	return rc < 0 ? rc
	              : audit_order(txn, world, &order, by, as_person, err);
}

static int decide(struct txn *txn, void *arg, struct err *err)
{
	struct step *step = arg;
	struct equipment_order_row order;
	int rc = equipment_order_decide(txn, step->world, step->order_id,
	    step->as_id, step->actor->name, step->approve, step->why, err);

	if (rc == 0)
		rc = order_load(
		    txn, step->world->org_id, step->order_id, &order, err);
	if (rc == 0)
		rc = order_end_task(txn, step->world, &order, TASK_EVENT_ANSWER,
		    step->actor->name, step->approve ? "approved" : "refused",
		    err);
	return rc < 0 ? rc : order_view_fill(txn, &order, step->out, err);
}

static int find_as(struct txn *txn, void *arg, struct err *err)
{
	struct step *step = arg;
	struct person_row person;
	int rc = ledger_person_find(
	    txn, step->world->org_id, step->as_person, &person, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		    "no such person decides: name one of `workphone people`");
	if (rc == 0)
		(void)str_copy(step->as_id, sizeof(step->as_id), person.id);
	return rc;
}

static int run_step(struct service *service, struct step *step, store_fn *fn,
    const char *event, struct err *err)
{
	struct task_world world;
	int rc = task_world_init(service, step->actor->org_id, &world, err);

	step->world = &world;
	if (rc == 0 && step->as_person && *step->as_person)
		rc = store_read(service->store, find_as, step, err);
	if (rc == 0)
		rc = store_write(service->store, fn, step, err);
	if (rc == 0)
		order_tell(&world, step->actor, event, &step->out->order);
	step->world = NULL;
	return rc;
}

int service_equipment_order_decide(struct service *service,
    const struct actor *actor, const char *order_id, const char *as_person,
    bool approve, const char *why, struct equipment_order_view *out,
    struct err *err)
{
	struct step step = {.actor = actor,
	    .order_id = order_id,
	    .as_person = as_person,
	    .approve = approve,
	    .why = why,
	    .out = out};

	return run_step(service, &step, decide, "order_decided", err);
}

/* A stolen SIM does not wait for a manager: who may send may also decide. */
static int approve_request(struct txn *txn, const struct step *step,
    struct equipment_order_row *order, struct err *err)
{
	int rc;

	if (order->state != EQUIPMENT_ORDER_REQUESTED ||
	    (order->what != EQUIPMENT_BLOCK &&
	        order->what != EQUIPMENT_REPLACE))
		return 0;
	(void)str_copy(
	    order->decided_by, sizeof(order->decided_by), step->actor->name);
	if (step->as_id[0])
		(void)str_copy(
		    order->decided_by_person_id, STORE_ID, step->as_id);
	rc = equipment_order_apply(
	    txn, step->world, order, EQUIPMENT_ORDER_EVENT_APPROVE, err);
	if (rc == 0)
		rc = audit_order(txn, step->world, order, step->actor->name,
		    step->as_person, err);
	if (rc == 0)
		rc = order_end_task(txn, step->world, order, TASK_EVENT_ANSWER,
		    step->actor->name, "approved", err);
	return rc;
}

static int place(struct txn *txn, void *arg, struct err *err)
{
	struct step *step = arg;
	struct equipment_order_row order;
	int rc =
	    order_load(txn, step->world->org_id, step->order_id, &order, err);

	if (rc == 0)
		rc = sender_check(txn, step->world, step->as_id, err);
	if (rc == 0)
		rc = approve_request(txn, step, &order, err);
	if (rc == 0 && order.state == EQUIPMENT_ORDER_REQUESTED)
		return err_set(err, ERR_CONFLICT,
		    "this order is not approved yet: nothing is sent before");
	if (rc == 0)
		rc = equipment_order_apply(
		    txn, step->world, &order, EQUIPMENT_ORDER_EVENT_ORDER, err);
	if (rc == 0)
		rc = audit_order(txn, step->world, &order, step->actor->name,
		    step->as_person, err);
	if (rc == 0)
		rc = equipment_letter_write(
		    txn, step->world, &order, step->letter, err);
	return rc < 0 ? rc : order_view_fill(txn, &order, step->out, err);
}

int service_equipment_order_place(struct service *service,
    const struct actor *actor, const char *order_id, const char *as_person,
    struct equipment_order_view *out, char **letter, struct err *err)
{
	struct step step = {.actor = actor,
	    .order_id = order_id,
	    .as_person = as_person,
	    .out = out,
	    .letter = letter};

	*letter = NULL;
	return run_step(service, &step, place, "order_placed", err);
}

static int cancel(struct txn *txn, void *arg, struct err *err)
{
	struct step *step = arg;
	struct equipment_order_row order;
	int rc =
	    order_load(txn, step->world->org_id, step->order_id, &order, err);

	if (rc == 0)
		rc = take_note(&order, step->why, err);
	if (rc == 0)
		rc = equipment_order_apply(txn, step->world, &order,
		    EQUIPMENT_ORDER_EVENT_CANCEL, err);
	if (rc == 0)
		rc = audit_order(
		    txn, step->world, &order, step->actor->name, NULL, err);
	if (rc == 0)
		rc = order_end_task(txn, step->world, &order, TASK_EVENT_CANCEL,
		    step->actor->name, "the order was withdrawn", err);
	return rc < 0 ? rc : order_view_fill(txn, &order, step->out, err);
}

int service_equipment_order_cancel(struct service *service,
    const struct actor *actor, const char *order_id, const char *why,
    struct equipment_order_view *out, struct err *err)
{
	struct step step = {
	    .actor = actor, .order_id = order_id, .why = why, .out = out};

	return run_step(service, &step, cancel, "order_cancelled", err);
}
