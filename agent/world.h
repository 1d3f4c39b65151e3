/*
 * world: the real clock, randomness and log of the agent. Made in main and
 * handed down; nothing else reads a clock or draws randomness.
 */
#ifndef AGENT_WORLD_H
#define AGENT_WORLD_H

#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"

const struct clock *world_clock(void);
const struct rng *world_rng(void);
int64_t world_monotonic(void); /* milliseconds */
/* One JSON object a line on standard error. */
void world_log(struct log *log, enum log_level level);

#endif
