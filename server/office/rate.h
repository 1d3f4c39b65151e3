/*
 * rate: token buckets by key, in memory of fixed size. A bucket holds `burst`
 * and one more every interval_ms; what is kept of it is the one time at which
 * it will be full again (the generic cell rate algorithm, ITU-T I.371). When
 * a place is wanted and all are taken, the bucket that is nearest to full
 * makes room: forgetting it gives away least. Safe from any thread.
 */
#ifndef SERVER_OFFICE_RATE_H
#define SERVER_OFFICE_RATE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct rng;

struct rate_limit {
	unsigned burst;      /* at least 1 */
	int64_t interval_ms; /* at least 1 */
};

struct rate_table;

/* places: rounded up to a power of two; the rng makes its hash private, so
 * that nobody can choose whose bucket to push out. */
int rate_table_new(size_t places, const struct rate_limit *limit,
    const struct rng *rng, struct rate_table **out, struct err *err);
void rate_table_free(struct rate_table *table);

/* Takes one; 0, or the milliseconds until there is one: none was taken. */
int64_t rate_take(struct rate_table *table, const char *key, int64_t now);
/* The same, but takes nothing. */
int64_t rate_look(struct rate_table *table, const char *key, int64_t now);

#endif
