/* What becomes of a unit, in words: new, or of another name, place, manager. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_inside.h"

struct unit_change {
	struct roster_look *look;
	struct plan_unit *unit;
	struct unit_row was; /* id "": not there yet */
	struct buf words;
};

static void say(struct unit_change *change, const char *what, const char *was,
    const char *is)
{
	if (strcmp(was, is) == 0)
		return;
	WORDS_AND(&change->words);
	if (change->was.id[0])
		buf_printf(&change->words, "%s %s → %s", what,
		    *was ? was : "none", *is ? is : "none");
	else
		buf_printf(&change->words, "%s %s", what, is);
}

static void say_place(struct unit_change *change, const char *what,
    const char *was, const char *is)
{
	WORDS_AND(&change->words);
	buf_printf(&change->words, "%s %s", what, *is ? is : "nobody");
	if (*was)
		buf_printf(&change->words, " (was %s)", was);
}

/* ---- its own row: as the ledger would write it ---- */

static int look_at_row(struct unit_change *change)
{
	const struct roster_unit *said = change->unit->said;
	struct unit_row row = change->was;
	struct err why = {0};

	if (ledger_text_take(row.external_id, sizeof(row.external_id),
	        said->external_id, "the external id", &why) < 0 ||
	    ledger_text_take(
	        row.name, sizeof(row.name), said->name, "the name", &why) < 0 ||
	    ledger_number_take(
	        row.number, sizeof(row.number), said->number, &why) < 0)
		return plan_fault(change->look->plan, said->line, "unit",
		    why.text, change->look->err);
	if (change->was.id[0])
		say(change, "name", change->was.name, row.name);
	say(change, "external id", change->was.external_id, row.external_id);
	say(change, "number", change->was.number, row.number);
	return 0;
}

/* ---- what lies above ---- */

static int look_above(struct unit_change *change)
{
	struct roster_look *look = change->look;
	const char *parent = change->unit->said->parent;
	struct unit_row was = {.id = ""};
	struct unit_row above = {.id = ""};
	int rc = 0;

	if (!parent)
		return 0;
	if (*parent)
		rc = roster_unit_find(look, parent, &above);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc == 0 && strcmp(above.id, change->was.parent_id) == 0)
		return 0;
	rc = change->was.parent_id[0]
	    ? store_unit_load(look->txn, look->ledger->org_id,
	          change->was.parent_id, &was, look->err)
	    : 0;
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	say_place(change, "below", was.name,
	    above.id[0]   ? above.name
	        : *parent ? parent
	                  : "no other");
	return 0;
}

/* ---- who leads ---- */

struct leader {
	char id[STORE_ID]; /* "": nobody yet */
	const char *name;
};

static int find_in_ledger(
    struct roster_look *look, const char *text, struct leader *out)
{
	struct source_person_row link;
	struct person_row row;
	int rc = store_source_person_find(look->txn, look->ledger->org_id,
	    look->plan->roster->source, text, &link, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(
		    look->err, -rc, "the people of the source cannot be read");
	rc = ledger_person_find(look->txn, look->ledger->org_id,
	    rc == 0 ? link.person_id : text, &row, NULL);
	out->name = text;
	if (rc < 0)
		return 0; /* whoever it is, applying finds out */
	(void)str_copy(out->id, sizeof(out->id), row.id);
	out->name = roster_arena_text(&look->plan->arena, row.name);
	return out->name ? 0 : err_memory(look->err);
}

/* Whom its own row names, else all who work there. */
static int find_new(struct unit_change *change, struct leader *out)
{
	struct roster_plan *plan = change->look->plan;
	const struct roster_unit *said = change->unit->said;
	const char *manager = said ? said->manager : NULL;
	size_t at = change->unit->leader;

	out->name = "";
	if (manager && !*manager)
		return 0;
	if (manager)
		at = roster_unit_leader(plan, manager);
	if (at == ROSTER_INDEX_NONE)
		return find_in_ledger(change->look, manager, out);
	out->name = plan->people[at].name;
	(void)str_copy(out->id, sizeof(out->id), plan->people[at].person_id);
	return 0;
}

static int look_at_leader(struct unit_change *change)
{
	struct roster_look *look = change->look;
	struct leader leader = {.id = ""};
	struct person_row was = {.id = ""};
	int rc = find_new(change, &leader);

	if (rc < 0 ||
	    (strcmp(leader.id, change->was.manager_id) == 0 &&
	        (leader.id[0] || !*leader.name)))
		return rc;
	if (change->was.manager_id[0])
		rc = store_person_load(look->txn, look->ledger->org_id,
		    change->was.manager_id, &was, look->err);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	say_place(change, "led by", was.name, leader.name);
	return 0;
}

/* ---- all of it ---- */

static int look_at_parts(struct unit_change *change)
{
	const struct plan_unit *unit = change->unit;
	int rc = 0;

	if (!change->was.id[0])
		buf_append_str(&change->words, "a new unit");
	if (unit->said)
		rc = look_at_row(change);
	if (rc == 0 && unit->said)
		rc = look_above(change);
	if (rc == 0 &&
	    (unit->leader != ROSTER_INDEX_NONE ||
	        (unit->said && unit->said->manager)))
		rc = look_at_leader(change);
	return rc < 0 ? rc : buf_check(&change->words, change->look->err);
}

static int look_at_unit(struct roster_look *look, struct plan_unit *unit)
{
	struct unit_change change = {
	    .look = look, .unit = unit, .was = {.id = ""}};
	int rc = 0;

	if (unit->id[0])
		rc = store_unit_load(look->txn, look->ledger->org_id, unit->id,
		    &change.was, look->err);
	if (rc == 0)
		rc = look_at_parts(&change);
	if (rc == 0 && change.words.len > 0) {
		unit->words = roster_arena_text(
		    &look->plan->arena, (const char *)change.words.data);
		rc = unit->words ? 0 : err_memory(look->err);
	}
	if (rc == 0 && unit->words && unit->id[0])
		look->plan->counts.units_changed++;
	buf_clear(&change.words);
	return rc;
}

int roster_units_look(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	struct plan_unit *unit;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < plan->unit_count; i++) {
		unit = &plan->units[i];
		if (!unit->id[0] || unit->said ||
		    unit->leader != ROSTER_INDEX_NONE)
			rc = look_at_unit(look, unit);
	}
	return rc;
}
