/*
 * The safety stop: what a wrong file looks like from its effects. Each reason
 * says what was seen and what is to be done.
 */
#include "proto/base/err.h"
#include "server/service/roster/roster_inside.h"

/* Fewer than this are looked at by eye, and shares of them mean nothing. */
#define LEAVERS_FEW 2
#define CROWD_FEW 5

static bool is_above(size_t part, size_t whole, size_t per_cent)
{
	return part * 100 > whole * per_cent;
}

static void stop_leavers(struct roster_plan *plan)
{
	const struct roster_counts *counts = &plan->counts;
	size_t ends = counts->effects[ROSTER_ENDS];
	unsigned above = plan->options && plan->options->stop_above
	    ? plan->options->stop_above
	    : ROSTER_STOP_ABOVE;

	if (ends <= LEAVERS_FEW || !is_above(ends, counts->known, above))
		return;
	buf_printf(&plan->stop,
	    "%zu of the %zu people whom %s brought would leave, more than %u "
	    "per cent.\n",
	    ends, counts->known, plan->roster->source, above);
}

static void stop_missing(struct roster_plan *plan, size_t left_out)
{
	const struct roster_counts *counts = &plan->counts;

	if (plan->roster->kind != ROSTER_FULL || left_out <= LEAVERS_FEW ||
	    !is_above(left_out, counts->known, 50))
		return;
	buf_printf(&plan->stop,
	    "%zu of %zu people are missing: this is a part of the file, or "
	    "another file.\n",
	    left_out, counts->known);
}

static void stop_swapped(struct roster_plan *plan)
{
	if (plan->swapped >= CROWD_FEW &&
	    is_above(plan->swapped, plan->met, 20))
		buf_printf(&plan->stop,
		    "First and last name of %zu of %zu people are in each "
		    "other's place: the columns are swapped.\n",
		    plan->swapped, plan->met);
	else if (plan->renamed >= CROWD_FEW &&
	    is_above(plan->renamed, plan->met, 20))
		buf_printf(&plan->stop,
		    "%zu of %zu people would get another name: a column is in "
		    "another's place, or the ids are other people's.\n",
		    plan->renamed, plan->met);
	if (plan->remailed >= CROWD_FEW &&
	    is_above(plan->remailed, plan->met, 50))
		buf_printf(&plan->stop,
		    "%zu of %zu people would get another mail address: a "
		    "column is in another's place, or the address of the "
		    "organisation changed.\n",
		    plan->remailed, plan->met);
	if (plan->rekeyed >= CROWD_FEW &&
	    is_above(plan->rekeyed, plan->roster->people_count, 10))
		buf_printf(&plan->stop,
		    "%zu people come with another id than before: ids must "
		    "never change, or the column of the id is another one.\n",
		    plan->rekeyed);
}

int roster_stop_look(struct roster_plan *plan, struct err *err)
{
	size_t left_out = 0;
	size_t i;

	for (i = 0; i < plan->people_count; i++)
		left_out += plan->people[i].is_left_out ? 1 : 0;
	stop_leavers(plan);
	stop_missing(plan, left_out);
	stop_swapped(plan);
	return buf_check(&plan->stop, err);
}
