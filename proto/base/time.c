#include "proto/base/time.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

int64_t clock_now(const struct clock *clock)
{
	return clock->now_ms(clock->arg);
}

/* Civil date ↔ day number, proleptic Gregorian; day 0 is 1970-01-01. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t era;
	int64_t year_of_era;
	int64_t day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t era;
	int64_t day_of_era;
	int64_t year_of_era;
	int64_t day_of_year;
	int64_t shifted_month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	                  day_of_era / 146096) /
	    365;
	day_of_year = day_of_era -
	    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted_month = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int)(shifted_month + (shifted_month < 10 ? 3 : -9));
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

void time_rfc3339(int64_t unix_ms, char out[TIME_TEXT_MAX])
{
	int64_t days = unix_ms / TIME_DAY_MS;
	int64_t rest = unix_ms % TIME_DAY_MS;
	int year;
	int month;
	int day;
	int used;

	if (rest < 0) {
		rest += TIME_DAY_MS;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	used = snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d",
	    year, month, day, (int)(rest / TIME_HOUR_MS),
	    (int)(rest / TIME_MINUTE_MS % 60),
	    (int)(rest / TIME_SECOND_MS % 60));
	if (used < 0 || used >= TIME_TEXT_MAX - 6)
		return;
	if (rest % 1000)
		used += snprintf(out + used, TIME_TEXT_MAX - (size_t)used,
		    ".%03d", (int)(rest % 1000));
	(void)snprintf(out + used, TIME_TEXT_MAX - (size_t)used, "Z");
}

static bool digits(const char *text, size_t count, int *out)
{
	*out = 0;
	for (; count > 0; count--, text++) {
		if (*text < '0' || *text > '9')
			return false;
		*out = *out * 10 + (*text - '0');
	}
	return true;
}

static bool is_date(int year, int month, int day)
{
	static const int lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= lengths[month - 1] + (month == 2 && leap);
}

static int offset_parse(const char *at, int64_t *ms)
{
	int hours;
	int minutes;

	if (strcmp(at, "Z") == 0 || strcmp(at, "z") == 0) {
		*ms = 0;
		return 0;
	}
	if ((at[0] != '+' && at[0] != '-') || strlen(at) != 6 || at[3] != ':' ||
	    !digits(at + 1, 2, &hours) || !digits(at + 4, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return -(int)ERR_INVALID;
	*ms = hours * TIME_HOUR_MS + minutes * TIME_MINUTE_MS;
	if (at[0] == '-')
		*ms = -*ms;
	return 0;
}

int time_rfc3339_parse(const char *text, int64_t *unix_ms)
{
	int year, month, day, hour, minute, second;
	int64_t fraction = 0;
	int64_t offset;
	int64_t scale;

	if (strlen(text) < 20 || !digits(text, 4, &year) || text[4] != '-' ||
	    !digits(text + 5, 2, &month) || text[7] != '-' ||
	    !digits(text + 8, 2, &day) ||
	    (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
	    !digits(text + 11, 2, &hour) || text[13] != ':' ||
	    !digits(text + 14, 2, &minute) || text[16] != ':' ||
	    !digits(text + 17, 2, &second))
		return -(int)ERR_INVALID;
	if (!is_date(year, month, day) || hour > 23 || minute > 59 ||
	    second > 60)
		return -(int)ERR_INVALID;
	text += 19;
	if (*text == '.') {
		text++;
		if (*text < '0' || *text > '9')
			return -(int)ERR_INVALID;
		for (scale = 100; *text >= '0' && *text <= '9'; text++) {
			fraction += (*text - '0') * scale;
			scale /= 10;
		}
	}
	if (offset_parse(text, &offset) < 0)
		return -(int)ERR_INVALID;
	*unix_ms = days_from_civil(year, month, day) * TIME_DAY_MS +
	    hour * TIME_HOUR_MS + minute * TIME_MINUTE_MS +
	    second * TIME_SECOND_MS + fraction - offset;
	return 0;
}

int time_duration_parse(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", TIME_SECOND_MS}, {"m", TIME_MINUTE_MS},
	    {"h", TIME_HOUR_MS}, {"d", TIME_DAY_MS}};
	int64_t count = 0;
	size_t i;

	if (*text < '0' || *text > '9')
		return -(int)ERR_INVALID;
	for (; *text >= '0' && *text <= '9'; text++) {
		count = count * 10 + (*text - '0');
		if (count > 1000000)
			return -(int)ERR_INVALID;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].unit) == 0) {
			*ms = count * units[i].ms;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}

void time_duration_text(int64_t ms, char out[TIME_TEXT_MAX])
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"day", TIME_DAY_MS}, {"hour", TIME_HOUR_MS},
	    {"minute", TIME_MINUTE_MS}, {"second", TIME_SECOND_MS}};
	int64_t count = 0;
	size_t i;

	if (ms < 0)
		ms = 0;
	for (i = 0; i < 3; i++)
		if (ms >= units[i].ms)
			break;
	count = ms / units[i].ms;
	(void)snprintf(out, TIME_TEXT_MAX, "%lld %s%s", (long long)count,
	    units[i].name, count == 1 ? "" : "s");
}
