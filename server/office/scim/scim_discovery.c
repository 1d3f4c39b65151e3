/*
 * What this server can do of SCIM (RFC 7644 section 4, RFC 7643 sections 5 to
 * 7): configuration, resource types, schemas. The schemas list what is taken;
 * what they do not list is read over.
 */
#include <string.h>
#include <strings.h>

#include "proto/base/err.h"
#include "proto/scim/scim_limits.h"
#include "server/office/scim/scim_answer.h"
#include "server/office/scim/scim_office.h"
#include "server/service/scim/scim.h"
#include "server/service/service.h"

#define CONFIG_URN SCIM_URN "schemas:core:2.0:ServiceProviderConfig"
#define TYPE_URN SCIM_URN "schemas:core:2.0:ResourceType"
#define SCHEMA_URN SCIM_URN "schemas:core:2.0:Schema"

static json_t *meta(
    const struct office_call *call, const char *type, const char *path)
{
	return json_pack("{s:s, s:o}", "resourceType", type, "location",
	    json_sprintf("%s" SCIM_PATH "%s", call->service->office_url, path));
}

/* ---- configuration ---- */

int scim_config_get(struct office_call *call, struct err *err)
{
	json_t *config = json_pack(
	    "{s:[s], s:{s:b}, s:{s:b, s:i, s:i}, s:{s:b, s:i}, s:{s:b}, s:{s:b}"
	    ", s:{s:b}, s:[{s:s, s:s, s:s, s:b}], s:o}",
	    "schemas", CONFIG_URN, "patch", "supported", 1, "bulk", "supported",
	    1, "maxOperations", SCIM_BULK_MAX, "maxPayloadSize",
	    SCIM_BULK_BODY_MAX, "filter", "supported", 1, "maxResults",
	    SCIM_PAGE_MAX, "changePassword", "supported", 0, "sort",
	    "supported", 0, "etag", "supported", 1, "authenticationSchemes",
	    "type", "oauthbearertoken", "name", "API token", "description",
	    "A token of the scope scim, made with: workphone token create",
	    "primary", 1, "meta",
	    meta(call, "ServiceProviderConfig", "/ServiceProviderConfig"));

	return config ? scim_answer(call, 200, config, err) : err_memory(err);
}

/* A list of all, in one page; takes resources. */
static int list_answer(
    struct office_call *call, json_t *resources, struct err *err)
{
	const json_int_t count = (json_int_t)json_array_size(resources);
	json_t *list = json_pack("{s:[s], s:I, s:I, s:I, s:o}", "schemas",
	    SCIM_LIST_URN, "totalResults", count, "startIndex", (json_int_t)1,
	    "itemsPerPage", count, "Resources", resources);

	return list ? scim_answer(call, 200, list, err) : err_memory(err);
}

static int not_found(struct office_call *call, struct err *err)
{
	call->refusal = 404;
	return err_set(err, ERR_NOT_FOUND, "there is no such thing");
}

/* ---- resource types ---- */

static json_t *user_type(const struct office_call *call)
{
	return json_pack(
	    "{s:[s], s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:b}], s:o}", "schemas",
	    TYPE_URN, "id", "User", "name", "User", "endpoint", "/Users",
	    "description", "Somebody employed here", "schema", SCIM_USER_URN,
	    "schemaExtensions", "schema", SCIM_ENTERPRISE_URN, "required", 0,
	    "meta", meta(call, "ResourceType", "/ResourceTypes/User"));
}

static json_t *group_type(const struct office_call *call)
{
	return json_pack("{s:[s], s:s, s:s, s:s, s:s, s:s, s:o}", "schemas",
	    TYPE_URN, "id", "Group", "name", "Group", "endpoint", "/Groups",
	    "description", "Users under one name", "schema", SCIM_GROUP_URN,
	    "meta", meta(call, "ResourceType", "/ResourceTypes/Group"));
}

int scim_types_list(struct office_call *call, struct err *err)
{
	json_t *list = json_pack("[o, o]", user_type(call), group_type(call));

	return list ? list_answer(call, list, err) : err_memory(err);
}

int scim_type_get(struct office_call *call, struct err *err)
{
	const char *name = call->request->params[0];
	json_t *type = NULL;

	if (strcasecmp(name, "User") == 0)
		type = user_type(call);
	else if (strcasecmp(name, "Group") == 0)
		type = group_type(call);
	else
		return not_found(call, err);
	return type ? scim_answer(call, 200, type, err) : err_memory(err);
}

/* ---- schemas ---- */

enum {
	MANY = 1, /* multi-valued */
	REQUIRED = 2,
	EXACT = 4, /* with case */
	READ_ONLY = 8,
	UNIQUE = 16,
	PART = 32, /* a sub-attribute of the last that is none */
	FIXED = 64 /* immutable */
};

struct attribute {
	const char *name;
	const char *type;
	unsigned flags;
	const char *text;
};

static const struct attribute user_attributes[] = {
    {"userName", "string", REQUIRED | UNIQUE, "The name it signs in with"},
    {"name", "complex", 0, "The parts of the name"},
    {"formatted", "string", PART, "The whole name"},
    {"familyName", "string", PART, "The last name"},
    {"givenName", "string", PART, "The first name"},
    {"displayName", "string", 0, "The name as it is shown"},
    {"preferredLanguage", "string", 0, "sv, da or en; others are not kept"},
    {"active", "boolean", 0, "False ends the employment today"},
    {"emails", "complex", MANY, "The one of type work is kept"},
    {"value", "string", PART, "The address"},
    {"type", "string", PART, "work"},
    {"primary", "boolean", PART, "True"},
    {"phoneNumbers", "complex", MANY, "The one of type work is kept"},
    {"value", "string", PART, "The number with its country: +46701234567"},
    {"type", "string", PART, "work"},
    {"primary", "boolean", PART, "True"},
    {"groups", "complex", MANY | READ_ONLY, "The groups it is in"},
    {"value", "string", PART | READ_ONLY, "The group's id"},
    {"$ref", "reference", PART | READ_ONLY, "The group's address"},
    {"display", "string", PART | READ_ONLY, "The group's name"},
};
static const struct attribute enterprise_attributes[] = {
    {"employeeNumber", "string", 0, "The key of the HR system"},
    {"department", "string", 0, "The unit; made when there is none"},
    {"manager", "complex", 0, "Who leads the unit, when all of it agree"},
    {"value", "string", PART, "The id of another user"},
};
static const struct attribute group_attributes[] = {
    {"displayName", "string", REQUIRED, "The group's name"},
    {"members", "complex", MANY, "Users and groups in it"},
    {"value", "string", PART | FIXED, "The member's id"},
    {"$ref", "reference", PART | FIXED, "The member's address"},
    {"display", "string", PART | READ_ONLY, "The member's name"},
    {"type", "string", PART | FIXED, "User or Group"},
};

static const struct {
	const char *urn;
	const char *name;
	const char *text;
	const struct attribute *attributes;
	size_t count;
} schemas[] = {
#define ATTRIBUTES(list) list, sizeof(list) / sizeof((list)[0])
    {SCIM_USER_URN, "User", "Somebody employed here",
        ATTRIBUTES(user_attributes)},
    {SCIM_ENTERPRISE_URN, "EnterpriseUser", "What the employer says",
        ATTRIBUTES(enterprise_attributes)},
    {SCIM_GROUP_URN, "Group", "Users under one name",
        ATTRIBUTES(group_attributes)},
};
#define SCHEMAS (sizeof(schemas) / sizeof(schemas[0]))

static const char *mutability_of(const struct attribute *attribute)
{
	if (attribute->flags & READ_ONLY)
		return "readOnly";
	return attribute->flags & FIXED ? "immutable" : "readWrite";
}

static json_t *attribute_show(const struct attribute *attribute)
{
	const unsigned flags = attribute->flags;
	json_t *shown = json_pack("{s:s, s:s, s:b, s:s, s:b, s:s, s:s}", "name",
	    attribute->name, "type", attribute->type, "multiValued",
	    (flags & MANY) != 0, "description", attribute->text, "required",
	    (flags & REQUIRED) != 0, "mutability", mutability_of(attribute),
	    "returned", "default");

	if (!shown)
		return NULL;
	if (strcmp(attribute->type, "complex") == 0) {
		(void)json_object_set_new(shown, "subAttributes", json_array());
		return shown;
	}
	if (strcmp(attribute->type, "boolean") != 0) {
		(void)json_object_set_new(
		    shown, "caseExact", json_boolean(flags & EXACT));
		(void)json_object_set_new(shown, "uniqueness",
		    json_string(flags & UNIQUE ? "server" : "none"));
	}
	if (strcmp(attribute->type, "reference") == 0)
		(void)json_object_set_new(shown, "referenceTypes",
		    json_pack("[ss]", "User", "Group"));
	return shown;
}

static json_t *attributes_show(const struct attribute *list, size_t count)
{
	json_t *all = json_array();
	json_t *last = NULL;
	json_t *shown;
	size_t i;

	for (i = 0; i < count; i++) {
		shown = attribute_show(&list[i]);
		if (list[i].flags & PART) {
			(void)json_array_append_new(
			    json_object_get(last, "subAttributes"), shown);
			continue;
		}
		last = shown;
		(void)json_array_append_new(all, shown);
	}
	return all;
}

static json_t *schema_show(const struct office_call *call, size_t at)
{
	char path[128] = "/Schemas/";

	strncat(path, schemas[at].urn, sizeof(path) - strlen(path) - 1);
	return json_pack("{s:[s], s:s, s:s, s:s, s:o, s:o}", "schemas",
	    SCHEMA_URN, "id", schemas[at].urn, "name", schemas[at].name,
	    "description", schemas[at].text, "attributes",
	    attributes_show(schemas[at].attributes, schemas[at].count), "meta",
	    meta(call, "Schema", path));
}

int scim_schemas_list(struct office_call *call, struct err *err)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < SCHEMAS; i++)
		if (json_array_append_new(list, schema_show(call, i)) < 0) {
			json_decref(list);
			return err_memory(err);
		}
	return list_answer(call, list, err);
}

int scim_schema_get(struct office_call *call, struct err *err)
{
	json_t *schema;
	size_t i;

	for (i = 0; i < SCHEMAS; i++)
		if (strcasecmp(call->request->params[0], schemas[i].urn) == 0)
			break;
	if (i == SCHEMAS)
		return not_found(call, err);
	schema = schema_show(call, i);
	return schema ? scim_answer(call, 200, schema, err) : err_memory(err);
}
