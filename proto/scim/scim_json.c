#include "proto/scim/scim_json.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/json/json_guard.h"
#include "proto/scim/scim_limits.h"

/* What an object of a client may have; ours has 20. Comparing each key with
 * each other stays cheap. */
#define KEYS_MAX 128

static int keys_check(const json_t *value, struct err *err);

static int object_check(json_t *object, struct err *err)
{
	const char *names[KEYS_MAX];
	const char *key;
	json_t *member;
	size_t count = 0;
	size_t i;
	int rc;

	json_object_foreach(object, key, member)
	{
		if (count == KEYS_MAX)
			return err_set(err, ERR_LIMIT,
			    "an object has over %d attributes", KEYS_MAX);
		for (i = 0; i < count; i++)
			if (strcasecmp(names[i], key) == 0)
				return err_set(err, ERR_INVALID,
				    "the attribute \"%.64s\" stands there "
				    "twice",
				    key);
		names[count++] = key;
		rc = keys_check(member, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Recursion is bounded by SCIM_DEPTH_MAX. */
static int keys_check(const json_t *value, struct err *err)
{
	size_t i;
	int rc = 0;

	if (json_is_object(value))
		return object_check((json_t *)(uintptr_t)value, err);
	for (i = 0; rc == 0 && i < json_array_size(value); i++)
		rc = keys_check(json_array_get(value, i), err);
	return rc;
}

int scim_json_load(const void *data, size_t len, json_t **out, struct err *err)
{
	static const struct json_limits limits = {
	    SCIM_BODY_MAX, SCIM_DEPTH_MAX, SCIM_VALUES_MAX};
	json_t *document = NULL;
	int rc =
	    json_guard_load(data, len, &limits, "the body", &document, err);

	if (rc < 0)
		return rc;
	rc = json_is_object(document)
	    ? keys_check(document, err)
	    : err_set(err, ERR_INVALID, "the body is no JSON object");
	if (rc < 0) {
		json_decref(document);
		return rc;
	}
	*out = document;
	return 0;
}

/* ---- members ---- */

const char *scim_json_key(const json_t *object, const char *name)
{
	const char *key;
	json_t *member;

	if (json_object_get(object, name))
		return name;
	json_object_foreach((json_t *)(uintptr_t)object, key, member)
	{
		if (strcasecmp(key, name) == 0)
			return key;
	}
	return NULL;
}

json_t *scim_json_get(const json_t *object, const char *name)
{
	const char *key = scim_json_key(object, name);
	json_t *value = key ? json_object_get(object, key) : NULL;

	return json_is_null(value) ? NULL : value;
}

int scim_json_set(json_t *object, const char *name, json_t *value)
{
	const char *key = scim_json_key(object, name);

	return json_object_set_new(object, key ? key : name, value);
}

void scim_json_del(json_t *object, const char *name)
{
	const char *key = scim_json_key(object, name);

	if (key)
		(void)json_object_del(object, key);
}

/* ---- values ---- */

bool scim_json_bool(const json_t *value, bool *out)
{
	const char *text = json_string_value(value);
	bool is_true = json_is_true(value);

	if (text && strcasecmp(text, "true") == 0)
		is_true = true;
	else if (text && strcasecmp(text, "false") == 0)
		is_true = false;
	else if (!json_is_boolean(value))
		return false;
	*out = is_true;
	return true;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

int scim_json_text(
    const json_t *value, const char *name, const char **out, struct err *err)
{
	const char *text = json_string_value(value);

	if (!value) {
		*out = NULL;
		return 0;
	}
	if (!text)
		return err_set(err, ERR_INVALID, "%s must be a text", name);
	if (json_string_length(value) > SCIM_TEXT_MAX)
		return err_set(
		    err, ERR_LIMIT, "%s is over %d bytes", name, SCIM_TEXT_MAX);
	if (has_control(text))
		return err_set(
		    err, ERR_INVALID, "%s holds control characters", name);
	*out = text;
	return 0;
}

bool scim_json_has_schema(const json_t *object, const char *urn)
{
	const json_t *list = scim_json_get(object, "schemas");
	const char *text;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		text = json_string_value(json_array_get(list, i));
		if (text && strcasecmp(text, urn) == 0)
			return true;
	}
	return false;
}
