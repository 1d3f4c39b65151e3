#include "proto/scim/scim_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"

/* ---- members as they are written ---- */

/* {"value": "id"}, or the id by itself (Microsoft's collection); *out NULL:
 * null stands there. */
static int member_id(const json_t *element, const char **out, struct err *err)
{
	const json_t *value =
	    json_is_object(element) ? scim_json_get(element, "value") : element;
	int rc;

	if (json_is_null(value))
		value = NULL;
	rc = scim_json_text(value, "a member", out, err);
	if (rc < 0)
		return rc;
	if (json_is_object(element) && (!*out || !**out))
		return err_set(err, ERR_INVALID, "a member has no value");
	return 0;
}

/* The list, or the one element that stands in its place. */
static size_t element_count(const json_t *value)
{
	if (!value || json_is_null(value))
		return 0;
	return json_is_array(value) ? json_array_size(value) : 1;
}

static const json_t *element_at(const json_t *value, size_t i)
{
	return json_is_array(value) ? json_array_get(value, i) : value;
}

static int count_check(size_t count, enum scim_why *why, struct err *err)
{
	if (count <= SCIM_MEMBERS_MAX)
		return 0;
	*why = SCIM_WHY_TOO_MANY;
	return err_set(err, ERR_LIMIT, "a request has at most %d members",
	    SCIM_MEMBERS_MAX);
}

/* ---- a whole group ---- */

static int members_take(const json_t *value, struct scim_group *group,
    enum scim_why *why, struct err *err)
{
	size_t count = element_count(value);
	const char *id;
	size_t i;
	int rc = count_check(count, why, err);

	if (rc < 0 || count == 0)
		return rc;
	group->members = calloc(count, sizeof(*group->members));
	if (!group->members)
		return err_memory(err);
	for (i = 0; rc == 0 && i < count; i++) {
		id = NULL;
		rc = member_id(element_at(value, i), &id, err);
		if (rc == 0 && id && *id)
			group->members[group->member_count++] = id;
	}
	return rc;
}

static int name_take(
    const json_t *document, struct scim_group *group, struct err *err)
{
	const char *name = NULL;
	const char *external = NULL;
	int rc = scim_json_text(
	    scim_json_get(document, "displayName"), "displayName", &name, err);

	if (rc == 0)
		rc = scim_json_text(scim_json_get(document, "externalId"),
		    "externalId", &external, err);
	if (rc == 0 && (!name || !*name))
		rc = err_set(err, ERR_INVALID, "a group needs a displayName");
	if (rc < 0)
		return rc;
	(void)snprintf(
	    group->display_name, sizeof(group->display_name), "%s", name);
	(void)snprintf(group->external_id, sizeof(group->external_id), "%s",
	    external ? external : "");
	return 0;
}

int scim_group_decode(const json_t *document, struct scim_group *out,
    enum scim_why *why, struct err *err)
{
	struct scim_group group = {.members = NULL};
	int rc;

	*why = SCIM_WHY_INVALID_VALUE;
	rc = name_take(document, &group, err);
	if (rc == 0)
		rc = members_take(
		    scim_json_get(document, "members"), &group, why, err);
	if (rc < 0) {
		scim_group_clear(&group);
		return rc;
	}
	*out = group;
	return 0;
}

void scim_group_clear(struct scim_group *group)
{
	free(group->members);
	group->members = NULL;
	group->member_count = 0;
}

/* ---- steps of a PATCH ---- */

struct stepping {
	struct scim_steps *steps;
	size_t room;
	enum scim_why *why;
	struct err *err;
};

static int refuse(struct stepping *in, enum scim_why why, const char *what)
{
	*in->why = why;
	return err_set(in->err, ERR_INVALID, "%s", what);
}

static int step_add(
    struct stepping *in, enum scim_step_kind kind, const char *text)
{
	struct scim_steps *out = in->steps;
	struct scim_step *grown;
	int rc = count_check(out->count, in->why, in->err);

	if (rc < 0)
		return rc;
	if (out->count == in->room) {
		in->room = in->room ? 2 * in->room : 16;
		grown = realloc(out->steps, in->room * sizeof(*grown));
		if (!grown)
			return err_memory(in->err);
		out->steps = grown;
	}
	out->steps[out->count++] = (struct scim_step){kind, text};
	return 0;
}

static int members_step(
    struct stepping *in, const json_t *value, enum scim_step_kind kind)
{
	const char *id;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < element_count(value); i++) {
		id = NULL;
		*in->why = SCIM_WHY_INVALID_VALUE;
		rc = member_id(element_at(value, i), &id, in->err);
		if (rc == 0 && id && *id)
			rc = step_add(in, kind, id);
	}
	return rc;
}

/* members[value eq "id"], and several with or between. */
static int filter_step(
    struct stepping *in, const struct scim_filter *filter, int at)
{
	const struct scim_node *node = &filter->nodes[at];
	const char *id = json_string_value(node->value);
	int rc;

	if (node->op == SCIM_OP_OR) {
		rc = filter_step(in, filter, node->left);
		return rc < 0 ? rc : filter_step(in, filter, node->right);
	}
	if (node->op != SCIM_OP_EQ || !id || node->attr.sub[0] ||
	    strcasecmp(node->attr.name, "value") != 0)
		return refuse(in, SCIM_WHY_INVALID_PATH,
		    "members are chosen by value eq only");
	return step_add(in, SCIM_STEP_LEAVE, id);
}

static int filtered_step(
    struct stepping *in, const struct scim_operation *operation)
{
	/* members[…].display: it follows from who the member is. */
	if (operation->path.attr.sub[0])
		return 0;
	if (operation->verb != SCIM_REMOVE)
		return refuse(in, SCIM_WHY_NO_TARGET,
		    "members are added without a filter");
	return filter_step(
	    in, operation->path.filter, operation->path.filter->root);
}

static int member_step(
    struct stepping *in, const struct scim_operation *operation)
{
	const char *sub = operation->path.attr.sub;
	const json_t *value = operation->value;
	int rc = 0;

	if (operation->path.filter)
		return filtered_step(in, operation);
	if (*sub && strcasecmp(sub, "value") != 0)
		return 0;
	if (operation->verb == SCIM_ADD)
		return members_step(in, value, SCIM_STEP_JOIN);
	/* Entra ID removes with the members in the value: these only. */
	if (operation->verb == SCIM_REMOVE && value && !json_is_null(value))
		return members_step(in, value, SCIM_STEP_LEAVE);
	rc = step_add(in, SCIM_STEP_LEAVE_ALL, "");
	return rc < 0 || operation->verb == SCIM_REMOVE
	    ? rc
	    : members_step(in, value, SCIM_STEP_JOIN);
}

static int text_step(struct stepping *in,
    const struct scim_operation *operation, enum scim_step_kind kind,
    const char *name)
{
	const json_t *value =
	    operation->verb == SCIM_REMOVE ? NULL : operation->value;
	const char *text = NULL;
	int rc;

	*in->why = SCIM_WHY_INVALID_VALUE;
	rc = scim_json_text(
	    json_is_null(value) ? NULL : value, name, &text, in->err);
	if (rc < 0)
		return rc;
	if (kind == SCIM_STEP_NAME && (!text || !*text))
		return refuse(
		    in, SCIM_WHY_INVALID_VALUE, "a group needs a displayName");
	return step_add(in, kind, text ? text : "");
}

static bool is_read_only(const char *name)
{
	return strcasecmp(name, "id") == 0 || strcasecmp(name, "meta") == 0 ||
	    strcasecmp(name, "schemas") == 0;
}

static int operation_step(
    struct stepping *in, const struct scim_operation *operation)
{
	const char *name = operation->path.attr.name;

	if (strcasecmp(name, "members") == 0)
		return member_step(in, operation);
	if (strcasecmp(name, "displayName") == 0)
		return text_step(in, operation, SCIM_STEP_NAME, name);
	if (strcasecmp(name, "externalId") == 0)
		return text_step(in, operation, SCIM_STEP_EXTERNAL, name);
	/* Okta sends the id beside what it changes. */
	if (is_read_only(name) && operation->has_path)
		return refuse(
		    in, SCIM_WHY_MUTABILITY, "this attribute is read-only");
	return 0;
}

int scim_group_steps(const struct scim_patch *patch, struct scim_steps *out,
    enum scim_why *why, struct err *err)
{
	struct scim_steps steps = {.steps = NULL};
	struct stepping in = {.steps = &steps, .why = why, .err = err};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < patch->count; i++)
		rc = operation_step(&in, &patch->operations[i]);
	if (rc < 0) {
		scim_steps_clear(&steps);
		return rc;
	}
	*out = steps;
	return 0;
}

void scim_steps_clear(struct scim_steps *steps)
{
	free(steps->steps);
	*steps = (struct scim_steps){.steps = NULL};
}
