/* What one person owes now: the use cases other files call in their own
 * transaction after the register or the evidence has changed. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

struct plan {
	struct txn *txn;
	const struct task_world *world;
	const struct task_person *person;
	const struct pack_rule *rule;
	const struct unit_row *unit; /* the person's; NULL: none */
	unsigned *made;
	struct err *err;
};

/* ---- statements ---- */

/*
 * Who speaks about this person: the person, unless the rule puts it to managers
 * only and on an absence (ALB-09): then the one above. A manager's own duty, on
 * any other occasion, is the manager's own statement.
 */
static bool is_for_superior(const struct pack_rule *rule)
{
	const struct pack_statement *statement = rule->statement;

	return (statement->by & PACK_ROLE_MANAGER) &&
	    !(statement->by & PACK_ROLE_EMPLOYEE) &&
	    (statement->on & PACK_ON_ABSENCE_START);
}

static bool is_by(const struct plan *plan)
{
	const struct task_person *person = plan->person;
	unsigned roles = *person->current.id
	    ? person->roles
	    : (unsigned)person->ended.roles | PACK_ROLE_EMPLOYEE;

	if (!*person->current.id && !*person->ended.id)
		return false;
	if (is_for_superior(plan->rule))
		return (plan->rule->binds & roles) != 0 ||
		    (roles & PACK_ROLE_EMPLOYEE);
	return (plan->rule->statement->by & roles) != 0;
}

static int ask_about(
    struct plan *plan, enum store_subject kind, const char *subject_id)
{
	const struct task_person *person = plan->person;
	struct person_row superior;
	struct task_ask ask = {.rule = plan->rule,
	    .kind = TASK_STATEMENT,
	    .person_id = person->row.id,
	    .unit_id = person->unit_id,
	    .subject_kind = kind,
	    .subject_id = subject_id,
	    .person = person,
	    .unit = plan->unit};
	bool measured = false;
	int rc = 0;

	if (plan->rule->statement->fallback)
		rc = task_is_measured(plan->txn, plan->world, plan->rule, kind,
		    subject_id, &measured, plan->err);
	if (rc < 0 || measured)
		return rc;
	if (is_for_superior(plan->rule)) {
		rc = superior_find(plan->txn, plan->world, person->unit_id,
		    person->row.id, &superior, plan->err);
		if (rc < 0)
			return rc == -ERR_NOT_FOUND ? 0 : rc;
		ask.person_id = superior.id;
	}
	return task_ask_plan(
	    plan->txn, plan->world, &ask, plan->made, plan->err);
}

static int ask_of_assignment(void *arg, const struct assignment_row *row)
{
	struct plan *plan = arg;
	bool is_phone = row->kind == ASSIGNMENT_PHONE;

	if (is_phone != (plan->rule->subject == PACK_SUBJECT_PHONE))
		return 0;
	return ask_about(plan,
	    is_phone ? STORE_SUBJECT_PHONE : STORE_SUBJECT_SUBSCRIPTION,
	    is_phone ? row->device_id : row->subscription_id);
}

static int plan_statement(struct plan *plan)
{
	int rc;

	if (!is_by(plan))
		return 0;
	switch (plan->rule->subject) {
	case PACK_SUBJECT_PERSON:
		return ask_about(
		    plan, STORE_SUBJECT_PERSON, plan->person->row.id);
	case PACK_SUBJECT_PHONE:
	case PACK_SUBJECT_SUBSCRIPTION:
		rc = store_assignment_each_person(plan->txn,
		    plan->world->org_id, plan->person->row.id, true,
		    ask_of_assignment, plan, plan->err);
		return rc < 0 ? rc : 0;
	default: /* of a unit or the organisation: task_units.c */
		return 0;
	}
}

/* ---- a deputy ---- */

/* RON-21, ALB-11: whoever is named has to agree; once for each absence. */
static int plan_deputy(struct plan *plan)
{
	const struct task_person *person = plan->person;
	const struct absence_row *absence = &person->absence;
	struct task_ask ask = {.rule = plan->rule,
	    .kind = TASK_ACCEPT_DEPUTY,
	    .person_id = absence->deputy_id,
	    .unit_id = person->unit_id,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .subject_id = person->row.id,
	    .person = person};

	if (!(plan->rule->statement->by & PACK_ROLE_DEPUTY) || !*absence->id ||
	    !*absence->deputy_id ||
	    strcmp(absence->deputy_id, person->row.id) == 0)
		return 0;
	return task_ask_plan(
	    plan->txn, plan->world, &ask, plan->made, plan->err);
}

/* ---- all of one person ---- */

static int unit_of(struct plan *plan, struct unit_row *unit)
{
	int rc;

	if (!*plan->person->unit_id)
		return 0;
	rc = store_unit_load(plan->txn, plan->world->org_id,
	    plan->person->unit_id, unit, plan->err);
	if (rc == 0)
		plan->unit = unit;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int plan_rules(struct plan *plan)
{
	struct unit_row unit;
	size_t i;
	int rc = unit_of(plan, &unit);

	for (i = 0; rc == 0 &&
	     (plan->rule = pack_rule_at(plan->world->pack, i)) != NULL;
	     i++) {
		if (!plan->rule->statement)
			continue;
		rc = plan_statement(plan);
		if (rc == 0)
			rc = plan_deputy(plan);
	}
	return rc;
}

int task_plan_person(struct txn *txn, const struct task_world *world,
    const char *person_id, unsigned *made, struct err *err)
{
	struct task_person person;
	struct plan plan = {.txn = txn,
	    .world = world,
	    .person = &person,
	    .made = made,
	    .err = err};
	int rc = task_person_load(txn, world, person_id, &person, err);

	if (rc == 0)
		rc = task_withdraw(txn, world, &person, err);
	if (rc < 0 || !world->pack || person.row.purged_at)
		return rc;
	rc = plan_rules(&plan);
	if (rc == 0)
		rc = task_plan_acknowledgement(txn, world, &person, made, err);
	if (rc == 0)
		rc = task_plan_leaver(txn, world, &person, made, err);
	return rc;
}

int service_tasks_plan(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, unsigned *made, struct err *err)
{
	struct task_world world;
	int rc = task_world_init(service, org_id, &world, err);

	if (rc < 0)
		return rc;
	return task_plan_person(txn, &world, person_id, made, err);
}

int service_tasks_measured(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, const char *rule_id,
    struct err *err)
{
	struct task_person person;
	struct task_world world;
	int rc = task_world_init(service, org_id, &world, err);

	(void)rule_id; /* the person's other tasks may be over as well */
	if (rc == 0)
		rc = task_person_load(txn, &world, person_id, &person, err);
	if (rc == 0)
		rc = task_withdraw(txn, &world, &person, err);
	return rc;
}

int service_tasks_unmeasured(struct service *service, struct txn *txn,
    const char *org_id, const char *person_id, const char *rule_id,
    unsigned *made, struct err *err)
{
	struct task_person person;
	struct task_world world;
	struct plan plan = {.txn = txn,
	    .world = &world,
	    .person = &person,
	    .made = made,
	    .err = err};
	int rc = task_world_init(service, org_id, &world, err);

	if (rc == 0 && !world.pack)
		return 0;
	if (rc == 0)
		rc = task_person_load(txn, &world, person_id, &person, err);
	if (rc < 0)
		return rc;
	plan.rule = pack_rule_find(world.pack, rule_id);
	if (!plan.rule || !plan.rule->statement)
		return 0;
	return plan_statement(&plan);
}

int service_task_ask_acceptance(struct service *service, struct txn *txn,
    const char *org_id, enum task_kind kind, const char *rule_id,
    const char *person_id, const char *about_id, const char *absence_id,
    int64_t until_at, struct err *err)
{
	static const struct task_terms terms = {
	    0, TIME_DAY_MS, TIME_DAY_MS, 30 * TIME_DAY_MS};
	struct task_row task = {
	    .kind = kind, .subject_kind = STORE_SUBJECT_PERSON};
	struct task_world world;
	struct task_row open;
	int rc = task_world_init(service, org_id, &world, err);

	if (rc < 0)
		return rc;
	(void)str_copy(task.org_id, sizeof(task.org_id), org_id);
	(void)str_copy(task.rule, sizeof(task.rule), rule_id);
	(void)str_copy(task.person_id, sizeof(task.person_id), person_id);
	(void)str_copy(task.subject_id, sizeof(task.subject_id), about_id);
	if (absence_id)
		(void)str_copy(
		    task.absence_id, sizeof(task.absence_id), absence_id);
	(void)str_copy(task.cause, sizeof(task.cause), "asked");
	task.created_at = world.now;
	rc = store_task_find_open(txn, &task, &open, err);
	if (rc != -ERR_NOT_FOUND)
		return rc; /* asked already, or a fault */
	task_clock_set(&task, &world.place, &terms,
	    until_at ? calendar_day_at(world.place.zone, until_at) : 0);
	return task_open(txn, &world, &task, err);
}
