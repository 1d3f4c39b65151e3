/*
 * bench_wipe: what a wipe asks of the bench, and when: an order to erase, then
 * an order to look whether it has happened. Inside transactions.
 */
#ifndef SERVER_SERVICE_STATION_BENCH_WIPE_H
#define SERVER_SERVICE_STATION_BENCH_WIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/station/bench.h"

/*
 * A phone says Acknowledged and goes on answering for a moment before it
 * erases itself: a look that began earlier than this after it tells nothing
 * against the phone.
 */
#define BENCH_WIPE_BEGINS_MS (20 * TIME_SECOND_MS)

struct bench_wipe_look {
	struct service *service;
	const char *org_id;
	const char *udid;
	const char *serial; /* "" not known: the UDID alone says who */
	int64_t now;
	bool is_plugged_in; /* just now: an erased phone comes back so */
	bool is_dry;        /* only look whether there is anything to do */
};

/* Makes the order that the phone's wipe needs now; *is_work is set when there
 * is (or, dry, would be) one. -ERR_IO. */
int bench_wipe_ensure(struct txn *txn, const struct bench_wipe_look *look,
    bool *is_work, struct err *err);

/* True: the look of this order began late enough to speak against the phone. */
bool bench_wipe_had_time(
    const struct wipe *wipe, const struct work_order_row *verify);

#endif
