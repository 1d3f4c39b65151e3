/*
 * store_writer_test: does the one writer keep its word to many callers? What
 * returned 0 is there, what was refused is not, neighbours in a batch do not
 * touch each other, and a full queue says so at once.
 */
#include "tests/contract/rows.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count_rows(struct txn *txn, void *arg, struct err *err)
{
	return store_counts(txn, arg, err);
}

/* ---- a batch of good and bad units ---- */

#define CALLERS 16
#define UNITS 60

typedef int write_fn(
    struct store *store, store_fn *fn, void *arg, struct err *err);

struct caller {
	struct fixture *fixture;
	const struct phone *phone;
	pthread_t thread;
	int number;
	write_fn *write;
	int wrong;  /* answers that were not what they should be */
	int unseen; /* saved, but not read back at once */
};

struct mixed_unit {
	struct device row;
	bool fails;
};

/* Writes first and fails then: what it wrote must be gone. */
static int mixed(struct txn *txn, void *arg, struct err *err)
{
	struct mixed_unit *unit = arg;
	int r = store_device_save(txn, &unit->row, err);

	if (r == 0 && unit->fails)
		return err_set(err, ERR_EXPIRED, "meant to fail");
	return r;
}

static int load(struct txn *txn, void *arg, struct err *err)
{
	struct mixed_unit *unit = arg;

	return store_device_load(txn, unit->row.id, &unit->row, err);
}

static void *call_mixed(void *arg)
{
	struct caller *caller = arg;
	struct mixed_unit unit = {0};
	struct err err;
	int i;
	int r;

	COPY(unit.row.org_id, caller->phone->org.id);
	for (i = 0; i < UNITS; i++) {
		(void)snprintf(unit.row.id, sizeof(unit.row.id), "%02d-%02d",
		    caller->number, i);
		COPY(unit.row.udid, unit.row.id);
		unit.fails = i % 3 == 1;
		memset(&err, 0, sizeof(err));
		r = caller->write(caller->fixture->store, mixed, &unit, &err);
		if (unit.fails)
			caller->wrong += r != -ERR_EXPIRED ||
			    strcmp(err.text, "meant to fail") != 0;
		else
			caller->wrong += r != 0 || err.code != ERR_NONE;
		r = store_read(caller->fixture->store, load, &unit, NULL);
		caller->unseen += r != (unit.fails ? -ERR_NOT_FOUND : 0);
	}
	return NULL;
}

static void check_neighbours(struct fixture *f, write_fn *even, write_fn *odd)
{
	struct caller callers[CALLERS];
	struct store_counts counts;
	struct store_stats stats;
	struct phone phone;
	int i;

	phone_enrol(f, &phone);
	for (i = 0; i < CALLERS; i++) {
		callers[i] =
		    (struct caller){f, &phone, 0, i, i % 2 ? odd : even, 0, 0};
		assert_int_equal(pthread_create(&callers[i].thread, NULL,
		                     call_mixed, &callers[i]),
		    0);
	}
	for (i = 0; i < CALLERS; i++) {
		(void)pthread_join(callers[i].thread, NULL);
		assert_int_equal(callers[i].wrong, 0);
		assert_int_equal(callers[i].unseen, 0);
	}
	fixture_read(f, count_rows, &counts);
	assert_int_equal(counts.devices, 1 + CALLERS * UNITS * 2 / 3);
	store_stats(f->store, &stats);
	assert_int_equal(stats.units, 1 + CALLERS * UNITS * 2 / 3);
	assert_int_equal(stats.failed, CALLERS * UNITS / 3);
	assert_int_equal(stats.reads, 1 + CALLERS * UNITS);
	assert_int_equal(stats.waiting, 0);
	assert_true(stats.commits > 0 && stats.commits < stats.units);
	assert_true(stats.wal_bytes > 0);
	fixture_close(f);
	fixture_check_file(f);
}

static void test_neighbours(void **state)
{
	check_neighbours(*state, store_write, store_write);
}

static void test_neighbours_repeatable(void **state)
{
	check_neighbours(
	    *state, store_write_repeatable, store_write_repeatable);
}

static void test_neighbours_of_both_kinds(void **state)
{
	check_neighbours(*state, store_write, store_write_repeatable);
}

/* ---- a writer that is held ---- */

struct gate {
	sem_t inside;
	sem_t open;
};

static int wait_at_gate(struct txn *txn, void *arg, struct err *err)
{
	struct gate *gate = arg;

	(void)txn;
	(void)err;
	(void)sem_post(&gate->inside);
	while (sem_wait(&gate->open) != 0)
		;
	return 0;
}

struct held {
	struct fixture *fixture;
	store_fn *fn;
	void *arg;
	pthread_t thread;
	struct err err;
	int result;
};

static void *call_held(void *arg)
{
	struct held *held = arg;

	held->result =
	    store_write(held->fixture->store, held->fn, held->arg, &held->err);
	return NULL;
}

static void start_held(
    struct held *held, struct fixture *f, store_fn *fn, void *arg)
{
	*held = (struct held){.fixture = f, .fn = fn, .arg = arg};
	assert_int_equal(
	    pthread_create(&held->thread, NULL, call_held, held), 0);
}

static void hold_writer(struct held *held, struct fixture *f, struct gate *gate)
{
	assert_int_equal(sem_init(&gate->inside, 0, 0), 0);
	assert_int_equal(sem_init(&gate->open, 0, 0), 0);
	start_held(held, f, wait_at_gate, gate);
	while (sem_wait(&gate->inside) != 0)
		;
}

static void wait_for_queue(struct fixture *f, unsigned count)
{
	struct store_stats stats;

	do {
		(void)usleep(500);
		store_stats(f->store, &stats);
	} while (stats.waiting < count);
}

static void test_queue_full(void **state)
{
	struct fixture *f = *state;
	struct held held[6];
	struct phone phones[6];
	struct phone phone;
	struct gate gate;
	int i;

	fixture_close(f);
	f->queue_max = 5;
	fixture_open(f);
	phone_enrol(f, &phone);
	hold_writer(&held[5], f, &gate);
	for (i = 0; i < 5; i++) {
		phone_make_beside(f, &phone, &phones[i]);
		start_held(&held[i], f, phone_save, &phones[i]);
	}
	wait_for_queue(f, 5);
	phone_make_beside(f, &phone, &phones[5]);
	fixture_write_refused(f, phone_save, &phones[5], ERR_BUSY);
	(void)sem_post(&gate.open);
	for (i = 0; i < 6; i++) {
		(void)pthread_join(held[i].thread, NULL);
		assert_int_equal(held[i].result, 0);
	}
	fixture_write(f, phone_save, &phones[5]);
}

static void *call_close(void *arg)
{
	fixture_close(arg);
	return NULL;
}

/* A stop in the middle: who was let in is served and on disk. */
static void test_close_writes_what_waits(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	struct held held[4];
	struct phone phones[3];
	struct phone phone;
	struct gate gate;
	pthread_t closer;
	int i;

	phone_enrol(f, &phone);
	hold_writer(&held[3], f, &gate);
	for (i = 0; i < 3; i++) {
		phone_make_beside(f, &phone, &phones[i]);
		start_held(&held[i], f, phone_save, &phones[i]);
	}
	wait_for_queue(f, 3);
	assert_int_equal(pthread_create(&closer, NULL, call_close, f), 0);
	(void)usleep(20000);
	(void)sem_post(&gate.open);
	for (i = 0; i < 4; i++) {
		(void)pthread_join(held[i].thread, NULL);
		assert_int_equal(held[i].result, 0);
	}
	(void)pthread_join(closer, NULL);
	fixture_open(f);
	fixture_read(f, count_rows, &counts);
	assert_int_equal(counts.devices, 4);
}

/* All in one batch, and one of them asks for what its neighbour wrote. */
static void test_batch_is_in_order(void **state)
{
	struct fixture *f = *state;
	struct command_unit units[20];
	struct command_unit next = {0};
	struct held held[21];
	struct store_stats before;
	struct store_stats after;
	struct phone phone;
	struct gate gate;
	int i;

	phone_enrol(f, &phone);
	store_stats(f->store, &before);
	hold_writer(&held[20], f, &gate);
	for (i = 0; i < 20; i++) {
		memset(&units[i], 0, sizeof(units[i]));
		command_make(f, &phone, 10, &units[i].row);
		start_held(&held[i], f, command_unit_insert, &units[i]);
		wait_for_queue(f, (unsigned)i + 1);
	}
	(void)sem_post(&gate.open);
	for (i = 0; i < 21; i++) {
		(void)pthread_join(held[i].thread, NULL);
		assert_int_equal(held[i].result, 0);
	}
	store_stats(f->store, &after);
	assert_int_equal(after.commits - before.commits, 2);
	for (i = 0; i < 20; i++) {
		COPY(next.row.life_id, phone.life.id);
		fixture_read(f, command_unit_next, &next);
		free(next.got);
		assert_string_equal(next.row.id, units[i].row.id);
		next.row.state = COMMAND_ACKNOWLEDGED;
		fixture_write(f, command_unit_update, &next);
	}
}

/* ---- what a unit may not do ---- */

static int write_inside(struct txn *txn, void *arg, struct err *err)
{
	struct fixture *f = arg;

	(void)txn;
	return store_write(f->store, wait_at_gate, NULL, err);
}

static void test_no_write_inside_a_write(void **state)
{
	fixture_write_refused(*state, write_inside, *state, ERR_INTERNAL);
}

static void test_no_write_inside_a_read(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	struct phone phone;
	struct err err = {0};

	phone_make(f, &phone);
	assert_int_equal(
	    store_read(f->store, phone_save, &phone, &err), -ERR_INTERNAL);
	fixture_read(f, count_rows, &counts);
	assert_int_equal(counts.devices, 0);
	fixture_write(f, phone_save, &phone);
}

/* NULL for err is allowed everywhere. */
static int fail_quietly(struct txn *txn, void *arg, struct err *err)
{
	(void)txn;
	(void)arg;
	(void)err;
	return -ERR_DENIED;
}

static void test_error_without_sentence(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    store_write(f->store, fail_quietly, NULL, NULL), -ERR_DENIED);
	assert_int_equal(
	    store_read(f->store, fail_quietly, NULL, NULL), -ERR_DENIED);
}

/* ---- a reader sees one moment ---- */

struct snapshot {
	struct fixture *fixture;
	struct phone *phone;
	struct store_counts before;
	struct store_counts after;
};

static int look_twice(struct txn *txn, void *arg, struct err *err)
{
	struct snapshot *unit = arg;
	int r = store_counts(txn, &unit->before, err);

	if (r == 0)
		r = store_write(
		    unit->fixture->store, phone_save, unit->phone, err);
	if (r == 0)
		r = store_counts(txn, &unit->after, err);
	return r;
}

static void test_snapshot(void **state)
{
	struct fixture *f = *state;
	struct store_counts now;
	struct phone phone;
	struct snapshot unit = {.fixture = f, .phone = &phone};

	phone_make(f, &phone);
	fixture_read(f, look_twice, &unit);
	assert_int_equal(unit.before.devices, 0);
	assert_int_equal(unit.after.devices, 0);
	fixture_read(f, count_rows, &now);
	assert_int_equal(now.devices, 1);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_neighbours),
	    TEST(test_neighbours_repeatable),
	    TEST(test_neighbours_of_both_kinds),
	    TEST(test_queue_full),
	    TEST(test_close_writes_what_waits),
	    TEST(test_batch_is_in_order),
	    TEST(test_no_write_inside_a_write),
	    TEST(test_no_write_inside_a_read),
	    TEST(test_error_without_sentence),
	    TEST(test_snapshot),
	};

	return FIXTURE_RUN("store writer", tests);
}
