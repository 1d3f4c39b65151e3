#include "server/service/roster/roster_lines.h"

#include <jansson.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "server/service/roster/roster_cell.h"
#include "server/service/roster/roster_csv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct member {
	const char *name;
	size_t offset; /* of a const char * */
};
#define MEMBER(type, name)                                                     \
	{                                                                      \
#name, offsetof(struct roster_##type, name)                    \
	}

static bool is_known(const struct member *members, size_t count,
    const char *const *others, const char *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(members[i].name, key) == 0)
			return true;
	for (i = 0; others[i]; i++)
		if (strcmp(others[i], key) == 0)
			return true;
	return false;
}

/* Texts into their places; others: keys that somebody else takes. */
static int take_texts(json_t *object, const struct member *members,
    size_t count, const char *const *others, void *out, struct err *err)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(object))
		return err_set(err, ERR_INVALID, "an object is wanted");
	json_object_foreach(
	    object, key, value) if (!is_known(members, count, others,
	                                key)) return err_set(err, ERR_INVALID,
	    "there is no \"%.40s\"", key);
	for (i = 0; i < count; i++) {
		value = json_object_get(object, members[i].name);
		if (!value || json_is_null(value))
			continue;
		if (!json_is_string(value) ||
		    strlen(json_string_value(value)) !=
		        json_string_length(value))
			return err_set(err, ERR_INVALID,
			    "\"%s\" is to be a text", members[i].name);
		*(const char **)(void *)((char *)out + members[i].offset) =
		    json_string_value(value);
	}
	return 0;
}

static int take_flag(
    json_t *object, const char *name, bool *out, struct err *err)
{
	json_t *value = json_object_get(object, name);

	if (value && !json_is_boolean(value))
		return err_set(
		    err, ERR_INVALID, "\"%s\" is to be true or false", name);
	*out = json_is_true(value);
	return 0;
}

static int take_roles(json_t *list, int64_t *out, struct err *err)
{
	json_t *word;
	size_t i;
	unsigned bit;

	if (list && !json_is_array(list))
		return err_set(err, ERR_INVALID, "\"roles\" is to be a list");
	json_array_foreach(list, i, word)
	{
		const char *text = json_string_value(word);

		for (bit = 0; text && bit < PACK_ROLE_COUNT; bit++)
			if (strcmp(pack_role_name((enum pack_role)(1u << bit)),
			        text) == 0)
				break;
		if (!text || bit == PACK_ROLE_COUNT)
			return err_set(err, ERR_INVALID, "\"%.40s\" is no role",
			    text ? text : "?");
		*out |= INT64_C(1) << bit;
	}
	return 0;
}

/* The day after is the first one no longer employed; directories write a day of
 * the year 9999 for none. */
static int take_last_day(json_t *object, const char **to, struct err *err)
{
	json_t *value = json_object_get(object, "last_day");
	char text[CALENDAR_DATE_TEXT_MAX];
	struct calendar_date date;
	int32_t day;

	if (!value)
		return 0;
	if (!json_is_string(value) || *to)
		return err_set(err, ERR_INVALID,
		    "\"last_day\" is to be a text, and \"to\" not said");
	*to = "";
	if (json_string_length(value) == 0)
		return 0;
	if (calendar_day_parse(json_string_value(value), &day, err) < 0)
		return -(int)ERR_INVALID;
	calendar_date_of(day, &date);
	if (date.year >= ROSTER_NO_END_YEAR)
		return 0;
	calendar_day_text(day + 1, text);
	if (json_string_set(value, text) < 0)
		return err_memory(err);
	*to = json_string_value(value);
	return 0;
}

static int take_employments(
    json_t *list, struct roster_employment *out, size_t *count, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(employment, key),
	    MEMBER(employment, unit),
	    MEMBER(employment, from),
	    MEMBER(employment, to),
	};
	static const char *const others[] = {"roles", "last_day", NULL};
	json_t *object;
	size_t i;
	int rc;

	if (list &&
	    (!json_is_array(list) ||
	        json_array_size(list) > ROSTER_EMPLOYMENTS_MAX))
		return err_set(err, ERR_INVALID,
		    "\"employments\" is to be a list of at most %d",
		    ROSTER_EMPLOYMENTS_MAX);
	json_array_foreach(list, i, object)
	{
		out[i] = (struct roster_employment){.key = NULL};
		rc = take_texts(
		    object, members, COUNT(members), others, &out[i], err);
		if (rc == 0)
			rc = take_roles(json_object_get(object, "roles"),
			    &out[i].roles, err);
		if (rc == 0)
			rc = take_last_day(object, &out[i].to, err);
		if (rc < 0)
			return rc;
		*count = i + 1;
	}
	return 0;
}

static int take_leaves(
    json_t *list, struct roster_leave *out, size_t *count, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(leave, from),
	    MEMBER(leave, until),
	    MEMBER(leave, deputy),
	};
	static const char *const others[] = {NULL};
	json_t *object;
	size_t i;
	int rc;

	if (!json_is_array(list) || json_array_size(list) > ROSTER_LEAVES_MAX)
		return err_set(err, ERR_INVALID,
		    "\"leaves\" is to be a list of at most %d",
		    ROSTER_LEAVES_MAX);
	json_array_foreach(list, i, object)
	{
		out[i] = (struct roster_leave){.from = NULL};
		rc = take_texts(
		    object, members, COUNT(members), others, &out[i], err);
		if (rc < 0)
			return rc;
		*count = i + 1;
	}
	return 0;
}

static int add_person(
    struct roster *roster, json_t *object, unsigned long line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(person, key),
	    MEMBER(person, external_id),
	    MEMBER(person, name),
	    MEMBER(person, first_name),
	    MEMBER(person, last_name),
	    MEMBER(person, mail),
	    MEMBER(person, number),
	    MEMBER(person, language),
	    MEMBER(person, manager),
	};
	static const char *const others[] = {
	    "is_gone", "employments", "leaves", NULL};
	struct roster_employment employments[ROSTER_EMPLOYMENTS_MAX];
	struct roster_leave leaves[ROSTER_LEAVES_MAX];
	struct roster_person said = {.line = line, .employments = employments};
	json_t *away = json_object_get(object, "leaves");
	int rc;

	if ((rc = take_texts(
	         object, members, COUNT(members), others, &said, err)) < 0 ||
	    (rc = take_flag(object, "is_gone", &said.is_gone, err)) < 0 ||
	    (rc = take_employments(json_object_get(object, "employments"),
	         employments, &said.employment_count, err)) < 0 ||
	    (away &&
	        (rc = take_leaves(away, leaves, &said.leave_count, err)) < 0))
		return rc;
	said.leaves = away ? leaves : NULL;
	return roster_add_person(roster, &said, err);
}

static int add_unit(
    struct roster *roster, json_t *object, unsigned long line, struct err *err)
{
	static const struct member members[] = {
	    MEMBER(unit, external_id),
	    MEMBER(unit, name),
	    MEMBER(unit, parent),
	    MEMBER(unit, manager),
	    MEMBER(unit, number),
	};
	static const char *const others[] = {NULL};
	struct roster_unit said = {.line = line};
	int rc =
	    take_texts(object, members, COUNT(members), others, &said, err);

	return rc < 0 ? rc : roster_add_unit(roster, &said, err);
}

/* ---- lines ---- */

struct lines {
	struct roster *roster;
	bool has_ended;
};

static int take_end(struct lines *lines, json_t *object, struct err *err)
{
	json_t *people = json_object_get(object, "people");
	size_t count = roster_people_count(lines->roster);

	lines->has_ended = true;
	if (!json_is_integer(people) ||
	    json_integer_value(people) != (json_int_t)count)
		return err_set(err, ERR_INVALID,
		    "the end says another number of people than the %zu that "
		    "came",
		    count);
	return 0;
}

static int take_line(
    struct lines *lines, json_t *line, unsigned long number, struct err *err)
{
	json_t *object;

	if (lines->has_ended)
		return err_set(err, ERR_INVALID,
		    "something stands behind the "
		    "end");
	if (json_object_size(line) != 1)
		return err_set(
		    err, ERR_INVALID, "one of person, unit and end is wanted");
	if ((object = json_object_get(line, "person")))
		return add_person(lines->roster, object, number, err);
	if ((object = json_object_get(line, "unit")))
		return add_unit(lines->roster, object, number, err);
	if ((object = json_object_get(line, "end")))
		return take_end(lines, object, err);
	return err_set(
	    err, ERR_INVALID, "one of person, unit and end is wanted");
}

/* A line that is wrong is a fault of the roster, not the end of it. */
static int read_line(struct lines *lines, const char *text, size_t len,
    unsigned long number, struct err *err)
{
	json_error_t why = {0};
	struct err said = {0};
	json_t *line = NULL;
	int rc = -ERR_INVALID;

	if (len > ROSTER_LINE_MAX)
		(void)err_set(
		    &said, ERR_LIMIT, "longer than %d bytes", ROSTER_LINE_MAX);
	else if (!(line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why)))
		(void)err_set(&said, ERR_INVALID, "no JSON: %.100s", why.text);
	else
		rc = take_line(lines, line, number, &said);
	json_decref(line);
	if (rc == -ERR_MEMORY)
		return err_memory(err);
	return rc < 0
	    ? roster_add_fault(lines->roster, number, 0, "", said.text, err)
	    : 0;
}

static int read_lines(
    struct lines *lines, const char *at, const char *end, struct err *err)
{
	unsigned long number = 0;
	const char *newline;
	size_t len;
	int rc = 0;

	for (; rc == 0 && at < end; at += len + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		len = (size_t)((newline ? newline : end) - at);
		number++;
		if (len > 0)
			rc = read_line(lines, at, len, number, err);
	}
	if (rc == 0 && !lines->has_ended)
		rc = err_set(err, ERR_INVALID,
		    "the roster was cut off behind line %lu: its end is "
		    "missing; nothing was changed",
		    number);
	return rc;
}

int roster_lines_read(const char *source, enum roster_kind kind,
    const void *data, size_t len, struct roster **out, struct err *err)
{
	struct lines lines = {NULL, false};
	int rc;

	if (len > ROSTER_FILE_MAX)
		return err_set(err, ERR_LIMIT, "the file is over %d bytes",
		    ROSTER_FILE_MAX);
	rc = roster_new(source, kind, &lines.roster, err);
	if (rc == 0)
		rc = read_lines(&lines, data, (const char *)data + len, err);
	if (rc < 0) {
		roster_free(lines.roster);
		return rc;
	}
	*out = lines.roster;
	return 0;
}
