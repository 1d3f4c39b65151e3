#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"

/* Days of 400, 100, 4 years and of a year that begins in March, so that the
 * day that comes and goes is the last one. */
#define DAYS_400 146097
#define DAYS_BEFORE_1970 719468 /* from 1 March of year 0 */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
	static const int lengths[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

bool calendar_date_is_valid(const struct calendar_date *date)
{
	return date->year >= CALENDAR_YEAR_MIN &&
	    date->year <= CALENDAR_YEAR_MAX && date->month >= 1 &&
	    date->month <= 12 && date->day >= 1 &&
	    date->day <= month_length(date->year, date->month);
}

int32_t calendar_day_of(const struct calendar_date *date)
{
	/* March is month 0 of its year, February month 11 of the same. */
	int year = date->month <= 2 ? date->year - 1 : date->year;
	int month = (date->month + 9) % 12;
	int century = year / 100;

	return 365 * year + year / 4 - century + century / 4 +
	    (153 * month + 2) / 5 + date->day - 1 - DAYS_BEFORE_1970;
}

void calendar_date_of(int32_t day, struct calendar_date *out)
{
	int32_t shifted = day + DAYS_BEFORE_1970;
	int32_t era =
	    (shifted >= 0 ? shifted : shifted - (DAYS_400 - 1)) / DAYS_400;
	int32_t in_era = shifted - era * DAYS_400;
	int32_t year = (in_era - in_era / 1460 + in_era / 36524 -
	                   in_era / (DAYS_400 - 1)) /
	    365;
	int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int32_t month = (5 * in_year + 2) / 153;

	out->day = in_year - (153 * month + 2) / 5 + 1;
	out->month = month < 10 ? month + 3 : month - 9;
	out->year = year + era * 400 + (out->month <= 2);
}

enum calendar_weekday calendar_weekday_of(int32_t day)
{
	/* 1970-01-01 was a Thursday. */
	int32_t since_monday = (day + CALENDAR_THURSDAY - 1) % 7;

	if (since_monday < 0)
		since_monday += 7;
	return (enum calendar_weekday)(CALENDAR_MONDAY + since_monday);
}

/* Exactly so many digits; -1 otherwise. */
static int digits(const char *text, int count)
{
	int value = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = 10 * value + (text[i] - '0');
	}
	return value;
}

int calendar_day_parse(const char *text, int32_t *out, struct err *err)
{
	struct calendar_date date;

	if (!text || strlen(text) != CALENDAR_DATE_TEXT_MAX - 1 ||
	    text[4] != '-' || text[7] != '-')
		return err_set(
		    err, ERR_INVALID, "a date is written as 2026-11-22");
	date.year = digits(text, 4);
	date.month = digits(text + 5, 2);
	date.day = digits(text + 8, 2);
	if (!calendar_date_is_valid(&date))
		return err_set(
		    err, ERR_INVALID, "there is no such day in the calendar");
	*out = calendar_day_of(&date);
	return 0;
}

void calendar_day_text(int32_t day, char out[CALENDAR_DATE_TEXT_MAX])
{
	struct calendar_date date;
	char text[40];

	calendar_date_of(day, &date);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", date.year,
	    date.month, date.day);
	memcpy(out, text, CALENDAR_DATE_TEXT_MAX - 1);
	out[CALENDAR_DATE_TEXT_MAX - 1] = '\0';
}

/*
 * Gauss's rule in the form of Lichtenberg (1997), which needs no exceptions:
 * the day of March of the full moon, then the Sunday after it.
 */
int32_t calendar_easter(int year)
{
	int century = year / 100;
	int moon_shift = 15 + (3 * century + 3) / 4 - (8 * century + 13) / 25;
	int sun_shift = 2 - (3 * century + 3) / 4;
	int golden = year % 19;
	int seed = (19 * golden + moon_shift) % 30;
	int correction = (seed + golden / 11) / 29;
	int full_moon = 21 + seed - correction;
	int first_sunday = 7 - (year + year / 4 + sun_shift) % 7;
	int until_sunday = 7 - (full_moon - first_sunday) % 7;
	struct calendar_date march = {year, 3, 1};

	return calendar_day_of(&march) + full_moon + until_sunday - 1;
}
