/*
 * store_rate: what does one unit of work cost in the store? N threads hand in
 * units of two rows as a TokenUpdate makes them (load the life, save it, move
 * last seen), then only read as an idle phone does (who is it, what is next),
 * then both at once: a commit empties the page cache of every reader.
 * Prints one line a run; the database lies in the folder given and is removed.
 *
 *   store_rate [folder [threads [seconds [phones]]]]
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/store/store.h"

#define PHONES_MAX 20000
#define THREADS_MAX 512
#define LATENCY_MAX 4096 /* steps of LATENCY_STEP_US; the last holds the rest */
#define LATENCY_STEP_US 20
#define PUT(field, text) (void)str_copy(field, sizeof(field), text)

/* One kind of work in a run, and what came of it. */
struct part {
	const char *name;
	store_fn *fn;
	bool writes;
	unsigned threads;
	atomic_uint_fast64_t done;
	atomic_uint_fast64_t failed;
	atomic_uint_fast64_t cpu_us; /* of its callers alone */
	atomic_uint_fast64_t waits[LATENCY_MAX];
};

struct bench {
	struct store *store;
	double seconds;
	unsigned phones;
	char (*life_ids)[STORE_ID];
	char (*shas)[STORE_SHA256];
	atomic_bool stop;
};

struct worker {
	struct bench *bench;
	struct part *part;
	pthread_t thread;
	uint64_t seed;
	unsigned phone;
	int64_t at;
};

static uint64_t next_random(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- units ---- */

static int token_update(struct txn *txn, void *arg, struct err *err)
{
	struct worker *worker = arg;
	struct last_seen seen = {.at = worker->at};
	struct life life;
	int r = store_life_load(
	    txn, worker->bench->life_ids[worker->phone], &life, err);

	if (r < 0)
		return r;
	life.push_token[0]++;
	r = store_life_save(txn, &life, err);
	PUT(seen.life_id, life.id);
	if (r == 0)
		r = store_last_seen_save(txn, &seen, 1, err);
	return r;
}

static int idle(struct txn *txn, void *arg, struct err *err)
{
	struct worker *worker = arg;
	struct identity identity;
	struct command command;
	uint8_t *payload = NULL;
	size_t len;
	int r = store_identity_find(
	    txn, worker->bench->shas[worker->phone], &identity, err);

	if (r == 0)
		r = store_command_next(txn, identity.life_id, worker->at, false,
		    &command, &payload, &len, err);
	free(payload);
	return r == -(int)ERR_NOT_FOUND ? 0 : r;
}

static int nothing(struct txn *txn, void *arg, struct err *err)
{
	(void)txn;
	(void)arg;
	(void)err;
	return 0;
}

/* ---- filling ---- */

static int fill_one(
    struct bench *bench, struct txn *txn, unsigned i, struct err *err)
{
	struct link link = {.created_at = 1, .expires_at = 2};
	struct device device = {.created_at = 1};
	struct life life = {.state = LIFE_ENROLLED, .push_token_len = 32};
	struct certificate cert = {.state = CERTIFICATE_CURRENT};
	uint64_t seed = i;
	int r;

	(void)snprintf(
	    link.id, sizeof(link.id), "0192c2a0-5b7e-7000-8000-%012x", i);
	PUT(device.id, link.id);
	PUT(device.udid, link.id);
	PUT(device.serial, "C39XK0AAKXKN");
	PUT(device.person, "Somebody");
	PUT(life.id, link.id);
	PUT(link.org_id, "org");
	PUT(device.org_id, "org");
	PUT(life.org_id, "org");
	PUT(cert.org_id, "org");
	PUT(life.device_id, link.id);
	PUT(life.link_id, link.id);
	PUT(device.life_id, link.id);
	PUT(life.push_magic, link.id);
	PUT(life.topic, "com.apple.mgmt.External.0192c2a0");
	(void)snprintf(cert.sha256, sizeof(cert.sha256), "%016llx%048x",
	    (unsigned long long)next_random(&seed), i);
	PUT(link.token_sha256, cert.sha256);
	PUT(cert.link_id, link.id);
	PUT(cert.life_id, link.id);
	PUT(bench->life_ids[i], life.id);
	PUT(bench->shas[i], cert.sha256);
	r = store_link_save(txn, &link, err);
	if (r == 0)
		r = store_device_save(txn, &device, err);
	if (r == 0)
		r = store_life_save(txn, &life, err);
	if (r == 0)
		r = store_certificate_save(txn, &cert, err);
	return r;
}

static int fill(struct txn *txn, void *arg, struct err *err)
{
	struct organisation org = {.id = "org", .name = "Bench"};
	struct bench *bench = arg;
	unsigned i;
	int r = store_organisation_save(txn, &org, err);

	for (i = 0; i < bench->phones && r == 0; i++)
		r = fill_one(bench, txn, i, err);
	return r;
}

/* ---- running ---- */

static int work_once(struct worker *worker)
{
	struct bench *bench = worker->bench;
	const struct part *part = worker->part;

	worker->phone = (unsigned)(next_random(&worker->seed) % bench->phones);
	worker->at++;
	return part->writes ? store_write(bench->store, part->fn, worker, NULL)
	                    : store_read(bench->store, part->fn, worker, NULL);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct part *part = worker->part;
	double start;
	size_t step;
	int r;

	while (!atomic_load(&worker->bench->stop)) {
		start = seconds_of(CLOCK_MONOTONIC);
		r = work_once(worker);
		start = seconds_of(CLOCK_MONOTONIC) - start;
		step = (size_t)(start * 1e6 / LATENCY_STEP_US);
		if (step >= LATENCY_MAX)
			step = LATENCY_MAX - 1;
		atomic_fetch_add(&part->waits[step], 1);
		atomic_fetch_add(r < 0 ? &part->failed : &part->done, 1);
	}
	atomic_fetch_add(&part->cpu_us,
	    (uint64_t)(seconds_of(CLOCK_THREAD_CPUTIME_ID) * 1e6));
	return NULL;
}

/* Milliseconds within which this share of the units was answered. */
static double wait_of(struct part *part, double share)
{
	double all = 0;
	double sum = 0;
	size_t i;

	for (i = 0; i < LATENCY_MAX; i++)
		all += (double)atomic_load(&part->waits[i]);
	for (i = 0; i < LATENCY_MAX && sum < all * share; i++)
		sum += (double)atomic_load(&part->waits[i]);
	return (double)i * LATENCY_STEP_US / 1e3;
}

static void start_part(struct bench *bench, struct part *part,
    struct worker *workers, unsigned threads)
{
	size_t step;
	unsigned i;

	part->threads = threads;
	atomic_store(&part->done, 0);
	atomic_store(&part->failed, 0);
	atomic_store(&part->cpu_us, 0);
	for (step = 0; step < LATENCY_MAX; step++)
		atomic_store(&part->waits[step], 0);
	for (i = 0; i < threads; i++) {
		workers[i] = (struct worker){
		    .bench = bench, .part = part, .seed = i + 1, .at = 2};
		if (pthread_create(
		        &workers[i].thread, NULL, work, &workers[i]) != 0)
			exit(1);
	}
}

static void print_part(struct part *part, double seconds, double cpu)
{
	double units = (double)atomic_load(&part->done);
	double own = (double)atomic_load(&part->cpu_us);

	printf("%-20s %3u threads %8.0f/s  %6.1f us CPU, %5.1f the caller's"
	       "  p50 %5.2f ms  p99 %5.2f ms  failed %llu",
	    part->name, part->threads, units / seconds,
	    (cpu > 0 ? cpu * 1e6 : own) / units, own / units,
	    wait_of(part, 0.5), wait_of(part, 0.99),
	    (unsigned long long)atomic_load(&part->failed));
}

static void print_commits(
    const struct store_stats *before, const struct store_stats *after)
{
	double commits = (double)(after->commits - before->commits);

	if (commits > 0)
		printf("  batch %5.1f  commit %5.2f ms  log %3.0f MB",
		    (double)(after->units - before->units) / commits,
		    (double)(after->commit_us - before->commit_us) / commits /
		        1e3,
		    (double)after->wal_bytes / 1e6);
	printf("\n");
}

/* other: a second kind of work beside the first, or NULL. */
static void run(struct bench *bench, struct part *part, unsigned threads,
    struct part *other, unsigned others)
{
	static struct worker workers[THREADS_MAX * 2];
	struct store_stats before;
	struct store_stats after;
	double cpu;
	double start;
	unsigned i;

	atomic_store(&bench->stop, false);
	store_stats(bench->store, &before);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	start = seconds_of(CLOCK_MONOTONIC);
	start_part(bench, part, workers, threads);
	if (other)
		start_part(bench, other, workers + threads, others);
	(void)usleep((useconds_t)(bench->seconds * 1e6));
	atomic_store(&bench->stop, true);
	for (i = 0; i < threads + (other ? others : 0); i++)
		(void)pthread_join(workers[i].thread, NULL);
	start = seconds_of(CLOCK_MONOTONIC) - start;
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	store_stats(bench->store, &after);
	print_part(part, start, other ? 0 : cpu);
	print_commits(&before, &after);
	if (!other)
		return;
	print_part(other, start, 0);
	printf("  (beside the line above)\n");
}

static void run_all(struct bench *bench, unsigned threads)
{
	static struct part parts[] = {
	    {.name = "write: nothing", .fn = nothing, .writes = true},
	    {.name = "write: TokenUpdate", .fn = token_update, .writes = true},
	    {.name = "read: nothing", .fn = nothing},
	    {.name = "read: idle phone", .fn = idle},
	};
	unsigned counts[] = {1, 8, threads};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (j = 0; j < sizeof(counts) / sizeof(counts[0]); j++)
			run(bench, &parts[i], counts[j], NULL, 0);
	run(bench, &parts[1], 1, &parts[3], 1);
	run(bench, &parts[1], 8, &parts[3], 4);
}

static void remove_database(const char *path)
{
	char name[600];

	(void)unlink(path);
	(void)snprintf(name, sizeof(name), "%s-wal", path);
	(void)unlink(name);
	(void)snprintf(name, sizeof(name), "%s-shm", path);
	(void)unlink(name);
}

static unsigned number(
    int argc, char **argv, int at, unsigned max, unsigned otherwise)
{
	uint64_t value;

	if (argc <= at)
		return otherwise;
	if (str_number_parse(argv[at], max, &value) < 0 || value == 0) {
		fprintf(stderr, "%s: not a number up to %u\n", argv[at], max);
		exit(2);
	}
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	unsigned threads = number(argc, argv, 2, THREADS_MAX, 64);
	struct bench bench = {.seconds = number(argc, argv, 3, 600, 3),
	    .phones = number(argc, argv, 4, PHONES_MAX, 2000)};
	struct store_config config = {.readers = 4, .queue_max = 2000};
	struct rusage usage;
	struct err err = {0};
	char path[512];
	int from;
	int to;

	(void)snprintf(path, sizeof(path), "%s/store_rate.db", folder);
	config.path = path;
	bench.life_ids = calloc(bench.phones, sizeof(*bench.life_ids));
	bench.shas = calloc(bench.phones, sizeof(*bench.shas));
	if (!bench.life_ids || !bench.shas)
		return 1;
	remove_database(path);
	if (store_migrate(path, &from, &to, &err) < 0 ||
	    store_open(&config, &bench.store, &err) < 0 ||
	    store_write(bench.store, fill, &bench, &err) < 0) {
		fprintf(stderr, "store_rate: %s\n", err.text);
		return 1;
	}
	run_all(&bench, threads);
	store_close(bench.store);
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("%u phones, peak memory %.1f MB\n", bench.phones,
	    (double)usage.ru_maxrss / 1e3);
	remove_database(path);
	free(bench.life_ids);
	free(bench.shas);
	return 0;
}
