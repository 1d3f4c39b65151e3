/*
 * leavers_bench: 500 of 20,000 people leave on one day. How long until every
 * case is open and every order queued, and is any phone touched that is not
 * theirs?
 *
 *   leavers_bench [--people 20000] [--leavers 500] [--folder D]
 *
 * Fails when it takes 10 s, or when a phone that is not a leaver's has an order.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "policies/calendar.h"
#include "policies/pack.h"
#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/service/departure/departure.h"
#include "server/service/departure/return_case.h"
#include "server/service/mdm/last_seen.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/judge/judge_fill.h"

#define NOW INT64_C(1795334400000) /* 2026-11-22T08:00:00Z, a Sunday */
#define SECONDS_ALLOWED 10.0
#define FIRST_LEAVER 1001 /* manages nothing */

struct bench {
	unsigned people;
	unsigned leavers;
	const char *folder;
	char path[512];
	struct tenant tenant;
	struct pack *pack;
	struct policy_profile profile;
	struct service service;
	struct log log;
	struct actor actor;
};

static int64_t now = NOW;
static int64_t now_ms(void *arg)
{
	(void)arg;
	return now;
}

#define PUT(field, ...) (void)snprintf(field, sizeof(field), __VA_ARGS__)

static int prepare(struct bench *bench, struct err *err)
{
	static const struct clock clock = {now_ms, NULL};
	static const struct rng rng = {bench_random, NULL};
	struct store_config config = {
	    .readers = 2, .queue_max = 64, .log = &bench->log, .clock = &clock};
	struct organisation *town = &bench->tenant.organisation;
	int from;
	int to;
	int rc;

	PUT(town->id, "01900000-0000-7000-8000-000000000000");
	PUT(town->name, "Kommun");
	PUT(town->slug, "kommun");
	PUT(town->language, "sv");
	PUT(town->time_zone, "Europe/Stockholm");
	PUT(bench->profile.purpose, "policy:bench");
	PUT(bench->actor.name, "bench");
	PUT(bench->actor.org_id, "%s", town->id);
	bench->log = (struct log){LOG_LEVEL_ERROR, &clock, bench_silent, NULL};
	bench->service = (struct service){.clock = &clock,
	    .rng = &rng,
	    .log = &bench->log,
	    .tenants = &bench->tenant,
	    .tenant_count = 1,
	    .guard = {.departures_per_day = 100000}};
	PUT(bench->path, "%.400s/leavers.db", bench->folder);
	config.path = bench->path;
	rc = pack_load(
	    WP_SOURCE_DIR "/policies/packs/vastervik", &bench->pack, err);
	bench->tenant.pack = bench->pack;
	bench->tenant.profile = bench->tenant.supervised = &bench->profile;
	if (rc == 0)
		rc = store_migrate(bench->path, &from, &to, err);
	if (rc == 0)
		rc = store_open(&config, &bench->service.store, err);
	return rc < 0 ? rc : last_seen_new(&bench->service.last_seen, err);
}

static int fill(struct bench *bench, struct err *err)
{
	const struct fill fill = {.store = bench->service.store,
	    .tenant = &bench->tenant,
	    .profile = &bench->profile,
	    .people = bench->people,
	    .now = NOW};

	return fill_organisation(&fill, err);
}

static void id_of(
    const struct bench *bench, char kind, unsigned n, char out[STORE_ID])
{
	const struct fill fill = {.tenant = &bench->tenant};

	fill_id(&fill, kind, n, out);
}

/* One file of HR, one transaction. */
static int end_all(struct txn *txn, void *arg, struct err *err)
{
	const struct bench *bench = arg;
	struct employment_said said = {.to = "2026-11-28"};
	struct employment_row row;
	enum ledger_effect effect;
	struct ledger ledger;
	char person[STORE_ID];
	unsigned i;
	int rc = ledger_init(&ledger,
	    (struct service *)(uintptr_t)&bench->service, &bench->actor, err);

	for (i = 0; rc == 0 && i < bench->leavers; i++) {
		id_of(bench, 'p', FIRST_LEAVER + i, person);
		said.person = person;
		rc = ledger_employment_put(
		    txn, &ledger, &said, &row, &effect, err);
	}
	return rc;
}

static void at(const char *day, int hour)
{
	struct calendar_local local = {.ms = hour * (int)TIME_HOUR_MS};

	(void)calendar_day_parse(day, &local.day, NULL);
	now = calendar_utc_of(CALENDAR_STOCKHOLM, &local);
}

struct tally {
	const struct bench *bench;
	unsigned cases;
	unsigned asked;
	unsigned ordered;
	unsigned strangers;
};

static int note_case(void *arg, const struct return_view *view)
{
	struct tally *tally = arg;
	char person[STORE_ID];
	unsigned i;

	tally->cases++;
	tally->asked += view->row.state == RETURN_ASKED;
	tally->ordered += view->wipe.id[0] != '\0';
	for (i = 0; i < tally->bench->leavers; i++) {
		id_of(tally->bench, 'p', FIRST_LEAVER + i, person);
		if (strcmp(person, view->row.person_id) == 0)
			return 0;
	}
	tally->strangers++;
	return 0;
}

static int note_erase(void *arg, const struct command *row)
{
	if (strcmp(row->request_type, "EraseDevice") == 0)
		++*(unsigned *)arg;
	return 0;
}

static int count_erases(struct txn *txn, void *arg, struct err *err)
{
	const struct command_filter filter = {
	    .org_id = "01900000-0000-7000-8000-000000000000"};

	return store_command_each(txn, &filter, note_erase, arg, err);
}

static int judge(struct bench *bench, double spent, struct err *err)
{
	struct tally tally = {.bench = bench};
	unsigned erases = 0;
	int rc = service_return_each(&bench->service, &bench->actor, false,
	    NULL, 0, note_case, &tally, err);

	if (rc == 0)
		rc = store_read(
		    bench->service.store, count_erases, &erases, err);
	if (rc < 0)
		return rc;
	(void)printf("%u cases, %u asked, %u orders, %u erases in all; of "
	             "others: %u; %.2f s of %.0f\n",
	    tally.cases, tally.asked, tally.ordered, erases, tally.strangers,
	    spent, SECONDS_ALLOWED);
	(void)printf("CPU of all of it, the making too: %.2f s\n",
	    (double)clock() / CLOCKS_PER_SEC);
	if (tally.cases != bench->leavers || tally.asked != bench->leavers ||
	    tally.ordered != bench->leavers || erases != bench->leavers ||
	    tally.strangers)
		return err_set(err, ERR_INTERNAL, "not what was to happen");
	return spent < SECONDS_ALLOWED
	    ? 0
	    : err_set(err, ERR_TIMEOUT, "it took too long");
}

static int run(struct bench *bench, struct err *err)
{
	double begun;
	double planned;
	double asked;
	double ordered;
	int rc = prepare(bench, err);

	begun = bench_seconds();
	if (rc == 0)
		rc = fill(bench, err);
	(void)printf("%u people made in %.1f s\n", bench->people,
	    bench_seconds() - begun);
	begun = bench_seconds();
	if (rc == 0)
		rc = store_write(bench->service.store, end_all, bench, err);
	planned = bench_seconds();
	at("2026-11-28", 0);
	if (rc == 0)
		rc = service_departures_keep_going(&bench->service, err);
	asked = bench_seconds();
	at("2026-11-30", 8);
	if (rc == 0)
		rc = service_departures_keep_going(&bench->service, err);
	ordered = bench_seconds();
	if (rc < 0)
		return rc;
	(void)printf("%u leave: planned in %.2f s, asked in %.2f s, orders "
	             "queued in %.2f s\n",
	    bench->leavers, planned - begun, asked - planned, ordered - asked);
	rc = judge(bench, ordered - begun, err);
	begun = bench_seconds();
	if (rc == 0)
		rc = service_departures_keep_going(&bench->service, err);
	(void)printf("looked at again, nothing to do: %.0f ms\n",
	    (bench_seconds() - begun) * 1e3);
	return rc;
}

static void remove_all(const struct bench *bench)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[600];
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(
		    name, sizeof(name), "%s%s", bench->path, ends[i]);
		(void)unlink(name);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"people", required_argument, NULL, 'p'},
	    {"leavers", required_argument, NULL, 'l'},
	    {"folder", required_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
	static struct bench bench = {
	    .people = 20000, .leavers = 500, .folder = "/tmp"};
	struct err err = {0};
	int option;
	int rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'p')
			bench.people = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'l')
			bench.leavers = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'f')
			bench.folder = optarg;
		else
			return 2;
	}
	if (bench.people < FIRST_LEAVER + bench.leavers)
		return 2;
	rc = run(&bench, &err);
	if (rc < 0)
		(void)fprintf(stderr, "leavers_bench: %s\n", err.text);
	if (bench.service.store)
		store_close(bench.service.store);
	last_seen_free(bench.service.last_seen);
	pack_free(bench.pack);
	remove_all(&bench);
	return rc < 0;
}
