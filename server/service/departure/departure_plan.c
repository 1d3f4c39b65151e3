/*
 * What the register says about who leaves when: a departure for each employment
 * that ends while something of ours hangs on it. Worked out anew from the whole
 * register of the person at every change, so that it heals by itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"

#define EMPLOYMENTS_MAX 64 /* of one person; the oldest are forgotten */
#define DEPARTURES_MAX 32
/* A transfer often overlaps: what begins so long before the end goes on. */
#define OVERLAP_DAYS 31

int departure_world_init(
    const struct ledger *ledger, struct departure_world *out, struct err *err)
{
	int rc =
	    task_world_init(ledger->service, ledger->org_id, &out->tasks, err);

	if (rc < 0)
		return rc;
	out->ledger = *ledger;
	out->ledger.later = NULL;
	out->tasks.now = ledger->now;
	out->tasks.today = ledger->today;
	out->leaving = pack_leaving(out->tasks.pack);
	return 0;
}

int departure_world_policy(struct service *service, const char *org_id,
    int64_t now, struct departure_world *out, struct err *err)
{
	struct ledger ledger = {.service = service, .now = now};
	struct task_world world;
	int rc = task_world_init(service, org_id, &world, err);

	if (rc < 0)
		return rc;
	(void)str_copy(ledger.org_id, sizeof(ledger.org_id), org_id);
	(void)str_copy(ledger.by, sizeof(ledger.by), TASK_BY_POLICY);
	ledger.today = calendar_day_at(world.place.zone, now);
	return departure_world_init(&ledger, out, err);
}

/* ---- the employments of a person ---- */

struct employments {
	struct employment_row rows[EMPLOYMENTS_MAX];
	size_t count;
};

static int note_employment(void *arg, const struct employment_row *row)
{
	struct employments *all = arg;

	if (all->count == EMPLOYMENTS_MAX) {
		memmove(&all->rows[0], &all->rows[1],
		    (EMPLOYMENTS_MAX - 1) * sizeof(all->rows[0]));
		all->count--;
	}
	all->rows[all->count++] = *row;
	return 0;
}

/* Ends later than the other; no end is the latest. */
static bool ends_later(
    const struct employment_row *a, const struct employment_row *b)
{
	if (b->to_day == 0)
		return false;
	return a->to_day == 0 || a->to_day > b->to_day;
}

/*
 * Does `next` go on where `row` ends: it begins about then, within the time in
 * which who comes back has not left. One that has run beside it for longer is
 * another post with its own things.
 */
static bool goes_on(const struct departure_world *world,
    const struct employment_row *row, const struct employment_row *next)
{
	int64_t window = world->leaving->rehire_window_ms / TIME_DAY_MS;

	return ends_later(next, row) && next->from_day > row->from_day &&
	    next->from_day >= row->to_day - OVERLAP_DAYS &&
	    next->from_day <= row->to_day + window;
}

static const struct employment_row *last_of(const struct employments *all)
{
	const struct employment_row *last = NULL;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!last || !ends_later(last, &all->rows[i]))
			last = &all->rows[i];
	return last;
}

/* Each round ends later than the one before, so it comes to an end. */
static const struct employment_row *end_of(const struct departure_world *world,
    const struct employments *all, const char *employment_id)
{
	const struct employment_row *row = NULL;
	bool moved = true;
	size_t i;

	for (i = 0; i < all->count && !row; i++)
		if (strcmp(all->rows[i].id, employment_id) == 0)
			row = &all->rows[i];
	/* Voided and said anew, or from before there was a ledger. */
	if (!row)
		return last_of(all);
	while (moved) {
		moved = false;
		for (i = 0; i < all->count; i++) {
			if (goes_on(world, row, &all->rows[i])) {
				row = &all->rows[i];
				moved = true;
			}
		}
	}
	return row;
}

int departure_employment_end(struct txn *txn,
    const struct departure_world *world, const char *person_id,
    const char *employment_id, struct employment_row *out, struct err *err)
{
	struct employments *all = calloc(1, sizeof(*all));
	const struct employment_row *end;
	int rc;

	if (!all)
		return err_memory(err);
	rc = store_employment_each_person(
	    txn, world->ledger.org_id, person_id, note_employment, all, err);
	end = rc == 0 ? end_of(world, all, employment_id) : NULL;
	if (end)
		*out = *end;
	else if (rc == 0)
		rc = err_set(err, ERR_NOT_FOUND, "the person is not employed");
	free(all);
	return rc < 0 ? rc : 0;
}

/* ---- planning ---- */

struct plan {
	struct txn *txn;
	struct departure_world world;
	const char *person_id;
	struct employments employments;
	struct departure_row departures[DEPARTURES_MAX]; /* the newest */
	size_t departure_count;
	struct departure_held held;
};

static bool is_open(const struct departure_row *departure)
{
	return departure->state <= DEPARTURE_PAUSED;
}

/* What follows from the register; one that is off ends by itself. */
static bool is_on(const struct departure_row *departure)
{
	return is_open(departure) && !(departure->step & DEPARTURE_OFF);
}

/* Cancelled by a person for its very day: so it stays. */
static bool is_off_by_hand(const struct departure_row *departure)
{
	return (departure->step & DEPARTURE_BY_HAND) &&
	    departure->state != DEPARTURE_CLOSED && !is_on(departure);
}

static int note_departure(void *arg, const struct departure_row *row)
{
	struct plan *plan = arg;

	if (row->reason != DEPARTURE_EMPLOYMENT_END ||
	    (!is_open(row) && !is_off_by_hand(row)))
		return 0; /* over: nothing follows from it */
	if (plan->departure_count == DEPARTURES_MAX) {
		memmove(&plan->departures[0], &plan->departures[1],
		    (DEPARTURES_MAX - 1) * sizeof(plan->departures[0]));
		plan->departure_count--;
	}
	plan->departures[plan->departure_count++] = *row;
	return 0;
}

static bool has_work(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->employments.count; i++)
		if (plan->employments.rows[i].to_day)
			return true;
	for (i = 0; i < plan->departure_count; i++)
		if (is_open(&plan->departures[i]))
			return true;
	return false;
}

/* What was said in this very moment erases nothing on the same day. */
static int move_day(struct plan *plan, struct departure_row *departure,
    int64_t last_day, struct err *err)
{
	static const char why[] = "the last day was moved";
	bool is_ahead = last_day >= plan->world.ledger.today;
	enum departure_state state = departure->state;
	int rc = 0;

	departure->last_day = last_day;
	departure->said_at = plan->world.ledger.now;
	departure->step &= DEPARTURE_NO_RECEIVER;
	departure->wipe_at = 0; /* of an open one: set anew at its turn */
	if (is_ahead && state != DEPARTURE_PLANNED)
		rc = departure_put_back(
		    plan->txn, &plan->world, departure, why, err);
	if (is_ahead && state == DEPARTURE_OPEN)
		state = DEPARTURE_PLANNED;
	return rc < 0 ? rc
	              : departure_move(plan->txn, &plan->world, departure,
	                    state, why, err);
}

/* The employment goes on, or never was: nothing is asked back. */
static int review_one(
    struct plan *plan, struct departure_row *departure, struct err *err)
{
	const struct employment_row *end =
	    end_of(&plan->world, &plan->employments, departure->employment_id);

	if (end && end->to_day &&
	    strcmp(end->id, departure->employment_id) == 0) {
		if (end->to_day - 1 == departure->last_day)
			return 0;
		return move_day(plan, departure, end->to_day - 1, err);
	}
	return departure_cancel(plan->txn, &plan->world.ledger, departure,
	    !end              ? "the employment was a mistake"
	        : end->to_day ? "another employment follows"
	                      : "the employment goes on",
	    err);
}

/* What is in hand is erased only while its very day stands. */
static int review_off(
    struct plan *plan, struct departure_row *departure, struct err *err)
{
	const struct employment_row *end =
	    end_of(&plan->world, &plan->employments, departure->employment_id);
	struct departure_cases cases;
	bool is_back;
	size_t i;
	int rc;

	if (end && end->to_day - 1 == departure->last_day &&
	    strcmp(end->id, departure->employment_id) == 0)
		return 0;
	rc = departure_cases_load(
	    plan->txn, departure->org_id, departure->id, &cases, err);
	for (i = 0; rc == 0 && i < cases.count; i++)
		if (return_case_is_open(cases.rows[i].state))
			rc = departure_wipe_withdraw(plan->txn,
			    &plan->world.ledger, &cases.rows[i],
			    "the employment does not end on that day", &is_back,
			    err);
	departure_cases_clear(&cases);
	return rc;
}

static struct departure_row *find_departure(
    struct plan *plan, const struct employment_row *end)
{
	struct departure_row *row;
	size_t i;

	for (i = plan->departure_count; i-- > 0;) {
		row = &plan->departures[i];
		if (strcmp(row->employment_id, end->id) != 0)
			continue;
		if (is_on(row) ||
		    (is_off_by_hand(row) && row->last_day == end->to_day - 1))
			return row;
	}
	return NULL;
}

static int make_departure(struct plan *plan, const struct employment_row *end,
    struct departure_row *row, struct err *err)
{
	const struct ledger *ledger = &plan->world.ledger;
	struct person_row person;
	int rc = store_person_load(
	    plan->txn, ledger->org_id, plan->person_id, &person, err);

	if (rc < 0)
		return rc;
	*row = (struct departure_row){.reason = DEPARTURE_EMPLOYMENT_END,
	    .state = DEPARTURE_PLANNED,
	    .last_day = end->to_day - 1,
	    .created_at = ledger->now,
	    .said_at = ledger->now};
	uuid_make(ledger->now, ledger->service->rng, row->id);
	memcpy(row->org_id, ledger->org_id, STORE_ID);
	(void)str_copy(row->person_id, STORE_ID, plan->person_id);
	memcpy(row->employment_id, end->id, STORE_ID);
	memcpy(row->unit_id, end->unit_id[0] ? end->unit_id : person.unit_id,
	    STORE_ID);
	(void)str_copy(row->opened_by, sizeof(row->opened_by), ledger->by);
	(void)snprintf(row->note, sizeof(row->note), "the employment ends");
	rc = departure_find_receiver(plan->txn, &plan->world, row, err);
	return rc < 0 ? rc
	              : departure_move(plan->txn, &plan->world, row,
	                    DEPARTURE_PLANNED, row->note, err);
}

/*
 * Handed out by somebody who knew that the employment had long ended: not what
 * is left over from it. What is told late was held before that.
 */
static bool came_after(const struct plan *plan,
    const struct employment_row *end, const struct assignment_row *held)
{
	enum calendar_zone zone = plan->world.tasks.place.zone;
	int32_t came = calendar_day_at(zone, held->from_at);

	return end->to_day - 1 <
	    plan->world.ledger.today - TASK_OCCASION_DAYS &&
	    held->from_at > end->ended_at && came >= end->to_day;
}

/* What a phone or SIM hangs on ends: its departure is there, with it in it. */
static int plan_held(
    struct plan *plan, const struct assignment_row *held, struct err *err)
{
	const struct employment_row *end =
	    end_of(&plan->world, &plan->employments, held->employment_id);
	struct departure_row *departure;
	int rc;

	if (!end || !end->to_day || came_after(plan, end, held) ||
	    find_departure(plan, end) ||
	    plan->departure_count == DEPARTURES_MAX) /* the next round */
		return 0;
	departure = &plan->departures[plan->departure_count];
	rc = make_departure(plan, end, departure, err);
	if (rc < 0)
		return rc;
	plan->departure_count++;
	return departure_refresh(plan->txn, &plan->world, departure, NULL, err);
}

static int load_departures(struct plan *plan, struct err *err)
{
	const struct departure_filter filter = {
	    .org_id = plan->world.ledger.org_id, .person_id = plan->person_id};

	plan->departure_count = 0;
	return store_departure_each(
	    plan->txn, &filter, note_departure, plan, err);
}

/* 1: it was written off and has come to the very person again, by enrolling
 * say: that return goes on, and there is no other. */
static int take_up(
    struct plan *plan, const struct assignment_row *held, struct err *err)
{
	const struct employment_row *end =
	    end_of(&plan->world, &plan->employments, held->employment_id);
	struct return_case_row row;
	struct return_step_row step;
	int rc;

	if (held->kind != ASSIGNMENT_PHONE || !end || !end->to_day)
		return 0;
	rc = return_case_going(
	    plan->txn, held->org_id, held->device_id, &row, err);
	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 &&
	        (row.state != RETURN_WRITTEN_OFF ||
	            held->from_at < row.closed_at ||
	            strcmp(row.person_id, held->person_id) != 0)))
		return 0;
	if (rc < 0)
		return rc;
	return_step_init(&step, &plan->world.ledger, RETURN_STEP_FOUND);
	(void)snprintf(
	    step.note, sizeof(step.note), "it is with who returns it again");
	rc = return_apply(plan->txn, &plan->world.ledger, &row,
	    RETURN_EVENT_FOUND, &step, err);
	return rc < 0 ? rc : 1;
}

static int take_up_all(struct plan *plan, struct err *err)
{
	bool is_any = false;
	size_t i;
	int rc = 0;

	for (i = 0; rc >= 0 && i < plan->held.count; i++) {
		rc = take_up(plan, &plan->held.rows[i], err);
		is_any |= rc > 0;
	}
	return rc < 0 || !is_any ? rc : load_departures(plan, err);
}

static int run(struct plan *plan, struct err *err)
{
	size_t i;
	int rc = take_up_all(plan, err);

	for (i = 0; rc == 0 && i < plan->departure_count; i++)
		if (is_open(&plan->departures[i]))
			rc = (is_on(&plan->departures[i])
			        ? review_one
			        : review_off)(plan, &plan->departures[i], err);
	for (i = 0; rc == 0 && i < plan->held.count; i++)
		rc = plan_held(plan, &plan->held.rows[i], err);
	return rc;
}

int departure_employment_changed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct err *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int rc;

	if (!plan)
		return err_memory(err);
	plan->txn = txn;
	plan->person_id = person_id;
	rc = departure_world_init(ledger, &plan->world, err);
	if (rc == 0)
		rc = store_employment_each_person(txn, ledger->org_id,
		    person_id, note_employment, &plan->employments, err);
	if (rc == 0)
		rc = load_departures(plan, err);
	if (rc == 0 && has_work(plan)) {
		rc = departure_held_load(
		    txn, ledger->org_id, person_id, &plan->held, err);
		rc = rc < 0 ? rc : run(plan, err);
	}
	departure_held_clear(&plan->held);
	free(plan);
	return rc < 0 ? rc : 0;
}

struct wakes {
	char ids[DEPARTURES_MAX][STORE_ID];
	size_t count;
};

static int note_wake(void *arg, const struct departure_row *row)
{
	struct wakes *wakes = arg;

	memcpy(wakes->ids[wakes->count++], row->id, STORE_ID);
	return wakes->count == DEPARTURES_MAX;
}

/* Those that are there look again at their next turn. */
int departure_holding_changed(struct txn *txn, const struct ledger *ledger,
    const char *person_id, struct err *err)
{
	const struct departure_filter filter = {.org_id = ledger->org_id,
	    .person_id = person_id,
	    .only_open = true};
	struct wakes wakes = {.count = 0};
	size_t i;
	int rc = store_departure_each(txn, &filter, note_wake, &wakes, err);

	for (i = 0; rc >= 0 && i < wakes.count; i++)
		rc = departure_wake(
		    txn, ledger->org_id, wakes.ids[i], ledger->now, err);
	return rc < 0
	    ? rc
	    : departure_employment_changed(txn, ledger, person_id, err);
}
