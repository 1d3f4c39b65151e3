/*
 * scim_user: what we take of a User (RFC 7643 sections 4.1 and 4.3): what a
 * phone's ledger needs and nothing else. Home mail, home numbers, addresses,
 * photos and passwords are read over and never kept (DESIGN: nothing private).
 * JSON ↔ struct. Pure.
 */
#ifndef PROTO_SCIM_SCIM_USER_H
#define PROTO_SCIM_SCIM_USER_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/scim/scim_error.h"
#include "proto/scim/scim_limits.h"

struct err;

#define SCIM_TEXT (SCIM_TEXT_MAX + 1)

/* "" is what is not said. */
struct scim_user {
	char user_name[SCIM_TEXT]; /* never "" */
	char external_id[SCIM_TEXT];
	char display_name[SCIM_TEXT];
	char formatted[SCIM_TEXT];
	char given_name[SCIM_TEXT];
	char family_name[SCIM_TEXT];
	char mail[SCIM_TEXT];   /* of work; "" when it is no address */
	char number[SCIM_TEXT]; /* of work, as it was sent */
	char language[8];       /* sv, da, en or "" */
	char employee_number[SCIM_TEXT];
	char department[SCIM_TEXT];
	char manager[SCIM_TEXT]; /* id of another user */
	bool is_active;          /* true when not said */
	bool says_active;
};

/* document: of POST, PUT, or what a PATCH made. */
int scim_user_decode(const json_t *document, struct scim_user *out,
    enum scim_why *why, struct err *err);
/* The attributes above under their names, without id, meta and groups; a new
 * reference, NULL: no memory. */
json_t *scim_user_encode(const struct scim_user *user);

/* Without case, as userName and displayName are compared (RFC 7643 section
 * 4.1.1): for a column that is unique. */
void scim_text_fold(const char *text, char out[SCIM_TEXT]);

#endif
