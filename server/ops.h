/*
 * ops: health and metrics for the people who run the server, on a listener of
 * its own: /healthz (the process answers), /readyz (it can do its work),
 * /metrics (Prometheus text format 0.0.4).
 */
#ifndef SERVER_OPS_H
#define SERVER_OPS_H

#include <stdatomic.h>
#include <stdint.h>

#include "server/http/http.h"

struct keeper;
struct service;
struct store;

struct ops {
	const struct http_server *http; /* set before it starts */
	const struct http_route *routes;
	size_t route_count;
	const struct service *service;
	struct store *store;
	const struct keeper *keeper;
	atomic_bool stopping; /* readyz says no, so that no new work comes */
};

http_handle_fn ops_handle_health;
http_handle_fn ops_handle_ready;
http_handle_fn ops_handle_metrics;

#endif
