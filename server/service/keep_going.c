/*
 * What time alone causes: the clock is held against itself, last-seen times are written, commands expire,
 * acknowledged erases fall silent or are heard from again, and facts that grow
 * stale are asked for anew.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/api_token.h"
#include "server/service/audit/audit_log.h"
#include "server/service/station/bench.h"
#include "server/service/policy/apply_policy.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/judge/judge.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/mdm/order_command.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/receipt/receipts.h"
#include "server/service/repeat.h"
#include "server/service/departure/return_case.h"
#include "server/service/service.h"
#include "server/service/task/task.h"

#define LAST_SEEN_BATCH 512
#define ROUND 256 /* rows looked at in one transaction */

/* A walk over all phones, this often while their facts are fresh. */
#define REFRESH_ROUNDS 20

/* A phone may still say a word between acknowledging and erasing. */
#define LAST_WORDS_MS (30 * TIME_SECOND_MS)

/* ---- last seen ---- */

struct seen_batch {
	struct last_seen rows[LAST_SEEN_BATCH];
	size_t count;
};

static int save_seen(struct txn *txn, void *arg, struct err *err)
{
	struct seen_batch *batch = arg;

	return store_last_seen_save(txn, batch->rows, batch->count, err);
}

static int flush_last_seen(struct service *service, struct err *err)
{
	struct seen_batch batch;
	size_t i;
	int rc = 0;

	do {
		batch.count = last_seen_take(
		    service->last_seen, batch.rows, LAST_SEEN_BATCH);
		if (batch.count == 0)
			return 0;
		rc = store_write(service->store, save_seen, &batch, err);
		if (rc < 0) /* keep them for the next round */
			for (i = 0; i < batch.count; i++)
				last_seen_touch(service->last_seen,
				    batch.rows[i].life_id,
				    batch.rows[i].at + 1);
	} while (rc == 0 && batch.count == LAST_SEEN_BATCH);
	return rc;
}

/* ---- expiry ---- */

struct expiry {
	int64_t now;
	char ids[ROUND][STORE_ID];
	size_t count;
};

static int note_expired(void *arg, const struct command *row)
{
	struct expiry *expiry = arg;

	(void)snprintf(expiry->ids[expiry->count++], STORE_ID, "%s", row->id);
	return expiry->count == ROUND;
}

static int find_expired(struct txn *txn, void *arg, struct err *err)
{
	struct expiry *expiry = arg;
	int rc;

	expiry->count = 0;
	rc = store_command_each_expired(
	    txn, expiry->now, ROUND, note_expired, expiry, err);
	return rc < 0 ? rc : 0;
}

static int expire(struct txn *txn, void *arg, struct err *err)
{
	struct expiry *expiry = arg;
	struct command command;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < expiry->count; i++) {
		rc = store_command_load(txn, expiry->ids[i], &command, err);
		if (rc < 0)
			return rc;
		if (command_is_open(command.state))
			rc = order_apply(txn, &command, COMMAND_EVENT_EXPIRE,
			    "not answered in time", expiry->now, err);
	}
	return rc;
}

static int expire_commands(struct service *service, struct err *err)
{
	struct expiry expiry = {.now = clock_now(service->clock)};
	int rc;

	do {
		rc = store_read(service->store, find_expired, &expiry, err);
		if (rc < 0 || expiry.count == 0)
			return rc;
		rc = store_write(service->store, expire, &expiry, err);
	} while (rc == 0 && expiry.count == ROUND);
	return rc;
}

/* ---- wipes: silence, and contact after it ---- */

struct wipe_rows {
	struct service *service;
	int64_t now;
	struct wipe rows[32];
	size_t count;
	char after[STORE_ID]; /* where this round starts */
};

static int64_t heard_at(struct service *service, struct txn *txn,
    const struct wipe *wipe, struct err *err)
{
	struct life life;
	int64_t at = last_seen_get(service->last_seen, wipe->life_id);

	if (store_life_load(txn, wipe->life_id, &life, err) == 0 &&
	    life.last_seen_at > at)
		at = life.last_seen_at;
	return at;
}

static void warn_heard(struct wipe *wipe, int64_t heard)
{
	char when[TIME_TEXT_MAX];
	char after[TIME_TEXT_MAX];

	time_rfc3339(heard, when);
	time_duration_text(heard - wipe->acknowledged_at, after);
	(void)snprintf(wipe->warning, sizeof(wipe->warning),
	    "heard from at %s, %s after it acknowledged the erase: it has "
	    "not erased itself",
	    when, after);
}

/* True when the row is to be saved. */
static bool move_wipe(
    struct wipe *wipe, int64_t heard, int64_t now, int64_t silence_ms)
{
	int64_t since =
	    heard > wipe->acknowledged_at ? heard : wipe->acknowledged_at;
	char warning[sizeof(wipe->warning)];

	if (wipe->caught_at)
		return false; /* a bench saw it alive: silence means nothing */
	if (heard > wipe->acknowledged_at + LAST_WORDS_MS) {
		memcpy(warning, wipe->warning, sizeof(warning));
		warn_heard(wipe, heard);
		if (wipe->state == WIPE_SILENT && heard <= wipe->silent_at)
			return false; /* judged already */
		if (wipe->state == WIPE_SILENT &&
		    wipe_next(wipe->state, WIPE_EVENT_CONTACT, &wipe->state) ==
		        0) {
			wipe->silent_at = 0;
			return true;
		}
		/* A liar stays acknowledged, with its warning. */
		return strcmp(warning, wipe->warning) != 0;
	}
	if (wipe->state == WIPE_ACKNOWLEDGED && now - since >= silence_ms &&
	    wipe_next(wipe->state, WIPE_EVENT_SILENCE, &wipe->state) == 0) {
		wipe->silent_at = now;
		return true;
	}
	return false;
}

static int note_wipe(void *arg, const struct wipe *row)
{
	struct wipe_rows *rows = arg;

	rows->rows[rows->count++] = *row;
	return rows->count == sizeof(rows->rows) / sizeof(rows->rows[0]);
}

static int load_wipes(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_rows *rows = arg;
	int rc;

	rows->count = 0;
	rc = store_wipe_each_watched(txn, rows->after, note_wipe, rows, err);
	return rc < 0 ? rc : 0;
}

/* Most rounds change nothing, and then nothing is written. */
static int find_moves(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_rows *rows = arg;
	struct wipe wipe;
	bool moves = false;
	size_t i;
	int rc = load_wipes(txn, rows, err);

	for (i = 0; rc == 0 && i < rows->count; i++) {
		wipe = rows->rows[i];
		moves |=
		    move_wipe(&wipe, heard_at(rows->service, txn, &wipe, err),
		        rows->now, rows->service->silence_ms);
	}
	return rc < 0 ? rc : moves;
}

static int save_moved(struct txn *txn, const struct wipe_rows *rows,
    const struct wipe *wipe, struct err *err)
{
	int rc = store_wipe_update(txn, wipe, err);

	if (rc == 0)
		rc = audit_wipe(
		    txn, rows->service, wipe, NULL, wipe->warning, err);
	/* Its warning says that it was heard from: the case is disputed. */
	if (rc < 0 || wipe->state != WIPE_ACKNOWLEDGED || !wipe->warning[0])
		return rc;
	return return_wipe_changed(
	    txn, rows->service, wipe, WIPE_EVENT_CONTACT, rows->now, err);
}

static int move_wipes(struct txn *txn, void *arg, struct err *err)
{
	struct wipe_rows *rows = arg;
	size_t i;
	int rc = load_wipes(txn, rows, err);

	for (i = 0; rc == 0 && i < rows->count; i++)
		if (move_wipe(&rows->rows[i],
		        heard_at(rows->service, txn, &rows->rows[i], err),
		        rows->now, rows->service->silence_ms))
			rc = save_moved(txn, rows, &rows->rows[i], err);
	return rc;
}

static int watch_wipes(struct service *service, struct err *err)
{
	struct wipe_rows rows = {
	    .service = service, .now = clock_now(service->clock)};
	int rc;

	do {
		rc = store_read(service->store, find_moves, &rows, err);
		if (rc > 0)
			rc =
			    store_write(service->store, move_wipes, &rows, err);
		if (rc < 0 || rows.count == 0)
			return rc;
		(void)snprintf(rows.after, sizeof(rows.after), "%s",
		    rows.rows[rows.count - 1].id);
	} while (rows.count == sizeof(rows.rows) / sizeof(rows.rows[0]));
	return 0;
}

/* ---- facts that grow stale ---- */

struct lives {
	char after[STORE_ID];
	struct {
		char id[STORE_ID];
		char org_id[STORE_ID];
		bool is_due;
	} rows[ROUND];
	size_t count;
	int64_t due_before;
};

static int note_life(void *arg, const struct life *row)
{
	struct lives *lives = arg;

	(void)snprintf(lives->rows[lives->count].id, STORE_ID, "%s", row->id);
	(void)snprintf(
	    lives->rows[lives->count++].org_id, STORE_ID, "%s", row->org_id);
	return lives->count == ROUND;
}

static int note_open(void *arg, const struct command *row)
{
	(void)row;
	*(bool *)arg = true;
	return 1;
}

/* Asked already and not answered: the phone is away, once is enough. */
static bool is_asked(struct txn *txn, const char *org_id, const char *life_id,
    const char *kind, int *rc)
{
	char purpose[64];
	struct command_filter open = {.org_id = org_id,
	    .life_id = life_id,
	    .purpose = purpose,
	    .only_open = true,
	    .limit = 1};
	bool asked = false;

	(void)snprintf(purpose, sizeof(purpose), "query:%s", kind);
	*rc = store_command_each(txn, &open, note_open, &asked, NULL);
	return asked;
}

static bool is_kind_due(struct txn *txn, const struct lives *lives,
    const char *org_id, const char *life_id, const char *kind, int *rc)
{
	struct facts_row row = {0};
	bool old;

	*rc = store_facts_load(txn, life_id, kind, &row, NULL);
	old = *rc == -ERR_NOT_FOUND ||
	    (*rc == 0 && row.observed_at < lives->due_before);
	store_facts_clear(&row);
	if (*rc == -ERR_NOT_FOUND)
		*rc = 0;
	return *rc == 0 && old && !is_asked(txn, org_id, life_id, kind, rc);
}

static bool is_due(struct txn *txn, const struct lives *lives,
    const char *org_id, const char *life_id, int *rc)
{
	static const char *const kinds[] = {"SecurityInfo", "ProfileList"};
	bool due = false;
	size_t i;

	*rc = 0;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (*rc == 0 &&
		    is_kind_due(txn, lives, org_id, life_id, kinds[i], rc))
			due = true;
	return due;
}

static int find_due(struct txn *txn, void *arg, struct err *err)
{
	struct lives *lives = arg;
	size_t i;
	int rc;

	lives->count = 0;
	rc = store_life_each_enrolled(
	    txn, lives->after, ROUND, note_life, lives, err);
	if (rc < 0)
		return rc;
	for (i = 0; i < lives->count; i++) {
		lives->rows[i].is_due = is_due(
		    txn, lives, lives->rows[i].org_id, lives->rows[i].id, &rc);
		if (rc < 0)
			return err_set(err, ERR_IO, "cannot read facts");
	}
	return 0;
}

struct refresh {
	const char *life_id;
	struct policy_orders orders;
};

static int queue_refresh(struct txn *txn, void *arg, struct err *err)
{
	struct refresh *refresh = arg;
	struct life life;
	struct wipe wipe;
	int rc = store_life_load(txn, refresh->life_id, &life, err);

	if (rc < 0 || life.state != LIFE_ENROLLED)
		return rc;
	if (store_wipe_find_device(txn, life.device_id, &wipe, NULL) == 0 &&
	    strcmp(wipe.life_id, life.id) == 0 &&
	    (wipe_is_open(wipe.state) || wipe_is_erased(wipe.state)))
		return 0; /* it is or will be erased: ask nothing more */
	return policy_orders_queue(
	    txn, &refresh->orders, life.org_id, life.device_id, life.id, err);
}

static int ask_again(struct service *service, const char *org_id,
    const char *life_id, struct err *err)
{
	struct refresh refresh = {.life_id = life_id};
	size_t i;
	int rc = policy_orders_make(service, org_id, POLICY_ORDERS_QUERIES,
	    "policy", "the facts grow old", &refresh.orders, err);

	/* One open query of a kind is enough, however late the phone is. */
	for (i = 0; i < refresh.orders.count; i++)
		refresh.orders.items[i].rule = ORDER_KEEP;
	if (rc == 0)
		rc = store_write(service->store, queue_refresh, &refresh, err);
	policy_orders_clear(&refresh.orders);
	return rc;
}

static int refresh_facts(struct service *service, struct err *err)
{
	int64_t now = clock_now(service->clock);
	struct lives lives = {.due_before = now - service->refresh_ms};
	size_t i;
	int rc;

	if (now < service->refresh_due_at)
		return 0;
	service->refresh_due_at = now + service->refresh_ms / REFRESH_ROUNDS;
	do {
		rc = store_read(service->store, find_due, &lives, err);
		for (i = 0; rc == 0 && i < lives.count; i++)
			if (lives.rows[i].is_due)
				rc = ask_again(service, lives.rows[i].org_id,
				    lives.rows[i].id, err);
		if (lives.count > 0)
			memcpy(lives.after, lives.rows[lives.count - 1].id,
			    STORE_ID);
	} while (rc == 0 && lives.count == ROUND);
	return rc;
}

int service_keep_going(struct service *service, struct err *err)
{
	static int (*const works[])(struct service *, struct err *) = {
	    service_clock_keep_going, flush_last_seen, expire_commands,
	    watch_wipes, refresh_facts, service_work_orders_expire,
	    service_token_uses_flush, service_repeat_purge,
	    service_policy_keep_going, service_judge_due,
	    service_guard_keep_going, service_retention_keep_going,
	    service_tasks_keep_going, service_departures_keep_going,
	    service_receipts_keep_going, service_audit_keep_going};
	int first = 0;
	size_t i;
	int rc;

	/* One that fails does not keep the others from their turn. */
	for (i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		rc = works[i](service, first ? NULL : err);
		if (rc < 0 && !first)
			first = rc;
	}
	return first;
}
