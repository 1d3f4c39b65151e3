/*
 * What time alone causes to departures: reminders before the last day, the
 * question and the erase after it, the ladder for who does not come. Due rows
 * only, some in one transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure_inside.h"
#include "server/service/last_seen.h"
#include "server/service/lost_mode.h"
#include "server/service/notify.h"
#include "server/service/service.h"
#include "server/service/task_clock.h"

#define DUE_BATCH 50     /* departures in one transaction */
#define ENDING_BATCH 200 /* employments looked at in one */
#define SWEEP_MS TIME_HOUR_MS
#define PAUSE_UNKNOWN_DAYS 90 /* of a leave whose end nobody knows */

struct going {
	struct txn *txn;
	struct departure_world *world;
	struct departure_row *departure;
	struct departure_cases cases;
	int64_t again_at; /* sooner than its own next; 0 */
};

static bool has_come(const struct going *g, int64_t at)
{
	return at <= g->world->ledger.now;
}

static int64_t morning_of(const struct going *g, int64_t day)
{
	return calendar_next_working_day_at(&g->world->tasks.place,
	    (int32_t)day - 1, g->world->leaving->wipe_minute);
}

/* ---- telling ---- */

/* The phones that are still out, in words. */
static int words_of(
    struct going *g, char *out, size_t size, bool only_out, struct err *err)
{
	struct device device;
	char words[200];
	size_t used = 0;
	size_t i;
	int rc = 0;

	out[0] = '\0';
	for (i = 0; rc == 0 && i < g->cases.count; i++) {
		const struct return_case_row *row = &g->cases.rows[i];

		if (!return_case_is_open(row->state) ||
		    (only_out && (row->marks & RETURN_MARK_CUSTODY)))
			continue;
		rc = store_device_load_of(
		    g->txn, row->org_id, row->device_id, &device, err);
		if (rc < 0)
			return rc;
		departure_phone_words(&device, words, sizeof(words));
		if (used + strlen(words) + 3 >= size)
			break;
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s", used ? "; " : "", words);
	}
	return rc;
}

static int tell(
    struct going *g, enum notice_kind kind, const char *reader, struct err *err)
{
	char what[256];
	const struct notice notice = {.org_id = g->departure->org_id,
	    .kind = kind,
	    .person_id = reader,
	    .about_id = strcmp(reader, g->departure->person_id)
	        ? g->departure->person_id
	        : NULL,
	    .case_id = g->departure->id,
	    .day = (int32_t)g->departure->last_day,
	    .what = what};
	int rc = words_of(g, what, sizeof(what), true, err);

	return rc < 0
	    ? rc
	    : notify_person(g->txn, g->world->ledger.service, &notice, err);
}

/* ---- tasks ---- */

/* Once: asking for what is asked already changes nothing. */
static int ask(struct going *g, enum task_kind kind, const char *person_id,
    const char *cause, const struct task_terms *terms, struct err *err)
{
	struct task_row task = {.kind = kind,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .created_at = g->world->ledger.now};
	struct task_row same;
	int rc;

	if (!*person_id)
		return 0;
	(void)str_copy(task.org_id, STORE_ID, g->departure->org_id);
	(void)str_copy(task.person_id, STORE_ID, person_id);
	(void)str_copy(task.unit_id, STORE_ID, g->departure->unit_id);
	(void)str_copy(task.subject_id, STORE_ID, g->departure->person_id);
	(void)str_copy(task.case_id, STORE_ID, g->departure->id);
	(void)str_copy(task.cause, sizeof(task.cause), cause);
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
	    "employment_end", &terms, err);
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

static int ask_decision(struct going *g, struct err *err)
{
	static const struct task_terms terms = {
	    3 * TIME_DAY_MS, 7 * TIME_DAY_MS, 7 * TIME_DAY_MS, 0};

	return ask(g, TASK_DECIDE_RETURN, g->departure->receiver_id,
	    "departure", &terms, err);
}

/* ---- before the last day ---- */

static int64_t reminder_at(const struct going *g, int64_t before_ms)
{
	return morning_of(g, g->departure->last_day - before_ms / TIME_DAY_MS);
}

static int remind(struct going *g, struct err *err)
{
	const struct pack_leaving *leaving = g->world->leaving;
	struct departure_row *departure = g->departure;
	int rc = 0;

	if (!(departure->step & DEPARTURE_REMINDED) &&
	    has_come(g, reminder_at(g, leaving->remind_ms))) {
		departure->step |= DEPARTURE_REMINDED;
		departure->reminded_at = g->world->ledger.now;
		if ((rc = ask_back(g, err)) < 0 ||
		    (rc = tell(g, NOTICE_LEAVING_SOON, departure->person_id,
		         err)) < 0)
			return rc;
		rc = tell(
		    g, NOTICE_LEAVING_MANAGER, departure->receiver_id, err);
	}
	if (rc == 0 && !(departure->step & DEPARTURE_REMINDED_AGAIN) &&
	    has_come(g, reminder_at(g, leaving->remind_again_ms))) {
		departure->step |= DEPARTURE_REMINDED_AGAIN;
		/* One mail a day is enough. */
		if (departure->reminded_at != g->world->ledger.now)
			rc = tell(
			    g, NOTICE_LEAVING_SOON, departure->person_id, err);
		departure->reminded_at = g->world->ledger.now;
	}
	return rc;
}

static int apply(struct going *g, struct return_case_row *row,
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

/*
 * The first working day after the last one. What the register says only
 * afterwards gives whoever reads the first message a day: nothing is erased in
 * the hour in which a date was mistyped.
 */
static int64_t first_wipe_at(const struct going *g)
{
	const struct departure_row *departure = g->departure;
	enum calendar_zone zone = g->world->tasks.place.zone;
	int32_t known = calendar_day_at(zone, departure->created_at);
	int32_t day = (int32_t)departure->last_day;

	return calendar_next_working_day_at(&g->world->tasks.place,
	    known > day ? known : day, g->world->leaving->wipe_minute);
}

static int begin(struct going *g, struct err *err)
{
	struct departure_row *departure = g->departure;
	size_t i;
	int rc;

	departure->opened_at = g->world->ledger.now;
	departure->wipe_at = first_wipe_at(g);
	rc = departure_move(
	    g->txn, g->world, departure, DEPARTURE_OPEN, departure->note, err);
	for (i = 0; rc == 0 && i < g->cases.count; i++)
		if (return_case_is_open(g->cases.rows[i].state))
			rc = apply(g, &g->cases.rows[i], RETURN_EVENT_ASK,
			    RETURN_STEP_ASKED, "the last day is over", err);
	if (rc == 0)
		rc = ask_back(g, err);
	if (rc == 0)
		rc = ask_receiver(g, err);
	return rc;
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

static int tell_wipe(struct going *g, struct err *err)
{
	return tell(g, NOTICE_WIPE_PLANNED, g->departure->person_id, err);
}

/* DESIGN: from a private phone only work goes; nobody erases it. */
static int wipe_all(struct going *g, struct err *err)
{
	struct wipe_outcome outcome;
	bool is_any = false;
	size_t i;
	int rc = 0;

	g->departure->waits[0] = '\0';
	if (g->departure->wipe_at == 0 || !has_come(g, g->departure->wipe_at))
		return 0;
	if (!is_good_hour(g)) {
		g->departure->wipe_at =
		    morning_of(g, g->world->ledger.today + 1);
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
	return rc == 0 && is_any ? tell_wipe(g, err) : rc;
}

/* ---- the ladder ---- */

static bool is_out(const struct return_case_row *row)
{
	return return_case_is_open(row->state) &&
	    row->kind != RETURN_KIND_PRIVATE &&
	    row->kind != RETURN_KIND_SHARED &&
	    (row->marks & RETURN_MARK_ASKED) &&
	    !(row->marks & RETURN_MARK_CUSTODY);
}

/* Lost ones are out, too; who lost one is not reminded to bring it. */
static bool any_out(const struct going *g, bool lost_too)
{
	size_t i;

	for (i = 0; i < g->cases.count; i++)
		if (is_out(&g->cases.rows[i]) &&
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

	if (!is_out(row) ||
	    (row->state != RETURN_ASKED && row->state != RETURN_OFFLINE))
		return 0;
	if ((rc = heard_at(g, row, &heard, err)) < 0)
		return rc;
	if (row->state == RETURN_OFFLINE) {
		if (g->world->ledger.now - heard >=
		    g->world->leaving->offline_after_ms)
			return 0;
		return apply(g, row, RETURN_EVENT_HEARD, RETURN_STEP_HEARD,
		    "heard from again", err);
	}
	if (g->world->ledger.now - heard < g->world->leaving->offline_after_ms)
		return 0;
	return apply(g, row, RETURN_EVENT_OFFLINE, RETURN_STEP_OFFLINE,
	    "nothing was heard from it", err);
}

/* Lost Mode comes before the erase: an erase ends what can find it. */
static int lose_one(
    struct going *g, struct return_case_row *row, struct err *err)
{
	const struct lost_mode_said said = {
	    .reason = "not returned, and nothing heard from it"};
	struct lost_mode_row lost;
	struct device device;
	struct err why = {0};
	bool is_back;
	int rc;

	if (row->kind != RETURN_KIND_MANAGED || row->state != RETURN_OFFLINE)
		return 0;
	rc = store_device_load_of(
	    g->txn, row->org_id, row->device_id, &device, err);
	if (rc < 0)
		return rc;
	rc = lost_mode_enable(
	    g->txn, &g->world->ledger, &device, &said, &lost, &why);
	if (rc == -ERR_CONFLICT || rc == -ERR_UNSUPPORTED)
		return 0; /* it is in it already, or cannot be */
	if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	rc = departure_wipe_withdraw(g->txn, &g->world->ledger, row,
	    "Lost Mode comes first", &is_back, err);
	if (rc < 0)
		return rc;
	(void)snprintf(row->reason, sizeof(row->reason), "%s", said.reason);
	return apply(
	    g, row, RETURN_EVENT_LOST, RETURN_STEP_LOST, said.reason, err);
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
	return rc < 0 || !is_any
	    ? rc
	    : tell(g, NOTICE_RETURN_LOST_MODE, g->departure->person_id, err);
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
	if ((g->departure->step & bit) || !has_come(g, at))
		return 0;
	g->departure->step |= bit;
	return rung(g, err);
}

static int rung_late(struct going *g, struct err *err)
{
	return tell(g, NOTICE_RETURN_LATE, g->departure->person_id, err);
}

static int rung_manager(struct going *g, struct err *err)
{
	int rc = departure_find_receiver(g->txn, g->world, g->departure, err);

	return rc < 0
	    ? rc
	    : tell(g, NOTICE_RETURN_MANAGER, g->departure->receiver_id, err);
}

static int ladder(struct going *g, struct err *err)
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
	    ((rc = climb(g, DEPARTURE_LATE, morning_of(g, day + 1), rung_late,
	          err)) < 0 ||
	        (rc = climb(g, DEPARTURE_MANAGER, morning_of(g, told),
	             rung_manager, err)) < 0))
		return rc;
	if (rc < 0 || !any_out(g, true))
		return rc;
	if ((rc = climb(g, DEPARTURE_DECIDE, opened + leaving->offline_after_ms,
	         ask_decision, err)) < 0 ||
	    (rc = climb(g, DEPARTURE_LOST_MODE,
	         opened + leaving->lost_mode_after_ms, lose_all, err)) < 0)
		return rc;
	return climb(g, DEPARTURE_SIM_BLOCK,
	    opened + leaving->sim_block_after_ms, block_all, err);
}

/* ---- one departure ---- */

/* A vacant post was filled: whoever leads now is asked. */
static int fill_receiver(struct going *g, struct err *err)
{
	if (g->departure->receiver_id[0] ||
	    !(g->departure->step & DEPARTURE_NO_RECEIVER))
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
	int rc = remind(g, err);

	if (rc == 0 && g->world->ledger.today > g->departure->last_day)
		rc = begin(g, err);
	return rc;
}

static int go_open(struct going *g, struct err *err)
{
	int rc = wipe_all(g, err);

	if (rc == 0)
		rc = ladder(g, err);
	if (rc == 0)
		rc = fill_receiver(g, err);
	return rc < 0 ? rc
	              : departure_settle(g->txn, g->world, g->departure, err);
}

static int go_paused(struct going *g, struct err *err)
{
	if (g->world->ledger.today < g->departure->review_day)
		return 0;
	g->departure->review_day = 0;
	return departure_move(g->txn, g->world, g->departure,
	    g->departure->opened_at ? DEPARTURE_OPEN : DEPARTURE_PLANNED,
	    "the pause is over", err);
}

/* Who hands something in by hand and is on a long leave comes back to it. */
static int go_one(struct txn *txn, struct departure_world *world,
    struct departure_row *departure, struct err *err)
{
	struct going g = {.txn = txn, .world = world, .departure = departure};
	int rc = 0;

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

/* ---- all that are due ---- */

struct due {
	struct departure_world world;
	struct departure_row rows[DUE_BATCH];
	size_t count;
};

static int note_due(void *arg, const struct departure_row *row)
{
	struct due *due = arg;

	due->rows[due->count++] = *row;
	return due->count == DUE_BATCH;
}

static int find_due(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	int rc;

	due->count = 0;
	rc = store_departure_each_due(txn, due->world.ledger.org_id,
	    due->world.ledger.now, DUE_BATCH, note_due, due, err);
	return rc < 0 ? rc : 0;
}

static int go_due(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	size_t i;
	int rc = find_due(txn, due, err);

	for (i = 0; rc == 0 && i < due->count; i++)
		rc = go_one(txn, &due->world, &due->rows[i], err);
	return rc;
}

static int work_due(struct due *due, struct err *err)
{
	struct store *store = due->world.ledger.service->store;
	int rc;

	do {
		rc = store_read(store, find_due, due, err);
		if (rc < 0 || due->count == 0)
			return rc; /* most calls: nothing is written */
		rc = store_write(store, go_due, due, err);
	} while (rc == 0 && due->count == DUE_BATCH);
	return rc;
}

/* ---- what the hooks did not see ---- */

/*
 * Every hour, everybody whose employment ends about now: what was in the
 * database before there were departures, and phones that came to a person
 * whose end was known already.
 */
struct sweep {
	struct departure_world world;
	char persons[ENDING_BATCH][STORE_ID];
	size_t count;
	size_t done;
};

static int note_ending(void *arg, const struct employment_row *row)
{
	struct sweep *sweep = arg;

	if (sweep->count == ENDING_BATCH)
		return 1;
	memcpy(sweep->persons[sweep->count++], row->person_id, STORE_ID);
	return 0;
}

struct sweep_day {
	struct sweep *sweep;
	int64_t day;
};

static int find_ending(struct txn *txn, void *arg, struct err *err)
{
	struct sweep_day *at = arg;
	int rc;

	at->sweep->count = 0;
	rc = store_employment_each_ending(txn, at->sweep->world.ledger.org_id,
	    at->day, at->day + 1, note_ending, at->sweep, err);
	return rc < 0 ? rc : 0;
}

static int plan_some(struct txn *txn, void *arg, struct err *err)
{
	struct sweep *sweep = arg;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sweep->count; i++)
		rc = departure_employment_changed(
		    txn, &sweep->world.ledger, sweep->persons[i], err);
	return rc;
}

static int sweep_days(struct sweep *sweep, struct err *err)
{
	struct store *store = sweep->world.ledger.service->store;
	int64_t ahead = sweep->world.leaving->remind_ms / TIME_DAY_MS + 3;
	struct sweep_day at = {
	    sweep, sweep->world.ledger.today - TASK_OCCASION_DAYS};
	int rc = 0;

	for (; rc == 0 && at.day <= sweep->world.ledger.today + ahead;
	     at.day++) {
		rc = store_read(store, find_ending, &at, err);
		if (rc == 0 && sweep->count)
			rc = store_write(store, plan_some, sweep, err);
	}
	return rc;
}

static int work_tenant(
    struct service *service, struct tenant *tenant, struct err *err)
{
	const char *org_id = tenant->organisation.id;
	int64_t now = clock_now(service->clock);
	struct sweep *sweep = NULL;
	struct due *due = calloc(1, sizeof(*due));
	int rc;

	if (!due)
		return err_memory(err);
	rc = departure_world_policy(service, org_id, now, &due->world, err);
	if (rc == 0 && now >= tenant->departures_again_at) {
		sweep = calloc(1, sizeof(*sweep));
		rc = sweep ? 0 : err_memory(err);
		if (rc == 0) {
			sweep->world = due->world;
			rc = sweep_days(sweep, err);
		}
		if (rc == 0)
			tenant->departures_again_at = now + SWEEP_MS;
	}
	if (rc == 0)
		rc = work_due(due, err);
	free(sweep);
	free(due);
	return rc;
}

int service_departures_keep_going(struct service *service, struct err *err)
{
	size_t i;
	int first = 0;
	int rc;

	/* One organisation's fault does not hold up the others. */
	for (i = 0; i < service->tenant_count; i++) {
		rc = work_tenant(
		    service, &service->tenants[i], first ? NULL : err);
		if (rc < 0 && !first)
			first = rc;
	}
	return first;
}
