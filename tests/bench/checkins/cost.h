/*
 * cost: what other processes have spent: nanoseconds of CPU, user and kernel,
 * of all their threads, as the scheduler counts them.
 */
#ifndef TESTS_BENCH_CHECKINS_COST_H
#define TESTS_BENCH_CHECKINS_COST_H

#include <stdint.h>

/* 0 when there is no such process. Threads that have ended do not count. */
uint64_t cost_cpu_ns(long pid);

/* CLOCK_MONOTONIC. */
double cost_seconds(void);

#endif
