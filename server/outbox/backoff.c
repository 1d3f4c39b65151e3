#include "server/outbox/backoff.h"

#include <stddef.h>

#include "proto/base/time.h"
#include "proto/base/uuid.h"

#define STEPS_MAX 8
#define SECONDS(n) ((n)*TIME_SECOND_MS)
#define MINUTES(n) ((n)*TIME_MINUTE_MS)
#define HOURS(n) ((n)*TIME_HOUR_MS)

/* The last step repeats. */
static const int64_t steps[BACKOFF_KIND_COUNT][STEPS_MAX] = {
    /* A greylisting server wants minutes; a full mailbox, hours. */
    [BACKOFF_MAIL] = {MINUTES(2), MINUTES(10), MINUTES(30), HOURS(1), HOURS(2),
        HOURS(4), HOURS(6), HOURS(6)},
    [BACKOFF_MAIL_SERVER] = {SECONDS(10), SECONDS(30), MINUTES(1), MINUTES(2),
        MINUTES(5), MINUTES(10), MINUTES(10), MINUTES(10)},
    /* As Standard Webhooks proposes, up to ten hours. */
    [BACKOFF_DELIVERY] = {SECONDS(5), MINUTES(5), MINUTES(30), HOURS(2),
        HOURS(5), HOURS(10), HOURS(10), HOURS(10)},
    [BACKOFF_WEBHOOK] = {SECONDS(5), SECONDS(30), MINUTES(2), MINUTES(5),
        MINUTES(15), MINUTES(30), MINUTES(30), MINUTES(30)},
};

int64_t backoff_longest(void)
{
	return HOURS(12);
}

int64_t backoff_after(
    enum backoff_kind kind, int64_t failures, const struct rng *rng)
{
	int64_t index = failures < 1 ? 0 : failures - 1;
	int64_t wait;
	uint16_t random;

	if (index >= STEPS_MAX)
		index = STEPS_MAX - 1;
	wait = steps[kind][index];
	rng_fill(rng, &random, sizeof(random));
	return wait - wait / 5 + wait * 2 / 5 * random / UINT16_MAX;
}
