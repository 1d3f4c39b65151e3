/*
 * clock_watch: may the clock be believed? What a wrong hour erases cannot be
 * brought back, so the wall clock is held against the time that the machine has
 * run: one that went further ahead than that is in doubt, and so is one that
 * went on by days while the server was not there. Destructive orders that days
 * cause wait then, until the clock is back, a person says that it is right, or,
 * after a start, the kernel says that it is in step with its time servers. One
 * that is behind only makes things late.
 */
#ifndef SERVER_SERVICE_GUARD_CLOCK_WATCH_H
#define SERVER_SERVICE_GUARD_CLOCK_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/time.h"

struct actor;
struct err;
struct service;

/* Ahead of the time that the machine has run, while the server runs. */
#define CLOCK_AHEAD_MS (2 * TIME_HOUR_MS)
/* Longer than a weekend nobody leaves the server off and says nothing. */
#define CLOCK_AWAY_MS (3 * TIME_DAY_MS)

/* In struct service; all zero before the first look. */
struct clock_watch {
	_Atomic int64_t base; /* believed time, less the machine's own */
	atomic_bool is_begun;
	atomic_bool is_of_start; /* the doubt came with a start */
	atomic_bool is_told;     /* that it is in doubt: in the log */
	_Atomic int64_t saved_at;
};

#define CLOCK_DOUBT_WORDS "the server's clock is in doubt: "

/* Sentence: what is seen, and what is to be done; may be NULL. Of any thread;
 * never without a boot clock. */
bool clock_watch_doubts(struct service *service, char *sentence, size_t size);

/* Reads what was believed last, once; then keeps it. The first of all rounds,
 * and before anything is served. */
int service_clock_keep_going(struct service *service, struct err *err);

/* A person has looked: it is right. Noted in every organisation, since there is
 * one clock. -ERR_CONFLICT: it is not in doubt; -ERR_INVALID: no reason. */
int service_clock_trust(struct service *service, const struct actor *actor,
    const char *reason, struct err *err);

#endif
