/* The file's own columns, found by a map or by what they are commonly called. */
#include "server/service/roster/roster_map.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_cell.h"

/* Headings in common use beside our own word, told apart by "|". */
static const char *const in_use[ROSTER_FIELD_COUNT] = {
    [ROSTER_KEY] = "id|anst.nr|anstnr|anställningsnummer|anställningsnr|"
                   "medarbejdernummer|medarbejdernr|employee_number|employee "
                   "number|employeenumber|employee id",
    [ROSTER_NAME] = "namn|navn|full name|displayname",
    [ROSTER_FIRST_NAME] =
        "förnamn|fornavn|first name|firstname|given name|givenname",
    [ROSTER_LAST_NAME] =
        "efternamn|efternavn|last name|lastname|surname|family name",
    [ROSTER_MAIL] =
        "e-post|epost|e-postadress|e-mail|email|mailadresse|mailadress",
    [ROSTER_NUMBER] = "telefon|telefonnummer|phone|mobil",
    [ROSTER_LANGUAGE] = "språk|sprog",
    [ROSTER_MANAGER] = "chef|leder|närmaste chef",
    [ROSTER_EMPLOYMENT] =
        "anställnings-id|anställningsid|ansættelsesnummer|employment id",
    [ROSTER_UNIT] = "enhet|enhed|avdelning|afdeling|department|organisation",
    [ROSTER_ROLE] = "befattning|roll|stilling|title|position",
    [ROSTER_FROM] = "anställd från|anställd from|startdatum|ansat "
                    "fra|startdato|start date|hire date",
    [ROSTER_LAST_DAY] = "anställd till|anställd tom|slutdatum|ansat "
                        "til|slutdato|end date|last day",
    [ROSTER_AWAY_FROM] = "frånvaro från|fravær fra",
    [ROSTER_AWAY_UNTIL] = "frånvaro till|fravær til",
    [ROSTER_DEPUTY] = "ersättare|stedfortræder",
};

/* Without regard to the case of ASCII letters; Å, Ä, Ö as they are written. */
static bool is_heading(const char *heading, const char *word, size_t len)
{
	return strlen(heading) == len && strncasecmp(heading, word, len) == 0;
}

static bool is_in_use(const char *heading, const char *words)
{
	size_t len;

	for (; *words; words += len + (words[len] ? 1 : 0)) {
		len = strcspn(words, "|");
		if (is_heading(heading, words, len))
			return true;
	}
	return false;
}

static bool fits(
    const struct roster_map *map, size_t field, const char *heading)
{
	const char *wanted = map->columns[field];

	if (map->has_columns)
		return *wanted && is_heading(heading, wanted, strlen(wanted));
	wanted = roster_field_name((enum roster_field)field);
	return is_heading(heading, wanted, strlen(wanted)) ||
	    (in_use[field] && is_in_use(heading, in_use[field]));
}

static int missing(const char *const *headings, size_t count, const char *field,
    const char *wanted, struct err *err)
{
	char list[200] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (roster_is_twice_encoded(headings[i]))
			return err_set(err, ERR_INVALID,
			    "the file has no column \"%.60s\" for %s, but "
			    "\"%.60s\": its letters look encoded twice; "
			    "export the file anew",
			    wanted, field, headings[i]);
	for (i = 0; i < count && used + 30 < sizeof(list); i++) {
		int n = snprintf(list + used, sizeof(list) - used, "%s%.24s",
		    i ? ", " : "", headings[i]);

		used += n > 0 ? (size_t)n : 0;
	}
	return err_set(err, ERR_INVALID,
	    "the file has no column \"%.60s\" for %s; its columns are %s%s",
	    wanted, field, list, i < count ? ", …" : "");
}

static int by_number(
    const char *wanted, size_t count, int *out, struct err *err)
{
	uint64_t number;

	if (str_number_parse(wanted + 1, CSV_COLUMNS_MAX, &number) < 0 ||
	    number == 0 || number > count)
		return err_set(err, ERR_INVALID,
		    "there is no column %.20s; the file has %zu", wanted,
		    count);
	*out = (int)number - 1;
	return 0;
}

static int column_of(const struct roster_map *map, size_t field,
    const char *const *headings, size_t count, int *out, struct err *err)
{
	const char *name = roster_field_name((enum roster_field)field);
	const char *wanted = map->columns[field];
	size_t i;

	*out = -1;
	if (*wanted == '#')
		return by_number(wanted, count, out, err);
	for (i = 0; map->has_header && i < count; i++) {
		if (!fits(map, field, headings[i]))
			continue;
		if (*out >= 0)
			return err_set(err, ERR_INVALID,
			    "two columns are headed \"%.60s\"; name the right "
			    "one by its number, like %s: \"#%zu\"",
			    headings[i], name, i + 1);
		*out = (int)i;
	}
	if (*out < 0 && map->has_columns && *wanted)
		return missing(headings, count, name, wanted, err);
	return 0;
}

int roster_map_columns(const struct roster_map *map,
    const char *const *headings, size_t count, int out[ROSTER_FIELD_COUNT],
    struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ROSTER_FIELD_COUNT; i++)
		rc = column_of(map, i, headings, count, &out[i], err);
	if (rc < 0)
		return rc;
	if (out[ROSTER_KEY] < 0)
		return missing(headings, count, "key",
		    *map->columns[ROSTER_KEY] ? map->columns[ROSTER_KEY]
		                              : "key",
		    err);
	if (out[ROSTER_NAME] < 0 && out[ROSTER_LAST_NAME] < 0)
		return missing(headings, count, "name", "name", err);
	return 0;
}
