#include "agent/bench/action/action.h"

enum failure action_pair(struct action_run *run)
{
	enum failure failure = action_meet(run);

	if (failure != FAILURE_NONE)
		return failure;
	action_step(run, "facts", 80);
	return action_look(run, false);
}
