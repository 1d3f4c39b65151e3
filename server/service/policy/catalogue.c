#include "server/service/policy/catalogue.h"

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/service.h"

struct adding {
	struct service *service;
	struct catalogue_row row;
};

static int item_note(struct txn *txn, struct service *service,
    const struct catalogue_row *row, struct err *err)
{
	const struct audit_note note = {
	    .action = row->retired_at ? AUDIT_CATALOGUE_RETIRED
	                              : AUDIT_CATALOGUE_ADDED,
	    .org_id = row->org_id,
	    .by = row->changed_by,
	    .subject_kind = "catalogue_item",
	    .subject_id = row->id,
	    .params = {{"what", equipment_order_what_name(row->what)},
	        {"item", row->name}},
	};

	return audit_write(txn, service, &note, err);
}

static int item_add(struct txn *txn, void *arg, struct err *err)
{
	const struct adding *adding = arg;
	const struct catalogue_row *row = &adding->row;
	struct catalogue_row there;
	int rc = store_catalogue_find(
	    txn, row->org_id, row->what, row->name, &there, NULL);

	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "\"%.100s\" stands in the catalogue already", row->name);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	rc = store_catalogue_save(txn, row, err);
	return rc < 0 ? rc : item_note(txn, adding->service, row, err);
}

int service_catalogue_add(struct service *service, const struct actor *actor,
    const struct catalogue_request *request, struct catalogue_row *out,
    struct err *err)
{
	struct adding adding = {
	    .service = service, .row = {.what = request->what}};
	struct catalogue_row *row = &adding.row;
	int64_t now = clock_now(service->clock);
	int rc;

	if (str_copy(row->name, sizeof(row->name), request->name) < 0 ||
	    str_copy(row->operator, sizeof(row->operator),
	        request->supplier ? request->supplier : "") < 0)
		return err_set(err, ERR_LIMIT, "a text is too long");
	uuid_make(now, service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), actor->org_id);
	(void)str_copy(row->changed_by, sizeof(row->changed_by), actor->name);
	row->created_at = now;
	row->changed_at = now;
	rc = store_write(service->store, item_add, &adding, err);
	if (rc == 0)
		*out = *row;
	return rc;
}

struct pick {
	const struct actor *actor;
	const char *id;
	int64_t now;
	struct catalogue_row row;
	struct service *service; /* of a change */
};

static int item_load(struct txn *txn, void *arg, struct err *err)
{
	struct pick *pick = arg;
	int rc = store_catalogue_load(
	    txn, pick->actor->org_id, pick->id, &pick->row, err);

	return rc == -ERR_NOT_FOUND
	    ? err_set(err, ERR_NOT_FOUND, "the catalogue has no such item")
	    : rc;
}

static int item_retire(struct txn *txn, void *arg, struct err *err)
{
	struct pick *pick = arg;
	int rc = item_load(txn, pick, err);

	if (rc < 0)
		return rc;
	if (pick->row.retired_at)
		return err_set(
		    err, ERR_CONFLICT, "it is no longer on offer already");
	pick->row.retired_at = pick->now;
	pick->row.changed_at = pick->now;
	(void)str_copy(pick->row.changed_by, sizeof(pick->row.changed_by),
	    pick->actor->name);
	rc = store_catalogue_save(txn, &pick->row, err);
	return rc < 0 ? rc : item_note(txn, pick->service, &pick->row, err);
}

int service_catalogue_retire(struct service *service, const struct actor *actor,
    const char *id, struct catalogue_row *out, struct err *err)
{
	struct pick pick = {.service = service,
	    .actor = actor,
	    .id = id,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, item_retire, &pick, err);

	if (rc == 0)
		*out = pick.row;
	return rc;
}

int service_catalogue_load(struct service *service, const struct actor *actor,
    const char *id, struct catalogue_row *out, struct err *err)
{
	struct pick pick = {.actor = actor, .id = id};
	int rc = store_read(service->store, item_load, &pick, err);

	if (rc == 0)
		*out = pick.row;
	return rc;
}

struct walk {
	const char *org_id;
	const char *after_id;
	int limit;
	store_catalogue_fn *fn;
	void *arg;
};

static int items_read(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;

	return store_catalogue_each(txn, walk->org_id, walk->after_id,
	    walk->limit, walk->fn, walk->arg, err);
}

int service_catalogue_each(struct service *service, const struct actor *actor,
    const char *after_id, int limit, store_catalogue_fn *fn, void *arg,
    struct err *err)
{
	struct walk walk = {actor->org_id, after_id, limit, fn, arg};

	return store_read(service->store, items_read, &walk, err);
}
