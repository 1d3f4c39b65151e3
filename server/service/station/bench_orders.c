/* Work orders inside a transaction: made, moved and taken back in one way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/station/bench.h"

void bench_order_init(struct work_order_row *row, struct service *service,
    const char *org_id, enum work_order_kind kind, int64_t now)
{
	memset(row, 0, sizeof(*row));
	uuid_make(now, service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), org_id);
	row->kind = (int)kind;
	row->state = BENCH_ORDER_OPEN;
	row->created_at = now;
	row->expires_at = now + WORK_ORDER_VALID_MS;
}

int bench_order_wipe(struct txn *txn, struct work_order_row *row,
    const struct wipe *wipe, const struct device *device, struct err *err)
{
	(void)str_copy(row->serial, sizeof(row->serial), device->serial);
	(void)str_copy(row->udid, sizeof(row->udid), device->udid);
	(void)str_copy(row->device_id, sizeof(row->device_id), device->id);
	(void)str_copy(row->wipe_id, sizeof(row->wipe_id), wipe->id);
	(void)str_copy(
	    row->ordered_by, sizeof(row->ordered_by), wipe->ordered_by);
	(void)str_copy(row->reason, sizeof(row->reason), wipe->reason);
	return store_work_order_save(txn, row, err);
}

int bench_order_apply(struct txn *txn, struct work_order_row *row,
    enum bench_order_event event, const char *result, int64_t now,
    struct err *err)
{
	if (bench_order_next(row->state, event, &row->state) < 0)
		return err_set(err, ERR_CONFLICT,
		    "a work order that is %s does not take this",
		    bench_order_state_name(row->state));
	if (event == BENCH_ORDER_EVENT_START && !row->started_at)
		row->started_at = now;
	if (result && *result)
		(void)snprintf(row->result, sizeof(row->result), "%s", result);
	row->closed_at = bench_order_is_open(row->state) ? 0 : now;
	if (!bench_order_is_open(row->state)) {
		/* Worth a key, and of no more use. */
		explicit_bzero(row->sealed, sizeof(row->sealed));
		row->sealed_len = 0;
	}
	return store_work_order_save(txn, row, err);
}

#define OPEN_MAX 8 /* the schema allows one of a kind */

struct open_rows {
	enum work_order_kind kind;
	struct work_order_row rows[OPEN_MAX];
	size_t count;
};

static int note_open(void *arg, const struct work_order_row *row)
{
	struct open_rows *open = arg;

	if (row->kind == (int)open->kind && bench_order_is_open(row->state))
		open->rows[open->count++] = *row;
	return open->count == OPEN_MAX;
}

static int withdraw(struct txn *txn, struct open_rows *open, const char *why,
    bool is_strict, int64_t now, bool *was_handed, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < open->count; i++) {
		if (open->rows[i].state == BENCH_ORDER_STARTED && is_strict)
			return err_set(err, ERR_CONFLICT,
			    "a bench station has begun it; it cannot be taken "
			    "back");
		if (open->rows[i].state == BENCH_ORDER_STARTED)
			continue;
		*was_handed |= open->rows[i].state == BENCH_ORDER_HANDED;
		rc = bench_order_apply(txn, &open->rows[i],
		    BENCH_ORDER_EVENT_CANCEL, why, now, err);
	}
	return rc;
}

int bench_orders_withdraw(struct txn *txn, const char *wipe_id,
    enum work_order_kind kind, const char *why, bool is_strict, int64_t now,
    bool *was_handed, struct err *err)
{
	struct open_rows *open = calloc(1, sizeof(*open));
	int rc;

	if (!open)
		return err_memory(err);
	open->kind = kind;
	rc = store_work_order_each_wipe(txn, wipe_id, note_open, open, err);
	if (rc >= 0)
		rc = withdraw(txn, open, why, is_strict, now, was_handed, err);
	free(open);
	return rc;
}
