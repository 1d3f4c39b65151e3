/*
 * scim_path: the path of a PATCH operation (RFC 7644 figure 7): attribute path,
 * or attribute[filter] with a sub-attribute behind it. Pure.
 */
#ifndef PROTO_SCIM_SCIM_PATH_H
#define PROTO_SCIM_SCIM_PATH_H

#include <stddef.h>

#include "proto/scim/scim_filter.h"

struct scim_path {
	struct scim_attr attr;
	struct scim_filter *filter; /* owned; NULL: none */
};

/* -ERR_INVALID (scimType invalidPath), -ERR_LIMIT. *out: scim_path_clear(). */
int scim_path_parse(
    const char *text, size_t len, struct scim_path *out, struct err *err);
void scim_path_clear(struct scim_path *path);

#endif
