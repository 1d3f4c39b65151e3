/* Looking at phones: the views that listings and orders start from. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/service.h"

static int count_open(void *arg, const struct command *row)
{
	(void)row;
	++*(unsigned *)arg;
	return 0;
}

static int fill_view(struct service *service, struct txn *txn,
    struct device_view *view, struct err *err)
{
	struct command_filter open = {
	    .org_id = view->device.org_id,
	    .device_id = view->device.id,
	    .life_id = view->device.life_id,
	    .only_open = true,
	};
	int64_t heard;
	int rc;

	if (view->device.life_id[0]) {
		rc = store_life_load(
		    txn, view->device.life_id, &view->life, err);
		if (rc < 0)
			return rc;
		heard = last_seen_get(service->last_seen, view->life.id);
		view->last_seen_at = heard > view->life.last_seen_at
		    ? heard
		    : view->life.last_seen_at;
		rc = store_command_each(
		    txn, &open, count_open, &view->commands_open, err);
		if (rc < 0)
			return rc;
	}
	rc = store_wipe_find_device(txn, view->device.id, &view->wipe, err);
	if (rc == -ERR_NOT_FOUND) {
		view->wipe.id[0] = '\0';
		rc = 0;
	}
	return rc;
}

/* Ids first, then one short read a phone: memory stays flat, and fn runs
 * outside of every transaction, so it may read by itself. */
struct ids {
	const char *org_id;
	const char *text;
	const struct device_place *after; /* NULL: from the start */
	char (*items)[STORE_ID];          /* owned */
	size_t count;
	size_t cap;
};

/* Not behind the place: it was on a page before. */
static bool is_before(
    const struct device_place *after, const struct device *row)
{
	int side = strcmp(row->serial, after->serial);

	return side < 0 || (side == 0 && strcmp(row->id, after->id) <= 0);
}

static int collect(void *arg, const struct device *row)
{
	struct ids *ids = arg;
	char(*items)[STORE_ID];

	if (ids->after && is_before(ids->after, row))
		return 0;
	if (ids->count == ids->cap) {
		ids->cap = ids->cap ? ids->cap * 2 : 64;
		items = realloc(ids->items, ids->cap * sizeof(*items));
		if (!items)
			return -(int)ERR_MEMORY;
		ids->items = items;
	}
	memcpy(ids->items[ids->count++], row->id, STORE_ID);
	return 0;
}

static int list_ids(struct txn *txn, void *arg, struct err *err)
{
	struct ids *ids = arg;

	ids->count = 0;
	return store_device_each(
	    txn, ids->org_id, ids->text, collect, ids, err);
}

struct load_view {
	struct service *service;
	const char *id;
	struct device_view view;
};

static int load_view(struct txn *txn, void *arg, struct err *err)
{
	struct load_view *load = arg;
	int rc;

	load->view = (struct device_view){0};
	rc = store_device_load(txn, load->id, &load->view.device, err);
	return rc < 0 ? rc : fill_view(load->service, txn, &load->view, err);
}

int service_device_each_after(struct service *service,
    const struct actor *actor, const char *text,
    const struct device_place *after, service_device_fn *fn, void *arg,
    struct err *err)
{
	struct ids ids = {
	    .org_id = actor->org_id, .text = text, .after = after};
	struct load_view load = {.service = service};
	int rc = store_read(service->store, list_ids, &ids, err);
	size_t i;

	for (i = 0; rc == 0 && i < ids.count; i++) {
		load.id = ids.items[i];
		rc = store_read(service->store, load_view, &load, err);
		if (rc == 0)
			rc = fn(arg, &load.view);
	}
	free(ids.items);
	return rc;
}

int service_device_each(struct service *service, const struct actor *actor,
    const char *text, service_device_fn *fn, void *arg, struct err *err)
{
	return service_device_each_after(
	    service, actor, text, NULL, fn, arg, err);
}

struct one {
	struct device_view view;
	unsigned matches;
};

/* The exact number wins over a name that only holds the text. */
static bool is_named(const struct device *device, const char *text)
{
	return strcmp(device->id, text) == 0 ||
	    strcmp(device->serial, text) == 0 ||
	    strcmp(device->udid, text) == 0 || strcmp(device->imei, text) == 0;
}

struct choice {
	struct one one;
	const char *text;
	bool is_exact;
};

static int choose(void *arg, const struct device_view *view)
{
	struct choice *choice = arg;
	bool is_exact = is_named(&view->device, choice->text);

	if (choice->is_exact && !is_exact)
		return 0;
	if (is_exact && !choice->is_exact) {
		choice->one.matches = 0;
		choice->is_exact = true;
	}
	if (choice->one.matches++ == 0)
		choice->one.view = *view;
	return 0;
}

int service_device_view(struct service *service, const struct actor *actor,
    const char *text, struct device_view *out, struct err *err)
{
	struct choice choice = {.text = text};
	int rc;

	if (!text || !*text)
		return err_set(err, ERR_INVALID, "no device was named");
	rc = service_device_each(service, actor, text, choose, &choice, err);
	if (rc < 0)
		return rc;
	if (choice.one.matches == 0)
		return err_set(err, ERR_NOT_FOUND,
		    "no device has this id, serial number, UDID, IMEI or "
		    "person: %.100s",
		    text);
	if (choice.one.matches > 1)
		return err_set(err, ERR_CONFLICT,
		    "%u devices match \"%.100s\"; name one by its serial "
		    "number",
		    choice.one.matches, text);
	*out = choice.one.view;
	return 0;
}

int service_device_find(struct service *service, const struct actor *actor,
    const char *text, struct device *out, struct err *err)
{
	struct device_view view;
	int rc = service_device_view(service, actor, text, &view, err);

	if (rc == 0)
		*out = view.device;
	return rc;
}

struct facts_query {
	const char *life_id;
	const char *kind;
	struct facts_row row;
};

static int load_facts(struct txn *txn, void *arg, struct err *err)
{
	struct facts_query *query = arg;

	store_facts_clear(&query->row);
	return store_facts_load(
	    txn, query->life_id, query->kind, &query->row, err);
}

int service_facts_load(struct service *service, const char *life_id,
    const char *kind, struct facts_row *out, struct err *err)
{
	struct facts_query query = {.life_id = life_id, .kind = kind};
	int rc = store_read(service->store, load_facts, &query, err);

	if (rc == 0)
		*out = query.row;
	return rc;
}
