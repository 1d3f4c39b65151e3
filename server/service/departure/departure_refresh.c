/* A departure's cases and decisions, kept in line with what the person holds;
 * when it is looked at next, and when it is over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

/* ---- its row ---- */

int64_t departure_morning_of(const struct departure_world *world, int64_t day)
{
	return calendar_next_working_day_at(
	    &world->tasks.place, (int32_t)day - 1, world->leaving->wipe_minute);
}

int64_t departure_reminder_at(const struct departure_world *world,
    const struct departure_row *departure, int64_t before_ms)
{
	return departure_morning_of(
	    world, departure->last_day - before_ms / TIME_DAY_MS);
}

int64_t departure_last_morning(
    const struct departure_world *world, const struct departure_row *departure)
{
	int32_t day = (int32_t)departure->last_day;

	while (!calendar_is_working_day(world->tasks.place.country, day))
		day--;
	return departure_morning_of(world, day);
}

static void sooner(int64_t *next, int64_t at)
{
	if (at > 0 && (*next == 0 || at < *next))
		*next = at;
}

static int64_t next_of_planned(
    const struct departure_world *world, const struct departure_row *departure)
{
	int64_t next = calendar_day_ends(
	    world->tasks.place.zone, (int32_t)departure->last_day);

	if (!(departure->step & DEPARTURE_REMINDED))
		sooner(&next,
		    departure_reminder_at(
		        world, departure, world->leaving->remind_ms));
	if (!(departure->step & DEPARTURE_REMINDED_AGAIN))
		sooner(&next,
		    departure_reminder_at(
		        world, departure, world->leaving->remind_again_ms));
	if (!(departure->step & DEPARTURE_LAST_DAY))
		sooner(&next, departure_last_morning(world, departure));
	return next;
}

/* Looked at often enough for the ladder, whatever else wakes it. */
static int64_t next_of_open(
    const struct departure_world *world, const struct departure_row *departure)
{
	int64_t next = 0;
	int32_t today = world->ledger.today;

	if (departure->wipe_at == 0)
		return world->ledger.now; /* it is still to be set */
	if (departure->wipe_at > world->ledger.now)
		sooner(&next, departure->wipe_at);
	sooner(&next, departure_morning_of(world, today + 1));
	return next;
}

int64_t departure_next(
    const struct departure_world *world, const struct departure_row *departure)
{
	switch (departure->state) {
	case DEPARTURE_PLANNED:
		return next_of_planned(world, departure);
	case DEPARTURE_OPEN:
		return next_of_open(world, departure);
	case DEPARTURE_PAUSED:
		return departure_morning_of(world, departure->review_day);
	default:
		return 0;
	}
}

int departure_save(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, struct err *err)
{
	departure->next_at = departure_next(world, departure);
	return store_departure_save(txn, departure, err);
}

static int tell(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const char *why, struct err *err)
{
	char day[CALENDAR_DATE_TEXT_MAX] = "";
	const char *state = departure_state_name(departure->state);
	const struct event event = {.org_id = departure->org_id,
	    .kind = EVENT_DEPARTURE_CHANGED,
	    .state = state,
	    .person_id = departure->person_id,
	    .departure_id = departure->id,
	    .by = world->ledger.by};
	const struct audit_note note = {.action = AUDIT_DEPARTURE_MOVED,
	    .org_id = departure->org_id,
	    .by = world->ledger.by,
	    .subject_kind = "departure",
	    .subject_id = departure->id,
	    .person_id = departure->person_id,
	    .case_id = departure->id,
	    .why = why,
	    .params = {{"state", state},
	        {"reason", departure_reason_name(departure->reason)},
	        {"last_day", day}}};
	int rc;

	if (departure->last_day)
		calendar_day_text((int32_t)departure->last_day, day);
	rc = audit_write(txn, world->ledger.service, &note, err);
	return rc < 0 ? rc
	              : notify_event(txn, world->ledger.service, &event, err);
}

int departure_move(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, enum departure_state state,
    const char *why, struct err *err)
{
	int rc;

	departure->state = state;
	if (state >= DEPARTURE_CLOSED)
		departure->closed_at = world->ledger.now;
	rc = departure_save(txn, world, departure, err);
	return rc < 0 ? rc : tell(txn, world, departure, why, err);
}

int departure_wake(struct txn *txn, const char *org_id, const char *id,
    int64_t now, struct err *err)
{
	struct departure_row departure;
	int rc = store_departure_load(txn, org_id, id, &departure, err);

	if (rc < 0 || departure.state > DEPARTURE_PAUSED ||
	    (departure.next_at && departure.next_at <= now))
		return rc;
	departure.next_at = now;
	return store_departure_save(txn, &departure, err);
}

int departure_find_receiver(struct txn *txn,
    const struct departure_world *world, struct departure_row *departure,
    struct err *err)
{
	struct person_row receiver = {.id = ""};
	int rc = superior_find(txn, &world->tasks, departure->unit_id,
	    departure->person_id, &receiver, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "the manager cannot be found");
	(void)str_copy(
	    departure->receiver_id, STORE_ID, rc == 0 ? receiver.id : "");
	departure->step &= ~(int64_t)DEPARTURE_NO_RECEIVER;
	if (rc < 0)
		departure->step |= DEPARTURE_NO_RECEIVER;
	return 0;
}

/* ---- cases ---- */

struct refresh {
	struct txn *txn;
	const struct departure_world *world;
	struct departure_row *departure;
	const char *only_device_id; /* NULL: everything */
};

int departure_covers(struct txn *txn, const struct departure_world *world,
    const struct departure_row *departure, const struct assignment_row *held,
    bool *out, struct err *err)
{
	struct employment_row end;
	int rc;

	*out = departure->reason != DEPARTURE_EMPLOYMENT_END;
	if (*out)
		return 0;
	rc = departure_employment_end(
	    txn, world, held->person_id, held->employment_id, &end, err);
	*out = rc == 0 && strcmp(end.id, departure->employment_id) == 0;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* By hand all, or the one that is handed back; else what hangs on the employment
 * that ends. */
static int belongs(const struct refresh *refresh,
    const struct assignment_row *held, bool *out, struct err *err)
{
	int rc = departure_covers(
	    refresh->txn, refresh->world, refresh->departure, held, out, err);

	if (refresh->departure->reason != DEPARTURE_EMPLOYMENT_END &&
	    refresh->only_device_id)
		*out = strcmp(held->device_id, refresh->only_device_id) == 0;
	return rc;
}

static int apply_plain(struct refresh *refresh, struct return_case_row *row,
    enum return_event event, enum return_step_kind kind, const char *note,
    struct err *err)
{
	struct return_step_row step;

	return_step_init(&step, &refresh->world->ledger, kind);
	(void)snprintf(step.note, sizeof(step.note), "%s", note);
	return return_apply(
	    refresh->txn, &refresh->world->ledger, row, event, &step, err);
}

static int make_case(
    struct refresh *refresh, const struct assignment_row *held, struct err *err)
{
	const struct ledger *ledger = &refresh->world->ledger;
	struct return_case_row row = {.state = RETURN_PLANNED,
	    .created_at = ledger->now,
	    .changed_at = ledger->now};
	struct device device;
	int rc = store_device_load_of(
	    refresh->txn, ledger->org_id, held->device_id, &device, err);

	if (rc == 0)
		rc = return_phone_fill(refresh->txn, &device, held, &row, err);
	if (rc < 0)
		return rc;
	uuid_make(ledger->now, ledger->service->rng, row.id);
	memcpy(row.org_id, ledger->org_id, STORE_ID);
	memcpy(row.departure_id, refresh->departure->id, STORE_ID);
	memcpy(row.device_id, held->device_id, STORE_ID);
	memcpy(row.assignment_id, held->id, STORE_ID);
	memcpy(row.person_id, held->person_id, STORE_ID);
	rc = store_return_case_save(refresh->txn, &row, err);
	if (rc == 0)
		rc = return_phone_look_at_lock(
		    refresh->txn, ledger, &row, &device, err);
	if (rc == 0 && refresh->departure->state == DEPARTURE_OPEN)
		rc = apply_plain(refresh, &row, RETURN_EVENT_ASK,
		    RETURN_STEP_ASKED, "", err);
	return rc;
}

/* It had its case in this departure: cancelled, say. It gets no other. */
static int had_case(struct refresh *refresh, const struct assignment_row *held,
    bool *out, struct err *err)
{
	struct departure_cases cases;
	size_t i;
	int rc = departure_cases_load(refresh->txn, refresh->departure->org_id,
	    refresh->departure->id, &cases, err);

	*out = false;
	for (i = 0; i < cases.count; i++)
		*out |= strcmp(cases.rows[i].assignment_id, held->id) == 0;
	departure_cases_clear(&cases);
	return rc;
}

/* Cancelled, and open only for what is under way: what comes to whoever stays
 * is not asked back. */
static bool takes_no_more(const struct refresh *refresh)
{
	return refresh->departure->step & DEPARTURE_OFF;
}

/* One way back at a time: another departure has it. What lies here of one that is
 * off goes with the one that follows. */
static int take_over(
    struct refresh *refresh, struct return_case_row *row, struct err *err)
{
	const struct ledger *ledger = &refresh->world->ledger;
	struct departure_row former;
	struct return_step_row step;
	int rc = store_departure_load(
	    refresh->txn, ledger->org_id, row->departure_id, &former, err);

	if (rc < 0 || !(former.step & DEPARTURE_OFF) || takes_no_more(refresh))
		return rc;
	memcpy(row->departure_id, refresh->departure->id, STORE_ID);
	rc = store_return_case_save(refresh->txn, row, err);
	return_step_init(&step, ledger, RETURN_STEP_TAKEN_OVER);
	(void)snprintf(step.note, sizeof(step.note),
	    "it was in hand when the departure that follows was told");
	if (rc == 0)
		rc = return_step_told(refresh->txn, ledger, row, &step, err);
	return rc < 0 ? rc
	              : departure_wake(refresh->txn, ledger->org_id, former.id,
	                    ledger->now, err);
}

static int take_phone(
    struct refresh *refresh, const struct assignment_row *held, struct err *err)
{
	struct return_case_row row;
	bool is_over;
	int rc = store_return_case_find_open(
	    refresh->txn, held->org_id, held->device_id, &row, err);

	if (rc == -ERR_NOT_FOUND && takes_no_more(refresh))
		return 0;
	if (rc == -ERR_NOT_FOUND) {
		rc = had_case(refresh, held, &is_over, err);
		return rc < 0 || is_over ? rc : make_case(refresh, held, err);
	}
	if (rc == 0 && strcmp(row.departure_id, refresh->departure->id) != 0)
		rc = take_over(refresh, &row, err);
	if (rc < 0 || strcmp(row.departure_id, refresh->departure->id) != 0)
		return rc;
	return return_phone_follow(
	    refresh->txn, &refresh->world->ledger, &row, held, err);
}

/* Who takes off management has it in their pocket all the same, as long as it is
 * nobody else's. */
static int has_left_them(const struct refresh *refresh,
    const struct return_case_row *row, bool *out, struct err *err)
{
	struct assignment_row former;
	struct assignment_row held;
	int rc = store_assignment_load(
	    refresh->txn, row->org_id, row->assignment_id, &former, err);

	*out = rc == -ERR_NOT_FOUND || former.to_at || former.voided_at;
	if (rc < 0 || !return_phone_was_let_go(&former))
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	rc = store_assignment_find_phone(
	    refresh->txn, row->org_id, row->device_id, 0, &held, err);
	*out = rc == 0;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* What left the person before it was asked for is no matter any more. */
static int drop_gone(struct refresh *refresh, struct err *err)
{
	struct departure_cases cases;
	bool is_gone;
	size_t i;
	int rc = departure_cases_load(refresh->txn, refresh->departure->org_id,
	    refresh->departure->id, &cases, err);

	for (i = 0; rc == 0 && i < cases.count; i++) {
		if (cases.rows[i].state != RETURN_PLANNED)
			continue;
		rc = has_left_them(refresh, &cases.rows[i], &is_gone, err);
		if (rc == 0 && is_gone)
			rc = apply_plain(refresh, &cases.rows[i],
			    RETURN_EVENT_CANCEL, RETURN_STEP_CANCELLED,
			    "the person does not hold it any more", err);
	}
	departure_cases_clear(&cases);
	return rc;
}

/* ---- SIMs ---- */

static int take_sim(
    struct refresh *refresh, const struct assignment_row *held, struct err *err)
{
	const struct ledger *ledger = &refresh->world->ledger;
	struct return_case_row in = {.id = ""};
	struct sim_decision_row row;
	int rc = store_sim_decision_find(refresh->txn, ledger->org_id,
	    refresh->departure->id, held->subscription_id, &row, err);

	if (rc != -ERR_NOT_FOUND || takes_no_more(refresh))
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	row = (struct sim_decision_row){.created_at = ledger->now};
	if (held->device_id[0]) {
		rc = store_return_case_find_open(
		    refresh->txn, ledger->org_id, held->device_id, &in, err);
		if (rc < 0 && rc != -ERR_NOT_FOUND)
			return rc;
		if (strcmp(in.departure_id, refresh->departure->id) != 0)
			in.id[0] = '\0';
	}
	uuid_make(ledger->now, ledger->service->rng, row.id);
	memcpy(row.org_id, ledger->org_id, STORE_ID);
	memcpy(row.departure_id, refresh->departure->id, STORE_ID);
	memcpy(row.subscription_id, held->subscription_id, STORE_ID);
	(void)str_copy(row.case_id, STORE_ID, in.id);
	return store_sim_decision_save(refresh->txn, &row, err);
}

static int take(struct refresh *refresh, const struct assignment_row *held,
    bool phones, struct err *err)
{
	bool ours = false;
	int rc;

	if ((held->kind == ASSIGNMENT_PHONE) != phones)
		return 0;
	rc = belongs(refresh, held, &ours, err);
	if (rc < 0 || !ours)
		return rc;
	return phones ? take_phone(refresh, held, err)
	              : take_sim(refresh, held, err);
}

int departure_refresh(struct txn *txn, const struct departure_world *world,
    struct departure_row *departure, const char *only_device_id,
    struct err *err)
{
	struct refresh refresh = {txn, world, departure, only_device_id};
	struct departure_held held;
	size_t i;
	int rc = departure_held_load(
	    txn, departure->org_id, departure->person_id, &held, err);

	/* Phones first: a SIM is decided with the phone that it sits in. */
	for (i = 0; rc == 0 && i < held.count; i++)
		rc = take(&refresh, &held.rows[i], true, err);
	for (i = 0; rc == 0 && i < held.count; i++)
		rc = take(&refresh, &held.rows[i], false, err);
	departure_held_clear(&held);
	if (rc == 0)
		rc = drop_gone(&refresh, err);
	return rc < 0
	    ? rc
	    : return_sims_mark(txn, &world->ledger, departure->id, err);
}
