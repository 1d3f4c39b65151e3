/*
 * approval_step: what every change of a request has in common: it is noted in
 * the audit log and told to programs. Internal to approval*.c.
 */
#ifndef SERVER_SERVICE_GUARD_APPROVAL_STEP_H
#define SERVER_SERVICE_GUARD_APPROVAL_STEP_H

#include <stdint.h>

#include <stdbool.h>
#include <stddef.h>

#include "server/store/store_guard.h"

struct err;
struct service;
struct txn;

/*
 * Adds those names whose doing it is, each once. -ERR_LIMIT: there is no room
 * for them, and the row is as it was.
 */
int approval_cause_add(struct approval_row *row, const char *const *names,
    size_t count, struct err *err);

/* Whoever does something with a request. */
struct approval_who {
	const char *name;
	const char *key;
	const char *person_id; /* whose account that is; "" */
};
/* Two accounts of one person are one. Who is known by a name only, as those
 * whose doing it is, is looked up among all of the person's accounts. */
struct approval_own {
	bool is_asker;
	bool is_cause; /* their doing it is */
};
int approval_look_own(struct txn *txn, const struct approval_row *row,
    const struct approval_who *who, struct approval_own *out, struct err *err);

/* The state that the row has come to. */
int approval_note(struct txn *txn, struct service *service,
    const struct approval_row *row, const char *by, struct err *err);

/* Applies one event and saves; service NULL: it is not noted. -ERR_CONFLICT. */
int approval_apply(struct txn *txn, struct service *service,
    struct approval_row *row, enum approval_event event, const char *by,
    int64_t now, struct err *err);

#endif
