/*
 * roster_cell_fuzz: does any cell hurt its readers, is what they make of it a
 * text, a day, a number as the ledger writes them, and is what was made read as
 * itself again? The first byte says how days are written; the cell follows.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(int rc, const struct err *err)
{
	if (-(int)err->code != rc || !*err->text ||
	    !str_is_utf8(err->text, strlen(err->text)))
		abort();
}

static void read_text(const char *cell)
{
	char out[ROSTER_CELL_MAX];
	char again[ROSTER_CELL_MAX];
	struct err err = {0};
	int rc = roster_cell_text(cell, out, &err);

	if (rc < 0) {
		check_refusal(rc, &err);
		return;
	}
	if (!str_is_utf8(out, strlen(out)) || strpbrk(out, "\r\n") ||
	    roster_cell_text(out, again, NULL) < 0 || strcmp(out, again) != 0)
		abort();
	rc = roster_cell_name(out, &err);
	if (rc < 0)
		check_refusal(rc, &err);
	(void)roster_cell_is_identity_number(out);
}

static void read_day(const struct roster_map *map, const char *cell, int plus)
{
	static const struct roster_map iso = {.date = ROSTER_DATE_ISO};
	char out[ROSTER_CELL_MAX];
	char again[ROSTER_CELL_MAX];
	struct err err = {0};
	int32_t day;
	int rc = roster_cell_day(map, cell, plus, out, &err);

	if (rc < 0)
		check_refusal(rc, &err);
	else if (*out &&
	    (calendar_day_parse(out, &day, NULL) < 0 ||
	        (strcmp(out, "2099-01-01") != 0 &&
	            (roster_cell_day(&iso, out, 0, again, NULL) < 0 ||
	                strcmp(out, again) != 0))))
		abort();
}

static void read_number(const struct roster_map *map, const char *cell)
{
	char out[ROSTER_CELL_MAX];
	char again[ROSTER_CELL_MAX];
	struct err err = {0};
	int rc = roster_cell_number(map, cell, out, &err);

	if (rc < 0)
		check_refusal(rc, &err);
	else if (*out &&
	    (strspn(out, "+0123456789") != strlen(out) ||
	        roster_cell_number(map, out, again, NULL) < 0 ||
	        strcmp(out, again) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct roster_map map = {.country = "+46"};
	char *cell;

	if (size < 1)
		return 0;
	map.date = (enum roster_date)(data[0] % 3);
	if (data[0] & 4)
		map.country[0] = '\0';
	cell = strndup((const char *)data + 1, size - 1);
	/* The reader of CSV gives nothing else. */
	if (cell && str_is_utf8(cell, strlen(cell))) {
		read_text(cell);
		read_day(&map, cell, 0);
		read_day(&map, cell, 1);
		read_number(&map, cell);
	}
	free(cell);
	return 0;
}
