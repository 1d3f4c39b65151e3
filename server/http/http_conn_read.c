/* The reading half of a connection: bytes → header → route → body → worker. */
#include "server/http/http_conn.h"

#include <sys/epoll.h>

/* Room offered to one read. */
#define READ_HEADER (2 * 1024)
#define READ_BODY (16 * 1024)

/* The request is complete: to a worker with it. */
static enum http_step dispatch(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	http_conn_phase(conn, HTTP_PHASE_NONE);
	http_exchange_finish(exchange);
	exchange->request.route =
	    &conn->loop->shared->config.routes[exchange->route];
	exchange->request.listener = conn->bound->bit;
	exchange->request.peer = conn->peer;
	exchange->request.certificate = conn->certificate;
	exchange->closes = !exchange->parser.keeps_alive;
	http_loop_submit(conn->loop, exchange);
	return HTTP_STEP_WAIT;
}

static enum http_step body_chunked(struct http_conn *conn)
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
		return http_conn_refuse(conn, chunked->status, true);
	exchange->body_len = chunked->body_len;
	if (result == HTTP_PARSE_DONE) {
		exchange->rest = raw + used;
		return dispatch(conn);
	}
	exchange->in_len = exchange->parser.head_len + exchange->body_len;
	return HTTP_STEP_ON;
}

static enum http_step body_counted(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	size_t len = (size_t)exchange->parser.content_length;

	if (exchange->in_len - exchange->parser.head_len < len)
		return HTTP_STEP_ON;
	exchange->body_len = len;
	exchange->rest = exchange->parser.head_len + len;
	return dispatch(conn);
}

static enum http_step body_advance(struct http_conn *conn)
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

static enum http_step body_begin(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	const struct http_parser *parser = &exchange->parser;
	size_t body_max =
	    conn->loop->shared->config.routes[exchange->route].body_max;

	/* Refused before a byte of it is read or memory taken for it. */
	if (parser->content_length > body_max)
		return http_conn_refuse(conn, 413, true);
	http_chunked_init(&exchange->chunked, body_max);
	http_conn_phase(conn, HTTP_PHASE_BODY);
	if (parser->expects_continue && exchange->in_len == parser->head_len &&
	    !continue_send(conn))
		return http_conn_end(conn);
	return body_advance(conn);
}

static enum http_step no_route(
    struct http_conn *conn, const struct http_match *match, bool closes)
{
	char allow[HTTP_HEADER_VALUE_MAX];
	enum http_step step = http_conn_refuse(conn, match->status, closes);

	if (match->status == 405) {
		http_router_allow(match->methods, allow, sizeof(allow));
		http_response_header(&conn->exchange->response, "Allow", allow);
	}
	return step;
}

static enum http_step header_done(struct http_conn *conn)
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
		return http_conn_end(conn);
	return has_body ? body_begin(conn) : dispatch(conn);
}

static enum http_step header_advance(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;

	switch (http_parser_feed(
	    &exchange->parser, (char *)exchange->in, exchange->in_len)) {
	case HTTP_PARSE_MORE:
		return HTTP_STEP_ON;
	case HTTP_PARSE_DONE:
		return header_done(conn);
	default:
		return http_conn_refuse(conn, exchange->parser.status, true);
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

static enum http_step no_room(struct http_conn *conn)
{
	http_conn_phase(conn, HTTP_PHASE_NONE);
	conn->exchange->closes = true;
	conn->exchange->lingers = true;
	http_loop_busy(conn->loop, conn->exchange);
	return HTTP_STEP_WAIT;
}

/* Reads once into the exchange; memory grows with what came, not with what
 * was announced. */
static enum http_step fill(struct http_conn *conn)
{
	struct http_exchange *exchange = conn->exchange;
	enum http_io_result result;
	size_t room;
	size_t n = 0;

	if (conn->is_drained) {
		conn->is_drained = false;
		return http_conn_watch(conn, EPOLLIN);
	}
	if (!http_exchange_reserve(exchange, read_size(conn)))
		return no_room(conn);
	room = exchange->in_cap - exchange->in_len;
	result =
	    http_io_read(&conn->io, exchange->in + exchange->in_len, room, &n);
	if (result != HTTP_IO_OK)
		return http_conn_watch_for(conn, result);
	conn->is_drained = n < room && !http_io_has_pending(&conn->io);
	exchange->in_len += n;
	exchange->has_unread = true;
	if (conn->timer.phase == HTTP_PHASE_IDLE)
		http_conn_phase(conn, HTTP_PHASE_HEADER);
	return HTTP_STEP_ON;
}

/* Nothing came: an idle connection holds no memory for a request. */
static enum http_step read_idle(struct http_conn *conn, enum http_step step)
{
	if (step == HTTP_STEP_WAIT && conn->timer.phase == HTTP_PHASE_IDLE) {
		http_exchange_give(&conn->loop->cache, conn->exchange);
		conn->exchange = NULL;
	}
	return step;
}

enum http_step http_conn_step_read(struct http_conn *conn)
{
	if (!conn->exchange)
		conn->exchange = http_exchange_take(&conn->loop->cache, conn,
		    conn->loop->shared->config.header_max);
	if (!conn->exchange)
		return http_conn_end(conn);
	if (!conn->exchange->has_unread) {
		enum http_step step = fill(conn);

		if (step != HTTP_STEP_ON)
			return read_idle(conn, step);
	}
	conn->exchange->has_unread = false;
	return conn->timer.phase == HTTP_PHASE_BODY ? body_advance(conn)
	                                            : header_advance(conn);
}
