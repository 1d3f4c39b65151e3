/*
 * audit_deeds: the notes that several use cases write alike: of erases, of the
 * ledger's rows, of equipment orders. Each is one audit_write() (audit.h).
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_DEEDS_H
#define SERVER_SERVICE_AUDIT_AUDIT_DEEDS_H

#include <stdbool.h>
#include <stdint.h>

struct equipment_order_row;
struct err;
struct ledger;
struct service;
struct task_world;
struct txn;
struct wipe;

/* The state it has now; proven is an action of its own. by NULL: time. */
int audit_wipe(struct txn *txn, struct service *service,
    const struct wipe *wipe, const char *by, const char *why, struct err *err);

/* A row of the ledger; NULL and 0: none. */
struct audit_ledger_row {
	const char *kind; /* "person", "employment", … */
	const char *id;
	const char *person_id;
	const char *device_id;
	const char *subscription_id;
	const char *unit_id;
	/* Who leads a unit from now on, and who did: ids. */
	const char *manager_id;
	const char *former_manager_id;
	int64_t from_day;
	int64_t to_day;
	bool is_ended; /* a period has an end now */
	bool is_voided;
	const char *why;
};
int audit_ledger(struct txn *txn, const struct ledger *ledger,
    const struct audit_ledger_row *row, struct err *err);

/* The state it has now. person_id: who decided or sent, in whose name; "". */
int audit_order(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, const char *by,
    const char *person_id, struct err *err);

#endif
