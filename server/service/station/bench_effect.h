/*
 * bench_effect: what one believed report changes. Runs inside the transaction
 * that keeps the report.
 */
#ifndef SERVER_SERVICE_STATION_BENCH_EFFECT_H
#define SERVER_SERVICE_STATION_BENCH_EFFECT_H

#include "proto/station/station_report.h"
#include "server/service/station/bench.h"

struct bench_effect {
	struct service *service;
	const struct station_row *station;
	const struct station_report *report;
	int64_t now;
};

/*
 * -ERR_DENIED, -ERR_CONFLICT, -ERR_INVALID, -ERR_NOT_FOUND: the report does not
 * fit what we know (an order that this station was never given, of another
 * phone); it is kept all the same and has no effect.
 */
int bench_effect_apply(
    struct txn *txn, struct bench_effect *effect, struct err *err);

/* Kind "proof" (bench_proof.c). */
int bench_effect_proof(
    struct txn *txn, struct bench_effect *effect, struct err *err);

/* The order that the report speaks of, when this station has it for that very
 * phone; -ERR_DENIED otherwise. */
int bench_effect_order(struct txn *txn, const struct bench_effect *effect,
    const char *order_id, struct work_order_row *out, struct err *err);

#endif
