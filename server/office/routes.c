#include "server/office/office.h"

#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "server/office/handlers.h"
#include "server/service/handler_ctx.h"
#include "server/service/service.h"

#define API "/api/v1"
#define BODY LIMIT_API_BODY

/* clang-format off */
const struct http_route office_routes[] = {
	{LISTENER_ADMIN, HTTP_GET, API "/status", 0,
	    office_status_get, "office_status"},
	{LISTENER_ADMIN, HTTP_GET, API "/devices", 0,
	    office_devices_list, "office_devices"},
	{LISTENER_ADMIN, HTTP_GET, API "/devices/:device", 0,
	    office_device_get, "office_device"},
	{LISTENER_ADMIN, HTTP_GET, API "/devices/:device/wipe", 0,
	    office_wipe_get, "office_wipe"},
	{LISTENER_ADMIN, HTTP_POST, API "/devices/:device/wipe", BODY,
	    office_wipe_order, "office_wipe_order"},
	{LISTENER_ADMIN, HTTP_GET, API "/commands", 0,
	    office_commands_list, "office_commands"},
	{LISTENER_ADMIN, HTTP_GET, API "/commands/:command", 0,
	    office_command_get, "office_command"},
	{LISTENER_ADMIN, HTTP_POST, API "/commands/:command/cancel", BODY,
	    office_command_cancel, "office_command_cancel"},
	{LISTENER_ADMIN, HTTP_GET, API "/enrolment-links", 0,
	    office_links_list, "office_links"},
	{LISTENER_ADMIN, HTTP_POST, API "/enrolment-links", BODY,
	    office_link_create, "office_link_create"},
	{LISTENER_ADMIN, HTTP_GET, API "/stations", 0,
	    office_stations_list, "office_stations"},
	{LISTENER_ADMIN, HTTP_POST, API "/stations", BODY,
	    office_station_invite, "office_station_invite"},
	{LISTENER_ADMIN, HTTP_POST, API "/stations/:station/revoke", BODY,
	    office_station_revoke, "office_station_revoke"},
	{LISTENER_ADMIN, HTTP_GET, API "/bench-phones", 0,
	    office_bench_phones_list, "office_bench_phones"},
	{LISTENER_ADMIN, HTTP_GET, API "/work-orders", 0,
	    office_work_orders_list, "office_work_orders"},
	{LISTENER_ADMIN, HTTP_POST, API "/work-orders/:order/cancel", BODY,
	    office_work_order_cancel, "office_work_order_cancel"},
	{LISTENER_ADMIN, HTTP_POST, API "/devices/:device/work-orders", BODY,
	    office_work_order_create, "office_work_order_create"},
	{LISTENER_ADMIN, HTTP_POST, API "/policy/push", BODY,
	    office_policy_push, "office_policy_push"},
	{LISTENER_ADMIN, HTTP_GET, API "/verdicts", 0,
	    office_verdicts_list, "office_verdicts"},
};
/* clang-format on */

const size_t office_route_count =
    sizeof(office_routes) / sizeof(office_routes[0]);

void office_actor_get(const struct http_request *request, struct actor *out)
{
	(void)request; /* a unix socket names no user; sign-in comes later */
	(void)str_copy(out->name, sizeof(out->name), "local");
}
