#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define STANDARD_MS TIME_HOUR_MS     /* CET: UTC+1 */
#define SUMMER_MS (2 * TIME_HOUR_MS) /* CEST: UTC+2 */

static const char *const names[CALENDAR_ZONE_COUNT] = {
    [CALENDAR_STOCKHOLM] = "Europe/Stockholm",
    [CALENDAR_COPENHAGEN] = "Europe/Copenhagen",
};

const char *calendar_zone_name(enum calendar_zone zone)
{
	return (unsigned)zone < CALENDAR_ZONE_COUNT ? names[zone] : NULL;
}

int calendar_zone_find(const char *name, enum calendar_zone *out)
{
	unsigned i;

	for (i = 0; i < CALENDAR_ZONE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum calendar_zone)i;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

/* Rounds towards the past. */
static int64_t floor_day(int64_t ms)
{
	int64_t day = ms / TIME_DAY_MS;

	return ms % TIME_DAY_MS < 0 ? day - 1 : day;
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t change_at(int year, int month)
{
	struct calendar_date last = {year, month, 31};
	int32_t day = calendar_day_of(&last);

	day -= calendar_weekday_of(day) % 7;
	return day * TIME_DAY_MS + TIME_HOUR_MS;
}

static int64_t offset_ms(int64_t utc_ms)
{
	struct calendar_date date;

	/* The year of UTC will do: both changes are far from New Year. */
	calendar_date_of((int32_t)floor_day(utc_ms), &date);
	return utc_ms >= change_at(date.year, 3) &&
	        utc_ms < change_at(date.year, 10)
	    ? SUMMER_MS
	    : STANDARD_MS;
}

void calendar_local_of(
    enum calendar_zone zone, int64_t utc_ms, struct calendar_local *out)
{
	int64_t local = utc_ms + offset_ms(utc_ms);
	int64_t day = floor_day(local);

	(void)zone; /* one rule for both */
	out->day = (int32_t)day;
	out->ms = (int32_t)(local - day * TIME_DAY_MS);
}

int32_t calendar_day_at(enum calendar_zone zone, int64_t utc_ms)
{
	struct calendar_local local;

	calendar_local_of(zone, utc_ms, &local);
	return local.day;
}

int64_t calendar_utc_of(
    enum calendar_zone zone, const struct calendar_local *local)
{
	int64_t wall = local->day * TIME_DAY_MS + local->ms;
	int64_t summer = wall - SUMMER_MS;

	(void)zone;
	/* The earlier of the two readings, where the clock shows it; a time
	 * that it jumps over is in neither, and standard time reads on. */
	if (offset_ms(summer) == SUMMER_MS)
		return summer;
	return wall - STANDARD_MS;
}

int64_t calendar_day_begins(enum calendar_zone zone, int32_t day)
{
	struct calendar_local midnight = {day, 0};

	return calendar_utc_of(zone, &midnight);
}

int64_t calendar_day_ends(enum calendar_zone zone, int32_t day)
{
	return calendar_day_begins(zone, day + 1);
}
