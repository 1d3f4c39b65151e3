/*
 * http_loop: one I/O thread: its listening sockets, its connections, their
 * deadlines, and the way to the workers and back. A connection stays with its
 * loop for life; nothing but finished exchanges crosses threads.
 */
#ifndef SERVER_HTTP_HTTP_LOOP_H
#define SERVER_HTTP_HTTP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/http/http_exchange.h"
#include "server/http/http_listen.h"
#include "server/http/http_response.h"
#include "server/http/http_stats.h"
#include "server/http/http_timer.h"
#include "server/http/http_worker.h"

struct http_address_table;
struct http_conn;

/* What the loops of one server share. */
struct http_shared {
	struct http_config config; /* listeners are not to be used any more */
	struct http_bound *listeners; /* owned */
	size_t listener_count;
	struct http_stats stats;
	struct http_address_table *addresses; /* NULL: no limit by address */
	struct http_pool *pool;
	struct http_budget budget;
	_Atomic int64_t stop_at; /* monotonic ms; 0: not stopping */
};

enum http_source_kind {
	HTTP_SOURCE_WAKE,
	HTTP_SOURCE_LISTENER,
	HTTP_SOURCE_CONN
};

/* What an epoll event belongs to; the first member of each. */
struct http_source {
	enum http_source_kind kind;
};

struct http_door {
	struct http_source source;
	const struct http_bound *bound;
	int fd; /* borrowed */
};

struct http_loop {
	struct http_shared *shared;
	unsigned index;
	pthread_t thread;
	bool is_started;

	int epoll;
	int wake_fd;
	int spare_fd; /* given up when descriptors run out, to refuse politely */
	struct http_source wake;
	struct http_door *doors; /* owned */
	int64_t
	    accept_again_at; /* accepting is paused until then; 0: it is not */
	bool is_stopping;
	int64_t starved_logged_at;

	int64_t now; /* monotonic ms, of this round */
	char date[HTTP_DATE_MAX];
	int64_t date_second;

	struct http_timers timers;
	struct http_conn *conns;
	size_t conn_count;
	struct http_exchange_cache cache;

	/* To the workers, handed over once a round or when it grows. */
	struct http_exchange *ready_head, *ready_tail;
	size_t ready_count;

	/* From the workers. */
	_Atomic(struct http_exchange *) done;
	atomic_bool is_asleep;
};

int http_loop_init(struct http_loop *loop, struct http_shared *shared,
    unsigned index, struct err *err);
int http_loop_start(struct http_loop *loop, struct err *err);
void http_loop_join(struct http_loop *loop);
/* After the thread has ended: closes every connection that is left. */
void http_loop_close_all(struct http_loop *loop);
void http_loop_clear(struct http_loop *loop);

/* Wakes the loop from any thread. */
void http_loop_wake(struct http_loop *loop);

/* A complete request goes to the workers. */
void http_loop_submit(struct http_loop *loop, struct http_exchange *exchange);
/* 503: no room for it now, try again soon (RFC 9110 section 10.2.3). */
void http_loop_busy(struct http_loop *loop, struct http_exchange *exchange);
/* An exchange whose response is there comes back; from any thread. */
void http_loop_done(struct http_loop *loop, struct http_exchange *exchange);

/* The Date header's text of this second. */
const char *http_loop_date(struct http_loop *loop);

#endif
