/* Orders as people and programs see them. */
#include "server/service/equipment/equipment_order.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/equipment/equipment_gate.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

/* ---- looking ---- */

struct look {
	const struct task_world *world;
	const struct equipment_order_listing *listing;
	const char *order_id;
	struct equipment_order_view *out;
	struct txn *txn;
	service_equipment_order_fn *fn;
	void *arg;
	int left; /* of the limit; -1: none */
	struct err *err;
};

static int show(void *arg, const struct equipment_order_row *row)
{
	struct look *look = arg;
	struct equipment_order_view view;
	int rc;

	if (look->listing->only_open && !equipment_order_is_open(row->state))
		return 0;
	if (look->listing->after_id &&
	    strcmp(row->id, look->listing->after_id) <= 0)
		return 0;
	if (look->left == 0)
		return 1;
	if (look->left > 0)
		look->left--;
	rc = order_view_fill(look->txn, row, &view, look->err);
	return rc < 0 ? rc : look->fn(look->arg, &view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	const struct equipment_order_listing *listing = look->listing;

	look->txn = txn;
	look->err = err;
	look->left = listing->limit > 0 ? listing->limit : -1;
	if (listing->person_id)
		return store_equipment_order_each_person(txn,
		    look->world->org_id, listing->person_id, show, look, err);
	return store_equipment_order_each(txn, look->world->org_id,
	    listing->only_open, listing->after_id ? listing->after_id : "", 0,
	    show, look, err);
}

int service_equipment_order_each(struct service *service,
    const struct actor *actor, const struct equipment_order_listing *listing,
    service_equipment_order_fn *fn, void *arg, struct err *err)
{
	struct task_world world;
	struct look look = {
	    .world = &world, .listing = listing, .fn = fn, .arg = arg};
	int rc = task_world_init(service, actor->org_id, &world, err);

	if (rc == 0)
		rc = store_read(service->store, each, &look, err);
	return rc < 0 ? rc : 0;
}

static int load_view(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	struct equipment_order_row row;
	int rc =
	    order_load(txn, look->world->org_id, look->order_id, &row, err);

	return rc < 0 ? rc : order_view_fill(txn, &row, look->out, err);
}

int service_equipment_order_load(struct service *service,
    const struct actor *actor, const char *order_id,
    struct equipment_order_view *out, struct err *err)
{
	struct task_world world;
	struct look look = {.world = &world, .order_id = order_id, .out = out};
	int rc = task_world_init(service, actor->org_id, &world, err);

	return rc < 0 ? rc : store_read(service->store, load_view, &look, err);
}
