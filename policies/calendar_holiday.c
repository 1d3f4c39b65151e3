/*
 * calendar_holiday: the days off of a country as a table. What a municipality
 * promises "on weekdays" or "in working days" is counted without them.
 *
 * Sweden. Public holidays: lag (1989:253) om allmänna helgdagar, with the
 * change of SFS 2004:1320, in force 2005-04-01 (6 June came, Whit Monday
 * went). Midsummer's, Christmas and New Year's eve are no public holidays, but
 * lag (1930:173) om beräkning av lagstadgad tid, 2 §, lets no time run out on
 * them, and offices are closed.
 *
 * Denmark. No single law lists the holidays; those on which shops keep closed
 * stand in lov om detailsalg fra butikker m.v. (lukkeloven) § 2 as lov om
 * konsekvenser ved afskaffelsen af store bededag som helligdag changed it: from
 * 2024-01-01 Store Bededag is a working day. Grundlovsdag, 24 and 31 December
 * are no holy days; forældelsesloven § 27, 2 lets no time run out on them.
 */
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"

#define EASTER 0 /* in the place of a month: days after Easter Sunday */
#define ON_IT 0  /* in the place of a weekday: on the date itself */

struct holiday_rule {
	struct calendar_holiday is;
	int month;   /* or EASTER */
	int day;     /* of the month, or from Easter Sunday */
	int weekday; /* the first such day from the date on, or ON_IT */
	int from;    /* first year; 0: all */
	int until;   /* first year that has it no more; 0: still kept */
};

#define SE_LAW "lag (1989:253) om allmänna helgdagar"
#define SE_TIME "lag (1930:173) om beräkning av lagstadgad tid, 2 §"
#define DK_SHOPS "lov om detailsalg fra butikker m.v. § 2"
#define DK_TIME "forældelsesloven § 27, stk. 2"
#define DK_PRAYER                                                              \
	"until lov om konsekvenser ved afskaffelsen af store bededag som "     \
	"helligdag (2023)"

// clang-format off
static const struct holiday_rule sweden[] = {
    {{"Nyårsdagen", SE_LAW, false}, 1, 1, ON_IT, 0, 0},
    {{"Trettondedag jul", SE_LAW, false}, 1, 6, ON_IT, 0, 0},
    {{"Långfredagen", SE_LAW, false}, EASTER, -2, ON_IT, 0, 0},
    {{"Påskdagen", SE_LAW, false}, EASTER, 0, ON_IT, 0, 0},
    {{"Annandag påsk", SE_LAW, false}, EASTER, 1, ON_IT, 0, 0},
    {{"Första maj", SE_LAW, false}, 5, 1, ON_IT, 0, 0},
    {{"Kristi himmelsfärdsdag", SE_LAW, false}, EASTER, 39, ON_IT, 0, 0},
    {{"Pingstdagen", SE_LAW, false}, EASTER, 49, ON_IT, 0, 0},
    {{"Annandag pingst", SE_LAW, false}, EASTER, 50, ON_IT, 0, 2005},
    {{"Nationaldagen", SE_LAW, false}, 6, 6, ON_IT, 2005, 0},
    /* The eve is the Friday before the Saturday of 20 to 26 June. */
    {{"Midsommarafton", SE_TIME, true}, 6, 19, CALENDAR_FRIDAY, 0, 0},
    {{"Midsommardagen", SE_LAW, false}, 6, 20, CALENDAR_SATURDAY, 0, 0},
    {{"Alla helgons dag", SE_LAW, false}, 10, 31, CALENDAR_SATURDAY, 0, 0},
    {{"Julafton", SE_TIME, true}, 12, 24, ON_IT, 0, 0},
    {{"Juldagen", SE_LAW, false}, 12, 25, ON_IT, 0, 0},
    {{"Annandag jul", SE_LAW, false}, 12, 26, ON_IT, 0, 0},
    {{"Nyårsafton", SE_TIME, true}, 12, 31, ON_IT, 0, 0},
};

static const struct holiday_rule denmark[] = {
    {{"Nytårsdag", DK_SHOPS, false}, 1, 1, ON_IT, 0, 0},
    {{"Skærtorsdag", DK_SHOPS, false}, EASTER, -3, ON_IT, 0, 0},
    {{"Langfredag", DK_SHOPS, false}, EASTER, -2, ON_IT, 0, 0},
    {{"1. påskedag", DK_SHOPS, false}, EASTER, 0, ON_IT, 0, 0},
    {{"2. påskedag", DK_SHOPS, false}, EASTER, 1, ON_IT, 0, 0},
    /* The fourth Friday after Easter. */
    {{"Store bededag", DK_PRAYER, false}, EASTER, 26, ON_IT, 0, 2024},
    {{"Kristi himmelfartsdag", DK_SHOPS, false}, EASTER, 39, ON_IT, 0, 0},
    {{"1. pinsedag", DK_SHOPS, false}, EASTER, 49, ON_IT, 0, 0},
    {{"2. pinsedag", DK_SHOPS, false}, EASTER, 50, ON_IT, 0, 0},
    {{"Grundlovsdag", DK_TIME, true}, 6, 5, ON_IT, 0, 0},
    {{"Juleaftensdag", DK_TIME, true}, 12, 24, ON_IT, 0, 0},
    {{"1. juledag", DK_SHOPS, false}, 12, 25, ON_IT, 0, 0},
    {{"2. juledag", DK_SHOPS, false}, 12, 26, ON_IT, 0, 0},
    {{"Nytårsaftensdag", DK_TIME, true}, 12, 31, ON_IT, 0, 0},
};
// clang-format on

static const struct country {
	const char *name;
	const struct holiday_rule *rules;
	size_t count;
} countries[CALENDAR_COUNTRY_COUNT] = {
    [CALENDAR_SE] = {"SE", sweden, sizeof(sweden) / sizeof(sweden[0])},
    [CALENDAR_DK] = {"DK", denmark, sizeof(denmark) / sizeof(denmark[0])},
};

const char *calendar_country_name(enum calendar_country country)
{
	return (unsigned)country < CALENDAR_COUNTRY_COUNT
	    ? countries[country].name
	    : NULL;
}

int calendar_country_find(const char *name, enum calendar_country *out)
{
	unsigned i;

	for (i = 0; i < CALENDAR_COUNTRY_COUNT; i++) {
		if (strcmp(countries[i].name, name) == 0) {
			*out = (enum calendar_country)i;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

static int32_t rule_day(const struct holiday_rule *rule, int year)
{
	struct calendar_date date = {year, rule->month, rule->day};
	int32_t day;

	if (rule->month == EASTER)
		return calendar_easter(year) + rule->day;
	day = calendar_day_of(&date);
	if (rule->weekday)
		day += (rule->weekday - (int)calendar_weekday_of(day) + 7) % 7;
	return day;
}

static bool is_kept(const struct holiday_rule *rule, int year)
{
	return year >= rule->from && (!rule->until || year < rule->until);
}

const struct calendar_holiday *calendar_holiday_find(
    enum calendar_country country, int32_t day)
{
	const struct calendar_holiday *found = NULL;
	struct calendar_date date;
	size_t i;

	if ((unsigned)country >= CALENDAR_COUNTRY_COUNT)
		return NULL;
	calendar_date_of(day, &date);
	for (i = 0; i < countries[country].count; i++) {
		const struct holiday_rule *rule = &countries[country].rules[i];

		if (!is_kept(rule, date.year) ||
		    rule_day(rule, date.year) != day)
			continue;
		/* Two on one day: the law's goes before the custom's. */
		if (!found || found->by_custom)
			found = &rule->is;
	}
	return found;
}

bool calendar_is_working_day(enum calendar_country country, int32_t day)
{
	return calendar_weekday_of(day) < CALENDAR_SATURDAY &&
	    !calendar_holiday_find(country, day);
}

int32_t calendar_next_working_day(enum calendar_country country, int32_t day)
{
	return calendar_first_working_day(country, day + 1);
}

int32_t calendar_first_working_day(enum calendar_country country, int32_t day)
{
	while (!calendar_is_working_day(country, day))
		day++;
	return day;
}

int32_t calendar_add_working_days(
    enum calendar_country country, int32_t day, unsigned n)
{
	unsigned i;

	if (n == 0)
		return calendar_first_working_day(country, day);
	for (i = 0; i < n; i++)
		day = calendar_next_working_day(country, day);
	return day;
}
