#include "agent/connector/json_map.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define TOKEN_MAX 128

bool json_pointer_is_valid(const char *pointer)
{
	if (*pointer && *pointer != '/')
		return false;
	for (; *pointer; pointer++)
		if (*pointer == '~' && pointer[1] != '0' && pointer[1] != '1')
			return false;
	return true;
}

/* One reference token, unescaped (RFC 6901 section 4); NULL: malformed. */
static const char *read_token(const char *at, char out[TOKEN_MAX])
{
	size_t used = 0;

	for (; *at && *at != '/'; at++) {
		char c = *at;

		if (c == '~') {
			c = at[1] == '0' ? '~' : '/';
			if (at[1] != '0' && at[1] != '1')
				return NULL;
			at++;
		}
		if (used + 1 >= TOKEN_MAX)
			return NULL;
		out[used++] = c;
	}
	out[used] = '\0';
	return at;
}

static const json_t *step(const json_t *value, const char *token)
{
	uint64_t index;

	if (json_is_object(value))
		return json_object_get(value, token);
	if (!json_is_array(value) || (token[0] == '0' && token[1]) ||
	    str_number_parse(token, UINT32_MAX, &index) < 0)
		return NULL;
	return json_array_get(value, (size_t)index);
}

const json_t *json_pointer_find(const json_t *root, const char *pointer)
{
	char token[TOKEN_MAX];

	while (root && *pointer) {
		if (*pointer != '/')
			return NULL;
		pointer = read_token(pointer + 1, token);
		if (!pointer)
			return NULL;
		root = step(root, token);
	}
	return root;
}

static int scalar_text(const json_t *value, char out[MAP_TEXT_MAX])
{
	int used;

	if (!value || json_is_null(value))
		return 0;
	if (json_is_string(value))
		return str_copy(out, MAP_TEXT_MAX, json_string_value(value)) < 0
		    ? -1
		    : 1;
	if (json_is_boolean(value)) {
		(void)str_copy(
		    out, MAP_TEXT_MAX, json_is_true(value) ? "true" : "false");
		return 1;
	}
	if (!json_is_integer(value))
		return -1;
	used = snprintf(
	    out, MAP_TEXT_MAX, "%lld", (long long)json_integer_value(value));
	return used > 0 ? 1 : -1;
}

/* "{imei}" → its value. */
static const struct json_variable *variable_find(
    const struct json_variable variables[JSON_VARIABLES], const char *name,
    size_t len)
{
	for (size_t i = 0; i < JSON_VARIABLES; i++)
		if (variables[i].name && strlen(variables[i].name) == len &&
		    memcmp(variables[i].name, name, len) == 0)
			return &variables[i];
	return NULL;
}

static int variable_text(
    const struct json_view *view, const char *from, char out[MAP_TEXT_MAX])
{
	const struct json_variable *variable =
	    variable_find(view->variables, from + 1, strcspn(from + 1, "}"));

	if (!variable || !variable->value)
		return 0;
	return str_copy(out, MAP_TEXT_MAX, variable->value) < 0 ? -1 : 1;
}

int json_view_get(
    void *arg, const char *from, size_t index, char out[MAP_TEXT_MAX])
{
	const struct json_view *view = arg;
	const json_t *value;

	if (from[0] == '{')
		return index == 0 ? variable_text(view, from, out) : 0;
	value = json_pointer_find(view->root, from);
	if (json_is_array(value))
		return scalar_text(json_array_get(value, index), out);
	return index == 0 ? scalar_text(value, out) : 0;
}

/* ---- templates ---- */

static void append_url(struct buf *out, const char *value)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                           "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *value; value++) {
		if (strchr(safe, *value))
			buf_append_char(out, *value);
		else
			buf_printf(out, "%%%02X", (unsigned char)*value);
	}
}

/* Without its quotes: those stand in the template. */
static void append_json(struct buf *out, const char *value)
{
	struct buf quoted = {0};

	buf_append_json(&quoted, value);
	if (quoted.len >= 2)
		buf_append(out, quoted.data + 1, quoted.len - 2);
	buf_clear(&quoted);
}

/* A name in braces: letters only, so that JSON's own braces pass. */
static size_t name_length(const char *at)
{
	size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz");

	return len && at[len + 1] == '}' ? len : 0;
}

int json_template_fill(const char *text, enum json_escape escape,
    const struct json_variable variables[JSON_VARIABLES], struct buf *out,
    size_t max, struct err *err)
{
	const struct json_variable *variable;
	size_t len;

	for (; *text; text++) {
		len = *text == '{' ? name_length(text) : 0;
		if (!len) {
			buf_append_char(out, *text);
			continue;
		}
		variable = variable_find(variables, text + 1, len);
		if (!variable)
			return err_set(err, ERR_INVALID,
			    "there is no {%.*s} here", (int)len, text + 1);
		if (!variable->value || !variable->value[0])
			return err_set(err, ERR_INVALID,
			    "its {%s} is not known", variable->name);
		if (escape == JSON_ESCAPE_URL)
			append_url(out, variable->value);
		else
			append_json(out, variable->value);
		text += len + 1;
		if (out->len > max)
			break;
	}
	if (out->len > max)
		return err_set(err, ERR_LIMIT, "it is too long when filled in");
	return buf_check(out, err);
}
