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

/* ---- with whom it is ---- */

static int note_last(void *arg, const struct assignment_row *row)
{
	if (row->kind == ASSIGNMENT_PHONE)
		*(struct assignment_row *)arg = *row;
	return 0;
}

/* With who left, by our records; *held: who has it, id "" for nobody. Who takes
 * off management, or enrols it again, has it all the same. */
static int is_theirs(struct going *g, const struct return_case_row *row,
    struct assignment_row *held, bool *out, struct err *err)
{
	struct assignment_row last = {.id = ""};
	int rc = store_assignment_find_phone(
	    g->txn, row->org_id, row->device_id, 0, held, NULL);

	if (rc == 0) {
		*out = strcmp(held->person_id, row->person_id) == 0;
		return 0;
	}
	if (rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read who holds a phone");
	held->id[0] = '\0';
	rc = store_assignment_each_device(
	    g->txn, row->org_id, row->device_id, false, note_last, &last, err);
	/* Closed by nobody: its enrolment ended (holder_close). */
	*out = strcmp(last.person_id, row->person_id) == 0 &&
	    strcmp(last.closed_by, TASK_BY_POLICY) == 0;
	return rc < 0 ? rc : 0;
}

static void say_elsewhere(struct going *g, const struct return_case_row *row,
    const struct assignment_row *held)
{
	if (!g->departure->waits[0])
		departure_say_elsewhere(g->txn, row, held->id[0] ? held : NULL,
		    g->departure->waits, sizeof(g->departure->waits));
}

/* ---- silence ---- */

static int heard_in(
    struct going *g, const char *life_id, int64_t *latest, struct err *err)
{
	struct life life;
	int64_t seen;
	int rc;

	if (!life_id[0])
		return 0;
	rc = store_life_load(g->txn, life_id, &life, err);
	if (rc < 0)
		return rc;
	seen = last_seen_get(g->world->ledger.service->last_seen, life_id);
	if (life.last_seen_at > *latest)
		*latest = life.last_seen_at;
	if (seen > *latest)
		*latest = seen;
	return 0;
}

/* In the enrolment that the case is of, or a later one of the same person. */
static int heard_at(struct going *g, const struct return_case_row *row,
    int64_t *out, struct err *err)
{
	struct device device;
	int rc = store_device_load_of(
	    g->txn, row->org_id, row->device_id, &device, err);

	*out = g->departure->opened_at;
	if (rc == 0)
		rc = heard_in(g, row->life_id, out, err);
	if (rc == 0 && strcmp(device.life_id, row->life_id) != 0)
		rc = heard_in(g, device.life_id, out, err);
	return rc;
}

/* What somebody else says with it, or nobody, is no word of who left. */
static int watch_elsewhere(
    struct going *g, struct return_case_row *row, struct err *err)
{
	return row->state == RETURN_OFFLINE
	    ? going_apply(g, row, RETURN_EVENT_HEARD, RETURN_STEP_HEARD,
	          "by our records it is no longer with who left", err)
	    : 0;
}

static int watch_one(
    struct going *g, struct return_case_row *row, struct err *err)
{
	int64_t heard;
	int rc;

	if (row->state != RETURN_ASKED && row->state != RETURN_OFFLINE)
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

struct watch {
	bool is_any;    /* out, and with who left */
	bool is_unlost; /* and not lost: who lost one is not reminded of it */
};

static int watch_all(struct going *g, struct watch *out, struct err *err)
{
	struct return_case_row *row;
	struct assignment_row held;
	bool theirs;
	size_t i;
	int rc = 0;

	*out = (struct watch){false, false};
	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		row = &g->cases.rows[i];
		if (!return_is_out(row))
			continue;
		if ((rc = is_theirs(g, row, &held, &theirs, err)) < 0)
			break;
		if (!theirs)
			say_elsewhere(g, row, &held);
		rc = (theirs ? watch_one : watch_elsewhere)(g, row, err);
		out->is_any |= theirs;
		out->is_unlost |= theirs && row->state != RETURN_LOST;
	}
	return rc;
}

/* ---- Lost Mode ---- */

/* The rung is climbed again when it can be. */
static void wait_with_lock(struct going *g, const struct wipe_outcome *outcome)
{
	g->departure->step &= ~(int64_t)DEPARTURE_LOST_MODE;
	if (!g->again_at || outcome->again_at < g->again_at)
		g->again_at = outcome->again_at;
	if (!g->departure->waits[0])
		memcpy(g->departure->waits, outcome->sentence,
		    sizeof(g->departure->waits));
}

static int lose_one(
    struct going *g, struct return_case_row *row, struct err *err)
{
	struct wipe_outcome outcome;
	int rc;

	if (row->kind != RETURN_KIND_MANAGED || row->state != RETURN_OFFLINE)
		return 0;
	rc = return_lost_mode(g->txn, g->world, g->departure, row,
	    "not returned, and nothing heard from it", &outcome, err);
	if (rc == 0 && outcome.again_at)
		wait_with_lock(g, &outcome);
	return rc < 0 ? rc : 0;
}

static int lose_all(struct going *g, struct err *err)
{
	bool is_any = false;
	bool was_lost;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		was_lost = g->cases.rows[i].state == RETURN_LOST;
		rc = lose_one(g, &g->cases.rows[i], err);
		is_any |= !was_lost && g->cases.rows[i].state == RETURN_LOST;
	}
	return rc < 0 || !is_any ? rc
	                         : going_tell(g, NOTICE_RETURN_LOST_MODE,
	                               g->departure->person_id, err);
}

/* ---- the SIM ---- */

/* One that sits in a phone goes the way of that phone; one that sits in none
 * is with who has the others. */
static int is_sim_out(struct going *g, const struct sim_decision_row *sim,
    bool *out, struct err *err)
{
	struct assignment_row held;
	size_t i;

	*out = !sim->case_id[0];
	for (i = 0; i < g->cases.count; i++)
		if (strcmp(g->cases.rows[i].id, sim->case_id) == 0 &&
		    return_is_out(&g->cases.rows[i]))
			return is_theirs(g, &g->cases.rows[i], &held, out, err);
	return 0;
}

static int block_one(
    struct going *g, struct sim_decision_row *sim, struct err *err)
{
	bool is_gone;
	int rc;

	if (sim->decision != SIM_UNDECIDED)
		return 0;
	rc = is_sim_out(g, sim, &is_gone, err);
	return rc < 0 || !is_gone
	    ? rc
	    : return_sim_set(g->txn, &g->world->ledger, sim, SIM_BLOCK,
	          "the phone was not returned", err);
}

static int block_all(struct going *g, struct err *err)
{
	struct departure_sims sims;
	size_t i;
	int rc = departure_sims_load(
	    g->txn, g->departure->org_id, g->departure->id, &sims, err);

	for (i = 0; rc >= 0 && i < sims.count; i++)
		rc = block_one(g, &sims.rows[i], err);
	departure_sims_clear(&sims);
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
	struct watch watch;
	int rc = watch_all(g, &watch, err);

	if (rc == 0 && watch.is_unlost &&
	    ((rc = climb(g, DEPARTURE_LATE, going_morning_of(g, day + 1),
	          rung_late, err)) < 0 ||
	        (rc = climb(g, DEPARTURE_MANAGER, going_morning_of(g, told),
	             rung_manager, err)) < 0))
		return rc;
	if (rc < 0)
		return rc;
	if (!watch.is_any)
		return nothing_to_decide(g, err);
	if ((rc = climb(g, DEPARTURE_DECIDE, opened + leaving->offline_after_ms,
	         going_ask_decision, err)) < 0 ||
	    (rc = climb(g, DEPARTURE_LOST_MODE,
	         opened + leaving->lost_mode_after_ms, lose_all, err)) < 0)
		return rc;
	return climb(g, DEPARTURE_SIM_BLOCK,
	    opened + leaving->sim_block_after_ms, rung_sim_block, err);
}
