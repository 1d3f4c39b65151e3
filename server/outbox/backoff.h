/*
 * backoff: how long to wait after the n-th failure in a row, a fifth more or
 * less, so that what failed together does not come back together. Pure but for
 * the randomness handed in.
 */
#ifndef SERVER_OUTBOX_BACKOFF_H
#define SERVER_OUTBOX_BACKOFF_H

#include <stdint.h>

struct rng;

enum backoff_kind {
	BACKOFF_MAIL,        /* one mail was refused */
	BACKOFF_MAIL_SERVER, /* the mail server as such cannot be used */
	BACKOFF_DELIVERY,    /* one event was refused */
	BACKOFF_WEBHOOK,     /* the receiver as such does not answer */
	BACKOFF_KIND_COUNT
};

/* failures: 1 for the first. Milliseconds. */
int64_t backoff_after(
    enum backoff_kind kind, int64_t failures, const struct rng *rng);
/* No wait of any kind is longer. */
int64_t backoff_longest(void);

#endif
