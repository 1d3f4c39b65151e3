/*
 * phone_state: where a phone is in its service (lifecycle/phone.h), kept with
 * every step of it: when, by whom, why. What happens to a phone calls
 * phone_step() in the same transaction: enrolment and its end, assignments,
 * the return case, the proof of an erase, and people (service_phone_step()).
 */
#ifndef SERVER_SERVICE_PHONE_PHONE_STATE_H
#define SERVER_SERVICE_PHONE_PHONE_STATE_H

#include <stdbool.h>

#include "server/lifecycle/phone.h"
#include "server/service/ledger/ledger.h"
#include "server/store/store_phone.h"

struct actor;
struct err;
struct service;
struct txn;

/*
 * One step. device is found anew by its id; its state and state_at are brought
 * up to date. -ERR_CONFLICT, with what the phone is: the table has no such
 * step. -ERR_INVALID: the event wants a reason and there is none.
 * What follows of itself is done here: found phones leave Lost Mode and where
 * they were is forgotten; the audit is written. `held` and `managed` are as the
 * store has them now, so an assignment is closed before UNASSIGN and a life
 * before LEAVE.
 */
int phone_step(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, const char *reason,
    struct err *err);

/* The same for what has happened anyway: a pair that the table does not have
 * changes nothing and is no error. */
int phone_follow(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, const char *reason,
    struct err *err);

/*
 * Somebody has it again: PHONE_EVENT_FIND, and what follows of it. Its return
 * case goes on, also when that was written off; written off without one, it is
 * again with whom it was then. Errors as of phone_step().
 */
int phone_found(struct txn *txn, const struct ledger *ledger,
    struct device *device, const char *reason, struct err *err);

/*
 * May it be put into a person's hands? -ERR_CONFLICT: it is lost, is being
 * returned, …. Looks only.
 */
int phone_may_be_assigned(const struct device *device, struct err *err);

/* ---- for handlers ---- */

struct phone_step_ask {
	const char *device; /* as for service_device_find() */
	enum phone_event event;
	const char *reason; /* may be NULL where the event wants none */
	/* PHONE_EVENT_REPLACE only: the phone that came instead. */
	const char *new_serial;
	const char *new_imei;
};
/* Those a person may say; -ERR_DENIED: the event follows from another act. */
int service_phone_step(struct service *service, const struct actor *actor,
    const struct phone_step_ask *ask, struct device *out, struct err *err);

/* A phone of the register, by hand, at the bench, or of a file. */
struct phone_add {
	const char *kind;   /* "iphone", "ipad", "android", "simple" */
	const char *serial; /* this or an IMEI */
	const char *imei;
	const char *model;
	const char *name; /* as people call it */
	int is_private;   /* 0, 1; -1: no */
	int is_here;      /* 0: ordered; else in stock */
};
/* In a transaction. -ERR_CONFLICT: there is one of that serial or IMEI. */
int phone_add(struct txn *txn, const struct ledger *ledger,
    const struct phone_add *said, struct device *out, struct err *err);
int service_phone_add(struct service *service, const struct actor *actor,
    const struct phone_add *said, struct device *out, struct err *err);

/* What has happened to it, oldest first. */
typedef int service_phone_step_fn(void *arg, const struct phone_step_row *row);
int service_phone_steps_each(struct service *service, const struct actor *actor,
    const char *device, service_phone_step_fn *fn, void *arg, struct err *err);

#endif
