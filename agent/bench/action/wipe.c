/*
 * Erases the phone that a signed order names, and nothing else. The erase is in
 * the journal before it is sent; a phone that comes back is looked at first and
 * told again only when it is certain that it never took the order.
 */
#include <string.h>

#include "agent/bench/action/action.h"
#include "agent/bench/phone/mcinstall.h"
#include "proto/apple/xplist.h"

/* The last look: supervision of ours or none, and no lock that would turn an
 * erased phone into a brick. */
static enum failure may_erase(struct action_run *run)
{
	enum failure failure = action_refuse_foreign(run);

	if (failure != FAILURE_NONE)
		return failure;
	return run->facts.find_my.value == STATION_YES ? FAILURE_ACTIVATION_LOCK
	                                               : FAILURE_NONE;
}

static plist_t erase_request(const struct work_order *order)
{
	plist_t request = mcinstall_request("EraseDevice");

	xplist_set_bool(request, "PreserveDataPlan", order->preserve_data_plan);
	xplist_set_bool(
	    request, "DisallowProximitySetup", order->disallow_proximity_setup);
	return request;
}

/* EraseDevice is answered before the erase, and the line drops after it. */
static enum failure send_erase(struct action_run *run, struct mcinstall *mc)
{
	enum failure failure;

	failure = action_send_result(run, STATION_RESULT_STARTED, FAILURE_NONE);
	if (failure == FAILURE_NONE)
		failure = action_note(run, JOURNAL_STEP_ERASE_SENT);
	if (failure != FAILURE_NONE)
		return failure;
	failure = mcinstall_ask(
	    mc, erase_request(run->job->order), MCINSTALL_ANSWER_MS, NULL);
	if (failure == FAILURE_NONE)
		return action_note(run, JOURNAL_STEP_ERASE_ACKED);
	if (failure == FAILURE_DISCONNECTED || failure == FAILURE_TLS ||
	    failure == FAILURE_MUX || failure == FAILURE_NO_ANSWER)
		return FAILURE_ERASE_UNSURE;
	return failure;
}

static enum failure erase(struct action_run *run)
{
	struct mcinstall mc;
	char serial[LIMIT_SERIAL + 1];
	enum failure failure = mcinstall_open(&mc, &run->phone);

	/* The serial once more, with the service open and nothing between. */
	if (failure == FAILURE_NONE)
		failure = phone_get_text(
		    &run->phone, NULL, "SerialNumber", serial, sizeof(serial));
	if (failure == FAILURE_NONE &&
	    strcmp(serial, run->job->order->serial) != 0)
		failure = FAILURE_SERIAL_CHANGED;
	if (failure == FAILURE_NONE) {
		action_step(run, "erase", 60);
		failure = send_erase(run, &mc);
	}
	mcinstall_close(&mc);
	return failure;
}

/*
 * The erase was sent before and no answer was seen. If the phone does not know
 * the pairing of then, it is erased; if it opens a session with it, it never
 * took the order.
 */
static enum failure after_unsure(struct action_run *run, bool *is_erased)
{
	const struct journal_order *before =
	    journal_find_order(run->journal, run->job->order->id);
	enum failure failure;

	if (!before || !before->host_id[0])
		return FAILURE_INTERNAL;
	failure = phone_try_host(&run->phone, before->host_id);
	*is_erased = failure == FAILURE_RECORD_STALE;
	return *is_erased ? FAILURE_NONE : failure;
}

/*
 * The same wipe goes to the phone over the air, and may be quicker: it is new
 * and empty then, and erasing it again could meet its next user. Only what
 * proves an erase counts; where anything of it is not known it is erased.
 */
static bool is_erased_already(const struct action_run *run)
{
	return journal_last_refused(run->journal) &&
	    run->facts.activation == STATION_UNACTIVATED &&
	    run->facts.is_setup_done == STATION_NO &&
	    run->facts.cloud == STATION_CLOUD_NONE;
}

static enum failure erase_unless_done(struct action_run *run)
{
	enum failure failure;

	action_step(run, "look", 40);
	failure = action_look(run, false);
	if (failure == FAILURE_NONE)
		failure = may_erase(run);
	if (failure == FAILURE_NONE && is_erased_already(run))
		failure = FAILURE_ALREADY_ERASED;
	if (failure == FAILURE_NONE)
		failure = erase(run);
	return failure;
}

enum failure action_wipe(struct action_run *run)
{
	enum journal_step before = action_step_before(run);
	bool is_erased = false;
	enum failure failure;

	/* Acknowledged before the power went: the order is carried out. What
	 * became of it is verify_wiped's to say. */
	if (before == JOURNAL_STEP_ERASE_ACKED)
		return FAILURE_NONE;
	if (before == JOURNAL_STEP_ERASE_SENT) {
		failure = after_unsure(run, &is_erased);
		if (failure != FAILURE_NONE || is_erased)
			return failure;
		if (action_now(run) >= run->job->order->expires_at_ms)
			return FAILURE_ORDER_UNUSABLE;
	}
	failure = action_meet(run);
	if (failure == FAILURE_NONE)
		failure = erase_unless_done(run);
	return failure;
}
