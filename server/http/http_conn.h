/*
 * http_conn: the life of one connection, as phases: handshake, idle, header,
 * body, (with a worker), write, linger. Used by its loop's thread only.
 */
#ifndef SERVER_HTTP_HTTP_CONN_H
#define SERVER_HTTP_HTTP_CONN_H

#include "server/http/http_address.h"
#include "server/http/http_io.h"
#include "server/http/http_loop.h"

struct http_conn {
	struct http_source source;
	struct http_timer timer; /* its phase is the connection's phase */
	struct http_conn *previous, *next;
	struct http_loop *loop;
	const struct http_bound *bound;
	struct http_io io;
	uint32_t watched;     /* events asked of epoll */
	bool is_registered;   /* in epoll */
	bool is_gone;         /* the other side left while a worker works */
	bool is_drained;      /* the last read took all there was */
	uint64_t address_key; /* 0: not counted */
	struct http_certificate *certificate; /* owned; NULL: none shown */
	struct http_exchange *exchange;       /* owned; NULL while idle */
	char peer[HTTP_PEER_MAX];
};

/* Takes fd over, also when it fails. */
void http_conn_open(struct http_loop *loop, const struct http_bound *bound,
    int fd, const struct sockaddr_storage *address);
void http_conn_free(struct http_conn *conn);

void http_conn_on_event(struct http_conn *conn, uint32_t events);
/* The deadline of the phase it is in has passed. */
void http_conn_on_deadline(struct http_conn *conn);
/* Its exchange has come back with a response. */
void http_conn_on_response(struct http_conn *conn);
/* The server stops: ends it unless a request is on its way. */
void http_conn_on_stop(struct http_conn *conn);

#endif
