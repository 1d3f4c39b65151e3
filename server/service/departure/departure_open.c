/* Departures by hand: everything of one person, one phone handed back, a
 * cancellation, a pause. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"

#define LONG_LEAVE_DAYS 30 /* a shorter one is waited for */
#define REVIEW_DAYS 90     /* of a leave whose end nobody knows */

/* ---- opening ---- */

struct holds {
	const char *only_device_id;
	unsigned count;
};

static int note_hold(void *arg, const struct assignment_row *row)
{
	struct holds *holds = arg;

	if (!holds->only_device_id ||
	    strcmp(row->device_id, holds->only_device_id) == 0)
		holds->count++;
	return 0;
}

static int must_hold(struct txn *txn, const struct ledger *ledger,
    const struct departure_ask *ask, struct err *err)
{
	struct holds holds = {ask->device_id, 0};
	int rc = store_assignment_each_person(
	    txn, ledger->org_id, ask->person_id, true, note_hold, &holds, err);

	if (rc == 0 && holds.count == 0)
		return err_set(err, ERR_CONFLICT,
		    ask->device_id ? "this person does not hold that phone"
		                   : "this person holds nothing of ours");
	return rc;
}

static int fill(struct txn *txn, const struct departure_world *world,
    const struct departure_ask *ask, struct departure_row *row, struct err *err)
{
	const struct ledger *ledger = &world->ledger;
	struct task_person person;
	int rc =
	    task_person_load(txn, &world->tasks, ask->person_id, &person, err);

	if (rc < 0)
		return rc;
	*row = (struct departure_row){.reason = ask->reason,
	    .state = DEPARTURE_PLANNED,
	    .last_day = ask->last_day ? ask->last_day : ledger->today - 1,
	    .created_at = ledger->now,
	    .said_at = ledger->now};
	uuid_make(ledger->now, ledger->service->rng, row->id);
	memcpy(row->org_id, ledger->org_id, STORE_ID);
	(void)str_copy(row->person_id, STORE_ID, ask->person_id);
	(void)str_copy(row->unit_id, STORE_ID, person.unit_id);
	(void)str_copy(row->opened_by, sizeof(row->opened_by), ledger->by);
	if (str_copy(row->note, sizeof(row->note), ask->note) < 0)
		return err_set(err, ERR_LIMIT, "the reason is too long");
	return departure_find_receiver(txn, world, row, err);
}

/*
 * A leave is not an end: who is away for long and still employed is asked when
 * they are back, or on a day to look again; nothing is erased meanwhile.
 */
static int pause_for_leave(struct txn *txn, const struct departure_world *world,
    struct departure_row *row, struct err *err)
{
	struct absence_row absence;
	int32_t today = world->ledger.today;
	unsigned roles = 0;
	int rc = task_roles_of(txn, &world->tasks, row->person_id, &roles, err);

	if (rc < 0 || !roles)
		return rc;
	rc = store_absence_find_on(
	    txn, row->org_id, row->person_id, today, &absence, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (absence.until_day &&
	    absence.until_day - absence.from_day < LONG_LEAVE_DAYS)
		return 0;
	row->review_day =
	    absence.until_day ? absence.until_day + 1 : today + REVIEW_DAYS;
	row->state = DEPARTURE_PAUSED;
	return 0;
}

int departure_open(struct txn *txn, const struct ledger *ledger,
    const struct departure_ask *ask, struct departure_row *out, struct err *err)
{
	struct departure_world world;
	struct departure_row row;
	struct departure_row same;
	int rc;

	if (ask->reason == DEPARTURE_EMPLOYMENT_END ||
	    (unsigned)ask->reason >= DEPARTURE_REASON_COUNT)
		return err_set(err, ERR_INVALID,
		    "that follows from the register: end the employment");
	if (!ask->note || !ask->note[strspn(ask->note, " \t\n")])
		return err_set(err, ERR_INVALID, "say why, in a sentence");
	rc = store_departure_find_open(
	    txn, ledger->org_id, ask->person_id, ask->reason, "", &same, NULL);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "such a departure of this person is open already: %s",
		    same.id);
	if (rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "departures cannot be read");
	if ((rc = must_hold(txn, ledger, ask, err)) < 0 ||
	    (rc = departure_world_init(ledger, &world, err)) < 0 ||
	    (rc = fill(txn, &world, ask, &row, err)) < 0 ||
	    (rc = pause_for_leave(txn, &world, &row, err)) < 0 ||
	    (rc = departure_move(txn, &world, &row, row.state, row.note, err)) <
	        0 ||
	    (rc = departure_refresh(txn, &world, &row, ask->device_id, err)) <
	        0)
		return rc;
	/* The day is over: asked for at the next turn. */
	if (row.state == DEPARTURE_PLANNED && row.last_day < ledger->today) {
		row.next_at = ledger->now;
		rc = store_departure_save(txn, &row, err);
	}
	if (rc == 0)
		*out = row;
	return rc;
}

/* ---- for handlers ---- */

struct acting {
	struct service *service;
	const struct actor *actor;
	const struct departure_request *request;
	bool dry_run;
	const char *id;
	const char *why;
	int64_t review_day;
	struct departure_row out;
	struct departure_view *view;
};

static int load(struct txn *txn, const struct acting *acting,
    struct departure_row *out, struct err *err)
{
	int rc = store_departure_load(
	    txn, acting->actor->org_id, acting->id, out, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "there is no such departure");
	if (rc == 0 && out->state > DEPARTURE_PAUSED)
		return err_set(err, ERR_CONFLICT, "this departure is %s",
		    departure_state_name(out->state));
	return rc;
}

/* To be changed: nobody puts off or calls off their own. */
static int load_of_other(struct txn *txn, const struct acting *acting,
    struct departure_row *out, struct err *err)
{
	int rc = load(txn, acting, out, err);

	if (rc == 0 && strcmp(acting->actor->person_id, out->person_id) == 0)
		return err_set(err, ERR_DENIED,
		    "nobody cancels or pauses their own departure: somebody "
		    "else has to");
	return rc;
}

static int find_asked(struct txn *txn, const struct ledger *ledger,
    const struct departure_request *request, struct person_row *person,
    struct device *device, struct departure_ask *ask, struct err *err)
{
	int32_t day = 0;
	int rc = ledger_person_find(
	    txn, ledger->org_id, request->person, person, err);

	device->id[0] = '\0';
	if (rc == 0 && request->phone)
		rc = ledger_phone_find(
		    txn, ledger->org_id, request->phone, device, err);
	if (rc == 0 && request->last_day && *request->last_day)
		rc = calendar_day_parse(request->last_day, &day, err);
	*ask = (struct departure_ask){
	    .person_id = person->id,
	    .reason =
	        request->phone ? DEPARTURE_HAND_BACK : DEPARTURE_EVERYTHING,
	    .device_id = request->phone ? device->id : NULL,
	    .note = request->note,
	    .last_day = day,
	};
	return rc;
}

static int open_asked(struct txn *txn, void *arg, struct err *err)
{
	struct acting *acting = arg;
	struct departure_ask ask;
	struct person_row person;
	struct device device;
	struct ledger ledger;
	int rc = ledger_init(&ledger, acting->service, acting->actor, err);

	if (rc == 0)
		rc = find_asked(
		    txn, &ledger, acting->request, &person, &device, &ask, err);
	if (rc == 0)
		rc = departure_open(txn, &ledger, &ask, &acting->out, err);
	if (rc == 0)
		rc = departure_view_make(txn, &acting->out, acting->view, err);
	if (rc == 0 && acting->dry_run)
		return err_set(err, ERR_BUSY, "nothing was kept");
	return rc;
}

int service_departure_open(struct service *service, const struct actor *actor,
    const struct departure_request *request, bool dry_run,
    struct departure_view *out, struct err *err)
{
	struct acting acting = {.service = service,
	    .actor = actor,
	    .request = request,
	    .view = out,
	    .dry_run = dry_run};
	struct err why = {0};
	int rc = store_write(service->store, open_asked, &acting, &why);

	if (dry_run && rc == -ERR_BUSY && acting.out.id[0])
		return 0;
	if (rc < 0)
		return err_set(err, why.code, "%s", why.text);
	log_info(service->log, "departure_opened", LOG_CASE, acting.out.id,
	    LOG_PERSON, acting.out.person_id, LOG_USER, actor->name, NULL);
	return 0;
}

static int cancel_asked(struct txn *txn, void *arg, struct err *err)
{
	struct acting *acting = arg;
	struct departure_row row;
	struct ledger ledger;
	int rc = ledger_init(&ledger, acting->service, acting->actor, err);

	if (rc == 0)
		rc = load_of_other(txn, acting, &row, err);
	if (rc < 0)
		return rc;
	row.step |= DEPARTURE_BY_HAND;
	return departure_cancel(txn, &ledger, &row, acting->why, err);
}

int service_departure_cancel(struct service *service, const struct actor *actor,
    const char *id, const char *why, struct departure_view *out,
    struct err *err)
{
	struct acting acting = {
	    .service = service, .actor = actor, .id = id, .why = why};
	int rc;

	if (!why || !why[strspn(why, " \t\n")] || strlen(why) > 400)
		return err_set(err, ERR_INVALID, "say why, in a sentence");
	rc = store_write(service->store, cancel_asked, &acting, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "departure_cancelled", LOG_CASE, id, LOG_USER,
	    actor->name, LOG_CAUSE, why, NULL);
	return service_departure_load(service, actor, id, out, NULL, err);
}

static int pause_asked(struct txn *txn, void *arg, struct err *err)
{
	struct acting *acting = arg;
	struct departure_world world;
	struct departure_row row;
	struct ledger ledger;
	int rc = ledger_init(&ledger, acting->service, acting->actor, err);

	if (rc == 0)
		rc = departure_world_init(&ledger, &world, err);
	if (rc == 0)
		rc = load_of_other(txn, acting, &row, err);
	if (rc < 0)
		return rc;
	if (acting->review_day <= ledger.today)
		return err_set(err, ERR_INVALID,
		    "say a day ahead on which it is looked at again");
	row.review_day = acting->review_day;
	rc = departure_put_back(txn, &world, &row, "it is paused", err);
	if (rc < 0)
		return rc;
	return departure_move(
	    txn, &world, &row, DEPARTURE_PAUSED, acting->why, err);
}

int service_departure_pause(struct service *service, const struct actor *actor,
    const char *id, const char *until, const char *why,
    struct departure_view *out, struct err *err)
{
	struct acting acting = {
	    .service = service, .actor = actor, .id = id, .why = why};
	int32_t day;
	int rc;

	if (!why || !why[strspn(why, " \t\n")] || strlen(why) > 400)
		return err_set(err, ERR_INVALID, "say why, in a sentence");
	rc = calendar_day_parse(until ? until : "", &day, err);
	if (rc < 0)
		return rc;
	acting.review_day = day;
	rc = store_write(service->store, pause_asked, &acting, err);
	return rc < 0
	    ? rc
	    : service_departure_load(service, actor, id, out, NULL, err);
}
