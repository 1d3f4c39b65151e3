/* Wiring: listeners, I/O threads and workers into one server. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/err.h"
#include "server/http/http_address.h"
#include "server/http/http_conn.h"
#include "server/http/http_loop.h"
#include "server/http/http_router.h"

/* A header smaller than this would refuse ordinary phones. */
#define HEADER_MIN 1024
#define HEADER_MOST (1024 * 1024)

struct http_server {
	struct http_shared shared;
	struct http_loop *loops; /* owned */
	unsigned loop_count;     /* those initialised */
};

static bool deadlines_are_set(const struct http_deadlines *deadlines)
{
	return deadlines->handshake_ms > 0 && deadlines->header_ms > 0 &&
	    deadlines->body_ms > 0 && deadlines->idle_ms > 0 &&
	    deadlines->write_ms > 0;
}

static int config_check(const struct http_config *config, struct err *err)
{
	if (config->listener_count == 0)
		return err_set(err, ERR_INVALID, "no listener");
	if (config->io_threads == 0 || config->workers == 0 ||
	    config->queue_max == 0 || config->connections_max == 0)
		return err_set(err, ERR_INVALID,
		    "threads, workers, queue and connections must be above 0");
	if (config->header_max < HEADER_MIN || config->header_max > HEADER_MOST)
		return err_set(err, ERR_INVALID,
		    "the header limit must be %d to %d bytes", HEADER_MIN,
		    HEADER_MOST);
	if (!deadlines_are_set(&config->deadlines))
		return err_set(
		    err, ERR_INVALID, "every deadline must be above 0");
	return http_router_check(config->routes, config->route_count, err);
}

/* In a worker. */
static void job_run(void *arg, struct http_exchange *exchange)
{
	struct http_shared *shared = arg;

	http_exchange_run(exchange, &shared->config, &shared->stats);
	http_loop_done(exchange->conn->loop, exchange);
}

static int listeners_open(struct http_shared *shared, struct err *err)
{
	const struct http_config *config = &shared->config;
	size_t i;
	int rc = 0;

	shared->listeners =
	    calloc(config->listener_count, sizeof(*shared->listeners));
	if (!shared->listeners)
		return err_memory(err);
	for (i = 0; rc == 0 && i < config->listener_count; i++) {
		rc = http_bound_open(&config->listeners[i], config->io_threads,
		    &shared->listeners[i], err);
		if (rc == 0)
			shared->listener_count++;
	}
	return rc;
}

static int shared_init(struct http_shared *shared,
    const struct http_config *config, struct err *err)
{
	int rc;

	shared->config = *config;
	shared->budget.max =
	    config->bodies_max > 0 ? config->bodies_max : SIZE_MAX;
	rc = http_stats_init(&shared->stats, config->route_count, err);
	if (rc == 0 && config->connections_per_address_max > 0)
		rc = http_address_table_new(config->connections_max,
		    config->connections_per_address_max, &shared->addresses,
		    err);
	if (rc == 0)
		rc = http_pool_new(config->workers, config->queue_max, job_run,
		    shared, &shared->pool, err);
	if (rc == 0)
		rc = listeners_open(shared, err);
	shared->config.listeners = NULL;
	return rc;
}

static int loops_init(struct http_server *server, struct err *err)
{
	unsigned count = server->shared.config.io_threads;
	int rc = 0;

	server->loops = calloc(count, sizeof(*server->loops));
	if (!server->loops)
		return err_memory(err);
	while (rc == 0 && server->loop_count < count) {
		unsigned i = server->loop_count++;

		rc = http_loop_init(&server->loops[i], &server->shared, i, err);
	}
	return rc;
}

int http_server_new(
    const struct http_config *config, struct http_server **out, struct err *err)
{
	struct http_server *server = NULL;
	int rc = config_check(config, err);

	if (rc < 0)
		return rc;
	server = calloc(1, sizeof(*server));
	if (!server)
		return err_memory(err);
	rc = shared_init(&server->shared, config, err);
	if (rc == 0)
		rc = loops_init(server, err);
	if (rc < 0) {
		http_server_free(server);
		return rc;
	}
	*out = server;
	return 0;
}

static int threads_start(struct http_server *server, struct err *err)
{
	unsigned i;
	int rc = http_pool_start(server->shared.pool, err);

	for (i = 0; rc == 0 && i < server->loop_count; i++)
		rc = http_loop_start(&server->loops[i], err);
	return rc;
}

int http_server_start(struct http_server *server, struct err *err)
{
	sigset_t all;
	sigset_t before;
	int rc;

	/* Signals are main's; SIGPIPE of a TLS write must hit nobody. Our own
	 * faults are not signals to wait for. */
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGILL);
	(void)sigdelset(&all, SIGFPE);
	(void)sigdelset(&all, SIGABRT);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = threads_start(server, err);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc < 0)
		http_server_stop(server, 0);
	return rc;
}

void http_server_stop(struct http_server *server, int64_t grace_ms)
{
	struct timespec now;
	int64_t now_ms;
	unsigned i;

	if (!server)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	atomic_store(
	    &server->shared.stop_at, now_ms + (grace_ms > 0 ? grace_ms : 0));
	for (i = 0; i < server->loop_count; i++)
		http_loop_wake(&server->loops[i]);
	for (i = 0; i < server->loop_count; i++)
		http_loop_join(&server->loops[i]);
	http_pool_stop(server->shared.pool);
	for (i = 0; i < server->shared.listener_count; i++)
		http_bound_close(&server->shared.listeners[i]);
	/* No thread runs any more: what is left can be closed. */
	for (i = 0; i < server->loop_count; i++)
		http_loop_close_all(&server->loops[i]);
}

void http_server_free(struct http_server *server)
{
	size_t i;

	if (!server)
		return;
	if (server->shared.pool)
		http_server_stop(server, 0);
	for (i = 0; i < server->loop_count; i++)
		http_loop_clear(&server->loops[i]);
	free(server->loops);
	http_pool_free(server->shared.pool);
	for (i = 0; i < server->shared.listener_count; i++)
		http_bound_clear(&server->shared.listeners[i]);
	free(server->shared.listeners);
	http_address_table_free(server->shared.addresses);
	http_stats_clear(&server->shared.stats);
	free(server);
}

const char *http_listener_address(
    const struct http_server *server, unsigned bit)
{
	size_t i;

	for (i = 0; i < server->shared.listener_count; i++)
		if (server->shared.listeners[i].bit == bit)
			return server->shared.listeners[i].address;
	return NULL;
}

uint64_t http_server_count(
    const struct http_server *server, enum http_counter counter)
{
	return atomic_load_explicit(
	    &server->shared.stats.counters[counter], memory_order_relaxed);
}

unsigned http_server_open_connections(const struct http_server *server)
{
	return atomic_load_explicit(
	    &server->shared.stats.open_connections, memory_order_relaxed);
}

uint64_t http_server_route_count(
    const struct http_server *server, size_t route, int status_class)
{
	const struct http_stats *stats = &server->shared.stats;

	if (route >= stats->route_count || status_class < 1 ||
	    status_class > HTTP_STATUS_CLASSES)
		return 0;
	return atomic_load_explicit(
	    &stats->routes[route].by_class[status_class - 1],
	    memory_order_relaxed);
}

uint64_t http_server_route_us(const struct http_server *server, size_t route)
{
	const struct http_stats *stats = &server->shared.stats;

	if (route >= stats->route_count)
		return 0;
	return atomic_load_explicit(
	    &stats->routes[route].us, memory_order_relaxed);
}
