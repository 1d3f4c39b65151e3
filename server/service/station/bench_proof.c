/*
 * Proof: what verify_wiped found raises the wipe to proven, or catches a phone
 * that said it had erased itself (DESIGN invariant 4).
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/lifecycle/wipe_proof.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/return_case.h"
#include "server/service/mdm/order_command.h"
#include "server/service/phone/phone_state.h"
#include "server/service/station/bench_effect.h"
#include "server/service/station/bench_wipe.h"

/* The station's clock may be off by this much against the order's time. */
#define CLOCK_SLACK_MS (10 * TIME_MINUTE_MS)

/*
 * Was it the pairing of before the phone acknowledged? Spans are compared, each
 * of one clock: the station's from the pairing to its look, ours from the
 * acknowledgement to the order to look (the look came later) or to now (it came
 * earlier). One whose beginning is told is believed unless it is younger for
 * certain: the station chose it by the order. Of an older station only the last
 * use is known: it must be older for certain.
 */
static bool is_former(const struct station_proof *proof,
    const struct work_order_row *order, const struct wipe *wipe, int64_t now)
{
	if (proof->pair_since_ms > 0)
		return proof->checked_at_ms - proof->pair_since_ms >=
		    order->created_at - wipe->acknowledged_at;
	return proof->checked_at_ms - proof->pair_worked_at_ms >
	    now - wipe->acknowledged_at;
}

/* "Old" is the record of before the wipe: a pairing made since says nothing. */
static enum proof_pair pair_of(const struct station_proof *proof,
    const struct work_order_row *order, const struct wipe *wipe, int64_t now)
{
	bool had_worked = proof->pair_worked_at_ms > 0 &&
	    proof->pair_worked_at_ms < proof->checked_at_ms;

	if (proof->had_old_pair_record != STATION_YES ||
	    proof->is_old_pair_refused == STATION_UNKNOWN ||
	    !is_former(proof, order, wipe, now))
		return PROOF_PAIR_UNKNOWN;
	if (proof->is_old_pair_refused == STATION_NO)
		return PROOF_PAIR_TAKEN;
	return had_worked ? PROOF_PAIR_REFUSED : PROOF_PAIR_UNTESTED;
}

static const enum proof_activation activation_of[] = {
    [STATION_ACTIVATION_UNKNOWN] = PROOF_ACTIVATION_UNKNOWN,
    [STATION_ACTIVATED] = PROOF_ACTIVATED,
    [STATION_UNACTIVATED] = PROOF_UNACTIVATED,
    [STATION_ACTIVATION_OTHER] = PROOF_ACTIVATION_OTHER,
};

static const enum proof_setup setup_of[] = {
    [STATION_UNKNOWN] = PROOF_SETUP_UNKNOWN,
    [STATION_NO] = PROOF_SETUP_OPEN,
    [STATION_YES] = PROOF_SETUP_DONE,
};

static const enum proof_cloud cloud_of[] = {
    [STATION_CLOUD_UNKNOWN] = PROOF_CLOUD_UNKNOWN,
    [STATION_CLOUD_NONE] = PROOF_CLOUD_NONE,
    [STATION_CLOUD_OURS] = PROOF_CLOUD_OURS,
    [STATION_CLOUD_FOREIGN] = PROOF_CLOUD_FOREIGN,
};

static void evidence_of(const struct bench_effect *effect,
    const struct work_order_row *order, const struct wipe *wipe,
    struct wipe_evidence *out)
{
	const struct station_proof *proof = &effect->report->proof;

	out->pair = pair_of(proof, order, wipe, effect->now);
	out->activation = activation_of[proof->activation];
	out->setup = setup_of[proof->is_setup_done];
	out->cloud = cloud_of[proof->cloud];
}

/* The erase by MDM is no longer wanted: it is done. */
static int close_command(struct txn *txn, const struct bench_effect *effect,
    const struct wipe *wipe, struct err *err)
{
	struct command command;
	int rc = store_command_load(txn, wipe->command_id, &command, err);

	if (rc < 0 || !command_is_open(command.state))
		return rc;
	return order_apply(txn, &command, COMMAND_EVENT_CANCEL,
	    "the erase is proven at the bench", effect->now, err);
}

/* It lies here: whoever said that it was lost was wrong by now. */
static int step_phone(struct txn *txn, const struct bench_effect *effect,
    const struct wipe *wipe, struct err *err)
{
	struct actor actor = {.name = ""};
	struct device device;
	struct ledger ledger;
	char why[128];
	int rc = store_device_load(txn, wipe->device_id, &device, err);

	if (rc < 0)
		return rc;
	(void)snprintf(
	    actor.name, sizeof(actor.name), "station:%s", effect->station->id);
	(void)snprintf(actor.org_id, sizeof(actor.org_id), "%s", device.org_id);
	(void)snprintf(why, sizeof(why), "seen empty at the bench %.60s",
	    effect->station->name);
	rc = ledger_init(&ledger, effect->service, &actor, err);
	if (rc == 0 &&
	    (phone_is_missing(device.state) ||
	        device.state == PHONE_WRITTEN_OFF))
		rc = phone_found(txn, &ledger, &device, why, err);
	return rc < 0 ? rc
	              : phone_follow(txn, &ledger, &device,
	                    PHONE_EVENT_PROVE_WIPED, why, err);
}

static int prove(struct txn *txn, const struct bench_effect *effect,
    struct wipe *wipe, struct err *err)
{
	bool was_handed = false;
	char by[STORE_ID + 16];
	int rc;

	if (wipe_next(wipe->state, WIPE_EVENT_PROOF, &wipe->state) < 0)
		return 0; /* proven before, or no longer ordered */
	wipe->proven_at = effect->now;
	wipe->warning[0] = '\0';
	(void)snprintf(by, sizeof(by), "station:%s", effect->station->id);
	if ((rc = store_wipe_update(txn, wipe, err)) < 0 ||
	    (rc = audit_wipe(txn, effect->service, wipe, by, NULL, err)) < 0 ||
	    (rc = close_command(txn, effect, wipe, err)) < 0 ||
	    (rc = step_phone(txn, effect, wipe, err)) < 0 ||
	    (rc = return_wipe_changed(txn, effect->service, wipe,
	         WIPE_EVENT_PROOF, effect->now, err)) < 0)
		return rc;
	log_info(effect->service->log, "wipe_proven", LOG_STATION,
	    effect->station->id, LOG_DEVICE, wipe->device_id, LOG_SERIAL,
	    effect->report->serial, NULL);
	return bench_orders_withdraw(txn, wipe->id, WORK_ORDER_WIPE,
	    "the erase is proven", false, effect->now, &was_handed, err);
}

static int catch_liar(struct txn *txn, const struct bench_effect *effect,
    struct wipe *wipe, const char *found, struct err *err)
{
	char when[TIME_TEXT_MAX];
	char by[STORE_ID + 16];
	int rc;

	if (!wipe_is_open(wipe->state) || wipe->state == WIPE_ORDERED)
		return 0;
	/* It hangs there alive: silence was no evidence. */
	(void)wipe_next(wipe->state, WIPE_EVENT_CONTACT, &wipe->state);
	wipe->silent_at = 0;
	wipe->caught_at = effect->now;
	time_rfc3339(effect->report->proof.checked_at_ms, when);
	(void)snprintf(wipe->warning, sizeof(wipe->warning),
	    "seen at the bench %.60s at %s: it acknowledged the erase and did "
	    "not erase itself (%s)",
	    effect->station->name, when, found);
	log_warning(effect->service->log, "wipe_not_done", LOG_STATION,
	    effect->station->id, LOG_DEVICE, wipe->device_id, LOG_SERIAL,
	    effect->report->serial, NULL);
	(void)snprintf(by, sizeof(by), "station:%s", effect->station->id);
	rc = store_wipe_update(txn, wipe, err);
	if (rc == 0)
		rc = audit_wipe(
		    txn, effect->service, wipe, by, wipe->warning, err);
	return rc < 0 ? rc
	              : return_wipe_changed(txn, effect->service, wipe,
	                    WIPE_EVENT_CONTACT, effect->now, err);
}

static int not_enough(
    struct txn *txn, struct wipe *wipe, const char *found, struct err *err)
{
	if (!wipe_is_open(wipe->state) || wipe->caught_at)
		return 0;
	(void)snprintf(wipe->warning, sizeof(wipe->warning),
	    "the bench could not prove the erase: %s", found);
	return store_wipe_update(txn, wipe, err);
}

static int weigh(struct txn *txn, const struct bench_effect *effect,
    const struct work_order_row *order, struct wipe *wipe,
    const struct wipe_evidence *evidence, const char *found, struct err *err)
{
	switch (wipe_proof_weigh(evidence)) {
	case WIPE_FINDING_PROVEN:
		return prove(txn, effect, wipe, err);
	case WIPE_FINDING_CAUGHT:
		/* It may be about to erase itself; it is looked at again. */
		if (!bench_wipe_had_time(wipe, order))
			break;
		return catch_liar(txn, effect, wipe, found, err);
	case WIPE_FINDING_NOT_ENOUGH:
	case WIPE_FINDING_COUNT:
		break;
	}
	return not_enough(txn, wipe, found, err);
}

/* First of all: the certificate that a proof brings reads what was found. */
static int note_found(struct txn *txn, const struct bench_effect *effect,
    struct work_order_row *order, const char *found, struct err *err)
{
	int rc = bench_order_apply(
	    txn, order, BENCH_ORDER_EVENT_OK, found, effect->now, NULL);

	return rc == -ERR_CONFLICT || rc == 0
	    ? 0
	    : err_set(err, ERR_IO, "the order cannot be saved");
}

int bench_effect_proof(
    struct txn *txn, struct bench_effect *effect, struct err *err)
{
	const struct station_proof *proof = &effect->report->proof;
	struct wipe_evidence evidence;
	struct work_order_row order;
	struct wipe wipe;
	char found[256];
	int rc = bench_effect_order(txn, effect, proof->order_id, &order, err);

	if (rc < 0)
		return rc;
	if (order.kind != WORK_ORDER_VERIFY_WIPED ||
	    strcmp(order.wipe_id, proof->wipe_id) != 0)
		return err_set(
		    err, ERR_DENIED, "the order was not to verify this wipe");
	if ((rc = store_wipe_load(txn, order.wipe_id, &wipe, err)) < 0)
		return rc;
	if (proof->checked_at_ms + CLOCK_SLACK_MS < order.created_at)
		return err_set(err, ERR_DENIED,
		    "the proof is older than the order to look for it");
	evidence_of(effect, &order, &wipe, &evidence);
	wipe_proof_explain(&evidence, found, sizeof(found));
	rc = note_found(txn, effect, &order, found, err);
	return rc < 0
	    ? rc
	    : weigh(txn, effect, &order, &wipe, &evidence, found, err);
}
