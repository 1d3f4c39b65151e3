/*
 * receipts: a receipt is issued in the transaction of what it is about: its
 * text, number and who signed stand from then on. PDF and signed twin are made
 * afterwards (service_receipts_keep_going(), or when first asked for), since
 * the keeper is asked outside transactions. What a document says:
 * server/receipts/receipt.h.
 */
#ifndef SERVER_SERVICE_RECEIPT_RECEIPTS_H
#define SERVER_SERVICE_RECEIPT_RECEIPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "server/receipts/receipt.h"
#include "server/store/store_receipt.h"

struct actor;
struct err;
struct service;
struct txn;

/* ---- issuing, inside the causing transaction ---- */

struct receipt_view {
	struct receipt_row row;
	char number[24];
	char person_name[LIMIT_NAME + 1];
	char device_serial[LIMIT_SERIAL + 1];
};

/*
 * The receipt of one return case: the phone, the subscriptions decided with it,
 * accessories handed out with the phone, damage, codes, who signed; all read
 * from the case and its steps. Once a case, when receiver and holder (or a
 * witness in the holder's stead) have signed: before, -ERR_CONFLICT. A second
 * call gives the first one's id. by: actor's name; NULL: "server". Writes
 * audit, event and the notice to who signed. id may be NULL.
 */
int receipt_issue_return(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, const char *by, char *id,
    struct err *err);

struct erasure_said {
	const char *org_id;
	const char *by; /* NULL: "server" */
	const char *device_id;
	const char *case_id; /* "" or NULL: none; else statements of its steps
	                        count too */
};

/*
 * The erasure certificate of the phone's newest wipe, or of what was stated in
 * its case. It says what the ladder supports: proven at the bench, proven by a
 * new enrolment, or stated. Anything less: -ERR_CONFLICT, and the sentence says
 * what is known ("it acknowledged on …, which does not prove it").
 * A second call for the same case gives the first one's id. id may be NULL.
 */
int receipt_issue_erasure(struct txn *txn, struct service *service,
    const struct erasure_said *said, char *id, struct err *err);
/* The same for a handler; device as for service_device_find(). */
int service_receipt_erasure(struct service *service, const struct actor *actor,
    const char *device, struct receipt_view *out, struct err *err);

/* A proof was refuted, a return disputed: what was issued for the case (kind)
 * no longer holds. None there: nothing happens. */
int receipt_void_case(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, enum receipt_kind kind,
    const char *reason, struct err *err);

/* Retention: text and files of a person's receipts go; number and hash stay. */
int receipt_purge_person(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, int64_t *purged,
    struct err *err);

/* ---- hand-out ---- */

#define HANDOUT_THINGS_MAX 16
/* With its phone and its SIM: all is shown at once to who signs for it. */
#define HANDOUT_ALL_MAX (HANDOUT_THINGS_MAX + 2)

struct handout_request {
	const char *person; /* as ledger.h names persons */
	const char *phone;  /* as ledger.h names phones; NULL */
	const char *subscription;
	const char *accessories[HANDOUT_THINGS_MAX]; /* in words, or an id */
	size_t accessory_count;
	const char *note; /* condition; NULL */
};

struct handout_view {
	struct handout_row row;
	char person_name[LIMIT_NAME + 1];
	struct receipt_thing things[HANDOUT_ALL_MAX];
	size_t thing_count;
};

/*
 * Things go to a person: what they do not hold yet is assigned to them (by the
 * rules of the ledger), and they are asked to accept it at a page
 * (TASK_ACCEPT_HANDOUT). -ERR_CONFLICT: it is somebody else's.
 */
int service_handout_make(struct service *service, const struct actor *actor,
    const struct handout_request *request, struct handout_view *out,
    struct err *err);
int service_handout_load(struct service *service, const struct actor *actor,
    const char *id, struct handout_view *out, struct err *err);
typedef int service_handout_fn(void *arg, const struct handout_view *view);
int service_handout_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_handout_fn *fn,
    void *arg, struct err *err);

struct handout_answer {
	bool is_accepted;
	const char *typed_name;  /* accepted: the signature, required */
	const char *note;        /* refused: what is wrong, required */
	const char *text_sha256; /* NULL: not at a page */
};
/* In somebody's presence: the actor records what the person signs. */
int service_handout_answer(struct service *service, const struct actor *actor,
    const char *id, const struct handout_answer *answer,
    struct handout_view *out, struct err *err);
/* Not accepted yet. What is held stays held: a return ends that. */
int service_handout_withdraw(struct service *service, const struct actor *actor,
    const char *id, const char *reason, struct handout_view *out,
    struct err *err);

/* ---- looking ---- */

typedef int service_receipt_fn(void *arg, const struct receipt_view *view);
int service_receipt_each(struct service *service, const struct actor *actor,
    const struct receipt_filter *filter, service_receipt_fn *fn, void *arg,
    struct err *err);
/* what: an id or a number, "2026-17". */
int service_receipt_load(struct service *service, const struct actor *actor,
    const char *what, struct receipt_view *out, struct err *err);
enum receipt_form { RECEIPT_AS_PDF, RECEIPT_AS_TWIN, RECEIPT_AS_JSON };
/* Makes the files when they are not there yet. -ERR_EXPIRED: purged. */
int service_receipt_file(struct service *service, const struct actor *actor,
    const char *what, enum receipt_form form, struct receipt_view *view,
    struct buf *out, struct err *err);

/* ---- periodic ---- */

/* Draws and signs what waits for it, some a call. */
int service_receipts_keep_going(struct service *service, struct err *err);

#endif
