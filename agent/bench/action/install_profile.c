#include "agent/bench/action/profile_push.h"

enum failure action_install_profile(struct action_run *run)
{
	struct mcinstall mc;
	enum failure failure = action_meet(run);

	if (failure == FAILURE_NONE)
		failure = action_look(run, false);
	if (failure == FAILURE_NONE)
		failure = action_refuse_foreign(run);
	if (failure != FAILURE_NONE)
		return failure;
	action_step(run, "profile", 60);
	failure = mcinstall_open(&mc, &run->phone);
	if (failure == FAILURE_NONE)
		failure = profile_push(run, &mc, &run->job->order->profile);
	mcinstall_close(&mc);
	return failure;
}
