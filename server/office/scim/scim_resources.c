/* The routes of users and groups. */
#include <string.h>

#include "proto/base/err.h"
#include "server/office/scim/scim_answer.h"
#include "server/office/scim/scim_do.h"
#include "server/office/scim/scim_office.h"
#include "server/office/scim/scim_query.h"

static struct scim_ask ask_of(const struct office_call *call)
{
	return (struct scim_ask){
	    .service = call->service,
	    .actor = &call->actor,
	    .if_match = http_header_get(call->request, "If-Match"),
	};
}

/* ---- one ---- */

static const char *meta_get(const json_t *resource, const char *name)
{
	const char *text = json_string_value(
	    json_object_get(json_object_get(resource, "meta"), name));

	return text ? text : "";
}

/* If-None-Match: the version that is there already. */
static bool is_known(const struct office_call *call, const char *version)
{
	const char *known = http_header_get(call->request, "If-None-Match");
	bool is_look = call->request->method == HTTP_GET ||
	    call->request->method == HTTP_HEAD;

	return known && is_look && strstr(known, version + 2) != NULL;
}

static bool is_wanted(const struct office_call *call,
    const struct scim_ask *ask, enum scim_kind kind)
{
	/* Entra ID takes no body behind the PATCH of a group; one is sent when
	 * it was asked for, or when not all members were taken. */
	return call->request->method != HTTP_PATCH || kind == SCIM_USERS ||
	    ask->unknown_members > 0 || ask->project->count > 0;
}

static int one_answer(struct office_call *call, const struct scim_ask *ask,
    enum scim_kind kind, struct scim_done *done, struct err *err)
{
	const char *version = meta_get(done->resource, "version");

	if (done->resource) {
		http_response_header(call->response, "ETag", version);
		http_response_header(call->response, "Location",
		    meta_get(done->resource, "location"));
	}
	if (done->resource && is_known(call, version))
		done->status = 304;
	else if (done->resource && !is_wanted(call, ask, kind))
		done->status = 204;
	if (done->status == 204 || done->status == 304) {
		json_decref(done->resource);
		call->status = done->status;
		return 0;
	}
	scim_project_apply(ask->project, done->resource);
	return scim_answer(call, done->status, done->resource, err);
}

static int one_do(struct office_call *call, enum scim_kind kind,
    const json_t *document, struct err *err)
{
	const struct scim_order order = {
	    .method = call->request->method,
	    .kind = kind,
	    .id = call->request->params[0],
	    .document = document,
	};
	struct scim_ask ask = ask_of(call);
	struct scim_query query = {.filter = NULL};
	struct scim_done done = {.resource = NULL};
	int rc = scim_query_take(call->request, &query, &ask.why, err);

	ask.project = &query.project;
	if (rc == 0)
		rc = scim_do(&ask, &order, &done, err);
	rc = rc < 0 ? scim_refused(call, &ask, err)
	            : one_answer(call, &ask, kind, &done, err);
	scim_query_clear(&query);
	return rc;
}

static int one(struct office_call *call, enum scim_kind kind, struct err *err)
{
	const enum http_method method = call->request->method;
	json_t *document = NULL;
	int rc = 0;

	if (method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH)
		rc = scim_body(call, &document, err);
	if (rc == 0)
		rc = one_do(call, kind, document, err);
	json_decref(document);
	return rc;
}

/* ---- many ---- */

static int many_do(struct office_call *call, enum scim_kind kind,
    struct scim_ask *ask, const struct scim_query *query, struct err *err)
{
	json_t *list = NULL;
	json_t *resources;
	size_t i;
	int rc;

	ask->project = &query->project;
	rc = scim_list_do(ask, kind, &query->list, &list, err);
	if (rc < 0)
		return scim_refused(call, ask, err);
	resources = json_object_get(list, "Resources");
	for (i = 0; i < json_array_size(resources); i++)
		scim_project_apply(
		    &query->project, json_array_get(resources, i));
	return scim_answer(call, 200, list, err);
}

static int many(struct office_call *call, enum scim_kind kind, struct err *err)
{
	struct scim_ask ask = ask_of(call);
	struct scim_query query = {.filter = NULL};
	int rc = scim_query_take(call->request, &query, &ask.why, err);

	rc = rc < 0 ? scim_refused(call, &ask, err)
	            : many_do(call, kind, &ask, &query, err);
	scim_query_clear(&query);
	return rc;
}

static int search(
    struct office_call *call, enum scim_kind kind, struct err *err)
{
	struct scim_ask ask = ask_of(call);
	struct scim_query query = {.filter = NULL};
	json_t *document = NULL;
	int rc = scim_body(call, &document, err);

	if (rc < 0)
		return rc;
	rc = scim_search_take(document, &query, &ask.why, err);
	rc = rc < 0 ? scim_refused(call, &ask, err)
	            : many_do(call, kind, &ask, &query, err);
	scim_query_clear(&query);
	json_decref(document);
	return rc;
}

/* ---- the routes ---- */

#define ROUTE(name, how, kind)                                                 \
	int name(struct office_call *call, struct err *err)                    \
	{                                                                      \
		return how(call, kind, err);                                   \
	}

ROUTE(scim_users_list, many, SCIM_USERS)
ROUTE(scim_users_search, search, SCIM_USERS)
ROUTE(scim_user_create, one, SCIM_USERS)
ROUTE(scim_user_get, one, SCIM_USERS)
ROUTE(scim_user_put, one, SCIM_USERS)
ROUTE(scim_user_patch, one, SCIM_USERS)
ROUTE(scim_user_delete, one, SCIM_USERS)
ROUTE(scim_groups_list, many, SCIM_GROUPS)
ROUTE(scim_groups_search, search, SCIM_GROUPS)
ROUTE(scim_group_create, one, SCIM_GROUPS)
ROUTE(scim_group_get, one, SCIM_GROUPS)
ROUTE(scim_group_put, one, SCIM_GROUPS)
ROUTE(scim_group_patch, one, SCIM_GROUPS)
ROUTE(scim_group_delete, one, SCIM_GROUPS)

int scim_me(struct office_call *call, struct err *err)
{
	call->refusal = 501;
	return err_set(err, ERR_UNSUPPORTED,
	    "a token stands for a program, there is no /Me");
}

int scim_nothing(struct office_call *call, struct err *err)
{
	call->refusal = 404;
	return err_set(err, ERR_NOT_FOUND, "there is no such endpoint");
}
