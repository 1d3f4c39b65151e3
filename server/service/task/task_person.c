/* One person as the register has them today: roles, change of role, absence. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task_world.h"

struct employments {
	struct task_person *person;
	int32_t today;
};

/* Whoever is employed is an employee, whatever else; the elected are not. */
static unsigned roles_of(const struct employment_row *row)
{
	unsigned roles = (unsigned)row->roles;

	return roles & PACK_ROLE_ELECTED ? roles : roles | PACK_ROLE_EMPLOYEE;
}

static bool is_in_force(const struct employment_row *row, int32_t today)
{
	return row->from_day <= today &&
	    (row->to_day == 0 || row->to_day > today);
}

/* Oldest first: the last in force is the current one, and what ran before it
 * began makes it a change of role. */
static int note_employment(void *arg, const struct employment_row *row)
{
	struct employments *walk = arg;
	struct task_person *person = walk->person;

	if (is_in_force(row, walk->today)) {
		person->roles |= roles_of(row);
		person->is_role_change = *person->current.id ||
		    (*person->ended.id &&
		        person->ended.to_day >=
		            row->from_day - TASK_OCCASION_DAYS);
		person->current = *row;
	} else if (row->to_day && row->to_day <= walk->today) {
		person->ended = *row;
	}
	return 0;
}

static int find_absence(struct txn *txn, const struct task_world *world,
    struct task_person *person, struct err *err)
{
	int rc = store_absence_find_on(txn, world->org_id, person->row.id,
	    world->today, &person->absence, err);

	if (rc == -ERR_NOT_FOUND) {
		person->absence.id[0] = '\0';
		return 0;
	}
	return rc;
}

int task_person_load(struct txn *txn, const struct task_world *world,
    const char *person_id, struct task_person *out, struct err *err)
{
	struct task_person person = {.roles = 0};
	struct employments walk = {&person, world->today};
	int rc =
	    store_person_load(txn, world->org_id, person_id, &person.row, err);

	if (rc == 0)
		rc = store_employment_each_person(
		    txn, world->org_id, person_id, note_employment, &walk, err);
	if (rc == 0)
		rc = find_absence(txn, world, &person, err);
	if (rc < 0)
		return rc;
	if (*person.current.id ||
	    person.ended.to_day < world->today - TASK_OCCASION_DAYS)
		person.ended.id[0] = '\0';
	(void)str_copy(person.unit_id, sizeof(person.unit_id),
	    *person.current.unit_id ? person.current.unit_id
	                            : person.row.unit_id);
	*out = person;
	return 0;
}

static int add_roles(void *arg, const struct employment_row *row)
{
	*(unsigned *)arg |= roles_of(row);
	return 0;
}

int task_roles_of(struct txn *txn, const struct task_world *world,
    const char *person_id, unsigned *out, struct err *err)
{
	unsigned roles = 0;
	int rc = store_employment_each_on(txn, world->org_id, person_id,
	    world->today, add_roles, &roles, err);

	if (rc < 0)
		return rc;
	*out = roles;
	return 0;
}
