#include "server/http/http_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_tls.h"

/* Reads of one visit to a connection that is only drained. */
#define LINGER_READS 16

enum http_step http_conn_end(struct http_conn *conn)
{
	http_conn_free(conn);
	return HTTP_STEP_END;
}

static void count(struct http_conn *conn, enum http_counter counter)
{
	http_stats_add(&conn->loop->shared->stats, counter);
}

void http_conn_phase(struct http_conn *conn, enum http_phase phase)
{
	http_timer_start(
	    &conn->loop->timers, &conn->timer, phase, conn->loop->now);
}

enum http_step http_conn_watch(struct http_conn *conn, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = conn};
	int op = conn->is_registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (conn->is_registered && conn->watched == events)
		return HTTP_STEP_WAIT;
	if (epoll_ctl(conn->loop->epoll, op, conn->io.fd, &event) < 0)
		return http_conn_end(conn);
	conn->is_registered = true;
	conn->watched = events;
	return HTTP_STEP_WAIT;
}

enum http_step http_conn_watch_for(
    struct http_conn *conn, enum http_io_result wanted)
{
	if (wanted == HTTP_IO_CLOSED)
		return http_conn_end(conn);
	return http_conn_watch(
	    conn, wanted == HTTP_IO_WANT_WRITE ? EPOLLOUT : EPOLLIN);
}

void http_conn_free(struct http_conn *conn)
{
	struct http_shared *shared = conn->loop->shared;

	http_timer_stop(&conn->timer);
	if (conn->exchange)
		http_exchange_give(&conn->loop->cache, conn->exchange);
	http_tls_certificate_free(conn->certificate);
	/* close() does not do this while a forked child has a copy. */
	if (conn->is_registered)
		(void)epoll_ctl(
		    conn->loop->epoll, EPOLL_CTL_DEL, conn->io.fd, NULL);
	http_io_close(&conn->io);
	if (conn->address_key)
		http_address_leave(shared->addresses, conn->address_key);
	if (conn->previous)
		conn->previous->next = conn->next;
	else
		conn->loop->conns = conn->next;
	if (conn->next)
		conn->next->previous = conn->previous;
	conn->loop->conn_count--;
	atomic_fetch_sub_explicit(
	    &shared->stats.open_connections, 1, memory_order_relaxed);
	free(conn);
}

/* The exchange has a response that no handler made; it takes the same way. */
static enum http_step answer(struct http_conn *conn, bool closes)
{
	http_conn_phase(conn, HTTP_PHASE_NONE);
	conn->exchange->closes = closes;
	conn->exchange->lingers = closes;
	http_loop_done(conn->loop, conn->exchange);
	return HTTP_STEP_WAIT;
}

enum http_step http_conn_refuse(struct http_conn *conn, int status, bool closes)
{
	if (status == 413 || status == 414 || status == 431)
		count(conn, HTTP_COUNT_TOO_LARGE);
	else if (status == 404 || status == 405)
		count(conn, HTTP_COUNT_NO_ROUTE);
	else if (status != 408)
		count(conn, HTTP_COUNT_MALFORMED);
	http_exchange_refuse(conn->exchange, &conn->loop->shared->config,
	    conn->bound->bit, status);
	return answer(conn, closes);
}

static enum http_step step_handshake(struct http_conn *conn)
{
	enum http_io_result result = http_io_handshake(&conn->io);

	if (result == HTTP_IO_CLOSED)
		count(conn, HTTP_COUNT_HANDSHAKE_FAILED);
	if (result != HTTP_IO_OK)
		return http_conn_watch_for(conn, result);
	count(conn, HTTP_COUNT_HANDSHAKE_OK);
	/* Identity is worked out here, once, not per request. */
	if (http_tls_certificate(conn->io.ssl, &conn->certificate, NULL) < 0)
		return http_conn_end(conn);
	http_conn_phase(conn, HTTP_PHASE_IDLE);
	if (http_io_has_pending(&conn->io))
		return HTTP_STEP_ON;
	return http_conn_watch(conn, EPOLLIN);
}

/* The answer is out: end, linger, or on to the next request. */
static enum http_step write_done(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	if (exchange->closes) {
		bool lingers = exchange->lingers;

		http_io_finish(&conn->io);
		if (!lingers)
			return http_conn_end(conn);
		http_exchange_give(&conn->loop->cache, exchange);
		conn->exchange = NULL;
		http_conn_phase(conn, HTTP_PHASE_LINGER);
		return HTTP_STEP_ON;
	}
	conn->is_drained = false;
	http_exchange_next(exchange, conn->loop->shared->config.header_max);
	if (exchange->has_unread) {
		http_conn_phase(conn, HTTP_PHASE_HEADER);
		return HTTP_STEP_ON;
	}
	http_conn_phase(conn, HTTP_PHASE_IDLE);
	if (http_io_has_pending(&conn->io))
		return HTTP_STEP_ON;
	http_exchange_give(&conn->loop->cache, exchange);
	conn->exchange = NULL;
	return http_conn_watch(conn, EPOLLIN);
}

static enum http_step step_write(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	while (exchange->out_done < exchange->out.len) {
		size_t n = 0;
		enum http_io_result result = http_io_write(&conn->io,
		    exchange->out.data + exchange->out_done,
		    exchange->out.len - exchange->out_done, &n);

		if (result != HTTP_IO_OK)
			return http_conn_watch_for(conn, result);
		exchange->out_done += n;
	}
	return write_done(conn);
}

/*
 * Closing with unread input would send a reset that can overtake the answer;
 * so input is thrown away until the other side closes or the deadline comes.
 */
static enum http_step step_linger(struct http_conn *conn)
{
	char scratch[4096];
	int i;

	for (i = 0; i < LINGER_READS; i++) {
		ssize_t n = recv(conn->io.fd, scratch, sizeof(scratch), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return http_conn_end(conn);
		if (n < 0)
			break;
	}
	return http_conn_watch(conn, EPOLLIN);
}

static enum http_step step_none(struct http_conn *conn)
{
	(void)conn;
	return HTTP_STEP_WAIT;
}

static enum http_step (*const steps[HTTP_PHASE_COUNT])(struct http_conn *) = {
    [HTTP_PHASE_NONE] = step_none,
    [HTTP_PHASE_HANDSHAKE] = step_handshake,
    [HTTP_PHASE_IDLE] = http_conn_step_read,
    [HTTP_PHASE_HEADER] = http_conn_step_read,
    [HTTP_PHASE_BODY] = http_conn_step_read,
    [HTTP_PHASE_WRITE] = step_write,
    [HTTP_PHASE_LINGER] = step_linger,
};

/* Ends after one request at the latest: dispatch and refuse both wait. */
static void conn_run(struct http_conn *conn)
{
	while (steps[conn->timer.phase](conn) == HTTP_STEP_ON)
		continue;
}

/*
 * An event while a worker has the request. The socket stays in epoll all the
 * time, which costs nothing for a client that waits for its answer; one that
 * sends on or leaves is dealt with here.
 */
static void busy_on_event(struct http_conn *conn, uint32_t events)
{
	struct epoll_event none = {.events = 0, .data.ptr = conn};
	int epoll = conn->loop->epoll;

	conn->watched = 0;
	if (!(events & (EPOLLHUP | EPOLLERR)) &&
	    epoll_ctl(epoll, EPOLL_CTL_MOD, conn->io.fd, &none) == 0)
		return;
	(void)epoll_ctl(epoll, EPOLL_CTL_DEL, conn->io.fd, NULL);
	conn->is_registered = false;
	conn->is_gone = true;
}

void http_conn_on_event(struct http_conn *conn, uint32_t events)
{
	if (conn->timer.phase == HTTP_PHASE_NONE) {
		busy_on_event(conn, events);
		return;
	}
	conn->is_drained = false;
	conn_run(conn);
}

void http_conn_on_deadline(struct http_conn *conn)
{
	static const enum http_counter counters[HTTP_PHASE_COUNT] = {
	    [HTTP_PHASE_HANDSHAKE] = HTTP_COUNT_TIMEOUT_HANDSHAKE,
	    [HTTP_PHASE_IDLE] = HTTP_COUNT_TIMEOUT_IDLE,
	    [HTTP_PHASE_HEADER] = HTTP_COUNT_TIMEOUT_HEADER,
	    [HTTP_PHASE_BODY] = HTTP_COUNT_TIMEOUT_BODY,
	    [HTTP_PHASE_WRITE] = HTTP_COUNT_TIMEOUT_WRITE,
	};
	enum http_phase phase = conn->timer.phase;

	if (phase != HTTP_PHASE_LINGER)
		count(conn, counters[phase]);
	/* RFC 9110 section 15.5.9 */
	if (phase == HTTP_PHASE_HEADER || phase == HTTP_PHASE_BODY)
		(void)http_conn_refuse(conn, 408, true);
	else
		http_conn_free(conn);
}

void http_conn_on_response(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	const struct http_parser *parser = &exchange->parser;
	struct http_wire wire = {.date = http_loop_date(conn->loop)};

	if (conn->is_gone) {
		http_conn_free(conn);
		return;
	}
	if (exchange->response.close && !exchange->closes) {
		/* The client did not expect it and may be sending on. */
		exchange->closes = true;
		exchange->lingers = true;
	}
	if (conn->loop->is_stopping)
		exchange->closes = true;
	wire.closes = exchange->closes;
	wire.says_keep_alive = parser->minor == 0 && !exchange->closes;
	wire.is_head = parser->head_len > 0 && parser->method == HTTP_HEAD;
	http_response_encode(&exchange->response, &wire, &exchange->out);
	if (exchange->out.failed) {
		http_conn_free(conn);
		return;
	}
	http_conn_phase(conn, HTTP_PHASE_WRITE);
	conn_run(conn);
}

void http_conn_on_stop(struct http_conn *conn)
{
	enum http_phase phase = conn->timer.phase;

	if (phase == HTTP_PHASE_IDLE)
		http_io_finish(&conn->io);
	if (phase == HTTP_PHASE_IDLE || phase == HTTP_PHASE_HANDSHAKE)
		http_conn_free(conn);
}

static bool tls_begin(struct http_conn *conn)
{
	if (!conn->bound->tls)
		return true;
	conn->io.ssl = SSL_new(conn->bound->tls);
	if (!conn->io.ssl || SSL_set_fd(conn->io.ssl, conn->io.fd) != 1)
		return false;
	SSL_set_accept_state(conn->io.ssl);
	return true;
}

static void conn_link(struct http_conn *conn)
{
	struct http_loop *loop = conn->loop;

	conn->next = loop->conns;
	if (loop->conns)
		loop->conns->previous = conn;
	loop->conns = conn;
	loop->conn_count++;
	atomic_fetch_add_explicit(
	    &loop->shared->stats.open_connections, 1, memory_order_relaxed);
}

/* False: over a limit, counted. */
static bool admit(struct http_loop *loop, const struct http_bound *bound,
    const struct sockaddr_storage *address, uint64_t *key)
{
	struct http_shared *shared = loop->shared;
	unsigned open = atomic_load_explicit(
	    &shared->stats.open_connections, memory_order_relaxed);

	if (open >= shared->config.connections_max) {
		http_stats_add(&shared->stats, HTTP_COUNT_REFUSED_TOTAL);
		return false;
	}
	*key = bound->is_unlimited_per_address || !shared->addresses
	    ? 0
	    : http_address_key(address);
	if (*key && !http_address_enter(shared->addresses, *key)) {
		http_stats_add(&shared->stats, HTTP_COUNT_REFUSED_ADDRESS);
		return false;
	}
	return true;
}

void http_conn_open(struct http_loop *loop, const struct http_bound *bound,
    int fd, const struct sockaddr_storage *address)
{
	struct http_conn *conn = NULL;
	uint64_t key = 0;

	http_stats_add(&loop->shared->stats, HTTP_COUNT_ACCEPTED);
	if (!admit(loop, bound, address, &key)) {
		(void)close(fd);
		return;
	}
	conn = calloc(1, sizeof(*conn));
	if (!conn) {
		if (key)
			http_address_leave(loop->shared->addresses, key);
		(void)close(fd);
		return;
	}
	conn->source.kind = HTTP_SOURCE_CONN;
	conn->loop = loop;
	conn->bound = bound;
	conn->io.fd = fd;
	conn->address_key = key;
	http_address_text(address, conn->peer);
	conn_link(conn);
	if (!tls_begin(conn)) {
		http_conn_free(conn);
		return;
	}
	http_conn_phase(
	    conn, bound->tls ? HTTP_PHASE_HANDSHAKE : HTTP_PHASE_IDLE);
	(void)http_conn_watch(conn, EPOLLIN);
}
