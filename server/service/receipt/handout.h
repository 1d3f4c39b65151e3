/*
 * handout: the steps of a hand-out inside a transaction, for the use case, the
 * page and the command line alike. receipts.h has what handlers call.
 */
#ifndef SERVER_SERVICE_RECEIPT_HANDOUT_H
#define SERVER_SERVICE_RECEIPT_HANDOUT_H

#include "server/service/receipt/receipts.h"
#include "server/service/task/task_world.h"

/* What is handed out, as people are shown it. */
int handout_view_fill(struct txn *txn, const struct handout_row *row,
    struct handout_view *out, struct err *err);

/* By whom and on what text. */
struct handout_signing {
	const char *by; /* "page:…", "local:…", "token:…" */
	const char *text_sha256;
	const char *typed_name;
};
/*
 * Accepted: the receipt is issued. -ERR_INVALID: no name; -ERR_CONFLICT: it is
 * not open any more.
 */
int handout_accept(struct txn *txn, const struct task_world *world,
    struct handout_row *row, const struct handout_signing *signing,
    struct err *err);
/* to: refused or withdrawn; why is required. */
int handout_close(struct txn *txn, const struct task_world *world,
    struct handout_row *row, enum handout_state to, const char *by,
    const char *why, struct err *err);

/* Nobody accepts what is back: an offer of this phone to this person is
 * withdrawn, and its task with it. */
int handout_came_back(struct txn *txn, const struct task_world *world,
    const char *device_id, const char *person_id, const char *by,
    struct err *err);

const char *handout_state_name(enum handout_state state);

#endif
