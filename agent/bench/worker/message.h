/*
 * message: what a worker says to the daemon, one JSON object a line. The worker
 * has read foreign bytes, so the daemon reads it as it would a stranger.
 */
#ifndef AGENT_BENCH_WORKER_MESSAGE_H
#define AGENT_BENCH_WORKER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/bench/phone/failure.h"
#include "proto/base/buf.h"
#include "proto/station/station_report.h"

struct err;

enum message_kind {
	MESSAGE_WAIT,   /* failure: what is waited for */
	MESSAGE_STEP,   /* step, percent */
	MESSAGE_REPORT, /* report, is_journaled */
	MESSAGE_GLANCE, /* report: facts told in clear, a part of them */
	MESSAGE_DONE,   /* failure, native */
};

struct message {
	enum message_kind kind;
	enum failure failure;
	int native;
	char step[64];
	unsigned percent; /* 0–100 */
	bool is_journaled;
	struct station_report report;
};

/* With its newline. */
int message_encode(
    const struct message *message, struct buf *line, struct err *err);
int message_parse(
    const char *line, size_t len, struct message *out, struct err *err);

#endif
