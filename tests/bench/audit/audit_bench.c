/*
 * audit_bench: what does an entry of the audit log add to the transaction that
 * it stands in, and how long does it take to judge a long log? Each is measured
 * next to something like it in the same run: a token's row that is saved, the
 * same entries only read.
 *
 *   audit_bench [--entries 1000000] [--folder D] [--ratios | --figures]
 *
 * --figures: fails above 20 µs an entry, and above 10 s for 1,000,000.
 * --ratios: fails when an entry costs more than so many saved rows, or judging
 * more than so many readings: for machines that do other things meanwhile. Those
 * only ever add to what something costs, so the least of nine turns counts here.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_log.h"
#include "server/store/store_token.h"
#include "tests/bench/bench_world.h"

#define NOW INT64_C(1795334400000) /* 2026-11-22T08:00:00Z */
#define ORG "01900000-0000-7000-8000-00000000000a"
#define PEOPLE 20000
#define CHUNK 1000 /* entries in one transaction */
#define ROUNDS 9   /* of one against the other, by turns */

#define APPEND_US_MAX 20.0
#define VERIFY_S_MAX 10.0 /* of 1,000,000 */
#define APPEND_RATIO_MAX 6.0
#define VERIFY_RATIO_MAX 6.0

struct bench {
	long entries;
	const char *folder;
	bool by_ratios;
	bool by_figures;
	char path[512];
	struct service service;
	struct tenant tenant;
	long made;
	double us; /* of the last chunk, inside its transaction */
};

static int64_t now_ms(void *arg)
{
	(void)arg;
	return NOW;
}

static const struct clock clock_of = {now_ms, NULL};
static const struct rng rng_of = {bench_random, NULL};

static const struct log quiet = {
    LOG_LEVEL_ERROR, &clock_of, bench_silent, NULL};

/* Of this thread alone: what others do meanwhile does not count. */
static double cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "audit_bench: %s\n", err->text);
	exit(1);
}

/* ---- what is measured ---- */

static void id_of(char out[STORE_ID], const char *kind, long number)
{
	(void)snprintf(
	    out, STORE_ID, "01900000-%.4s-7000-8000-%012ld", kind, number);
}

/* Entries as an erase writes them: of one of many people and phones. */
static int append_chunk(struct txn *txn, void *arg, struct err *err)
{
	struct bench *bench = arg;
	char person[STORE_ID];
	char device[STORE_ID];
	char subject[STORE_ID];
	double begun = cpu_seconds();
	int rc = 0;
	int i;

	for (i = 0; rc == 0 && i < CHUNK; i++) {
		const struct audit_note note = {
		    .action = AUDIT_WIPE_ORDERED,
		    .org_id = ORG,
		    .by = "local:root",
		    .subject_kind = "wipe",
		    .subject_id = subject,
		    .person_id = person,
		    .device_id = device,
		    .why = "the employment has ended",
		    .params = {{"serial", "C39XK0ABCDEF"}, {"life", subject},
		        {"command", device}},
		};

		id_of(subject, "0001", bench->made);
		id_of(person, "0002", bench->made * 7919 % PEOPLE);
		id_of(device, "0003", bench->made * 104729 % PEOPLE);
		bench->made++;
		rc = audit_write(txn, &bench->service, &note, err);
	}
	bench->us = (cpu_seconds() - begun) * 1e6 / CHUNK;
	return rc;
}

/* As many rows of a table that has a hash to be found by. */
static int save_chunk(struct txn *txn, void *arg, struct err *err)
{
	struct bench *bench = arg;
	struct api_token_row row = {.org_id = ORG,
	    .name = "the employment has ended",
	    .scopes = "devices:read devices:wipe",
	    .created_by = "local:root"};
	static long made;
	double begun = cpu_seconds();
	uint8_t hash[32];
	int rc = 0;
	int i;

	for (i = 0; rc == 0 && i < CHUNK; i++) {
		id_of(row.id, "0004", made++);
		bench_random(NULL, hash, sizeof(hash));
		str_hex(row.token_sha256, hash, sizeof(hash));
		rc = store_api_token_save(txn, &row, err);
	}
	bench->us = (cpu_seconds() - begun) * 1e6 / CHUNK;
	return rc;
}

static double chunk(struct bench *bench, store_fn *fn)
{
	struct err err = {0};

	must(store_write(bench->service.store, fn, bench, &err), &err);
	return bench->us;
}

static int count(void *arg, const struct audit_row *row)
{
	*(size_t *)arg += row->body_len;
	return 0;
}

static int read_all(struct txn *txn, void *arg, struct err *err)
{
	const struct audit_filter all = {.org_id = ORG};

	return store_audit_each(txn, &all, count, arg, err);
}

/* ---- the world ---- */

static int save_organisation(struct txn *txn, void *arg, struct err *err)
{
	struct bench *bench = arg;

	return store_organisation_save(txn, &bench->tenant.organisation, err);
}

static void world_open(struct bench *bench)
{
	struct store_config config = {.path = bench->path,
	    .readers = 2,
	    .queue_max = 16,
	    .log = &quiet,
	    .clock = &clock_of};
	struct organisation *row = &bench->tenant.organisation;
	struct err err = {0};
	int from;
	int to;

	(void)snprintf(bench->path, sizeof(bench->path), "%s/audit_bench.db",
	    bench->folder);
	(void)unlink(bench->path);
	(void)snprintf(row->id, sizeof(row->id), ORG);
	(void)snprintf(row->name, sizeof(row->name), "Askersunds kommun");
	row->created_at = 1;
	bench->service.clock = &clock_of;
	bench->service.rng = &rng_of;
	bench->service.log = &quiet;
	must(store_migrate(bench->path, &from, &to, &err), &err);
	must(store_open(&config, &bench->service.store, &err), &err);
	must(store_write(bench->service.store, save_organisation, bench, &err),
	    &err);
}

static void world_close(struct bench *bench)
{
	store_close(bench->service.store);
	(void)unlink(bench->path);
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

static double middle(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

static double least(const double *values, int count)
{
	double found = values[0];
	int i;

	for (i = 1; i < count; i++)
		if (values[i] < found)
			found = values[i];
	return found;
}

/* By turns, so that a busy machine is busy for both. */
static bool measure_append(struct bench *bench)
{
	double appends[ROUNDS];
	double saves[ROUNDS];
	double append;
	double save;
	double ratio;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		appends[i] = chunk(bench, append_chunk);
		saves[i] = chunk(bench, save_chunk);
	}
	ratio = least(appends, ROUNDS) / least(saves, ROUNDS);
	append = middle(appends);
	save = middle(saves);
	(void)printf(
	    "append: %.1f µs of CPU an entry, %.1f µs a saved row; %.2f "
	    "times at best\n",
	    append, save, ratio);
	return (!bench->by_figures || append <= APPEND_US_MAX) &&
	    (!bench->by_ratios || ratio <= APPEND_RATIO_MAX);
}

static double read_once(struct bench *bench)
{
	struct err err = {0};
	size_t bytes = 0;
	double begun = cpu_seconds();

	must(store_read(bench->service.store, read_all, &bytes, &err), &err);
	return cpu_seconds() - begun;
}

static double verify_once(struct bench *bench, struct audit_finding *found)
{
	const struct actor actor = {.name = "bench", .org_id = ORG};
	struct err err = {0};
	double begun = cpu_seconds();

	must(service_audit_verify(&bench->service, &actor, found, &err), &err);
	return cpu_seconds() - begun;
}

/* A million takes long enough to be measured once. */
static bool measure_verify(struct bench *bench)
{
	int rounds = bench->by_ratios ? ROUNDS : 1;
	struct audit_finding found;
	double reads[ROUNDS];
	double verifies[ROUNDS];
	double verify;
	double begun;
	double read;
	int i;

	for (i = 0; i < rounds; i++) {
		reads[i] = read_once(bench);
		begun = bench_seconds();
		verifies[i] = verify_once(bench, &found);
		begun = bench_seconds() - begun;
	}
	read = least(reads, rounds);
	verify = least(verifies, rounds);
	(void)printf("verify: %lld entries in %.2f s, %.2f s of CPU, only read "
	             "in %.2f: %.2f times; %s\n",
	    (long long)found.entries, begun, verify, read, verify / read,
	    found.faults ? found.sentences[0] : "whole");
	return found.faults == 0 && found.entries == bench->made &&
	    (!bench->by_figures ||
	        begun * 1e6 / (double)found.entries <= VERIFY_S_MAX) &&
	    (!bench->by_ratios || verify / read <= VERIFY_RATIO_MAX);
}

static int parse(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
	    {"entries", required_argument, NULL, 'e'},
	    {"folder", required_argument, NULL, 'f'},
	    {"ratios", no_argument, NULL, 'r'},
	    {"figures", no_argument, NULL, 'g'},
	    {NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (letter == 'e')
			bench->entries = strtol(optarg, NULL, 10);
		else if (letter == 'f')
			bench->folder = optarg;
		else if (letter == 'r')
			bench->by_ratios = true;
		else if (letter == 'g')
			bench->by_figures = true;
		else
			return -1;
	}
	return bench->entries > 0 && optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct bench bench = {.entries = 1000000, .folder = "."};
	bool is_met;

	if (parse(&bench, argc, argv) < 0) {
		(void)fprintf(stderr,
		    "usage: audit_bench [--entries N] [--folder D] "
		    "[--ratios] [--figures]\n");
		return 2;
	}
	world_open(&bench);
	is_met = measure_append(&bench);
	while (bench.made < bench.entries)
		(void)chunk(&bench, append_chunk);
	is_met = measure_verify(&bench) && is_met;
	world_close(&bench);
	if (!is_met)
		(void)printf("NOT MET\n");
	return is_met ? 0 : 1;
}
