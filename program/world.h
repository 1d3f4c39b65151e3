/*
 * world: the real clock, randomness and log of a program. Made in main and
 * handed down; nothing else reads a clock or draws randomness.
 */
#ifndef PROGRAM_WORLD_H
#define PROGRAM_WORLD_H

#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"

/*
 * In builds with assertions the file that WORKPHONE_TEST_CLOCK_FILE names holds
 * milliseconds to add, so that tests can let days pass.
 */
const struct clock *world_clock(void);
/*
 * A second number in that file moves this one otherwise than the wall clock,
 * and a third, 0, says that the kernel is not in step with a time server.
 */
const struct boot_clock *world_boot_clock(void);
const struct rng *world_rng(void);
int64_t world_monotonic(void); /* milliseconds; tests cannot move it */
/* One JSON object a line on standard error. */
void world_log(struct log *log, enum log_level level);

#endif
