/*
 * scim_office: SCIM 2.0 (RFC 7643, RFC 7644) below /scim/v2 on the office
 * listener, for directories such as Entra ID and Okta, with an API token of the
 * scope `scim`. What the requests mean is in server/service/scim/scim.h; here they
 * are read, and answers and refusals get SCIM's form.
 */
#ifndef SERVER_OFFICE_SCIM_SCIM_OFFICE_H
#define SERVER_OFFICE_SCIM_SCIM_OFFICE_H

#include "server/office/call.h"

/* 256 kB is a user a thousand times over; groups have SCIM_BODY_MAX. */
#define SCIM_USER_BODY_MAX (256 * 1024)
#define SCIM_BULK_BODY_MAX (1024 * 1024)

office_fn scim_users_list;
office_fn scim_users_search;
office_fn scim_user_create;
office_fn scim_user_get;
office_fn scim_user_put;
office_fn scim_user_patch;
office_fn scim_user_delete;
office_fn scim_groups_list;
office_fn scim_groups_search;
office_fn scim_group_create;
office_fn scim_group_get;
office_fn scim_group_put;
office_fn scim_group_patch;
office_fn scim_group_delete;
office_fn scim_bulk;
office_fn scim_config_get;
office_fn scim_types_list;
office_fn scim_type_get;
office_fn scim_schemas_list;
office_fn scim_schema_get;
office_fn scim_me;      /* 501: tokens are no people (RFC 7644 3.11) */
office_fn scim_nothing; /* 404 in SCIM's form */

#endif
