/* A plan in words, and the id that stands for exactly these effects. */
#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/str.h"
#include "server/service/digest.h"
#include "server/service/roster/roster_inside.h"

const char *roster_effect_name(enum roster_effect effect)
{
	static const char *const names[ROSTER_EFFECT_COUNT] = {
	    "unchanged", "begins", "changes", "ends"};

	return names[effect];
}

const struct roster_counts *roster_plan_counts(const struct roster_plan *plan)
{
	return &plan->counts;
}

/* "1 person leaves", "12 people leave" */
static void say(
    struct buf *out, size_t count, const char *one, const char *many)
{
	buf_printf(out, "%zu %s", count, count == 1 ? one : many);
}

static void say_ends(const struct roster_plan *plan, struct buf *out)
{
	char first[CALENDAR_DATE_TEXT_MAX];
	char last[CALENDAR_DATE_TEXT_MAX];

	say(out, plan->counts.effects[ROSTER_ENDS], "person leaves",
	    "people leave");
	if (plan->last_end) {
		calendar_day_text(plan->first_end - 1, first);
		calendar_day_text(plan->last_end - 1, last);
		if (plan->first_end == plan->last_end)
			buf_printf(out, ", last day %s", first);
		else
			buf_printf(out, ", last days %s to %s", first, last);
	}
	if (plan->phones > 0)
		buf_printf(out, "; they hold %zu phone%s", plan->phones,
		    plan->phones == 1 ? "" : "s");
	buf_append_str(out, ".\n");
}

static void say_units(const struct roster_plan *plan, struct buf *out)
{
	size_t changed = plan->counts.units_changed;
	size_t kept = 0;
	size_t i;

	if (plan->counts.units_made > 0) {
		say(out, plan->counts.units_made, "unit is", "units are");
		buf_append_str(out, " new.\n");
	}
	if (changed > 0) {
		say(out, changed, "unit changes", "units change");
		buf_append_str(out, ".\n");
	}
	for (i = 0; i < plan->unit_count; i++)
		kept += plan->units[i].keeps_leader;
	if (kept > 0) {
		say(out, kept, "unit keeps its manager",
		    "units keep their managers");
		buf_append_str(out,
		    ", though another one is named: only a full roster puts "
		    "another one in.\n");
	}
}

void roster_plan_words(const struct roster_plan *plan, struct buf *out)
{
	const struct roster_counts *counts = &plan->counts;

	say(out, counts->people, "person stands", "people stand");
	buf_printf(out, " in what %s says%s.\n", plan->roster->source,
	    plan->roster->kind == ROSTER_FULL ? ", which is all of them"
	                                      : "; who does not is left alone");
	say(out, counts->effects[ROSTER_BEGINS], "begins", "begin");
	buf_append_str(out, ", ");
	say(out, counts->effects[ROSTER_CHANGES], "changes", "change");
	buf_printf(
	    out, ", %zu as before.\n", counts->effects[ROSTER_UNCHANGED]);
	if (counts->effects[ROSTER_ENDS] > 0)
		say_ends(plan, out);
	else
		buf_append_str(out, "Nobody leaves.\n");
	say_units(plan, out);
	if (plan->source_changes && plan->roster->map)
		buf_append_str(out, "The map is new, and is remembered.\n");
	roster_vacant_words(plan, out);
	if (plan->over > 0) {
		say(out, plan->over, "person", "people");
		buf_append_str(out,
		    " had left before they were known here: not taken in.\n");
	}
	if (counts->faults > 0) {
		say(out, counts->faults, "thing is", "things are");
		buf_append_str(out, " wrong: nothing can be applied.\n");
	}
}

void roster_plan_stop(const struct roster_plan *plan, struct buf *out)
{
	if (plan->stop.len > 0)
		buf_append(out, plan->stop.data, plan->stop.len);
}

/* ---- item by item ---- */

static int each_of(const struct roster_plan *plan, enum roster_effect effect,
    roster_item_fn *fn, void *arg)
{
	const struct plan_person *person;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < plan->people_count; i++) {
		person = &plan->people[i];
		if (person->effect != effect)
			continue;
		rc = fn(arg,
		    &(struct roster_item){
		        .line = person->said ? person->said->line : 0,
		        .effect = effect,
		        .key = person->key,
		        .person_id = person->person_id,
		        .unit_id = "",
		        .name = person->name,
		        .words = person->words,
		    });
	}
	return rc;
}

static int each_unit(
    const struct roster_plan *plan, roster_item_fn *fn, void *arg)
{
	const struct plan_unit *unit;
	const char *key;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < plan->unit_count; i++) {
		unit = &plan->units[i];
		key = unit->said ? unit->said->external_id : NULL;
		if (unit->words)
			rc = fn(arg,
			    &(struct roster_item){
			        .line = unit->said ? unit->said->line : 0,
			        .is_unit = true,
			        .effect = unit->is_new ? ROSTER_BEGINS
			                               : ROSTER_CHANGES,
			        .key = key ? key : "",
			        .person_id = "",
			        .unit_id = unit->id,
			        .name = unit->name,
			        .words = unit->words,
			    });
	}
	return rc;
}

int roster_plan_each(
    const struct roster_plan *plan, roster_item_fn *fn, void *arg)
{
	int rc = each_of(plan, ROSTER_ENDS, fn, arg);

	if (rc == 0)
		rc = each_unit(plan, fn, arg);
	if (rc == 0)
		rc = each_of(plan, ROSTER_BEGINS, fn, arg);
	if (rc == 0)
		rc = each_of(plan, ROSTER_CHANGES, fn, arg);
	return rc;
}

int roster_plan_each_fault(
    const struct roster_plan *plan, roster_fault_fn *fn, void *arg)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < plan->roster->fault_count; i++)
		rc = fn(arg, &plan->roster->faults[i]);
	for (i = 0; rc == 0 && i < plan->fault_count; i++)
		rc = fn(arg, &plan->faults[i]);
	return rc;
}

/* ---- the id ---- */

static int item_text(void *arg, const struct roster_item *item)
{
	buf_printf(arg, "%d\t%s\t%s\t%s\t%s\t%s\n", (int)item->effect,
	    item->key, item->person_id, item->unit_id, item->name, item->words);
	return 0;
}

void roster_plan_digest(struct roster_plan *plan)
{
	char sha256[STORE_SHA256];
	struct buf text = {0};
	size_t i;

	buf_printf(&text, "%s %d %zu\n", plan->roster->source,
	    (int)plan->roster->kind, plan->counts.faults);
	(void)roster_plan_each(plan, item_text, &text);
	for (i = 0; i < plan->unit_count; i++)
		buf_printf(&text, "%s\t%s\t%zu\n", plan->units[i].name,
		    plan->units[i].id, plan->units[i].leader);
	/* An id of half the effects would stand for others, too. */
	if (!text.failed) {
		digest_sha256(text.data, text.len, sha256);
		(void)snprintf(plan->counts.plan, sizeof(plan->counts.plan),
		    "%.16s", sha256);
	}
	buf_clear(&text);
}
