/*
 * scim_filter: filters of RFC 7644 section 3.4.2.2, whole: eq ne co sw ew pr gt
 * ge lt le, and or not ( ), attr[…], sub-attributes, URN prefixes; operators in
 * any case; also Entra's attr[…].sub eq "…". Parsed into a bounded tree, then held against JSON resources. Pure.
 */
#ifndef PROTO_SCIM_SCIM_FILTER_H
#define PROTO_SCIM_SCIM_FILTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/scim/scim_limits.h"

struct err;

enum scim_op {
	SCIM_OP_EQ,
	SCIM_OP_NE,
	SCIM_OP_CO,
	SCIM_OP_SW,
	SCIM_OP_EW,
	SCIM_OP_GT,
	SCIM_OP_GE,
	SCIM_OP_LT,
	SCIM_OP_LE,
	SCIM_OP_PR,
	SCIM_OP_AND, /* left, right */
	SCIM_OP_OR,
	SCIM_OP_NOT,    /* left */
	SCIM_OP_WITHIN, /* attr[left] */
	SCIM_OP_COUNT
};

/* "urn:…:User:name.familyName": each part "" when it is not there. */
struct scim_attr {
	char urn[128];
	char name[SCIM_NAME_MAX];
	char sub[SCIM_NAME_MAX];
};

struct scim_node {
	enum scim_op op;
	struct scim_attr attr;
	json_t *value; /* owned; JSON null, bool, number or text */
	int left;      /* index of a node; -1: none */
	int right;
};

struct scim_filter {
	struct scim_node nodes[SCIM_FILTER_NODES];
	int count;
	int root;
};

/*
 * text: the whole filter. *out: scim_filter_free(). -ERR_INVALID (scimType
 * invalidFilter) says at which byte; -ERR_LIMIT: too long, deep or many parts.
 */
int scim_filter_parse(
    const char *text, size_t len, struct scim_filter **out, struct err *err);
/* The same for the inside of brackets: ends before a "]"; *used: its place. */
int scim_filter_parse_inner(const char *text, size_t len,
    struct scim_filter **out, size_t *used, struct err *err);
void scim_filter_free(struct scim_filter *filter);

/*
 * Does the resource match? A comparison with a multi-valued attribute holds
 * when one element fits; of a list of complex values `value` is meant. Texts
 * are compared without case (ASCII and Latin-1) except for id and externalId;
 * times as times. Where a boolean stands, "True" is one, too.
 */
bool scim_filter_match(
    const struct scim_filter *filter, const json_t *resource);

/*
 * When the filter can only match resources whose attribute `name` (no
 * sub-attribute) equals one text, that text, for an index; else NULL. Borrowed.
 */
const char *scim_filter_equal(
    const struct scim_filter *filter, const char *name);

/* "name.sub", "urn:…:name", also Entra's "urn:…:2.0:User.manager" with a dot
 * before the name. -ERR_INVALID. */
int scim_attr_parse(
    const char *text, size_t len, struct scim_attr *out, struct err *err);
/* Where a resource keeps it: the resource itself, or its extension's object;
 * NULL: it has no such extension. */
json_t *scim_attr_home(const struct scim_attr *attr, const json_t *resource);

#endif
