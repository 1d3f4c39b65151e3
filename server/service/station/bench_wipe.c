#include "server/service/station/bench_wipe.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/station/work_order.h"

/* An erase that failed this often at the bench needs a person. */
#define WIPE_TRIES 3
/* The tries are not spent on one bad minute of a phone. */
#define WIPE_PAUSE_MS (5 * TIME_MINUTE_MS)
/* A proof that was not enough is tried again, but not at every poll. */
#define VERIFY_PAUSE_MS (5 * TIME_MINUTE_MS)
#define VERIFY_PAUSE_CAUGHT_MS TIME_HOUR_MS /* a person is asked by then */

struct history {
	unsigned failed_wipes;
	int64_t failed_at;  /* the last of them */
	bool has_open_wipe; /* handed and begun count too */
	bool has_done_wipe;
	bool has_open_verify;
	int64_t verified_at;     /* last time that one was closed */
	bool preserve_data_plan; /* as the wipe was ordered */
	bool disallow_proximity_setup;
};

static int note_history(void *arg, const struct work_order_row *row)
{
	struct history *history = arg;
	bool is_open = bench_order_is_open(row->state);

	if (row->kind == WORK_ORDER_WIPE) {
		history->preserve_data_plan |= row->preserve_data_plan;
		history->disallow_proximity_setup |=
		    row->disallow_proximity_setup;
		history->has_open_wipe |= is_open;
		history->has_done_wipe |= row->state == BENCH_ORDER_DONE;
		if (row->state == BENCH_ORDER_FAILED ||
		    row->state == BENCH_ORDER_REFUSED) {
			history->failed_wipes++;
			if (row->closed_at > history->failed_at)
				history->failed_at = row->closed_at;
		}
	} else if (row->kind == WORK_ORDER_VERIFY_WIPED) {
		history->has_open_verify |= is_open;
		if (row->closed_at > history->verified_at)
			history->verified_at = row->closed_at;
	}
	return 0;
}

/* Plugging it in asks for a look at once: so an erased phone shows itself, and
 * so an operator says "look again". */
static bool is_look_due(const struct wipe *wipe, const struct history *history,
    const struct bench_wipe_look *look)
{
	int64_t begins = wipe->acknowledged_at + BENCH_WIPE_BEGINS_MS;
	int64_t pause =
	    wipe->caught_at ? VERIFY_PAUSE_CAUGHT_MS : VERIFY_PAUSE_MS;

	if (history->has_open_verify)
		return false;
	if (look->is_plugged_in)
		return true;
	if (look->now < begins)
		return false;
	return history->verified_at < begins ||
	    look->now - history->verified_at >= pause;
}

/* Once; then again when the operator has plugged it in again, or later. */
static bool is_erase_due(
    const struct history *history, const struct bench_wipe_look *look)
{
	if (history->has_open_wipe || history->has_done_wipe ||
	    history->failed_wipes >= WIPE_TRIES)
		return false;
	return history->failed_wipes == 0 || look->is_plugged_in ||
	    look->now - history->failed_at >= WIPE_PAUSE_MS;
}

/* Which order the wipe needs now; WORK_ORDER_KIND_COUNT: none. */
static enum work_order_kind needed(const struct wipe *wipe,
    const struct history *history, const struct bench_wipe_look *look)
{
	if (wipe->state == WIPE_ORDERED && is_erase_due(history, look))
		return WORK_ORDER_WIPE;
	if ((wipe->state == WIPE_ACKNOWLEDGED || wipe->state == WIPE_SILENT) &&
	    is_look_due(wipe, history, look))
		return WORK_ORDER_VERIFY_WIPED;
	return WORK_ORDER_KIND_COUNT;
}

static int make_order(struct txn *txn, const struct bench_wipe_look *look,
    enum work_order_kind kind, const struct wipe *wipe,
    const struct device *device, const struct history *history, struct err *err)
{
	struct work_order_row row;
	bool was_handed = false;
	int rc = 0;

	/* Erasing what has acknowledged its erase would be a repeat. */
	if (kind == WORK_ORDER_VERIFY_WIPED)
		rc = bench_orders_withdraw(txn, wipe->id, WORK_ORDER_WIPE,
		    "the phone has acknowledged the erase", false, look->now,
		    &was_handed, err);
	if (rc < 0)
		return rc;
	bench_order_init(&row, look->service, look->org_id, kind, look->now);
	row.preserve_data_plan = history->preserve_data_plan;
	row.disallow_proximity_setup = history->disallow_proximity_setup;
	return bench_order_wipe(txn, &row, wipe, device, err);
}

/* 1: there is an open wipe of that very phone; 0: none. */
static int find_wipe(struct txn *txn, const struct bench_wipe_look *look,
    struct device *device, struct wipe *wipe, struct err *err)
{
	int rc =
	    store_device_find_udid(txn, look->org_id, look->udid, device, NULL);

	/* A UDID with another serial number is not that phone. */
	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && look->serial[0] &&
	        strcmp(device->serial, look->serial) != 0))
		return 0;
	if (rc == 0)
		rc = store_wipe_find_device(txn, device->id, wipe, NULL);
	if (rc == -ERR_NOT_FOUND || (rc == 0 && !wipe_is_open(wipe->state)))
		return 0;
	return rc == 0 ? 1 : err_set(err, ERR_IO, "a wipe cannot be looked up");
}

int bench_wipe_ensure(struct txn *txn, const struct bench_wipe_look *look,
    bool *is_work, struct err *err)
{
	struct history history = {0};
	enum work_order_kind kind;
	struct device device;
	struct wipe wipe;
	int rc = find_wipe(txn, look, &device, &wipe, err);

	if (rc <= 0)
		return rc;
	if (store_work_order_each_wipe(
	        txn, wipe.id, note_history, &history, NULL) < 0)
		return err_set(err, ERR_IO, "a wipe cannot be looked up");
	kind = needed(&wipe, &history, look);
	if (kind == WORK_ORDER_KIND_COUNT)
		return 0;
	*is_work = true;
	return look->is_dry
	    ? 0
	    : make_order(txn, look, kind, &wipe, &device, &history, err);
}

bool bench_wipe_had_time(
    const struct wipe *wipe, const struct work_order_row *verify)
{
	return verify->handed_at >=
	    wipe->acknowledged_at + BENCH_WIPE_BEGINS_MS;
}
