#include "server/http/http_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/http/http_conn.h"

#define EVENTS_MAX 256
/* Connections accepted in one round, so that requests get their turn. */
#define ACCEPT_MAX 32
#define ACCEPT_PAUSE_MS 100
#define STARVED_LOG_MS 10000
/*
 * TLS handshakes taken on in one round. Each is about a millisecond of work;
 * when a whole fleet connects at once, phones already connected are not to
 * wait for it.
 */
#define HANDSHAKES_MAX 4
/* Requests gathered before the workers hear of them. */
#define READY_MAX 16
#define LINGER_MS 2000

static int64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int door_watch(struct http_loop *loop, struct http_door *door, int op)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = door};

	/* A unix socket is shared by all loops: wake one, not all. */
	if (door->bound->is_unix)
		event.events |= EPOLLEXCLUSIVE;
	return epoll_ctl(loop->epoll, op, door->fd, &event);
}

static int doors_init(struct http_loop *loop, struct err *err)
{
	struct http_shared *shared = loop->shared;
	size_t i;

	loop->doors = calloc(shared->listener_count, sizeof(*loop->doors));
	if (!loop->doors)
		return err_memory(err);
	for (i = 0; i < shared->listener_count; i++) {
		const struct http_bound *bound = &shared->listeners[i];
		struct http_door *door = &loop->doors[i];

		door->source.kind = HTTP_SOURCE_LISTENER;
		door->bound = bound;
		door->fd = bound->fds[bound->is_unix ? 0 : loop->index];
		if (door_watch(loop, door, EPOLL_CTL_ADD) < 0)
			return err_set(err, ERR_IO, "epoll refuses a listener");
	}
	return 0;
}

int http_loop_init(struct http_loop *loop, struct http_shared *shared,
    unsigned index, struct err *err)
{
	const struct http_deadlines *deadlines = &shared->config.deadlines;
	const int64_t length[HTTP_PHASE_COUNT] = {
	    [HTTP_PHASE_HANDSHAKE] = deadlines->handshake_ms,
	    [HTTP_PHASE_IDLE] = deadlines->idle_ms,
	    [HTTP_PHASE_HEADER] = deadlines->header_ms,
	    [HTTP_PHASE_BODY] = deadlines->body_ms,
	    [HTTP_PHASE_WRITE] = deadlines->write_ms,
	    [HTTP_PHASE_LINGER] = LINGER_MS,
	};
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLET, .data.ptr = &loop->wake};

	loop->shared = shared;
	loop->index = index;
	loop->cache.budget = &shared->budget;
	loop->starved_logged_at = -STARVED_LOG_MS;
	loop->date_second = INT64_MIN;
	loop->wake.kind = HTTP_SOURCE_WAKE;
	http_timers_init(&loop->timers, length);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* Edge-triggered, so that it need not be read. */
	if (loop->epoll < 0 || loop->wake_fd < 0 || loop->spare_fd < 0 ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake_fd, &event) < 0)
		return err_set(err, ERR_IO, "no descriptors for an I/O thread");
	return doors_init(loop, err);
}

void http_loop_close_all(struct http_loop *loop)
{
	while (loop->conns)
		http_conn_free(loop->conns);
}

void http_loop_clear(struct http_loop *loop)
{
	http_loop_close_all(loop);
	http_exchange_cache_clear(&loop->cache);
	free(loop->doors);
	loop->doors = NULL;
	if (loop->epoll > 0)
		(void)close(loop->epoll);
	if (loop->wake_fd > 0)
		(void)close(loop->wake_fd);
	if (loop->spare_fd > 0)
		(void)close(loop->spare_fd);
}

void http_loop_wake(struct http_loop *loop)
{
	const uint64_t one = 1;

	/* Fails only when it is full of wake-ups, which does as well. */
	if (write(loop->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void http_loop_done(struct http_loop *loop, struct http_exchange *exchange)
{
	struct http_exchange *head = atomic_load(&loop->done);

	do {
		exchange->next = head;
	} while (!atomic_compare_exchange_weak(&loop->done, &head, exchange));
	/* Only the first to find it asleep pays for waking it. */
	if (atomic_exchange(&loop->is_asleep, false))
		http_loop_wake(loop);
}

const char *http_loop_date(struct http_loop *loop)
{
	int64_t unix_ms = clock_now(loop->shared->config.clock);

	if (unix_ms / TIME_SECOND_MS != loop->date_second) {
		loop->date_second = unix_ms / TIME_SECOND_MS;
		http_date_text(unix_ms, loop->date);
	}
	return loop->date;
}

void http_loop_busy(struct http_loop *loop, struct http_exchange *exchange)
{
	http_stats_add(&loop->shared->stats, HTTP_COUNT_QUEUE_FULL);
	http_exchange_refuse(
	    exchange, &loop->shared->config, exchange->conn->bound->bit, 503);
	http_response_header(&exchange->response, "Retry-After", "5");
	http_loop_done(loop, exchange);
}

static void ready_flush(struct http_loop *loop)
{
	struct http_exchange *rest;

	if (!loop->ready_head)
		return;
	rest = http_pool_submit(loop->shared->pool, loop->ready_head);
	loop->ready_head = NULL;
	loop->ready_tail = NULL;
	loop->ready_count = 0;
	while (rest) {
		struct http_exchange *next = rest->next;

		http_loop_busy(loop, rest);
		rest = next;
	}
}

void http_loop_submit(struct http_loop *loop, struct http_exchange *exchange)
{
	exchange->next = NULL;
	if (loop->ready_tail)
		loop->ready_tail->next = exchange;
	else
		loop->ready_head = exchange;
	loop->ready_tail = exchange;
	if (++loop->ready_count >= READY_MAX)
		ready_flush(loop);
}

/* Answers what came back, oldest first. */
static void done_drain(struct http_loop *loop)
{
	struct http_exchange *stack = atomic_exchange(&loop->done, NULL);
	struct http_exchange *list = NULL;

	while (stack) {
		struct http_exchange *next = stack->next;

		stack->next = list;
		list = stack;
		stack = next;
	}
	while (list) {
		struct http_exchange *next = list->next;

		http_conn_on_response(list->conn);
		list = next;
	}
}

static void accept_pause(struct http_loop *loop)
{
	size_t i;

	for (i = 0; i < loop->shared->listener_count; i++)
		(void)epoll_ctl(
		    loop->epoll, EPOLL_CTL_DEL, loop->doors[i].fd, NULL);
	loop->accept_again_at = loop->now + ACCEPT_PAUSE_MS;
}

static void accept_resume(struct http_loop *loop)
{
	size_t i;

	loop->accept_again_at = 0;
	for (i = 0; i < loop->shared->listener_count; i++)
		(void)door_watch(loop, &loop->doors[i], EPOLL_CTL_ADD);
}

/*
 * Out of descriptors or memory. The spare lets one client see its connection
 * closed instead of hanging; then accepting rests, or it would spin.
 */
static void accept_starved(struct http_loop *loop, int listen_fd)
{
	int error = errno;
	int fd;

	if (loop->now >= loop->starved_logged_at + STARVED_LOG_MS) {
		loop->starved_logged_at = loop->now;
		log_warning(loop->shared->config.log, "accept_paused",
		    LOG_CAUSE,
		    error == EMFILE || error == ENFILE ? "no free descriptors"
		                                       : "no memory",
		    NULL);
	}
	if (loop->spare_fd >= 0)
		(void)close(loop->spare_fd);
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		(void)close(fd);
	loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	accept_pause(loop);
}

/* Errors of the connection, not of the listener: accept(2). */
static bool is_passing(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case EPERM:
	case ENETDOWN:
	case EPROTO:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return true;
	default:
		return false;
	}
}

static void door_on_event(struct http_loop *loop, struct http_door *door)
{
	int i;

	if (loop->is_stopping)
		return;
	for (i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage address = {0};
		socklen_t len = sizeof(address);
		int fd = accept4(door->fd, (struct sockaddr *)&address, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			http_conn_open(loop, door->bound, fd, &address);
			continue;
		}
		if (is_passing(errno))
			continue;
		if (errno != EAGAIN)
			accept_starved(loop, door->fd);
		return;
	}
}

static void on_event(struct http_loop *loop, const struct epoll_event *event)
{
	struct http_source *source = event->data.ptr;

	switch (source->kind) {
	case HTTP_SOURCE_LISTENER:
		door_on_event(loop, (struct http_door *)source);
		break;
	case HTTP_SOURCE_CONN:
		http_conn_on_event((struct http_conn *)source, event->events);
		break;
	case HTTP_SOURCE_WAKE: /* done_drain() follows anyway */
		break;
	}
}

static bool is_handshake(const struct epoll_event *event)
{
	const struct http_source *source = event->data.ptr;

	return source->kind == HTTP_SOURCE_CONN &&
	    ((const struct http_conn *)source)->timer.phase ==
	    HTTP_PHASE_HANDSHAKE;
}

/* What is left over is told again by the next epoll_wait(). */
static void events_run(
    struct http_loop *loop, const struct epoll_event *events, int count)
{
	int handshakes[HANDSHAKES_MAX];
	int n = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (!is_handshake(&events[i]))
			on_event(loop, &events[i]);
		else if (n < HANDSHAKES_MAX)
			handshakes[n++] = i;
	}
	for (i = 0; i < n; i++)
		on_event(loop, &events[handshakes[i]]);
}

static void deadlines_pass(struct http_loop *loop)
{
	struct http_timer *timer;

	while ((timer = http_timers_take(&loop->timers, loop->now)))
		http_conn_on_deadline((struct http_conn *)((char *)timer -
		    offsetof(struct http_conn, timer)));
}

static int64_t sooner(int64_t wait, int64_t at, int64_t now)
{
	int64_t left = at > now ? at - now : 0;

	return wait < 0 || left < wait ? left : wait;
}

static int wait_ms(const struct http_loop *loop, int64_t stop_at)
{
	int64_t wait = http_timers_wait(&loop->timers, loop->now);

	if (loop->accept_again_at)
		wait = sooner(wait, loop->accept_again_at, loop->now);
	if (stop_at)
		wait = sooner(wait, stop_at, loop->now);
	return wait > 60000 ? 60000 : (int)wait;
}

/* Says that it sleeps before it looks whether it may: see http_loop_done(). */
static int events_wait(
    struct http_loop *loop, struct epoll_event *events, int64_t stop_at)
{
	int timeout = wait_ms(loop, stop_at);
	int n;

	atomic_store(&loop->is_asleep, true);
	if (atomic_load(&loop->done))
		timeout = 0;
	n = epoll_wait(loop->epoll, events, EVENTS_MAX, timeout);
	atomic_store(&loop->is_asleep, false);
	loop->now = monotonic_ms();
	return n;
}

static void stop_begin(struct http_loop *loop)
{
	struct http_conn *conn = loop->conns;
	size_t i;

	loop->is_stopping = true;
	accept_pause(loop);
	loop->accept_again_at = 0;
	/* Not closed: the number must not be given to a connection here. */
	for (i = 0; i < loop->shared->listener_count; i++)
		(void)shutdown(loop->doors[i].fd, SHUT_RDWR);
	while (conn) {
		struct http_conn *next = conn->next;

		http_conn_on_stop(conn);
		conn = next;
	}
}

/* One round; false when the loop has ended. */
static bool loop_round(struct http_loop *loop, struct epoll_event *events)
{
	int64_t stop_at = atomic_load(&loop->shared->stop_at);
	int n;

	if (stop_at && !loop->is_stopping)
		stop_begin(loop);
	if (stop_at && (loop->conn_count == 0 || loop->now >= stop_at))
		return false;
	n = events_wait(loop, events, stop_at);
	events_run(loop, events, n);
	done_drain(loop);
	ready_flush(loop);
	deadlines_pass(loop);
	if (loop->accept_again_at && loop->now >= loop->accept_again_at)
		accept_resume(loop);
	return true;
}

static void *loop_main(void *arg)
{
	struct http_loop *loop = arg;
	struct epoll_event events[EVENTS_MAX];

	loop->now = monotonic_ms();
	while (loop_round(loop, events))
		continue;
	return NULL;
}

int http_loop_start(struct http_loop *loop, struct err *err)
{
	if (pthread_create(&loop->thread, NULL, loop_main, loop) != 0)
		return err_set(err, ERR_IO, "cannot start an I/O thread");
	loop->is_started = true;
	return 0;
}

void http_loop_join(struct http_loop *loop)
{
	if (loop->is_started)
		(void)pthread_join(loop->thread, NULL);
	loop->is_started = false;
}
