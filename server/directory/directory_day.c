#include "server/directory/directory_day.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define DIGITS "0123456789"

#define FILETIME_MIN_LEN 18 /* 1917; what is shorter is another number */
#define FILETIME_MAX_LEN 19
#define FILETIME_DAY UINT64_C(864000000000)
#define FILETIME_1970 134774 /* days from 1601-01-01 */

static int refuse(struct err *err)
{
	return err_set(err, ERR_INVALID,
	    "is no day: a generalized time (20261231235959Z), 2026-12-31 or, "
	    "of a last day, accountExpires");
}

/* Two digits below limit; what stands there is digits. */
static bool is_below(const char *two, int limit)
{
	return (two[0] - '0') * 10 + two[1] - '0' < limit;
}

/* "+0100", "-05", "Z" or nothing. */
static bool is_zone(const char *text)
{
	size_t digits;

	if (strcmp(text, "Z") == 0 || !*text)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	digits = strspn(++text, DIGITS);
	return (digits == 2 || digits == 4) && !text[digits] &&
	    is_below(text, 24) && (digits == 2 || is_below(text + 2, 60));
}

/* What stands behind the day: "235959.5Z". */
static bool is_time_of_day(const char *text)
{
	size_t digits = strspn(text, DIGITS);
	const char *rest = text + digits;

	if (digits == 0)
		return !*text;
	if ((digits != 2 && digits != 4 && digits != 6) ||
	    !is_below(text, 24) || (digits > 2 && !is_below(text + 2, 60)) ||
	    (digits > 4 && !is_below(text + 4, 61)))
		return false;
	if (*rest == '.' || *rest == ',') {
		digits = strspn(++rest, DIGITS);
		if (digits == 0)
			return false;
		rest += digits;
	}
	return is_zone(rest);
}

int directory_day_parse(
    const char *text, char out[CALENDAR_DATE_TEXT_MAX], struct err *err)
{
	size_t digits = strspn(text, DIGITS);
	char day[CALENDAR_DATE_TEXT_MAX] = "";
	int32_t number;

	if (digits == 4)
		(void)str_copy(day, sizeof(day), text);
	else if (digits >= 8 && is_time_of_day(text + 8))
		(void)snprintf(day, sizeof(day), "%.4s-%.2s-%.2s", text,
		    text + 4, text + 6);
	if (calendar_day_parse(day, &number, NULL) < 0)
		return refuse(err);
	calendar_day_text(number, out);
	return 0;
}

/* A moment behind our calendar, as the largest number is, never comes. */
static void filetime_text(uint64_t ticks, char out[CALENDAR_DATE_TEXT_MAX])
{
	const struct calendar_date end = {CALENDAR_YEAR_MAX, 12, 31};
	int64_t day = (int64_t)((ticks - 1) / FILETIME_DAY) - FILETIME_1970;

	if (day > calendar_day_of(&end))
		out[0] = '\0';
	else
		calendar_day_text((int32_t)day, out);
}

int directory_day_parse_last(
    const char *text, char out[CALENDAR_DATE_TEXT_MAX], struct err *err)
{
	size_t digits = strspn(text, DIGITS);
	uint64_t ticks = 0;

	if (strcmp(text, "0") == 0) {
		out[0] = '\0';
		return 0;
	}
	if (text[digits] || digits < FILETIME_MIN_LEN)
		return directory_day_parse(text, out, err);
	if (str_number_parse(text, INT64_MAX, &ticks) < 0 ||
	    digits > FILETIME_MAX_LEN)
		return refuse(err);
	filetime_text(ticks, out);
	return 0;
}
