/*
 * receipt_issue: what every kind of receipt is made of, filled in from the
 * ledger, and the one way it is numbered and stored. Private to the files that
 * issue receipts; inside their transactions.
 */
#ifndef SERVER_SERVICE_RECEIPT_RECEIPT_ISSUE_H
#define SERVER_SERVICE_RECEIPT_RECEIPT_ISSUE_H

#include "server/service/receipt/receipts.h"
#include "server/service/task/task_world.h"
#include "server/store/store_equipment.h"

struct receipt_work {
	struct txn *txn;
	struct task_world world;
	struct receipt_row row; /* person, device, case and hand-out set here */
	struct receipt *receipt; /* owned */
};

/* person_id "": nobody's. Sets id, time, language, names. */
int receipt_work_begin(struct receipt_work *work, struct txn *txn,
    struct service *service, const char *org_id, enum receipt_kind kind,
    const char *person_id, struct err *err);
/* Numbers, checks and stores it; audit, event, notices. by NULL: "server". */
int receipt_work_save(
    struct receipt_work *work, const char *by, struct err *err);
void receipt_work_clear(struct receipt_work *work);

/* One more thing; when there is no room for it, one more that is counted. */
int receipt_add_phone(
    struct receipt_work *work, const char *device_id, struct err *err);
int receipt_add_subscription(struct receipt_work *work,
    const char *subscription_id, enum receipt_sim sim, struct err *err);
void receipt_add_accessory(
    struct receipt_work *work, const char *id, const char *name);

struct receipt_signed {
	enum receipt_role role;
	const char *person_id; /* "": known by the account alone */
	const char *typed;
	const char *by; /* actor: "page:…", "local:…", "token:…" */
	const char *reason;
	const char *text_sha256;
	enum receipt_codes codes; /* of a return */
	int64_t at;
};
int receipt_add_signature(struct receipt_work *work,
    const struct receipt_signed *said, struct err *err);

/*
 * What is known of the erase now, of a case (its own wipe, statements of its
 * steps) or of the phone's newest wipe; case_id, wipe_id "": none.
 */
int receipt_take_erasure(struct receipt_work *work, const char *device_id,
    const char *case_id, const char *wipe_id, struct err *err);

/* The numbers of a row as people say them: "2026-17". */
void receipt_number_text(const struct receipt_row *row, char out[24]);

#endif
