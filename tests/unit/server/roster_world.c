#include "tests/unit/server/roster_world.h"

#include <stdio.h>
#include <string.h>

#include "server/service/roster/roster_csv.h"

struct roster *roster_of(
    const char *map_text, enum roster_kind kind, const char *csv)
{
	struct roster_map map;
	struct roster *roster = NULL;
	struct err err = {0};

	if (roster_map_parse(map_text, &map, &err) < 0 ||
	    roster_csv_read("hr", kind, &map, csv, strlen(csv), &roster, &err) <
	        0)
		fail_msg("%s", err.text);
	return roster;
}

/* ---- what came of it ---- */

static int add_item(void *arg, const struct roster_item *item)
{
	struct outcome *out = arg;
	size_t used = strlen(out->items);

	(void)snprintf(out->items + used, sizeof(out->items) - used,
	    "%s %s %s: %s\n", roster_effect_name(item->effect), item->key,
	    item->name, item->words);
	return 0;
}

static int add_fault(void *arg, const struct roster_fault *fault)
{
	struct outcome *out = arg;
	size_t used = strlen(out->faults);

	(void)snprintf(out->faults + used, sizeof(out->faults) - used,
	    "%lu:%u %s: %s\n", fault->line, fault->column, fault->field,
	    fault->sentence);
	return 0;
}

static void take(struct outcome *out, const struct roster_plan *plan)
{
	struct buf text = {0};

	out->counts = *roster_plan_counts(plan);
	roster_plan_words(plan, &text);
	(void)snprintf(out->words, sizeof(out->words), "%s", (char *)text.data);
	buf_reset(&text);
	roster_plan_stop(plan, &text);
	(void)snprintf(out->stop, sizeof(out->stop), "%.*s", (int)text.len,
	    text.data ? (char *)text.data : "");
	buf_clear(&text);
	(void)roster_plan_each(plan, add_item, out);
	(void)roster_plan_each_fault(plan, add_fault, out);
}

struct outcome outcome;

void run(
    bool is_dry, const struct roster_options *options, struct roster *roster)
{
	struct roster_plan *plan = NULL;

	memset(&outcome, 0, sizeof(outcome));
	outcome.rc = is_dry ? service_roster_plan(&towns, ada, roster, options,
	                          &plan, &outcome.err)
	                    : service_roster_apply(&towns, ada, roster, options,
	                          &plan, &outcome.err);
	if (plan)
		take(&outcome, plan);
	roster_plan_free(plan);
	roster_free(roster);
}

void plan(enum roster_kind kind, const char *rows)
{
	char csv[16384] = HEAD;

	(void)snprintf(
	    csv + strlen(csv), sizeof(csv) - strlen(csv), "%s", rows);
	run(true, NULL, roster_of(MAP, kind, csv));
}

void apply(enum roster_kind kind, const char *rows)
{
	char csv[16384] = HEAD;

	(void)snprintf(
	    csv + strlen(csv), sizeof(csv) - strlen(csv), "%s", rows);
	run(false, NULL, roster_of(MAP, kind, csv));
}

void must_apply(enum roster_kind kind, const char *rows)
{
	apply(kind, rows);
	if (outcome.rc < 0)
		fail_msg("%s\n%s", outcome.err.text, outcome.faults);
}

uint64_t units_written(void)
{
	struct store_stats stats;

	store_stats(towns.store, &stats);
	return stats.units;
}
