/* Webhooks and what was sent to them, as shown. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/notify/webhook.h"
#include "server/service/service.h"

struct looking {
	struct txn *txn;
	const struct actor *actor;
	const char *id;
	int64_t since;
	service_webhook_fn *fn;
	void *arg;
	struct webhook_view view;
	struct err *err;
	int rc;
};

static int view_fill(struct looking *looking, const struct webhook_row *row)
{
	struct webhook_view *view = &looking->view;

	memset(view, 0, sizeof(*view));
	view->row = *row;
	memset(view->row.secret, 0, sizeof(view->row.secret));
	memset(view->row.former_secret, 0, sizeof(view->row.former_secret));
	return store_delivery_count(
	    looking->txn, row->id, looking->since, &view->counts, looking->err);
}

static int on_row(void *arg, const struct webhook_row *row)
{
	struct looking *looking = arg;

	looking->rc = view_fill(looking, row);
	return looking->rc < 0 ? 1 : looking->fn(looking->arg, &looking->view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	int rc;

	looking->txn = txn;
	looking->err = err;
	looking->rc = 0;
	rc = store_webhook_each(
	    txn, looking->actor->org_id, on_row, looking, err);
	return looking->rc < 0 ? looking->rc : rc;
}

int service_webhook_each(struct service *service, const struct actor *actor,
    service_webhook_fn *fn, void *arg, struct err *err)
{
	struct looking looking = {.actor = actor,
	    .since = clock_now(service->clock) - TIME_DAY_MS,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, each, &looking, err);
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct looking *looking = arg;
	struct webhook_row row;
	int rc = store_webhook_load(
	    txn, looking->actor->org_id, looking->id, &row, err);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && row.removed_at))
		return err_set(err, ERR_NOT_FOUND, "there is no such webhook");
	looking->txn = txn;
	looking->err = err;
	return rc < 0 ? rc : view_fill(looking, &row);
}

int service_webhook_load(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err)
{
	struct looking looking = {.actor = actor,
	    .id = id,
	    .since = clock_now(service->clock) - TIME_DAY_MS};
	int rc = store_read(service->store, load, &looking, err);

	if (rc == 0)
		*out = looking.view;
	return rc;
}

/* ---- deliveries ---- */

struct walk {
	struct txn *txn;
	const struct actor *actor;
	const char *webhook_id;
	const char *after_id;
	int state;
	int limit;
	service_delivery_fn *fn;
	void *arg;
};

static int on_delivery(void *arg, const struct delivery_row *row)
{
	struct walk *walk = arg;
	struct delivery_view view = {.row = *row};
	struct event_row event;

	if (store_event_load(
	        walk->txn, row->org_id, row->event_id, &event, NULL) == 0)
		(void)str_copy(view.kind, sizeof(view.kind), event.kind);
	return walk->fn(walk->arg, &view);
}

static int each_delivery(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;

	walk->txn = txn;
	return store_delivery_each(txn, walk->actor->org_id, walk->webhook_id,
	    walk->state, walk->after_id ? walk->after_id : "", walk->limit,
	    on_delivery, walk, err);
}

int service_delivery_each(struct service *service, const struct actor *actor,
    const char *webhook_id, int state, const char *after_id, int limit,
    service_delivery_fn *fn, void *arg, struct err *err)
{
	struct walk walk = {.actor = actor,
	    .webhook_id = webhook_id,
	    .after_id = after_id,
	    .state = state,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, each_delivery, &walk, err);
}
