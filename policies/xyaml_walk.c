#include "policies/xyaml_walk.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "policies/suggest.h"
#include "proto/base/str.h"

#define QUOTE_MAX 48  /* bytes of foreign text shown in a sentence */
#define FIELDS_MAX 64 /* fields of one mapping; bits of `seen` */

struct walk {
	const struct xyaml_text *text;
	struct xyaml_outline *outline;
	struct err *err;
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; NO_EVENT before the first */
	char path[XYAML_PATH];
	size_t values;
};

static int walk_value(struct walk *walk, const struct cyaml_schema_value *of);

static unsigned event_line(const struct walk *walk)
{
	return (unsigned)walk->event.start_mark.line + 1;
}

static int fail_at(struct walk *walk, unsigned line, enum err_code code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

static int fail_at(struct walk *walk, unsigned line, enum err_code code,
    const char *format, ...)
{
	char sentence[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return xyaml_err_at(
	    walk->outline, walk->path, line, walk->err, code, sentence);
}

#define fail(walk, ...)                                                        \
	fail_at((walk), event_line(walk), ERR_INVALID, __VA_ARGS__)

/* Foreign text for a sentence: short. */
static const char *quoted(const char *text, char out[QUOTE_MAX + 4])
{
	size_t used = 0;
	size_t step;

	while (*text && (step = str_utf8_step(text)) != 0 &&
	    used + step <= QUOTE_MAX) {
		memcpy(out + used, text, step);
		used += step;
		text += step;
	}
	(void)snprintf(out + used, 4, "%s", *text ? "..." : "");
	return out;
}

/* Events ------------------------------------------------------------- */

static int parser_error(struct walk *walk)
{
	const yaml_parser_t *parser = &walk->parser;

	if (parser->error == YAML_MEMORY_ERROR)
		return err_memory(walk->err);
	walk->path[0] = '\0';
	return fail_at(walk, (unsigned)parser->problem_mark.line + 1,
	    ERR_INVALID, "not well-formed YAML: %s",
	    parser->problem ? parser->problem : "unreadable");
}

static bool has_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor;
	default:
		return event->type == YAML_ALIAS_EVENT;
	}
}

static bool has_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.tag;
	default:
		return false;
	}
}

static int next(struct walk *walk)
{
	yaml_event_delete(&walk->event);
	memset(&walk->event, 0, sizeof(walk->event));
	if (!yaml_parser_parse(&walk->parser, &walk->event))
		return parser_error(walk);
	/* An alias can multiply a small text without bound. */
	if (has_anchor(&walk->event))
		return fail(walk,
		    "anchors (&) and aliases (*) are not taken: write the "
		    "value out, or quote a text that begins with & or *");
	if (has_tag(&walk->event))
		return fail(walk,
		    "tags (!) are not taken: remove it, or quote a text that "
		    "begins with !");
	if (++walk->values > XYAML_VALUES)
		return fail_at(walk, event_line(walk), ERR_LIMIT,
		    "more than %d values in one file", XYAML_VALUES);
	return 0;
}

static const char *event_kind(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return "a single value";
	case YAML_SEQUENCE_START_EVENT:
		return "a list";
	case YAML_MAPPING_START_EVENT:
		return "a group of keys";
	default:
		return "nothing";
	}
}

static int unknown(
    struct walk *walk, const struct suggest *suggest, const char *what)
{
	char shown[QUOTE_MAX + 4];
	const char *written = quoted(suggest->written, shown);

	if (suggest->nearest)
		return fail(walk,
		    "unknown %s '%s': did you mean '%s'? (known: %s)", what,
		    written, suggest->nearest, suggest->known);
	return fail(
	    walk, "unknown %s '%s' (known: %s)", what, written, suggest->known);
}

/* Single values ------------------------------------------------------ */

static const char *scalar_text(const struct walk *walk)
{
	return (const char *)walk->event.data.scalar.value;
}

static bool scalar_is_plain(const struct walk *walk)
{
	return walk->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool scalar_is_null(const struct walk *walk)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
	size_t i;

	for (i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
		if (scalar_is_plain(walk) &&
		    strcmp(scalar_text(walk), nulls[i]) == 0)
			return true;
	}
	return false;
}

static int scalar_check(struct walk *walk)
{
	const char *text;
	size_t len;
	size_t i;

	if (walk->event.type != YAML_SCALAR_EVENT)
		return fail(walk, "needs a single value, not %s",
		    event_kind(&walk->event));
	if (scalar_is_null(walk))
		return fail(walk, "has no value: write one or remove the key");
	text = scalar_text(walk);
	len = walk->event.data.scalar.length;
	if (len > XYAML_STRING)
		return fail_at(walk, event_line(walk), ERR_LIMIT,
		    "longer than %d bytes", XYAML_STRING);
	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 && text[i] != '\n')
			return fail(walk, "holds a control character");
	}
	return 0;
}

static int walk_string(struct walk *walk, const struct cyaml_schema_value *of)
{
	size_t len = walk->event.data.scalar.length;

	if (len < of->string.min)
		return fail(walk, "needs at least %u bytes", of->string.min);
	if (len > of->string.max)
		return fail_at(walk, event_line(walk), ERR_LIMIT,
		    "longer than %u bytes", of->string.max);
	return 0;
}

/* libcyaml takes every word it does not know for true. */
static int walk_bool(struct walk *walk, const struct cyaml_schema_value *of)
{
	char shown[QUOTE_MAX + 4];

	(void)of;
	if (scalar_is_plain(walk) &&
	    (strcmp(scalar_text(walk), "true") == 0 ||
	        strcmp(scalar_text(walk), "false") == 0))
		return 0;
	return fail(walk, "needs true or false, not '%s'",
	    quoted(scalar_text(walk), shown));
}

static uint64_t number_max(const struct cyaml_schema_value *of)
{
	uint64_t max = UINT64_MAX >> (64 - 8 * of->data_size);

	return of->type == CYAML_INT ? max / 2 : max;
}

/* libcyaml takes 010 for 8, 0x10 for 16 and 5abc for 5. */
static int walk_number(struct walk *walk, const struct cyaml_schema_value *of)
{
	char shown[QUOTE_MAX + 4];
	const char *digits = scalar_text(walk);
	uint64_t number;

	if (of->type == CYAML_INT && *digits == '-')
		digits++;
	if (!scalar_is_plain(walk) || (digits[0] == '0' && digits[1]) ||
	    str_number_parse(digits, number_max(of), &number))
		return fail(walk,
		    "needs a whole decimal number without quotes, not '%s'",
		    quoted(scalar_text(walk), shown));
	return 0;
}

static int walk_enum(struct walk *walk, const struct cyaml_schema_value *of)
{
	struct suggest suggest = {.written = scalar_text(walk)};
	uint32_t i;

	for (i = 0; i < of->enumeration.count; i++) {
		if (strcmp(suggest.written, of->enumeration.strings[i].str) ==
		    0)
			return 0;
	}
	for (i = 0; i < of->enumeration.count; i++)
		suggest_add(&suggest, of->enumeration.strings[i].str);
	return unknown(walk, &suggest, "value");
}

/* Groups ------------------------------------------------------------- */

/* Both return the length before, for path_cut(). */
static int path_add(struct walk *walk, size_t *before, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int path_add(struct walk *walk, size_t *before, const char *format, ...)
{
	size_t room;
	va_list args;
	int wrote;

	*before = strlen(walk->path);
	room = sizeof(walk->path) - *before;
	va_start(args, format);
	wrote = vsnprintf(walk->path + *before, room, format, args);
	va_end(args);
	if (wrote < 0 || (size_t)wrote >= room)
		return fail_at(
		    walk, event_line(walk), ERR_LIMIT, "nested too deeply");
	return xyaml_outline_add(
	    walk->outline, walk->path, event_line(walk), walk->err);
}

static void path_cut(struct walk *walk, size_t before)
{
	walk->path[before] = '\0';
}

static const struct cyaml_schema_field *field_find(
    const struct cyaml_schema_value *of, const char *key, unsigned *index)
{
	const struct cyaml_schema_field *field;

	*index = 0;
	for (field = of->mapping.fields; field->key; field++, (*index)++) {
		if (strcmp(field->key, key) == 0)
			return field;
	}
	return NULL;
}

static int key_unknown(struct walk *walk, const struct cyaml_schema_value *of)
{
	struct suggest suggest = {.written = scalar_text(walk)};
	const struct cyaml_schema_field *field;

	for (field = of->mapping.fields; field->key; field++)
		suggest_add(&suggest, field->key);
	return unknown(walk, &suggest, "key");
}

/* The current event is a key; ends on the last event of its value. */
static int walk_field(
    struct walk *walk, const struct cyaml_schema_value *of, uint64_t *seen)
{
	const struct cyaml_schema_field *field;
	unsigned index;
	size_t before;
	int rc;

	if (walk->event.type != YAML_SCALAR_EVENT)
		return fail(walk, "a key has to be a word, not %s",
		    event_kind(&walk->event));
	field = field_find(of, scalar_text(walk), &index);
	if (!field)
		return key_unknown(walk, of);
	if (index >= FIELDS_MAX || *seen & (UINT64_C(1) << index))
		return fail(walk, "key '%s' stands here twice", field->key);
	*seen |= UINT64_C(1) << index;
	rc =
	    path_add(walk, &before, "%s%s", *walk->path ? "." : "", field->key);
	if (rc == 0)
		rc = next(walk);
	if (rc == 0)
		rc = walk_value(walk, &field->value);
	if (rc == 0)
		path_cut(walk, before);
	return rc;
}

static int fields_check(struct walk *walk, const struct cyaml_schema_value *of,
    uint64_t seen, unsigned line)
{
	const struct cyaml_schema_field *field = of->mapping.fields;
	unsigned i;

	for (i = 0; field[i].key; i++) {
		if (!(seen & (UINT64_C(1) << i)) &&
		    !(field[i].value.flags & CYAML_FLAG_OPTIONAL))
			return fail_at(walk, line, ERR_INVALID,
			    "missing key '%s': add it", field[i].key);
	}
	return 0;
}

static int walk_mapping(struct walk *walk, const struct cyaml_schema_value *of)
{
	unsigned line = event_line(walk);
	uint64_t seen = 0;
	int rc;

	if (walk->event.type != YAML_MAPPING_START_EVENT)
		return fail(walk, "needs a group of keys, not %s",
		    event_kind(&walk->event));
	while ((rc = next(walk)) == 0 &&
	    walk->event.type != YAML_MAPPING_END_EVENT) {
		rc = walk_field(walk, of, &seen);
		if (rc)
			return rc;
	}
	return rc ? rc : fields_check(walk, of, seen, line);
}

static int walk_entry(
    struct walk *walk, const struct cyaml_schema_value *of, uint32_t index)
{
	size_t before;
	int rc = path_add(walk, &before, "[%u]", index);

	if (rc == 0)
		rc = walk_value(walk, of);
	if (rc == 0)
		path_cut(walk, before);
	return rc;
}

static int walk_list(struct walk *walk, const struct cyaml_schema_value *entry,
    uint32_t min, uint32_t max)
{
	unsigned line = event_line(walk);
	uint32_t count = 0;
	int rc;

	if (walk->event.type != YAML_SEQUENCE_START_EVENT)
		return fail(
		    walk, "needs a list, not %s", event_kind(&walk->event));
	while ((rc = next(walk)) == 0 &&
	    walk->event.type != YAML_SEQUENCE_END_EVENT) {
		if (count >= max)
			return fail_at(walk, event_line(walk), ERR_LIMIT,
			    "more than %u entries", max);
		rc = walk_entry(walk, entry, count++);
		if (rc)
			return rc;
	}
	if (rc == 0 && count < min)
		rc = fail_at(
		    walk, line, ERR_INVALID, "needs at least %u entries", min);
	return rc;
}

static int walk_sequence(struct walk *walk, const struct cyaml_schema_value *of)
{
	return walk_list(
	    walk, of->sequence.entry, of->sequence.min, of->sequence.max);
}

/* A list of words out of a closed set, read into bits. */
static int walk_flags(struct walk *walk, const struct cyaml_schema_value *of)
{
	struct cyaml_schema_value word = *of;

	word.type = CYAML_ENUM;
	return walk_list(walk, &word, 1, of->enumeration.count);
}

static const struct {
	int (*walk)(struct walk *walk, const struct cyaml_schema_value *of);
	bool is_scalar;
} types[CYAML__TYPE_COUNT] = {
    [CYAML_INT] = {walk_number, true},
    [CYAML_UINT] = {walk_number, true},
    [CYAML_BOOL] = {walk_bool, true},
    [CYAML_ENUM] = {walk_enum, true},
    [CYAML_STRING] = {walk_string, true},
    [CYAML_FLAGS] = {walk_flags, false},
    [CYAML_MAPPING] = {walk_mapping, false},
    [CYAML_SEQUENCE] = {walk_sequence, false},
};

/* The current event begins the value; ends on its last event. */
static int walk_value(struct walk *walk, const struct cyaml_schema_value *of)
{
	int rc = 0;

	if (!types[of->type].walk)
		return err_set(walk->err, ERR_INTERNAL,
		    "%s: a schema type that is not supported", walk->path);
	if (types[of->type].is_scalar)
		rc = scalar_check(walk);
	return rc ? rc : types[of->type].walk(walk, of);
}

static int expect(
    struct walk *walk, yaml_event_type_t type, const char *or_else)
{
	int rc = next(walk);

	if (rc == 0 && walk->event.type != type)
		rc = fail(walk, "%s", or_else);
	return rc;
}

static int walk_document(
    struct walk *walk, const struct cyaml_schema_value *schema)
{
	int rc = expect(walk, YAML_STREAM_START_EVENT, "not YAML");

	if (rc == 0)
		rc = expect(
		    walk, YAML_DOCUMENT_START_EVENT, "the file holds no keys");
	if (rc == 0)
		rc = next(walk);
	if (rc == 0)
		rc = walk_value(walk, schema);
	if (rc == 0)
		rc = expect(walk, YAML_DOCUMENT_END_EVENT, "not YAML");
	if (rc == 0)
		rc = expect(walk, YAML_STREAM_END_EVENT,
		    "a second document begins: one file holds one");
	return rc;
}

int xyaml_walk(const struct xyaml_text *text,
    const struct cyaml_schema_value *schema, struct xyaml_outline *outline,
    struct err *err)
{
	struct walk walk = {.text = text, .outline = outline, .err = err};
	int rc;

	if (!yaml_parser_initialize(&walk.parser))
		return err_memory(err);
	yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&walk.parser, text->data, text->len);
	rc = walk_document(&walk, schema);
	yaml_event_delete(&walk.event);
	yaml_parser_delete(&walk.parser);
	return rc;
}
