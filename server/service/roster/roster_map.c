#include "server/service/roster/roster_map.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policies/pack.h"
#include "policies/xyaml.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the shape of the text ---- */

/* As libcyaml fills it; NULL: not written. */
struct written_role {
	char *text;
	char *role;
};
struct written {
	struct written_columns {
		char *of[ROSTER_FIELD_COUNT];
	} columns;
	char *date;
	char *encoding;
	char *delimiter;
	char *country;
	bool header;
	struct written_role *roles;
	unsigned roles_count;
	char **gone;
	unsigned gone_count;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

#define WORD_MAX (ROSTER_MAP_HEADING - 1)
#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define COLUMN(key, field)                                                     \
	CYAML_FIELD_STRING_PTR(                                                \
	    key, OPTIONAL, struct written_columns, of[field], 1, WORD_MAX)
#define TEXT(key, member)                                                      \
	CYAML_FIELD_STRING_PTR(                                                \
	    key, OPTIONAL, struct written, member, 1, WORD_MAX)

/* clang-format off */
/* Keep the order of enum roster_field. */
static const cyaml_schema_field_t column_fields[] = {
    COLUMN("key", ROSTER_KEY),
    COLUMN("external_id", ROSTER_EXTERNAL_ID),
    COLUMN("name", ROSTER_NAME),
    COLUMN("first_name", ROSTER_FIRST_NAME),
    COLUMN("last_name", ROSTER_LAST_NAME),
    COLUMN("mail", ROSTER_MAIL),
    COLUMN("number", ROSTER_NUMBER),
    COLUMN("language", ROSTER_LANGUAGE),
    COLUMN("manager", ROSTER_MANAGER),
    COLUMN("employment", ROSTER_EMPLOYMENT),
    COLUMN("unit", ROSTER_UNIT),
    COLUMN("role", ROSTER_ROLE),
    COLUMN("from", ROSTER_FROM),
    COLUMN("to", ROSTER_TO),
    COLUMN("last_day", ROSTER_LAST_DAY),
    COLUMN("away_from", ROSTER_AWAY_FROM),
    COLUMN("away_until", ROSTER_AWAY_UNTIL),
    COLUMN("deputy", ROSTER_DEPUTY),
    COLUMN("status", ROSTER_STATUS),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t role_fields[] = {
    CYAML_FIELD_STRING_PTR("text", CYAML_FLAG_POINTER, struct written_role, text, 1, WORD_MAX),
    CYAML_FIELD_STRING_PTR("role", CYAML_FLAG_POINTER, struct written_role, role, 1, WORD_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t role_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct written_role, role_fields),
};
static const cyaml_schema_value_t gone_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, WORD_MAX),
};
static const cyaml_schema_field_t map_fields[] = {
    CYAML_FIELD_MAPPING("columns", CYAML_FLAG_OPTIONAL, struct written, columns, column_fields),
    TEXT("date", date),
    TEXT("encoding", encoding),
    TEXT("delimiter", delimiter),
    TEXT("country", country),
    CYAML_FIELD_BOOL("header", CYAML_FLAG_OPTIONAL, struct written, header),
    CYAML_FIELD_SEQUENCE("roles", OPTIONAL, struct written, roles, &role_value, 1, ROSTER_MAP_WORDS),
    CYAML_FIELD_SEQUENCE("gone", OPTIONAL, struct written, gone, &gone_value, 1, ROSTER_MAP_WORDS),
    CYAML_FIELD_END,
};
static const struct cyaml_schema_value map_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct written, map_fields),
};
/* clang-format on */

#pragma GCC diagnostic pop

_Static_assert(COUNT(column_fields) == ROSTER_FIELD_COUNT + 1, "fields");

const char *roster_field_name(enum roster_field field)
{
	return column_fields[field].key;
}

/* ---- what each key may say ---- */

/* One map being made of what was written. */
struct making {
	const struct written *written;
	const struct xyaml_outline *outline;
	struct roster_map *map;
	struct err *err;
};

static int bad(
    const struct making *making, const char *path, const char *sentence)
{
	return xyaml_err(
	    making->outline, path, making->err, ERR_INVALID, "%s", sentence);
}

static int take_date(const struct making *making)
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

	if (!making->written->date)
		return 0;
	for (i = 0; i < COUNT(forms); i++)
		if (strcasecmp(forms[i].word, making->written->date) == 0) {
			making->map->date = forms[i].date;
			return 0;
		}
	return bad(making, "date",
	    "write YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY, DD-MM-YYYY "
	    "or MM/DD/YYYY");
}

static int take_encoding(const struct making *making)
{
	static const struct {
		const char *word;
		enum csv_encoding encoding;
	} words[] = {
	    {"auto", CSV_ENCODING_AUTO},
	    {"utf-8", CSV_ENCODING_UTF8},
	    {"latin1", CSV_ENCODING_LATIN1},
	    {"windows-1252", CSV_ENCODING_LATIN1},
	};
	size_t i;

	if (!making->written->encoding)
		return 0;
	for (i = 0; i < COUNT(words); i++)
		if (strcasecmp(words[i].word, making->written->encoding) == 0) {
			making->map->encoding = words[i].encoding;
			return 0;
		}
	return bad(making, "encoding", "write auto, utf-8 or latin1");
}

static int take_delimiter(const struct making *making)
{
	const char *value = making->written->delimiter;

	if (!value)
		return 0;
	if (strcasecmp(value, "tab") == 0)
		making->map->delimiter = '\t';
	else if (strlen(value) == 1 && strchr(",;|", *value))
		making->map->delimiter = *value;
	else
		return bad(
		    making, "delimiter", "write \",\", \";\", \"|\" or tab");
	return 0;
}

static int take_country(const struct making *making)
{
	const char *value = making->written->country;
	size_t len = value ? strlen(value) : 0;

	if (!value)
		return 0;
	if (value[0] != '+' || len < 2 || len > 4 ||
	    strspn(value + 1, "0123456789") != len - 1)
		return bad(making, "country", "write like +46");
	return str_copy(
	    making->map->country, sizeof(making->map->country), value);
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

/* The schema has held their number and length to what the map has room for. */
static int take_roles(const struct making *making)
{
	const struct written *written = making->written;
	struct roster_map *map = making->map;
	unsigned i;

	for (i = 0; i < written->roles_count; i++) {
		char path[32];

		map->roles[i].role = find_role(written->roles[i].role);
		(void)snprintf(path, sizeof(path), "roles[%u].role", i);
		if (map->roles[i].role == 0)
			return xyaml_err(making->outline, path, making->err,
			    ERR_INVALID,
			    "\"%.40s\" is no role of ours; write for example "
			    "manager or employee",
			    written->roles[i].role);
		(void)str_copy(map->roles[i].word, ROSTER_MAP_HEADING,
		    written->roles[i].text);
	}
	map->role_count = written->roles_count;
	return 0;
}

static void take_texts(const struct making *making)
{
	const struct written *written = making->written;
	struct roster_map *map = making->map;
	size_t i;

	map->has_columns = xyaml_has(making->outline, "columns");
	for (i = 0; i < ROSTER_FIELD_COUNT; i++)
		if (written->columns.of[i])
			(void)str_copy(map->columns[i], ROSTER_MAP_HEADING,
			    written->columns.of[i]);
	for (i = 0; i < written->gone_count; i++)
		(void)str_copy(
		    map->gone[i], ROSTER_MAP_HEADING, written->gone[i]);
	map->gone_count = written->gone_count;
	if (xyaml_has(making->outline, "header"))
		map->has_header = written->header;
}

static int take_all(const struct making *making)
{
	int rc = take_date(making);

	if (rc == 0)
		rc = take_encoding(making);
	if (rc == 0)
		rc = take_delimiter(making);
	if (rc == 0)
		rc = take_country(making);
	if (rc == 0)
		rc = take_roles(making);
	if (rc == 0)
		take_texts(making);
	return rc;
}

/* ---- the text ---- */

/*
 * "key = Anst.nr": before a map was YAML each line was like this. In YAML a
 * colon comes before any "=". Gives the line, 0: it is not so.
 */
static unsigned old_form_line(const char *text)
{
	unsigned number = 1;

	for (; *text; number++) {
		const char *word = text + strspn(text, " \t");
		size_t len = strcspn(word, "\n");
		size_t before = strcspn(word, ":=\n\"'{[");

		if (len > 0 && *word != '#' && *word != '\r')
			return word[before] == '=' ? number : 0;
		text = word + len + (word[len] ? 1 : 0);
	}
	return 0;
}

static int refuse_old(const char *text, struct err *err)
{
	unsigned line = old_form_line(text);

	if (line == 0)
		return 0;
	return err_set(err, ERR_INVALID,
	    "map:%u: \"word = heading\" is no longer read, a map is YAML, as "
	    "in " ROSTER_MAP_EXAMPLE "; see docs/people-sources.md",
	    line);
}

static int parse(const char *said, struct roster_map *map, struct err *err)
{
	const struct xyaml_text text = {.name = "map",
	    .data = (const uint8_t *)said,
	    .len = strlen(said),
	    .max = ROSTER_MAP_MAX};
	struct xyaml_outline *outline = NULL;
	void *written = NULL;
	int rc = xyaml_load(&text, &map_schema, &written, &outline, err);

	if (rc == 0)
		rc = take_all(
		    &(const struct making){written, outline, map, err});
	xyaml_outline_free(outline);
	xyaml_free(&map_schema, written);
	return rc;
}

int roster_map_parse(const char *text, struct roster_map *out, struct err *err)
{
	struct roster_map map = {.has_header = true};
	int rc = 0;

	if (text && *text) {
		rc = refuse_old(text, err);
		if (rc == 0)
			rc = parse(text, &map, err);
	}
	if (rc == 0)
		*out = map;
	return rc;
}
