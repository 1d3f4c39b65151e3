/*
 * http_stats: counters written by many threads, read by anybody. Relaxed
 * atomics: each number is right by itself, two may be of different moments.
 */
#ifndef SERVER_HTTP_HTTP_STATS_H
#define SERVER_HTTP_HTTP_STATS_H

#include <stdatomic.h>

#include "server/http/http.h"

#define HTTP_STATUS_CLASSES 5

struct http_route_stats {
	_Atomic uint64_t by_class[HTTP_STATUS_CLASSES];
	_Atomic uint64_t us; /* sum of handling times */
};

struct http_stats {
	_Atomic uint64_t counters[HTTP_COUNTER_COUNT];
	_Atomic unsigned open_connections;
	struct http_route_stats *routes; /* one for each route; owned */
	size_t route_count;
};

int http_stats_init(
    struct http_stats *stats, size_t route_count, struct err *err);
void http_stats_clear(struct http_stats *stats);

void http_stats_add(struct http_stats *stats, enum http_counter counter);
void http_stats_add_route(
    struct http_stats *stats, size_t route, int status, uint64_t us);

#endif
