#include "server/routes.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/station/station.h"
#include "server/http/http_parser.h"
#include "server/office/office.h"
#include "server/ops.h"
#include "server/phones/phones.h"
#include "server/service/handler_ctx.h"
#include "server/stations/stations.h"

#define PHONES (LISTENER_PHONES | LISTENER_PHONES_PROXY)
#define ROUTES_MAX 192

/* clang-format off */
static const struct http_route routes[] = {
	/* listeners     method    path              body               handler */
	{ PHONES,        HTTP_PUT, "/mdm/connect",   LIMIT_ANSWER_BODY,  phones_handle_connect,  "connect" },
	{ PHONES,        HTTP_PUT, "/mdm/checkin",   LIMIT_CHECKIN_BODY, phones_handle_check_in, "checkin" },
	{ PHONES,        HTTP_PUT, "/mdm",           LIMIT_ANSWER_BODY,  phones_handle_mdm,      "mdm" },
	{ PHONES,        HTTP_GET, "/enrol/:token",  0,                  phones_handle_enrol,    "enrol" },
	{ PHONES,        HTTP_GET, "/scep",          0,                  phones_handle_scep,     "scep" },
	{ PHONES,        HTTP_POST, "/scep",         LIMIT_SCEP_BODY,    phones_handle_scep,     "scep" },
	/* Setup Assistant asks a ConfigurationURL by POST, too. */
	{ PHONES,        HTTP_POST, "/enrol/:token", LIMIT_CHECKIN_BODY, phones_handle_enrol,    "enrol_post" },
	{ PHONES,        HTTP_POST, STATION_PATH_JOIN, LIMIT_CHECKIN_BODY, stations_handle_join,  "station_join" },
	{ PHONES,        HTTP_POST, STATION_PATH_RENEW, LIMIT_CHECKIN_BODY, stations_handle_renew, "station_renew" },
	{ PHONES,        HTTP_POST, STATION_PATH_REPORTS, STATION_BODY_MAX, stations_handle_reports, "station_reports" },
	{ PHONES,        HTTP_GET, STATION_PATH_ORDERS, 0,               stations_handle_orders, "station_orders" },
	{ PHONES,        HTTP_POST, STATION_PATH_CHALLENGE, LIMIT_CHECKIN_BODY, stations_handle_challenge, "station_challenge" },
	{ LISTENER_OPS,  HTTP_GET, "/healthz",       0,                  ops_handle_health,      "healthz" },
	{ LISTENER_OPS,  HTTP_GET, "/readyz",        0,                  ops_handle_ready,       "readyz" },
	{ LISTENER_OPS,  HTTP_GET, "/metrics",       0,                  ops_handle_metrics,     "metrics" },
};
/* clang-format on */

/* The gate stands before every route of the office. */
static struct http_route gated(const struct office_route *route)
{
	return (struct http_route){
	    .listeners = route->listeners,
	    .method = route->method,
	    .path = route->path,
	    .body_max = route->body_max,
	    .handle = office_gate,
	    .name = route->name,
	};
}

static void add(struct http_route *all, size_t *count,
    const struct office_route *office, size_t office_count)
{
	size_t i;

	for (i = 0; i < office_count && *count < ROUTES_MAX; i++)
		all[(*count)++] = gated(&office[i]);
}

const struct http_route *routes_all(size_t *count)
{
	static struct http_route all[ROUTES_MAX];
	size_t n = sizeof(routes) / sizeof(routes[0]);

	memcpy(all, routes, sizeof(routes));
	add(all, &n, office_routes, office_route_count);
	*count = n;
	return all;
}

int routes_check(struct err *err)
{
	if (sizeof(routes) / sizeof(routes[0]) + office_route_count >
	    ROUTES_MAX)
		return err_set(err, ERR_INTERNAL, "there are too many routes");
	return office_routes_check(office_routes, office_route_count, err);
}

/* ---- the table for people and tests ---- */

static const struct {
	unsigned bit;
	const char *name;
} listeners[] = {
    {LISTENER_PHONES, "phones"},
    {LISTENER_PHONES_PROXY, "phones_proxy"},
    {LISTENER_OPS, "ops"},
    {LISTENER_ADMIN, "admin"},
    {LISTENER_OFFICE, "office"},
};

static void print_listeners(FILE *file, unsigned bits)
{
	const char *before = "";
	size_t i;

	for (i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		if (!(bits & listeners[i].bit))
			continue;
		(void)fprintf(file, "%s%s", before, listeners[i].name);
		before = ",";
	}
}

static void print_scopes(FILE *file, const struct office_route *route)
{
	struct buf words = {0};

	if (route)
		scope_set_text(route->scope, &words);
	(void)fprintf(file, "\t%s", words.len ? (const char *)words.data : "-");
	buf_clear(&words);
}

void routes_print(FILE *file)
{
	size_t count;
	const struct http_route *all = routes_all(&count);
	size_t i;

	for (i = 0; i < count; i++) {
		(void)fprintf(file, "%s\t%s\t", http_method_name(all[i].method),
		    all[i].path);
		print_listeners(file, all[i].listeners);
		print_scopes(file, office_route_find(&all[i]));
		(void)fprintf(file, "\t%s\n", all[i].name);
	}
}
