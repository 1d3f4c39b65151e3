/*
 * uplink: the talk with the server in the daemon's loop, one request at a time
 * over one kept connection: first the reports that wait, then the orders for
 * the phones attached. Fails quietly and tries again, slower each time.
 */
#ifndef AGENT_BENCH_UPLINK_UPLINK_H
#define AGENT_BENCH_UPLINK_UPLINK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/bench/uplink/identity.h"
#include "agent/bench/uplink/order_book.h"
#include "agent/bench/uplink/outbox.h"
#include "proto/base/time.h"

struct err;
struct uplink;

struct uplink_hooks {
	/* Fills in the phones attached; borrowed until the call returns. */
	size_t (*phones)(void *arg, struct order_phone *out, size_t max);
	void (*on_order)(void *arg, const struct station_signed *one);
	/* Whose the phones are that were asked about; NULL, 0: nobody's. */
	void (*on_owners)(
	    void *arg, const struct station_owner *owners, size_t count);
	/* The server refused a report for good; it is forgotten. */
	void (*on_refused)(
	    void *arg, const char *report_id, const char *reason);
	/* A new certificate came; 0: it is kept, its end is in the identity. */
	int (*on_renewed)(void *arg, const struct station_join_answer *answer,
	    struct err *err);
	/* It was reached, or not, after the other. */
	void (*on_state)(void *arg, bool is_up, const char *sentence);
	void *arg;
};

/* clock: the time of day, against which the certificate's end is held. */
int uplink_new(const struct identity *identity, struct outbox *outbox,
    const struct uplink_hooks *hooks, const struct clock *clock,
    int64_t poll_ms, struct uplink **out, struct err *err);
void uplink_free(struct uplink *uplink);

/* Something changed: ask for orders soon. */
void uplink_wake(struct uplink *uplink);

size_t uplink_fds(struct uplink *uplink, struct pollfd *out, size_t max);
int64_t uplink_due(struct uplink *uplink, int64_t now);
/* Never blocks. now: monotonic ms. */
void uplink_step(struct uplink *uplink, int64_t now);

bool uplink_is_up(const struct uplink *uplink);
/* Nothing that matters is on its way and orders were asked for since the last wake. */
bool uplink_is_idle(const struct uplink *uplink);
const char *uplink_trouble(const struct uplink *uplink);

/* ---- blocking, each its own connection ---- */

/* In a worker: the server signs a supervised phone's challenge. */
int uplink_sign_challenge(const struct identity *identity,
    const struct station_challenge *challenge, struct station_bytes *cms,
    struct err *err);

/* `join`: the code for a certificate, kept in folder. ca_file may be NULL. */
int uplink_join(const char *server, const char *ca_file, const char *code,
    const char *name, const char *folder, struct err *err);

#endif
