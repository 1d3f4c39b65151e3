/* The document of a PATCH into a list of operations, each with a path. */
#include "proto/scim/scim_patch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"

static int refuse(
    enum scim_why *why, enum scim_why which, struct err *err, const char *what)
{
	*why = which;
	return err_set(err, ERR_INVALID, "%s", what);
}

static int verb_parse(const json_t *operation, enum scim_verb *out,
    enum scim_why *why, struct err *err)
{
	static const char *const words[] = {"add", "replace", "remove"};
	const char *text = json_string_value(scim_json_get(operation, "op"));
	size_t i;

	for (i = 0; text && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = (enum scim_verb)i;
			return 0;
		}
	}
	return refuse(why, SCIM_WHY_INVALID_SYNTAX, err,
	    "an operation's op is add, replace or remove");
}

static int operation_add(struct scim_patch *patch, enum scim_verb verb,
    const char *path, bool has_path, json_t *value, enum scim_why *why,
    struct err *err)
{
	struct scim_operation *operation = &patch->operations[patch->count];
	int rc;

	if (patch->count == SCIM_OPERATIONS_MAX)
		return refuse(why, SCIM_WHY_TOO_MANY, err,
		    "the body holds too many operations");
	*operation =
	    (struct scim_operation){.verb = verb, .has_path = has_path};
	rc = scim_path_parse(path, strlen(path), &operation->path, err);
	if (rc < 0) {
		*why = SCIM_WHY_INVALID_PATH;
		return rc;
	}
	operation->value = json_incref(value);
	patch->count++;
	return 0;
}

/* Without a path each member of the value is an operation of its own; its name
 * may be a whole path (Entra ID). */
static int members_add(struct scim_patch *patch, enum scim_verb verb,
    json_t *value, enum scim_why *why, struct err *err)
{
	const char *key;
	json_t *member;
	int rc = 0;

	if (verb == SCIM_REMOVE)
		return refuse(
		    why, SCIM_WHY_NO_TARGET, err, "a remove needs a path");
	if (!json_is_object(value))
		return refuse(why, SCIM_WHY_INVALID_VALUE, err,
		    "without a path the value must be an object");
	json_object_foreach(value, key, member)
	{
		rc = operation_add(patch, verb, key, false, member, why, err);
		if (rc < 0)
			break;
	}
	return rc;
}

static int operation_parse(struct scim_patch *patch, const json_t *operation,
    enum scim_why *why, struct err *err)
{
	json_t *value;
	json_t *path;
	const char *text;
	enum scim_verb verb = SCIM_REMOVE;
	int rc;

	if (!json_is_object(operation))
		return refuse(why, SCIM_WHY_INVALID_SYNTAX, err,
		    "an operation must be an object");
	rc = verb_parse(operation, &verb, why, err);
	if (rc < 0)
		return rc;
	/* A value of null is there: it empties. */
	text = scim_json_key(operation, "value");
	value = text ? json_object_get(operation, text) : NULL;
	if (!value && verb != SCIM_REMOVE)
		return refuse(why, SCIM_WHY_INVALID_VALUE, err,
		    "an add or replace needs a value");
	path = scim_json_get(operation, "path");
	text = json_string_value(path);
	if (path && !text)
		return refuse(
		    why, SCIM_WHY_INVALID_PATH, err, "a path must be a text");
	if (!text || !*text)
		return members_add(patch, verb, value, why, err);
	return operation_add(patch, verb, text, true, value, why, err);
}

int scim_patch_parse(const json_t *document, struct scim_patch *out,
    enum scim_why *why, struct err *err)
{
	const json_t *list = scim_json_get(document, "Operations");
	struct scim_patch patch = {.operations = NULL};
	size_t i;
	int rc = 0;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return refuse(why, SCIM_WHY_INVALID_SYNTAX, err,
		    "a PATCH has a list of Operations");
	patch.operations =
	    calloc(SCIM_OPERATIONS_MAX + 1, sizeof(*patch.operations));
	if (!patch.operations)
		return err_memory(err);
	for (i = 0; rc == 0 && i < json_array_size(list); i++)
		rc = operation_parse(&patch, json_array_get(list, i), why, err);
	if (rc < 0) {
		(void)err_prefix(err, "operation %zu", i);
		scim_patch_clear(&patch);
		return rc;
	}
	*out = patch;
	return 0;
}

void scim_patch_clear(struct scim_patch *patch)
{
	size_t i;

	for (i = 0; i < patch->count; i++) {
		scim_path_clear(&patch->operations[i].path);
		json_decref(patch->operations[i].value);
	}
	free(patch->operations);
	*patch = (struct scim_patch){.operations = NULL};
}
