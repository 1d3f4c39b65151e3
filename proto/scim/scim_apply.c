/*
 * A PATCH applied to the JSON of one resource (RFC 7644 section 3.5.2). Values
 * are copied in: the patch may be applied again.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"
#include "proto/scim/scim_patch.h"

struct applying {
	const struct scim_operation *operation;
	enum scim_why *why;
	struct err *err;
};

static int refuse(
    struct applying *applying, enum scim_why why, const char *what)
{
	*applying->why = why;
	return err_set(applying->err, ERR_INVALID, "%s", what);
}

/* 0, or no memory; takes value. */
static int put(
    struct applying *applying, json_t *object, const char *name, json_t *value)
{
	return scim_json_set(object, name, value) < 0
	    ? err_memory(applying->err)
	    : 0;
}

static bool is_gone(const struct scim_operation *operation)
{
	return operation->verb == SCIM_REMOVE || !operation->value ||
	    json_is_null(operation->value);
}

/* ---- one object ---- */

static int merge(struct applying *applying, json_t *object, const json_t *from)
{
	const char *key;
	json_t *value;
	int rc = 0;

	json_object_foreach((json_t *)(uintptr_t)from, key, value)
	{
		rc = put(applying, object, key, json_deep_copy(value));
		if (rc < 0)
			break;
	}
	return rc;
}

/* Sets, or takes away, one member of an object as the operation says. */
static int member_change(
    struct applying *applying, json_t *object, const char *name)
{
	const json_t *value = applying->operation->value;
	json_t *was = scim_json_get(object, name);

	if (is_gone(applying->operation)) {
		scim_json_del(object, name);
		return 0;
	}
	if (json_is_object(was) && json_is_object(value))
		return merge(applying, was, value);
	return put(applying, object, name, json_deep_copy(value));
}

/* ---- lists ---- */

static bool is_same_element(const json_t *a, const json_t *b)
{
	const json_t *one = json_is_object(a) ? scim_json_get(a, "value") : a;
	const json_t *other = json_is_object(b) ? scim_json_get(b, "value") : b;

	return json_equal(a, b) || (one && other && json_equal(one, other));
}

/* Only one is the primary: that which came last (section 3.5.2). */
static void primary_keep(json_t *list, const json_t *kept)
{
	json_t *element;
	bool is_primary = false;
	size_t i;

	(void)scim_json_bool(scim_json_get(kept, "primary"), &is_primary);
	for (i = 0; is_primary && i < json_array_size(list); i++) {
		element = json_array_get(list, i);
		if (element != kept && scim_json_get(element, "primary"))
			(void)scim_json_set(element, "primary", json_false());
	}
}

static int element_add(
    struct applying *applying, json_t *list, const json_t *value)
{
	json_t *copy;
	size_t i;

	if (json_is_null(value))
		return 0;
	for (i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return 0;
	if (json_array_size(list) >= SCIM_ELEMENTS_MAX)
		return refuse(applying, SCIM_WHY_TOO_MANY,
		    "an attribute has too many values");
	copy = json_deep_copy(value);
	if (!copy || json_array_append_new(list, copy) < 0)
		return err_memory(applying->err);
	primary_keep(list, copy);
	return 0;
}

static int elements_add(struct applying *applying, json_t *list)
{
	const json_t *value = applying->operation->value;
	size_t i;
	int rc = 0;

	if (!json_is_array(value))
		return element_add(applying, list, value);
	for (i = 0; rc == 0 && i < json_array_size(value); i++)
		rc = element_add(applying, list, json_array_get(value, i));
	return rc;
}

/* Entra ID's remove with a value: these elements only, not the whole list. */
static int elements_remove(struct applying *applying, json_t *list)
{
	const json_t *value = applying->operation->value;
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	const json_t *one;
	size_t i;
	size_t j;

	if (count > SCIM_ELEMENTS_MAX)
		return refuse(applying, SCIM_WHY_TOO_MANY,
		    "the value has too many elements");
	for (i = 0; i < count; i++) {
		one = json_is_array(value) ? json_array_get(value, i) : value;
		for (j = json_array_size(list); j-- > 0;)
			if (is_same_element(json_array_get(list, j), one))
				(void)json_array_remove(list, j);
	}
	return 0;
}

static int whole_change(
    struct applying *applying, json_t *home, const char *name)
{
	const struct scim_operation *operation = applying->operation;
	json_t *was = scim_json_get(home, name);

	if (!json_is_array(was) || json_is_null(operation->value))
		return member_change(applying, home, name);
	if (operation->verb == SCIM_ADD)
		return elements_add(applying, was);
	if (operation->verb == SCIM_REMOVE && operation->value)
		return elements_remove(applying, was);
	if (json_is_array(operation->value) &&
	    json_array_size(operation->value) > SCIM_ELEMENTS_MAX)
		return refuse(applying, SCIM_WHY_TOO_MANY,
		    "an attribute has too many values");
	return member_change(applying, home, name);
}

/* ---- attr.sub ---- */

static int each_sub_change(
    struct applying *applying, json_t *list, const char *sub)
{
	json_t *element;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < json_array_size(list); i++) {
		element = json_array_get(list, i);
		if (json_is_object(element))
			rc = member_change(applying, element, sub);
	}
	return rc;
}

static int sub_change(
    struct applying *applying, json_t *home, const struct scim_attr *attr)
{
	json_t *was = scim_json_get(home, attr->name);

	if (json_is_array(was) && json_array_size(was) > 0)
		return each_sub_change(applying, was, attr->sub);
	if (!json_is_object(was)) {
		if (is_gone(applying->operation))
			return 0;
		was = json_object();
		if (put(applying, home, attr->name, was) < 0)
			return err_memory(applying->err);
	}
	return member_change(applying, was, attr->sub);
}

/* ---- attr[filter], attr[filter].sub ---- */

static int element_change(struct applying *applying, json_t *element)
{
	const struct scim_operation *operation = applying->operation;
	const char *sub = operation->path.attr.sub;

	if (*sub)
		return member_change(applying, element, sub);
	if (json_is_object(operation->value))
		return merge(applying, element, operation->value);
	return member_change(applying, element, "value");
}

/* type eq "work" and primary eq true → {"type": "work", "primary": true};
 * false: the filter says something else, too. */
static bool element_of(
    const struct scim_filter *filter, int at, json_t *element)
{
	const struct scim_node *node = &filter->nodes[at];

	if (node->op == SCIM_OP_AND)
		return element_of(filter, node->left, element) &&
		    element_of(filter, node->right, element);
	return node->op == SCIM_OP_EQ && !node->attr.urn[0] &&
	    !node->attr.sub[0] &&
	    scim_json_set(element, node->attr.name, json_copy(node->value)) ==
	    0;
}

/*
 * Nothing fits the filter. Entra ID adds a first mail address by
 * emails[type eq "work"].value, so such an element is made when the filter
 * says all of it; else there is no target (section 3.5.2.3).
 */
static int element_make(
    struct applying *applying, json_t *home, const char *name)
{
	json_t *list = scim_json_get(home, name);
	json_t *element;
	int rc;

	if (is_gone(applying->operation))
		return 0;
	element = json_object();
	if (!element ||
	    !element_of(applying->operation->path.filter,
	        applying->operation->path.filter->root, element)) {
		json_decref(element);
		return refuse(applying, SCIM_WHY_NO_TARGET,
		    "no value fits the filter of the path");
	}
	rc = element_change(applying, element);
	if (rc == 0 && !json_is_array(list)) {
		list = json_array();
		rc = put(applying, home, name, list);
	}
	if (rc == 0)
		rc = element_add(applying, list, element);
	json_decref(element);
	return rc;
}

static int filtered_change(
    struct applying *applying, json_t *home, const char *name)
{
	const struct scim_path *path = &applying->operation->path;
	json_t *list = scim_json_get(home, name);
	bool is_dropped = is_gone(applying->operation) && !path->attr.sub[0];
	bool is_found = false;
	json_t *element;
	size_t i;
	int rc = 0;

	for (i = json_array_size(list); rc == 0 && i-- > 0;) {
		element = json_array_get(list, i);
		if (!json_is_object(element) ||
		    !scim_filter_match(path->filter, element))
			continue;
		is_found = true;
		if (is_dropped)
			(void)json_array_remove(list, i);
		else
			rc = element_change(applying, element);
	}
	return is_found || rc < 0 ? rc : element_make(applying, home, name);
}

/* ---- one operation ---- */

static bool is_read_only(const struct scim_attr *attr)
{
	static const char *const names[] = {"id", "meta", "groups", "schemas"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(attr->name, names[i]) == 0)
			return true;
	return false;
}

/* The object that holds the attribute; *out NULL: none, and none is wanted. */
static int home_of(struct applying *applying, json_t *resource, json_t **out)
{
	const struct scim_attr *attr = &applying->operation->path.attr;

	*out = scim_attr_home(attr, resource);
	if (*out || is_gone(applying->operation))
		return 0;
	*out = json_object();
	return put(applying, resource, attr->urn, *out);
}

static int extension_change(
    struct applying *applying, json_t *resource, json_t *home)
{
	const struct scim_operation *operation = applying->operation;

	if (home == resource && operation->verb == SCIM_REMOVE)
		return refuse(applying, SCIM_WHY_MUTABILITY,
		    "a resource is removed with DELETE");
	if (operation->verb == SCIM_REMOVE || json_is_null(operation->value)) {
		scim_json_del(resource, operation->path.attr.urn);
		return 0;
	}
	if (!json_is_object(operation->value))
		return refuse(applying, SCIM_WHY_INVALID_VALUE,
		    "an extension's value must be an object");
	return merge(applying, home, operation->value);
}

static int operation_apply(struct applying *applying, json_t *resource)
{
	const struct scim_path *path = &applying->operation->path;
	json_t *home = NULL;
	int rc;

	if (is_read_only(&path->attr))
		return applying->operation->has_path
		    ? refuse(applying, SCIM_WHY_MUTABILITY,
		          "this attribute is read-only")
		    : 0;
	rc = home_of(applying, resource, &home);
	if (rc < 0 || !home)
		return rc;
	if (!path->attr.name[0])
		return extension_change(applying, resource, home);
	if (path->filter)
		return filtered_change(applying, home, path->attr.name);
	if (path->attr.sub[0])
		return sub_change(applying, home, &path->attr);
	return whole_change(applying, home, path->attr.name);
}

int scim_patch_apply(const struct scim_patch *patch, json_t *resource,
    enum scim_why *why, struct err *err)
{
	struct applying applying = {.why = why, .err = err};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < patch->count; i++) {
		applying.operation = &patch->operations[i];
		rc = operation_apply(&applying, resource);
	}
	return rc;
}
