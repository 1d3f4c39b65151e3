/* The units that a roster names: there already, or to be made; who leads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_inside.h"

int roster_unit_find(
    struct roster_look *look, const char *text, struct unit_row *out)
{
	const char *org_id = look->ledger->org_id;
	int rc =
	    store_unit_find_external(look->txn, org_id, text, out, look->err);

	if (rc == -ERR_NOT_FOUND)
		rc = store_unit_find_name(
		    look->txn, org_id, text, out, look->err);
	if (rc == -ERR_NOT_FOUND)
		rc = store_unit_load(look->txn, org_id, text, out, look->err);
	return rc;
}

static struct plan_unit *unit_new(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	size_t cap = plan->unit_cap ? plan->unit_cap * 2 : 64;
	struct plan_unit *units;

	if (plan->unit_count == plan->unit_cap) {
		units = realloc(plan->units, cap * sizeof(*units));
		if (!units) {
			(void)err_memory(look->err);
			return NULL;
		}
		plan->units = units;
		plan->unit_cap = cap;
	}
	plan->units[plan->unit_count] =
	    (struct plan_unit){.leader = ROSTER_INDEX_NONE};
	return &plan->units[plan->unit_count];
}

/* A mail address or a day where a unit should stand: columns got mixed up. */
static const char *no_unit(const char *text)
{
	int32_t day;

	if (strchr(text, '@'))
		return "is a mail address, no unit: are the columns in each "
		       "other's place?";
	if (calendar_day_parse(text, &day, NULL) == 0)
		return "is a day, no unit: are the columns in each other's "
		       "place?";
	if (strlen(text) > LIMIT_NAME)
		return "is too long for the name of a unit";
	return NULL;
}

/* 1: it cannot be taken, which is noted. */
static int refuse(struct roster_look *look, unsigned long line,
    const char *text, const char *why)
{
	char sentence[ERR_TEXT_MAX];
	int rc;

	(void)snprintf(
	    sentence, sizeof(sentence), "unit: \"%.100s\" %.250s", text, why);
	rc = plan_fault(look->plan, line, "unit", sentence, look->err);
	return rc < 0 ? rc : 1;
}

static int unit_add(struct roster_look *look, const char *text,
    const struct unit_row *row, size_t *out)
{
	struct roster_plan *plan = look->plan;
	struct plan_unit *unit = unit_new(look);
	char *name;
	char *key;
	int rc;

	if (!unit)
		return -ERR_MEMORY;
	key = roster_arena_text(&plan->arena, text);
	name = roster_arena_text(&plan->arena, row->id[0] ? row->name : text);
	if (!key || !name)
		return err_memory(look->err);
	unit->name = name;
	unit->is_new = !row->id[0];
	(void)str_copy(unit->id, sizeof(unit->id), row->id);
	(void)str_copy(
	    unit->manager_id, sizeof(unit->manager_id), row->manager_id);
	rc = roster_index_put(
	    &plan->unit_by_name, key, plan->unit_count, look->err);
	if (rc < 0)
		return rc;
	*out = plan->unit_count++;
	if (!row->id[0])
		plan->counts.units_made++;
	return 0;
}

/* The same unit by another of its names. */
static size_t find_id(const struct roster_plan *plan, const char *id)
{
	size_t i;

	for (i = 0; *id && i < plan->unit_count; i++)
		if (strcmp(plan->units[i].id, id) == 0)
			return i;
	return ROSTER_INDEX_NONE;
}

int roster_unit_meet(
    struct roster_look *look, const char *text, unsigned long line, size_t *out)
{
	struct roster_plan *plan = look->plan;
	struct unit_row row = {.id = ""};
	char name[LIMIT_NAME + 1];
	const char *why = no_unit(text);
	struct err said = {0};
	int rc;

	if (why)
		return refuse(look, line, text, why);
	if (ledger_text_take(name, sizeof(name), text, "the unit", &said) < 0)
		return refuse(look, line, text, said.text);
	*out = roster_index_get(&plan->unit_by_name, name);
	if (*out != ROSTER_INDEX_NONE)
		return 0;
	rc = roster_unit_find(look, name, &row);
	if (rc == -ERR_CONFLICT)
		return refuse(look, line, text,
		    "is the name of several units; name it by its own id");
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == -ERR_NOT_FOUND)
		row = (struct unit_row){.id = ""};
	*out = find_id(plan, row.id);
	if (*out == ROSTER_INDEX_NONE)
		return unit_add(look, name, &row, out);
	return 0;
}

/* ---- units that are said themselves ---- */

static int unit_said(struct roster_look *look, const struct roster_unit *said)
{
	struct unit_row row = {.id = ""};
	size_t at;
	int rc = -ERR_NOT_FOUND;

	if (said->external_id && *said->external_id)
		rc = store_unit_find_external(look->txn, look->ledger->org_id,
		    said->external_id, &row, look->err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0) {
		rc = unit_add(look, said->external_id, &row, &at);
	} else {
		rc = roster_unit_meet(look, said->name, said->line, &at);
		if (rc == 0 && said->external_id && *said->external_id)
			rc = roster_index_put(&look->plan->unit_by_name,
			    said->external_id, at, look->err);
	}
	if (rc != 0)
		return rc < 0 ? rc : 0;
	look->plan->units[at].said = said;
	return roster_index_put(
	    &look->plan->unit_by_name, said->name, at, look->err);
}

int roster_units_said(struct roster_look *look)
{
	const struct roster *roster = look->plan->roster;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < roster->unit_count; i++)
		rc = unit_said(look, &roster->units[i]);
	return rc;
}

/* ---- who leads ---- */

static size_t find_leader(const struct roster_plan *plan, const char *manager)
{
	char mail[LIMIT_NAME + 1] = "";
	size_t at = roster_index_get(&plan->roster->by_key, manager);

	if (at == ROSTER_INDEX_NONE && strchr(manager, '@') &&
	    ledger_mail_take(mail, sizeof(mail), manager, NULL) == 0)
		at = roster_index_get(&plan->by_mail, mail);
	return at;
}

int roster_unit_led_by(
    struct roster_look *look, size_t unit, const struct roster_person *person)
{
	struct plan_unit *row = &look->plan->units[unit];
	size_t voter = (size_t)(person - look->plan->roster->people);
	size_t leader = find_leader(look->plan, person->manager);
	size_t i;

	if (leader == ROSTER_INDEX_NONE || leader == voter)
		return 0; /* nobody of this roster, or says nothing */
	for (i = 0; i < 2; i++)
		if (row->led_by[i].votes == 0 || row->led_by[i].who == leader)
			break;
	if (i == 2) {
		row->disagrees = true;
		return 0;
	}
	row->led_by[i].who = leader;
	row->led_by[i].voter = voter;
	row->led_by[i].votes++;
	return 0;
}

/* All agree, but for the leader, who names somebody higher. */
static size_t agreed(const struct plan_unit *unit)
{
	size_t i;

	if (unit->disagrees || unit->led_by[0].votes == 0)
		return ROSTER_INDEX_NONE;
	if (unit->led_by[1].votes == 0)
		return unit->led_by[0].who;
	for (i = 0; i < 2; i++)
		if (unit->led_by[1 - i].votes == 1 &&
		    unit->led_by[1 - i].voter == unit->led_by[i].who)
			return unit->led_by[i].who;
	return ROSTER_INDEX_NONE;
}

/* From whom the roster means to whom the plan means. */
static size_t planned(const struct roster_plan *plan, size_t leader)
{
	const struct roster_person *said = &plan->roster->people[leader];
	size_t low = 0;
	size_t high = plan->people_count;
	size_t middle;

	/* The plan keeps the order of the roster, with some left out. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (!plan->people[middle].said ||
		    plan->people[middle].said >= said)
			high = middle;
		else
			low = middle + 1;
	}
	return low < plan->people_count && plan->people[low].said == said
	    ? low
	    : ROSTER_INDEX_NONE;
}

size_t roster_unit_leader(const struct roster_plan *plan, const char *manager)
{
	size_t leader = find_leader(plan, manager);

	return leader == ROSTER_INDEX_NONE ? leader : planned(plan, leader);
}

/* A delta of a few fills a vacancy; only a full roster puts another one in. */
static void lead(const struct roster_plan *plan, struct plan_unit *unit)
{
	size_t leader = agreed(unit);

	if (leader == ROSTER_INDEX_NONE ||
	    (leader = planned(plan, leader)) == ROSTER_INDEX_NONE ||
	    (unit->said && unit->said->manager) ||
	    (unit->manager_id[0] &&
	        strcmp(unit->manager_id, plan->people[leader].person_id) == 0))
		return;
	if (unit->manager_id[0] && plan->roster->kind != ROSTER_FULL)
		unit->keeps_leader = true;
	else
		unit->leader = leader;
}

int roster_units_led(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	size_t i;

	for (i = 0; i < plan->unit_count; i++)
		lead(plan, &plan->units[i]);
	return 0;
}
