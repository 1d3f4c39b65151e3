/*
 * scim_project: attributes= and excludedAttributes= of RFC 7644 section 3.9:
 * takes from a resource what was not asked for. id, schemas stay. Pure.
 */
#ifndef PROTO_SCIM_SCIM_PROJECT_H
#define PROTO_SCIM_SCIM_PROJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/scim/scim_filter.h"

struct err;

#define SCIM_PROJECTED_MAX 64

struct scim_project {
	struct scim_attr attrs[SCIM_PROJECTED_MAX];
	size_t count;
	bool is_excluding; /* all but these; else these only */
};

/* Comma separated; NULL: absent. Both at once, or more than SCIM_PROJECTED_MAX:
 * -ERR_INVALID. */
int scim_project_parse(const char *attributes, const char *excluded,
    struct scim_project *out, struct err *err);
/* Is it worth working out this attribute? */
bool scim_project_wants(const struct scim_project *project, const char *name);
void scim_project_apply(const struct scim_project *project, json_t *resource);

#endif
