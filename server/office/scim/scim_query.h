/*
 * scim_query: what a SCIM request says in its query, or in a SearchRequest. For
 * server/office/scim only.
 */
#ifndef SERVER_OFFICE_SCIM_SCIM_QUERY_H
#define SERVER_OFFICE_SCIM_SCIM_QUERY_H

#include <jansson.h>

#include "server/service/scim/scim.h"

struct err;
struct http_request;

struct scim_query {
	struct scim_project project;
	struct scim_filter *filter; /* owned */
	struct scim_list list;
};

/* Unknown parameters are left alone (RFC 7644 section 3.4.2); sortBy has no
 * effect, as ServiceProviderConfig says. Refusals leave *why. */
int scim_query_take(const struct http_request *request, struct scim_query *out,
    enum scim_why *why, struct err *err);
int scim_search_take(const json_t *document, struct scim_query *out,
    enum scim_why *why, struct err *err);
void scim_query_clear(struct scim_query *query);

#endif
