/*
 * exception: a rule does not bind one subject for a time, because somebody who
 * may say so says so, with a reason. The verdict is exempt from that moment
 * until it ends or is revoked; nothing of it is ever removed.
 */
#ifndef SERVER_SERVICE_JUDGE_EXCEPTION_H
#define SERVER_SERVICE_JUDGE_EXCEPTION_H

#include "proto/base/time.h"
#include "server/store/store_evidence.h"

struct actor;
struct err;
struct service;

/* No exception is for ever. One to a rule that people confirm lasts no longer
 * than their word would: 90 days for ALB-21. */
#define EXCEPTION_VALID_MAX_MS (365 * TIME_DAY_MS)
#define EXCEPTION_VALID_MIN_MS TIME_HOUR_MS

struct exception_request {
	const char *rule;
	/* As ledger.h names things, of the kind that the rule is about; of the
	 * organisation: its id or name. */
	const char *subject;
	const char *reason;
	int64_t valid_ms;
};

struct exception_view {
	struct exception_row row;
	char subject_name[LIMIT_NAME + 1]; /* person, serial, number, unit */
	const char *state;                 /* "in_force", "ended", "revoked" */
};

/*
 * The actor approves it. -ERR_NOT_FOUND: the pack has no such rule, or there is
 * no such subject; -ERR_CONFLICT: the rule is not judged, or an exception is in
 * force; -ERR_INVALID: no reason, or longer than the limit.
 */
int service_exception_grant(struct service *service, const struct actor *actor,
    const struct exception_request *request, struct exception_view *out,
    struct err *err);
/* -ERR_CONFLICT: it is over already. */
int service_exception_revoke(struct service *service, const struct actor *actor,
    const char *id, struct exception_view *out, struct err *err);
int service_exception_load(struct service *service, const struct actor *actor,
    const char *id, struct exception_view *out, struct err *err);

/* In the order they were granted. A non-zero answer of fn ends the walk. */
typedef int service_exception_fn(void *arg, const struct exception_view *view);
int service_exception_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, service_exception_fn *fn, void *arg,
    struct err *err);

#endif
