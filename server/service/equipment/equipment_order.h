/*
 * equipment_order: what → for whom → why → approval by the right role → only
 * then linked (RON-27, VST-05, VST-06, VST-34), and requests to the operator
 * leave only through the role that makes agreements (BOT-28). Which of these
 * hold is said by the `gate:` words of the organisation's pack; a pack without
 * them lets everything be linked as before.
 */
#ifndef SERVER_SERVICE_EQUIPMENT_EQUIPMENT_ORDER_H
#define SERVER_SERVICE_EQUIPMENT_EQUIPMENT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/lifecycle/equipment_order.h"
#include "server/store/store.h"
#include "server/store/store_task.h"

struct actor;
struct err;
struct service;
struct txn;

#define EQUIPMENT_NEED_MAX 511 /* bytes of the need text, of a note */

struct equipment_order_view {
	struct equipment_order_row order;
	char person_name[LIMIT_NAME + 1]; /* for whom */
	char unit_name[LIMIT_NAME + 1];
	/* While requested: who is asked to decide, and the task by which. */
	char approver_id[STORE_ID];
	char approver_name[LIMIT_NAME + 1];
	char task_id[STORE_ID];
};

struct equipment_order_request {
	enum equipment_order_what what;
	const char *item;         /* catalogue id or name, or free words */
	const char *person;       /* for whom, named as in the ledger; NULL: for
	                             a unit */
	const char *unit_id;      /* NULL: the person's own */
	const char *need;         /* one text; NULL: none */
	const char *subject;      /* block, replace: subscription id */
	const char *requested_by; /* a person likewise; NULL: the actor (IT) */
};

/*
 * Takes the request and asks the right person to approve it (a task of kind
 * approve_order). -ERR_INVALID with one sentence when the pack's gates want
 * more: an item of the catalogue, a need, another role.
 */
int service_equipment_order_create(struct service *service,
    const struct actor *actor, const struct equipment_order_request *request,
    struct equipment_order_view *out, struct err *err);

struct equipment_order_listing {
	const char *person_id; /* for whom; NULL: any */
	bool only_open;
	const char *after_id;
	int limit;
};
typedef int service_equipment_order_fn(
    void *arg, const struct equipment_order_view *view);
int service_equipment_order_each(struct service *service,
    const struct actor *actor, const struct equipment_order_listing *filter,
    service_equipment_order_fn *fn, void *arg, struct err *err);
int service_equipment_order_load(struct service *service,
    const struct actor *actor, const char *order_id,
    struct equipment_order_view *out, struct err *err);

/*
 * The decision of the person as_person, named as in the ledger. -ERR_DENIED:
 * not the right role, or the order is for or by that person: nobody approves
 * their own.
 */
int service_equipment_order_decide(struct service *service,
    const struct actor *actor, const char *order_id, const char *as_person,
    bool approve, const char *why, struct equipment_order_view *out,
    struct err *err);

/* Sent to the supplier, or to the operator: *letter, the caller's to free(),
 * is the text that goes out for block and replace (NULL otherwise); a human
 * sends it. as_person must hold the ordering role where BOT-28 is in force. */
int service_equipment_order_place(struct service *service,
    const struct actor *actor, const char *order_id, const char *as_person,
    struct equipment_order_view *out, char **letter, struct err *err);

int service_equipment_order_cancel(struct service *service,
    const struct actor *actor, const char *order_id, const char *why,
    struct equipment_order_view *out, struct err *err);

/* ---- the gate, for use cases that link something ---- */

struct equipment_gate {
	const char *org_id;
	enum equipment_order_what what;
	const char *person; /* id, external id or name as the use case has it */
	const char *linked_to; /* serial or subscription id, for the record */
	bool only_look;        /* check, link nothing yet */
};

/*
 * May this be linked now? 0: yes: the pack has no such gate, or an approved
 * order stands and is LINKED by this call (in the caller's transaction).
 * order_id, when not NULL, receives its id or "". -ERR_DENIED: no, and the
 * sentence says which rule asks for what and what to do next.
 */
int service_equipment_order_gate(struct service *service, struct txn *txn,
    const struct equipment_gate *gate, char order_id[STORE_ID],
    struct err *err);

#endif
