#include "server/http/http_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_tls.h"

/* Room offered to one read. */
#define READ_HEADER (2 * 1024)
#define READ_BODY (16 * 1024)
/* Reads of one visit to a connection that is only drained. */
#define LINGER_READS 16

/* What a step of a phase leaves behind. */
enum step {
	STEP_ON,   /* go on with the phase it is in now */
	STEP_WAIT, /* for the socket or for a worker */
	STEP_END   /* the connection is freed */
};

static enum step conn_end(struct http_conn *conn)
{
	http_conn_free(conn);
	return STEP_END;
}

static void count(struct http_conn *conn, enum http_counter counter)
{
	http_stats_add(&conn->loop->shared->stats, counter);
}

static void phase_set(struct http_conn *conn, enum http_phase phase)
{
	http_timer_start(
	    &conn->loop->timers, &conn->timer, phase, conn->loop->now);
}

static size_t head_max(const struct http_conn *conn)
{
	return conn->loop->shared->config.header_max;
}

/* Asks epoll for these events; costs nothing when it has them already. */
static enum step watch(struct http_conn *conn, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = conn};
	int op = conn->is_registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (conn->is_registered && conn->watched == events)
		return STEP_WAIT;
	if (epoll_ctl(conn->loop->epoll, op, conn->io.fd, &event) < 0)
		return conn_end(conn);
	conn->is_registered = true;
	conn->watched = events;
	return STEP_WAIT;
}

static enum step watch_for(struct http_conn *conn, enum http_io_result wanted)
{
	if (wanted == HTTP_IO_CLOSED)
		return conn_end(conn);
	return watch(conn, wanted == HTTP_IO_WANT_WRITE ? EPOLLOUT : EPOLLIN);
}

void http_conn_free(struct http_conn *conn)
{
	struct http_shared *shared = conn->loop->shared;

	http_timer_stop(&conn->timer);
	if (conn->exchange)
		http_exchange_give(&conn->loop->cache, conn->exchange);
	http_tls_certificate_free(conn->certificate);
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
static enum step answer(struct http_conn *conn, bool closes)
{
	phase_set(conn, HTTP_PHASE_NONE);
	conn->exchange->closes = closes;
	conn->exchange->lingers = closes;
	http_loop_done(conn->loop, conn->exchange);
	return STEP_WAIT;
}

static enum step refuse(struct http_conn *conn, int status, bool closes)
{
	if (status == 413 || status == 414 || status == 431)
		count(conn, HTTP_COUNT_TOO_LARGE);
	else if (status == 404 || status == 405)
		count(conn, HTTP_COUNT_NO_ROUTE);
	else if (status != 408)
		count(conn, HTTP_COUNT_MALFORMED);
	http_response_error(&conn->exchange->response, status);
	return answer(conn, closes);
}

static enum step step_handshake(struct http_conn *conn)
{
	enum http_io_result result = http_io_handshake(&conn->io);

	if (result == HTTP_IO_CLOSED)
		count(conn, HTTP_COUNT_HANDSHAKE_FAILED);
	if (result != HTTP_IO_OK)
		return watch_for(conn, result);
	count(conn, HTTP_COUNT_HANDSHAKE_OK);
	/* Identity is worked out here, once, not per request. */
	if (http_tls_certificate(conn->io.ssl, &conn->certificate, NULL) < 0)
		return conn_end(conn);
	phase_set(conn, HTTP_PHASE_IDLE);
	if (http_io_has_pending(&conn->io))
		return STEP_ON;
	return watch(conn, EPOLLIN);
}

/* The request is complete: to a worker with it. */
static enum step dispatch(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	phase_set(conn, HTTP_PHASE_NONE);
	http_exchange_finish(exchange);
	exchange->request.listener = conn->bound->bit;
	exchange->request.peer = conn->peer;
	exchange->request.certificate = conn->certificate;
	exchange->closes = !exchange->parser.keeps_alive;
	http_loop_submit(conn->loop, exchange);
	return STEP_WAIT;
}

static enum step body_chunked(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	struct http_chunked *chunked = &exchange->chunked;
	uint8_t *body = exchange->in + exchange->parser.head_len;
	/* What was decoded before stands at the front, the new bytes behind. */
	size_t raw = exchange->parser.head_len + exchange->body_len;
	size_t used = 0;
	enum http_parse result =
	    http_chunked_decode(chunked, exchange->in + raw,
	        exchange->in_len - raw, body + exchange->body_len, &used);

	if (result == HTTP_PARSE_BAD)
		return refuse(conn, chunked->status, true);
	exchange->body_len = chunked->body_len;
	if (result == HTTP_PARSE_DONE) {
		exchange->rest = raw + used;
		return dispatch(conn);
	}
	exchange->in_len = exchange->parser.head_len + exchange->body_len;
	return STEP_ON;
}

static enum step body_counted(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	size_t len = (size_t)exchange->parser.content_length;

	if (exchange->in_len - exchange->parser.head_len < len)
		return STEP_ON;
	exchange->body_len = len;
	exchange->rest = exchange->parser.head_len + len;
	return dispatch(conn);
}

static enum step body_advance(struct http_conn *conn)
{
	return conn->exchange->parser.is_chunked ? body_chunked(conn)
	                                         : body_counted(conn);
}

/*
 * "Expect: 100-continue" is answered only now, when the body is wanted. The
 * socket's buffer is empty at this point; one that cannot take 25 bytes is
 * not worth keeping.
 */
static bool continue_send(struct http_conn *conn)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	size_t n = 0;

	return http_io_write(&conn->io, text, sizeof(text) - 1, &n) ==
	    HTTP_IO_OK &&
	    n == sizeof(text) - 1;
}

static enum step body_begin(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	const struct http_parser *parser = &exchange->parser;
	size_t body_max =
	    conn->loop->shared->config.routes[exchange->route].body_max;

	/* Refused before a byte of it is read or memory taken for it. */
	if (parser->content_length > body_max)
		return refuse(conn, 413, true);
	http_chunked_init(&exchange->chunked, body_max);
	phase_set(conn, HTTP_PHASE_BODY);
	if (parser->expects_continue && exchange->in_len == parser->head_len &&
	    !continue_send(conn))
		return conn_end(conn);
	return body_advance(conn);
}

static enum step no_route(
    struct http_conn *conn, const struct http_match *match, bool closes)
{
	char allow[HTTP_HEADER_VALUE_MAX];
	enum step step = refuse(conn, match->status, closes);

	if (match->status == 405) {
		http_router_allow(match->methods, allow, sizeof(allow));
		http_response_header(&conn->exchange->response, "Allow", allow);
	}
	return step;
}

static enum step header_done(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	const struct http_config *config = &conn->loop->shared->config;
	const struct http_parser *parser = &exchange->parser;
	bool has_body = parser->is_chunked || parser->content_length > 0;
	struct http_match match;

	exchange->rest = parser->head_len;
	http_router_find(config->routes, config->route_count, conn->bound->bit,
	    parser->method, (char *)exchange->in + parser->path, &match);
	/* A body that nobody reads ends the connection. */
	if (match.status != 200)
		return no_route(conn, &match, has_body || !parser->keeps_alive);
	if (!http_exchange_set_route(exchange, &match))
		return conn_end(conn);
	return has_body ? body_begin(conn) : dispatch(conn);
}

static enum step header_advance(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	switch (http_parser_feed(
	    &exchange->parser, (char *)exchange->in, exchange->in_len)) {
	case HTTP_PARSE_MORE:
		return STEP_ON;
	case HTTP_PARSE_DONE:
		return header_done(conn);
	default:
		return refuse(conn, exchange->parser.status, true);
	}
}

/* How many bytes the next read may bring. */
static size_t read_size(const struct http_conn *conn)
{
	const struct http_exchange *exchange = conn->exchange;
	size_t missing;

	if (conn->timer.phase != HTTP_PHASE_BODY)
		return READ_HEADER;
	if (exchange->parser.is_chunked)
		return READ_BODY;
	missing = exchange->parser.head_len +
	    (size_t)exchange->parser.content_length - exchange->in_len;
	return missing < READ_BODY ? missing : READ_BODY;
}

/* Reads once into the exchange; memory grows with what came, not with what
 * was announced. */
static enum step fill(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	enum http_io_result result;
	size_t room;
	size_t n = 0;

	if (conn->is_drained) {
		conn->is_drained = false;
		return watch(conn, EPOLLIN);
	}
	if (!http_exchange_reserve(exchange, read_size(conn)))
		return conn_end(conn);
	room = exchange->in_cap - exchange->in_len;
	result =
	    http_io_read(&conn->io, exchange->in + exchange->in_len, room, &n);
	if (result != HTTP_IO_OK)
		return watch_for(conn, result);
	conn->is_drained = n < room && !http_io_has_pending(&conn->io);
	exchange->in_len += n;
	exchange->has_unread = true;
	if (conn->timer.phase == HTTP_PHASE_IDLE)
		phase_set(conn, HTTP_PHASE_HEADER);
	return STEP_ON;
}

/* Nothing came: an idle connection holds no memory for a request. */
static enum step read_idle(struct http_conn *conn, enum step step)
{
	if (step == STEP_WAIT && conn->timer.phase == HTTP_PHASE_IDLE) {
		http_exchange_give(&conn->loop->cache, conn->exchange);
		conn->exchange = NULL;
	}
	return step;
}

static enum step step_read(struct http_conn *conn)
{
	if (!conn->exchange)
		conn->exchange = http_exchange_take(
		    &conn->loop->cache, conn, head_max(conn));
	if (!conn->exchange)
		return conn_end(conn);
	if (!conn->exchange->has_unread) {
		enum step step = fill(conn);

		if (step != STEP_ON)
			return read_idle(conn, step);
	}
	conn->exchange->has_unread = false;
	return conn->timer.phase == HTTP_PHASE_BODY ? body_advance(conn)
	                                            : header_advance(conn);
}

/* The answer is out: end, linger, or on to the next request. */
static enum step write_done(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	if (exchange->closes) {
		bool lingers = exchange->lingers;

		http_io_finish(&conn->io);
		if (!lingers)
			return conn_end(conn);
		http_exchange_give(&conn->loop->cache, exchange);
		conn->exchange = NULL;
		phase_set(conn, HTTP_PHASE_LINGER);
		return STEP_ON;
	}
	conn->is_drained = false;
	http_exchange_next(exchange, head_max(conn));
	if (exchange->has_unread) {
		phase_set(conn, HTTP_PHASE_HEADER);
		return STEP_ON;
	}
	phase_set(conn, HTTP_PHASE_IDLE);
	if (http_io_has_pending(&conn->io))
		return STEP_ON;
	http_exchange_give(&conn->loop->cache, exchange);
	conn->exchange = NULL;
	return watch(conn, EPOLLIN);
}

static enum step step_write(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	while (exchange->out_done < exchange->out.len) {
		size_t n = 0;
		enum http_io_result result = http_io_write(&conn->io,
		    exchange->out.data + exchange->out_done,
		    exchange->out.len - exchange->out_done, &n);

		if (result != HTTP_IO_OK)
			return watch_for(conn, result);
		exchange->out_done += n;
	}
	return write_done(conn);
}

/*
 * Closing with unread input would send a reset that can overtake the answer;
 * so input is thrown away until the other side closes or the deadline comes.
 */
static enum step step_linger(struct http_conn *conn)
{
	char scratch[4096];
	int i;

	for (i = 0; i < LINGER_READS; i++) {
		ssize_t n = recv(conn->io.fd, scratch, sizeof(scratch), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return conn_end(conn);
		if (n < 0)
			break;
	}
	return watch(conn, EPOLLIN);
}

static enum step step_none(struct http_conn *conn)
{
	(void)conn;
	return STEP_WAIT;
}

static enum step (*const steps[HTTP_PHASE_COUNT])(struct http_conn *) = {
    [HTTP_PHASE_NONE] = step_none,
    [HTTP_PHASE_HANDSHAKE] = step_handshake,
    [HTTP_PHASE_IDLE] = step_read,
    [HTTP_PHASE_HEADER] = step_read,
    [HTTP_PHASE_BODY] = step_read,
    [HTTP_PHASE_WRITE] = step_write,
    [HTTP_PHASE_LINGER] = step_linger,
};

/* Ends after one request at the latest: dispatch and refuse both wait. */
static void conn_run(struct http_conn *conn)
{
	while (steps[conn->timer.phase](conn) == STEP_ON)
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
		(void)refuse(conn, 408, true);
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
	phase_set(conn, HTTP_PHASE_WRITE);
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
	*key = bound->is_behind_proxy || !shared->addresses
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
	phase_set(conn, bound->tls ? HTTP_PHASE_HANDSHAKE : HTTP_PHASE_IDLE);
	(void)watch(conn, EPOLLIN);
}
