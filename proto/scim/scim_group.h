/*
 * scim_group: what we take of a Group (RFC 7643 section 4.2): name, external id
 * and the ids of its members. A PATCH of a group becomes a list of steps, so
 * that one member more or less costs the same however large the group. Pure.
 */
#ifndef PROTO_SCIM_SCIM_GROUP_H
#define PROTO_SCIM_SCIM_GROUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/scim/scim_patch.h"
#include "proto/scim/scim_user.h"

struct err;

struct scim_group {
	char display_name[SCIM_TEXT]; /* never "" */
	char external_id[SCIM_TEXT];
	const char **members; /* ids; the array is owned, its texts are the
	                         document's */
	size_t member_count;
};

/* The document must outlive *out: scim_group_clear(). */
int scim_group_decode(const json_t *document, struct scim_group *out,
    enum scim_why *why, struct err *err);
void scim_group_clear(struct scim_group *group);

enum scim_step_kind {
	SCIM_STEP_NAME,     /* displayName is text */
	SCIM_STEP_EXTERNAL, /* externalId is text; "": none */
	SCIM_STEP_JOIN,     /* text is a member */
	SCIM_STEP_LEAVE,    /* text is none any more */
	SCIM_STEP_LEAVE_ALL /* nobody is */
};
struct scim_step {
	enum scim_step_kind kind;
	const char *text; /* the patch's */
};
struct scim_steps {
	struct scim_step *steps; /* owned */
	size_t count;
};

/* The patch must outlive *out: scim_steps_clear(). */
int scim_group_steps(const struct scim_patch *patch, struct scim_steps *out,
    enum scim_why *why, struct err *err);
void scim_steps_clear(struct scim_steps *steps);

#endif
