/*
 * audit_log: looking into the audit log, taking it away, having it signed and
 * having it judged. Writing is audit.h.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_LOG_H
#define SERVER_SERVICE_AUDIT_AUDIT_LOG_H

#include <stdbool.h>

#include "server/service/audit/audit_judge.h"
#include "server/service/service.h"
#include "server/store/store_audit.h"

/* ---- looking ---- */

/* At most one of the three; "" or NULL: none. */
struct audit_question {
	const char *person; /* named as in the ledger: id, mail, name … */
	const char *device; /* the same: id, serial number, IMEI … */
	const char *case_id;
	int64_t before_seq; /* older than this; 0: from the newest */
	int limit;
};

struct audit_view {
	const struct audit_row *row;
	const char *title;             /* what the action means */
	char person[LIMIT_NAME + 1];   /* as the ledger has the name now; "" */
	char serial[LIMIT_SERIAL + 1]; /* of the phone; "" */
};
typedef int service_audit_fn(void *arg, const struct audit_view *view);
/* Newest first. -ERR_NOT_FOUND: no such person or phone. */
int service_audit_each(struct service *service, const struct actor *actor,
    const struct audit_question *question, service_audit_fn *fn, void *arg,
    struct err *err);

/* ---- taking away ---- */

struct audit_export {
	const char *person; /* as above; NULL: of all */
	const char *device;
	bool is_csv;
	int64_t after_seq; /* where the part before ended; 0: the first part */
	int limit;         /* entries of one part */
};
/*
 * One part of an export: text to be put behind the part before. *next_seq is
 * the after_seq of the next part, 0 after the last. The first part is noted in
 * the log itself, and the entry that notes it is in the export; of JSON Lines
 * all up to it is signed by then.
 */
int service_audit_export(struct service *service, const struct actor *actor,
    const struct audit_export *ask, struct buf *out, int64_t *next_seq,
    struct err *err);

/* ---- checkpoints ---- */

/* Entries or time after which the keeper signs again. */
#define AUDIT_CHECKPOINT_ENTRIES 1000
#define AUDIT_CHECKPOINT_MS TIME_HOUR_MS

/* Signs what is due in every organisation; for service_keep_going(). */
int service_audit_keep_going(struct service *service, struct err *err);
/* Signs now all that stands there and is not signed. Not in a transaction. */
int audit_checkpoint_now(
    struct service *service, const char *org_id, struct err *err);

/* The newest; -ERR_NOT_FOUND. */
int service_audit_checkpoint(struct service *service, const struct actor *actor,
    struct audit_checkpoint *out, struct err *err);

/* ---- judging ---- */

/* Everything of the actor's organisation; faults are findings. */
int service_audit_verify(struct service *service, const struct actor *actor,
    struct audit_finding *out, struct err *err);
/* The same in a read unit, with checkpoints that were kept elsewhere. held
 * NULL: none; orders_key as audit_judge_new(). */
struct audit_held {
	const struct audit_checkpoint *rows;
	size_t count;
};
int audit_verify(struct txn *txn, const char *org_id, const char *orders_key,
    const struct audit_held *held, struct audit_finding *out, struct err *err);

#endif
