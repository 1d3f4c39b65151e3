#include "server/service/page/day_words.h"

#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"

enum { SV, DA, EN, LANGUAGES };

static const char *const months[LANGUAGES][12] = {
    [SV] = {"januari", "februari", "mars", "april", "maj", "juni", "juli",
        "augusti", "september", "oktober", "november", "december"},
    [DA] = {"januar", "februar", "marts", "april", "maj", "juni", "juli",
        "august", "september", "oktober", "november", "december"},
    [EN] = {"January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December"},
};

static int language_of(const char *language)
{
	if (strcmp(language, "sv") == 0)
		return SV;
	return strcmp(language, "da") == 0 ? DA : EN;
}

void day_words(
    int32_t day, const char *language, bool with_year, char out[DAY_WORDS_MAX])
{
	int index = language_of(language);
	struct calendar_date date;
	char year[16] = "";

	calendar_date_of(day, &date);
	if (with_year)
		(void)snprintf(year, sizeof(year), " %d", date.year);
	(void)snprintf(out, DAY_WORDS_MAX, "%d%s %s%s", date.day,
	    index == DA ? "." : "", months[index][(date.month - 1) % 12], year);
}
