/* Statements: made in one's own name, and looked at. */
#include "server/service/evidence/statement.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/page/page_fill.h"
#include "server/service/page/page_open.h"
#include "server/service/service.h"

/* ---- looking ---- */

struct look {
	const struct task_world *world;
	const struct statement_listing *listing;
	struct txn *txn;
	service_statement_fn *fn;
	void *arg;
	int left; /* of the limit; -1: none */
	struct err *err;
};

static int view_fill(struct txn *txn, const struct task_world *world,
    const struct statement_row *row, struct statement_view *view,
    struct err *err)
{
	struct task_row about = {.subject_kind = row->subject_kind};
	struct task_person person = {.roles = 0};
	int rc = store_person_load(
	    txn, world->org_id, row->person_id, &person.row, err);

	memset(view, 0, sizeof(*view));
	view->statement = *row;
	if (rc == -ERR_NOT_FOUND)
		rc = 0;
	(void)str_copy(
	    view->person_name, sizeof(view->person_name), person.row.name);
	(void)str_copy(
	    about.subject_id, sizeof(about.subject_id), row->subject_id);
	if (rc == 0)
		rc = page_subject_name(
		    txn, world, &person, &about, view->subject_name, err);
	return rc;
}

/* 1: there is a newer one by the same person about the same. */
static int is_outdated(
    struct look *look, const struct statement_row *row, bool *out)
{
	struct statement_row newest;
	int rc = store_statement_find(look->txn, row->org_id, row->subject_kind,
	    row->subject_id, row->rule, &newest, look->err);

	*out = rc == 0 && strcmp(newest.id, row->id) != 0;
	return rc;
}

static int show(void *arg, const struct statement_row *row)
{
	struct look *look = arg;
	struct statement_view view;
	bool outdated = false;
	int rc = 0;

	if (look->listing->rule && strcmp(look->listing->rule, row->rule) != 0)
		return 0;
	if (look->listing->only_newest)
		rc = is_outdated(look, row, &outdated);
	if (rc < 0 || outdated)
		return rc;
	if (look->left == 0)
		return 1;
	if (look->left > 0)
		look->left--;
	rc = view_fill(look->txn, look->world, row, &view, look->err);
	return rc < 0 ? rc : look->fn(look->arg, &view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct look *look = arg;
	const struct statement_listing *listing = look->listing;
	const char *after = listing->after_id ? listing->after_id : "";

	look->txn = txn;
	look->err = err;
	look->left = listing->limit > 0 ? listing->limit : -1;
	if (listing->person_id)
		return store_statement_each_person(txn, look->world->org_id,
		    listing->person_id, after, 0, show, look, err);
	return store_statement_each(
	    txn, look->world->org_id, after, 0, show, look, err);
}

int service_statement_each(struct service *service, const struct actor *actor,
    const struct statement_listing *listing, service_statement_fn *fn,
    void *arg, struct err *err)
{
	struct task_world world;
	struct look look = {
	    .world = &world, .listing = listing, .fn = fn, .arg = arg};
	int rc = task_world_init(service, actor->org_id, &world, err);

	if (rc == 0)
		rc = store_read(service->store, each, &look, err);
	return rc < 0 ? rc : 0;
}

/* ---- making ---- */

struct making {
	const struct task_world *world;
	const struct actor *actor;
	const struct statement_answer *answer;
	struct statement_view *out;
};

static int make(struct txn *txn, void *arg, struct err *err)
{
	struct making *making = arg;
	const struct statement_answer *asked = making->answer;
	struct page_answer choice = {.choice = asked->yes ? PAGE_YES : PAGE_NO,
	    .text_sha256 = asked->text_sha256};
	struct statement_row row;
	struct task_answer answer = {
	    .answer = &choice, .by = making->actor->name, .statement = &row};
	struct task_row task;
	int rc = store_task_load(
	    txn, making->world->org_id, asked->task_id, &task, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no such task");
	if (rc < 0)
		return rc;
	if (!asked->as_person || strcmp(asked->as_person, task.person_id) != 0)
		return err_set(err, ERR_DENIED,
		    "this is put to another person: nobody states on behalf "
		    "of somebody else");
	if (task.kind != TASK_STATEMENT && task.kind != TASK_ACCEPT_DEPUTY &&
	    task.kind != TASK_ACCEPT_COLLEAGUE)
		return err_set(
		    err, ERR_INVALID, "this task asks for no statement");
	rc = task_answer_take(txn, making->world, &task, &answer, err);
	return rc < 0 ? rc
	              : view_fill(txn, making->world, &row, making->out, err);
}

int service_statement_make(struct service *service, const struct actor *actor,
    const struct statement_answer *answer, struct statement_view *out,
    struct err *err)
{
	struct task_world world;
	struct making making = {&world, actor, answer, out};
	int rc = task_world_init(service, actor->org_id, &world, err);

	if (rc == 0)
		rc = store_write(service->store, make, &making, err);
	if (rc == 0)
		log_info(service->log, "statement_made", LOG_TASK,
		    answer->task_id, LOG_RULE, out->statement.rule, LOG_USER,
		    actor->name, NULL);
	return rc;
}
