#include "server/store/checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/store/db.h"
#include "server/store/thread.h"

/* A pass each 4 MiB of log: it rewrites hot pages once, not each time. */
#define CHECKPOINT_STEP_BYTES (INT64_C(4) * 1024 * 1024)
/* Beyond this the log is made to start over (seen at 1 GB without). */
#define CHECKPOINT_RESTART_BYTES (INT64_C(64) * 1024 * 1024)
/* Readers were in the way: not again before it grew by so much. */
#define CHECKPOINT_RETRY_BYTES (INT64_C(16) * 1024 * 1024)

struct checkpoint {
	struct db *db;
	const struct log *log;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool due;            /* under lock */
	bool stop;           /* under lock */
	bool failed;         /* of the thread: said already */
	atomic_bool restart; /* the writer's turn */
	atomic_int_fast64_t log_bytes;
	/* The writer's own. */
	int64_t pass_at;
	int64_t restart_at;
};

static bool wait_due(struct checkpoint *checkpoint)
{
	bool go;

	(void)pthread_mutex_lock(&checkpoint->lock);
	while (!checkpoint->due && !checkpoint->stop)
		(void)pthread_cond_wait(&checkpoint->wake, &checkpoint->lock);
	checkpoint->due = false;
	go = !checkpoint->stop;
	(void)pthread_mutex_unlock(&checkpoint->lock);
	return go;
}

static void report(struct checkpoint *checkpoint, int r, const struct err *err)
{
	bool failed = r < 0 && r != -(int)ERR_BUSY;

	if (failed && !checkpoint->failed)
		log_error(checkpoint->log, "checkpoint_failed", LOG_ERROR,
		    err->text, NULL);
	if (!failed && checkpoint->failed)
		log_info(checkpoint->log, "checkpoint_works_again", NULL);
	checkpoint->failed = failed;
}

static void *checkpoint_main(void *arg)
{
	struct checkpoint *checkpoint = arg;
	struct err err = {0};
	int r;

	while (wait_due(checkpoint)) {
		r = db_checkpoint(checkpoint->db, DB_CHECKPOINT_PASSIVE, &err);
		report(checkpoint, r, &err);
		if (atomic_load(&checkpoint->log_bytes) >=
		    CHECKPOINT_RESTART_BYTES)
			atomic_store(&checkpoint->restart, true);
	}
	return NULL;
}

int checkpoint_start(struct db *db, const struct log *log,
    struct checkpoint **out, struct err *err)
{
	struct checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
	int r;

	if (!checkpoint) {
		db_close(db);
		return err_memory(err);
	}
	checkpoint->db = db;
	checkpoint->log = log;
	checkpoint->pass_at = CHECKPOINT_STEP_BYTES;
	checkpoint->restart_at = CHECKPOINT_RESTART_BYTES;
	(void)pthread_mutex_init(&checkpoint->lock, NULL);
	(void)pthread_cond_init(&checkpoint->wake, NULL);
	r = thread_start(&checkpoint->thread, checkpoint_main, checkpoint, err);
	if (r < 0) {
		db_close(db);
		free(checkpoint);
		return r;
	}
	*out = checkpoint;
	return 0;
}

void checkpoint_stop(struct checkpoint *checkpoint)
{
	if (!checkpoint)
		return;
	(void)pthread_mutex_lock(&checkpoint->lock);
	checkpoint->stop = true;
	(void)pthread_cond_signal(&checkpoint->wake);
	(void)pthread_mutex_unlock(&checkpoint->lock);
	(void)pthread_join(checkpoint->thread, NULL);
	(void)pthread_cond_destroy(&checkpoint->wake);
	(void)pthread_mutex_destroy(&checkpoint->lock);
	db_close(checkpoint->db);
	free(checkpoint);
}

static void make_due(struct checkpoint *checkpoint)
{
	(void)pthread_mutex_lock(&checkpoint->lock);
	checkpoint->due = true;
	(void)pthread_cond_signal(&checkpoint->wake);
	(void)pthread_mutex_unlock(&checkpoint->lock);
}

/* On the writer's thread: nobody can write, so the log can be left empty. */
static void start_over(
    struct checkpoint *checkpoint, struct db *writer, int64_t log_bytes)
{
	if (log_bytes < checkpoint->restart_at)
		return;
	if (db_checkpoint(writer, DB_CHECKPOINT_RESTART, NULL) == 0)
		checkpoint->restart_at = CHECKPOINT_RESTART_BYTES;
	else
		checkpoint->restart_at = log_bytes + CHECKPOINT_RETRY_BYTES;
}

void checkpoint_notice(
    struct checkpoint *checkpoint, struct db *writer, int64_t log_bytes)
{
	atomic_store(&checkpoint->log_bytes, log_bytes);
	if (atomic_exchange(&checkpoint->restart, false))
		start_over(checkpoint, writer, log_bytes);
	/* Shorter than at the last pass: the log has started over. */
	if (log_bytes < checkpoint->pass_at - CHECKPOINT_STEP_BYTES)
		checkpoint->pass_at = CHECKPOINT_STEP_BYTES;
	if (log_bytes < checkpoint->pass_at)
		return;
	checkpoint->pass_at = log_bytes + CHECKPOINT_STEP_BYTES;
	make_due(checkpoint);
}
