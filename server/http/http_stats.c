#include "server/http/http_stats.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

int http_stats_init(
    struct http_stats *stats, size_t route_count, struct err *err)
{
	memset(stats, 0, sizeof(*stats));
	stats->routes = calloc(route_count + 1, sizeof(*stats->routes));
	if (!stats->routes)
		return err_memory(err);
	stats->route_count = route_count;
	return 0;
}

void http_stats_clear(struct http_stats *stats)
{
	free(stats->routes);
	stats->routes = NULL;
}

void http_stats_add(struct http_stats *stats, enum http_counter counter)
{
	atomic_fetch_add_explicit(
	    &stats->counters[counter], 1, memory_order_relaxed);
}

void http_stats_add_route(
    struct http_stats *stats, size_t route, int status, uint64_t us)
{
	struct http_route_stats *entry = &stats->routes[route];
	int status_class = status / 100;

	if (status_class < 1 || status_class > HTTP_STATUS_CLASSES)
		status_class = HTTP_STATUS_CLASSES;
	atomic_fetch_add_explicit(
	    &entry->by_class[status_class - 1], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&entry->us, us, memory_order_relaxed);
}
