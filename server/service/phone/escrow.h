/*
 * escrow: what must be at hand when a phone comes back locked: the bypass code
 * of its Activation Lock and the token that clears its passcode. Sealed by the
 * keeper when the phone sends it, kept past the phone's record, opened only
 * for two different people (approval.h) and then written down.
 *
 * Nobody can ask Apple whether a phone is locked: the state says what we know
 * and from what, no more.
 */
#ifndef SERVER_SERVICE_PHONE_ESCROW_H
#define SERVER_SERVICE_PHONE_ESCROW_H

#include <stdbool.h>

#include "proto/base/buf.h"
#include "proto/base/secret.h"
#include "server/service/ledger/ledger.h"
#include "server/store/store_phone.h"

struct actor;
struct err;
struct identity;
struct service;
struct txn;

/* ---- keeping ---- */

/* Sealed before the transaction; clear with escrow_sealed_clear(). */
struct escrow_sealed {
	struct buf bytes; /* empty: nothing to keep */
	char mark[STORE_SHA256];
};
/* Nothing when the secret is empty (quirk: an empty one says nothing). */
int escrow_seal(struct service *service, enum escrow_kind kind,
    const struct identity *identity, const uint8_t *secret, size_t len,
    struct escrow_sealed *out, struct err *err);
void escrow_sealed_clear(struct escrow_sealed *sealed);
/* In the transaction: a new one beside the former ones, which stay: which of
 * them opens the lock is known only to Apple. */
int escrow_keep(struct txn *txn, struct service *service, enum escrow_kind kind,
    const struct identity *identity, const struct escrow_sealed *sealed,
    int64_t now, struct err *err);

/*
 * A phone that says it is supervised is asked for its bypass code, once and
 * while Apple gives it out (15 days from its enrolment), and told not to allow
 * Activation Lock. Nothing when that was done before in this life.
 */
#define ESCROW_ASK_MS (15 * TIME_DAY_MS)
#define ESCROW_CODE_PURPOSE "escrow:bypass_code"
#define ESCROW_LOCK_PURPOSE "settings:activation_lock"
int escrow_ask(struct txn *txn, struct service *service,
    const struct identity *identity, int64_t now, struct err *err);

/* ---- what is known of the lock ---- */

enum activation_lock {
	ACTIVATION_LOCK_UNKNOWN = 0,
	ACTIVATION_LOCK_PREVENTED, /* supervised, and told not to allow it */
	ACTIVATION_LOCK_ACCEPTED,  /* Apple took the code: 2xx */
	ACTIVATION_LOCK_PROVED,    /* activated at the bench after its erase */
	ACTIVATION_LOCK_COUNT
};
/* "unknown", "prevented", "unlock_accepted", "proved": as return_lock_cleared()
 * has them. */
const char *activation_lock_name(enum activation_lock state);

struct activation_view {
	enum activation_lock state;
	char sentence[512]; /* what it rests on */
	unsigned codes;     /* bypass codes kept */
	unsigned tokens;    /* unlock tokens kept */
	int64_t code_at;    /* the newest came then; 0: none */
	int64_t ask_until;  /* the phone gives it out until then; 0: no more */
};
/* In a transaction; of one phone. */
int activation_lock_look(struct txn *txn, const struct device *device,
    int64_t now, struct activation_view *out, struct err *err);
int service_activation_lock_view(struct service *service,
    const struct actor *actor, const char *device, struct device *found,
    struct activation_view *out, struct err *err);

/* ---- opening ---- */

#define ESCROW_OPENED_MAX 16
struct escrow_opened {
	struct {
		enum escrow_kind kind;
		int64_t stored_at;
		struct secret secret; /* owned */
	} items[ESCROW_OPENED_MAX];   /* newest first within a kind */
	size_t count;
	char approved_by[LIMIT_NAME + 1];
};
void escrow_opened_clear(struct escrow_opened *opened);

struct escrow_open_ask {
	const char *device; /* as for service_device_find() */
	enum escrow_kind kind;
	const char *reason;
};
/*
 * Shows what is kept, once for each yes that another administrator gave
 * to this kind and this very reason. -ERR_DENIED: there is none, it is asked
 * for; -ERR_NOT_FOUND: nothing is kept. Written into the audit before it is shown.
 */
int service_escrow_open(struct service *service, const struct actor *actor,
    const struct escrow_open_ask *ask, struct escrow_opened *out,
    struct err *err);

#endif
