/*
 * calendar: civil dates, local time in Sweden and Denmark, their holidays and
 * working days, and the deadlines that are counted in them. Pure arithmetic:
 * it reads no clock and no time zone files, so a pack judges the same on every
 * machine. What it is not: a calendar of persons (absences are dates in the
 * store) and nothing about opening hours.
 *
 * A day is a number: days since 1970-01-01 in the proleptic Gregorian
 * calendar, so that yesterday is day - 1. Times are Unix milliseconds, UTC.
 */
#ifndef POLICIES_CALENDAR_H
#define POLICIES_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

struct err;

#define CALENDAR_YEAR_MIN 1583 /* the first whole Gregorian year */
#define CALENDAR_YEAR_MAX 9999
#define CALENDAR_DATE_TEXT_MAX 11 /* "2026-11-22" and NUL */

struct calendar_date {
	int year;  /* CALENDAR_YEAR_MIN … CALENDAR_YEAR_MAX */
	int month; /* 1 … 12 */
	int day;   /* 1 … 31 */
};

enum calendar_weekday {
	CALENDAR_MONDAY = 1, /* as ISO 8601 numbers them */
	CALENDAR_TUESDAY,
	CALENDAR_WEDNESDAY,
	CALENDAR_THURSDAY,
	CALENDAR_FRIDAY,
	CALENDAR_SATURDAY,
	CALENDAR_SUNDAY
};

/* ---- civil dates (calendar_date.c) ---- */

bool calendar_date_is_valid(const struct calendar_date *date);
/* date is valid. */
int32_t calendar_day_of(const struct calendar_date *date);
void calendar_date_of(int32_t day, struct calendar_date *out);
enum calendar_weekday calendar_weekday_of(int32_t day);

/* "2026-11-22", exactly so; -ERR_INVALID for another form or no such day. */
int calendar_day_parse(const char *text, int32_t *out, struct err *err);
void calendar_day_text(int32_t day, char out[CALENDAR_DATE_TEXT_MAX]);

/* Easter Sunday of the Gregorian calendar. */
int32_t calendar_easter(int year);

/* ---- local time (calendar_zone.c) ---- */

/*
 * Both keep Central European Time, and summer time by Directive 2000/84/EC:
 * from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday
 * of October. Exact from 1996 on, when October became the rule; taken for
 * earlier years as well.
 */
enum calendar_zone { CALENDAR_STOCKHOLM, CALENDAR_COPENHAGEN };
#define CALENDAR_ZONE_COUNT 2

/* "Europe/Stockholm" ↔ its number; NULL and -ERR_NOT_FOUND otherwise. */
const char *calendar_zone_name(enum calendar_zone zone);
int calendar_zone_find(const char *name, enum calendar_zone *out);

struct calendar_local {
	int32_t day;
	int32_t ms; /* since local midnight as a wall clock shows it */
};

/* What a wall clock there shows. */
void calendar_local_of(
    enum calendar_zone zone, int64_t utc_ms, struct calendar_local *out);
/* The day it is there. */
int32_t calendar_day_at(enum calendar_zone zone, int64_t utc_ms);

/*
 * A wall clock's time as UTC. A time that the clock jumps over in spring
 * (02:00 to 03:00) is read as if the clock had not been put forward yet: 02:30
 * is 03:30 summer time. One that comes twice in autumn is the first of them.
 */
int64_t calendar_utc_of(
    enum calendar_zone zone, const struct calendar_local *local);
/* Local midnight at which the day begins; it ends where the next begins. */
int64_t calendar_day_begins(enum calendar_zone zone, int32_t day);
int64_t calendar_day_ends(enum calendar_zone zone, int32_t day);

/* ---- holidays and working days (calendar_holiday.c) ---- */

enum calendar_country { CALENDAR_SE, CALENDAR_DK };
#define CALENDAR_COUNTRY_COUNT 2

/* "SE" ↔ its number; NULL and -ERR_NOT_FOUND otherwise. */
const char *calendar_country_name(enum calendar_country country);
int calendar_country_find(const char *name, enum calendar_country *out);

struct calendar_holiday {
	const char *name;   /* in the language of the country */
	const char *source; /* the law or the custom it stands in */
	/* Not a public holiday, yet a day off: eves, Grundlovsdag. */
	bool by_custom;
};

/* NULL: none. Sundays and Saturdays are not holidays by themselves. Static. */
const struct calendar_holiday *calendar_holiday_find(
    enum calendar_country country, int32_t day);

/* Monday to Friday and no holiday, by law or by custom. */
bool calendar_is_working_day(enum calendar_country country, int32_t day);
/* The first working day after the day. */
int32_t calendar_next_working_day(enum calendar_country country, int32_t day);
/* The day itself when it is one, else the next. */
int32_t calendar_first_working_day(enum calendar_country country, int32_t day);
/* The nth working day after the day; n 0 is calendar_first_working_day(). */
int32_t calendar_add_working_days(
    enum calendar_country country, int32_t day, unsigned n);

/* ---- deadlines (calendar_term.c) ---- */

enum calendar_unit { CALENDAR_HOURS, CALENDAR_WORKING_DAYS };
enum calendar_count {
	CALENDAR_WEEKDAYS, /* the hours of days off are not counted */
	CALENDAR_EVERY_DAY
};

#define CALENDAR_TERM_MAX 10000 /* hours or days: more than a year */

/*
 * What a policy promises: RON "24 timmar (vardagar)" {24, hours, weekdays},
 * ALB "et døgn" {24, hours, every day}, BOT "två arbetsdagar" {2, working
 * days}, where the last member says nothing.
 */
struct calendar_term {
	unsigned n; /* at most CALENDAR_TERM_MAX */
	enum calendar_unit unit;
	enum calendar_count count;
};

/* Where and by which calendar it is counted. */
struct calendar_place {
	enum calendar_country country;
	enum calendar_zone zone;
};

/*
 * When the term that begins at from_ms is over.
 *   hours, every day: so many hours later;
 *   hours, weekdays: so many hours of working days later: from Friday 15:00,
 *     24 hours end on Monday at 15:00; what begins on a day off begins at the
 *     start of the next working day;
 *   working days: at the end of the nth working day after the local day of
 *     from_ms; n 0: at the end of the first working day from that day on.
 */
int64_t calendar_term_ends(const struct calendar_place *place, int64_t from_ms,
    const struct calendar_term *term);

/* Local wall-clock time on the first working day after the day: a phone is
 * erased at 08:00 then. minute: of the day, 0 … 1439. */
int64_t calendar_next_working_day_at(
    const struct calendar_place *place, int32_t day, int minute);

#endif
