#include "server/service/evidence/evidence_key.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/evidence/evidence.h"
#include "server/service/audit/audit.h"
#include "server/service/service.h"
#include "server/store/store_people.h"

/* A name of the closed list that a connector may bring at all. */
static int fact_check(const char *word, size_t len, struct err *err)
{
	enum evidence_fact fact;
	char name[64];

	if (len < sizeof(name)) {
		memcpy(name, word, len);
		name[len] = '\0';
		if (evidence_fact_find(name, &fact) == 0 &&
		    evidence_fact_is_reportable(fact))
			return 0;
	}
	return err_set(err, ERR_INVALID,
	    "no connector may bring the fact \"%.*s\"",
	    (int)(len < 64 ? len : 64), word);
}

static int facts_check(const char *facts, struct err *err)
{
	size_t count = 0;
	size_t len;
	int rc;

	for (; *facts; facts += len) {
		facts += strspn(facts, " ");
		len = strcspn(facts, " ");
		if (len == 0)
			break;
		if ((rc = fact_check(facts, len, err)) < 0)
			return rc;
		count++;
	}
	return count ? 0 : err_set(err, ERR_INVALID, "no fact is named");
}

static int row_fill(const struct service *service, const struct actor *actor,
    const struct evidence_key_request *request, struct evidence_key_row *row,
    struct err *err)
{
	int rc = facts_check(request->facts, err);

	if (rc == 0)
		rc = evidence_key_parse(request->public_key,
		    strlen(request->public_key), row->public_key, err);
	if (rc == 0)
		rc = evidence_key_id(row->public_key, row->id, err);
	if (rc < 0)
		return rc;
	if (str_copy(row->name, sizeof(row->name), request->name) < 0 ||
	    str_copy(row->facts, sizeof(row->facts), request->facts) < 0 ||
	    str_copy(row->unit_id, sizeof(row->unit_id),
	        request->unit_id ? request->unit_id : "") < 0)
		return err_set(err, ERR_LIMIT, "a text is too long");
	(void)str_copy(row->org_id, sizeof(row->org_id), actor->org_id);
	(void)str_copy(row->created_by, sizeof(row->created_by), actor->name);
	row->public_key_len = EVIDENCE_KEY_SIZE;
	row->created_at = clock_now(service->clock);
	return 0;
}

struct key_making {
	struct service *service;
	struct evidence_key_row row;
};

/* by: whoever made it, or ended it. */
static int key_note(struct txn *txn, struct service *service,
    const struct evidence_key_row *row, enum audit_action action,
    const char *by, struct err *err)
{
	struct audit_note note = {
	    .action = action,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "evidence_key",
	    .subject_id = row->id,
	    .params = {{"name", row->name}},
	};

	if (action == AUDIT_EVIDENCE_KEY_ADDED)
		note.params[1] = (struct audit_param){"facts", row->facts};
	return audit_write(txn, service, &note, err);
}

static int key_insert(struct txn *txn, void *arg, struct err *err)
{
	const struct key_making *making = arg;
	const struct evidence_key_row *row = &making->row;
	struct evidence_key_row there;
	struct unit_row unit;
	int rc;

	if (store_evidence_key_find(txn, row->id, &there, NULL) == 0)
		return err_set(err, ERR_CONFLICT,
		    "this key is registered already, as %s", row->id);
	if (row->unit_id[0]) {
		rc =
		    store_unit_load(txn, row->org_id, row->unit_id, &unit, err);
		if (rc == -ERR_NOT_FOUND)
			return err_set(
			    err, ERR_NOT_FOUND, "there is no such unit");
		if (rc < 0)
			return rc;
	}
	rc = store_evidence_key_save(txn, row, err);
	return rc < 0 ? rc
	              : key_note(txn, making->service, row,
	                    AUDIT_EVIDENCE_KEY_ADDED, row->created_by, err);
}

int service_evidence_key_create(struct service *service,
    const struct actor *actor, const struct evidence_key_request *request,
    struct evidence_key_row *out, struct err *err)
{
	struct key_making making = {.service = service};
	int rc = row_fill(service, actor, request, &making.row, err);

	if (rc == 0)
		rc = store_write(service->store, key_insert, &making, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "evidence_key_registered", LOG_KIND,
	    making.row.id, LOG_USER, actor->name, LOG_ORGANISATION,
	    making.row.org_id, NULL);
	*out = making.row;
	return 0;
}

struct key_walk {
	const char *org_id;
	const char *after_id;
	int limit;
	store_evidence_key_fn *fn;
	void *arg;
};

static int keys_read(struct txn *txn, void *arg, struct err *err)
{
	struct key_walk *walk = arg;

	return store_evidence_key_each(txn, walk->org_id, walk->after_id,
	    walk->limit, walk->fn, walk->arg, err);
}

int service_evidence_key_each(struct service *service,
    const struct actor *actor, const char *after_id, int limit,
    store_evidence_key_fn *fn, void *arg, struct err *err)
{
	struct key_walk walk = {actor->org_id, after_id, limit, fn, arg};

	return store_read(service->store, keys_read, &walk, err);
}

struct key_pick {
	const struct actor *actor;
	const char *id;
	int64_t now;
	struct evidence_key_row row;
	struct service *service; /* of a change */
};

static int key_load(struct txn *txn, void *arg, struct err *err)
{
	struct key_pick *pick = arg;
	int rc = store_evidence_key_load(
	    txn, pick->actor->org_id, pick->id, &pick->row, err);

	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "there is no such evidence key")
	    : rc;
}

int service_evidence_key_load(struct service *service,
    const struct actor *actor, const char *id, struct evidence_key_row *out,
    struct err *err)
{
	struct key_pick pick = {.actor = actor, .id = id};
	int rc = store_read(service->store, key_load, &pick, err);

	if (rc == 0)
		*out = pick.row;
	return rc;
}

static int key_revoke(struct txn *txn, void *arg, struct err *err)
{
	struct key_pick *pick = arg;
	int rc = key_load(txn, pick, err);

	if (rc < 0)
		return rc;
	if (pick->row.revoked_at)
		return err_set(
		    err, ERR_CONFLICT, "the evidence key is revoked already");
	pick->row.revoked_at = pick->now;
	(void)str_copy(pick->row.revoked_by, sizeof(pick->row.revoked_by),
	    pick->actor->name);
	rc = store_evidence_key_save(txn, &pick->row, err);
	return rc < 0
	    ? rc
	    : key_note(txn, pick->service, &pick->row,
	          AUDIT_EVIDENCE_KEY_REVOKED, pick->row.revoked_by, err);
}

int service_evidence_key_revoke(struct service *service,
    const struct actor *actor, const char *id, struct evidence_key_row *out,
    struct err *err)
{
	struct key_pick pick = {.service = service,
	    .actor = actor,
	    .id = id,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, key_revoke, &pick, err);

	if (rc < 0)
		return rc;
	log_info(service->log, "evidence_key_revoked", LOG_KIND, pick.row.id,
	    LOG_USER, actor->name, LOG_ORGANISATION, pick.row.org_id, NULL);
	*out = pick.row;
	return 0;
}
