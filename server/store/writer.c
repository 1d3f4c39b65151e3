#include "server/store/writer.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/store/checkpoint.h"
#include "server/store/db.h"
#include "server/store/thread.h"
#include "server/store/txn.h"

/* Bounds the time to the commit, and with it the wait of the first in line. */
#define WRITER_BATCH_MAX 256

enum unit_state {
	UNIT_WAITING = 0, /* its caller has not gone to sleep yet */
	UNIT_ASLEEP,
	UNIT_DONE
};

/* Lives on the stack of the caller, who waits for it. */
struct unit {
	store_fn *fn;
	void *arg;
	bool is_repeatable;
	int result;
	struct err err;
	atomic_int state;
	struct unit *next;
};

struct writer {
	struct db *db;
	struct checkpoint *checkpoint;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct unit *first; /* under lock, as all up to stop */
	struct unit **last;
	unsigned waiting;
	unsigned queue_max;
	bool asleep;
	bool stop;
	bool retires; /* the writer's own: a unit of this batch did */
	atomic_uint_fast64_t retirements;
	atomic_uint_fast64_t units;
	atomic_uint_fast64_t commits;
	atomic_uint_fast64_t failed;
	atomic_uint_fast64_t commit_us;
	atomic_int_fast64_t log_bytes;
};

/* ---- one caller, one unit ---- */

static void unit_wait(struct unit *unit)
{
	int expected = UNIT_WAITING;

	if (!atomic_compare_exchange_strong(
	        &unit->state, &expected, UNIT_ASLEEP))
		return;
	while (atomic_load(&unit->state) != UNIT_DONE)
		(void)syscall(SYS_futex, &unit->state, FUTEX_WAIT_PRIVATE,
		    UNIT_ASLEEP, NULL, NULL, 0);
}

/*
 * After the exchange the caller may return and its stack be used for something
 * else; a wake-up at that address then finds nobody, or somebody who looks
 * again, as every futex sleeper must.
 */
static void unit_finish(struct unit *unit)
{
	if (atomic_exchange(&unit->state, UNIT_DONE) == UNIT_ASLEEP)
		(void)syscall(SYS_futex, &unit->state, FUTEX_WAKE_PRIVATE, 1,
		    NULL, NULL, 0);
}

static int queue_put(struct writer *writer, struct unit *unit, struct err *err)
{
	bool wake = false;
	int r = 0;

	(void)pthread_mutex_lock(&writer->lock);
	if (writer->stop) {
		r = err_set(err, ERR_BUSY, "the database is closing");
	} else if (writer->waiting >= writer->queue_max) {
		r = err_set(err, ERR_BUSY, "too many writes are waiting");
	} else {
		*writer->last = unit;
		writer->last = &unit->next;
		writer->waiting++;
		wake = writer->asleep;
		writer->asleep = false;
	}
	(void)pthread_mutex_unlock(&writer->lock);
	if (wake)
		(void)pthread_cond_signal(&writer->wake);
	return r;
}

int writer_run(struct writer *writer, store_fn *fn, void *arg,
    bool is_repeatable, struct err *err)
{
	struct unit unit = {
	    .fn = fn, .arg = arg, .is_repeatable = is_repeatable};
	int r;

	if (pthread_equal(pthread_self(), writer->thread))
		return err_set(err, ERR_INTERNAL,
		    "a write unit may not start another one");
	r = queue_put(writer, &unit, err);
	if (r < 0)
		return r;
	unit_wait(&unit);
	if (unit.result < 0 && err)
		*err = unit.err;
	return unit.result;
}

/* ---- the writer's thread ---- */

/* Takes up to a batch; NULL when it is time to end. */
static struct unit *queue_take(struct writer *writer, unsigned *count)
{
	struct unit *first;
	struct unit *unit;

	(void)pthread_mutex_lock(&writer->lock);
	while (!writer->first && !writer->stop) {
		writer->asleep = true;
		(void)pthread_cond_wait(&writer->wake, &writer->lock);
	}
	writer->asleep = false;
	first = writer->first;
	*count = first ? 1 : 0;
	for (unit = first; unit && unit->next && *count < WRITER_BATCH_MAX;
	     unit = unit->next)
		(*count)++;
	if (unit) {
		writer->first = unit->next;
		unit->next = NULL;
		writer->waiting -= *count;
	}
	if (!writer->first)
		writer->last = &writer->first;
	(void)pthread_mutex_unlock(&writer->lock);
	return first;
}

/*
 * One unit inside a batch. 0: whatever became of it, the transaction goes on;
 * negative: the engine gave the transaction up (a full disk does that), and
 * the whole batch with it.
 */
static int run_nested(
    struct writer *writer, struct unit *unit, struct err *cause)
{
	struct txn txn = {.db = writer->db};
	int r = db_savepoint(writer->db, cause);

	if (r < 0)
		return r;
	unit->err = (struct err){0};
	unit->result = unit->fn(&txn, unit->arg, &unit->err);
	writer->retires = writer->retires || txn.retires;
	if (db_in_transaction(writer->db))
		return db_savepoint_end(writer->db, unit->result >= 0, cause);
	if (unit->result >= 0)
		return err_set(cause, ERR_IO, "the transaction was given up");
	*cause = unit->err;
	return unit->result;
}

/* A unit alone needs no savepoint: the transaction is its own. */
static int run_alone(
    struct writer *writer, struct unit *unit, struct err *cause)
{
	struct txn txn = {.db = writer->db};

	unit->result = unit->fn(&txn, unit->arg, &unit->err);
	writer->retires = txn.retires;
	if (unit->result < 0)
		db_rollback(writer->db);
	else if (!db_in_transaction(writer->db))
		return err_set(cause, ERR_IO, "the transaction was given up");
	return 0;
}

/* Each within a savepoint of its own: one that is refused undoes only itself. */
static int run_apart(
    struct writer *writer, struct unit *first, struct err *cause)
{
	struct unit *unit;
	int r = 0;

	for (unit = first; unit && r == 0; unit = unit->next)
		r = run_nested(writer, unit, cause);
	return r;
}

static bool are_repeatable(const struct unit *unit)
{
	while (unit && unit->is_repeatable)
		unit = unit->next;
	return !unit;
}

/*
 * Nearly every unit is good, and a savepoint copies each page that it is the
 * first to touch. So all share the transaction; false when one is refused:
 * then it must be given up, and each be run anew, apart from the others.
 */
static bool run_together(struct writer *writer, struct unit *first)
{
	struct txn txn = {.db = writer->db};
	struct unit *unit;

	for (unit = first; unit; unit = unit->next) {
		unit->result = unit->fn(&txn, unit->arg, &unit->err);
		if (unit->result < 0 || !db_in_transaction(writer->db))
			return false;
	}
	writer->retires = txn.retires;
	return true;
}

static int run_units(
    struct writer *writer, struct unit *first, struct err *cause)
{
	int r;

	writer->retires = false;
	r = db_begin_write(writer->db, cause);
	if (r < 0)
		return r;
	if (!first->next)
		return run_alone(writer, first, cause);
	if (are_repeatable(first)) {
		if (run_together(writer, first))
			return 0;
		db_rollback(writer->db);
		r = db_begin_write(writer->db, cause);
	}
	return r < 0 ? r : run_apart(writer, first, cause);
}

static uint64_t monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int commit(struct writer *writer, struct err *cause)
{
	uint64_t start = monotonic_us();
	int r = db_commit(writer->db, cause);

	atomic_fetch_add(&writer->commit_us, monotonic_us() - start);
	if (r == 0)
		atomic_fetch_add(&writer->commits, 1);
	return r;
}

/*
 * Nothing of the batch is there, also not the refusal of a unit that may have
 * been refused because of its neighbour: all hear the same.
 */
static void fail_all(struct unit *first, int r, const struct err *cause)
{
	struct unit *unit;

	for (unit = first; unit; unit = unit->next) {
		unit->result = r;
		unit->err = *cause;
	}
}

static void finish_all(struct writer *writer, struct unit *first)
{
	struct unit *next;
	uint64_t good = 0;
	uint64_t bad = 0;

	for (next = first; next; next = next->next)
		*(next->result >= 0 ? &good : &bad) += 1;
	atomic_fetch_add(&writer->units, good);
	atomic_fetch_add(&writer->failed, bad);
	while (first) {
		next = first->next;
		unit_finish(first);
		first = next;
	}
}

static void run_batch(struct writer *writer, struct unit *first)
{
	struct err cause = {0};
	int r = run_units(writer, first, &cause);

	if (r == 0 && db_in_transaction(writer->db))
		r = commit(writer, &cause);
	if (r < 0) {
		db_rollback(writer->db);
		fail_all(first, r, &cause);
	}
	/* Behind the commit, so that nobody pairs the new number with old rows;
	 * before the answers, so that they who hear know that it holds. */
	if (writer->retires)
		atomic_fetch_add(&writer->retirements, 1);
	finish_all(writer, first);
	db_cache(writer->db, 0); /* a unit was large: store_txn_is_large() */
	/* The room of a log that starts over is ours already. */
	if (r == -(int)ERR_FULL)
		(void)db_checkpoint(writer->db, DB_CHECKPOINT_RESTART, NULL);
	checkpoint_notice(
	    writer->checkpoint, writer->db, db_log_bytes(writer->db));
	atomic_store(&writer->log_bytes, db_log_bytes(writer->db));
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	struct unit *first;
	unsigned count;

	while ((first = queue_take(writer, &count)))
		run_batch(writer, first);
	return NULL;
}

/* ---- life ---- */

int writer_start(struct db *db, struct checkpoint *checkpoint,
    unsigned queue_max, struct writer **out, struct err *err)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer) {
		db_close(db);
		return err_memory(err);
	}
	writer->db = db;
	writer->checkpoint = checkpoint;
	writer->queue_max = queue_max;
	writer->last = &writer->first;
	(void)pthread_mutex_init(&writer->lock, NULL);
	(void)pthread_cond_init(&writer->wake, NULL);
	r = thread_start(&writer->thread, writer_main, writer, err);
	if (r < 0) {
		db_close(db);
		free(writer);
		return r;
	}
	*out = writer;
	return 0;
}

void writer_stop(struct writer *writer)
{
	if (!writer)
		return;
	(void)pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	(void)pthread_cond_signal(&writer->wake);
	(void)pthread_mutex_unlock(&writer->lock);
	(void)pthread_join(writer->thread, NULL);
	(void)pthread_cond_destroy(&writer->wake);
	(void)pthread_mutex_destroy(&writer->lock);
	db_close(writer->db);
	free(writer);
}

uint64_t writer_retirements(const struct writer *writer)
{
	return atomic_load(&writer->retirements);
}

void writer_stats(struct writer *writer, struct store_stats *out)
{
	out->units = atomic_load(&writer->units);
	out->commits = atomic_load(&writer->commits);
	out->failed = atomic_load(&writer->failed);
	out->commit_us = atomic_load(&writer->commit_us);
	out->wal_bytes = atomic_load(&writer->log_bytes);
	(void)pthread_mutex_lock(&writer->lock);
	out->waiting = writer->waiting;
	(void)pthread_mutex_unlock(&writer->lock);
}
