#include "agent/bench/action/action.h"

/* With an order of ours it also asks whether a PIN is set, which needs the
 * server's signature; without one it reads what a trusted station may. */
enum failure action_read_facts(struct action_run *run)
{
	enum failure failure = action_meet(run);

	if (failure != FAILURE_NONE)
		return failure;
	action_step(run, "facts", 60);
	return action_look(run, run->job->order != NULL);
}
