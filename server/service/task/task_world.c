/* The organisation, its calendar and one task's row. */
#include "server/service/task/task_world.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/service.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_tell.h"

static void place_set(struct task_world *world)
{
	const char *zone = pack_time_zone(world->pack);

	world->place.country = pack_country(world->pack) == PACK_COUNTRY_DK
	    ? CALENDAR_DK
	    : CALENDAR_SE;
	if (!zone || calendar_zone_find(zone, &world->place.zone) < 0)
		world->place.zone = world->place.country == CALENDAR_DK
		    ? CALENDAR_COPENHAGEN
		    : CALENDAR_STOCKHOLM;
}

int task_world_init(struct service *service, const char *org_id,
    struct task_world *out, struct err *err)
{
	struct task_world world = {.service = service};
	const struct tenant *tenant = service_tenant_find(service, org_id);

	if (!tenant)
		return err_set(
		    err, ERR_NOT_FOUND, "no such organisation is served here");
	(void)str_copy(world.org_id, sizeof(world.org_id), org_id);
	(void)str_copy(world.organisation, sizeof(world.organisation),
	    tenant->organisation.name);
	(void)str_copy(world.language, sizeof(world.language),
	    tenant->organisation.language);
	world.pack = tenant->pack;
	if (world.pack) {
		pack_hash_text(world.pack, world.pack_hash);
		place_set(&world);
	}
	world.now = clock_now(service->clock);
	world.today = calendar_day_at(world.place.zone, world.now);
	*out = world;
	return 0;
}

/* What was answered stands in the statement or the order; reminders are noted
 * where they are sent. */
static int note_task(struct txn *txn, const struct task_world *world,
    const struct task_row *task, enum audit_action action, const char *by,
    struct err *err)
{
	const struct audit_note note = {
	    .action = action,
	    .org_id = world->org_id,
	    .by = by,
	    .subject_kind = "task",
	    .subject_id = task->id,
	    .person_id = task->person_id,
	    .params = {{"kind", task_kind_name(task->kind)},
	        {"rule", task->rule},
	        {action == AUDIT_TASK_MOVED ? "state" : NULL,
	            task_state_name(task->state)}},
	};

	return audit_write(txn, world->service, &note, err);
}

int task_open(struct txn *txn, const struct task_world *world,
    struct task_row *task, struct err *err)
{
	int rc;

	uuid_make(world->now, world->service->rng, task->id);
	(void)str_copy(task->org_id, sizeof(task->org_id), world->org_id);
	(void)str_copy(
	    task->pack_hash, sizeof(task->pack_hash), world->pack_hash);
	if (!*task->created_by)
		(void)str_copy(
		    task->created_by, sizeof(task->created_by), TASK_BY_POLICY);
	task->state = TASK_OPEN;
	rc = store_task_save(txn, task, err);
	if (rc == 0)
		rc = note_task(
		    txn, world, task, AUDIT_TASK_MOVED, task->created_by, err);
	return rc < 0 ? rc : task_tell_asked(txn, world, task, err);
}

int task_apply(struct txn *txn, const struct task_world *world,
    struct task_row *task, enum task_event event, const char *by,
    const char *result, struct err *err)
{
	struct task_row row = *task;
	int rc;

	if (task_next(row.state, event, &row.state) < 0)
		return err_set(err, ERR_CONFLICT, "this task is %s already",
		    task_state_name(row.state));
	if (event == TASK_EVENT_REMIND)
		row.reminded_at = world->now;
	if (event == TASK_EVENT_ESCALATE)
		row.escalated_at = world->now;
	if (!task_is_open(row.state)) {
		row.closed_at = world->now;
		(void)snprintf(row.closed_by, sizeof(row.closed_by), "%s", by);
	}
	if (result)
		(void)snprintf(row.result, sizeof(row.result), "%s", result);
	row.next_at = task_clock_next(&row);
	rc = store_task_save(txn, &row, err);
	if (rc == 0 && event != TASK_EVENT_REMIND)
		rc = note_task(txn, world, &row,
		    event == TASK_EVENT_ANSWER ? AUDIT_TASK_ANSWERED
		                               : AUDIT_TASK_MOVED,
		    by, err);
	if (rc < 0)
		return rc;
	*task = row;
	return task_tell_event(txn, world, task, event, err);
}

static const char *language_in(const struct pack *pack, const char *wanted)
{
	const char *language;
	size_t i;

	for (i = 0; wanted && *wanted && i < pack_language_count(pack); i++) {
		language = pack_language_at(pack, i);
		if (strcmp(language, wanted) == 0)
			return language;
	}
	return NULL;
}

const char *task_pack_language(
    const struct pack *pack, const char *wanted, const char *otherwise)
{
	const char *found = language_in(pack, wanted);

	if (!found)
		found = language_in(pack, otherwise);
	return found ? found : pack_language_at(pack, 0);
}
