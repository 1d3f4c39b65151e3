/* Departures that are due, some in one transaction, and everybody whose
 * employment ends about now. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"

#define DUE_BATCH 50      /* departures in one transaction */
#define ENDING_BATCH 4000 /* employments that end on one day */
#define PLAN_BATCH 50     /* persons planned in one transaction */
#define SWEEP_MS TIME_HOUR_MS

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
	size_t end = sweep->done + PLAN_BATCH;
	size_t i;
	int rc = 0;

	for (i = sweep->done; rc == 0 && i < sweep->count && i < end; i++)
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
		for (sweep->done = 0; rc == 0 && sweep->done < sweep->count;
		     sweep->done += PLAN_BATCH)
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
	/* All of it goes by days: none begins or ends on a wrong one. */
	if (clock_watch_doubts(service, NULL, 0))
		return 0;
	return service_tenant_each(service, work_tenant, err);
}
