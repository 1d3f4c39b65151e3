#include "server/service/station/bench_effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/return_case.h"
#include "server/service/judge/judge.h"
#include "server/service/judge/judge_sighting.h"
#include "server/service/ledger/ledger.h"
#include "server/service/phone/phone_state.h"
#include "server/service/station/bench_wipe.h"

/* The agent's word for a phone that has not come back from its erase. */
#define CODE_UNCONFIRMED "erase_unconfirmed"

/* ---- where the phone is ---- */

static int load_phone(struct txn *txn, const struct bench_effect *effect,
    struct bench_phone *phone, struct err *err)
{
	int rc = store_bench_phone_load(
	    txn, effect->station->org_id, effect->report->udid, phone, err);

	if (rc != -ERR_NOT_FOUND)
		return rc;
	memset(phone, 0, sizeof(*phone));
	(void)str_copy(
	    phone->org_id, sizeof(phone->org_id), effect->station->org_id);
	(void)str_copy(phone->udid, sizeof(phone->udid), effect->report->udid);
	return 0;
}

static void place_phone(
    const struct bench_effect *effect, struct bench_phone *phone)
{
	const struct station_report *report = effect->report;

	if (report->serial[0])
		(void)str_copy(
		    phone->serial, sizeof(phone->serial), report->serial);
	(void)str_copy(
	    phone->station_id, sizeof(phone->station_id), effect->station->id);
	(void)str_copy(phone->port, sizeof(phone->port), report->port);
	phone->seen_at = report->at_ms;
}

/* What came late does not move a phone back. */
static bool is_news(
    const struct bench_effect *effect, const struct bench_phone *phone)
{
	return effect->report->at_ms >= phone->seen_at;
}

/* A phone that was told to erase itself is looked at when it comes back. */
static int look_at_wipe(
    struct txn *txn, const struct bench_effect *effect, struct err *err)
{
	const struct bench_wipe_look look = {.service = effect->service,
	    .org_id = effect->station->org_id,
	    .udid = effect->report->udid,
	    .serial = effect->report->serial,
	    .now = effect->now,
	    .is_plugged_in = effect->report->mode == STATION_MODE_NORMAL};
	bool is_work = false;

	return bench_wipe_ensure(txn, &look, &is_work, err);
}

/*
 * A phone that was lost or written off hangs here now: somebody has brought it.
 * One that was reported so while it hung here is not found by that.
 */
static int look_if_missing(
    struct txn *txn, const struct bench_effect *effect, struct err *err)
{
	const struct station_report *report = effect->report;
	struct actor actor = {.name = ""};
	struct device device;
	struct ledger ledger;
	char why[128];
	int rc = store_device_find_udid(
	    txn, effect->station->org_id, report->udid, &device, NULL);

	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && strcmp(device.serial, report->serial) != 0))
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "a phone cannot be looked up");
	if ((!phone_is_missing(device.state) &&
	        device.state != PHONE_WRITTEN_OFF) ||
	    report->at_ms <= device.state_at)
		return 0;
	(void)snprintf(
	    actor.name, sizeof(actor.name), "station:%s", effect->station->id);
	(void)str_copy(actor.org_id, sizeof(actor.org_id), device.org_id);
	(void)snprintf(why, sizeof(why), "plugged in at the bench %.60s",
	    effect->station->name);
	rc = ledger_init(&ledger, effect->service, &actor, err);
	return rc < 0 ? rc : phone_found(txn, &ledger, &device, why, err);
}

static int on_attached(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	struct bench_phone phone;
	int rc;

	if (!effect->report->udid[0])
		return 0; /* recovery, Android: kept as a report only */
	rc = load_phone(txn, effect, &phone, err);
	if (rc < 0 || !is_news(effect, &phone))
		return rc;
	place_phone(effect, &phone);
	phone.is_attached = true;
	(void)str_copy(phone.mode, sizeof(phone.mode),
	    station_mode_name(effect->report->mode));
	rc = store_bench_phone_save(txn, &phone, err);
	if (rc == 0)
		rc = look_if_missing(txn, effect, err);
	return rc == 0 ? look_at_wipe(txn, effect, err) : rc;
}

static int on_detached(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	struct bench_phone phone;
	int rc = store_bench_phone_load(
	    txn, effect->station->org_id, effect->report->udid, &phone, NULL);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "a phone cannot be looked up");
	/* It hangs at another station by now. */
	if (!is_news(effect, &phone) ||
	    strcmp(phone.station_id, effect->station->id) != 0)
		return 0;
	phone.is_attached = false;
	phone.seen_at = effect->report->at_ms;
	return store_bench_phone_save(txn, &phone, err);
}

/* ---- facts ---- */

static int note_any(void *arg, const struct work_order_row *row)
{
	(void)row;
	*(bool *)arg = true;
	return 1;
}

/*
 * Ours: a device of our records, or one that is about to become it. Of others
 * neither SIM nor number is kept (DESIGN invariant 9).
 */
static int is_ours(struct txn *txn, const struct bench_effect *effect,
    struct device *device, bool *ours, struct err *err)
{
	const struct station_report *report = effect->report;
	const char *org_id = effect->station->org_id;
	int rc =
	    store_device_find_udid(txn, org_id, report->udid, device, NULL);

	*ours = rc == 0;
	if (rc != -ERR_NOT_FOUND)
		return rc < 0
		    ? err_set(err, ERR_IO, "a phone cannot be looked up")
		    : 0;
	*device = (struct device){0};
	if (!report->serial[0])
		return 0;
	rc = store_work_order_each_open(
	    txn, org_id, report->serial, note_any, ours, err);
	return rc < 0 ? rc : 0;
}

static int facts_text(const struct station_facts *facts, bool ours,
    struct bench_phone *phone, struct err *err)
{
	struct station_facts kept = *facts;
	struct buf json = {0};
	int rc;

	if (!ours)
		station_facts_make_private(&kept);
	rc = station_facts_encode(&kept, &json, err);
	if (rc == 0 && json.len >= sizeof(phone->facts))
		rc = err_set(err, ERR_INVALID, "the facts are too long");
	if (rc == 0)
		(void)str_copy(phone->facts, sizeof(phone->facts),
		    (const char *)json.data);
	buf_clear(&json);
	return rc;
}

/* What the bench saw of a phone of ours: its SIMs, its passcode. */
static int judge_facts(struct txn *txn, const struct bench_effect *effect,
    const struct device *device, struct err *err)
{
	int rc = sighting_take_bench(txn, effect->service, device,
	    &effect->report->facts, effect->report->at_ms, err);

	if (rc < 0)
		return rc;
	return judge_changed(txn, effect->service, device->org_id,
	    STORE_SUBJECT_PHONE, device->id,
	    judge_change_of_answer("SecurityInfo"), err);
}

static int on_facts(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	struct bench_phone phone;
	struct device device;
	bool ours = false;
	int rc = load_phone(txn, effect, &phone, err);

	if (rc == 0)
		rc = is_ours(txn, effect, &device, &ours, err);
	if (rc < 0 || phone.facts_at > effect->report->at_ms)
		return rc;
	rc = facts_text(
	    &effect->report->facts, ours && !device.is_private, &phone, err);
	if (rc < 0)
		return rc;
	phone.facts_at = effect->report->at_ms;
	if (is_news(effect, &phone))
		place_phone(effect, &phone);
	rc = store_bench_phone_save(txn, &phone, err);
	if (rc == 0 && device.life_id[0])
		rc = store_facts_save(txn, device.life_id, "BenchFacts",
		    "bench", effect->report->at_ms, phone.facts,
		    strlen(phone.facts), err);
	if (rc == 0 && device.life_id[0])
		rc = judge_facts(txn, effect, &device, err);
	return rc;
}

/* ---- what became of an order ---- */

int bench_effect_order(struct txn *txn, const struct bench_effect *effect,
    const char *order_id, struct work_order_row *out, struct err *err)
{
	int rc = store_work_order_load(txn, order_id, out, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "an order cannot be looked up");
	if (rc < 0 || strcmp(out->org_id, effect->station->org_id) != 0 ||
	    strcmp(out->station_id, effect->station->id) != 0)
		return err_set(
		    err, ERR_DENIED, "this station was never given that order");
	if (strcmp(out->udid, effect->report->udid) != 0 ||
	    strcmp(out->serial, effect->report->serial) != 0)
		return err_set(
		    err, ERR_DENIED, "the order was for another phone");
	return 0;
}

/* The phone said Acknowledged over USB: the same step as over MDM. */
static int wipe_acknowledged(struct txn *txn, struct bench_effect *effect,
    const struct work_order_row *order, struct err *err)
{
	char by[STORE_ID + 16];
	struct wipe wipe;
	int rc = store_wipe_load(txn, order->wipe_id, &wipe, err);

	if (rc < 0)
		return rc;
	if (wipe_next(wipe.state, WIPE_EVENT_ACKNOWLEDGE, &wipe.state) < 0)
		return 0; /* by MDM, before */
	wipe.acknowledged_at = effect->now;
	log_info(effect->service->log, "wipe_acknowledged_at_bench",
	    LOG_STATION, effect->station->id, LOG_DEVICE, wipe.device_id, NULL);
	(void)snprintf(by, sizeof(by), "station:%s", effect->station->id);
	rc = store_wipe_update(txn, &wipe, err);
	if (rc == 0)
		rc = audit_wipe(txn, effect->service, &wipe, by, NULL, err);
	return rc < 0 ? rc
	              : return_wipe_changed(txn, effect->service, &wipe,
	                    WIPE_EVENT_ACKNOWLEDGE, effect->now, err);
}

static int wipe_warn(struct txn *txn, const char *wipe_id, const char *what,
    const char *sentence, struct err *err)
{
	struct wipe wipe;
	int rc = store_wipe_load(txn, wipe_id, &wipe, err);

	if (rc < 0 || !wipe_is_open(wipe.state) || wipe.caught_at)
		return rc;
	(void)snprintf(wipe.warning, sizeof(wipe.warning), "%s: %.400s", what,
	    *sentence ? sentence : "no reason was given");
	return store_wipe_update(txn, &wipe, err);
}

static int wipe_result(struct txn *txn, struct bench_effect *effect,
    const struct work_order_row *order, struct err *err)
{
	const struct station_order_result *said = &effect->report->order_result;

	if (order->kind != WORK_ORDER_WIPE)
		return 0;
	if (said->result == STATION_RESULT_OK)
		return wipe_acknowledged(txn, effect, order, err);
	if (said->result == STATION_RESULT_WAITING &&
	    strcmp(said->code, CODE_UNCONFIRMED) == 0)
		return wipe_warn(txn, order->wipe_id,
		    "the bench has not seen the phone come back erased",
		    said->sentence, err);
	if (said->result == STATION_RESULT_FAILED)
		return wipe_warn(txn, order->wipe_id,
		    "the bench could not erase the phone", said->sentence, err);
	return 0;
}

static const enum bench_order_event result_events[] = {
    [STATION_RESULT_STARTED] = BENCH_ORDER_EVENT_START,
    [STATION_RESULT_OK] = BENCH_ORDER_EVENT_OK,
    [STATION_RESULT_WAITING] = BENCH_ORDER_EVENT_WAIT,
    [STATION_RESULT_FAILED] = BENCH_ORDER_EVENT_FAIL,
};

static int note_result(struct txn *txn, const struct bench_effect *effect,
    const struct work_order_row *order, struct err *err)
{
	char by[STORE_ID + 16];
	const struct audit_note note = {
	    .action = AUDIT_BENCH_MOVED,
	    .org_id = order->org_id,
	    .by = by,
	    .subject_kind = "work_order",
	    .subject_id = order->id,
	    .device_id = order->device_id,
	    .why = order->result,
	    .params = {{"kind",
	                   work_order_kind_name(
	                       (enum work_order_kind)order->kind)},
	        {"state", bench_order_state_name(order->state)}},
	};

	(void)snprintf(by, sizeof(by), "station:%s", effect->station->id);
	return audit_write(txn, effect->service, &note, err);
}

static int on_order_result(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	const struct station_order_result *said = &effect->report->order_result;
	struct work_order_row order;
	int rc = bench_effect_order(txn, effect, said->order_id, &order, err);

	if (rc < 0)
		return rc;
	if ((int)said->kind != order.kind)
		return err_set(
		    err, ERR_DENIED, "the order was of another kind");
	rc = bench_order_apply(txn, &order, result_events[said->result],
	    said->sentence[0] ? said->sentence : said->code, effect->now, NULL);
	/* Told out of order: what is closed stays as it is. But of an order to
	 * erase that is done, "has not come back" is news. */
	if (rc == -ERR_CONFLICT)
		return said->result == STATION_RESULT_WAITING
		    ? wipe_result(txn, effect, &order, err)
		    : 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "the order cannot be saved");
	log_info(effect->service->log, "work_order_result", LOG_STATION,
	    effect->station->id, LOG_SERIAL, order.serial, LOG_KIND,
	    work_order_kind_name((enum work_order_kind)order.kind), LOG_STATE,
	    station_result_name(said->result), NULL);
	rc = note_result(txn, effect, &order, err);
	return rc < 0 ? rc : wipe_result(txn, effect, &order, err);
}

static int on_refused(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	const struct station_refusal *said = &effect->report->refusal;
	const char *why = said->sentence[0]
	    ? said->sentence
	    : work_order_refusal_name(said->reason);
	struct work_order_row order;
	int rc;

	log_warning(effect->service->log, "work_order_refused", LOG_STATION,
	    effect->station->id, LOG_SERIAL, effect->report->serial, LOG_CAUSE,
	    work_order_refusal_name(said->reason), NULL);
	/* Not ours to close: an order that was shown to the wrong phone, or
	 * that could not be read. */
	if (bench_effect_order(txn, effect, said->order_id, &order, NULL) < 0)
		return 0;
	rc = bench_order_apply(
	    txn, &order, BENCH_ORDER_EVENT_REFUSE, why, effect->now, NULL);
	if (rc == -ERR_CONFLICT)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "the order cannot be saved");
	if (order.kind != WORK_ORDER_WIPE)
		return 0;
	return wipe_warn(txn, order.wipe_id,
	    "the bench refused to erase the phone", why, err);
}

int bench_effect_apply(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	static int (*const effects[STATION_REPORT_KIND_COUNT])(
	    struct txn *, struct bench_effect *, struct err *) = {
	    [STATION_REPORT_ATTACHED] = on_attached,
	    [STATION_REPORT_DETACHED] = on_detached,
	    [STATION_REPORT_FACTS] = on_facts,
	    [STATION_REPORT_ORDER_RESULT] = on_order_result,
	    [STATION_REPORT_PROOF] = bench_effect_proof,
	    [STATION_REPORT_REFUSED] = on_refused,
	};

	return effects[effect->report->kind](txn, effect, err);
}
