/* Users of a directory: created, read, changed, deleted. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/scim/scim_patch.h"
#include "server/service/audit/audit.h"
#include "server/service/scim/scim_inside.h"
#include "server/service/service.h"
#include "server/store/store.h"

/* One change on the writer's thread; may be run twice. */
struct change {
	struct scim_ask *ask;
	const char *id;
	const struct scim_user *said;   /* POST, PUT */
	const struct scim_patch *patch; /* PATCH */
	json_t *out;
};

static int nobody(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "there is no such user");
}

static int load(struct txn *txn, const struct scim_ask *ask, const char *id,
    struct scim_user_row *out, struct err *err)
{
	int rc = strlen(id) < STORE_ID
	    ? store_scim_user_load(txn, ask->actor->org_id, id, out, err)
	    : -ERR_NOT_FOUND;

	return rc == -ERR_NOT_FOUND ? nobody(err) : rc;
}

static int show(struct txn *txn, struct change *change,
    const struct scim_user_row *row, struct err *err)
{
	json_decref(change->out);
	change->out = NULL;
	return scim_user_show(txn, change->ask, row,
	    scim_wants(change->ask, "groups"), &change->out, err);
}

static int note(struct txn *txn, const struct scim_ask *ask,
    enum audit_action action, const struct scim_user_row *row, struct err *err)
{
	const struct audit_note entry = {
	    .action = action,
	    .org_id = row->org_id,
	    .by = ask->actor->name,
	    .on_behalf_of = SCIM_SOURCE,
	    .subject_kind = "scim_user",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .params = {{"active", row->is_active ? "yes" : "no"}},
	};

	return audit_write(txn, ask->service, &entry, err);
}

/* ---- uniqueness ---- */

static int name_check(struct txn *txn, struct scim_ask *ask,
    const struct scim_user_row *row, struct err *err)
{
	struct scim_user_row other;
	int rc = store_scim_user_find_name(
	    txn, row->org_id, row->user_key, &other, err);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && strcmp(other.id, row->id) == 0))
		return 0;
	if (rc < 0)
		return rc;
	ask->why = SCIM_WHY_UNIQUENESS;
	return err_set(err, ERR_CONFLICT, "there is a user \"%.100s\" already",
	    other.user_name);
}

/* The directory's own id of a user outlives its names; who comes back with it
 * is the same person. Microsoft's collection gives one id to two users. */
static int key_choose(
    struct txn *txn, struct scim_user_row *row, struct err *err)
{
	struct scim_user_row other;
	int rc;

	(void)str_copy(row->source_key, sizeof(row->source_key), row->id);
	if (!row->external_id[0])
		return 0;
	rc = store_scim_user_find_source(
	    txn, row->org_id, row->external_id, &other, err);
	if (rc == -ERR_NOT_FOUND)
		rc = str_copy(
		    row->source_key, sizeof(row->source_key), row->external_id);
	return rc;
}

/* ---- create ---- */

static int bring(struct txn *txn, struct scim_ask *ask,
    const struct ledger *ledger, const struct scim_user_row *was,
    struct scim_user_row *row, struct err *err)
{
	int rc = scim_user_bring(txn, ledger, was, row, err);

	if (rc == -ERR_CONFLICT)
		ask->why = SCIM_WHY_UNIQUENESS;
	else if (rc == -ERR_INVALID || rc == -ERR_LIMIT)
		ask->why = SCIM_WHY_INVALID_VALUE;
	return rc;
}

static int create(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_ask *ask = change->ask;
	struct scim_user_row row = {.version = 1};
	struct ledger ledger;
	int rc = ledger_init(&ledger, ask->service, ask->actor, err);

	if (rc < 0)
		return rc;
	row.created_at = ledger.now;
	row.changed_at = ledger.now;
	uuid_make(ledger.now, ask->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), ledger.org_id);
	scim_row_of_user(&row, change->said);
	if ((rc = name_check(txn, ask, &row, err)) < 0 ||
	    (rc = key_choose(txn, &row, err)) < 0 ||
	    (rc = bring(txn, ask, &ledger, NULL, &row, err)) < 0 ||
	    (rc = store_scim_user_save(txn, &row, err)) < 0 ||
	    (rc = note(txn, ask, AUDIT_SCIM_USER_CREATED, &row, err)) < 0)
		return rc;
	return show(txn, change, &row, err);
}

static int write_change(
    struct change *change, store_fn *fn, json_t **out, struct err *err)
{
	int rc = store_write(change->ask->service->store, fn, change, err);

	return scim_shown_take(rc, change->out, out);
}

int service_scim_user_create(
    struct scim_ask *ask, const json_t *document, json_t **out, struct err *err)
{
	struct scim_user said;
	struct change change = {.ask = ask, .said = &said};
	int rc = scim_user_decode(document, &said, &ask->why, err);

	return rc < 0 ? rc : write_change(&change, create, out, err);
}

/* ---- change ---- */

/* What the user is to be: as a PUT says, or as a PATCH makes it. */
static int work_out(struct change *change, const struct scim_user *was,
    struct scim_user *out, struct err *err)
{
	json_t *document;
	int rc;

	if (change->said) {
		*out = *change->said;
		/* Not said: nobody is employed again by an omission. */
		if (!out->says_active)
			out->is_active = was->is_active;
		return 0;
	}
	document = scim_user_encode(was);
	if (!document)
		return err_memory(err);
	rc = scim_patch_apply(change->patch, document, &change->ask->why, err);
	if (rc == 0)
		rc = scim_user_decode(document, out, &change->ask->why, err);
	if (rc == 0 && !out->says_active)
		out->is_active = was->is_active;
	json_decref(document);
	return rc;
}

static int save(struct txn *txn, struct scim_ask *ask,
    const struct scim_user_row *was, struct scim_user_row *row, struct err *err)
{
	struct ledger ledger;
	int rc = ledger_init(&ledger, ask->service, ask->actor, err);

	if (rc < 0)
		return rc;
	row->version++;
	row->changed_at = ledger.now;
	if ((rc = name_check(txn, ask, row, err)) < 0 ||
	    (rc = bring(txn, ask, &ledger, was, row, err)) < 0 ||
	    (rc = store_scim_user_save(txn, row, err)) < 0)
		return rc;
	return note(txn, ask, AUDIT_SCIM_USER_CHANGED, row, err);
}

static int change_user(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_user_row was;
	struct scim_user_row row;
	struct scim_user before;
	struct scim_user after;
	int rc = load(txn, change->ask, change->id, &was, err);

	if (rc == 0)
		rc = scim_version_check(change->ask, was.version, err);
	if (rc < 0)
		return rc;
	scim_user_of_row(&before, &was);
	rc = work_out(change, &before, &after, err);
	if (rc < 0)
		return rc;
	row = was;
	if (!scim_user_is_alike(&before, &after)) {
		scim_row_of_user(&row, &after);
		rc = save(txn, change->ask, &was, &row, err);
	}
	return rc < 0 ? rc : show(txn, change, &row, err);
}

int service_scim_user_replace(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err)
{
	struct scim_user said;
	struct change change = {.ask = ask, .id = id, .said = &said};
	int rc = scim_user_decode(document, &said, &ask->why, err);

	return rc < 0 ? rc : write_change(&change, change_user, out, err);
}

int service_scim_user_patch(struct scim_ask *ask, const char *id,
    const json_t *document, json_t **out, struct err *err)
{
	struct scim_patch patch;
	struct change change = {.ask = ask, .id = id, .patch = &patch};
	int rc = scim_patch_parse(document, &patch, &ask->why, err);

	if (rc < 0)
		return rc;
	rc = write_change(&change, change_user, out, err);
	scim_patch_clear(&patch);
	return rc;
}

/* ---- delete ---- */

static int delete_user(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_user_row row;
	struct ledger ledger;
	int rc = load(txn, change->ask, change->id, &row, err);

	if (rc == 0)
		rc = scim_version_check(change->ask, row.version, err);
	if (rc == 0)
		rc = ledger_init(
		    &ledger, change->ask->service, change->ask->actor, err);
	if (rc < 0)
		return rc;
	if ((rc = scim_user_leave(txn, &ledger, &row, err)) < 0 ||
	    (rc = note(txn, change->ask, AUDIT_SCIM_USER_REMOVED, &row, err)) <
	        0)
		return rc;
	return store_scim_user_delete(txn, row.org_id, row.id, err);
}

int service_scim_user_delete(
    struct scim_ask *ask, const char *id, struct err *err)
{
	struct change change = {.ask = ask, .id = id};

	return store_write(ask->service->store, delete_user, &change, err);
}

/* ---- read ---- */

static int load_user(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	struct scim_user_row row;
	int rc = load(txn, change->ask, change->id, &row, err);

	return rc < 0 ? rc : show(txn, change, &row, err);
}

int service_scim_user_load(
    struct scim_ask *ask, const char *id, json_t **out, struct err *err)
{
	struct change change = {.ask = ask, .id = id};
	int rc = store_read(ask->service->store, load_user, &change, err);

	return scim_shown_take(rc, change.out, out);
}
