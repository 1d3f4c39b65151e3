#include "proto/station/codec.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/station/station.h"

int codec_name_find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* --- writing: each gives *out or leaves it NULL when there is nothing ---- */

static const void *at_const(const struct codec_field *field, const void *in)
{
	return (const char *)in + field->offset;
}

static int write_text(const char *text, json_t **out)
{
	if (*text)
		*out = json_string(text);
	return *text && !*out ? -1 : 0;
}

static int write_time(int64_t unix_ms, json_t **out)
{
	char text[TIME_TEXT_MAX];

	if (unix_ms <= 0)
		return 0;
	time_rfc3339(unix_ms, text);
	return write_text(text, out);
}

static json_t *bytes_text(const struct station_bytes *bytes)
{
	char *text = str_base64(bytes->data, bytes->len);
	json_t *value = text ? json_string(text) : NULL;

	free(text);
	return value;
}

static json_t *item_of(
    const struct codec_field *field, const void *item, struct err *err)
{
	if (field->kind == CODEC_BYTES_LIST)
		return bytes_text(item);
	if (field->kind == CODEC_TEXTS)
		return json_string(item);
	return codec_object(field->members, item, err);
}

static int write_list(const struct codec_field *field, const void *in,
    json_t **out, struct err *err)
{
	const char *items = at_const(field, in);
	size_t count =
	    *(const size_t *)((const char *)in + field->count_offset);
	json_t *list = json_array();

	for (size_t i = 0; list && i < count; i++) {
		json_t *item = item_of(field, items + i * field->stride, err);

		if (!item || json_array_append_new(list, item) != 0) {
			json_decref(list);
			return -1;
		}
	}
	*out = list;
	return list ? 0 : -1;
}

static int write_object(const struct codec_field *field, const void *in,
    json_t **out, struct err *err)
{
	json_t *object = codec_object(field->members, at_const(field, in), err);

	if (!object)
		return -1;
	if (json_object_size(object) == 0 && !field->is_required)
		json_decref(object);
	else
		*out = object;
	return 0;
}

static int write_enum(
    const struct codec_field *field, unsigned value, json_t **out)
{
	if (value >= field->max)
		return -1;
	return value || field->is_required
	    ? write_text(field->names[value], out)
	    : 0;
}

static int write_number(
    const struct codec_field *field, int64_t value, json_t **out)
{
	bool is_there = field->kind == CODEC_NUMBER ? value >= 0 : value != 0;

	if (is_there || field->is_required)
		*out = json_integer(value);
	return 0;
}

static int write_field(const struct codec_field *field, const void *in,
    json_t **out, struct err *err)
{
	const void *at = at_const(field, in);

	switch (field->kind) {
	case CODEC_TEXT:
	case CODEC_PEM:
	case CODEC_UUID:
		return write_text(at, out);
	case CODEC_ENUM:
		return write_enum(field, *(const unsigned *)at, out);
	case CODEC_BOOL:
		if (*(const bool *)at || field->is_required)
			*out = json_boolean(*(const bool *)at);
		return 0;
	case CODEC_NUMBER:
	case CODEC_INTEGER:
		return write_number(field, *(const int64_t *)at, out);
	case CODEC_TIME:
		return write_time(*(const int64_t *)at, out);
	case CODEC_BYTES:
		if (((const struct station_bytes *)at)->len > 0)
			return (*out = bytes_text(at)) ? 0 : -1;
		return 0;
	case CODEC_BYTES_LIST:
	case CODEC_TEXTS:
	case CODEC_OBJECTS:
		return write_list(field, in, out, err);
	case CODEC_OBJECT:
		return write_object(field, in, out, err);
	}
	return -1;
}

json_t *codec_object(
    const struct codec_field *fields, const void *in, struct err *err)
{
	json_t *object = json_object();
	const struct codec_field *field;

	for (field = fields; object && field->name; field++) {
		json_t *value = NULL;
		int rc = write_field(field, in, &value, err);

		if (rc == 0 && field->is_required && !value)
			rc = -1;
		if (rc == 0 && value)
			rc = json_object_set_new(object, field->name, value);
		if (rc == 0)
			continue;
		if (!err || err->code == ERR_NONE)
			(void)err_set(err, ERR_INVALID,
			    "%s cannot be written: it is missing, out of range "
			    "or no UTF-8",
			    field->name);
		json_decref(object);
		return NULL;
	}
	if (!object)
		(void)err_memory(err);
	return object;
}

static int append_chunk(const char *text, size_t len, void *arg)
{
	buf_append(arg, text, len);
	return 0;
}

int codec_dump(json_t *root, struct buf *json, struct err *err)
{
	int rc;

	if (!root)
		return err && err->code ? -(int)err->code : -(int)ERR_INVALID;
	rc = json_dump_callback(
	    root, append_chunk, json, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	return rc ? err_memory(err) : buf_check(json, err);
}

/* --- reading ------------------------------------------------------------- */

int codec_parse(const char *json, size_t len, size_t max, const char *what,
    json_t **out, struct err *err)
{
	json_error_t error;
	json_t *root;

	if (len > max)
		return err_set(err, ERR_LIMIT, "%s has %zu bytes; %zu at most",
		    what, len, max);
	root =
	    json_loadb(json ? json : "", len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return err_set(err, ERR_INVALID, "%s is no JSON, line %d: %s",
		    what, error.line, error.text);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(err, ERR_INVALID, "%s is no object", what);
	}
	*out = root;
	return 0;
}

static void *at_of(const struct codec_field *field, void *out)
{
	return (char *)out + field->offset;
}

static int wrong(
    const char *what, const struct codec_field *field, struct err *err)
{
	return err_set(
	    err, ERR_INVALID, "%s: \"%s\" is wrong", what, field->name);
}

static bool is_clean(const char *text, bool takes_lines)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (takes_lines && (c == '\n' || c == '\r' || c == '\t'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static int read_text(const struct codec_field *field, const json_t *value,
    const char *what, char *out, size_t size, struct err *err)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (!text || !is_clean(text, field->kind == CODEC_PEM))
		return wrong(what, field, err);
	if (len >= size)
		return err_set(err, ERR_LIMIT,
		    "%s: \"%s\" is longer than %zu bytes", what, field->name,
		    size - 1);
	memcpy(out, text, len + 1);
	return 0;
}

static int read_uuid(const struct codec_field *field, const json_t *value,
    const char *what, char *out, struct err *err)
{
	char text[UUID_TEXT_MAX] = "";
	int rc = read_text(field, value, what, text, sizeof(text), err);

	if (rc == 0 && text[0] && !uuid_is_valid(text))
		return wrong(what, field, err);
	if (rc == 0)
		memcpy(out, text, sizeof(text));
	return rc;
}

static int read_enum(const struct codec_field *field, const json_t *value,
    const char *what, unsigned *out, struct err *err)
{
	const char *name = json_string_value(value);
	int index = name ? codec_name_find(field->names, field->max, name) : -1;

	if (index < 0)
		return err_set(err, name ? ERR_UNSUPPORTED : ERR_INVALID,
		    "%s: \"%s\" has no value that we know", what, field->name);
	*out = (unsigned)index;
	return 0;
}

static int read_number(const struct codec_field *field, const json_t *value,
    const char *what, int64_t *out, struct err *err)
{
	if (!json_is_integer(value) ||
	    (field->kind == CODEC_NUMBER && json_integer_value(value) < 0))
		return wrong(what, field, err);
	*out = json_integer_value(value);
	return 0;
}

static int read_time(const struct codec_field *field, const json_t *value,
    const char *what, int64_t *out, struct err *err)
{
	const char *text = json_string_value(value);
	int64_t at;

	if (!text || time_rfc3339_parse(text, &at) < 0 || at <= 0)
		return wrong(what, field, err);
	*out = at;
	return 0;
}

static int read_bytes(const struct codec_field *field, const json_t *value,
    const char *what, struct station_bytes *out, struct err *err)
{
	const char *text = json_string_value(value);
	size_t text_len = json_string_length(value);
	uint8_t *data = NULL;
	size_t len = 0;

	if (!text)
		return wrong(what, field, err);
	if (text_len / 4 > field->max / 3 + 1)
		return err_set(err, ERR_LIMIT,
		    "%s: \"%s\" is longer than %zu bytes", what, field->name,
		    field->max);
	if (str_base64_parse(text, text_len, &data, &len, NULL) < 0 ||
	    len > field->max) {
		free(data);
		return wrong(what, field, err);
	}
	station_bytes_clear(out);
	*out = (struct station_bytes){data, len};
	return 0;
}

static int read_item(const struct codec_field *field, const json_t *value,
    const char *what, void *item, struct err *err)
{
	if (field->kind == CODEC_BYTES_LIST)
		return read_bytes(field, value, what, item, err);
	if (field->kind == CODEC_TEXTS)
		return read_text(field, value, what, item, field->stride, err);
	return codec_load(field->members, value, what, item, err);
}

/* The count moves with each item, so that a failure half way can be cleared. */
static int read_list(const struct codec_field *field, const json_t *value,
    const char *what, void *out, struct err *err)
{
	size_t *count = (size_t *)((char *)out + field->count_offset);
	char *items = at_of(field, out);
	size_t i;
	int rc = 0;

	if (!json_is_array(value))
		return wrong(what, field, err);
	if (json_array_size(value) > field->size / field->stride)
		return err_set(err, ERR_LIMIT,
		    "%s: \"%s\" has more than %zu items", what, field->name,
		    field->size / field->stride);
	for (i = 0; rc == 0 && i < json_array_size(value); i++) {
		rc = read_item(field, json_array_get(value, i), what,
		    items + i * field->stride, err);
		*count = i + 1;
	}
	return rc;
}

static int read_bool(const struct codec_field *field, const json_t *value,
    const char *what, bool *out, struct err *err)
{
	if (!json_is_boolean(value))
		return wrong(what, field, err);
	*out = json_is_true(value);
	return 0;
}

static int read_field(const struct codec_field *field, const json_t *value,
    const char *what, void *out, struct err *err)
{
	void *at = at_of(field, out);

	switch (field->kind) {
	case CODEC_TEXT:
	case CODEC_PEM:
		return read_text(field, value, what, at, field->size, err);
	case CODEC_UUID:
		return read_uuid(field, value, what, at, err);
	case CODEC_ENUM:
		return read_enum(field, value, what, at, err);
	case CODEC_BOOL:
		return read_bool(field, value, what, at, err);
	case CODEC_NUMBER:
	case CODEC_INTEGER:
		return read_number(field, value, what, at, err);
	case CODEC_TIME:
		return read_time(field, value, what, at, err);
	case CODEC_BYTES:
		return read_bytes(field, value, what, at, err);
	case CODEC_BYTES_LIST:
	case CODEC_TEXTS:
	case CODEC_OBJECTS:
		return read_list(field, value, what, out, err);
	case CODEC_OBJECT:
		return codec_load(field->members, value, what, at, err);
	}
	return err_set(err, ERR_INTERNAL, "%s: no such kind", what);
}

int codec_load(const struct codec_field *fields, const json_t *object,
    const char *what, void *out, struct err *err)
{
	const struct codec_field *field;
	const json_t *value;
	int rc;

	if (!json_is_object(object))
		return err_set(err, ERR_INVALID, "%s: no object", what);
	for (field = fields; field->name; field++) {
		value = json_object_get(object, field->name);
		if (!value && field->is_required)
			return err_set(err, ERR_INVALID,
			    "%s: \"%s\" is missing", what, field->name);
		if (value &&
		    (rc = read_field(field, value, what, out, err)) != 0)
			return rc;
	}
	return 0;
}
