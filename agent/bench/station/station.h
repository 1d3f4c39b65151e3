/*
 * station: the bench's daemon: hears of phones, starts a worker for each job,
 * writes down what comes of it and talks with the server. One thread, one
 * loop; it parses no foreign bytes but usbmuxd's list and its own workers'
 * lines.
 */
#ifndef AGENT_BENCH_STATION_STATION_H
#define AGENT_BENCH_STATION_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"

struct agent_config;
struct err;
struct station;

struct station_world {
	const struct clock *clock;
	const struct rng *rng;
	const struct log *log;
	int64_t (*monotonic)(void); /* milliseconds */
};

/*
 * Makes its folders, takes the lock of the state folder and opens what it
 * watches. -ERR_BUSY: another agent runs on it. config is borrowed.
 */
int station_new(const struct agent_config *config,
    const struct station_world *world, struct station **out, struct err *err);
void station_free(struct station *station);

/* Runs until *stop is set (by a signal). */
int station_run(
    struct station *station, const volatile int *stop, struct err *err);
/* Runs until every phone there is has been read, every order done or waiting,
 * and everything reported; at most limit_ms. */
int station_run_once(struct station *station, const volatile int *stop,
    int64_t limit_ms, struct err *err);

/* One JSON document of all there is to see. */
int station_snapshot(
    struct station *station, struct buf *json, struct err *err);

/* Where a running agent answers; a connection gets a snapshot a line. */
#define STATION_SOCKET "agent.sock"

#endif
