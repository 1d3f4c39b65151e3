/*
 * What time alone causes to tasks, a bounded piece at every call: reminders,
 * escalations and expiries that have come; and round after round through the
 * persons and units of every organisation, whose next period may have begun.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/service.h"
#include "server/service/task/task.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"

#define DUE_BATCH 64     /* tasks in one transaction */
#define PERSON_BATCH 100 /* persons planned in one call */
#define UNIT_BATCH 25
#define ROUND_MS TIME_HOUR_MS

/* ---- what has come ---- */

struct due {
	const struct task_world *world;
	struct task_row rows[DUE_BATCH];
	enum task_event events[DUE_BATCH]; /* what became of each */
	size_t count;
};

static int note_due(void *arg, const struct task_row *row)
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
	rc = store_task_each_due(txn, due->world->org_id, due->world->now,
	    DUE_BATCH, note_due, due, err);
	return rc < 0 ? rc : 0;
}

static const char *const sentences[TASK_EVENT_COUNT] = {
    [TASK_EVENT_EXPIRE] = "nobody answered in time",
};

static int move_one(struct txn *txn, struct due *due, size_t i, struct err *err)
{
	struct task_row *row = &due->rows[i];
	enum task_event event;

	due->events[i] = TASK_EVENT_COUNT;
	if (!task_clock_event(row, due->world->now, &event)) {
		row->next_at = task_clock_next(row);
		return store_task_save(txn, row, err);
	}
	due->events[i] = event;
	return task_apply(
	    txn, due->world, row, event, TASK_BY_POLICY, sentences[event], err);
}

static int move_due(struct txn *txn, void *arg, struct err *err)
{
	struct due *due = arg;
	size_t i;
	int rc = find_due(txn, due, err);

	for (i = 0; rc == 0 && i < due->count; i++)
		rc = move_one(txn, due, i, err);
	return rc;
}

static void tell(const struct task_world *world, const struct due *due)
{
	static const char *const names[TASK_EVENT_COUNT] = {
	    [TASK_EVENT_REMIND] = "task_reminded",
	    [TASK_EVENT_ESCALATE] = "task_escalated",
	    [TASK_EVENT_EXPIRE] = "task_expired",
	};
	size_t i;

	for (i = 0; i < due->count; i++)
		if (due->events[i] < TASK_EVENT_COUNT && names[due->events[i]])
			log_info(world->service->log, names[due->events[i]],
			    LOG_TASK, due->rows[i].id, LOG_RULE,
			    due->rows[i].rule, LOG_PERSON,
			    due->rows[i].person_id, LOG_ORGANISATION,
			    world->org_id, NULL);
}

static int work_due(const struct task_world *world, struct err *err)
{
	struct due *due = calloc(1, sizeof(*due));
	int rc;

	if (!due)
		return err_memory(err);
	due->world = world;
	do {
		rc = store_read(world->service->store, find_due, due, err);
		if (rc < 0 || due->count == 0)
			break; /* most calls: nothing is written */
		rc = store_write(world->service->store, move_due, due, err);
		if (rc == 0)
			tell(world, due);
	} while (rc == 0 && due->count == DUE_BATCH);
	free(due);
	return rc;
}

/* ---- the round ---- */

struct walk {
	struct task_world *world;
	struct task_holders holders;
	char ids[PERSON_BATCH][STORE_ID];
	size_t count;
	char after[STORE_ID];
	unsigned made;
};

static int note_person(void *arg, const struct person_row *row)
{
	struct walk *walk = arg;

	(void)str_copy(walk->ids[walk->count++], STORE_ID, row->id);
	return walk->count == PERSON_BATCH;
}

static int find_persons(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	int rc;

	walk->count = 0;
	rc = store_person_each(txn, walk->world->org_id, walk->after,
	    PERSON_BATCH, note_person, walk, err);
	return rc < 0 ? rc : 0;
}

static int plan_persons(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	size_t i;
	int rc = 0;

	walk->made = 0;
	for (i = 0; rc == 0 && i < walk->count; i++)
		rc = task_plan_person(
		    txn, walk->world, walk->ids[i], &walk->made, err);
	return rc;
}

static void tell_made(const struct walk *walk)
{
	char count[16];

	if (walk->made == 0)
		return;
	(void)snprintf(count, sizeof(count), "%u", walk->made);
	log_info(walk->world->service->log, "tasks_made", LOG_ORGANISATION,
	    walk->world->org_id, LOG_COUNT, count, NULL);
}

static int note_unit(void *arg, const struct unit_row *row)
{
	struct walk *walk = arg;

	(void)str_copy(walk->ids[walk->count++], STORE_ID, row->id);
	return walk->count == UNIT_BATCH;
}

static int plan_unit_batch(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	struct unit_row unit;
	size_t i;
	int rc;

	walk->made = 0;
	walk->count = 0;
	walk->holders.is_known = false;
	memset(walk->holders.ids, 0, sizeof(walk->holders.ids));
	rc = store_unit_each(txn, walk->world->org_id, walk->after, UNIT_BATCH,
	    note_unit, walk, err);
	for (i = 0; rc >= 0 && i < walk->count; i++) {
		rc = store_unit_load(
		    txn, walk->world->org_id, walk->ids[i], &unit, err);
		if (rc == 0)
			rc = task_plan_unit(
			    txn, walk->world, &unit, &walk->made, err);
	}
	return rc < 0 ? rc : 0;
}

/* A transaction holds the one writer: a few units in each. */
static int plan_units(struct store *store, struct walk *walk, struct err *err)
{
	int rc;

	walk->after[0] = '\0';
	do {
		rc = store_write(store, plan_unit_batch, walk, err);
		if (rc < 0 || walk->count == 0)
			return rc;
		tell_made(walk);
		(void)str_copy(walk->after, sizeof(walk->after),
		    walk->ids[walk->count - 1]);
	} while (walk->count == UNIT_BATCH);
	return 0;
}

/* One batch of persons; after the last the units, and then rest. */
static int work_round(struct task_world *world, struct tenant *tenant,
    struct walk *walk, struct err *err)
{
	struct store *store = world->service->store;
	int rc;

	(void)str_copy(walk->after, sizeof(walk->after), tenant->tasks.after);
	rc = store_read(store, find_persons, walk, err);
	if (rc == 0 && walk->count > 0)
		rc = store_write(store, plan_persons, walk, err);
	if (rc < 0)
		return rc;
	tell_made(walk);
	if (walk->count == PERSON_BATCH) {
		(void)str_copy(
		    tenant->tasks.after, STORE_ID, walk->ids[walk->count - 1]);
		return 0;
	}
	rc = plan_units(store, walk, err);
	if (rc < 0)
		return rc;
	tenant->tasks.after[0] = '\0';
	tenant->tasks.again_at = world->now + ROUND_MS;
	return 0;
}

static int work_tenant(
    struct service *service, struct tenant *tenant, struct err *err)
{
	struct task_world world;
	struct walk *walk;
	int rc = task_world_init(service, tenant->organisation.id, &world, err);

	if (rc == 0)
		rc = work_due(&world, err);
	if (rc < 0 || !world.pack || world.now < tenant->tasks.again_at)
		return rc;
	walk = calloc(1, sizeof(*walk));
	if (!walk)
		return err_memory(err);
	walk->world = &world;
	world.holders = &walk->holders;
	rc = work_round(&world, tenant, walk, err);
	free(walk);
	return rc;
}

int service_tasks_keep_going(struct service *service, struct err *err)
{
	return service_tenant_each(service, work_tenant, err);
}
