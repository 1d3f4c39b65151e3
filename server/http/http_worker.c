#include "server/http/http_worker.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "proto/base/err.h"
#include "server/http/http_exchange.h"

struct worker {
	struct http_pool *pool;
	struct worker *next_idle;
	pthread_t thread;
	bool is_started;
	sem_t wake;
};

struct http_pool {
	pthread_mutex_t lock;
	struct http_exchange *head, *tail;
	size_t queued;
	size_t queue_max;
	struct worker *idle; /* a stack: the last asleep is the warmest */
	bool is_waking;      /* one was woken and has not come yet */
	bool is_stopping;
	http_job_fn *run;
	void *arg;
	unsigned count;
	struct worker workers[];
};

int http_pool_new(unsigned workers, size_t queue_max, http_job_fn *run,
    void *arg, struct http_pool **out, struct err *err)
{
	struct http_pool *pool;
	unsigned i;

	pool = calloc(1, sizeof(*pool) + workers * sizeof(pool->workers[0]));
	if (!pool)
		return err_memory(err);
	(void)pthread_mutex_init(&pool->lock, NULL);
	pool->queue_max = queue_max;
	pool->run = run;
	pool->arg = arg;
	pool->count = workers;
	for (i = 0; i < workers; i++) {
		pool->workers[i].pool = pool;
		(void)sem_init(&pool->workers[i].wake, 0, 0);
	}
	*out = pool;
	return 0;
}

static void semaphore_wait(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0 && errno == EINTR)
		continue;
}

/* The worker to wake now, or NULL. The lock is held. */
static struct worker *wake_choose(struct http_pool *pool)
{
	struct worker *worker = pool->idle;

	if (!pool->head || !worker || pool->is_waking)
		return NULL;
	pool->idle = worker->next_idle;
	pool->is_waking = true;
	return worker;
}

static struct http_exchange *queue_pop(struct http_pool *pool)
{
	struct http_exchange *job = pool->head;

	pool->head = job->next;
	if (!pool->head)
		pool->tail = NULL;
	pool->queued--;
	job->next = NULL;
	return job;
}

/* The next job, waiting for one; NULL when the pool stops. */
static struct http_exchange *job_take(struct worker *worker)
{
	struct http_pool *pool = worker->pool;
	struct http_exchange *job = NULL;
	struct worker *other = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (!pool->head && !pool->is_stopping) {
		worker->next_idle = pool->idle;
		pool->idle = worker;
		(void)pthread_mutex_unlock(&pool->lock);
		semaphore_wait(&worker->wake);
		(void)pthread_mutex_lock(&pool->lock);
		pool->is_waking = false;
	}
	if (!pool->is_stopping) {
		job = queue_pop(pool);
		other = wake_choose(pool);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	if (other)
		(void)sem_post(&other->wake);
	return job;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct http_exchange *job;

	while ((job = job_take(worker)))
		worker->pool->run(worker->pool->arg, job);
	return NULL;
}

int http_pool_start(struct http_pool *pool, struct err *err)
{
	unsigned i;

	for (i = 0; i < pool->count; i++) {
		struct worker *worker = &pool->workers[i];
		int rc =
		    pthread_create(&worker->thread, NULL, worker_main, worker);

		if (rc != 0)
			return err_set(
			    err, ERR_IO, "cannot start worker %u", i);
		worker->is_started = true;
	}
	return 0;
}

static struct http_exchange *enqueue(
    struct http_pool *pool, struct http_exchange *list)
{
	while (list && pool->queued < pool->queue_max && !pool->is_stopping) {
		struct http_exchange *next = list->next;

		list->next = NULL;
		if (pool->tail)
			pool->tail->next = list;
		else
			pool->head = list;
		pool->tail = list;
		pool->queued++;
		list = next;
	}
	return list;
}

struct http_exchange *http_pool_submit(
    struct http_pool *pool, struct http_exchange *list)
{
	struct http_exchange *rest;
	struct worker *worker;

	(void)pthread_mutex_lock(&pool->lock);
	rest = enqueue(pool, list);
	worker = wake_choose(pool);
	(void)pthread_mutex_unlock(&pool->lock);
	if (worker)
		(void)sem_post(&worker->wake);
	return rest;
}

void http_pool_stop(struct http_pool *pool)
{
	unsigned i;

	(void)pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	pool->head = NULL;
	pool->tail = NULL;
	pool->queued = 0;
	(void)pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->count; i++)
		(void)sem_post(&pool->workers[i].wake);
	for (i = 0; i < pool->count; i++) {
		if (pool->workers[i].is_started)
			(void)pthread_join(pool->workers[i].thread, NULL);
		pool->workers[i].is_started = false;
	}
}

void http_pool_free(struct http_pool *pool)
{
	unsigned i;

	if (!pool)
		return;
	for (i = 0; i < pool->count; i++)
		(void)sem_destroy(&pool->workers[i].wake);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}
