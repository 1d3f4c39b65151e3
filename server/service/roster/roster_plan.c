/* From what is said to what would follow; looks only. */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/roster/roster_inside.h"

int plan_fault(struct roster_plan *plan, unsigned long line, const char *field,
    const char *sentence, struct err *err)
{
	struct roster_fault *faults;
	struct roster_fault fault = {.line = line};
	struct err said;
	size_t cap = plan->fault_cap ? plan->fault_cap * 2 : 16;

	plan->fault_total++;
	if (plan->fault_count >= ROSTER_FAULTS_MAX)
		return 0;
	if (plan->fault_count == plan->fault_cap) {
		faults = realloc(plan->faults, cap * sizeof(*faults));
		if (!faults)
			return err_memory(err);
		plan->faults = faults;
		plan->fault_cap = cap;
	}
	fault.field = roster_arena_text(&plan->arena, field);
	(void)err_set(&said, ERR_INVALID, "%s", sentence);
	fault.sentence = roster_arena_text(&plan->arena, said.text);
	if (!fault.field || !fault.sentence)
		return err_memory(err);
	plan->faults[plan->fault_count++] = fault;
	return 0;
}

void roster_plan_free(struct roster_plan *plan)
{
	if (!plan)
		return;
	roster_index_clear(&plan->unit_by_name);
	roster_index_clear(&plan->by_person);
	roster_index_clear(&plan->name_count);
	roster_index_clear(&plan->by_mail);
	roster_arena_clear(&plan->arena);
	buf_clear(&plan->stop);
	free(plan->people);
	free(plan->units);
	free(plan->faults);
	free(plan);
}

/* ---- whom the source brought ---- */

struct brought {
	struct source_person_row *rows; /* who is not in a full roster */
	size_t count;
	size_t cap;
	size_t known;
	const struct roster *roster;
	struct err *err;
};

static int note_brought(void *arg, const struct source_person_row *row)
{
	struct brought *brought = arg;
	struct source_person_row *rows;
	size_t cap = brought->cap ? brought->cap * 2 : 64;

	if (row->gone_at)
		return 0;
	brought->known++;
	if (brought->roster->kind != ROSTER_FULL ||
	    roster_index_get(&brought->roster->by_key, row->source_key) !=
	        ROSTER_INDEX_NONE)
		return 0;
	if (brought->count == brought->cap) {
		rows = realloc(brought->rows, cap * sizeof(*rows));
		if (!rows)
			return err_memory(brought->err);
		brought->rows = rows;
		brought->cap = cap;
	}
	brought->rows[brought->count++] = *row;
	return 0;
}

/* Place for everybody, and for those who give up a mail address. */
static int make_room(
    struct roster_plan *plan, const struct brought *brought, struct err *err)
{
	plan->people_cap = plan->roster->people_count * 2 + brought->count + 1;
	plan->people = calloc(plan->people_cap, sizeof(*plan->people));
	return plan->people ? 0 : err_memory(err);
}

/* One whose key changed is in the roster after all. */
static int miss(struct roster_look *look, const struct source_person_row *link)
{
	if (roster_index_get(&look->plan->by_person, link->person_id) !=
	    ROSTER_INDEX_NONE)
		return 0;
	return roster_person_miss(look, link);
}

static int look_at_people(
    struct roster_look *look, const struct brought *brought)
{
	const struct roster *roster = look->plan->roster;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < roster->people_count; i++)
		rc = roster_person_look(look, &roster->people[i]);
	for (i = 0; rc == 0 && i < brought->count; i++)
		rc = miss(look, &brought->rows[i]);
	return rc;
}

/* A source is known by what it brought, and by the map of its file. */
static int look_at_source(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	const char *map = plan->roster->map;
	int rc = store_source_find(look->txn, look->ledger->org_id,
	    plan->roster->source, &plan->source, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	plan->source_changes =
	    rc == -ERR_NOT_FOUND || (map && strcmp(map, plan->source.map) != 0);
	return 0;
}

static int make(struct roster_look *look)
{
	struct roster_plan *plan = look->plan;
	struct brought brought = {.roster = plan->roster, .err = look->err};
	int rc = 0;

	/* One or two of a source are no crowd: nobody counts the others. */
	if (plan->roster->kind == ROSTER_FULL || plan->roster->people_count > 2)
		rc = store_source_person_each(look->txn, look->ledger->org_id,
		    plan->roster->source, note_brought, &brought, look->err);
	plan->counts.known = brought.known;
	plan->counts.people = plan->roster->people_count;
	if (rc == 0)
		rc = make_room(plan, &brought, look->err);
	if (rc == 0)
		rc = look_at_source(look);
	if (rc == 0)
		rc = roster_unique_said(look);
	if (rc == 0)
		rc = roster_units_said(look);
	if (rc == 0)
		rc = look_at_people(look, &brought);
	if (rc == 0)
		rc = roster_unique_held(look);
	if (rc == 0)
		rc = roster_units_led(look);
	if (rc == 0)
		rc = roster_units_look(look);
	if (rc == 0)
		rc = roster_vacant_look(look);
	if (rc == 0)
		rc = roster_stop_look(plan, look->err);
	free(brought.rows);
	return rc;
}

static bool is_unchanged(const struct roster_plan *plan)
{
	const struct roster_counts *counts = &plan->counts;

	return !plan->source_changes && counts->units_made == 0 &&
	    counts->units_changed == 0 && counts->effects[ROSTER_BEGINS] == 0 &&
	    counts->effects[ROSTER_CHANGES] == 0 &&
	    counts->effects[ROSTER_ENDS] == 0;
}

static void conclude(struct roster_plan *plan)
{
	const struct roster_options *options = plan->options;
	struct roster_counts *counts = &plan->counts;
	const char *accept = options ? options->accept : NULL;

	counts->faults = plan->roster->fault_total + plan->fault_total;
	counts->is_unchanged = is_unchanged(plan);
	roster_plan_digest(plan);
	counts->is_stopped = plan->stop.len > 0;
	counts->can_apply = counts->faults == 0 && counts->plan[0] &&
	    (!counts->is_stopped ||
	        (accept && strcmp(accept, counts->plan) == 0));
}

int roster_plan_make(struct txn *txn, const struct ledger *ledger,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct roster_look look = {txn, ledger, plan, err};
	int rc;

	if (!plan)
		return err_memory(err);
	plan->roster = roster;
	plan->options = options;
	rc = make(&look);
	if (rc < 0) {
		roster_plan_free(plan);
		return rc;
	}
	conclude(plan);
	*out = plan;
	return 0;
}
