/*
 * scim_limits: bounds on what a SCIM client may send, each with its reason, and
 * the names of the schemas (RFC 7643 section 8.7, RFC 7644 section 8).
 */
#ifndef PROTO_SCIM_SCIM_LIMITS_H
#define PROTO_SCIM_SCIM_LIMITS_H

/* A group of 20,000 members with display and $ref, as Okta puts it. */
#define SCIM_BODY_MAX (4 * 1024 * 1024)
#define SCIM_DEPTH_MAX 12 /* Bulk → operation → data → members → one */
#define SCIM_VALUES_MAX 400000
#define SCIM_FILTER_MAX 2048 /* bytes; Entra's are under 300 */
#define SCIM_FILTER_NODES 64
#define SCIM_FILTER_DEPTH 16 /* parentheses, not, [ ] */
#define SCIM_NAME_MAX 64     /* an attribute's name, with NUL */
#define SCIM_TEXT_MAX 255    /* bytes of a value we keep */
#define SCIM_OPERATIONS_MAX 1000
#define SCIM_MEMBERS_MAX 20000 /* of one request: all of one organisation */
#define SCIM_PAGE_MAX 500
#define SCIM_PAGE 100
#define SCIM_BULK_MAX 1000
#define SCIM_ELEMENTS_MAX 64 /* of one attribute of a user; each is compared */

#define SCIM_URN "urn:ietf:params:scim:"
#define SCIM_USER_URN SCIM_URN "schemas:core:2.0:User"
#define SCIM_GROUP_URN SCIM_URN "schemas:core:2.0:Group"
#define SCIM_ENTERPRISE_URN SCIM_URN "schemas:extension:enterprise:2.0:User"
#define SCIM_PATCH_URN SCIM_URN "api:messages:2.0:PatchOp"
#define SCIM_LIST_URN SCIM_URN "api:messages:2.0:ListResponse"
#define SCIM_SEARCH_URN SCIM_URN "api:messages:2.0:SearchRequest"
#define SCIM_BULK_REQUEST_URN SCIM_URN "api:messages:2.0:BulkRequest"
#define SCIM_BULK_RESPONSE_URN SCIM_URN "api:messages:2.0:BulkResponse"
#define SCIM_ERROR_URN SCIM_URN "api:messages:2.0:Error"

#endif
