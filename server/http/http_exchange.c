#include "server/http/http_exchange.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/http/http_response.h"
#include "server/http/http_stats.h"

/* An Idle or a TokenUpdate with its header fits. */
#define IN_FIRST (4 * 1024)
/* Buffers larger than this are not kept between requests. */
#define KEPT_MAX (32 * 1024)
/* Exchanges an I/O thread keeps for the next request, some 12 kB each. */
#define CACHE_MAX 128

static void request_begin(struct http_exchange *exchange, size_t head_max)
{
	http_parser_init(&exchange->parser, head_max);
	http_response_reset(&exchange->response);
	free(exchange->params_text);
	exchange->params_text = NULL;
	exchange->body_len = 0;
	exchange->rest = 0;
	exchange->route = SIZE_MAX;
	exchange->out_done = 0;
	exchange->closes = false;
	exchange->lingers = false;
	if (exchange->out.failed || exchange->out.cap > KEPT_MAX)
		buf_clear(&exchange->out);
	else
		buf_reset(&exchange->out);
}

struct http_exchange *http_exchange_take(
    struct http_exchange_cache *cache, struct http_conn *conn, size_t head_max)
{
	struct http_exchange *exchange = cache->head;

	if (exchange) {
		cache->head = exchange->next;
		cache->count--;
	} else {
		exchange = calloc(1, sizeof(*exchange));
		if (!exchange)
			return NULL;
		http_response_init(&exchange->response);
		exchange->budget = cache->budget;
	}
	exchange->next = NULL;
	exchange->conn = conn;
	exchange->in_len = 0;
	exchange->has_unread = false;
	request_begin(exchange, head_max);
	return exchange;
}

static void in_free(struct http_exchange *exchange)
{
	free(exchange->in);
	exchange->in = NULL;
	exchange->in_cap = 0;
	atomic_fetch_sub_explicit(
	    &exchange->budget->used, exchange->charged, memory_order_relaxed);
	exchange->charged = 0;
}

void http_exchange_free(struct http_exchange *exchange)
{
	if (!exchange)
		return;
	http_response_clear(&exchange->response);
	buf_clear(&exchange->out);
	free(exchange->params_text);
	in_free(exchange);
	free(exchange);
}

void http_exchange_give(
    struct http_exchange_cache *cache, struct http_exchange *exchange)
{
	if (cache->count >= CACHE_MAX) {
		http_exchange_free(exchange);
		return;
	}
	if (exchange->in_cap > KEPT_MAX)
		in_free(exchange);
	request_begin(exchange, 0);
	exchange->conn = NULL;
	exchange->next = cache->head;
	cache->head = exchange;
	cache->count++;
}

void http_exchange_cache_clear(struct http_exchange_cache *cache)
{
	while (cache->head) {
		struct http_exchange *next = cache->head->next;

		http_exchange_free(cache->head);
		cache->head = next;
	}
	cache->count = 0;
}

/* Small buffers are free: every connection may have one. */
static bool budget_charge(struct http_exchange *exchange, size_t cap)
{
	struct http_budget *budget = exchange->budget;
	size_t more = cap - exchange->charged;

	if (cap <= KEPT_MAX)
		return true;
	if (atomic_fetch_add_explicit(
	        &budget->used, more, memory_order_relaxed) +
	        more >
	    budget->max) {
		atomic_fetch_sub_explicit(
		    &budget->used, more, memory_order_relaxed);
		return false;
	}
	exchange->charged = cap;
	return true;
}

bool http_exchange_reserve(struct http_exchange *exchange, size_t more)
{
	size_t need = exchange->in_len + more;
	size_t cap = exchange->in_cap ? exchange->in_cap : IN_FIRST;
	uint8_t *in;

	if (need <= exchange->in_cap)
		return true;
	while (cap < need)
		cap *= 2;
	if (!budget_charge(exchange, cap))
		return false;
	in = realloc(exchange->in, cap);
	if (!in)
		return false;
	exchange->in = in;
	exchange->in_cap = cap;
	return true;
}

bool http_exchange_set_route(
    struct http_exchange *exchange, const struct http_match *match)
{
	const char *path = (char *)exchange->in + exchange->parser.path;
	size_t i;

	exchange->route = match->route;
	memset(exchange->params, 0, sizeof(exchange->params));
	if (match->param_count == 0)
		return true;
	exchange->params_text = strdup(path);
	if (!exchange->params_text)
		return false;
	for (i = 0; i < match->param_count; i++) {
		size_t at = (size_t)(match->params[i] - path);

		exchange->params[i] = exchange->params_text + at;
		exchange->params_text[at + match->param_lens[i]] = '\0';
	}
	return true;
}

void http_exchange_finish(struct http_exchange *exchange)
{
	const struct http_parser *parser = &exchange->parser;
	struct http_request *request = &exchange->request;
	const char *in = (char *)exchange->in;
	size_t i;

	request->method = parser->method;
	request->path = in + parser->path;
	request->query = in + parser->query;
	memcpy(request->params, exchange->params, sizeof(request->params));
	for (i = 0; i < parser->field_count; i++) {
		exchange->headers[i].name = in + parser->fields[i].name;
		exchange->headers[i].value = in + parser->fields[i].value;
	}
	request->headers = exchange->headers;
	request->header_count = parser->field_count;
	request->body =
	    exchange->body_len ? exchange->in + parser->head_len : NULL;
	request->body_len = exchange->body_len;
}

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void http_exchange_refuse(struct http_exchange *exchange,
    const struct http_config *config, unsigned listener, int status)
{
	http_response_error(&exchange->response, status);
	if (config->refuse)
		config->refuse(
		    config->ctx, listener, status, &exchange->response);
}

void http_exchange_run(struct http_exchange *exchange,
    const struct http_config *config, struct http_stats *stats)
{
	struct http_response *response = &exchange->response;
	uint64_t start = now_us();

	config->routes[exchange->route].handle(
	    config->ctx, &exchange->request, response);
	if (response->body.failed || response->status < 200 ||
	    response->status > 599)
		http_exchange_refuse(
		    exchange, config, exchange->request.listener, 500);
	http_stats_add_route(
	    stats, exchange->route, response->status, now_us() - start);
}

void http_exchange_next(struct http_exchange *exchange, size_t head_max)
{
	size_t left = exchange->in_len - exchange->rest;

	if (left > 0)
		memmove(exchange->in, exchange->in + exchange->rest, left);
	exchange->in_len = left;
	exchange->has_unread = left > 0;
	request_begin(exchange, head_max);
}
