/*
 * load: many phones at once against one listener, and what was seen from here:
 * how many answers, how long each took, what CPU the server's processes spent.
 */
#ifndef TESTS_BENCH_CHECKINS_LOAD_H
#define TESTS_BENCH_CHECKINS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/checkins/message.h"
#include "tests/bench/checkins/roster.h"
#include "tests/bench/checkins/wire.h"

struct err;

enum load_kind {
	LOAD_IDLE,         /* Idle, over and over */
	LOAD_TOKEN,        /* TokenUpdate, each with another token */
	LOAD_TOKEN_UNLOCK, /* with an UnlockToken, which the keeper seals */
	LOAD_CYCLE,        /* Idle, command, Acknowledged; until none is left */
	LOAD_CONNECT,      /* a new connection for every Idle */
	LOAD_HOLD,         /* one Idle each, then silence */
	LOAD_KIND_COUNT
};

#define LOAD_PIDS 2
struct load {
	enum load_kind kind;
	struct roster *roster;
	struct wire_target target;
	struct message_style style;
	unsigned connections; /* one phone each, from the first again */
	unsigned outstanding; /* requests under way at once; 0: any number */
	double rate; /* a second, on time whatever the answers; 0: off */
	double warm_seconds; /* not counted */
	double seconds;
	long pids[LOAD_PIDS]; /* whose CPU is counted; 0: none */
};

struct load_result {
	uint64_t answers; /* of LOAD_CYCLE: whole cycles */
	uint64_t errors;  /* any status but 200, any connection lost */
	uint64_t late;    /* with a rate: could not even be sent at the end */
	double seconds;
	double p50_ms, p99_ms, max_ms;
	uint64_t cpu_ns[LOAD_PIDS];
};

/*
 * LOAD_HOLD returns with the connections open; they close with the process.
 * 0, or a negative code when it could not even begin.
 */
int load_run(const struct load *load, struct load_result *out, struct err *err);

#endif
