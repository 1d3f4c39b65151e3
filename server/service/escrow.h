/*
 * escrow: what must be at hand when a phone comes back locked: the bypass code
 * of its Activation Lock and the token that clears its passcode. Sealed by the
 * keeper when the phone sends it, kept past the phone's record, opened only
 * for one of two different people (approval.h) and then written down.
 *
 * Nobody can ask Apple whether a phone is locked: the state says what we know
 * and from what, no more.
 */
#ifndef SERVER_SERVICE_ESCROW_H
#define SERVER_SERVICE_ESCROW_H

#include "proto/base/secret.h"
#include "server/service/ledger.h"
#include "server/store/store_phone.h"

struct actor;
struct err;
struct service;
struct txn;

enum activation_lock {
	ACTIVATION_LOCK_UNKNOWN = 0,
	ACTIVATION_LOCK_PREVENTED, /* supervised, and told not to allow it */
	ACTIVATION_LOCK_ACCEPTED,  /* Apple took the code: 2xx */
	ACTIVATION_LOCK_PROVED,    /* it was activated after an erase */
	ACTIVATION_LOCK_COUNT
};
/* "unknown", "prevented", "unlock_accepted", "proved". */
const char *activation_lock_name(enum activation_lock state);

struct activation_view {
	enum activation_lock state;
	char sentence[512];   /* what it rests on */
	unsigned codes;       /* bypass codes kept */
	unsigned tokens;      /* unlock tokens kept */
	int64_t code_at;      /* the newest came then; 0: none */
	int64_t ask_until;    /* the phone gives it out until then; 0 */
	bool is_lock_capable; /* it may be locked and nothing is kept */
};
/* In a transaction; for the return case: LOCK_CLEARED. */
int activation_lock_look(struct txn *txn, const struct device *device,
    int64_t now, struct activation_view *out, struct err *err);
int service_activation_lock_view(struct service *service,
    const struct actor *actor, const char *device, struct activation_view *out,
    struct device *found, struct err *err);

#endif
