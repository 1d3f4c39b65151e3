/*
 * Open tasks that the register has overtaken: whose person has left or changed
 * role, whose rule is gone, whose absence is over or void, whose measurement has
 * come meanwhile, whose post is filled.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task_plan.h"

#define OPEN_MAX 256 /* of one person; beyond it the next round goes on */

struct open_tasks {
	struct task_row *rows;
	size_t count;
};

static int note_open(void *arg, const struct task_row *row)
{
	struct open_tasks *open = arg;

	open->rows[open->count++] = *row;
	return open->count == OPEN_MAX;
}

static bool starts_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool absence_is_over(struct txn *txn, const struct task_world *world,
    const struct task_row *task, struct err *err, int *rc)
{
	struct absence_row absence;

	*rc = store_absence_load(
	    txn, world->org_id, task->absence_id, &absence, err);
	if (*rc == -ERR_NOT_FOUND) {
		*rc = 0;
		return true;
	}
	return *rc == 0 &&
	    (absence.voided_at ||
	        (absence.until_day && absence.until_day < world->today) ||
	        (task->kind == TASK_ACCEPT_DEPUTY &&
	            strcmp(absence.deputy_id, task->person_id) != 0));
}

/* The sentence, or NULL while it is still to be done. */
static const char *why_over(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const struct task_row *task,
    struct err *err, int *rc)
{
	const struct pack_rule *rule = NULL;

	if (world->pack && *task->rule)
		rule = pack_rule_find(world->pack, task->rule);
	if (task->kind == TASK_RETURN_PHONE ||
	    task->kind == TASK_ACCEPT_HANDOUT)
		return NULL; /* its departure, its hand-out ends it */
	if (!*person->current.id && !starts_with(task->cause, "employment_end"))
		return "no longer employed";
	if (*task->rule && task->kind != TASK_APPROVE_ORDER && !rule)
		return "the rule is no longer in force";
	if (task->kind == TASK_STATEMENT && rule && !rule->statement)
		return "the rule asks for no statement any more";
	if (*task->absence_id && absence_is_over(txn, world, task, err, rc))
		return "the absence is over, or has another deputy";
	if (*rc < 0 || task->kind != TASK_STATEMENT || !rule ||
	    task->subject_kind != STORE_SUBJECT_PERSON ||
	    strcmp(task->subject_id, person->row.id) != 0)
		return NULL;
	if (!starts_with(task->cause, "employment_end") &&
	    !(rule->statement->by & person->roles))
		return "no longer in a role that the rule binds";
	return NULL;
}

static int withdraw_one(struct txn *txn, const struct task_world *world,
    const struct task_person *person, struct task_row *task, struct err *err)
{
	const struct pack_rule *rule =
	    world->pack ? pack_rule_find(world->pack, task->rule) : NULL;
	bool measured = false;
	int rc = 0;
	const char *why = why_over(txn, world, person, task, err, &rc);

	if (rc < 0)
		return rc;
	if (why)
		return task_apply(txn, world, task, TASK_EVENT_CANCEL,
		    TASK_BY_POLICY, why, err);
	if (task->kind != TASK_STATEMENT || !rule || !rule->statement ||
	    !rule->statement->fallback)
		return 0;
	rc = task_is_measured(txn, world, rule, task->subject_kind,
	    task->subject_id, &measured, err);
	if (rc == 0 && measured)
		rc = task_apply(txn, world, task, TASK_EVENT_EVIDENCE,
		    TASK_BY_POLICY, "measured meanwhile", err);
	return rc;
}

int task_withdraw(struct txn *txn, const struct task_world *world,
    const struct task_person *person, struct err *err)
{
	struct task_filter filter = {.org_id = world->org_id,
	    .person_id = person->row.id,
	    .only_open = true};
	struct open_tasks open = {0};
	size_t i;
	int rc;

	open.rows = calloc(OPEN_MAX, sizeof(*open.rows));
	if (!open.rows)
		return err_memory(err);
	rc = store_task_each(txn, &filter, note_open, &open, err);
	for (i = 0; rc >= 0 && i < open.count; i++)
		rc = withdraw_one(txn, world, person, &open.rows[i], err);
	free(open.rows);
	return rc < 0 ? rc : 0;
}
