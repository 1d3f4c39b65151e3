/*
 * judge_bench: what does judging cost? Builds a database of people with phones
 * and SIMs, lets the operating system forget it, and judges every rule about
 * every subject on one core; then one new fact at a time.
 *
 *   judge_bench [--people 20000] [--organisations 1] [--pack NAME] [--folder D]
 */
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/service/judge/judge.h"
#include "server/service/mdm/last_seen.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/judge/judge_fill.h"

#define NOW INT64_C(1795334400000) /* 2026-11-22T08:00:00Z */
#define FACTS 2000

struct bench {
	unsigned people;
	unsigned organisations;
	const char *pack;
	const char *folder;
	char path[512];
	struct pack *loaded;
	struct policy_profile profile;
	struct tenant *tenants;
	struct service service;
	struct log log;
};

static int64_t now_ms(void *arg)
{
	(void)arg;
	return NOW;
}

static double cpu_seconds(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* "VmHWM:" and the like, in KiB. */
static long memory_of(const char *name)
{
	char line[256];
	long value = 0;
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof(line), status)) {
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name), NULL, 10);
	}
	if (status)
		(void)fclose(status);
	return value;
}

static void peak_reset(void)
{
	FILE *refs = fopen("/proc/self/clear_refs", "we");

	if (!refs)
		return;
	(void)fputs("5", refs);
	(void)fclose(refs);
}

static void pin_to_one_core(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* On disk and out of memory: what a server finds that was just started. */
static void forget_pages(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
}

static int open_store(struct bench *bench, struct err *err)
{
	struct store_config config = {
	    .path = bench->path,
	    .readers = 2,
	    .queue_max = 64,
	    .log = &bench->log,
	    .clock = bench->service.clock,
	};
	int from;
	int to;
	int rc = store_migrate(bench->path, &from, &to, err);

	return rc < 0 ? rc : store_open(&config, &bench->service.store, err);
}

static int tenants_make(struct bench *bench, struct err *err)
{
	unsigned i;

	bench->tenants = calloc(bench->organisations, sizeof(struct tenant));
	if (!bench->tenants)
		return err_memory(err);
	for (i = 0; i < bench->organisations; i++) {
		struct tenant *tenant = &bench->tenants[i];

		(void)snprintf(tenant->organisation.id,
		    sizeof(tenant->organisation.id),
		    "0190%04x-0000-7000-8000-000000000000", i & 0xffff);
		(void)snprintf(tenant->organisation.name,
		    sizeof(tenant->organisation.name), "Kommun %u", i);
		(void)snprintf(tenant->organisation.slug,
		    sizeof(tenant->organisation.slug), "kommun-%u", i);
		tenant->pack = bench->loaded;
		tenant->profile = &bench->profile;
		tenant->supervised = &bench->profile;
	}
	bench->service.tenants = bench->tenants;
	bench->service.tenant_count = bench->organisations;
	return 0;
}

static int prepare(struct bench *bench, struct err *err)
{
	static const struct clock clock = {now_ms, NULL};
	static const struct rng rng = {bench_random, NULL};
	char folder[512];
	int rc;

	(void)snprintf(folder, sizeof(folder), "%s/policies/packs/%s",
	    WP_SOURCE_DIR, bench->pack);
	bench->log.clock = &clock;
	bench->service.clock = &clock;
	bench->service.rng = &rng;
	bench->service.log = &bench->log;
	(void)snprintf(bench->profile.summary.identifier,
	    sizeof(bench->profile.summary.identifier), "workphone.bench");
	(void)snprintf(bench->profile.summary.uuid,
	    sizeof(bench->profile.summary.uuid),
	    "0a1b2c3d-0000-8000-8000-000000000001");
	(void)snprintf(bench->profile.purpose, sizeof(bench->profile.purpose),
	    "policy:bench");
	rc = pack_load(folder, &bench->loaded, err);
	if (rc == 0)
		rc = tenants_make(bench, err);
	if (rc == 0)
		rc = open_store(bench, err);
	return rc;
}

static void fill_of(const struct bench *bench, unsigned i, struct fill *out)
{
	*out = (struct fill){
	    .store = bench->service.store,
	    .tenant = &bench->tenants[i],
	    .profile = &bench->profile,
	    .people = bench->people / bench->organisations,
	    .now = NOW,
	    .number = i,
	};
}

static int fill(struct bench *bench, struct err *err)
{
	double begun = bench_seconds();
	struct fill one;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < bench->organisations; i++) {
		fill_of(bench, i, &one);
		rc = fill_organisation(&one, err);
	}
	if (rc < 0)
		return rc;
	store_close(bench->service.store);
	bench->service.store = NULL;
	forget_pages(bench->path);
	(void)printf("made in %.1f s\n", bench_seconds() - begun);
	return open_store(bench, err);
}

static void count(struct judge_report *sum, const struct judge_report *add)
{
	unsigned i;

	sum->subjects += add->subjects;
	sum->judgements += add->judgements;
	for (i = 0; i < VERDICT_COUNT; i++)
		sum->verdicts[i] += add->verdicts[i];
}

static int judge_all(struct bench *bench, const char *what, struct err *err)
{
	struct judge_report sum = {0};
	struct judge_report report;
	double begun = bench_seconds();
	double cpu = cpu_seconds();
	long before;
	unsigned i;
	int rc = 0;

	peak_reset();
	before = memory_of("VmRSS:");
	for (i = 0; rc == 0 && i < bench->organisations; i++) {
		rc = service_judge_all(&bench->service,
		    bench->tenants[i].organisation.id, &report, err);
		count(&sum, &report);
	}
	(void)printf("%s: %.2f s (CPU %.2f s), %u subjects, %u judgements"
	             " (met %u, broken %u, unknown %u, disputed %u, waived %u,"
	             " exempt %u); peak memory +%ld KiB\n",
	    what, bench_seconds() - begun, cpu_seconds() - cpu, sum.subjects,
	    sum.judgements, sum.verdicts[VERDICT_MET],
	    sum.verdicts[VERDICT_BROKEN], sum.verdicts[VERDICT_UNKNOWN],
	    sum.verdicts[VERDICT_DISPUTED], sum.verdicts[VERDICT_WAIVED],
	    sum.verdicts[VERDICT_EXEMPT], memory_of("VmHWM:") - before);
	return rc;
}

/* One new fact ------------------------------------------------------------- */

struct one {
	struct bench *bench;
	enum store_subject kind;
	char letter;
	judge_change change;
	double spent[FACTS];
};

static int judge_facts(struct txn *txn, void *arg, struct err *err)
{
	struct one *one = arg;
	char id[STORE_ID];
	struct fill fill_in;
	unsigned i;
	int rc = 0;

	fill_of(one->bench, 0, &fill_in);
	for (i = 0; rc == 0 && i < FACTS; i++) {
		double begun = bench_seconds();

		fill_id(&fill_in, one->letter,
		    (unsigned)((uint64_t)i * 7919 % fill_in.people), id);
		rc = judge_changed(txn, &one->bench->service,
		    fill_in.tenant->organisation.id, one->kind, id, one->change,
		    err);
		one->spent[i] = bench_seconds() - begun;
	}
	return rc;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static int judge_one_fact(struct bench *bench, const char *what,
    enum store_subject kind, char letter, judge_change change, struct err *err)
{
	static struct one one;
	int rc;

	one = (struct one){bench, kind, letter, change, {0}};
	rc = store_write(bench->service.store, judge_facts, &one, err);
	qsort(one.spent, FACTS, sizeof(one.spent[0]), by_size);
	(void)printf(
	    "%s: median %.0f µs, 99 of 100 below %.0f µs, most %.0f µs\n", what,
	    one.spent[FACTS / 2] * 1e6, one.spent[FACTS * 99 / 100] * 1e6,
	    one.spent[FACTS - 1] * 1e6);
	return rc;
}

static int run(struct bench *bench, struct err *err)
{
	int rc = prepare(bench, err);

	(void)printf("%u people in %u organisations, pack %s\n", bench->people,
	    bench->organisations, bench->pack);
	if (rc == 0)
		rc = fill(bench, err);
	if (rc == 0)
		rc = judge_all(bench, "every rule, cold", err);
	if (rc == 0)
		rc = judge_all(bench, "every rule, again", err);
	if (rc == 0)
		rc = judge_one_fact(bench, "a phone's passcode",
		    STORE_SUBJECT_PHONE, 'd',
		    judge_change_of_answer("SecurityInfo"), err);
	if (rc == 0)
		rc = judge_one_fact(bench, "a person's greeting",
		    STORE_SUBJECT_PERSON, 'p',
		    JUDGE_FACT(PACK_FACT_VOICEMAIL_GREETING), err);
	if (rc == 0)
		rc = judge_one_fact(bench, "a SIM's place",
		    STORE_SUBJECT_SUBSCRIPTION, 's',
		    JUDGE_FACT(PACK_FACT_SIM_LOCATION), err);
	if (rc == 0)
		rc = judge_one_fact(bench, "an employment",
		    STORE_SUBJECT_PERSON, 'p', JUDGE_EMPLOYMENT, err);
	return rc;
}

static void clean(const char *folder)
{
	char path[1024];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir))) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
}

static bool take_options(int argc, char **argv, struct bench *bench)
{
	static const struct option options[] = {
	    {"people", required_argument, NULL, 'n'},
	    {"organisations", required_argument, NULL, 'o'},
	    {"pack", required_argument, NULL, 'p'},
	    {"folder", required_argument, NULL, 'f'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			bench->people = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			bench->organisations =
			    (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'p')
			bench->pack = optarg;
		else if (option == 'f')
			bench->folder = optarg;
		else
			return false;
	}
	return bench->people > 0 && bench->organisations > 0 &&
	    bench->people >= bench->organisations;
}

int main(int argc, char **argv)
{
	static struct bench bench = {
	    .people = 20000,
	    .organisations = 1,
	    .pack = "vastervik",
	    .folder = "/var/tmp",
	};
	char folder[256];
	struct err err = {0};
	int rc;

	if (!take_options(argc, argv, &bench)) {
		(void)fprintf(stderr,
		    "judge_bench [--people N] [--organisations N]"
		    " [--pack NAME] [--folder DIR]\n");
		return 2;
	}
	(void)snprintf(
	    folder, sizeof(folder), "%s/judge-bench-XXXXXX", bench.folder);
	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	(void)snprintf(bench.path, sizeof(bench.path), "%s/bench.db", folder);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	pin_to_one_core();
	rc = run(&bench, &err);
	if (rc < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	store_close(bench.service.store);
	pack_free(bench.loaded);
	free(bench.tenants);
	clean(folder);
	return rc < 0;
}
