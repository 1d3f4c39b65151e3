/* Dates as exports write them. */
#include <stdio.h>
#include <string.h>

#include "agent/connector/fact_map.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

/* "YYYY-MM-DD" from digits of either order; rest: what follows the date. */
static int read_date(const char *text, char out[11], const char **rest)
{
	static const struct {
		const char *shape; /* y, m, d: digits; else itself */
	} shapes[] = {{"yyyy-mm-dd"}, {"yyyy/mm/dd"}, {"dd.mm.yyyy"},
	    {"dd-mm-yyyy"}, {"dd/mm/yyyy"}, {"yyyymmdd"}};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const char *shape = shapes[i].shape;
		char *to[128] = {['y'] = out, ['m'] = out + 5, ['d'] = out + 8};
		const char *at = text;

		for (; *shape; shape++, at++) {
			if (!strchr("ymd", *shape) ? *at != *shape
			                           : *at < '0' || *at > '9')
				break;
			if (strchr("ymd", *shape))
				*to[(unsigned char)*shape]++ = *at;
		}
		if (*shape)
			continue;
		out[4] = out[7] = '-';
		out[10] = '\0';
		*rest = at;
		return 0;
	}
	return -ERR_INVALID;
}

int map_time_parse(const char *text, bool is_end, int64_t *unix_ms)
{
	char date[11];
	char whole[40];
	const char *rest;

	if (time_rfc3339_parse(text, unix_ms) == 0)
		return 0;
	if (read_date(text, date, &rest) < 0)
		return -ERR_INVALID;
	rest += strspn(rest, " T");
	if (strlen(rest) > 8)
		return -ERR_INVALID;
	if (!*rest)
		rest = is_end ? "23:59:59" : "00:00:00";
	(void)snprintf(whole, sizeof(whole), "%sT%s%sZ", date, rest,
	    strlen(rest) == 5 ? ":00" : "");
	return time_rfc3339_parse(whole, unix_ms) == 0 ? 0 : -ERR_INVALID;
}
