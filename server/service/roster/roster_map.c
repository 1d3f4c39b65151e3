#include "server/service/roster/roster_map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Our own word first, then headings in common use, told apart by "|". */
static const struct {
	const char *name;
	const char *headings;
} fields[ROSTER_FIELD_COUNT] = {
    [ROSTER_KEY] = {"key",
        "id|anst.nr|anstnr|anställningsnummer|anställningsnr|"
        "medarbejdernummer|medarbejdernr|employee_number|employee number|"
        "employeenumber|employee id"},
    [ROSTER_EXTERNAL_ID] = {"external_id", ""},
    [ROSTER_NAME] = {"name", "namn|navn|full name|displayname"},
    [ROSTER_FIRST_NAME] = {"first_name",
        "förnamn|fornavn|first name|firstname|given name|givenname"},
    [ROSTER_LAST_NAME] = {"last_name",
        "efternamn|efternavn|last name|lastname|surname|family name"},
    [ROSTER_MAIL] = {"mail",
        "e-post|epost|e-postadress|e-mail|email|mailadresse|mailadress"},
    [ROSTER_NUMBER] = {"number", "telefon|telefonnummer|phone|mobil"},
    [ROSTER_LANGUAGE] = {"language", "språk|sprog"},
    [ROSTER_MANAGER] = {"manager", "chef|leder|närmaste chef"},
    [ROSTER_EMPLOYMENT] = {"employment",
        "anställnings-id|anställningsid|ansættelsesnummer|employment id"},
    [ROSTER_UNIT] = {"unit",
        "enhet|enhed|avdelning|afdeling|department|organisation"},
    [ROSTER_ROLE] = {"role", "befattning|roll|stilling|title|position"},
    [ROSTER_FROM] = {"from",
        "anställd från|anställd from|startdatum|ansat fra|startdato|"
        "start date|hire date"},
    [ROSTER_TO] = {"to", ""},
    [ROSTER_LAST_DAY] = {"last_day",
        "anställd till|anställd tom|slutdatum|ansat til|slutdato|"
        "end date|last day"},
    [ROSTER_AWAY_FROM] = {"away_from", "frånvaro från|fravær fra"},
    [ROSTER_AWAY_UNTIL] = {"away_until", "frånvaro till|fravær til"},
    [ROSTER_DEPUTY] = {"deputy", "ersättare|stedfortræder"},
    [ROSTER_STATUS] = {"status", ""},
};

const char *roster_field_name(enum roster_field field)
{
	return fields[field].name;
}

/* ---- the text ---- */

static void trim(char *text)
{
	size_t skip = strspn(text, " \t");
	size_t len;

	memmove(text, text + skip, strlen(text + skip) + 1);
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
}

static int take_date(struct roster_map *map, const char *value, struct err *err)
{
	static const struct {
		const char *word;
		enum roster_date date;
	} forms[] = {
	    {"YYYY-MM-DD", ROSTER_DATE_ISO},
	    {"YYYYMMDD", ROSTER_DATE_ISO},
	    {"DD.MM.YYYY", ROSTER_DATE_DMY},
	    {"DD/MM/YYYY", ROSTER_DATE_DMY},
	    {"DD-MM-YYYY", ROSTER_DATE_DMY},
	    {"MM/DD/YYYY", ROSTER_DATE_MDY},
	};
	size_t i;

	for (i = 0; i < COUNT(forms); i++)
		if (strcasecmp(forms[i].word, value) == 0) {
			map->date = forms[i].date;
			return 0;
		}
	return err_set(err, ERR_INVALID,
	    "date: write YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY, "
	    "DD-MM-YYYY or MM/DD/YYYY");
}

static int take_encoding(
    struct roster_map *map, const char *value, struct err *err)
{
	if (strcasecmp(value, "auto") == 0)
		map->encoding = CSV_ENCODING_AUTO;
	else if (strcasecmp(value, "utf-8") == 0)
		map->encoding = CSV_ENCODING_UTF8;
	else if (strcasecmp(value, "latin1") == 0 ||
	    strcasecmp(value, "windows-1252") == 0)
		map->encoding = CSV_ENCODING_LATIN1;
	else
		return err_set(
		    err, ERR_INVALID, "encoding: write auto, utf-8 or latin1");
	return 0;
}

static int take_delimiter(
    struct roster_map *map, const char *value, struct err *err)
{
	if (strcasecmp(value, "tab") == 0)
		map->delimiter = '\t';
	else if (strlen(value) == 1 && strchr(",;|", *value))
		map->delimiter = *value;
	else
		return err_set(
		    err, ERR_INVALID, "delimiter: write , ; | or tab");
	return 0;
}

static int take_header(
    struct roster_map *map, const char *value, struct err *err)
{
	if (strcasecmp(value, "yes") != 0 && strcasecmp(value, "no") != 0)
		return err_set(err, ERR_INVALID, "header: write yes or no");
	map->has_header = strcasecmp(value, "yes") == 0;
	return 0;
}

static int take_country(
    struct roster_map *map, const char *value, struct err *err)
{
	size_t len = strlen(value);

	if (value[0] != '+' || len < 2 || len > 4 ||
	    strspn(value + 1, "0123456789") != len - 1)
		return err_set(err, ERR_INVALID, "country: write like +46");
	return str_copy(map->country, sizeof(map->country), value);
}

static int take_gone(struct roster_map *map, const char *value, struct err *err)
{
	if (map->gone_count == ROSTER_MAP_WORDS ||
	    str_copy(map->gone[map->gone_count], ROSTER_MAP_HEADING, value) < 0)
		return err_set(
		    err, ERR_LIMIT, "at most %d such words", ROSTER_MAP_WORDS);
	map->gone_count++;
	return 0;
}

static int64_t find_role(const char *word)
{
	unsigned i;

	for (i = 0; i < PACK_ROLE_COUNT; i++)
		if (strcmp(pack_role_name((enum pack_role)(1u << i)), word) ==
		    0)
			return INT64_C(1) << i;
	return 0;
}

static int take_role(struct roster_map *map, const char *word,
    const char *value, struct err *err)
{
	int64_t role = find_role(value);

	if (role == 0)
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is no role of ours; write for example manager "
		    "or employee",
		    value);
	if (map->role_count == ROSTER_MAP_WORDS ||
	    str_copy(
	        map->roles[map->role_count].word, ROSTER_MAP_HEADING, word) < 0)
		return err_set(err, ERR_LIMIT, "at most %d words for roles",
		    ROSTER_MAP_WORDS);
	map->roles[map->role_count++].role = role;
	return 0;
}

static int take_field(struct roster_map *map, const char *word,
    const char *value, struct err *err)
{
	size_t i;

	for (i = 0; i < ROSTER_FIELD_COUNT; i++)
		if (strcmp(fields[i].name, word) == 0)
			break;
	if (i == ROSTER_FIELD_COUNT)
		return err_set(err, ERR_INVALID,
		    "\"%.40s\" is nothing that a map says; see the list in "
		    "docs/people-sources.md",
		    word);
	if (str_copy(map->columns[i], ROSTER_MAP_HEADING, value) < 0)
		return err_set(
		    err, ERR_LIMIT, "%s: the heading is too long", word);
	return 0;
}

static int take_pair(
    struct roster_map *map, char *word, const char *value, struct err *err)
{
	static const struct {
		const char *word;
		int (*take)(struct roster_map *, const char *, struct err *);
	} words[] = {
	    {"date", take_date},
	    {"encoding", take_encoding},
	    {"delimiter", take_delimiter},
	    {"header", take_header},
	    {"country", take_country},
	    {"gone", take_gone},
	};
	size_t i;

	if (!*word || !*value)
		return err_set(err, ERR_INVALID, "write like mail = E-post");
	for (i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].take(map, value, err);
	if (strncmp(word, "role ", 5) == 0)
		return take_role(
		    map, word + 5 + strspn(word + 5, " "), value, err);
	return take_field(map, word, value, err);
}

static int take_line(struct roster_map *map, char *line, struct err *err)
{
	char *equals;

	trim(line);
	if (!*line || *line == '#')
		return 0;
	if (!(equals = strchr(line, '=')))
		return err_set(err, ERR_INVALID, "write like mail = E-post");
	*equals = '\0';
	trim(line);
	trim(equals + 1);
	return take_pair(map, line, equals + 1, err);
}

int roster_map_parse(const char *text, struct roster_map *out, struct err *err)
{
	struct roster_map map = {.has_header = true};
	char copy[ROSTER_MAP_MAX + 1];
	char *line = copy;
	char *end;
	unsigned number = 1;
	int rc;

	if (!text)
		text = "";
	if (str_copy(copy, sizeof(copy), text) < 0)
		return err_set(err, ERR_LIMIT, "the map is over %d bytes long",
		    ROSTER_MAP_MAX);
	if (!str_is_utf8(copy, strlen(copy)))
		return err_set(err, ERR_INVALID, "the map is not UTF-8 text");
	for (;; line = end + 1, number++) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		if ((rc = take_line(&map, line, err)) < 0)
			return err_prefix(err, "map, line %u", number);
		if (!end)
			break;
	}
	map.is_given = *text != '\0';
	*out = map;
	return 0;
}

/* ---- the file's own columns ---- */

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

	if (map->is_given)
		return *wanted && is_heading(heading, wanted, strlen(wanted));
	return is_heading(
	           heading, fields[field].name, strlen(fields[field].name)) ||
	    is_in_use(heading, fields[field].headings);
}

static int missing(const char *const *headings, size_t count, const char *field,
    const char *wanted, struct err *err)
{
	char list[200] = "";
	size_t used = 0;
	size_t i;

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
			    "one by its number, like %s = #%zu",
			    headings[i], fields[field].name, i + 1);
		*out = (int)i;
	}
	if (*out < 0 && map->is_given && *wanted)
		return missing(
		    headings, count, fields[field].name, wanted, err);
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
