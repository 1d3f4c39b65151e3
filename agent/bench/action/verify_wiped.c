/*
 * Gathers what tells an erased phone from one that only said so. It judges
 * nothing: the server does, from the signed proof.
 */
#include <string.h>

#include "agent/bench/action/action.h"
#include "proto/base/str.h"

/*
 * When the phone said that it erases itself, by this station's clock, or a
 * little later: the order tells how long ago that was when it was issued, and it
 * was begun here after that. So the two clocks need not agree.
 */
static int64_t acknowledged_here(const struct action_run *run)
{
	const struct work_order *order = run->job->order;
	const struct journal_order *begun =
	    journal_find_order(run->journal, order->id);

	return (begun ? begun->begun_at_ms : action_now(run)) -
	    (order->issued_at_ms - order->acknowledged_at_ms);
}

/* A phone is paired as soon as it is plugged in: that pairing is none of before
 * the wipe. */
static const struct journal_host *former_host(const struct action_run *run)
{
	const struct journal_host *host;

	if (run->job->order->acknowledged_at_ms > 0)
		return journal_former_host(
		    run->journal, acknowledged_here(run));
	/* An older server: the newest that it may have been. */
	host = journal_last_refused(run->journal);
	if (!host)
		host = journal_last_host(run->journal);
	return host && host->worked_at_ms > 0 ? host : NULL;
}

/* The pairing that stood before the wipe: the order's own, or, when the wipe
 * came over the air, the newest of before it that worked here. */
static void find_old(const struct action_run *run, struct journal_host *old)
{
	const struct journal_order *wipe =
	    journal_find_wipe(run->journal, run->job->order->wipe_id);
	const struct journal_host *host = wipe
	    ? journal_find_host(run->journal, wipe->host_id)
	    : former_host(run);

	if (host)
		*old = *host;
	if (wipe) {
		(void)str_copy(
		    old->host_id, sizeof(old->host_id), wipe->host_id);
		old->worked_at_ms = wipe->host_worked_at_ms;
	}
}

static enum failure try_old(struct action_run *run, struct station_proof *proof)
{
	struct journal_host old = {.host_id = ""};
	enum failure failure;

	find_old(run, &old);
	proof->had_old_pair_record = old.host_id[0] ? STATION_YES : STATION_NO;
	if (!old.host_id[0])
		return FAILURE_NONE;
	proof->pair_worked_at_ms = old.worked_at_ms;
	proof->pair_since_ms = old.since_ms;
	failure = phone_try_host(&run->phone, old.host_id);
	if (failure == FAILURE_RECORD_STALE) {
		proof->is_old_pair_refused = STATION_YES;
		if (journal_host_refused(
		        run->journal, old.host_id, action_now(run), NULL) < 0)
			return FAILURE_STATION_DISK;
	} else if (failure == FAILURE_NONE) {
		proof->is_old_pair_refused = STATION_NO;
	} else {
		return failure;
	}
	return FAILURE_NONE;
}

static enum failure send_proof(
    struct action_run *run, const struct station_proof *found)
{
	const struct work_order *order = run->job->order;
	struct station_report report;
	struct station_proof *proof = &report.proof;

	action_report_init(run, STATION_REPORT_PROOF, &report);
	*proof = *found;
	(void)str_copy(proof->order_id, sizeof(proof->order_id), order->id);
	(void)str_copy(proof->wipe_id, sizeof(proof->wipe_id), order->wipe_id);
	proof->activation = run->facts.activation;
	proof->is_setup_done = run->facts.is_setup_done;
	proof->cloud = run->facts.cloud;
	proof->checked_at_ms = action_now(run);
	return action_send_durable(run, &report);
}

enum failure action_verify_wiped(struct action_run *run)
{
	struct station_proof proof = {.pair_worked_at_ms = 0};
	enum failure failure;

	if (!run->job->order->wipe_id[0])
		return FAILURE_ORDER_UNUSABLE;
	/* Before anything is paired anew. */
	action_step(run, "old pairing", 20);
	failure = try_old(run, &proof);
	if (failure == FAILURE_NONE)
		failure = action_meet(run);
	if (failure == FAILURE_NONE) {
		action_step(run, "facts", 60);
		failure = action_look(run, false);
	}
	if (failure == FAILURE_NONE)
		failure = send_proof(run, &proof);
	return failure;
}
