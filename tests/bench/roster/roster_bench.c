/*
 * roster_bench: what does a file of the HR system cost? The first one, the same
 * one again, one in which some change and leave.
 *
 *   roster_bench [--people 20000] [--pack NAME] [--folder D] [--figures]
 *
 * Fails when a file said twice is written, or what it says does not come about;
 * with --figures also when a file takes longer than it may.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/service/ledger/people_import.h"
#include "server/service/mdm/known_identity.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/service.h"
#include "tests/bench/bench_world.h"

#define NOW INT64_C(1795334400000) /* 2026-11-22T08:00:00Z */

/* Of 20,000 rows. */
#define PLAN_S_MAX 3.0
#define APPLY_S_MAX 10.0

static unsigned people = 20000;
static bool by_figures;
static const char *pack_word = "vastervik";
static const char *folder = "/tmp";
static struct service service;
static struct tenant tenant;
static struct policy_profile profile;
static struct actor actor = {.name = "bench", .scopes = UINT64_MAX};
static int64_t now_ms(void *arg)
{
	(void)arg;
	return NOW;
}

static const struct clock clock_of = {now_ms, NULL};
static const struct rng rng_of = {bench_random, NULL};

static const struct log quiet = {
    LOG_LEVEL_ERROR, &clock_of, bench_silent, NULL};

static double cpu_seconds(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* ---- the world ---- */

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	return store_organisation_save(txn, arg, err);
}

static int prepare(const char *path, struct err *err)
{
	struct store_config config = {.path = path,
	    .readers = 2,
	    .queue_max = 64,
	    .log = &quiet,
	    .clock = &clock_of};
	struct organisation *row = &tenant.organisation;
	struct pack *pack = NULL;
	char packs[512];
	int from;
	int to;
	int rc;

	(void)snprintf(packs, sizeof(packs), "%s/policies/packs/%s",
	    WP_SOURCE_DIR, pack_word);
	(void)snprintf(
	    row->id, sizeof(row->id), "01900000-0000-7000-8000-00000000000a");
	(void)snprintf(row->name, sizeof(row->name), "Bench");
	(void)snprintf(row->slug, sizeof(row->slug), "bench");
	(void)snprintf(
	    row->time_zone, sizeof(row->time_zone), "Europe/Stockholm");
	(void)snprintf(actor.org_id, sizeof(actor.org_id), "%s", row->id);
	service = (struct service){.clock = &clock_of,
	    .rng = &rng_of,
	    .log = &quiet,
	    .tenants = &tenant,
	    .tenant_count = 1};
	if ((rc = pack_load(packs, &pack, err)) < 0)
		return rc;
	tenant.pack = pack;
	tenant.profile = &profile;
	tenant.supervised = &profile;
	if ((rc = store_migrate(path, &from, &to, err)) < 0 ||
	    (rc = store_open(&config, &service.store, err)) < 0 ||
	    (rc = last_seen_new(&service.last_seen, err)) < 0 ||
	    (rc = known_identities_new(&service.known, err)) < 0)
		return rc;
	return store_write(service.store, save_organisation, row, err);
}

static void clean_up(const char *path)
{
	char name[600];

	store_close(service.store);
	last_seen_free(service.last_seen);
	known_identities_free(service.known);
	pack_free((struct pack *)(uintptr_t)tenant.pack);
	(void)unlink(path);
	(void)snprintf(name, sizeof(name), "%s-wal", path);
	(void)unlink(name);
	(void)snprintf(name, sizeof(name), "%s-shm", path);
	(void)unlink(name);
}

/* ---- the file ---- */

/* Every tenth of a hundred moves to another unit, every other one leaves when
 * asked to: change 0 nobody, 1 some. */
static void write_file(struct buf *out, int change)
{
	unsigned i;

	buf_reset(out);
	buf_append_str(out,
	    "key;first_name;last_name;mail;number;unit;manager;from;last_"
	    "day\n");
	for (i = 0; i < people; i++) {
		unsigned unit = i / 25;
		const char *last = "";

		if (change && i % 100 == 7)
			unit++;
		if (change && i % 40 == 3)
			last = "2026-12-31";
		buf_printf(out,
		    "%u;F%c%c%c;Efternamn%c%c;p%u@town.example;+4670%07u;"
		    "Enhet %c%c%c;%u;2020-01-%02u;%s\n",
		    100000 + i, 'a' + i % 26, 'a' + i / 26 % 26,
		    'a' + i / 676 % 26, 'a' + i % 25, 'a' + i / 25 % 25, i, i,
		    'A' + unit % 26, 'A' + unit / 26 % 26,
		    'A' + unit / 676 % 26, 100000 + i / 25 * 25, 1 + i % 28,
		    last);
	}
}

/* ---- measuring ---- */

struct took {
	double wall;
	double cpu;
	uint64_t units;
};

static struct took begin(void)
{
	struct store_stats stats;

	store_stats(service.store, &stats);
	return (struct took){bench_seconds(), cpu_seconds(), stats.units};
}

static struct took since(const struct took *from)
{
	struct took now = begin();

	return (struct took){now.wall - from->wall, now.cpu - from->cpu,
	    now.units - from->units};
}

static int run(const char *name, const struct buf *file, bool is_dry,
    size_t *effects, uint64_t *units)
{
	struct people_import request = {
	    .source = "hr",
	    .kind = ROSTER_FULL,
	    .data = file->data,
	    .len = file->len,
	    .options = {.stop_above = 50},
	};
	struct people_plan plan;
	struct err err = {0};
	struct took from = begin();
	struct took took;
	int rc = is_dry
	    ? service_people_plan(&service, &actor, &request, &plan, &err)
	    : service_people_import(&service, &actor, &request, &plan, &err);

	took = since(&from);
	if (rc < 0) {
		(void)fprintf(stderr, "%s: %s\n", name, err.text);
		people_plan_clear(&plan);
		return rc;
	}
	memcpy(effects, roster_plan_counts(plan.plan)->effects,
	    ROSTER_EFFECT_COUNT * sizeof(*effects));
	*units = took.units;
	(void)printf("%-22s %7.2f s  %7.2f s CPU  %6llu writes  %zu begin, "
	             "%zu change, %zu end\n",
	    name, took.wall, took.cpu, (unsigned long long)took.units,
	    effects[ROSTER_BEGINS], effects[ROSTER_CHANGES],
	    effects[ROSTER_ENDS]);
	people_plan_clear(&plan);
	if (by_figures && took.wall > (is_dry ? PLAN_S_MAX : APPLY_S_MAX)) {
		(void)fprintf(stderr, "%s: longer than %.0f s\n", name,
		    is_dry ? PLAN_S_MAX : APPLY_S_MAX);
		return -1;
	}
	return 0;
}

static int check(bool holds, const char *what)
{
	if (!holds)
		(void)fprintf(stderr, "roster_bench: %s\n", what);
	return holds ? 0 : -1;
}

static int measure(void)
{
	size_t effects[ROSTER_EFFECT_COUNT];
	struct buf file = {0};
	uint64_t units;
	int rc;

	write_file(&file, 0);
	(void)printf("%u people, %zu bytes\n", people, file.len);
	if ((rc = run("first file, planned", &file, true, effects, &units)) ==
	        0 &&
	    (rc = run("first file, applied", &file, false, effects, &units)) ==
	        0 &&
	    (rc = check(effects[ROSTER_BEGINS] == people,
	         "not everybody came in")) == 0 &&
	    (rc = run("the same, planned", &file, true, effects, &units)) ==
	        0 &&
	    (rc = run("the same, applied", &file, false, effects, &units)) == 0)
		rc = check(units == 0 && effects[ROSTER_UNCHANGED] == people,
		    "a file said twice was written");
	write_file(&file, 1);
	if (rc == 0 &&
	    (rc = run("some change, planned", &file, true, effects, &units)) ==
	        0)
		rc = run("some change, applied", &file, false, effects, &units);
	if (rc == 0)
		rc = check(effects[ROSTER_ENDS] == (people + 36) / 40,
		    "others leave than those that should");
	buf_clear(&file);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"people", required_argument, NULL, 'p'},
	    {"pack", required_argument, NULL, 'k'},
	    {"folder", required_argument, NULL, 'f'},
	    {"figures", no_argument, NULL, 'g'},
	    {NULL, 0, NULL, 0},
	};
	struct err err = {0};
	char path[512];
	int option;
	int rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'p')
			people = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'k')
			pack_word = optarg;
		else if (option == 'f')
			folder = optarg;
		else if (option == 'g')
			by_figures = true;
		else
			return 2;
	}
	(void)snprintf(
	    path, sizeof(path), "%s/roster-bench-%d.db", folder, (int)getpid());
	rc = prepare(path, &err);
	if (rc < 0)
		(void)fprintf(stderr, "roster_bench: %s\n", err.text);
	else
		rc = measure();
	clean_up(path);
	return rc < 0 ? 1 : 0;
}
