#include "proto/scim/scim_project.h"

#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_json.h"

static int list_parse(
    const char *text, struct scim_project *project, struct err *err)
{
	size_t len;
	int rc = 0;

	while (rc == 0 && *text) {
		text += strspn(text, ", ");
		len = strcspn(text, ", ");
		if (len == 0)
			break;
		if (project->count == SCIM_PROJECTED_MAX)
			return err_set(err, ERR_LIMIT,
			    "at most %d attributes are named",
			    SCIM_PROJECTED_MAX);
		rc = scim_attr_parse(
		    text, len, &project->attrs[project->count++], err);
		text += len;
	}
	return rc;
}

int scim_project_parse(const char *attributes, const char *excluded,
    struct scim_project *out, struct err *err)
{
	struct scim_project project = {.is_excluding = true};
	int rc = 0;

	if (attributes && *attributes && excluded && *excluded)
		return err_set(err, ERR_INVALID,
		    "attributes and excludedAttributes are not taken "
		    "together");
	if (attributes && *attributes) {
		project.is_excluding = false;
		rc = list_parse(attributes, &project, err);
	} else if (excluded) {
		rc = list_parse(excluded, &project, err);
	}
	if (rc == 0)
		*out = project;
	return rc;
}

/* Is the attribute `name` within the object `urn` ("": the resource) named:
 * whole, or a part of it? */
static const struct scim_attr *named(
    const struct scim_project *project, const char *urn, const char *name)
{
	const struct scim_attr *attr;
	size_t i;

	for (i = 0; i < project->count; i++) {
		attr = &project->attrs[i];
		if (strcasecmp(attr->name, name) != 0)
			continue;
		if (strcasecmp(attr->urn, urn) == 0 ||
		    (!*urn &&
		        (strcasecmp(attr->urn, SCIM_USER_URN) == 0 ||
		            strcasecmp(attr->urn, SCIM_GROUP_URN) == 0)))
			return attr;
	}
	return NULL;
}

bool scim_project_wants(const struct scim_project *project, const char *name)
{
	const struct scim_attr *attr = named(project, "", name);

	return project->is_excluding ? !attr || attr->sub[0] : attr != NULL;
}

static bool names_part(const struct scim_project *project, const char *urn,
    const char *name, const char *sub)
{
	const struct scim_attr *attr;
	size_t i;

	for (i = 0; i < project->count; i++) {
		attr = &project->attrs[i];
		if (strcasecmp(attr->name, name) == 0 &&
		    (!attr->urn[0] || strcasecmp(attr->urn, urn) == 0 ||
		        !*urn) &&
		    (!attr->sub[0] || strcasecmp(attr->sub, sub) == 0))
			return true;
	}
	return false;
}

/* attr.sub: of each complex value only, or all but, this part. */
static void parts_keep(const struct scim_project *project, const char *urn,
    const char *name, json_t *value)
{
	const char *key;
	json_t *member;
	void *next;
	size_t i;

	for (i = 0; i < json_array_size(value); i++)
		parts_keep(project, urn, name, json_array_get(value, i));
	if (!json_is_object(value))
		return;
	json_object_foreach_safe(value, next, key, member)
	{
		if (names_part(project, urn, name, key) ==
		    project->is_excluding)
			(void)json_object_del(value, key);
	}
}

static bool is_always(const char *urn, const char *name)
{
	return !*urn &&
	    (strcasecmp(name, "id") == 0 || strcasecmp(name, "schemas") == 0);
}

static bool is_whole_named(const struct scim_project *project, const char *urn)
{
	size_t i;

	for (i = 0; i < project->count; i++)
		if (!project->attrs[i].name[0] &&
		    strcasecmp(project->attrs[i].urn, urn) == 0)
			return true;
	return false;
}

static void object_keep(
    const struct scim_project *project, const char *urn, json_t *object)
{
	const struct scim_attr *attr;
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
	{
		if (is_always(urn, key) || strncasecmp(key, "urn:", 4) == 0)
			continue;
		attr = named(project, urn, key);
		if (attr && attr->sub[0])
			parts_keep(project, urn, key, value);
		else if ((attr != NULL) == project->is_excluding)
			(void)json_object_del(object, key);
	}
}

void scim_project_apply(const struct scim_project *project, json_t *resource)
{
	const char *key;
	json_t *value;
	void *next;
	bool whole;

	if (project->count == 0)
		return;
	object_keep(project, "", resource);
	json_object_foreach_safe(resource, next, key, value)
	{
		if (strncasecmp(key, "urn:", 4) != 0)
			continue;
		whole = is_whole_named(project, key);
		if (!whole)
			object_keep(project, key, value);
		if ((whole && project->is_excluding) ||
		    json_object_size(value) == 0)
			(void)json_object_del(resource, key);
	}
}
