/* Work for the bench as people order it: made, listed, taken back, expired. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/station/bench.h"

struct making {
	struct service *service;
	const struct work_order_row *row;
};

static int note_order(struct txn *txn, struct service *service,
    const struct work_order_row *row, const char *by, struct err *err)
{
	bool is_new = row->state == BENCH_ORDER_OPEN;
	const struct audit_note note = {
	    .action = is_new ? AUDIT_BENCH_ORDERED : AUDIT_BENCH_MOVED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "work_order",
	    .subject_id = row->id,
	    .device_id = row->device_id,
	    .why = is_new ? row->reason : row->result,
	    .params = {{"kind",
	                   work_order_kind_name(
	                       (enum work_order_kind)row->kind)},
	        {is_new ? "serial" : "state",
	            is_new ? row->serial : bench_order_state_name(row->state)}},
	};

	return audit_write(txn, service, &note, err);
}

static int save_order(struct txn *txn, void *arg, struct err *err)
{
	const struct making *making = arg;
	int rc = store_work_order_save(txn, making->row, err);

	return rc < 0 ? rc
	              : note_order(txn, making->service, making->row,
	                    making->row->ordered_by, err);
}

static bool is_orderable(enum work_order_kind kind)
{
	return kind == WORK_ORDER_READ_FACTS || kind == WORK_ORDER_PAIR ||
	    kind == WORK_ORDER_RESTART;
}

static void log_order(const struct service *service,
    const struct work_order_row *row, const char *event,
    const struct actor *actor)
{
	log_info(service->log, event, LOG_SERIAL, row->serial, LOG_KIND,
	    work_order_kind_name((enum work_order_kind)row->kind), LOG_USER,
	    actor->name, NULL);
}

int service_work_order(struct service *service, const struct actor *actor,
    const struct bench_request *request, struct work_order_row *out,
    struct err *err)
{
	struct work_order_row row;
	struct making making = {service, &row};
	struct device device;
	int rc;

	if (!is_orderable(request->kind))
		return err_set(err, ERR_INVALID,
		    "%s is not ordered by itself; a wipe and an enrolment "
		    "bring their own work",
		    work_order_kind_name(request->kind));
	rc = service_device_find(service, actor, request->device, &device, err);
	if (rc < 0)
		return rc;
	bench_order_init(&row, service, actor->org_id, request->kind,
	    clock_now(service->clock));
	(void)str_copy(row.serial, sizeof(row.serial), device.serial);
	(void)str_copy(row.udid, sizeof(row.udid), device.udid);
	(void)str_copy(row.device_id, sizeof(row.device_id), device.id);
	(void)str_copy(row.ordered_by, sizeof(row.ordered_by), actor->name);
	if (request->reason &&
	    str_copy(row.reason, sizeof(row.reason), request->reason) < 0)
		return err_set(err, ERR_LIMIT, "the reason is too long");
	rc = store_write(service->store, save_order, &making, err);
	if (rc < 0)
		return rc;
	log_order(service, &row, "work_order_made", actor);
	*out = row;
	return 0;
}

/* ---- enrolling at the bench ---- */

#define REPLACED_MAX 16

struct enrol_order {
	struct service *service;
	struct work_order_row row;
	int64_t now;
	struct work_order_row older[REPLACED_MAX];
	size_t older_count;
};

static int note_older(void *arg, const struct work_order_row *row)
{
	struct enrol_order *order = arg;

	if (row->kind == WORK_ORDER_ENROL && bench_order_is_waiting(row->state))
		order->older[order->older_count++] = *row;
	return order->older_count == REPLACED_MAX;
}

static int replace_orders(struct txn *txn, void *arg, struct err *err)
{
	struct enrol_order *order = arg;
	int rc;

	order->older_count = 0;
	rc = store_work_order_each_open(
	    txn, order->row.org_id, order->row.serial, note_older, order, err);
	for (size_t i = 0; rc >= 0 && i < order->older_count; i++)
		rc = bench_order_apply(txn, &order->older[i],
		    BENCH_ORDER_EVENT_CANCEL, "replaced by a newer one",
		    order->now, err);
	if (rc >= 0)
		rc = store_work_order_save(txn, &order->row, err);
	return rc < 0 ? rc
	              : note_order(txn, order->service, &order->row,
	                    order->row.ordered_by, err);
}

/* The address enrols the phone: it is kept as secrets are. */
static int seal_url(struct service *service, struct work_order_row *row,
    const char *url, struct err *err)
{
	struct buf sealed = {0};
	char context[STORE_ID + 16];
	int rc;

	(void)snprintf(context, sizeof(context), "work_order:%s", row->id);
	rc = keeper_seal(service->keeper, context, (const uint8_t *)url,
	    strlen(url), &sealed, err);
	if (rc == 0 && sealed.len > sizeof(row->sealed))
		rc = err_set(err, ERR_LIMIT, "the address is too long");
	if (rc == 0) {
		memcpy(row->sealed, sealed.data, sealed.len);
		row->sealed_len = sealed.len;
	}
	buf_clear(&sealed);
	return rc;
}

int service_link_create_bench(struct service *service,
    const struct actor *actor, const struct link_request *request,
    struct link *link, struct work_order_row *out, char **url, struct err *err)
{
	struct enrol_order *order;
	struct work_order_row *row;
	char *address = NULL;
	int rc =
	    service_link_create(service, actor, request, link, &address, err);

	if (rc < 0)
		return rc;
	order = calloc(1, sizeof(*order));
	if (!order) {
		free(address);
		return err_memory(err);
	}
	order->service = service;
	row = &order->row;
	order->now = link->created_at;
	bench_order_init(
	    row, service, actor->org_id, WORK_ORDER_ENROL, order->now);
	row->expires_at = link->expires_at;
	(void)str_copy(row->serial, sizeof(row->serial), link->serial);
	(void)str_copy(row->link_id, sizeof(row->link_id), link->id);
	(void)str_copy(row->ordered_by, sizeof(row->ordered_by), actor->name);
	(void)snprintf(
	    row->reason, sizeof(row->reason), "for %.200s", link->person);
	rc = seal_url(service, row, address, err);
	if (rc == 0)
		rc = store_write(service->store, replace_orders, order, err);
	if (rc == 0) {
		log_order(service, row, "work_order_made", actor);
		*out = *row;
		*url = address;
		address = NULL;
	}
	free(address);
	free(order);
	return rc;
}

/* ---- taking back ---- */

struct cancel {
	struct service *service;
	const struct actor *actor;
	const char *org_id;
	const char *id;
	int64_t now;
	struct work_order_row row;
};

static int cancel_one(struct txn *txn, void *arg, struct err *err)
{
	struct cancel *cancel = arg;
	char result[LIMIT_NAME + 32];
	int rc = store_work_order_load(txn, cancel->id, &cancel->row, err);

	if (rc == 0 && strcmp(cancel->row.org_id, cancel->org_id) != 0)
		rc = -ERR_NOT_FOUND;
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such work order: %.64s",
		    cancel->id);
	if (rc < 0)
		return rc;
	if (cancel->row.wipe_id[0])
		return err_set(err, ERR_CONFLICT,
		    "this order belongs to a wipe; cancel the wipe's command");
	(void)snprintf(
	    result, sizeof(result), "cancelled by %s", cancel->actor->name);
	rc = bench_order_apply(txn, &cancel->row, BENCH_ORDER_EVENT_CANCEL,
	    result, cancel->now, err);
	return rc < 0 ? rc
	              : note_order(txn, cancel->service, &cancel->row,
	                    cancel->actor->name, err);
}

int service_work_order_cancel(struct service *service,
    const struct actor *actor, const char *id, struct work_order_row *out,
    struct err *err)
{
	struct cancel cancel = {.service = service,
	    .actor = actor,
	    .org_id = actor->org_id,
	    .id = id,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, cancel_one, &cancel, err);

	if (rc < 0)
		return rc;
	log_order(service, &cancel.row, "work_order_cancelled", actor);
	*out = cancel.row;
	return 0;
}

/* ---- lists ---- */

struct orders_walk {
	const char *org_id;
	bool only_open;
	int limit;
	store_work_order_fn *fn;
	void *arg;
};

static int orders_read(struct txn *txn, void *arg, struct err *err)
{
	struct orders_walk *walk = arg;

	return store_work_order_each(txn, walk->org_id, walk->only_open,
	    walk->limit, walk->fn, walk->arg, err);
}

int service_work_order_each(struct service *service, const struct actor *actor,
    bool only_open, int limit, store_work_order_fn *fn, void *arg,
    struct err *err)
{
	struct orders_walk walk = {actor->org_id, only_open, limit, fn, arg};

	return store_read(service->store, orders_read, &walk, err);
}

struct phones_walk {
	const char *org_id;
	store_bench_phone_fn *fn;
	void *arg;
};

static int phones_read(struct txn *txn, void *arg, struct err *err)
{
	struct phones_walk *walk = arg;

	return store_bench_phone_each(
	    txn, walk->org_id, walk->fn, walk->arg, err);
}

int service_bench_phone_each(struct service *service, const struct actor *actor,
    store_bench_phone_fn *fn, void *arg, struct err *err)
{
	struct phones_walk walk = {actor->org_id, fn, arg};

	return store_read(service->store, phones_read, &walk, err);
}

/* ---- expiry ---- */

#define EXPIRED_ROUND 64

struct expiry {
	int64_t now;
	struct work_order_row rows[EXPIRED_ROUND];
	size_t count;
};

static int note_expired(void *arg, const struct work_order_row *row)
{
	struct expiry *expiry = arg;

	expiry->rows[expiry->count++] = *row;
	return expiry->count == EXPIRED_ROUND;
}

/* What a station began and never spoke of again: it may come back with news
 * after an outage, but the phone must not wait for it for ever. */
#define BEGUN_SILENT_MS (10 * TIME_MINUTE_MS)
#define BEGUN_WIPE_SILENT_MS TIME_DAY_MS

static int note_begun(void *arg, const struct work_order_row *row)
{
	const struct expiry *expiry = arg;

	if (work_order_is_destructive((enum work_order_kind)row->kind) &&
	    expiry->now - row->lease_until < BEGUN_WIPE_SILENT_MS)
		return 0;
	return note_expired(arg, row);
}

static int find_expired(struct txn *txn, void *arg, struct err *err)
{
	struct expiry *expiry = arg;
	int rc;

	expiry->count = 0;
	rc = store_work_order_each_expired(
	    txn, expiry->now, EXPIRED_ROUND, note_expired, expiry, err);
	if (rc >= 0 && expiry->count < EXPIRED_ROUND)
		rc = store_work_order_each_begun(txn,
		    expiry->now - BEGUN_SILENT_MS, EXPIRED_ROUND, note_begun,
		    expiry, err);
	return rc < 0 ? rc : 0;
}

static int expire(struct txn *txn, void *arg, struct err *err)
{
	struct expiry *expiry = arg;
	int rc = find_expired(txn, expiry, err);

	for (size_t i = 0; rc == 0 && i < expiry->count; i++)
		rc = bench_order_apply(txn, &expiry->rows[i],
		    BENCH_ORDER_EVENT_EXPIRE,
		    expiry->rows[i].state == BENCH_ORDER_STARTED
		        ? "the station never said what became of it"
		        : "the phone did not come to a bench in time",
		    expiry->now, err);
	return rc;
}

int service_work_orders_expire(struct service *service, struct err *err)
{
	struct expiry *expiry = calloc(1, sizeof(*expiry));
	int rc;

	if (!expiry)
		return err_memory(err);
	expiry->now = clock_now(service->clock);
	do {
		rc = store_read(service->store, find_expired, expiry, err);
		if (rc < 0 || expiry->count == 0)
			break;
		rc = store_write(service->store, expire, expiry, err);
	} while (rc == 0 && expiry->count == EXPIRED_ROUND);
	free(expiry);
	return rc;
}
