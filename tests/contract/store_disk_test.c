/*
 * store_disk_test: what was acknowledged stays, whatever happens to the disk
 * or the process (DESIGN invariant 6). A full disk is a clear answer and
 * passes; kill -9 at any moment loses nothing that was answered.
 */
#include "tests/contract/rows.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- units that fill ---- */

struct filler {
	struct device row;
	const struct phone *phone;
	int number;
};

static void make_filler(
    const struct phone *phone, int number, struct filler *out)
{
	memset(out, 0, sizeof(*out));
	out->number = number;
	COPY(out->row.org_id, phone->org.id);
	(void)snprintf(out->row.id, sizeof(out->row.id), "%08d", number);
	COPY(out->row.udid, out->row.id);
	ROWS_FILL(out->row.name, 'n');
	ROWS_FILL(out->row.person, 'p');
	ROWS_FILL(out->row.model, 'm');
}

static int save_filler(struct txn *txn, void *arg, struct err *err)
{
	return store_device_save(txn, &((struct filler *)arg)->row, err);
}

static int load_filler(struct txn *txn, void *arg, struct err *err)
{
	struct filler *filler = arg;

	return store_device_load(txn, filler->row.id, &filler->row, err);
}

static int count_rows(struct txn *txn, void *arg, struct err *err)
{
	return store_counts(txn, arg, err);
}

/* Every one of 0 … count-1 is there. */
static void check_fillers(
    struct fixture *f, const struct phone *phone, int count)
{
	struct filler want;
	struct filler got;
	int i;

	for (i = 0; i < count; i++) {
		make_filler(phone, i, &want);
		make_filler(phone, i, &got);
		memset(got.row.name, 0, sizeof(got.row.name));
		fixture_read(f, load_filler, &got);
		assert_memory_equal(&got.row, &want.row, sizeof(want.row));
	}
}

/* Writes until it is refused, by the right code; answers how many. */
static int fill_up(struct fixture *f, const struct phone *phone, int from)
{
	struct filler filler;
	struct err err = {0};
	int r = 0;
	int i;

	for (i = from; i < from + 20000 && r == 0; i++) {
		make_filler(phone, i, &filler);
		r = store_write(f->store, save_filler, &filler, &err);
	}
	if (r != -ERR_FULL)
		fail_msg("answer %d (%s), expected full", r, err.text);
	return i - 1;
}

/* Full, then room again: the same store goes on. */
static void check_full_and_back(struct fixture *f, const struct phone *phone,
    void (*make_room)(void *arg), void *arg)
{
	struct store_counts counts;
	struct filler filler;
	int count = fill_up(f, phone, 0);
	int i;

	assert_true(count > 10);
	/* Stays readable; the log starts over and gives a little room. */
	for (i = 0; i < 5; i++)
		count = fill_up(f, phone, count);
	check_fillers(f, phone, count);
	fixture_read(f, count_rows, &counts);
	assert_int_equal(counts.devices, count + 1);
	make_room(arg);
	for (i = 0; i < 500; i++) {
		make_filler(phone, count + i, &filler);
		fixture_write(f, save_filler, &filler);
	}
	check_fillers(f, phone, count + 500);
	fixture_close(f);
	fixture_check_file(f);
	fixture_open(f);
	check_fillers(f, phone, count + 500);
	fixture_read(f, count_rows, &counts);
	assert_int_equal(counts.devices, count + 501);
}

/*
 * In a process of its own, that may limit itself. A failure of cmocka's ends it
 * by abort, after its message.
 */
static void run_in_child(struct fixture *f, void (*fn)(struct fixture *f))
{
	int status = 0;
	pid_t child;

	fixture_close(f);
	(void)fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)setenv("CMOCKA_TEST_ABORT", "1", 1);
		fn(f);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void lift_limit(void *arg)
{
	(void)setrlimit(RLIMIT_FSIZE, arg);
}

static void run_limited(struct fixture *f)
{
	struct rlimit before;
	struct rlimit small;
	struct phone phone;

	fixture_open(f);
	phone_enrol(f, &phone);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	small = before;
	small.rlim_cur = 1024 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	check_full_and_back(f, &phone, lift_limit, &before);
	fixture_close(f);
}

/* A limit on the size of a file acts like a disk that is full. */
static void test_file_limit(void **state)
{
	run_in_child(*state, run_limited);
}

/* ---- a real full disk: a tiny file system in a mount space of our own ---- */

static int mount_tiny(const char *dir)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("tmpfs", dir, "tmpfs", 0, "size=6m");
}

static void grow_tiny(void *arg)
{
	if (mount("tmpfs", arg, "tmpfs", MS_REMOUNT, "size=32m") < 0)
		fail_msg("remount: %s", strerror(errno));
}

static void run_tiny(struct fixture *f)
{
	struct phone phone;
	int from;
	int to;

	if (mount_tiny(f->dir) < 0) {
		print_message("SKIP: a tiny file system needs the right to "
		              "mount\n");
		_exit(77);
	}
	assert_int_equal(store_migrate(f->path, &from, &to, NULL), 0);
	fixture_open(f);
	phone_enrol(f, &phone);
	check_full_and_back(f, &phone, grow_tiny, f->dir);
	fixture_close(f);
}

static void test_full_disk(void **state)
{
	run_in_child(*state, run_tiny);
}

/* ---- kill -9 ---- */

#define KILL_THREADS 8
#define KILL_ROUNDS 12

/* Shared with the child: what it was answered lives on after it. */
struct tally {
	atomic_int acknowledged[KILL_THREADS];
};

struct killed {
	struct fixture *fixture;
	const struct phone *phone;
	struct tally *tally;
	int thread;
	int refused;
};

static int number_of(int thread, int i)
{
	return i * KILL_THREADS + thread;
}

static void *write_for_ever(void *arg)
{
	struct killed *killed = arg;
	struct filler filler;
	int i = atomic_load(&killed->tally->acknowledged[killed->thread]);

	for (;;) {
		make_filler(
		    killed->phone, number_of(killed->thread, i), &filler);
		if (store_write(
		        killed->fixture->store, save_filler, &filler, NULL) < 0)
			_exit(3);
		atomic_store(&killed->tally->acknowledged[killed->thread], ++i);
	}
	return NULL;
}

static void run_until_killed(
    struct fixture *f, const struct phone *phone, struct tally *tally)
{
	static struct killed killed[KILL_THREADS];
	pthread_t thread;
	int i;

	(void)setenv("CMOCKA_TEST_ABORT", "1", 1);
	fixture_open(f);
	for (i = 0; i < KILL_THREADS; i++) {
		killed[i] = (struct killed){f, phone, tally, i, 0};
		if (pthread_create(&thread, NULL, write_for_ever, &killed[i]) !=
		    0)
			_exit(4);
	}
	for (;;)
		(void)pause();
}

static void kill_once(
    struct fixture *f, const struct phone *phone, struct tally *tally)
{
	int status = 0;
	int before = atomic_load(&tally->acknowledged[0]);
	int waited = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		run_until_killed(f, phone, tally);
	while (
	    atomic_load(&tally->acknowledged[0]) == before && waited++ < 100000)
		(void)usleep(100);
	(void)usleep((useconds_t)fixture_random(f, 100000));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void test_kill(void **state)
{
	struct fixture *f = *state;
	struct tally *tally;
	struct store_counts counts;
	struct filler filler;
	struct phone phone;
	int total;
	int round;
	int t;
	int i;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(tally != MAP_FAILED);
	phone_enrol(f, &phone);
	f->seed += (uint64_t)getpid();
	for (round = 0; round < KILL_ROUNDS; round++) {
		fixture_close(f);
		kill_once(f, &phone, tally);
		fixture_open(f);
		total = 1;
		for (t = 0; t < KILL_THREADS; t++)
			total += atomic_load(&tally->acknowledged[t]);
		fixture_read(f, count_rows, &counts);
		/* One unit a thread may be there without its answer. */
		assert_in_range(counts.devices, total, total + KILL_THREADS);
	}
	for (t = 0; t < KILL_THREADS; t++) {
		for (i = 0; i < atomic_load(&tally->acknowledged[t]); i++) {
			make_filler(&phone, number_of(t, i), &filler);
			fixture_read(f, load_filler, &filler);
		}
	}
	print_message("%d units acknowledged over %d kills, all there\n",
	    total - 1, KILL_ROUNDS);
	fixture_close(f);
	fixture_check_file(f);
	(void)munmap(tally, sizeof(*tally));
}

/* ---- before the answer, the disk ---- */

static atomic_int syncs;

/* The library's calls come here: a kill cannot show what a power cut would. */
int fdatasync(int fd)
{
	atomic_fetch_add(&syncs, 1);
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	atomic_fetch_add(&syncs, 1);
	return (int)syscall(SYS_fsync, fd);
}

static void test_answer_follows_sync(void **state)
{
	struct fixture *f = *state;
	struct filler filler;
	struct phone phone;
	int before;
	int i;

	phone_enrol(f, &phone);
	for (i = 0; i < 50; i++) {
		make_filler(&phone, i, &filler);
		before = atomic_load(&syncs);
		fixture_write(f, save_filler, &filler);
		assert_true(atomic_load(&syncs) > before);
	}
}

/* ---- a log that never rests ---- */

#define LOG_UNITS 60
#define LOG_PAYLOAD (1024 * 1024)

struct profile {
	struct command row;
	const uint8_t *payload;
};

static int insert_profile(struct txn *txn, void *arg, struct err *err)
{
	struct profile *profile = arg;

	return store_command_insert(
	    txn, &profile->row, profile->payload, LOG_PAYLOAD, err);
}

static void *write_profiles(void *arg)
{
	struct killed *killed = arg;
	struct profile profile = {0};
	uint8_t *payload = calloc(1, LOG_PAYLOAD);
	int i;

	profile.payload = payload;
	COPY(profile.row.org_id, killed->phone->org.id);
	COPY(profile.row.device_id, killed->phone->device.id);
	COPY(profile.row.life_id, killed->phone->life.id);
	for (i = 0; i < LOG_UNITS; i++) {
		(void)snprintf(profile.row.id, sizeof(profile.row.id), "%08d",
		    number_of(killed->thread, i));
		if (store_write(killed->fixture->store, insert_profile,
		        &profile, NULL) < 0)
			killed->refused++;
	}
	free(payload);
	return NULL;
}

/*
 * Four threads that never pause write a quarter of a gigabyte: the log must
 * start over on the way, or it would grow as large.
 */
static void test_log_starts_over(void **state)
{
	struct fixture *f = *state;
	struct killed killed[4];
	pthread_t threads[4];
	struct phone phone;
	struct stat st;
	char path[400];
	int i;

	phone_enrol(f, &phone);
	for (i = 0; i < 4; i++) {
		killed[i] = (struct killed){f, &phone, NULL, i, 0};
		assert_int_equal(pthread_create(&threads[i], NULL,
		                     write_profiles, &killed[i]),
		    0);
	}
	for (i = 0; i < 4; i++) {
		(void)pthread_join(threads[i], NULL);
		assert_int_equal(killed[i].refused, 0);
	}
	(void)snprintf(path, sizeof(path), "%s-wal", f->path);
	assert_int_equal(stat(path, &st), 0);
	print_message("log of %lld MB after %d MB\n",
	    (long long)st.st_size / 1000000, 4 * LOG_UNITS);
	assert_true(st.st_size < 120 * 1024 * 1024);
	fixture_close(f);
	assert_int_equal(access(path, F_OK), -1); /* closed: nothing left */
	fixture_check_file(f);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_file_limit),
	    TEST(test_full_disk),
	    TEST(test_kill),
	    TEST(test_answer_follows_sync),
	    TEST(test_log_starts_over),
	};

	return FIXTURE_RUN("store disk", tests);
}
