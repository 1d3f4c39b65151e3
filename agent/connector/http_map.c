/* The map of an API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/config_keys.h"
#include "agent/connector/input.h"
#include "agent/connector/json_map.h"
#include "proto/base/err.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in libcyaml's macros */

/* clang-format off */
static const cyaml_schema_field_t request_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct http_request, name, 1, 64),
    TEXT(struct http_request, method),
    CYAML_FIELD_STRING_PTR("path", CYAML_FLAG_POINTER, struct http_request, path, 1, TEXT_MAX),
    TEXT(struct http_request, body),
    TEXT(struct http_request, each),
    TEXT(struct http_request, items),
    TEXT(struct http_request, paging),
    TEXT(struct http_request, offset_parameter),
    TEXT(struct http_request, limit_parameter),
    CYAML_FIELD_UINT("limit", CYAML_FLAG_OPTIONAL, struct http_request, limit),
    TEXT(struct http_request, skip),
    TEXT(struct http_request, unsupported),
    TEXT(struct http_request, key_from),
    SECTION(struct http_request, subject, subject_fields),
    LIST(struct http_request, facts, fact_schema, 32),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t request_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct http_request, request_fields),
};
static const cyaml_schema_field_t map_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct http_map, name, 1, 64),
    LIST(struct http_map, requests, request_schema, 16),
    CYAML_FIELD_END,
};
static const struct cyaml_schema_value map_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct http_map, map_fields),
};
/* clang-format on */

#pragma GCC diagnostic pop

static const struct key request_keys[] = {
    KEY(struct http_request, method, "GET", "GET POST", NULL),
    KEY(struct http_request, each, "subject", "subject list collect", NULL),
    KEY(struct http_request, items, "", NULL, NULL),
    KEY(struct http_request, paging, "none", "none link offset", NULL),
    KEY(struct http_request, offset_parameter, "start", NULL, check_any),
    KEY(struct http_request, limit_parameter, "max", NULL, check_any),
    KEY(struct http_request, skip, "404", NULL, NULL),
    KEY(struct http_request, unsupported, "", NULL, NULL),
};

static bool is_status_list(const char *text)
{
	return text[strspn(text, "0123456789 ")] == '\0';
}

static int check_pointers(const struct fact_map *fact,
    const struct xyaml_outline *outline, const char *path, struct err *err)
{
	const char *const pointers[] = {fact->from, fact->target_from,
	    fact->count_from, fact->age_from, fact->until_from,
	    fact->checked_from, fact->imei_from, fact->seen_from};

	for (size_t i = 0; i < COUNT(pointers); i++)
		if (pointers[i] && pointers[i][0] != '{' &&
		    !json_pointer_is_valid(pointers[i]))
			return xyaml_err(outline, path, err, ERR_INVALID,
			    "%s: \"%.60s\" is no JSON pointer; write /a/b",
			    path, pointers[i]);
	return 0;
}

static const char *check_request_fields(const struct http_request *request)
{
	bool is_collect = strcmp(request->each, "collect") == 0;
	bool is_list = strcmp(request->each, "list") == 0 || is_collect;

	if (request->path[0] != '/')
		return "path begins with /";
	if (!json_pointer_is_valid(request->items))
		return "items is no JSON pointer";
	if (!is_status_list(request->skip) ||
	    !is_status_list(request->unsupported))
		return "skip and unsupported hold statuses: 404 422";
	if (is_list && !request->subject)
		return "a list needs `subject`";
	if (!is_list && strcmp(request->paging, "none") != 0)
		return "only a list has pages";
	if (strcmp(request->paging, "offset") == 0 &&
	    (request->limit < 1 || request->limit > 10000))
		return "paging by offset needs `limit`, 1 to 10000";
	if (is_collect && request->facts_count)
		return "what collects subjects has no facts";
	if (request->key_from && !json_pointer_is_valid(request->key_from))
		return "key_from is no JSON pointer";
	return NULL;
}

static int take_request(struct http_request *request,
    const struct xyaml_outline *outline, const char *path, struct err *err)
{
	char prefix[48];
	const char *wrong;
	int rc;

	(void)snprintf(prefix, sizeof(prefix), "%s.", path);
	rc = take_keys(
	    request, request_keys, COUNT(request_keys), outline, prefix, err);
	if (rc < 0)
		return rc;
	if ((wrong = check_request_fields(request)))
		return xyaml_err(
		    outline, path, err, ERR_INVALID, "%s: %s", path, wrong);
	if (request->subject &&
	    (rc = check_subject(request->subject, outline, path, err)) < 0)
		return rc;
	if (strcmp(request->each, "collect") == 0)
		return 0;
	rc = check_facts(request->facts, request->facts_count,
	    EVIDENCE_METHOD_HTTP_JSON, outline, path, err);
	for (unsigned i = 0; rc == 0 && i < request->facts_count; i++)
		rc = check_pointers(&request->facts[i], outline, path, err);
	return rc;
}

int http_map_parse(const char *name, const uint8_t *data, size_t len,
    struct http_map **out, struct err *err)
{
	struct xyaml_text text = {name, data, len, CONFIG_MAX};
	struct xyaml_outline *outline = NULL;
	struct http_map *map;
	void *loaded = NULL;
	char path[32];
	int rc = xyaml_load(&text, &map_schema, &loaded, &outline, err);

	map = loaded;
	if (rc == 0 && map->requests_count == 0)
		rc = xyaml_err(
		    outline, "", err, ERR_INVALID, "the map has no requests");
	for (unsigned i = 0; rc == 0 && i < map->requests_count; i++) {
		(void)snprintf(path, sizeof(path), "requests[%u]", i);
		rc = take_request(&map->requests[i], outline, path, err);
	}
	if (rc == 0)
		*out = map;
	else
		http_map_free(map);
	xyaml_outline_free(outline);
	return rc;
}

int http_map_load(const char *path, struct http_map **out, struct err *err)
{
	struct buf data = {0};
	int rc = input_read(path, CONFIG_MAX, &data, err);

	if (rc == 0)
		rc = http_map_parse(path, data.data, data.len, out, err);
	buf_clear(&data);
	return rc;
}

void http_map_free(struct http_map *map)
{
	if (map)
		xyaml_free(&map_schema, map);
}
