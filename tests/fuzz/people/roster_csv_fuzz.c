/*
 * roster_csv_fuzz: does any file under any column map hurt the reader of
 * people, and is what comes out a roster in which nobody stands twice and every
 * fault can be shown? The input is a map, a NUL and the file.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/roster/roster_csv.h"
#include "tests/fuzz/people/roster_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	struct roster *roster = NULL;
	struct roster_map map;
	struct err err = {0};
	int rc;

	if (!nul || roster_map_parse((const char *)data, &map, NULL) < 0)
		return 0;
	rc = roster_csv_read("hr", ROSTER_FULL, &map, nul + 1,
	    size - (size_t)(nul - data) - 1, &roster, &err);
	if (rc < 0)
		roster_check_refusal(rc, &err);
	else
		roster_check(roster);
	roster_free(roster);
	return 0;
}
