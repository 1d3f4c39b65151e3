#include "server/service/task/task_tell.h"

#include "proto/base/err.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"

static int tell_programs(struct txn *txn, const struct task_world *world,
    const struct task_row *task, enum event_kind kind, struct err *err)
{
	struct event event = {.org_id = task->org_id,
	    .kind = kind,
	    .state = task_state_name(task->state),
	    .person_id = task->person_id,
	    .task_id = task->id};

	return notify_event(txn, world->service, &event, err);
}

static int tell_doer(struct txn *txn, const struct task_world *world,
    const struct task_row *task, enum notice_kind kind, struct err *err)
{
	struct notice notice = {.org_id = task->org_id,
	    .kind = kind,
	    .person_id = task->person_id,
	    .task_id = task->id};

	return notify_person(txn, world->service, &notice, err);
}

/* Whoever task_look shows it to: the next manager up. */
static int tell_manager(struct txn *txn, const struct task_world *world,
    const struct task_row *task, struct err *err)
{
	struct person_row manager;
	struct notice notice = {.org_id = task->org_id,
	    .kind = NOTICE_TASK_ESCALATED,
	    .about_id = task->person_id,
	    .task_id = task->id};
	int rc;

	if (!world->service->tell.by_mail)
		return 0;
	rc = superior_find(
	    txn, world, task->unit_id, task->person_id, &manager, err);
	if (rc == -ERR_NOT_FOUND)
		return 0; /* nobody above */
	if (rc < 0)
		return rc;
	notice.person_id = manager.id;
	return notify_person(txn, world->service, &notice, err);
}

int task_tell_asked(struct txn *txn, const struct task_world *world,
    const struct task_row *task, struct err *err)
{
	int rc = tell_doer(txn, world, task, NOTICE_TASK_ASKED, err);

	return rc < 0 ? rc
	              : tell_programs(txn, world, task, EVENT_TASK_ASKED, err);
}

int task_tell_event(struct txn *txn, const struct task_world *world,
    const struct task_row *task, enum task_event event, struct err *err)
{
	enum event_kind kind = EVENT_TASK_CLOSED;
	int rc = 0;

	if (event == TASK_EVENT_REMIND) {
		kind = EVENT_TASK_REMINDED;
		rc = tell_doer(txn, world, task, NOTICE_TASK_REMINDED, err);
	} else if (event == TASK_EVENT_ESCALATE) {
		kind = EVENT_TASK_ESCALATED;
		rc = tell_manager(txn, world, task, err);
	} else {
		rc = notify_forget_task(
		    txn, world->service, task->org_id, task->id, err);
	}
	return rc < 0 ? rc : tell_programs(txn, world, task, kind, err);
}
