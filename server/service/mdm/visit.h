/*
 * visit: one check-in message on its way through the service, and the steps
 * that stand in files of their own. Internal to check_in.c and its steps.
 */
#ifndef SERVER_SERVICE_MDM_VISIT_H
#define SERVER_SERVICE_MDM_VISIT_H

#include <stdbool.h>

#include "proto/apple/checkin.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/phone/escrow.h"
#include "server/service/service.h"

struct visit {
	struct service *service;
	const char *certificate_sha256;
	const struct identity *identity;
	const struct checkin *checkin;
	int64_t now;
	/* Prepared before the transaction. */
	char new_life_id[STORE_ID];
	char new_device_id[STORE_ID];
	struct buf sealed;
	struct escrow_sealed escrow; /* an unlock token, past this life */
	struct policy_orders orders;
	bool is_supervised; /* declare.c's */
	/* Found out in it. */
	bool is_repeat;
	bool is_first_token;
	char device_id[STORE_ID];
	char life_id[STORE_ID];
};

/* Authenticate: a new life begins, the former one ends (begin_life.c). */
int visit_authenticate(struct visit *visit, struct err *err);

/* SetBootstrapToken, GetBootstrapToken (bootstrap_token.c). */
int visit_set_bootstrap(struct visit *visit, struct err *err);
int visit_get_bootstrap(
    struct visit *visit, struct buf *reply, struct err *err);

/*
 * DeclarativeManagement (declare.c): reply is JSON. -ERR_NOT_FOUND: no such
 * endpoint or declaration; -ERR_INVALID: no status report.
 */
int visit_declarative(struct visit *visit, struct buf *reply, struct err *err);

/* Seals a secret of this life into visit->sealed; nothing when it is empty. */
int visit_seal(struct visit *visit, const char *kind,
    const struct secret *secret, struct err *err);

/*
 * Ends a life and all that hangs on it: what is queued, its certificates, its
 * secrets, an erase that was not answered (end_life.c). Nothing when it has
 * ended before. why: for people, "the phone enrolled again".
 */
int life_end(struct txn *txn, struct service *service, const char *life_id,
    enum life_event event, const char *why, int64_t now, struct err *err);

/* Kinds of secrets in the store. */
#define SECRET_UNLOCK "unlock_token"
#define SECRET_BOOTSTRAP "bootstrap_token"

#endif
