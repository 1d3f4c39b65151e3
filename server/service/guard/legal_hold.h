/*
 * legal_hold: a person or a phone of whom nothing may be destroyed until the
 * hold is lifted: no erase, no removal of data, no purge. What was ordered
 * before and not yet handed to the phone waits; it is not cancelled.
 */
#ifndef SERVER_SERVICE_GUARD_LEGAL_HOLD_H
#define SERVER_SERVICE_GUARD_LEGAL_HOLD_H

#include <stddef.h>
#include <stdint.h>

#include "server/store/store_guard.h"

struct actor;
struct err;
struct service;
struct txn;

/*
 * The hold that covers a phone now: on the phone, on who holds it, or on
 * somebody who held it and whose data nothing has proven gone. device_id or
 * person_id may be NULL. -ERR_NOT_FOUND: none.
 */
int legal_hold_find(struct txn *txn, const char *org_id, const char *device_id,
    const char *person_id, struct legal_hold_row *out, struct err *err);

#define LEGAL_HOLD_WORDS "a legal hold ("
/* "a legal hold (case 4711, since 2026-11-22) stands on Anna Lind: nothing of
 * it may be erased until it is lifted" */
void legal_hold_sentence(
    struct txn *txn, const struct legal_hold_row *hold, char *out, size_t size);

struct legal_hold_request {
	enum legal_hold_kind kind;
	const char *subject;   /* as ledger.h names people and phones */
	const char *reference; /* of the case; no story */
};
struct legal_hold_view {
	struct legal_hold_row row;
	char subject_name[LIMIT_NAME + 1]; /* person, or serial number */
	/* Too late for: erases that the phone or a bench has been given. */
	unsigned handed_out;
	unsigned waiting; /* erases that wait from now on */
};
/* The same subject and reference twice is the same hold. */
int service_legal_hold_add(struct service *service, const struct actor *actor,
    const struct legal_hold_request *request, struct legal_hold_view *out,
    struct err *err);
/* -ERR_CONFLICT: it is lifted; -ERR_INVALID: no reason. */
int service_legal_hold_lift(struct service *service, const struct actor *actor,
    const char *id, const char *reason, struct legal_hold_view *out,
    struct err *err);
int service_legal_hold_load(struct service *service, const struct actor *actor,
    const char *id, struct legal_hold_view *out, struct err *err);
typedef int service_legal_hold_fn(
    void *arg, const struct legal_hold_view *view);
int service_legal_hold_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_legal_hold_fn *fn, void *arg,
    struct err *err);

#endif
