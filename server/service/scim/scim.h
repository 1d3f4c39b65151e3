/*
 * scim: what a directory's SCIM client asks for, one transaction each, so that
 * of two PATCHes at once neither is lost. Users are people of the source "scim"
 * and go into the ledger by roster_put_person(); groups are rows of their own.
 *
 * Resources come out as JSON with id, meta and, unless it was not wanted,
 * groups or members: *out: json_decref().
 *
 * What active means (CASES open a departure by it):
 *   true   an employment of the source "scim" begins today; one that would end
 *          goes on; one that is over stays so and another begins
 *   false  the employment's last day is today, if it did not end sooner.
 *          Employments that others brought (HR) are not touched
 */
#ifndef SERVER_SERVICE_SCIM_SCIM_H
#define SERVER_SERVICE_SCIM_SCIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/scim/scim_error.h"
#include "proto/scim/scim_filter.h"
#include "proto/scim/scim_project.h"

struct actor;
struct err;
struct service;

#define SCIM_SOURCE "scim"
#define SCIM_PATH "/scim/v2"

struct scim_ask {
	struct service *service;
	const struct actor *actor;
	const struct scim_project *project; /* NULL: everything */
	const char *if_match;               /* NULL: whatever is there */
	/* Of a refusal: */
	enum scim_why why;
	bool is_stale; /* if_match names another version: 412 */
	/* Of a group: members that are nobody here were left out. */
	unsigned unknown_members;
};

struct scim_list {
	const struct scim_filter *filter; /* NULL: all */
	int64_t start;                    /* from 1 */
	int64_t count;                    /* 0: only how many there are */
};

/*
 * -ERR_INVALID with ask->why; -ERR_CONFLICT with uniqueness: userName, mail or
 * employeeNumber is another's; -ERR_NOT_FOUND: no such user; -ERR_CONFLICT with
 * ask->is_stale.
 */
int service_scim_user_create(struct scim_ask *ask, const json_t *document,
    json_t **out, struct err *err);
int service_scim_user_load(
    struct scim_ask *ask, const char *id, json_t **out, struct err *err);
int service_scim_user_replace(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err);
int service_scim_user_patch(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err);
int service_scim_user_delete(
    struct scim_ask *ask, const char *id, struct err *err);
/* A ListResponse. */
int service_scim_user_list(struct scim_ask *ask, const struct scim_list *list,
    json_t **out, struct err *err);

int service_scim_group_create(struct scim_ask *ask, const json_t *document,
    json_t **out, struct err *err);
int service_scim_group_load(
    struct scim_ask *ask, const char *id, json_t **out, struct err *err);
int service_scim_group_replace(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err);
int service_scim_group_patch(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err);
int service_scim_group_delete(
    struct scim_ask *ask, const char *id, struct err *err);
int service_scim_group_list(struct scim_ask *ask, const struct scim_list *list,
    json_t **out, struct err *err);

#endif
