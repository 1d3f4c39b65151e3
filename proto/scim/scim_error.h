/*
 * scim_error: the words of RFC 7644 table 9 (scimType) that go with a refusal.
 * A function that can be wrong in several ways sets *why beside the sentence.
 */
#ifndef PROTO_SCIM_SCIM_ERROR_H
#define PROTO_SCIM_SCIM_ERROR_H

enum scim_why {
	SCIM_WHY_NONE, /* no scimType */
	SCIM_WHY_INVALID_FILTER,
	SCIM_WHY_TOO_MANY,
	SCIM_WHY_UNIQUENESS,
	SCIM_WHY_MUTABILITY,
	SCIM_WHY_INVALID_SYNTAX,
	SCIM_WHY_INVALID_PATH,
	SCIM_WHY_NO_TARGET,
	SCIM_WHY_INVALID_VALUE,
	SCIM_WHY_COUNT
};

/* "invalidFilter"; "" for SCIM_WHY_NONE. */
const char *scim_why_name(enum scim_why why);

#endif
