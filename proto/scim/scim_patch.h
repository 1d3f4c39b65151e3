/*
 * scim_patch: PATCH of RFC 7644 section 3.5.2, with what Entra ID and Okta make
 * of it: operation names in any case ("Replace"), values without a path, a
 * remove with the elements in its value, "$ref": null. Parsed once; applied to
 * the JSON of a user, or read as changes of a group's members. Pure.
 */
#ifndef PROTO_SCIM_SCIM_PATCH_H
#define PROTO_SCIM_SCIM_PATCH_H

#include <jansson.h>
#include <stddef.h>

#include "proto/scim/scim_error.h"
#include "proto/scim/scim_path.h"

struct err;

enum scim_verb { SCIM_ADD, SCIM_REPLACE, SCIM_REMOVE };

struct scim_operation {
	enum scim_verb verb;
	bool has_path;
	struct scim_path path;
	json_t *value; /* owned reference; NULL: none */
};

struct scim_patch {
	struct scim_operation *operations;
	size_t count;
};

/* document: the body. *out: scim_patch_clear(). */
int scim_patch_parse(const json_t *document, struct scim_patch *out,
    enum scim_why *why, struct err *err);
void scim_patch_clear(struct scim_patch *patch);

/*
 * All operations in their order, or, when one is refused, an error; the
 * resource is then half changed: throw it away. What is read-only (id, meta,
 * groups, schemas) is refused when a path names it (mutability) and left alone
 * when it comes inside a value (Okta sends the whole object).
 */
int scim_patch_apply(const struct scim_patch *patch, json_t *resource,
    enum scim_why *why, struct err *err);

#endif
