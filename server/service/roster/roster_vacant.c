/*
 * Units that nobody leads, up to the top: their people's tasks, orders and
 * returns go to nobody. Told with the plan, since nothing else complains.
 */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_inside.h"

#define UNITS_UP_MAX 32 /* a tree that is a ring ends here */

static bool gets_manager(const struct plan_unit *unit)
{
	return unit->leader != ROSTER_INDEX_NONE ||
	    (unit->said && unit->said->manager && *unit->said->manager);
}

/* Of a unit that is there, or of one above it; also by this plan. */
static int is_led_above(struct roster_look *look,
    const struct roster_index *led, const char *unit_id, bool *out)
{
	struct unit_row row;
	char at[STORE_ID];
	int steps;
	int rc;

	(void)str_copy(at, sizeof(at), unit_id);
	for (steps = 0; *at && !*out && steps < UNITS_UP_MAX; steps++) {
		rc = store_unit_load(
		    look->txn, look->ledger->org_id, at, &row, look->err);
		if (rc < 0)
			return rc == -ERR_NOT_FOUND ? 0 : rc;
		*out = row.manager_id[0] ||
		    roster_index_get(led, at) != ROSTER_INDEX_NONE;
		(void)str_copy(at, sizeof(at), row.parent_id);
	}
	return 0;
}

static int look_at_unit(struct roster_look *look,
    const struct roster_index *led, struct plan_unit *unit)
{
	const char *parent = unit->said ? unit->said->parent : NULL;
	struct unit_row above = {.id = ""};
	bool is_led = gets_manager(unit);
	int rc = 0;

	/* A new one hangs where it is said, if that is there. */
	if (!is_led && !unit->id[0] && parent && *parent)
		rc = roster_unit_find(look, parent, &above);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	rc = is_led ? 0
	            : is_led_above(look, led, unit->id[0] ? unit->id : above.id,
	                  &is_led);
	unit->is_vacant = !is_led;
	return rc;
}

static int count_phone(void *arg, const struct assignment_row *row)
{
	struct plan_unit *unit = arg;

	if (row->kind == ASSIGNMENT_PHONE)
		unit->phones++;
	return 0;
}

static int look_at_person(
    struct roster_look *look, const struct plan_person *person)
{
	struct plan_unit *unit;

	if (!person->works_at || person->effect == ROSTER_ENDS)
		return 0;
	unit = &look->plan->units[person->works_at - 1];
	if (!unit->is_vacant)
		return 0;
	unit->people++;
	return person->person_id[0]
	    ? store_assignment_each_person(look->txn, look->ledger->org_id,
	          person->person_id, true, count_phone, unit, look->err)
	    : 0;
}

int roster_vacant_look(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	struct roster_index led = {0};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < plan->unit_count; i++)
		if (plan->units[i].id[0] && gets_manager(&plan->units[i]))
			rc = roster_index_put(
			    &led, plan->units[i].id, i, look->err);
	for (i = 0; rc == 0 && i < plan->unit_count; i++)
		rc = look_at_unit(look, &led, &plan->units[i]);
	for (i = 0; rc == 0 && i < plan->people_count; i++)
		rc = look_at_person(look, &plan->people[i]);
	roster_index_clear(&led);
	return rc < 0 ? rc : 0;
}

#define NAMED_MAX 5

void roster_vacant_words(const struct roster_plan *plan, struct buf *out)
{
	size_t units = 0;
	size_t people = 0;
	size_t phones = 0;
	struct buf names = {0};
	size_t i;

	for (i = 0; i < plan->unit_count; i++) {
		const struct plan_unit *unit = &plan->units[i];

		if (!unit->is_vacant || unit->people == 0)
			continue;
		if (units++ < NAMED_MAX)
			buf_printf(
			    &names, "%s%s", units > 1 ? ", " : "", unit->name);
		people += unit->people;
		phones += unit->phones;
	}
	if (units > NAMED_MAX)
		buf_printf(&names, " and %zu more", units - NAMED_MAX);
	if (units > 0 && !names.failed)
		buf_printf(out,
		    "%zu unit%s no manager, nor has any above: %.*s. %zu "
		    "%s there, with %zu phone%s: nobody is asked to approve "
		    "an order, or to receive what comes back. Map the column "
		    "manager, or name one in the ledger.\n",
		    units, units == 1 ? " has" : "s have", (int)names.len,
		    (const char *)names.data, people,
		    people == 1 ? "person works" : "people work", phones,
		    phones == 1 ? "" : "s");
	buf_clear(&names);
}
