/*
 * bench_world: what every measurement hands to the code it measures: bytes that
 * are the same in each run, a log that nobody reads, and a watch.
 */
#ifndef TESTS_BENCH_BENCH_WORLD_H
#define TESTS_BENCH_BENCH_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "proto/base/log.h"

/* For struct rng: xorshift, the same numbers in each run. */
static inline void bench_random(void *arg, void *out, size_t len)
{
	static uint64_t seed = 88172645463325252u;
	uint8_t *at = out;

	(void)arg;
	while (len-- > 0) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		*at++ = (uint8_t)seed;
	}
}

/* For struct log. */
static inline void bench_silent(
    void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)line;
	(void)len;
}

static inline double bench_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
