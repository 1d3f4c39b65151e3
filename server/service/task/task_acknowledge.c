/*
 * Reading the pack: who is to acknowledge which version, and how far a unit has
 * come (RON-01, RON-03, VST-02). A new version of the pack asks again only those
 * whose own text has changed.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/page/page.h"
#include "server/service/service.h"
#include "server/service/task/task.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_evidence.h"

#define ACKNOWLEDGE_EXPIRES_MS (365 * TIME_DAY_MS)

/* ---- who is to ---- */

static bool is_bound(const struct pack *pack, unsigned roles)
{
	const struct pack_rule *rule;
	size_t i;

	for (i = 0; (rule = pack_rule_at(pack, i)) != NULL; i++)
		if (rule->class == PACK_INFORM && (rule->binds & roles))
			return true;
	return false;
}

/* Is what was read still what would be shown today? */
static int is_text_same(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const struct acknowledgement_row *last,
    bool *out, struct err *err)
{
	struct page page;
	int rc = page_text_acknowledgement(
	    txn, world, person, last->language, &page, err);

	if (rc < 0)
		return rc;
	*out = strcmp(page.text_sha256, last->text_sha256) == 0;
	page_clear(&page);
	return 0;
}

static int is_read(struct txn *txn, const struct task_world *world,
    const struct task_person *person, bool *out, struct err *err)
{
	struct acknowledgement_row last;
	int rc = store_acknowledgement_find(
	    txn, world->org_id, person->row.id, &last, err);

	*out = false;
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (strcmp(last.pack_hash, world->pack_hash) == 0 &&
	    last.at >= calendar_day_begins(world->place.zone,
	                   (int32_t)person->current.from_day)) {
		*out = true;
		return 0;
	}
	return is_text_same(txn, world, person, &last, out, err);
}

/* A pack may want it said again after a time (AHL-25). *out: when the one that
 * has run out was made; 0: none has. */
static int worn_find(struct txn *txn, const struct task_world *world,
    const struct task_person *person, int64_t *out, struct err *err)
{
	int64_t again_ms = pack_acknowledgement(world->pack)->again_ms;
	struct acknowledgement_row last;
	int rc;

	*out = 0;
	if (again_ms <= 0)
		return 0;
	rc = store_acknowledgement_find(
	    txn, world->org_id, person->row.id, &last, err);
	if (rc == 0 && world->now - last.at >= again_ms)
		*out = last.at;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

struct asked {
	const char *cause;
	bool is_asked;
};

static int note_asked(void *arg, const struct task_row *row)
{
	struct asked *asked = arg;
	bool is_taken_back = row->state == TASK_CANCELLED &&
	    strcmp(row->closed_by, TASK_BY_POLICY) == 0;

	if (row->kind == TASK_ACKNOWLEDGE && !is_taken_back &&
	    (task_is_open(row->state) || strcmp(row->cause, asked->cause) == 0))
		asked->is_asked = true;
	return 0;
}

static int open_acknowledgement(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const char *cause, unsigned *made,
    struct err *err)
{
	const struct pack_acknowledgement *terms =
	    pack_acknowledgement(world->pack);
	struct task_terms times = {terms->remind_ms, terms->due_ms,
	    terms->escalate_ms, ACKNOWLEDGE_EXPIRES_MS};
	struct task_row task = {.kind = TASK_ACKNOWLEDGE,
	    .subject_kind = STORE_SUBJECT_PERSON,
	    .created_at = world->now};
	int rc;

	(void)str_copy(task.person_id, sizeof(task.person_id), person->row.id);
	(void)str_copy(
	    task.subject_id, sizeof(task.subject_id), person->row.id);
	(void)str_copy(task.unit_id, sizeof(task.unit_id), person->unit_id);
	(void)str_copy(task.cause, sizeof(task.cause), cause);
	task_clock_set(&task, &world->place, &times, 0);
	rc = task_open(txn, world, &task, err);
	if (rc == 0 && made)
		(*made)++;
	return rc;
}

int task_plan_acknowledgement(struct txn *txn, const struct task_world *world,
    const struct task_person *person, unsigned *made, struct err *err)
{
	char cause[64];
	char date[CALENDAR_DATE_TEXT_MAX];
	struct asked asked = {cause, false};
	int64_t worn_at;
	bool read = false;
	int rc;

	if (!*person->current.id || !is_bound(world->pack, person->roles))
		return 0;
	rc = worn_find(txn, world, person, &worn_at, err);
	if (rc < 0)
		return rc;
	/* The period: this version, in this employment; or since it wore out. */
	calendar_day_text(worn_at ? calendar_day_at(world->place.zone, worn_at)
	                          : (int32_t)person->current.from_day,
	    date);
	(void)snprintf(
	    cause, sizeof(cause), "pack:%.16s:%s", world->pack_hash, date);
	rc = store_task_each_subject(txn, world->org_id, STORE_SUBJECT_PERSON,
	    person->row.id, "", false, note_asked, &asked, err);
	if (rc < 0 || asked.is_asked)
		return rc < 0 ? rc : 0;
	if (!worn_at)
		rc = is_read(txn, world, person, &read, err);
	if (rc < 0 || read)
		return rc;
	return open_acknowledgement(txn, world, person, cause, made, err);
}

/* ---- coverage ---- */

struct coverage {
	struct txn *txn;
	const struct task_world *world;
	const char *unit_id; /* asked for; NULL: all */
	service_coverage_fn *fn;
	void *arg;
	struct coverage_view view;
	struct err *err;
};

static int count_open(void *arg, const struct task_row *row)
{
	struct coverage *coverage = arg;

	if (row->kind != TASK_ACKNOWLEDGE || row->due_at > coverage->world->now)
		return 0;
	coverage->view.overdue++;
	return 1;
}

static int count_person(void *arg, const struct employment_row *row)
{
	struct coverage *coverage = arg;
	struct acknowledgement_row last;
	struct task_filter open = {.org_id = coverage->world->org_id,
	    .person_id = row->person_id,
	    .only_open = true};
	int rc = store_acknowledgement_find(
	    coverage->txn, row->org_id, row->person_id, &last, coverage->err);

	coverage->view.persons++;
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0 && strcmp(last.pack_hash, coverage->world->pack_hash) == 0)
		coverage->view.acknowledged++;
	else if (rc == 0)
		coverage->view.outdated++;
	rc = store_task_each(
	    coverage->txn, &open, count_open, coverage, coverage->err);
	return rc < 0 ? rc : 0;
}

static int count_unit(
    struct coverage *coverage, const char *unit_id, int depth);

struct below {
	struct coverage *coverage;
	int depth;
};

static int count_child(void *arg, const struct unit_row *row)
{
	struct below *below = arg;

	return count_unit(below->coverage, row->id, below->depth);
}

#define UNITS_DEEP_MAX 16 /* a tree that is a ring ends here */

static int count_unit(struct coverage *coverage, const char *unit_id, int depth)
{
	struct below below = {coverage, depth + 1};
	int rc;

	if (depth >= UNITS_DEEP_MAX)
		return 0;
	rc = store_employment_each_unit(coverage->txn, coverage->world->org_id,
	    unit_id, coverage->world->today, "", 0, count_person, coverage,
	    coverage->err);
	if (rc < 0)
		return rc;
	rc = store_unit_each_child(coverage->txn, coverage->world->org_id,
	    unit_id, count_child, &below, coverage->err);
	return rc < 0 ? rc : 0;
}

static int show_unit(void *arg, const struct unit_row *row)
{
	struct coverage *coverage = arg;
	struct coverage_view *view = &coverage->view;
	int rc;

	if (row->ended_at ||
	    (coverage->unit_id && strcmp(coverage->unit_id, row->id) != 0))
		return 0;
	memset(view, 0, sizeof(*view));
	(void)str_copy(view->unit_id, sizeof(view->unit_id), row->id);
	(void)str_copy(view->unit_name, sizeof(view->unit_name), row->name);
	rc = count_unit(coverage, row->id, 0);
	if (rc < 0)
		return rc;
	view->is_shown = view->persons >= COVERAGE_PERSONS_MIN;
	if (!view->is_shown)
		view->persons = view->acknowledged = view->outdated =
		    view->overdue = 0;
	return coverage->fn(coverage->arg, view);
}

static int cover(struct txn *txn, void *arg, struct err *err)
{
	struct coverage *coverage = arg;
	struct unit_row unit;
	int rc;

	coverage->txn = txn;
	coverage->err = err;
	if (coverage->unit_id) {
		rc = store_unit_load(txn, coverage->world->org_id,
		    coverage->unit_id, &unit, err);
		return rc < 0 ? rc : show_unit(coverage, &unit);
	}
	return store_unit_each(
	    txn, coverage->world->org_id, "", 0, show_unit, coverage, err);
}

int service_coverage_each(struct service *service, const struct actor *actor,
    const char *unit_id, service_coverage_fn *fn, void *arg, struct err *err)
{
	struct task_world world;
	struct coverage coverage = {
	    .world = &world, .unit_id = unit_id, .fn = fn, .arg = arg};
	int rc = task_world_init(service, actor->org_id, &world, err);

	if (rc == 0)
		rc = store_read(service->store, cover, &coverage, err);
	return rc < 0 ? rc : 0;
}
