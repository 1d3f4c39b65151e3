/*
 * http_worker: the pool that runs handlers, fed by a bounded queue. Handlers
 * may block (a group commit takes milliseconds), so there are many more
 * workers than cores, and as few as possible are woken: one at a time, each
 * waking the next while work is waiting. Handlers that never block are so
 * served by one or two warm workers.
 */
#ifndef SERVER_HTTP_HTTP_WORKER_H
#define SERVER_HTTP_HTTP_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct http_exchange;

struct http_pool;

/* Called in the worker; hands the exchange on when it has run. */
typedef void http_job_fn(void *arg, struct http_exchange *exchange);

int http_pool_new(unsigned workers, size_t queue_max, http_job_fn *run,
    void *arg, struct http_pool **out, struct err *err);
int http_pool_start(struct http_pool *pool, struct err *err);

/*
 * Queues a list (linked by next). Returns what did not fit, NULL when all
 * did.
 */
struct http_exchange *http_pool_submit(
    struct http_pool *pool, struct http_exchange *list);

/* Drops what is queued, waits for what runs, joins the threads. */
void http_pool_stop(struct http_pool *pool);
void http_pool_free(struct http_pool *pool);

#endif
