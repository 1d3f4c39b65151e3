/*
 * The ladder for who does not come: told, the manager told, the manager asked
 * to decide, Lost Mode, the block of the SIM. Writing off is a person's.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_going.h"
#include "server/service/departure/return_decide.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/service.h"

/* Lost ones are out, too; who lost one is not reminded to bring it. */
static bool any_out(const struct going *g, bool lost_too)
{
	size_t i;

	for (i = 0; i < g->cases.count; i++)
		if (return_is_out(&g->cases.rows[i]) &&
		    (lost_too || g->cases.rows[i].state != RETURN_LOST))
			return true;
	return false;
}

static int heard_at(struct going *g, const struct return_case_row *row,
    int64_t *out, struct err *err)
{
	struct life life;
	int rc;

	*out = g->departure->opened_at;
	if (!row->life_id[0])
		return 0;
	rc = store_life_load(g->txn, row->life_id, &life, err);
	if (rc < 0)
		return rc;
	if (life.last_seen_at > *out)
		*out = life.last_seen_at;
	if (last_seen_get(g->world->ledger.service->last_seen, row->life_id) >
	    *out)
		*out = last_seen_get(
		    g->world->ledger.service->last_seen, row->life_id);
	return 0;
}

static int watch_one(
    struct going *g, struct return_case_row *row, struct err *err)
{
	int64_t heard;
	int rc;

	if (!return_is_out(row) ||
	    (row->state != RETURN_ASKED && row->state != RETURN_OFFLINE))
		return 0;
	if ((rc = heard_at(g, row, &heard, err)) < 0)
		return rc;
	if (row->state == RETURN_OFFLINE) {
		if (g->world->ledger.now - heard >=
		    g->world->leaving->offline_after_ms)
			return 0;
		return going_apply(g, row, RETURN_EVENT_HEARD,
		    RETURN_STEP_HEARD, "heard from again", err);
	}
	if (g->world->ledger.now - heard < g->world->leaving->offline_after_ms)
		return 0;
	return going_apply(g, row, RETURN_EVENT_OFFLINE, RETURN_STEP_OFFLINE,
	    "nothing was heard from it", err);
}

static int lose_one(
    struct going *g, struct return_case_row *row, struct err *err)
{
	struct err why = {0};
	int rc;

	if (row->kind != RETURN_KIND_MANAGED || row->state != RETURN_OFFLINE)
		return 0;
	rc = return_lost_mode(g->txn, &g->world->ledger, row,
	    "not returned, and nothing heard from it", &why);
	if (rc == -ERR_CONFLICT || rc == -ERR_UNSUPPORTED)
		return 0; /* it is in it already, or cannot be */
	return rc < 0 ? err_set(err, why.code, "%s", why.text) : 0;
}

static int lose_all(struct going *g, struct err *err)
{
	bool is_any = false;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		rc = lose_one(g, &g->cases.rows[i], err);
		is_any |= g->cases.rows[i].state == RETURN_LOST;
	}
	return rc < 0 || !is_any ? rc
	                         : going_tell(g, NOTICE_RETURN_LOST_MODE,
	                               g->departure->person_id, err);
}

struct sims {
	struct sim_decision_row rows[DEPARTURE_CASES_MAX];
	size_t count;
};

static int note_sim(void *arg, const struct sim_decision_row *row)
{
	struct sims *sims = arg;

	if (row->decision == SIM_UNDECIDED)
		sims->rows[sims->count++] = *row;
	return sims->count == DEPARTURE_CASES_MAX;
}

static int block_all(struct going *g, struct err *err)
{
	struct sims sims = {.count = 0};
	size_t i;
	int rc = store_sim_decision_each(g->txn, g->departure->org_id,
	    g->departure->id, note_sim, &sims, err);

	for (i = 0; rc >= 0 && i < sims.count; i++)
		rc = return_sim_set(g->txn, &g->world->ledger, &sims.rows[i],
		    SIM_BLOCK, "the phone was not returned", err);
	return rc < 0 ? rc
	              : return_sims_mark(
	                    g->txn, &g->world->ledger, g->departure->id, err);
}

static int climb(struct going *g, int64_t bit, int64_t at,
    int (*rung)(struct going *g, struct err *err), struct err *err)
{
	if ((g->departure->step & bit) || !going_has_come(g, at))
		return 0;
	g->departure->step |= bit;
	return rung(g, err);
}

static int rung_late(struct going *g, struct err *err)
{
	return going_tell(g, NOTICE_RETURN_LATE, g->departure->person_id, err);
}

static int rung_manager(struct going *g, struct err *err)
{
	int rc = departure_find_receiver(g->txn, g->world, g->departure, err);

	return rc < 0 ? rc
	              : going_tell(g, NOTICE_RETURN_MANAGER,
	                    g->departure->receiver_id, err);
}

/* What is left is to write it off: whoever waited is asked once more. */
static int rung_sim_block(struct going *g, struct err *err)
{
	int rc = block_all(g, err);

	return rc < 0 ? rc : going_ask_decision(g, err);
}

/* It came, or was decided on in another way. */
static int nothing_to_decide(struct going *g, struct err *err)
{
	return g->departure->step & DEPARTURE_DECIDE
	    ? departure_close_tasks(g->txn, g->world, g->departure->id,
	          TASK_DECIDE_RETURN, TASK_EVENT_EVIDENCE,
	          "no phone is missing any more", err)
	    : 0;
}

int departure_ladder(struct going *g, struct err *err)
{
	const struct pack_leaving *leaving = g->world->leaving;
	const struct task_world *tasks = &g->world->tasks;
	int64_t opened = g->departure->opened_at;
	int32_t day = calendar_day_at(tasks->place.zone, opened);
	int32_t told = calendar_add_working_days(
	    tasks->place.country, day, leaving->manager_after);
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < g->cases.count; i++)
		rc = watch_one(g, &g->cases.rows[i], err);
	if (rc == 0 && any_out(g, false) &&
	    ((rc = climb(g, DEPARTURE_LATE, going_morning_of(g, day + 1),
	          rung_late, err)) < 0 ||
	        (rc = climb(g, DEPARTURE_MANAGER, going_morning_of(g, told),
	             rung_manager, err)) < 0))
		return rc;
	if (rc < 0)
		return rc;
	if (!any_out(g, true))
		return nothing_to_decide(g, err);
	if ((rc = climb(g, DEPARTURE_DECIDE, opened + leaving->offline_after_ms,
	         going_ask_decision, err)) < 0 ||
	    (rc = climb(g, DEPARTURE_LOST_MODE,
	         opened + leaving->lost_mode_after_ms, lose_all, err)) < 0)
		return rc;
	return climb(g, DEPARTURE_SIM_BLOCK,
	    opened + leaving->sim_block_after_ms, rung_sim_block, err);
}
