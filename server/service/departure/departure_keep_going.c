/* Departures that are due, some in one transaction, and everybody whose
 * employment ends about now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"

#define DUE_BATCH 50  /* departures in one transaction */
#define PLAN_BATCH 50 /* persons planned in one transaction */
#define SWEEP_MS TIME_HOUR_MS
/* One that cannot go on is out of the way of the others for so long. */
#define FAILED_AGAIN_MS TIME_HOUR_MS

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
		rc = departure_go(txn, &due->world, &due->rows[i], err);
	return rc;
}

/* ---- one that fails ---- */

struct one {
	const struct departure_world *world;
	const char *id; /* of the departure, or of the person to be planned */
	struct err why;
};

static int go_one(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	struct departure_world world = *one->world;
	struct departure_row row;
	int rc =
	    store_departure_load(txn, world.ledger.org_id, one->id, &row, err);

	if (rc < 0 || row.state > DEPARTURE_PAUSED || row.next_at == 0 ||
	    row.next_at > world.ledger.now)
		return rc;
	return departure_go(txn, &world, &row, err);
}

static int put_off(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	struct departure_row row;
	int rc = store_departure_load(
	    txn, one->world->ledger.org_id, one->id, &row, err);

	if (rc < 0 || row.state > DEPARTURE_PAUSED)
		return rc;
	row.next_at = one->world->ledger.now + FAILED_AGAIN_MS;
	(void)snprintf(row.waits, sizeof(row.waits),
	    "it cannot go on, and is tried again every hour: %.400s",
	    one->why.text);
	return store_departure_save(txn, &row, err);
}

static void tell_failed(const struct one *one, const char *key)
{
	struct service *service = one->world->ledger.service;

	service_count(service, SERVICE_DEPARTURES_FAILED);
	log_error(service->log, "departure_failed", key, one->id,
	    LOG_ORGANISATION, one->world->ledger.org_id, LOG_ERROR,
	    one->why.text, NULL);
}

/* Some of them cannot: each by itself, so that the others can. */
static int go_one_by_one(struct due *due, struct err *err)
{
	struct store *store = due->world.ledger.service->store;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < due->count; i++) {
		struct one one = {&due->world, due->rows[i].id, {0}};

		if (store_write(store, go_one, &one, &one.why) == 0)
			continue;
		tell_failed(&one, LOG_CASE);
		rc = store_write(store, put_off, &one, err);
	}
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
		rc = store_write(store, go_due, due, NULL);
		if (rc < 0)
			rc = go_one_by_one(due, err);
	} while (rc == 0 && due->count == DUE_BATCH);
	return rc;
}

/* ---- what the hooks did not see ---- */

/*
 * Every hour, everybody whose employment ends about now, and once a day, who
 * left long ago with something of ours: what was in the database before there
 * were departures, and phones that came to a person whose end was known already.
 */
struct sweep {
	struct departure_world world;
	char (*persons)[STORE_ID]; /* of one day, or who left long ago */
	size_t count;
	size_t cap;
	size_t done;
};

static int note_ending(void *arg, const struct employment_row *row)
{
	struct sweep *sweep = arg;
	size_t cap = sweep->cap ? sweep->cap * 2 : 64;
	char(*persons)[STORE_ID];

	if (sweep->count == sweep->cap) {
		persons = realloc(sweep->persons, cap * sizeof(*persons));
		if (!persons)
			return -(int)ERR_MEMORY;
		sweep->persons = persons;
		sweep->cap = cap;
	}
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
	size_t end = sweep->done + PLAN_BATCH;
	size_t i;
	int rc = 0;

	for (i = sweep->done; rc == 0 && i < sweep->count && i < end; i++)
		rc = departure_employment_changed(
		    txn, &sweep->world.ledger, sweep->persons[i], err);
	return rc;
}

static int plan_one(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;

	return departure_employment_changed(
	    txn, &one->world->ledger, one->id, err);
}

/* Who cannot be planned is tried again at the next sweep. */
static void plan_one_by_one(struct sweep *sweep)
{
	struct store *store = sweep->world.ledger.service->store;
	size_t end = sweep->done + PLAN_BATCH;
	size_t i;

	for (i = sweep->done; i < sweep->count && i < end; i++) {
		struct one one = {&sweep->world, sweep->persons[i], {0}};

		if (store_write(store, plan_one, &one, &one.why) < 0)
			tell_failed(&one, LOG_PERSON);
	}
}

static int find_left(struct txn *txn, void *arg, struct err *err)
{
	struct sweep_day *at = arg;
	const struct ledger *ledger = &at->sweep->world.ledger;
	int rc;

	at->sweep->count = 0;
	rc = store_employment_each_left(txn, ledger->org_id, at->day,
	    ledger->today, note_ending, at->sweep, err);
	return rc < 0 ? rc : 0;
}

static int plan_found(struct sweep_day *at, store_fn *find, struct err *err)
{
	struct sweep *sweep = at->sweep;
	struct store *store = sweep->world.ledger.service->store;
	int rc = store_read(store, find, at, err);

	for (sweep->done = 0; rc == 0 && sweep->done < sweep->count;
	     sweep->done += PLAN_BATCH)
		if (store_write(store, plan_some, sweep, NULL) < 0)
			plan_one_by_one(sweep);
	return rc;
}

static int sweep_left(struct sweep *sweep, struct err *err)
{
	struct sweep_day at = {
	    sweep, sweep->world.ledger.today - TASK_OCCASION_DAYS};

	return plan_found(&at, find_left, err);
}

static int sweep_days(struct sweep *sweep, struct err *err)
{
	int64_t ahead = sweep->world.leaving->remind_ms / TIME_DAY_MS + 3;
	struct sweep_day at = {
	    sweep, sweep->world.ledger.today - TASK_OCCASION_DAYS};
	int rc = 0;

	for (; rc == 0 && at.day <= sweep->world.ledger.today + ahead; at.day++)
		rc = plan_found(&at, find_ending, err);
	return rc;
}

static int sweep_tenant(
    struct tenant *tenant, const struct departure_world *world, struct err *err)
{
	struct sweep sweep = {.world = *world};
	int32_t today = world->ledger.today;
	int rc = sweep_days(&sweep, err);

	if (rc == 0 && tenant->departures_left_on != today)
		rc = sweep_left(&sweep, err);
	free(sweep.persons);
	if (rc < 0)
		return rc;
	tenant->departures_left_on = today;
	tenant->departures_again_at = world->ledger.now + SWEEP_MS;
	return 0;
}

static int work_tenant(
    struct service *service, struct tenant *tenant, struct err *err)
{
	const char *org_id = tenant->organisation.id;
	int64_t now = clock_now(service->clock);
	struct due *due = calloc(1, sizeof(*due));
	int rc;

	if (!due)
		return err_memory(err);
	rc = departure_world_policy(service, org_id, now, &due->world, err);
	if (rc == 0 && now >= tenant->departures_again_at)
		rc = sweep_tenant(tenant, &due->world, err);
	if (rc == 0)
		rc = work_due(due, err);
	free(due);
	return rc;
}

int service_departures_keep_going(struct service *service, struct err *err)
{
	/* All of it goes by days: none begins or ends on a wrong one. */
	if (clock_watch_doubts(service, NULL, 0))
		return 0;
	return service_tenant_each(service, work_tenant, err);
}
