/* Groups of a directory: created, read, changed, deleted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/scim/scim_inside.h"
#include "server/service/service.h"
#include "server/store/store.h"

/* One change on the writer's thread; may be run twice. */
struct change {
	struct scim_ask *ask;
	const char *id;
	const struct scim_group *said;  /* POST, PUT */
	const struct scim_steps *steps; /* PATCH */
	int64_t joined;
	int64_t left;
	unsigned unknown;
	json_t *out;
};

static int load(struct txn *txn, const struct scim_ask *ask, const char *id,
    struct scim_group_row *out, struct err *err)
{
	int rc = strlen(id) < STORE_ID
	    ? store_scim_group_load(txn, ask->actor->org_id, id, out, err)
	    : -ERR_NOT_FOUND;

	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "there is no such group")
	    : rc;
}

static int show(struct txn *txn, struct change *change,
    const struct scim_group_row *row, struct err *err)
{
	change->ask->unknown_members = change->unknown;
	json_decref(change->out);
	change->out = NULL;
	return scim_group_show(txn, change->ask, row,
	    scim_wants(change->ask, "members"), &change->out, err);
}

static int note(struct txn *txn, const struct change *change,
    enum audit_action action, const struct scim_group_row *row, struct err *err)
{
	char joined[24];
	char left[24];
	const struct audit_note entry = {
	    .action = action,
	    .org_id = row->org_id,
	    .by = change->ask->actor->name,
	    .on_behalf_of = SCIM_SOURCE,
	    .subject_kind = "scim_group",
	    .subject_id = row->id,
	    .params = {{"joined", joined}, {"left", left}},
	};

	(void)snprintf(joined, sizeof(joined), "%" PRId64, change->joined);
	(void)snprintf(left, sizeof(left), "%" PRId64, change->left);
	return audit_write(txn, change->ask->service, &entry, err);
}

/* ---- members ---- */

/* A user's id, or a group's; 0: neither. */
static int is_known(
    struct txn *txn, const char *org_id, const char *id, struct err *err)
{
	struct scim_user_row user;
	struct scim_group_row group;
	int rc = strlen(id) < STORE_ID
	    ? store_scim_user_load(txn, org_id, id, &user, err)
	    : -ERR_NOT_FOUND;

	if (rc == -ERR_NOT_FOUND && strlen(id) < STORE_ID)
		rc = store_scim_group_load(txn, org_id, id, &group, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : 1;
}

static int join(struct txn *txn, struct change *change,
    const struct scim_group_row *row, const char *id, struct err *err)
{
	int64_t changed = 0;
	int rc = is_known(txn, row->org_id, id, err);

	if (rc <= 0 || strcmp(id, row->id) == 0) {
		change->unknown += rc >= 0;
		return rc < 0 ? rc : 0;
	}
	rc =
	    store_scim_member_add(txn, row->org_id, row->id, id, &changed, err);
	change->joined += changed;
	return rc;
}

static int leave(struct txn *txn, struct change *change,
    const struct scim_group_row *row, const char *id, struct err *err)
{
	int64_t changed = 0;
	int rc = store_scim_member_remove(
	    txn, row->org_id, row->id, id, &changed, err);

	change->left += changed;
	return rc;
}

static int leave_all(struct txn *txn, struct change *change,
    const struct scim_group_row *row, struct err *err)
{
	int64_t changed = 0;
	int rc = store_scim_member_remove_all(
	    txn, row->org_id, row->id, &changed, err);

	change->left += changed;
	return rc;
}

static int join_all(struct txn *txn, struct change *change,
    const struct scim_group_row *row, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < change->said->member_count; i++)
		rc = join(txn, change, row, change->said->members[i], err);
	return rc;
}

/* ---- uniqueness ---- */

struct twin {
	const struct scim_group_row *row;
	bool is_found;
};

/* The same POST again; two groups of one name but with ids of their own are
 * two groups. */
static int note_twin(void *arg, const struct scim_group_row *other)
{
	struct twin *twin = arg;
	const struct scim_group_row *row = twin->row;

	if (strcmp(other->id, row->id) == 0)
		return 0;
	twin->is_found = !other->external_id[0] || !row->external_id[0] ||
	    strcmp(other->external_id, row->external_id) == 0;
	return twin->is_found;
}

static int twin_check(struct txn *txn, struct scim_ask *ask,
    const struct scim_group_row *row, struct err *err)
{
	struct twin twin = {.row = row};
	int rc = store_scim_group_each_name(
	    txn, row->org_id, row->name_key, note_twin, &twin, err);

	if (rc >= 0 && !twin.is_found && row->external_id[0])
		rc = store_scim_group_each_external(
		    txn, row->org_id, row->external_id, note_twin, &twin, err);
	if (rc < 0 || !twin.is_found)
		return rc < 0 ? rc : 0;
	ask->why = SCIM_WHY_UNIQUENESS;
	return err_set(err, ERR_CONFLICT, "there is a group \"%.100s\" already",
	    row->display_name);
}

/* ---- create ---- */

static void name_take(struct scim_group_row *row, const char *name)
{
	(void)str_copy(row->display_name, sizeof(row->display_name), name);
	scim_text_fold(name, row->name_key);
}

static int create(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_ask *ask = change->ask;
	const int64_t now = clock_now(ask->service->clock);
	struct scim_group_row row = {
	    .version = 1, .created_at = now, .changed_at = now};
	int rc;

	change->joined = change->left = 0;
	change->unknown = 0;
	uuid_make(now, ask->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), ask->actor->org_id);
	name_take(&row, change->said->display_name);
	(void)str_copy(row.external_id, sizeof(row.external_id),
	    change->said->external_id);
	if ((rc = twin_check(txn, ask, &row, err)) < 0 ||
	    (rc = store_scim_group_save(txn, &row, err)) < 0 ||
	    (rc = join_all(txn, change, &row, err)) < 0 ||
	    (rc = note(txn, change, AUDIT_SCIM_GROUP_CREATED, &row, err)) < 0)
		return rc;
	return show(txn, change, &row, err);
}

static int write_change(
    struct change *change, store_fn *fn, json_t **out, struct err *err)
{
	int rc = store_write(change->ask->service->store, fn, change, err);

	return scim_shown_take(rc, change->out, out);
}

int service_scim_group_create(
    struct scim_ask *ask, const json_t *document, json_t **out, struct err *err)
{
	struct scim_group said;
	struct change change = {.ask = ask, .said = &said};
	int rc = scim_group_decode(document, &said, &ask->why, err);

	if (rc < 0)
		return rc;
	rc = write_change(&change, create, out, err);
	scim_group_clear(&said);
	return rc;
}

/* ---- change ---- */

static int step(struct txn *txn, struct change *change,
    struct scim_group_row *row, const struct scim_step *one, struct err *err)
{
	switch (one->kind) {
	case SCIM_STEP_NAME:
		name_take(row, one->text);
		return 0;
	case SCIM_STEP_EXTERNAL:
		return str_copy(
		    row->external_id, sizeof(row->external_id), one->text);
	case SCIM_STEP_JOIN:
		return join(txn, change, row, one->text, err);
	case SCIM_STEP_LEAVE:
		return leave(txn, change, row, one->text, err);
	case SCIM_STEP_LEAVE_ALL:
		return leave_all(txn, change, row, err);
	}
	return err_set(err, ERR_INTERNAL, "a step that is none");
}

static int steps_take(struct txn *txn, struct change *change,
    struct scim_group_row *row, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < change->steps->count; i++)
		rc = step(txn, change, row, &change->steps->steps[i], err);
	return rc;
}

static int note_member(void *arg, const char *id, const char *name, bool group)
{
	(void)name;
	(void)group;
	return json_object_set_new(arg, id, json_true()) < 0 ? -ERR_MEMORY : 0;
}

/* Who is not named goes, who is named and was there is not touched. */
static int replace_members(struct txn *txn, struct change *change,
    const struct scim_group_row *row, struct err *err)
{
	json_t *gone = json_object();
	const char *id;
	json_t *value;
	size_t i;
	int rc = gone ? store_scim_member_each(
	                    txn, row->org_id, row->id, note_member, gone, err)
	              : err_memory(err);

	for (i = 0; rc == 0 && i < change->said->member_count; i++) {
		id = change->said->members[i];
		if (json_object_del(gone, id) < 0)
			rc = join(txn, change, row, id, err);
	}
	if (rc == 0)
		json_object_foreach(gone, id, value)
		{
			rc = leave(txn, change, row, id, err);
			if (rc < 0)
				break;
		}
	json_decref(gone);
	return rc;
}

static int replace(struct txn *txn, struct change *change,
    struct scim_group_row *row, struct err *err)
{
	name_take(row, change->said->display_name);
	(void)str_copy(row->external_id, sizeof(row->external_id),
	    change->said->external_id);
	return replace_members(txn, change, row, err);
}

static int save(struct txn *txn, struct change *change,
    const struct scim_group_row *was, struct scim_group_row *row,
    struct err *err)
{
	bool is_renamed = strcmp(was->display_name, row->display_name) != 0 ||
	    strcmp(was->external_id, row->external_id) != 0;
	int rc = 0;

	if (!is_renamed && !change->joined && !change->left)
		return 0;
	row->version++;
	row->changed_at = clock_now(change->ask->service->clock);
	if (is_renamed)
		rc = twin_check(txn, change->ask, row, err);
	if (rc == 0)
		rc = store_scim_group_save(txn, row, err);
	return rc < 0 ? rc
	              : note(txn, change, AUDIT_SCIM_GROUP_CHANGED, row, err);
}

static int change_group(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_group_row was;
	struct scim_group_row row;
	int rc = load(txn, change->ask, change->id, &was, err);

	change->joined = change->left = 0;
	change->unknown = 0;
	if (rc == 0)
		rc = scim_version_check(change->ask, was.version, err);
	if (rc < 0)
		return rc;
	row = was;
	rc = change->said ? replace(txn, change, &row, err)
	                  : steps_take(txn, change, &row, err);
	if (rc == 0)
		rc = save(txn, change, &was, &row, err);
	return rc < 0 ? rc : show(txn, change, &row, err);
}

int service_scim_group_replace(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err)
{
	struct scim_group said;
	struct change change = {.ask = ask, .id = id, .said = &said};
	int rc = scim_group_decode(document, &said, &ask->why, err);

	if (rc < 0)
		return rc;
	rc = write_change(&change, change_group, out, err);
	scim_group_clear(&said);
	return rc;
}

int service_scim_group_patch(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err)
{
	struct scim_patch patch;
	struct scim_steps steps = {.steps = NULL};
	struct change change = {.ask = ask, .id = id, .steps = &steps};
	int rc = scim_patch_parse(document, &patch, &ask->why, err);

	if (rc < 0)
		return rc;
	rc = scim_group_steps(&patch, &steps, &ask->why, err);
	if (rc == 0)
		rc = write_change(&change, change_group, out, err);
	scim_steps_clear(&steps);
	scim_patch_clear(&patch);
	return rc;
}

/* ---- delete, read ---- */

static int delete_group(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_group_row row;
	int rc = load(txn, change->ask, change->id, &row, err);

	if (rc == 0)
		rc = scim_version_check(change->ask, row.version, err);
	if (rc == 0)
		rc = store_scim_group_delete(txn, row.org_id, row.id, err);
	return rc < 0 ? rc
	              : note(txn, change, AUDIT_SCIM_GROUP_REMOVED, &row, err);
}

int service_scim_group_delete(
    struct scim_ask *ask, const char *id, struct err *err)
{
	struct change change = {.ask = ask, .id = id};

	return store_write(ask->service->store, delete_group, &change, err);
}

static int load_group(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_group_row row;
	int rc = load(txn, change->ask, change->id, &row, err);

	return rc < 0 ? rc : show(txn, change, &row, err);
}

int service_scim_group_load(
    struct scim_ask *ask, const char *id, json_t **out, struct err *err)
{
	struct change change = {.ask = ask, .id = id};
	int rc = store_read(ask->service->store, load_group, &change, err);

	return scim_shown_take(rc, change.out, out);
}
