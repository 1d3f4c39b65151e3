/* Rows of users and groups as SCIM resources. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/scim/scim_inside.h"
#include "server/service/service.h"

static const struct {
	size_t row;
	size_t user;
	size_t size;
} same[] = {
#define SAME(member)                                                           \
	{                                                                      \
		offsetof(struct scim_user_row, member),                        \
		    offsetof(struct scim_user, member),                        \
		    sizeof(((struct scim_user *)NULL)->member)                 \
	}
    SAME(user_name),
    SAME(external_id),
    SAME(display_name),
    SAME(formatted),
    SAME(given_name),
    SAME(family_name),
    SAME(mail),
    SAME(number),
    SAME(language),
    SAME(employee_number),
    SAME(department),
    SAME(manager),
};
_Static_assert(SCIM_TEXT_MAX == LIMIT_NAME, "a text fits its column");

void scim_row_of_user(struct scim_user_row *row, const struct scim_user *user)
{
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		memcpy((char *)row + same[i].row,
		    (const char *)user + same[i].user, same[i].size);
	row->is_active = user->is_active;
	scim_text_fold(user->user_name, row->user_key);
}

void scim_user_of_row(struct scim_user *user, const struct scim_user_row *row)
{
	size_t i;

	*user = (struct scim_user){
	    .is_active = row->is_active, .says_active = true};
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		memcpy((char *)user + same[i].user,
		    (const char *)row + same[i].row, same[i].size);
}

bool scim_user_is_alike(const struct scim_user *a, const struct scim_user *b)
{
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp((const char *)a + same[i].user,
		        (const char *)b + same[i].user) != 0)
			return false;
	return a->is_active == b->is_active;
}

/* ---- versions ---- */

void scim_version_text(int64_t version, char out[SCIM_VERSION_MAX])
{
	(void)snprintf(out, SCIM_VERSION_MAX, "W/\"%" PRId64 "\"", version);
}

/* If-Match: RFC 7644 section 3.14 sends weak ones, too. */
int scim_version_check(struct scim_ask *ask, int64_t version, struct err *err)
{
	char text[SCIM_VERSION_MAX];
	const char *at = ask->if_match;
	size_t len;

	if (!at || strcmp(at, "*") == 0)
		return 0;
	scim_version_text(version, text);
	while (*at) {
		at += strspn(at, " \t,");
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		len = strcspn(at, ", \t");
		if (len == strlen(text + 2) && memcmp(at, text + 2, len) == 0)
			return 0;
		at += len;
	}
	ask->is_stale = true;
	return err_set(err, ERR_CONFLICT,
	    "it has changed since it was read: get it again");
}

/* ---- resources ---- */

int scim_shown_take(int rc, json_t *shown, json_t **out)
{
	if (rc < 0) {
		json_decref(shown);
		return rc;
	}
	*out = shown;
	return 0;
}

bool scim_wants(const struct scim_ask *ask, const char *name)
{
	return !ask->project || scim_project_wants(ask->project, name);
}

static json_t *meta_show(const struct scim_ask *ask, const char *type,
    const char *id, int64_t version, int64_t created, int64_t changed)
{
	char created_at[TIME_TEXT_MAX];
	char changed_at[TIME_TEXT_MAX];
	char tag[SCIM_VERSION_MAX];

	time_rfc3339(created, created_at);
	time_rfc3339(changed, changed_at);
	scim_version_text(version, tag);
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "resourceType", type,
	    "created", created_at, "lastModified", changed_at, "version", tag,
	    "location",
	    json_sprintf(
	        "%s" SCIM_PATH "/%ss/%s", ask->service->office_url, type, id));
}

struct showing {
	const struct scim_ask *ask;
	json_t *list;
	struct err *err;
};

static int show_one(void *arg, const char *id, const char *name, bool is_group)
{
	struct showing *showing = arg;
	const char *type = is_group ? "Group" : "User";
	json_t *one = json_pack("{s:s, s:s, s:o}", "value", id, "display",
	    name ? name : "", "$ref",
	    json_sprintf("%s" SCIM_PATH "/%ss/%s",
	        showing->ask->service->office_url, type, id));

	if (!one || json_array_append_new(showing->list, one) < 0)
		return err_memory(showing->err);
	return 0;
}

static int show_member(
    void *arg, const char *id, const char *name, bool is_group)
{
	struct showing *showing = arg;
	size_t at = json_array_size(showing->list);
	int rc = show_one(arg, id, name, is_group);

	if (rc < 0)
		return rc;
	return json_object_set_new(json_array_get(showing->list, at), "type",
	           json_string(is_group ? "Group" : "User")) < 0
	    ? err_memory(showing->err)
	    : 0;
}

int scim_user_show(struct txn *txn, const struct scim_ask *ask,
    const struct scim_user_row *row, bool with, json_t **out, struct err *err)
{
	struct showing showing = {.ask = ask, .err = err};
	struct scim_user user;
	json_t *shown;
	int rc = 0;

	scim_user_of_row(&user, row);
	shown = scim_user_encode(&user);
	if (!shown ||
	    json_object_set_new(shown, "id", json_string(row->id)) < 0 ||
	    json_object_set_new(shown, "meta",
	        meta_show(ask, "User", row->id, row->version, row->created_at,
	            row->changed_at)) < 0) {
		json_decref(shown);
		return err_memory(err);
	}
	if (with) {
		showing.list = json_array();
		rc = store_scim_member_each_group(
		    txn, row->org_id, row->id, show_one, &showing, err);
		if (rc == 0 && json_array_size(showing.list) > 0)
			(void)json_object_set(shown, "groups", showing.list);
		json_decref(showing.list);
	}
	if (rc < 0) {
		json_decref(shown);
		return rc;
	}
	*out = shown;
	return 0;
}

int scim_group_show(struct txn *txn, const struct scim_ask *ask,
    const struct scim_group_row *row, bool with, json_t **out, struct err *err)
{
	struct showing showing = {.ask = ask, .err = err};
	json_t *shown =
	    json_pack("{s:[s], s:s, s:s, s:o}", "schemas", SCIM_GROUP_URN, "id",
	        row->id, "displayName", row->display_name, "meta",
	        meta_show(ask, "Group", row->id, row->version, row->created_at,
	            row->changed_at));
	int rc = 0;

	if (!shown)
		return err_memory(err);
	if (row->external_id[0])
		(void)json_object_set_new(
		    shown, "externalId", json_string(row->external_id));
	if (with) {
		showing.list = json_array();
		rc = store_scim_member_each(
		    txn, row->org_id, row->id, show_member, &showing, err);
		if (rc == 0)
			(void)json_object_set(shown, "members", showing.list);
		json_decref(showing.list);
	}
	if (rc < 0) {
		json_decref(shown);
		return rc;
	}
	*out = shown;
	return 0;
}
