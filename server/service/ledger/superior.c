/* Who answers above whom: managers of units, up the tree. */
#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task_world.h"

#define UNITS_UP_MAX 32 /* a tree that is a ring ends here */

/* 1: employed today and not the one left out, *out is set. */
static int take_manager(struct txn *txn, const struct task_world *world,
    const char *manager_id, const char *const except[2], struct person_row *out,
    struct err *err)
{
	unsigned roles = 0;
	int rc;

	if (!*manager_id || (except[0] && !strcmp(manager_id, except[0])) ||
	    (except[1] && !strcmp(manager_id, except[1])))
		return 0;
	rc = task_roles_of(txn, world, manager_id, &roles, err);
	if (rc < 0 || roles == 0)
		return rc;
	rc = store_person_load(txn, world->org_id, manager_id, out, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : 1;
}

int superior_find_other(struct txn *txn, const struct task_world *world,
    const char *unit_id, const char *const except[2], struct person_row *out,
    struct err *err)
{
	struct unit_row unit;
	char at[STORE_ID];
	int steps;
	int rc;

	(void)str_copy(at, sizeof(at), unit_id);
	for (steps = 0; *at && steps < UNITS_UP_MAX; steps++) {
		rc = store_unit_load(txn, world->org_id, at, &unit, err);
		if (rc == -ERR_NOT_FOUND)
			break;
		if (rc < 0)
			return rc;
		rc =
		    take_manager(txn, world, unit.manager_id, except, out, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
		(void)str_copy(at, sizeof(at), unit.parent_id);
	}
	return err_set(
	    err, ERR_NOT_FOUND, "no unit from here to the top has a manager");
}

int superior_find(struct txn *txn, const struct task_world *world,
    const char *unit_id, const char *except_id, struct person_row *out,
    struct err *err)
{
	const char *const except[2] = {except_id, NULL};

	return superior_find_other(txn, world, unit_id, except, out, err);
}

int superior_of(struct txn *txn, const struct task_world *world,
    const char *person_id, struct person_row *out, struct err *err)
{
	struct task_person person;
	int rc = task_person_load(txn, world, person_id, &person, err);

	if (rc < 0)
		return rc;
	return superior_find(txn, world, person.unit_id, person_id, out, err);
}

/* Does the person hold a post (a column of the unit) there or above? */
static int holds_above(struct txn *txn, const struct task_world *world,
    const char *person_id, const char *unit_id, size_t post, bool *out,
    struct err *err)
{
	struct unit_row unit;
	char at[STORE_ID];
	int steps;
	int rc;

	(void)str_copy(at, sizeof(at), unit_id);
	*out = false;
	for (steps = 0; *at && !*out && steps < UNITS_UP_MAX; steps++) {
		rc = store_unit_load(txn, world->org_id, at, &unit, err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc < 0)
			return rc;
		*out = strcmp((const char *)&unit + post, person_id) == 0;
		(void)str_copy(at, sizeof(at), unit.parent_id);
	}
	return 0;
}

int superior_is_above(struct txn *txn, const struct task_world *world,
    const char *manager_id, const char *unit_id, bool *out, struct err *err)
{
	return holds_above(txn, world, manager_id, unit_id,
	    offsetof(struct unit_row, manager_id), out, err);
}

int superior_coordinates(struct txn *txn, const struct task_world *world,
    const char *person_id, const char *unit_id, bool *out, struct err *err)
{
	return holds_above(txn, world, person_id, unit_id,
	    offsetof(struct unit_row, coordinator_id), out, err);
}
