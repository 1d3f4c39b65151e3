/*
 * What time alone causes to departures: reminders before the last day, the
 * question and the erase after it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_going.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"

bool going_has_come(const struct going *g, int64_t at)
{
	return at <= g->world->ledger.now;
}

int64_t going_morning_of(const struct going *g, int64_t day)
{
	return departure_morning_of(g->world, day);
}

/* Cancelled, and open for what is under way: nobody is asked for anything. */
static bool is_off(const struct going *g)
{
	return g->departure->step & DEPARTURE_OFF;
}

/*
 * The first working day after the last one. What the register says only
 * afterwards gives whoever reads the first message a day: nothing is erased in
 * the hour in which a date was mistyped, however long another one was known,
 * or on the day on which a pause is over.
 */
int64_t going_first_wipe_at(const struct going *g)
{
	const struct departure_row *departure = g->departure;
	enum calendar_zone zone = g->world->tasks.place.zone;
	int32_t known = calendar_day_at(zone, departure->said_at);
	int32_t day = (int32_t)departure->last_day;

	return calendar_next_working_day_at(&g->world->tasks.place,
	    known > day ? known : day, g->world->leaving->wipe_minute);
}

/* ---- tasks ---- */

void going_task_of(const struct going *g, enum task_kind kind,
    const char *person_id, const char *cause, struct task_row *out)
{
	*out = (struct task_row){.kind = kind,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .created_at = g->world->ledger.now};
	(void)str_copy(out->org_id, STORE_ID, g->departure->org_id);
	(void)str_copy(out->person_id, STORE_ID, person_id);
	(void)str_copy(out->unit_id, STORE_ID, g->departure->unit_id);
	(void)str_copy(out->subject_id, STORE_ID, g->departure->person_id);
	(void)str_copy(out->case_id, STORE_ID, g->departure->id);
	(void)str_copy(out->cause, sizeof(out->cause), cause);
}

/* Once: asking for what is asked already changes nothing. */
static int ask(struct going *g, enum task_kind kind, const char *person_id,
    const char *cause, const struct task_terms *terms, struct err *err)
{
	struct task_row task;
	struct task_row same;
	int rc;

	if (!*person_id)
		return 0;
	going_task_of(g, kind, person_id, cause, &task);
	rc = store_task_find_open(g->txn, &task, &same, NULL);
	if (rc != -ERR_NOT_FOUND)
		return rc < 0 ? err_set(err, ERR_IO, "tasks cannot be read")
		              : 0;
	task_clock_set(&task, &g->world->tasks.place, terms, 0);
	return task_open(g->txn, &g->world->tasks, &task, err);
}

static int ask_back(struct going *g, struct err *err)
{
	const struct ledger *ledger = &g->world->ledger;
	int64_t end = calendar_day_ends(
	    g->world->tasks.place.zone, (int32_t)g->departure->last_day);
	int64_t left = end - ledger->now - 1;
	struct task_terms terms = {.due_ms = left > 0 ? left : TIME_DAY_MS};

	return ask(g, TASK_RETURN_PHONE, g->departure->person_id,
	    GOING_RETURN_CAUSE, &terms, err);
}

static int ask_receiver(struct going *g, struct err *err)
{
	static const struct task_terms terms = {
	    3 * TIME_DAY_MS, 7 * TIME_DAY_MS, 14 * TIME_DAY_MS, 0};
	int rc = departure_find_receiver(g->txn, g->world, g->departure, err);

	return rc < 0 ? rc
	              : ask(g, TASK_CONFIRM_RETURN, g->departure->receiver_id,
	                    "departure", &terms, err);
}

int going_ask_decision(struct going *g, struct err *err)
{
	static const struct task_terms terms = {
	    3 * TIME_DAY_MS, 7 * TIME_DAY_MS, 7 * TIME_DAY_MS, 0};

	return ask(g, TASK_DECIDE_RETURN, g->departure->receiver_id,
	    "departure", &terms, err);
}

static int withdraw(struct going *g, enum task_kind kind, struct err *err)
{
	return departure_close_tasks(g->txn, g->world, g->departure->id, kind,
	    TASK_EVENT_CANCEL, "nothing of it is to be handed in", err);
}

/* Of what stays with its owner nobody is asked for anything. */
static int ask_both(struct going *g, struct err *err)
{
	bool is_any;
	int rc = departure_hands_in(g->txn, g->departure, &is_any, err);

	if (rc == 0 && !is_any) {
		g->departure->step &= ~(int64_t)DEPARTURE_ASKED;
		rc = withdraw(g, TASK_RETURN_PHONE, err);
		return rc < 0 ? rc : withdraw(g, TASK_CONFIRM_RETURN, err);
	}
	if (rc < 0 || (g->departure->step & DEPARTURE_ASKED))
		return rc;
	g->departure->step |= DEPARTURE_ASKED;
	rc = ask_back(g, err);
	return rc < 0 ? rc : ask_receiver(g, err);
}

/* ---- before the last day ---- */

/* Once: its hour has come, and it was not done. */
static bool reminder_comes(struct going *g, int64_t bit, int64_t at)
{
	if ((g->departure->step & bit) || !going_has_come(g, at))
		return false;
	g->departure->step |= bit;
	return true;
}

/* Of the last working day the manager is told, while something is out still. */
static int remind_manager(struct going *g, bool is_first, struct err *err)
{
	const char *manager = g->departure->receiver_id;

	if (reminder_comes(g, DEPARTURE_LAST_DAY,
	        departure_last_morning(g->world, g->departure)))
		return going_is_any_out(g)
		    ? going_tell(g, NOTICE_LEAVING_TODAY, manager, err)
		    : 0;
	return is_first ? going_tell(g, NOTICE_LEAVING_MANAGER, manager, err)
	                : 0;
}

static int remind(struct going *g, struct err *err)
{
	const struct pack_leaving *leaving = g->world->leaving;
	struct departure_row *departure = g->departure;
	bool is_first = reminder_comes(g, DEPARTURE_REMINDED,
	    departure_reminder_at(g->world, departure, leaving->remind_ms));
	/* One mail a day is enough. */
	bool is_any = reminder_comes(g, DEPARTURE_REMINDED_AGAIN,
	                  departure_reminder_at(
	                      g->world, departure, leaving->remind_again_ms)) ||
	    is_first;
	bool is_asked;
	int rc = departure_hands_in(g->txn, departure, &is_asked, err);

	if (rc == 0 && is_first && !is_asked)
		rc = going_tell_work_goes(g, err);
	is_first = is_first && is_asked;
	is_any = is_any && is_asked;
	if (rc == 0 && is_first)
		rc = ask_back(g, err);
	if (rc == 0 && is_any) {
		departure->reminded_at = g->world->ledger.now;
		rc = going_tell(
		    g, NOTICE_LEAVING_SOON, departure->person_id, err);
	}
	return rc < 0 ? rc : remind_manager(g, is_first, err);
}

int going_apply(struct going *g, struct return_case_row *row,
    enum return_event event, enum return_step_kind kind, const char *note,
    struct err *err)
{
	struct return_step_row step;
	int rc;

	return_step_init(&step, &g->world->ledger, kind);
	(void)snprintf(step.note, sizeof(step.note), "%s", note);
	rc = return_apply(g->txn, &g->world->ledger, row, event, &step, err);
	return rc == -ERR_CONFLICT ? 0 : rc;
}

static int begin(struct going *g, struct err *err)
{
	struct departure_row *departure = g->departure;
	size_t i;
	int rc;

	departure->opened_at = g->world->ledger.now;
	departure->wipe_at = going_first_wipe_at(g);
	rc = departure_move(
	    g->txn, g->world, departure, DEPARTURE_OPEN, departure->note, err);
	for (i = 0; rc == 0 && i < g->cases.count; i++)
		if (return_case_is_open(g->cases.rows[i].state))
			rc = going_apply(g, &g->cases.rows[i], RETURN_EVENT_ASK,
			    RETURN_STEP_ASKED,
			    is_off(g) ? "it was handed in before"
			              : "the last day is over",
			    err);
	if (rc < 0 || is_off(g))
		return rc;
	rc = ask_both(g, err);
	return rc == 0 ? going_tell_wipe(g, err) : rc;
}

/* ---- the erase ---- */

/* Never on a Friday afternoon, a day off, or at night: nobody is there who
 * could help. Also when the server was away at the hour itself. */
static bool is_good_hour(struct going *g)
{
	const struct task_world *tasks = &g->world->tasks;
	const struct pack_leaving *leaving = g->world->leaving;
	struct calendar_local local;
	int minute;

	calendar_local_of(tasks->place.zone, g->world->ledger.now, &local);
	minute = local.ms / (int)TIME_MINUTE_MS;
	if (!calendar_is_working_day(tasks->place.country, local.day))
		return false;
	if (minute < leaving->wipe_minute)
		return false;
	return calendar_weekday_of(local.day) != CALENDAR_FRIDAY ||
	    minute < leaving->friday_minute;
}

/* That of today, when the night is not over. */
static int64_t next_morning(const struct going *g)
{
	int32_t today = g->world->ledger.today;
	int64_t morning = going_morning_of(g, today);

	return going_has_come(g, morning) ? going_morning_of(g, today + 1)
	                                  : morning;
}

/* Of an open one that has no hour: its last day was moved, say. */
static int set_wipe(struct going *g, struct err *err)
{
	if (g->departure->wipe_at)
		return 0;
	g->departure->wipe_at = going_first_wipe_at(g);
	return is_off(g) ? 0 : going_tell_wipe(g, err);
}

/* DESIGN: from a private phone only work goes; nobody erases it. */
static int wipe_all(struct going *g, struct err *err)
{
	struct wipe_outcome outcome;
	bool is_any = false;
	size_t i;
	int rc = set_wipe(g, err);

	if (rc < 0 || !going_has_come(g, g->departure->wipe_at))
		return rc;
	if (!is_good_hour(g)) {
		g->departure->wipe_at = next_morning(g);
		return 0;
	}
	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		rc = (g->cases.rows[i].kind == RETURN_KIND_PRIVATE
		        ? departure_remove_work
		        : departure_wipe)(g->txn, g->world, g->departure,
		    &g->cases.rows[i], &outcome, err);
		if (rc < 0)
			return rc;
		is_any |= outcome.is_ordered;
		if (!outcome.is_waiting)
			continue;
		memcpy(g->departure->waits, outcome.sentence,
		    sizeof(g->departure->waits));
		if (outcome.again_at &&
		    (!g->again_at || outcome.again_at < g->again_at))
			g->again_at = outcome.again_at;
	}
	return rc == 0 && is_any ? going_tell_wiped_today(g, err) : rc;
}

/* ---- one departure ---- */

/* A vacant post was filled: whoever leads now is asked. */
static int fill_receiver(struct going *g, struct err *err)
{
	if (g->departure->receiver_id[0] ||
	    !(g->departure->step & DEPARTURE_NO_RECEIVER) ||
	    !(g->departure->step & DEPARTURE_ASKED))
		return 0;
	return ask_receiver(g, err);
}

static int cases_again(struct going *g, struct err *err)
{
	departure_cases_clear(&g->cases);
	return departure_cases_load(
	    g->txn, g->departure->org_id, g->departure->id, &g->cases, err);
}

static int go_planned(struct going *g, struct err *err)
{
	int rc;

	if (is_off(g))
		return begin(g, err);
	rc = remind(g, err);
	if (rc == 0 && g->world->ledger.today > g->departure->last_day)
		rc = begin(g, err);
	return rc;
}

static int go_open(struct going *g, struct err *err)
{
	int rc = 0;

	if (!g->is_moved)
		rc = wipe_all(g, err);
	else if (!g->departure->wipe_at) /* nothing is due */
		g->departure->wipe_at =
		    going_morning_of(g, g->world->ledger.today + 1);
	if (rc == 0 && !is_off(g))
		rc = ask_both(g, err);
	if (rc == 0 && !is_off(g))
		rc = departure_ladder(g, err);
	if (rc == 0 && !is_off(g))
		rc = fill_receiver(g, err);
	if (rc == 0 && is_off(g))
		departure_say_off(g->departure);
	return rc < 0 ? rc
	              : departure_settle(g->txn, g->world, g->departure, err);
}

/* Whatever it was before: from here its last day says whether it is open. */
static int go_paused(struct going *g, struct err *err)
{
	if (g->world->ledger.today < g->departure->review_day)
		return 0;
	g->departure->review_day = 0;
	g->departure->said_at = g->world->ledger.now;
	/* It is past: they are not reminded of it, but asked. */
	if (g->world->ledger.today > g->departure->last_day)
		g->departure->step |= DEPARTURE_REMINDED |
		    DEPARTURE_REMINDED_AGAIN | DEPARTURE_LAST_DAY;
	return departure_move(g->txn, g->world, g->departure, DEPARTURE_PLANNED,
	    "the pause is over", err);
}

/* While it was over nobody looked at it: a return that goes on may be of who
 * works here again. */
static int review(struct going *g, struct err *err)
{
	struct departure_row *departure = g->departure;
	struct employment_row end;
	int rc;

	if (departure->reason != DEPARTURE_EMPLOYMENT_END)
		return 0;
	rc = departure_employment_end(g->txn, g->world, departure->person_id,
	    departure->employment_id, &end, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0 ||
	    (strcmp(end.id, departure->employment_id) == 0 &&
	        end.to_day - 1 == departure->last_day))
		return rc;
	if (is_off(g)) {
		g->is_moved = true;
		return 0;
	}
	rc = departure_employment_changed(
	    g->txn, &g->world->ledger, departure->person_id, err);
	return rc < 0 ? rc
	              : store_departure_load(g->txn, departure->org_id,
	                    departure->id, departure, err);
}

/* Who hands something in by hand and is on a long leave comes back to it. */
int departure_go(struct txn *txn, struct departure_world *world,
    struct departure_row *departure, struct err *err)
{
	struct going g = {.txn = txn, .world = world, .departure = departure};
	int rc = review(&g, err);

	if (rc < 0 || departure->state > DEPARTURE_PAUSED)
		return rc;
	departure->waits[0] = '\0';
	if (departure->state == DEPARTURE_PAUSED)
		rc = go_paused(&g, err);
	if (rc == 0 && departure->reason != DEPARTURE_HAND_BACK)
		rc = departure_refresh(txn, world, departure, NULL, err);
	else if (rc == 0)
		rc = return_sims_mark(txn, &world->ledger, departure->id, err);
	if (rc == 0)
		rc = cases_again(&g, err);
	if (rc == 0 && departure->state == DEPARTURE_PLANNED)
		rc = go_planned(&g, err);
	if (rc == 0 && departure->state == DEPARTURE_OPEN) {
		rc = cases_again(&g, err);
		rc = rc < 0 ? rc : go_open(&g, err);
	}
	departure_cases_clear(&g.cases);
	if (rc < 0 || departure->state > DEPARTURE_PAUSED)
		return rc;
	departure->next_at = departure_next(world, departure);
	if (g.again_at && g.again_at < departure->next_at)
		departure->next_at = g.again_at;
	return store_departure_save(txn, departure, err);
}
