/*
 * lost_mode: a phone that is missing shows a message and a number, is locked,
 * and may be asked where it is, for as long as it is missing and no longer.
 * Supervised phones only; never a person's own (DESIGN invariant 9).
 */
#ifndef SERVER_SERVICE_PHONE_LOST_MODE_H
#define SERVER_SERVICE_PHONE_LOST_MODE_H

#include <plist/plist.h>
#include <stdbool.h>

#include "server/service/ledger/ledger.h"
#include "server/store/store_phone.h"

struct actor;
struct command;
struct err;
struct service;
struct txn;

/* NULL or "": our own words, in the language of whoever holds the phone. */
struct lost_mode_said {
	const char *message;
	const char *number; /* to call; NULL: of the holder's unit */
	const char *footnote;
	const char *reason;  /* required */
	const char *case_id; /* the return case that orders it; NULL: none */
	bool stolen;         /* else lost */
};

/*
 * In the caller's transaction: the phone becomes lost, if it was not said
 * before, and Lost Mode is ordered. -ERR_CONFLICT: a private phone, not
 * enrolled, or in Lost Mode already. -ERR_UNSUPPORTED: not supervised, as far
 * as is known (it is not lost then either: say PHONE_EVENT_REPORT_LOST).
 */
int lost_mode_enable(struct txn *txn, const struct ledger *ledger,
    struct device *device, const struct lost_mode_said *said,
    struct lost_mode_row *out, struct err *err);

/* Would it be ordered? The same errors; nothing is. */
int lost_mode_is_possible(
    struct txn *txn, const struct device *device, struct err *err);

/*
 * Ends it: the order is withdrawn, and a phone that was handed it is told.
 * Where it was is forgotten at once. Nothing when it is in none. Called
 * by phone_step(FIND).
 */
int lost_mode_lift(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const char *reason, struct err *err);

/*
 * An answer of a phone to EnableLostMode or DisableLostMode, in the transaction
 * that takes it (connect_phone.c); nothing for other commands. result: what the
 * phone said, when it would not.
 */
int lost_mode_answered(struct txn *txn, struct service *service,
    const struct command *command, const char *result, bool is_done,
    int64_t now, struct err *err);
/* It took EnableLostMode after all, which was withdrawn meanwhile: it is in it
 * until it says that it has left it. */
int lost_mode_taken_late(struct txn *txn, const struct command *command,
    int64_t now, struct err *err);
/*
 * The same for DeviceLocation. body: the answer's, NULL: an error. The raw
 * answer is never kept; what it says is kept only while the phone is missing.
 */
int lost_place_answered(struct txn *txn, const struct command *command,
    plist_t body, int64_t now, struct err *err);

/* The enrolment ended (end_life.c). */
int lost_mode_life_ended(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err);

/* ---- for handlers ---- */

int service_lost_mode_enable(struct service *service, const struct actor *actor,
    const char *device, const struct lost_mode_said *said,
    struct lost_mode_row *out, struct err *err);
int service_lost_mode_lift(struct service *service, const struct actor *actor,
    const char *device, const char *reason, struct lost_mode_row *out,
    struct err *err);
/*
 * Asks a phone in Lost Mode where it is. -ERR_CONFLICT: it is not in Lost
 * Mode; -ERR_INVALID: no reason. Written into the audit.
 */
int service_lost_mode_locate(struct service *service, const struct actor *actor,
    const char *device, const char *reason, struct phone_place_row *out,
    struct err *err);
/* The newest, -ERR_NOT_FOUND: never; then its places, newest first. */
int service_lost_mode_view(struct service *service, const struct actor *actor,
    const char *device, struct lost_mode_row *out, store_phone_place_fn *fn,
    void *arg, struct err *err);

#endif
