/*
 * worker: runs one function in a short-lived child process with a wall-clock
 * limit and a memory limit, so that a phone that hangs, lies or makes a library
 * abort costs its own job and nothing else. What the child says comes over a
 * pipe, line by line.
 */
#ifndef AGENT_BENCH_WORKER_WORKER_H
#define AGENT_BENCH_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/base/buf.h"

struct err;

/* A phone's answers are below 10 MB; libimobiledevice, OpenSSL and curl map
 * about 60 MB. Deep or huge property lists end here. */
#define WORKER_MEMORY (512UL * 1024 * 1024)
#define WORKER_LINE_MAX (256 * 1024)
/* libimobiledevice aborts on a descriptor of 1024 or more. */
#define WORKER_FILES 256

struct worker {
	pid_t pid;        /* 0: not running */
	int fd;           /* to poll for reading; -1 none */
	int64_t deadline; /* monotonic ms; killed then */
	struct buf in;
	bool was_killed; /* by the deadline */
};

/* Runs in the child; what it returns is the exit status. */
typedef int worker_fn(void *arg, int out);

/* -ERR_IO: no process or pipe. */
int worker_start(struct worker *worker, worker_fn *fn, void *arg,
    int64_t deadline, struct err *err);

/*
 * Reads what there is. each is called for every whole line, without its
 * newline. 1: more may come; 0: the child has closed its end; -ERR_LIMIT: a
 * line longer than WORKER_LINE_MAX, which no child of ours writes.
 */
int worker_read(struct worker *worker,
    void (*each)(void *arg, const char *line, size_t len), void *arg);

enum worker_end {
	WORKER_RUNS,
	WORKER_DONE, /* exit status 0 */
	WORKER_DIED, /* any other end */
	WORKER_LATE, /* killed at its deadline */
};

/* Kills it when it is late. After the end the struct can be used again. */
enum worker_end worker_check(struct worker *worker, int64_t now);

/* Kills by its pid and waits: at a stop, or when its phone has gone. */
void worker_kill(struct worker *worker);

#endif
