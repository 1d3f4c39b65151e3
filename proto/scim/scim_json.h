/*
 * scim_json: reading SCIM's JSON the way its clients write it. Attribute names
 * and schema URNs are compared without case (RFC 7643 section 2.1: Microsoft's
 * collection writes "Primary" and "Department"); a boolean may be the text
 * "True" or "false" (Entra ID). Pure.
 */
#ifndef PROTO_SCIM_SCIM_JSON_H
#define PROTO_SCIM_SCIM_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

/* A body: bounded by scim_limits.h, an object, no object in it with the same
 * name twice in different case. *out: json_decref(). */
int scim_json_load(const void *data, size_t len, json_t **out, struct err *err);

/* Borrowed; NULL: no such member, or it is null. */
json_t *scim_json_get(const json_t *object, const char *name);
/* The member's name as it is spelled there; NULL. */
const char *scim_json_key(const json_t *object, const char *name);
/* Sets it under the spelling that is there, else under name; takes value. */
int scim_json_set(json_t *object, const char *name, json_t *value);
void scim_json_del(json_t *object, const char *name);

/* true, false and their texts in any case; false: it is neither. */
bool scim_json_bool(const json_t *value, bool *out);
/* A text without control characters of at most SCIM_TEXT_MAX bytes; NULL value:
 * NULL. name for the sentence. */
int scim_json_text(
    const json_t *value, const char *name, const char **out, struct err *err);
/* Does the list "schemas" name it? */
bool scim_json_has_schema(const json_t *object, const char *urn);

#endif
