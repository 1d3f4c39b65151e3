/*
 * json_map: a JSON document seen through RFC 6901 pointers, as fact_map wants
 * it. Pure.
 */
#ifndef AGENT_CONNECTOR_JSON_MAP_H
#define AGENT_CONNECTOR_JSON_MAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/connector/fact_map.h"

/* "" or "/a/b~1c/0"; anything else is none. */
bool json_pointer_is_valid(const char *pointer);
/* Borrowed; NULL when nothing stands there. */
const json_t *json_pointer_find(const json_t *root, const char *pointer);

/* What "{imei}" and the like stand for; value NULL: not known. */
struct json_variable {
	const char *name;
	const char *value;
};

#define JSON_VARIABLES 3

struct json_view {
	const json_t *root;
	struct json_variable variables[JSON_VARIABLES];
};

/* A map_get_fn over a struct json_view. Texts as they are, numbers that are
 * whole, true and false as those words; null is nothing. */
int json_view_get(
    void *view, const char *from, size_t index, char out[MAP_TEXT_MAX]);

/*
 * "{tel}" in a template is replaced; every value escaped for where it stands.
 * -ERR_INVALID for a name that is unknown or has no value, -ERR_LIMIT above
 * max bytes.
 */
enum json_escape { JSON_ESCAPE_URL, JSON_ESCAPE_JSON };
int json_template_fill(const char *text, enum json_escape escape,
    const struct json_variable variables[JSON_VARIABLES], struct buf *out,
    size_t max, struct err *err);

#endif
