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

/* --- for http_conn.c and http_conn_read.c only --- */

/* What a step of a phase leaves behind. */
enum http_step {
	HTTP_STEP_ON,   /* go on with the phase it is in now */
	HTTP_STEP_WAIT, /* for the socket or for a worker */
	HTTP_STEP_END   /* the connection is freed */
};

/* Idle, header and body: reads and acts on what came. */
enum http_step http_conn_step_read(struct http_conn *conn);

enum http_step http_conn_end(struct http_conn *conn);
void http_conn_phase(struct http_conn *conn, enum http_phase phase);
/* Asks epoll for these events; costs nothing when it has them already. */
enum http_step http_conn_watch(struct http_conn *conn, uint32_t events);
/* … for what a read or a write could not do without. */
enum http_step http_conn_watch_for(
    struct http_conn *conn, enum http_io_result wanted);
/* Answers with an error; the exchange has no worker. */
enum http_step http_conn_refuse(
    struct http_conn *conn, int status, bool closes);

#endif
