/* Rows of a departure that are changed after the walk: all of them, however
 * many a person has. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/store/store_task.h"

struct growing {
	void *rows;
	size_t count;
	size_t cap;
	size_t size; /* of one */
	struct err *err;
};

static int grow(struct growing *growing, const void *row)
{
	size_t cap = growing->cap ? growing->cap * 2 : 8;
	void *rows;

	if (growing->count == growing->cap) {
		rows = realloc(growing->rows, cap * growing->size);
		if (!rows)
			return err_memory(growing->err);
		growing->rows = rows;
		growing->cap = cap;
	}
	memcpy((char *)growing->rows + growing->count++ * growing->size, row,
	    growing->size);
	return 0;
}

static int note_case(void *arg, const struct return_case_row *row)
{
	return grow(arg, row);
}

int departure_cases_load(struct txn *txn, const char *org_id,
    const char *departure_id, struct departure_cases *out, struct err *err)
{
	struct growing growing = {
	    .size = sizeof(struct return_case_row), .err = err};
	int rc = store_return_case_each_departure(
	    txn, org_id, departure_id, note_case, &growing, err);

	*out = (struct departure_cases){growing.rows, growing.count};
	return rc;
}

void departure_cases_clear(struct departure_cases *cases)
{
	free(cases->rows);
	*cases = (struct departure_cases){NULL, 0};
}

static int note_sim(void *arg, const struct sim_decision_row *row)
{
	return grow(arg, row);
}

int departure_sims_load(struct txn *txn, const char *org_id,
    const char *departure_id, struct departure_sims *out, struct err *err)
{
	struct growing growing = {
	    .size = sizeof(struct sim_decision_row), .err = err};
	int rc = store_sim_decision_each(
	    txn, org_id, departure_id, note_sim, &growing, err);

	*out = (struct departure_sims){growing.rows, growing.count};
	return rc;
}

void departure_sims_clear(struct departure_sims *sims)
{
	free(sims->rows);
	*sims = (struct departure_sims){NULL, 0};
}

static int note_held(void *arg, const struct assignment_row *row)
{
	return grow(arg, row);
}

int departure_held_load(struct txn *txn, const char *org_id,
    const char *person_id, struct departure_held *out, struct err *err)
{
	struct growing growing = {
	    .size = sizeof(struct assignment_row), .err = err};
	int rc = store_assignment_each_person(
	    txn, org_id, person_id, true, note_held, &growing, err);

	*out = (struct departure_held){growing.rows, growing.count};
	return rc;
}

void departure_held_clear(struct departure_held *held)
{
	free(held->rows);
	*held = (struct departure_held){NULL, 0};
}

static int note_task(void *arg, const struct task_row *row)
{
	return grow(arg, row);
}

int departure_close_tasks(struct txn *txn, const struct departure_world *world,
    const char *departure_id, enum task_kind kind, enum task_event event,
    const char *why, struct err *err)
{
	struct growing open = {.size = sizeof(struct task_row), .err = err};
	struct task_row *tasks;
	size_t i;
	int rc = store_task_each_case(txn, world->ledger.org_id, departure_id,
	    true, note_task, &open, err);

	tasks = open.rows;
	for (i = 0; rc == 0 && i < open.count; i++)
		if (kind == TASK_KIND_COUNT || tasks[i].kind == kind)
			rc = task_apply(txn, &world->tasks, &tasks[i], event,
			    world->ledger.by, why, err);
	free(tasks);
	return rc;
}
