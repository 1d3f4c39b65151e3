/*
 * scim_do: one operation on a user or group, from a route or from inside a
 * Bulk request. For server/office/scim only.
 */
#ifndef SERVER_OFFICE_SCIM_SCIM_DO_H
#define SERVER_OFFICE_SCIM_SCIM_DO_H

#include <jansson.h>

#include "server/http/http.h"
#include "server/service/scim/scim.h"

enum scim_kind { SCIM_USERS, SCIM_GROUPS, SCIM_KIND_COUNT };

/* "User" */
const char *scim_kind_name(enum scim_kind kind);
/* "/Users", "/Groups/id": *id points behind the slash, NULL: none.
 * -ERR_NOT_FOUND. */
int scim_kind_find(
    const char *path, enum scim_kind *kind, const char **id, struct err *err);

struct scim_order {
	enum http_method method; /* POST, GET, PUT, PATCH, DELETE */
	enum scim_kind kind;
	const char *id;         /* NULL: POST */
	const json_t *document; /* NULL: GET, DELETE */
};

struct scim_done {
	int status;       /* 200, 201, 204 */
	json_t *resource; /* owned; as after it, NULL after DELETE */
};

/* A refusal leaves its kind in ask. */
int scim_do(struct scim_ask *ask, const struct scim_order *order,
    struct scim_done *out, struct err *err);
int scim_list_do(struct scim_ask *ask, enum scim_kind kind,
    const struct scim_list *list, json_t **out, struct err *err);
/* The HTTP status of a refusal. */
int scim_status(const struct scim_ask *ask, const struct err *err);

#endif
