/*
 * http: listeners, TLS and a strict subset of HTTP/1.1 (RFC 9112). N I/O
 * threads (epoll, OpenSSL) read requests and write responses; a pool of worker
 * threads runs the handlers, which are plain functions and may block. It knows
 * no route: the table comes from the caller.
 *
 * Ownership: a request and everything in it lives until its handler returns; a
 * response is initialised by http and cleared by http.
 */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/base/buf.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

struct err;

enum http_method {
	HTTP_GET,
	HTTP_HEAD, /* answered like GET, body left out */
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_METHOD_COUNT
};

struct http_header {
	const char *name;  /* as sent; compare without case */
	const char *value; /* blanks at both ends removed; no control bytes */
};

/* The client certificate of a TLS connection, worked out once. */
struct http_certificate {
	uint8_t sha256[32]; /* of the DER */
	bool is_trusted;    /* chain checked against the listener's client CA,
			       dates included */
	const uint8_t *der;
	size_t der_len;
};

#define HTTP_PARAMS_MAX 4

struct http_route;

struct http_request {
	const struct http_route *route; /* the one that was taken */
	enum http_method method;
	unsigned listener; /* the bit of the listener it came by */
	const char *path;  /* percent-decoded, no NUL, no query */
	const char *query; /* raw, without '?'; "" when absent */
	const char *params[HTTP_PARAMS_MAX]; /* what ":name" segments matched */
	const struct http_header *headers;
	size_t header_count;
	const uint8_t *body; /* NULL when body_len is 0 */
	size_t body_len;
	const char *peer; /* numeric address, "unix" for a socket */
	const struct http_certificate *certificate; /* NULL: none shown */
};

#define HTTP_RESPONSE_HEADERS_MAX 16
#define HTTP_HEADER_VALUE_MAX 256

struct http_response {
	int status;               /* 500 until the handler sets it */
	const char *content_type; /* static text; NULL: header left out */
	struct buf body;
	struct {
		const char *name; /* static text */
		char value[HTTP_HEADER_VALUE_MAX];
	} headers[HTTP_RESPONSE_HEADERS_MAX];
	size_t header_count;
	bool close; /* close the connection after this response */
};

typedef void http_handle_fn(void *ctx, const struct http_request *request,
    struct http_response *response);

struct http_route {
	unsigned listeners;      /* OR of listener bits it is reachable on */
	enum http_method method; /* a GET route also answers HEAD */
	const char *path;        /* "/enrol/:token"; ":x" matches one segment */
	size_t body_max; /* bytes; above it 413 before the body is read */
	http_handle_fn *handle;
	const char *name; /* label in metrics, static */
};

/*
 * Called for a response that http itself has made because no handler ran or
 * one broke: 400, 404, 405, 408, 413, 500, 503 and their like. It may replace
 * body and content type and add headers; runs in an I/O thread, must not block.
 */
typedef void http_refuse_fn(
    void *ctx, unsigned listener, int status, struct http_response *response);

struct http_listener {
	unsigned bit;        /* one bit, the caller's meaning */
	const char *name;    /* "phones", for logs and metrics */
	const char *address; /* "0.0.0.0:8444", "[::1]:8444", "unix:/path";
				port 0 picks one, see http_listener_address() */
	mode_t unix_mode;    /* of a unix socket, e.g. 0600 */
	const char *certificate_file; /* PEM chain; NULL: plain HTTP */
	const char *key_file;
	const char *client_ca_file; /* PEM; NULL: no certificate requested.
					 A bad or missing one does not end the
					 handshake: see is_trusted */
	/* connections_per_address_max does not hold here, and who comes here is
	 * not counted: behind a proxy, or for who watches the server. */
	bool is_unlimited_per_address;
};

/* All in milliseconds, absolute from the start of the phase. */
struct http_deadlines {
	int64_t handshake_ms; /* accept → TLS established */
	int64_t header_ms;    /* first byte → end of header */
	int64_t body_ms;      /* end of header → end of body */
	int64_t idle_ms;      /* between requests */
	int64_t write_ms;     /* response ready → all written */
};

struct http_config {
	const struct http_listener *listeners;
	size_t listener_count;
	const struct http_route *routes; /* outlive the server; the first whose
					    path and method match is taken */
	size_t route_count;
	void *ctx;              /* handed to every handler */
	http_refuse_fn *refuse; /* NULL: one plain line says the status */
	unsigned io_threads;
	unsigned workers;
	unsigned queue_max; /* requests waiting for a worker; beyond it 503
			       with Retry-After */
	unsigned connections_max;
	unsigned connections_per_address_max; /* 0: no such limit */
	size_t bodies_max; /* bytes of all large bodies being read or handled;
			      beyond it 503 with Retry-After; 0: no such limit */
	size_t header_max; /* bytes of request line and header */
	struct http_deadlines deadlines;
	const struct clock *clock; /* for Date and logs, not for deadlines */
	const struct log *log;
};

#define HTTP_CONFIG_DEFAULTS                                                   \
	{                                                                      \
		.io_threads = 2, .workers = 32, .queue_max = 2000,             \
		.connections_max = 25000, .connections_per_address_max = 256,  \
		.header_max = 16 * 1024, .bodies_max = 128 * 1024 * 1024,      \
		.deadlines = {.handshake_ms = 10000,                           \
		    .header_ms = 10000,                                        \
		    .body_ms = 20000,                                          \
		    .idle_ms = 90000,                                          \
		    .write_ms = 30000},                                        \
	}

struct http_server;

/* Binds and listens; answers nothing before http_server_start(). */
int http_server_new(const struct http_config *config, struct http_server **out,
    struct err *err);

/* Starts the threads and returns. */
int http_server_start(struct http_server *server, struct err *err);

/*
 * Graceful stop: accepts no more, lets running requests end for at most
 * grace_ms, then closes everything and joins the threads.
 */
void http_server_stop(struct http_server *server, int64_t grace_ms);
void http_server_free(struct http_server *server);

/* "127.0.0.1:40123": where a listener really listens; NULL: no such bit. */
const char *http_listener_address(
    const struct http_server *server, unsigned bit);

/* Borrowed value of the first header of that name; NULL when absent. */
const char *http_header_get(
    const struct http_request *request, const char *name);

/*
 * Value of a query parameter, percent-decoded, '+' as it stands (SCEP sends
 * base64). *out is the caller's to free(); -ERR_NOT_FOUND when absent,
 * -ERR_INVALID on bad escapes or NUL.
 */
int http_query_get(const struct http_request *request, const char *name,
    char **out, struct err *err);

/* Adds a header; a value with control bytes or too long is dropped. */
void http_response_header(
    struct http_response *response, const char *name, const char *value);

/* Counters since start, for metrics; each read is atomic by itself. */
enum http_counter {
	HTTP_COUNT_ACCEPTED,
	HTTP_COUNT_REFUSED_TOTAL,   /* over connections_max */
	HTTP_COUNT_REFUSED_ADDRESS, /* over connections_per_address_max */
	HTTP_COUNT_HANDSHAKE_OK,
	HTTP_COUNT_HANDSHAKE_FAILED,
	HTTP_COUNT_TIMEOUT_HANDSHAKE,
	HTTP_COUNT_TIMEOUT_HEADER,
	HTTP_COUNT_TIMEOUT_BODY,
	HTTP_COUNT_TIMEOUT_IDLE,
	HTTP_COUNT_TIMEOUT_WRITE,
	HTTP_COUNT_MALFORMED,  /* refused by the parser: 400, 417, 501, 505 */
	HTTP_COUNT_TOO_LARGE,  /* 413, 414, 431 */
	HTTP_COUNT_QUEUE_FULL, /* 503: the queue or bodies_max */
	HTTP_COUNT_NO_ROUTE,   /* 404, 405 */
	HTTP_COUNTER_COUNT
};

uint64_t http_server_count(
    const struct http_server *server, enum http_counter counter);
unsigned http_server_open_connections(const struct http_server *server);

/*
 * Requests by route index (of the config's table) and status class 1..5, and
 * the sum of their handling times in microseconds.
 */
uint64_t http_server_route_count(
    const struct http_server *server, size_t route, int status_class);
uint64_t http_server_route_us(const struct http_server *server, size_t route);

#endif
