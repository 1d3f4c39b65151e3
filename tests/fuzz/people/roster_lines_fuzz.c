/*
 * roster_lines_fuzz: do any lines hurt the reader of rosters between programs,
 * and is one without its end never taken?
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/roster/roster_lines.h"
#include "tests/fuzz/people/roster_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct roster *roster = NULL;
	struct err err = {0};
	int rc =
	    roster_lines_read("ad", ROSTER_DELTA, data, size, &roster, &err);

	if (rc < 0)
		roster_check_refusal(rc, &err);
	else {
		roster_check(roster);
		if (!memmem(data, size, "end", 3) && !memchr(data, '\\', size))
			abort();
	}
	roster_free(roster);
	return 0;
}
