/* What was planned is written, by the ledger's own use cases. */
#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_inside.h"
#include "server/service/service.h"

struct applying {
	struct txn *txn;
	const struct ledger *ledger;
	struct roster_plan *plan;
	struct err *err;
};

/* ---- may it be? ---- */

static int note_first(void *arg, const struct roster_fault *fault)
{
	*(struct roster_fault *)arg = *fault;
	return 1;
}

static int refuse_faults(const struct roster_plan *plan, struct err *err)
{
	struct roster_fault first = {.sentence = ""};

	(void)roster_plan_each_fault(plan, note_first, &first);
	if (first.line)
		return err_set(err, ERR_INVALID,
		    "line %lu: %.300s (%zu in all); nothing was changed",
		    first.line, first.sentence, plan->counts.faults);
	return err_set(
	    err, ERR_INVALID, "%.300s; nothing was changed", first.sentence);
}

static int may_apply(const struct roster_plan *plan, struct err *err)
{
	const struct roster_counts *counts = &plan->counts;
	const char *expect = plan->options ? plan->options->expect : NULL;

	if (counts->faults > 0)
		return refuse_faults(plan, err);
	if (!counts->can_apply)
		return err_set(err, ERR_CONFLICT,
		    "the safety stop holds plan %s, nothing was changed: %.*s",
		    counts->plan, (int)strcspn((char *)plan->stop.data, "\n"),
		    (char *)plan->stop.data);
	if (expect && strcmp(expect, counts->plan) != 0)
		return err_set(err, ERR_CONFLICT,
		    "it would be plan %s now, not %.20s: the ledger or the "
		    "file changed since it was shown; look at it again",
		    counts->plan, expect);
	return 0;
}

/* Whose turn it was, before the sentence. */
static int said_of(
    const struct applying *at, const struct plan_person *person, int rc)
{
	if (rc >= 0)
		return rc;
	if (person->said && person->said->line)
		return err_prefix(at->err, "line %lu, %.60s",
		    person->said->line, person->name);
	return err_prefix(at->err, "%.60s", person->name);
}

/* ---- units ---- */

static int make_units(const struct applying *at)
{
	enum ledger_effect effect;
	struct plan_unit *unit;
	struct unit_row row;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->plan->unit_count; i++) {
		unit = &at->plan->units[i];
		if (unit->id[0])
			continue;
		rc = ledger_unit_put(at->txn, at->ledger,
		    &(struct unit_said){
		        .name = unit->said ? unit->said->name : unit->name,
		        .external_id =
		            unit->said ? unit->said->external_id : NULL,
		        .number = unit->said ? unit->said->number : NULL,
		    },
		    &row, &effect, at->err);
		if (rc < 0)
			return err_prefix(at->err, "unit %.60s", unit->name);
		(void)str_copy(unit->id, sizeof(unit->id), row.id);
	}
	return rc;
}

/* A key of the source, or as the ledger names people. */
static const char *person_named(const struct applying *at, const char *text)
{
	size_t i;
	size_t said = text ? roster_index_get(&at->plan->roster->by_key, text)
	                   : ROSTER_INDEX_NONE;
	struct source_person_row link;

	if (said == ROSTER_INDEX_NONE)
		return text && *text &&
		        store_source_person_find(at->txn, at->ledger->org_id,
		            at->plan->roster->source, text, &link, NULL) == 0
		    ? roster_arena_text(&at->plan->arena, link.person_id)
		    : text;
	for (i = 0; i < at->plan->people_count; i++)
		if (at->plan->people[i].said == &at->plan->roster->people[said])
			return at->plan->people[i].person_id;
	return text;
}

/* Once everybody is there: what lies above, who leads. */
static int finish_units(const struct applying *at)
{
	enum ledger_effect effect;
	const struct plan_unit *unit;
	struct unit_said said;
	struct unit_row row;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->plan->unit_count; i++) {
		unit = &at->plan->units[i];
		if (!unit->words ||
		    (!unit->said && unit->leader == ROSTER_INDEX_NONE))
			continue;
		said = (struct unit_said){.id = unit->id};
		if (unit->said) {
			said.name = unit->said->name;
			said.external_id = unit->said->external_id;
			said.number = unit->said->number;
			said.parent = unit->said->parent;
			said.manager = person_named(at, unit->said->manager);
		}
		if (unit->leader != ROSTER_INDEX_NONE && !said.manager)
			said.manager = at->plan->people[unit->leader].person_id;
		rc = ledger_unit_put(
		    at->txn, at->ledger, &said, &row, &effect, at->err);
		if (rc < 0)
			return err_prefix(at->err, "unit %.60s", unit->name);
	}
	return rc;
}

/* ---- people ---- */

static int free_mails(const struct applying *at)
{
	enum ledger_effect effect;
	struct person_row row;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->plan->people_count; i++)
		if (at->plan->people[i].frees_mail)
			rc = ledger_person_put(at->txn, at->ledger,
			    &(struct person_said){
			        .id = at->plan->people[i].person_id,
			        .mail = "",
			    },
			    &row, &effect, at->err);
	return rc;
}

static int put_link(const struct applying *at, const struct plan_person *person)
{
	struct source_person_row link = {.made_at = at->ledger->now};
	int rc = 0;

	if (!person->link_changes)
		return 0;
	if (person->link_id[0])
		rc = store_source_person_find(at->txn, at->ledger->org_id,
		    at->plan->roster->source, person->key, &link, at->err);
	else
		uuid_make(at->ledger->now, at->ledger->service->rng, link.id);
	if (rc < 0)
		return rc;
	(void)str_copy(link.org_id, sizeof(link.org_id), at->ledger->org_id);
	(void)str_copy(
	    link.source, sizeof(link.source), at->plan->roster->source);
	(void)str_copy(link.source_key, sizeof(link.source_key), person->key);
	(void)str_copy(
	    link.person_id, sizeof(link.person_id), person->person_id);
	link.gone_at = person->is_left_out ? at->ledger->now : 0;
	return store_source_person_save(at->txn, &link, at->err);
}

static int put_person(const struct applying *at, struct plan_person *person)
{
	const struct roster_person *said = person->said;
	enum ledger_effect effect;
	struct person_row row;
	int rc;

	if (!person->person_changes)
		return 0;
	rc = ledger_person_put(at->txn, at->ledger,
	    &(struct person_said){
	        .id = person->person_id[0] ? person->person_id : NULL,
	        .is_new = !person->person_id[0],
	        .external_id = said->external_id,
	        .name = said->name,
	        .first_name = said->first_name,
	        .last_name = said->last_name,
	        .mail = said->mail,
	        .number = said->number,
	        .language = said->language,
	    },
	    &row, &effect, at->err);
	if (rc == 0)
		(void)str_copy(
		    person->person_id, sizeof(person->person_id), row.id);
	return rc;
}

static int put_people(const struct applying *at)
{
	struct plan_person *person;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->plan->people_count; i++) {
		person = &at->plan->people[i];
		rc = put_person(at, person);
		if (rc == 0)
			rc = put_link(at, person);
		rc = said_of(at, person, rc);
	}
	return rc;
}

/* ---- employments and leaves ---- */

static const char *day_text(
    int32_t day, int32_t as_is, char out[CALENDAR_DATE_TEXT_MAX])
{
	if (day == as_is)
		return NULL;
	out[0] = '\0';
	if (day > 0)
		calendar_day_text(day, out);
	return out;
}

static int put_employment(const struct applying *at,
    const struct plan_person *person, const struct plan_step *step)
{
	char from[CALENDAR_DATE_TEXT_MAX];
	char to[CALENDAR_DATE_TEXT_MAX];
	const struct plan_unit *units = at->plan->units;
	enum ledger_effect effect;
	struct employment_row row;

	return ledger_employment_put(at->txn, at->ledger,
	    &(struct employment_said){
	        .id = step->id[0] ? step->id : NULL,
	        .is_new = !step->id[0],
	        .external_id = step->key,
	        .source = at->plan->roster->source,
	        .person = person->person_id,
	        .unit = step->unit != ROSTER_INDEX_NONE ? units[step->unit].id
	            : step->no_unit                     ? ""
	                                                : NULL,
	        .roles = step->roles,
	        .from = day_text(step->from, 0, from),
	        .to = day_text(step->to, -1, to),
	    },
	    &row, &effect, at->err);
}

static int put_leave(const struct applying *at,
    const struct plan_person *person, const struct plan_step *step)
{
	char from[CALENDAR_DATE_TEXT_MAX];
	char until[CALENDAR_DATE_TEXT_MAX];
	enum ledger_effect effect;
	struct absence_row row;

	if (step->kind == STEP_LEAVE_VOID)
		return ledger_absence_void(
		    at->txn, at->ledger, step->id, &row, at->err);
	return ledger_absence_put(at->txn, at->ledger,
	    &(struct absence_said){
	        .source = at->plan->roster->source,
	        .person = person->person_id,
	        .deputy = person_named(at, step->deputy),
	        .from = day_text(step->from, 0, from),
	        .until = day_text(step->to, -1, until),
	    },
	    &row, &effect, at->err);
}

static int do_steps(const struct applying *at)
{
	const struct plan_person *person;
	const struct plan_step *step;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->plan->people_count; i++) {
		person = &at->plan->people[i];
		for (step = person->steps; rc == 0 && step; step = step->next)
			rc = step->kind == STEP_EMPLOYMENT
			    ? put_employment(at, person, step)
			    : put_leave(at, person, step);
		rc = said_of(at, person, rc);
	}
	return rc;
}

static int put_source(const struct applying *at)
{
	struct source_row row = at->plan->source;
	const char *map = at->plan->roster->map;

	if (!at->plan->source_changes)
		return 0;
	if (!row.id[0])
		uuid_make(at->ledger->now, at->ledger->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), at->ledger->org_id);
	(void)str_copy(row.name, sizeof(row.name), at->plan->roster->source);
	if (map)
		(void)str_copy(row.map, sizeof(row.map), map);
	row.changed_at = at->ledger->now;
	(void)str_copy(row.changed_by, sizeof(row.changed_by), at->ledger->by);
	return store_source_save(at->txn, &row, at->err);
}

int roster_plan_apply(struct txn *txn, const struct ledger *ledger,
    struct roster_plan *plan, struct err *err)
{
	const struct applying at = {txn, ledger, plan, err};
	int rc = may_apply(plan, err);

	if (rc == 0)
		rc = put_source(&at);
	if (rc == 0)
		rc = make_units(&at);
	if (rc == 0)
		rc = free_mails(&at);
	if (rc == 0)
		rc = put_people(&at);
	if (rc == 0)
		rc = do_steps(&at);
	return rc == 0 ? finish_units(&at) : rc;
}
