/*
 * Supervises a phone in its Setup Assistant with our cloud configuration, whose
 * ConfigurationURL makes it fetch its enrolment profile; hands the profile over
 * where that cannot be. Each step looks whether it was taken already.
 */
#include <string.h>

#include "agent/bench/action/profile_push.h"
#include "agent/bench/phone/cloud.h"
#include "proto/apple/xplist.h"

static enum failure read_cloud(struct action_run *run, struct mcinstall *mc)
{
	CLEANUP(plist) plist_t answer = NULL;
	enum failure failure =
	    mcinstall_ask(mc, mcinstall_request("GetCloudConfiguration"),
	        MCINSTALL_ANSWER_MS, &answer);

	if (failure == FAILURE_NONE)
		facts_add_cloud(&run->facts, answer, &run->ours);
	return failure;
}

static enum failure set_cloud(struct action_run *run, struct mcinstall *mc)
{
	plist_t request = mcinstall_request("SetCloudConfiguration");
	plist_t cloud = NULL;
	enum failure failure = FAILURE_NONE;

	if (cloud_encode(&run->job->order->cloud, &cloud, NULL) < 0)
		failure = FAILURE_ORDER_UNUSABLE;
	if (failure == FAILURE_NONE)
		failure = action_note(run, JOURNAL_STEP_CLOUD_SET);
	if (failure != FAILURE_NONE) {
		plist_free(request);
		if (cloud)
			plist_free(cloud);
		return failure;
	}
	plist_dict_set_item(request, "CloudConfiguration", cloud);
	failure = mcinstall_ask(mc, request, MCINSTALL_ANSWER_MS, NULL);
	/* 14002 after a call that timed out: it may be ours that is there. */
	if (failure == FAILURE_CLOUD_EXISTS &&
	    read_cloud(run, mc) == FAILURE_NONE &&
	    run->facts.cloud == STATION_CLOUD_OURS)
		failure = FAILURE_NONE;
	return failure;
}

/* Useful right away, and of no weight when it is refused. */
static void nudge(struct mcinstall *mc)
{
	(void)mcinstall_ask(mc, mcinstall_request("PollMDMIfNetworkTethered"),
	    MCINSTALL_ANSWER_MS, NULL);
	mc->phone->native = 0;
}

static enum failure supervise(struct action_run *run, struct mcinstall *mc)
{
	enum failure failure = FAILURE_NONE;

	if (run->facts.cloud == STATION_CLOUD_OURS)
		return FAILURE_NONE;
	action_step(run, "supervise", 50);
	(void)mcinstall_ask(
	    mc, mcinstall_request("Flush"), MCINSTALL_ANSWER_MS, NULL);
	failure = set_cloud(run, mc);
	return failure;
}

static bool is_in_setup(const struct action_run *run)
{
	return run->facts.is_setup_done != STATION_YES;
}

/*
 * Ours, set up, and not by this order: then it was enrolled once. Management
 * takes its profiles along when its user removes it; without any the phone is
 * supervised and managed by nobody, and only an erase brings it back.
 */
static enum failure check_managed(struct action_run *run, struct mcinstall *mc)
{
	bool any = true;
	enum failure failure = FAILURE_NONE;

	if (run->facts.cloud != STATION_CLOUD_OURS || is_in_setup(run) ||
	    action_step_before(run) != JOURNAL_STEP_NONE)
		return FAILURE_NONE;
	failure = profile_any(mc, &any);
	return failure == FAILURE_NONE && !any ? FAILURE_MDM_REMOVED : failure;
}

static enum failure enrol_over(struct action_run *run, struct mcinstall *mc)
{
	const struct work_order *order = run->job->order;
	enum failure failure = FAILURE_NONE;

	if (order->has_cloud &&
	    (is_in_setup(run) || run->facts.cloud == STATION_CLOUD_OURS))
		failure = supervise(run, mc);
	else if (order->profile.len == 0)
		return FAILURE_NEEDS_ERASE;
	if (failure == FAILURE_NONE && order->profile.len == 0)
		failure = check_managed(run, mc);
	if (failure != FAILURE_NONE)
		return failure;
	action_step(run, "profile", 75);
	if (order->profile.len > 0)
		failure = profile_push(run, mc, &order->profile);
	if (failure == FAILURE_NONE)
		nudge(mc);
	return failure;
}

enum failure action_enrol(struct action_run *run)
{
	struct mcinstall mc;
	enum failure failure = action_meet(run);

	if (failure == FAILURE_NONE) {
		action_step(run, "look", 25);
		failure = action_look(run, false);
	}
	if (failure == FAILURE_NONE)
		failure = action_refuse_foreign(run);
	if (failure != FAILURE_NONE)
		return failure;
	failure = mcinstall_open(&mc, &run->phone);
	if (failure == FAILURE_NONE)
		failure = enrol_over(run, &mc);
	mcinstall_close(&mc);
	if (failure == FAILURE_NONE) {
		action_step(run, "facts", 90);
		failure = action_look(run, false);
	}
	return failure;
}
