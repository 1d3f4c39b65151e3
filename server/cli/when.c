#include "server/cli/when.h"

#include <stdio.h>

#include "proto/base/str.h"
#include "proto/base/time.h"

/* Two clocks of one machine differ by less; "in 1 second" would be odd. */
#define WHEN_NOW_MS (5 * TIME_SECOND_MS)
#define WHEN_ROUNDING 200

void when_text(int64_t at, int64_t now, char out[WHEN_TEXT_MAX])
{
	char span[TIME_TEXT_MAX];
	int64_t away = at > now ? at - now : now - at;

	if (away < WHEN_NOW_MS) {
		(void)str_copy(out, WHEN_TEXT_MAX, "just now");
		return;
	}
	/* What was set to 7 days a moment ago reads "in 7 days", not 6. */
	if (at > now)
		away += away / WHEN_ROUNDING;
	time_duration_text(away, span);
	(void)snprintf(out, WHEN_TEXT_MAX, at > now ? "in %s" : "%s ago", span);
}
