/*
 * Statements about a unit or the whole organisation, and posts that are vacant
 * (VST-04, AHL-14, AHL-19): who answers now is asked, the next manager up where
 * nobody does; who answered before is asked no longer.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_equipment.h"

#define OPEN_MAX 32 /* tasks about one subject and rule */
#define FIX_DUE_MS (14 * TIME_DAY_MS)
#define FIX_REMIND_MS (7 * TIME_DAY_MS)

/* ---- who answers ---- */

struct holder {
	const struct task_world *world;
	struct task_holders *found;
};

static int note_holder(void *arg, const struct employment_row *row)
{
	struct holder *holder = arg;
	int32_t today = holder->world->today;
	unsigned i;

	if (row->voided_at || row->from_day > today ||
	    (row->to_day && row->to_day <= today))
		return 0;
	for (i = 0; i < PACK_ROLE_COUNT; i++)
		if ((row->roles & (INT64_C(1) << i)) && !*holder->found->ids[i])
			(void)str_copy(
			    holder->found->ids[i], STORE_ID, row->person_id);
	return 0;
}

/* The first who holds one of the roles today; "" when nobody does. Whoever
 * goes through many units looks once (world->holders). */
static int find_holder(struct txn *txn, const struct task_world *world,
    unsigned roles, char out[STORE_ID], struct err *err)
{
	struct task_holders own = {.is_known = false};
	struct holder holder = {world, world->holders ? world->holders : &own};
	unsigned i;
	int rc = 0;

	if (!holder.found->is_known)
		rc = store_employment_each(
		    txn, world->org_id, "", 0, note_holder, &holder, err);
	if (rc < 0)
		return rc;
	holder.found->is_known = true;
	for (i = 0; i < PACK_ROLE_COUNT && !*out; i++)
		if (roles & (1u << i))
			(void)str_copy(out, STORE_ID, holder.found->ids[i]);
	return 0;
}

static int find_superior(struct txn *txn, const struct task_world *world,
    const char *unit_id, char out[STORE_ID], struct err *err)
{
	struct person_row person;
	int rc = superior_find(txn, world, unit_id, NULL, &person, err);

	out[0] = '\0';
	if (rc == 0)
		(void)str_copy(out, STORE_ID, person.id);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int is_employed(struct txn *txn, const struct task_world *world,
    const char *person_id, bool *out, struct err *err)
{
	unsigned roles = 0;
	int rc = 0;

	if (*person_id)
		rc = task_roles_of(txn, world, person_id, &roles, err);
	*out = roles != 0;
	return rc;
}

#define ROLES_OF_UNIT                                                          \
	(PACK_ROLE_MANAGER | PACK_ROLE_COORDINATOR | PACK_ROLE_UNIT |          \
	    PACK_ROLE_EMPLOYEE | PACK_ROLE_DEPUTY)

static int find_answerer(struct txn *txn, const struct task_world *world,
    const struct unit_row *unit, unsigned by, char out[STORE_ID],
    struct err *err)
{
	bool employed = false;
	int rc = 0;

	out[0] = '\0';
	if (!(by & PACK_ROLE_MANAGER) && (by & PACK_ROLE_COORDINATOR))
		rc = is_employed(
		    txn, world, unit->coordinator_id, &employed, err);
	if (rc < 0)
		return rc;
	if (employed) {
		(void)str_copy(out, STORE_ID, unit->coordinator_id);
		return 0;
	}
	if (!(by & ROLES_OF_UNIT))
		rc = find_holder(txn, world, by, out, err);
	if (rc < 0 || *out)
		return rc;
	return find_superior(txn, world, unit->id, out, err);
}

/* ---- tasks about one subject that are open ---- */

struct open_about {
	struct task_row rows[OPEN_MAX];
	size_t count;
};

static int note_open(void *arg, const struct task_row *row)
{
	struct open_about *open = arg;

	open->rows[open->count++] = *row;
	return open->count == OPEN_MAX;
}

/* Ends those of kind: of anybody, or of all but keep_id. */
static int end_open(struct txn *txn, const struct task_world *world,
    const struct task_row *like, const char *keep_id, enum task_event event,
    const char *why, struct err *err)
{
	struct open_about *open = calloc(1, sizeof(*open));
	size_t i;
	int rc;

	if (!open)
		return err_memory(err);
	rc = store_task_each_subject(txn, world->org_id, like->subject_kind,
	    like->subject_id, like->rule, true, note_open, open, err);
	for (i = 0; rc >= 0 && i < open->count; i++)
		if (open->rows[i].kind == like->kind &&
		    (!keep_id || strcmp(open->rows[i].person_id, keep_id) != 0))
			rc = task_apply(txn, world, &open->rows[i], event,
			    TASK_BY_POLICY, why, err);
	free(open);
	return rc < 0 ? rc : 0;
}

/* ---- statements ---- */

static int plan_statement(struct txn *txn, const struct task_world *world,
    const struct pack_rule *rule, const struct unit_row *unit,
    const char *subject_id, unsigned *made, struct err *err)
{
	char answerer[STORE_ID];
	struct task_ask ask = {.rule = rule,
	    .kind = TASK_STATEMENT,
	    .person_id = answerer,
	    .unit_id = unit->id,
	    .subject_kind = task_subject_of(rule->subject),
	    .subject_id = subject_id,
	    .unit = unit};
	struct task_row like = {
	    .kind = TASK_STATEMENT, .subject_kind = ask.subject_kind};
	bool measured = false;
	int rc =
	    find_answerer(txn, world, unit, rule->statement->by, answerer, err);

	(void)str_copy(like.rule, sizeof(like.rule), rule->id);
	(void)str_copy(like.subject_id, sizeof(like.subject_id), subject_id);
	if (rc == 0)
		rc = end_open(txn, world, &like, answerer, TASK_EVENT_CANCEL,
		    "another person answers now", err);
	if (rc == 0 && rule->statement->fallback)
		rc = task_is_measured(txn, world, rule, ask.subject_kind,
		    subject_id, &measured, err);
	if (rc < 0)
		return rc;
	if (measured)
		return end_open(txn, world, &like, NULL, TASK_EVENT_EVIDENCE,
		    "measured meanwhile", err);
	return *answerer ? task_ask_plan(txn, world, &ask, made, err) : 0;
}

/* ---- vacant posts ---- */

static bool asks_for(const struct pack_rule *rule, enum pack_fact fact)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++)
		if (rule->proof[i].fact == fact)
			return true;
	return false;
}

/* A task even when nobody is found to do it: a vacancy is never silent. */
static int open_fix(struct txn *txn, const struct task_world *world,
    struct task_row *task, unsigned *made, struct err *err)
{
	static const struct task_terms terms = {
	    FIX_REMIND_MS, FIX_DUE_MS, FIX_DUE_MS, 0};
	struct task_row open;
	int rc;

	(void)str_copy(task->org_id, sizeof(task->org_id), world->org_id);
	rc = store_task_find_open(txn, task, &open, err);
	if (rc != -ERR_NOT_FOUND)
		return rc;
	task->created_at = world->now;
	task_clock_set(task, &world->place, &terms, 0);
	rc = task_open(txn, world, task, err);
	if (rc == 0 && made)
		(*made)++;
	return rc;
}

static int plan_post(struct txn *txn, const struct task_world *world,
    const struct pack_rule *rule, const struct unit_row *unit, unsigned *made,
    struct err *err)
{
	struct task_row task = {.kind = TASK_REGISTER_FIX,
	    .subject_kind = STORE_SUBJECT_UNIT,
	    .cause = "vacant"};
	bool filled = false;
	int rc = is_employed(txn, world, unit->coordinator_id, &filled, err);

	(void)str_copy(task.rule, sizeof(task.rule), rule->id);
	(void)str_copy(task.subject_id, sizeof(task.subject_id), unit->id);
	(void)str_copy(task.unit_id, sizeof(task.unit_id), unit->id);
	if (rc < 0)
		return rc;
	if (filled)
		return end_open(txn, world, &task, NULL, TASK_EVENT_EVIDENCE,
		    "the post is filled", err);
	rc = find_superior(txn, world, unit->id, task.person_id, err);
	if (rc == 0)
		rc = end_open(txn, world, &task, task.person_id,
		    TASK_EVENT_CANCEL, "another person answers now", err);
	if (rc == 0)
		rc = open_fix(txn, world, &task, made, err);
	return rc;
}

struct leaver {
	struct txn *txn;
	const struct task_world *world;
	const struct pack_rule *rule;
	const struct task_person *person;
	unsigned *made;
	struct err *err;
};

/* A shared phone whose leader has left (AHL-19). */
static int note_shared(void *arg, const struct assignment_row *row)
{
	struct leaver *leaver = arg;
	struct task_row task = {.kind = TASK_REGISTER_FIX,
	    .subject_kind = STORE_SUBJECT_PHONE,
	    .cause = "vacant"};
	int rc;

	if (row->kind != ASSIGNMENT_PHONE || !row->is_shared)
		return 0;
	(void)str_copy(task.rule, sizeof(task.rule), leaver->rule->id);
	(void)str_copy(
	    task.subject_id, sizeof(task.subject_id), row->device_id);
	(void)str_copy(
	    task.unit_id, sizeof(task.unit_id), leaver->person->unit_id);
	rc = find_superior(leaver->txn, leaver->world, leaver->person->unit_id,
	    task.person_id, leaver->err);
	if (rc == 0)
		rc = open_fix(leaver->txn, leaver->world, &task, leaver->made,
		    leaver->err);
	return rc;
}

int service_tasks_leader_found(struct service *service, struct txn *txn,
    const char *org_id, const char *device_id, struct err *err)
{
	struct task_row like = {
	    .kind = TASK_REGISTER_FIX, .subject_kind = STORE_SUBJECT_PHONE};
	const struct pack_rule *rule;
	struct task_world world;
	size_t i;
	int rc = task_world_init(service, org_id, &world, err);

	(void)str_copy(like.subject_id, sizeof(like.subject_id), device_id);
	for (i = 0;
	     rc == 0 && world.pack && (rule = pack_rule_at(world.pack, i));
	     i++) {
		if (!asks_for(rule, PACK_FACT_REGISTER_TEAM_LEADER))
			continue;
		(void)str_copy(like.rule, sizeof(like.rule), rule->id);
		rc = end_open(txn, &world, &like, NULL, TASK_EVENT_EVIDENCE,
		    "somebody answers for it", err);
	}
	return rc;
}

int task_plan_leaver(struct txn *txn, const struct task_world *world,
    const struct task_person *person, unsigned *made, struct err *err)
{
	struct leaver leaver = {txn, world, NULL, person, made, err};
	size_t i;
	int rc = 0;

	if (*person->current.id || !*person->ended.id)
		return 0;
	for (i = 0;
	     rc >= 0 && (leaver.rule = pack_rule_at(world->pack, i)) != NULL;
	     i++)
		if (asks_for(leaver.rule, PACK_FACT_REGISTER_TEAM_LEADER))
			rc = store_assignment_each_person(txn, world->org_id,
			    person->row.id, true, note_shared, &leaver, err);
	return rc < 0 ? rc : 0;
}

/* ---- both, for one unit ---- */

/* Of the organisation: counted in the unit at the top, asked once. */
static bool is_top(const struct unit_row *unit)
{
	return !*unit->parent_id;
}

static int plan_rule(struct txn *txn, const struct task_world *world,
    const struct pack_rule *rule, const struct unit_row *unit, unsigned *made,
    struct err *err)
{
	int rc = 0;

	if (rule->statement && rule->subject == PACK_SUBJECT_UNIT)
		rc =
		    plan_statement(txn, world, rule, unit, unit->id, made, err);
	if (rule->statement && rule->subject == PACK_SUBJECT_ORGANISATION &&
	    is_top(unit))
		rc = plan_statement(
		    txn, world, rule, unit, world->org_id, made, err);
	if (rc == 0 && rule->subject == PACK_SUBJECT_UNIT &&
	    asks_for(rule, PACK_FACT_REGISTER_COORDINATOR))
		rc = plan_post(txn, world, rule, unit, made, err);
	return rc;
}

int task_plan_unit(struct txn *txn, const struct task_world *world,
    const struct unit_row *unit, unsigned *made, struct err *err)
{
	const struct pack_rule *rule;
	size_t i;
	int rc = 0;

	if (unit->ended_at)
		return 0;
	for (i = 0; rc == 0 && (rule = pack_rule_at(world->pack, i)) != NULL;
	     i++)
		rc = plan_rule(txn, world, rule, unit, made, err);
	return rc;
}
