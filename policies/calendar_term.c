#include "policies/calendar.h"
#include "proto/base/time.h"

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Hours that run on working days only: the days off are skipped whole. */
static int64_t weekday_hours_end(
    const struct calendar_place *place, int64_t from_ms, int64_t left_ms)
{
	int64_t at = from_ms;
	int32_t day = calendar_day_at(place->zone, at);

	for (;;) {
		int64_t ends;

		if (!calendar_is_working_day(place->country, day)) {
			day = calendar_first_working_day(place->country, day);
			at = calendar_day_begins(place->zone, day);
		}
		ends = calendar_day_ends(place->zone, day);
		if (left_ms <= ends - at)
			break;
		left_ms -= ends - at;
		at = ends;
		day++;
	}
	return at + left_ms;
}

int64_t calendar_term_ends(const struct calendar_place *place, int64_t from_ms,
    const struct calendar_term *term)
{
	int64_t n = smaller(term->n, CALENDAR_TERM_MAX);
	int32_t day;

	if (term->unit == CALENDAR_HOURS && term->count == CALENDAR_EVERY_DAY)
		return from_ms + n * TIME_HOUR_MS;
	if (term->unit == CALENDAR_HOURS)
		return weekday_hours_end(place, from_ms, n * TIME_HOUR_MS);
	day = calendar_add_working_days(
	    place->country, calendar_day_at(place->zone, from_ms), (unsigned)n);
	return calendar_day_ends(place->zone, day);
}

int64_t calendar_next_working_day_at(
    const struct calendar_place *place, int32_t day, int minute)
{
	struct calendar_local local = {
	    .day = calendar_next_working_day(place->country, day),
	    .ms = (int32_t)(minute * TIME_MINUTE_MS),
	};

	return calendar_utc_of(place->zone, &local);
}
