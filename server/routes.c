#include "server/routes.h"

#include <string.h>

#include "proto/base/limits.h"
#include "proto/station/station.h"
#include "server/office/office.h"
#include "server/ops.h"
#include "server/phones/phones.h"
#include "server/service/handler_ctx.h"
#include "server/stations/stations.h"

#define PHONES (LISTENER_PHONES | LISTENER_PHONES_PROXY)
#define ROUTES_MAX 64

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

const struct http_route *routes_all(size_t *count)
{
	static struct http_route all[ROUTES_MAX];
	size_t ours = sizeof(routes) / sizeof(routes[0]);
	size_t office = office_route_count;

	if (office > ROUTES_MAX - ours)
		office = ROUTES_MAX - ours; /* a test holds this false */
	memcpy(all, routes, sizeof(routes));
	memcpy(all + ours, office_routes, office * sizeof(all[0]));
	*count = ours + office;
	return all;
}
