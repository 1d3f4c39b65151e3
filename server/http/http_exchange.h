/*
 * http_exchange: one request on its way to an answer, and the memory both
 * need. An I/O thread fills it, a worker runs it, the I/O thread sends its
 * answer; only one of them has it at a time. Idle connections have none.
 */
#ifndef SERVER_HTTP_HTTP_EXCHANGE_H
#define SERVER_HTTP_HTTP_EXCHANGE_H

#include "server/http/http.h"
#include "server/http/http_chunked.h"
#include "server/http/http_parser.h"
#include "server/http/http_router.h"

struct http_conn;
struct http_stats;

/* What large bodies may take together: one machine, many connections. */
struct http_budget {
	_Atomic size_t used;
	size_t max;
};

struct http_exchange {
	struct http_exchange *next; /* in whatever list it stands */
	struct http_conn *conn;     /* borrowed */

	/* Input: this request from its first byte, then what followed it. */
	uint8_t *in; /* owned */
	size_t in_len;
	size_t in_cap;
	struct http_budget *budget; /* borrowed */
	size_t charged;             /* of in_cap, to the budget */
	bool has_unread;            /* bytes arrived that no parser has seen */
	struct http_parser parser;
	struct http_chunked chunked;
	size_t body_len; /* of the body in place behind the header */
	size_t rest;     /* where the next request begins, once complete */

	size_t route;
	char *params_text; /* owned copy of the path, cut into parameters */
	const char *params[HTTP_PARAMS_MAX];
	struct http_header headers[HTTP_HEADERS_MAX];
	struct http_request request;
	struct http_response response;

	struct buf out; /* the answer on the wire */
	size_t out_done;
	bool closes;  /* the connection ends with this answer */
	bool lingers; /* … and input of it may still be on its way */
};

/* A free list of one I/O thread: no malloc for a request in steady state. */
struct http_exchange_cache {
	struct http_budget *budget; /* borrowed, of the server */
	struct http_exchange *head;
	size_t count;
};

/* Empty and ready for a header; NULL when out of memory. */
struct http_exchange *http_exchange_take(
    struct http_exchange_cache *cache, struct http_conn *conn, size_t head_max);
void http_exchange_give(
    struct http_exchange_cache *cache, struct http_exchange *exchange);
void http_exchange_free(struct http_exchange *exchange);
void http_exchange_cache_clear(struct http_exchange_cache *cache);

/*
 * Makes room for at least `more` bytes of input; false: out of memory or over
 * the budget.
 */
bool http_exchange_reserve(struct http_exchange *exchange, size_t more);

/* Notes the route found and copies its parameters; false: out of memory. */
bool http_exchange_set_route(
    struct http_exchange *exchange, const struct http_match *match);

/* The request is complete: fills exchange->request. */
void http_exchange_finish(struct http_exchange *exchange);

/* Makes the response one of ours that refuses, as the caller wants it to look.
 */
void http_exchange_refuse(struct http_exchange *exchange,
    const struct http_config *config, unsigned listener, int status);

/* Calls the handler; in a worker. */
void http_exchange_run(struct http_exchange *exchange,
    const struct http_config *config, struct http_stats *stats);

/* Drops the request that was answered and moves what followed to the front. */
void http_exchange_next(struct http_exchange *exchange, size_t head_max);

#endif
