#include "server/office/decode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "server/http/http.h"
#include "server/service/handler_ctx.h"

/*
 * Demanding the type keeps a foreign page from posting a form to the office
 * listener (such a request needs no permission of the browser).
 */
bool decode_is_json(const struct http_request *request)
{
	static const char type[] = "application/json";
	const char *value = http_header_get(request, "Content-Type");

	if (!value || strncasecmp(value, type, sizeof(type) - 1) != 0)
		return false;
	value += sizeof(type) - 1;
	value += strspn(value, " \t");
	return *value == '\0' || *value == ';';
}

int decode_object(
    const struct http_request *request, json_t **out, struct err *err)
{
	json_error_t why = {0};
	json_t *document;

	if (!decode_is_json(request))
		return err_set(err, ERR_UNSUPPORTED,
		    "the body must have Content-Type application/json");
	if (request->body_len > LIMIT_API_BODY)
		return err_set(err, ERR_LIMIT, "the body is over %d bytes",
		    LIMIT_API_BODY);
	if (request->body_len == 0)
		return err_set(err, ERR_INVALID,
		    "the body is empty; a JSON object is wanted");
	document = json_loadb((const char *)request->body, request->body_len,
	    JSON_REJECT_DUPLICATES, &why);
	if (!document && json_error_code(&why) == json_error_duplicate_key)
		return err_set(err, ERR_INVALID,
		    "the body holds a key twice (line %d)", why.line);
	if (!document)
		return err_set(err, ERR_INVALID,
		    "the body is not valid JSON (line %d, column %d)", why.line,
		    why.column);
	if (!json_is_object(document)) {
		json_decref(document);
		return err_set(
		    err, ERR_INVALID, "the body must be a JSON object");
	}
	*out = document;
	return 0;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* Lines end with a newline; nothing else of what moves a cursor. */
static int block_check(
    const char *name, const char *text, size_t max, struct err *err)
{
	if (strlen(text) > max)
		return err_set(
		    err, ERR_LIMIT, "\"%s\" is over %zu bytes", name, max);
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\n') ||
		    *text == 0x7f)
			return err_set(err, ERR_INVALID,
			    "\"%s\" holds control characters", name);
	return 0;
}

static int text_check(
    const char *name, const char *text, size_t max, struct err *err)
{
	if (strlen(text) > max)
		return err_set(
		    err, ERR_LIMIT, "\"%s\" is over %zu bytes", name, max);
	if (has_control(text))
		return err_set(
		    err, ERR_INVALID, "\"%s\" holds control characters", name);
	return 0;
}

static int bool_decode(const struct decode_field *field, const json_t *value,
    void *member, struct err *err)
{
	if (!json_is_boolean(value))
		return err_set(err, ERR_INVALID, "\"%s\" must be true or false",
		    field->name);
	*(bool *)member = json_is_true(value);
	return 0;
}

static int number_decode(const struct decode_field *field, const json_t *value,
    void *member, struct err *err)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 ||
	    (uint64_t)number > field->max)
		return err_set(err, ERR_INVALID,
		    "\"%s\" must be a whole number from 0 to %zu", field->name,
		    field->max);
	*(int64_t *)member = number;
	return 0;
}

static int text_decode(const struct decode_field *field, const json_t *value,
    void *member, struct err *err)
{
	const char *text = json_string_value(value);
	int rc;

	if (!text)
		return err_set(
		    err, ERR_INVALID, "\"%s\" must be a text", field->name);
	rc = field->kind == DECODE_BLOCK
	    ? block_check(field->name, text, field->max, err)
	    : text_check(field->name, text, field->max, err);
	if (rc < 0)
		return rc;
	if (field->required && !*text)
		return err_set(
		    err, ERR_INVALID, "\"%s\" must not be empty", field->name);
	*(const char **)member = text;
	return 0;
}

static int list_decode(const struct decode_field *field, const json_t *value,
    void *member, struct err *err)
{
	size_t count = json_array_size(value);
	const char *text;
	size_t i;
	int rc = 0;

	if (!json_is_array(value) || count > DECODE_LIST_MAX ||
	    (field->required && count == 0))
		return err_set(err, ERR_INVALID,
		    "\"%s\" must be a list of 1 to %d texts", field->name,
		    DECODE_LIST_MAX);
	for (i = 0; rc == 0 && i < count; i++) {
		text = json_string_value(json_array_get(value, i));
		rc = text && *text &&
		        (field->kind == DECODE_LINES || !strchr(text, ' '))
		    ? text_check(field->name, text, field->max, err)
		    : err_set(err, ERR_INVALID, "\"%s\" must hold words only",
		          field->name);
	}
	if (rc == 0)
		*(const json_t **)member = value;
	return rc;
}

void decode_list_join(const json_t *list, struct buf *out)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buf_append_char(out, ' ');
		buf_append_str(out, json_string_value(json_array_get(list, i)));
	}
}

static int field_decode(const struct decode_field *field, const json_t *value,
    void *out, struct err *err)
{
	static int (*const kinds[])(const struct decode_field *, const json_t *,
	    void *, struct err *) = {
	    [DECODE_TEXT] = text_decode,
	    [DECODE_BLOCK] = text_decode,
	    [DECODE_BOOL] = bool_decode,
	    [DECODE_NUMBER] = number_decode,
	    [DECODE_LIST] = list_decode,
	    [DECODE_LINES] = list_decode,
	};

	return kinds[field->kind](
	    field, value, (char *)out + field->offset, err);
}

static int keys_check(json_t *document, const struct decode_field *fields,
    size_t count, struct err *err)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(document, key, value)
	{
		for (i = 0; i < count; i++)
			if (strcmp(key, fields[i].name) == 0)
				break;
		if (i == count)
			return err_set(err, ERR_INVALID,
			    "unknown key \"%.64s\" in the body", key);
	}
	return 0;
}

int decode_body(const struct http_request *request,
    const struct decode_field *fields, size_t count, void *out,
    json_t **document, struct err *err)
{
	json_t *body = NULL;
	json_t *value;
	size_t i;
	int rc;

	rc = decode_object(request, &body, err);
	if (rc < 0)
		return rc;
	rc = keys_check(body, fields, count, err);
	for (i = 0; rc == 0 && i < count; i++) {
		value = json_object_get(body, fields[i].name);
		if (value)
			rc = field_decode(&fields[i], value, out, err);
		else if (fields[i].required)
			rc = err_set(err, ERR_INVALID,
			    "\"%s\" is missing from the body", fields[i].name);
	}
	if (rc < 0) {
		json_decref(body);
		return rc;
	}
	*document = body;
	return 0;
}

/* Nothing can be said to some orders, but what is said must be JSON. */
int decode_nothing(const struct http_request *request, struct err *err)
{
	json_t *document = NULL;
	int rc = 0;

	if (request->body_len > 0)
		rc = decode_body(request, NULL, 0, NULL, &document, err);
	json_decref(document);
	return rc;
}

static bool is_named(
    const char *name, size_t len, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

int decode_query_names(const struct http_request *request,
    const char *const *names, size_t count, struct err *err)
{
	const char *at = request->query;
	size_t len;

	/* Of several organisations the local caller names one, always. */
	static const char *const local[] = {"organisation"};
	bool is_local = request->listener == LISTENER_ADMIN;

	while (*at) {
		len = strcspn(at, "=&");
		if (len > 0 && !is_named(at, len, names, count) &&
		    !(is_local && is_named(at, len, local, 1)))
			return err_set(err, ERR_INVALID,
			    "unknown query parameter \"%.*s\"",
			    (int)(len < 64 ? len : 64), at);
		at += strcspn(at, "&");
		at += *at == '&';
	}
	return 0;
}

int decode_query_text(const struct http_request *request, const char *name,
    size_t max, char **out, struct err *err)
{
	char *text = NULL;
	int rc;

	rc = http_query_get(request, name, &text, err);
	if (rc == -ERR_NOT_FOUND || (rc == 0 && !*text)) {
		free(text);
		*out = NULL;
		return 0;
	}
	if (rc == 0 && !str_is_utf8(text, strlen(text)))
		rc = err_set(err, ERR_INVALID, "\"%s\" is not UTF-8", name);
	if (rc == 0)
		rc = text_check(name, text, max, err);
	if (rc < 0) {
		free(text);
		return rc;
	}
	*out = text;
	return 0;
}

int decode_query_flag(const struct http_request *request, const char *name,
    bool *out, struct err *err)
{
	char *text = NULL;
	int rc;

	rc = decode_query_text(request, name, 8, &text, err);
	if (rc < 0 || !text)
		return rc;
	if (strcmp(text, "1") == 0 || strcmp(text, "true") == 0)
		*out = true;
	else if (strcmp(text, "0") == 0 || strcmp(text, "false") == 0)
		*out = false;
	else
		rc = err_set(err, ERR_INVALID, "\"%s\" must be 1 or 0", name);
	free(text);
	return rc;
}

int decode_query_number(const struct http_request *request, const char *name,
    uint64_t max, uint64_t *out, struct err *err)
{
	char *text = NULL;
	uint64_t number;
	int rc;

	rc = decode_query_text(request, name, 20, &text, err);
	if (rc < 0 || !text)
		return rc;
	if (str_number_parse(text, max, &number) < 0 || number == 0)
		rc = err_set(err, ERR_INVALID,
		    "\"%s\" must be a whole number from 1 to %llu", name,
		    (unsigned long long)max);
	else
		*out = number;
	free(text);
	return rc;
}
