/* Hand-outs as handlers see them: looked at, answered, withdrawn. */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/receipt/handout.h"
#include "server/service/service.h"

struct doing {
	struct service *service;
	const struct actor *actor;
	const char *id;
	const struct handout_answer *answer; /* NULL: withdraw */
	const char *reason;
	struct handout_view *view;
	/* of a walk */
	bool only_open;
	int limit;
	service_handout_fn *fn;
	void *arg;
	struct txn *txn;
	struct err *err;
};

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct doing *doing = arg;
	struct handout_row row;
	int rc =
	    store_handout_load(txn, doing->actor->org_id, doing->id, &row, err);

	return rc == 0 ? handout_view_fill(txn, &row, doing->view, err) : rc;
}

int service_handout_load(struct service *service, const struct actor *actor,
    const char *id, struct handout_view *out, struct err *err)
{
	struct doing doing = {.actor = actor, .id = id, .view = out};

	return store_read(service->store, load, &doing, err);
}

static int on_row(void *arg, const struct handout_row *row)
{
	struct doing *doing = arg;
	int rc = handout_view_fill(doing->txn, row, doing->view, doing->err);

	return rc < 0 ? rc : doing->fn(doing->arg, doing->view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct doing *doing = arg;
	int rc;

	doing->txn = txn;
	doing->err = err;
	rc = store_handout_each(txn, doing->actor->org_id, doing->only_open,
	    doing->id ? doing->id : "", doing->limit, on_row, doing, err);
	return rc < 0 ? rc : 0;
}

int service_handout_each(struct service *service, const struct actor *actor,
    bool only_open, const char *after_id, int limit, service_handout_fn *fn,
    void *arg, struct err *err)
{
	struct handout_view view;
	struct doing doing = {.actor = actor,
	    .id = after_id,
	    .view = &view,
	    .only_open = only_open,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, each, &doing, err);
}

/* The task is over with it: nobody is asked any more. */
static int close_task(struct txn *txn, const struct task_world *world,
    const struct handout_row *row, enum task_event event, const char *by,
    struct err *err)
{
	struct task_row task;
	int rc = store_task_load(txn, row->org_id, row->task_id, &task, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0 || !task_is_open(task.state))
		return rc;
	return task_apply(txn, world, &task, event, by,
	    event == TASK_EVENT_CANCEL ? row->answer
	                               : handout_state_name(row->state),
	    err);
}

int handout_came_back(struct txn *txn, const struct task_world *world,
    const char *device_id, const char *person_id, const char *by,
    struct err *err)
{
	struct handout_row row;
	int rc = store_handout_find_phone(
	    txn, world->org_id, device_id, person_id, &row, err);

	if (rc < 0 || row.state != HANDOUT_OFFERED)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	rc = handout_close(txn, world, &row, HANDOUT_WITHDRAWN, by,
	    "the phone came back before it was accepted", err);
	return rc < 0
	    ? rc
	    : close_task(txn, world, &row, TASK_EVENT_CANCEL, by, err);
}

static int act(struct txn *txn, const struct doing *doing,
    const struct task_world *world, struct handout_row *row, struct err *err)
{
	const struct handout_answer *answer = doing->answer;
	const char *by = doing->actor->name;

	if (!answer)
		return handout_close(
		    txn, world, row, HANDOUT_WITHDRAWN, by, doing->reason, err);
	if (!answer->is_accepted)
		return handout_close(
		    txn, world, row, HANDOUT_REFUSED, by, answer->note, err);
	return handout_accept(txn, world, row,
	    &(const struct handout_signing){.by = by,
	        .text_sha256 = answer->text_sha256,
	        .typed_name = answer->typed_name},
	    err);
}

static int answer(struct txn *txn, void *arg, struct err *err)
{
	struct doing *doing = arg;
	struct task_world world;
	struct handout_row row;
	int rc =
	    task_world_init(doing->service, doing->actor->org_id, &world, err);

	if (rc == 0)
		rc = store_handout_load(
		    txn, doing->actor->org_id, doing->id, &row, err);
	if (rc == 0)
		rc = act(txn, doing, &world, &row, err);
	if (rc == 0)
		rc = close_task(txn, &world, &row,
		    doing->answer ? TASK_EVENT_ANSWER : TASK_EVENT_CANCEL,
		    doing->actor->name, err);
	return rc == 0 ? handout_view_fill(txn, &row, doing->view, err) : rc;
}

int service_handout_answer(struct service *service, const struct actor *actor,
    const char *id, const struct handout_answer *said, struct handout_view *out,
    struct err *err)
{
	struct doing doing = {.service = service,
	    .actor = actor,
	    .id = id,
	    .answer = said,
	    .view = out};

	return store_write(service->store, answer, &doing, err);
}

int service_handout_withdraw(struct service *service, const struct actor *actor,
    const char *id, const char *reason, struct handout_view *out,
    struct err *err)
{
	struct doing doing = {.service = service,
	    .actor = actor,
	    .id = id,
	    .reason = reason,
	    .view = out};

	return store_write(service->store, answer, &doing, err);
}
