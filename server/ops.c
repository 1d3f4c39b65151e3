#include "server/ops.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/service/handler_ctx.h"
#include "server/service/service.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void say(struct http_response *response, int status, const char *text)
{
	response->status = status;
	response->content_type = "text/plain; charset=utf-8";
	buf_append_str(&response->body, text);
	buf_append_char(&response->body, '\n');
}

void ops_handle_health(void *arg, const struct http_request *request,
    struct http_response *response)
{
	(void)arg;
	(void)request;
	say(response, 200, "ok");
}

static int load_counts(struct txn *txn, void *arg, struct err *err)
{
	return store_counts(txn, arg, err);
}

void ops_handle_ready(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct ops *ops = ctx->ops;
	struct store_counts counts;
	struct err err = {0};

	(void)request;
	if (atomic_load(&ops->stopping))
		say(response, 503, "stopping");
	else if (kill(keeper_pid(ops->keeper), 0) != 0)
		say(response, 503, "the keeper process has ended");
	else if (store_read(ops->store, load_counts, &counts, &err) < 0)
		say(response, 503, err.text);
	else
		say(response, 200, "ready");
}

/* ---- metrics ---- */

static void head(
    struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP workphone_%s %s\n# TYPE workphone_%s %s\n",
	    name, help, name, type);
}

static void one(struct buf *out, const char *name, const char *type,
    const char *help, uint64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "workphone_%s %" PRIu64 "\n", name, value);
}

static void add_http(struct buf *out, const struct ops *ops)
{
	static const char *const events[HTTP_COUNTER_COUNT] = {
	    [HTTP_COUNT_ACCEPTED] = "accepted",
	    [HTTP_COUNT_REFUSED_TOTAL] = "refused_total",
	    [HTTP_COUNT_REFUSED_ADDRESS] = "refused_address",
	    [HTTP_COUNT_HANDSHAKE_OK] = "handshake_ok",
	    [HTTP_COUNT_HANDSHAKE_FAILED] = "handshake_failed",
	    [HTTP_COUNT_TIMEOUT_HANDSHAKE] = "timeout_handshake",
	    [HTTP_COUNT_TIMEOUT_HEADER] = "timeout_header",
	    [HTTP_COUNT_TIMEOUT_BODY] = "timeout_body",
	    [HTTP_COUNT_TIMEOUT_IDLE] = "timeout_idle",
	    [HTTP_COUNT_TIMEOUT_WRITE] = "timeout_write",
	    [HTTP_COUNT_MALFORMED] = "malformed",
	    [HTTP_COUNT_TOO_LARGE] = "too_large",
	    [HTTP_COUNT_QUEUE_FULL] = "queue_full",
	    [HTTP_COUNT_NO_ROUTE] = "no_route",
	};
	int i;

	one(out, "http_connections_open", "gauge", "Connections open now.",
	    http_server_open_connections(ops->http));
	head(out, "http_events_total", "counter",
	    "What happened to connections and requests.");
	for (i = 0; i < HTTP_COUNTER_COUNT; i++)
		buf_printf(out,
		    "workphone_http_events_total{event=\"%s\"} %" PRIu64 "\n",
		    events[i],
		    http_server_count(ops->http, (enum http_counter)i));
}

/* A name stands for all rows of the table that carry it. */
static bool is_first_of_name(const struct ops *ops, size_t route)
{
	size_t i;

	for (i = 0; i < route; i++)
		if (strcmp(ops->routes[i].name, ops->routes[route].name) == 0)
			return false;
	return true;
}

static uint64_t sum_of_name(const struct ops *ops, size_t route, int class)
{
	uint64_t sum = 0;
	size_t i;

	for (i = route; i < ops->route_count; i++) {
		if (strcmp(ops->routes[i].name, ops->routes[route].name) != 0)
			continue;
		sum += class ? http_server_route_count(ops->http, i, class)
		             : http_server_route_us(ops->http, i);
	}
	return sum;
}

static void add_routes(struct buf *out, const struct ops *ops)
{
	uint64_t value;
	size_t i;
	int class;

	head(out, "http_requests_total", "counter",
	    "Requests answered, by route and status class.");
	for (i = 0; i < ops->route_count; i++) {
		if (!is_first_of_name(ops, i))
			continue;
		for (class = 1; class <= 5; class ++)
			if ((value = sum_of_name(ops, i, class)))
				buf_printf(out,
				    "workphone_http_requests_total{route="
				    "\"%s\",status=\"%dxx\"} %" PRIu64 "\n",
				    ops->routes[i].name, class, value);
	}
	head(out, "http_handling_seconds_total", "counter",
	    "Time spent in handlers, by route.");
	for (i = 0; i < ops->route_count; i++)
		if (is_first_of_name(ops, i))
			buf_printf(out,
			    "workphone_http_handling_seconds_total{route="
			    "\"%s\"} %.6f\n",
			    ops->routes[i].name,
			    (double)sum_of_name(ops, i, 0) / 1e6);
}

static void add_store(struct buf *out, const struct ops *ops)
{
	struct store_counts counts = {0};
	struct store_stats stats;

	store_stats(ops->store, &stats);
	one(out, "store_write_units_total", "counter", "Write units committed.",
	    stats.units);
	one(out, "store_commits_total", "counter",
	    "Group commits, each one fsync.", stats.commits);
	one(out, "store_failed_units_total", "counter",
	    "Write units rolled back.", stats.failed);
	one(out, "store_reads_total", "counter", "Read units.", stats.reads);
	one(out, "store_waiting_units", "gauge",
	    "Write units waiting for the writer.", stats.waiting);
	head(out, "store_commit_seconds_total", "counter",
	    "Time spent committing.");
	buf_printf(out, "workphone_store_commit_seconds_total %.6f\n",
	    (double)stats.commit_us / 1e6);
	one(out, "store_wal_bytes", "gauge", "Size of the write-ahead log.",
	    (uint64_t)stats.wal_bytes);
	if (store_read(ops->store, load_counts, &counts, NULL) < 0)
		return;
	one(out, "devices", "gauge", "Phones on record.", counts.devices);
	one(out, "devices_enrolled", "gauge", "Phones enrolled now.",
	    counts.lives_enrolled);
	one(out, "commands_open", "gauge", "Commands not yet closed.",
	    counts.commands_open);
	one(out, "wipes_open", "gauge", "Wipes ordered and not yet proven.",
	    counts.wipes_open);
}

static void add_service(struct buf *out, const struct service *service)
{
	int i;

	head(out, "events_total", "counter", "What phones and people did.");
	for (i = 0; i < SERVICE_COUNTER_COUNT; i++)
		buf_printf(out,
		    "workphone_events_total{event=\"%s\"} %" PRIu64 "\n",
		    service_counter_name((enum service_counter)i),
		    (uint64_t)atomic_load(&service->counters[i]));
}

static void add_process(struct buf *out)
{
	struct rusage usage;
	FILE *statm = fopen("/proc/self/statm", "re");
	unsigned long size = 0;
	unsigned long resident = 0;

	if (statm) {
		if (fscanf(statm, "%lu %lu", &size, &resident) == 2)
			one(out, "resident_bytes", "gauge",
			    "Resident memory of the server process.",
			    resident * (uint64_t)sysconf(_SC_PAGESIZE));
		(void)fclose(statm);
	}
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return;
	head(out, "cpu_seconds_total", "counter",
	    "CPU time of the server process.");
	buf_printf(out, "workphone_cpu_seconds_total %.6f\n",
	    (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
	            1e6);
}

void ops_handle_metrics(void *arg, const struct http_request *request,
    struct http_response *response)
{
	struct handler_ctx *ctx = arg;
	struct buf *out = &response->body;

	(void)request;
	head(out, "build_info", "gauge", "The version that runs.");
	buf_printf(out, "workphone_build_info{version=\"%s\"} 1\n", WP_VERSION);
	add_http(out, ctx->ops);
	add_routes(out, ctx->ops);
	add_service(out, ctx->ops->service);
	add_store(out, ctx->ops);
	add_process(out);
	response->status = 200;
	response->content_type = METRICS_TYPE;
}
