#include "proto/base/limits.h"
#include "server/office/handlers.h"
#include "server/office/office.h"
#include "server/service/handler_ctx.h"

#define API "/api/v1"
#define BODY LIMIT_API_BODY
#define OFFICE (LISTENER_ADMIN | LISTENER_OFFICE)
#define MAY(word) SCOPE_BIT(SCOPE_##word)

/* clang-format off */
const struct office_route office_routes[] = {
	/* listeners, method, path, body, scope, flags, handler, thing, name */
	{OFFICE, HTTP_GET, API "/status", 0, MAY(STATUS_READ), 0,
	    office_status_get, NULL, "office_status"},
	{OFFICE, HTTP_GET, API "/devices", 0, MAY(DEVICES_READ), 0,
	    office_devices_list, NULL, "office_devices"},
	{OFFICE, HTTP_GET, API "/devices/:device", 0,
	    MAY(DEVICES_READ), OFFICE_THING,
	    office_device_get, NULL, "office_device"},
	{OFFICE, HTTP_GET, API "/devices/:device/wipe", 0,
	    MAY(DEVICES_READ), OFFICE_THING,
	    office_wipe_get, NULL, "office_wipe"},
	{OFFICE, HTTP_POST, API "/devices/:device/wipe", BODY,
	    MAY(DEVICES_WIPE), OFFICE_ACTS,
	    office_wipe_order, NULL, "office_wipe_order"},
	{OFFICE, HTTP_GET, API "/commands", 0, MAY(COMMANDS_READ), 0,
	    office_commands_list, NULL, "office_commands"},
	{OFFICE, HTTP_GET, API "/commands/:command", 0,
	    MAY(COMMANDS_READ), OFFICE_THING,
	    office_command_get, NULL, "office_command"},
	{OFFICE, HTTP_POST, API "/commands/:command/cancel", BODY,
	    MAY(COMMANDS_WRITE), OFFICE_ACTS,
	    office_command_cancel, office_command_get, "office_command_cancel"},
	{OFFICE, HTTP_GET, API "/enrolment-links", 0, MAY(LINKS_READ), 0,
	    office_links_list, NULL, "office_links"},
	{OFFICE, HTTP_POST, API "/enrolment-links", BODY,
	    MAY(LINKS_WRITE), OFFICE_ACTS | OFFICE_SECRET,
	    office_link_create, NULL, "office_link_create"},
	{OFFICE, HTTP_GET, API "/stations", 0, MAY(STATIONS_READ), 0,
	    office_stations_list, NULL, "office_stations"},
	{OFFICE, HTTP_POST, API "/stations", BODY,
	    MAY(STATIONS_WRITE), OFFICE_ACTS | OFFICE_SECRET,
	    office_station_invite, NULL, "office_station_invite"},
	{OFFICE, HTTP_POST, API "/stations/:station/revoke", BODY,
	    MAY(STATIONS_WRITE), OFFICE_ACTS,
	    office_station_revoke, NULL, "office_station_revoke"},
	{OFFICE, HTTP_GET, API "/bench-phones", 0, MAY(BENCH_READ), 0,
	    office_bench_phones_list, NULL, "office_bench_phones"},
	{OFFICE, HTTP_GET, API "/work-orders", 0, MAY(BENCH_READ), 0,
	    office_work_orders_list, NULL, "office_work_orders"},
	{OFFICE, HTTP_POST, API "/work-orders/:order/cancel", BODY,
	    MAY(BENCH_WRITE), OFFICE_ACTS,
	    office_work_order_cancel, NULL, "office_work_order_cancel"},
	{OFFICE, HTTP_POST, API "/devices/:device/work-orders", BODY,
	    MAY(BENCH_WRITE), OFFICE_ACTS,
	    office_work_order_create, NULL, "office_work_order_create"},
	{OFFICE, HTTP_POST, API "/policy/push", BODY,
	    MAY(POLICY_WRITE), OFFICE_ACTS,
	    office_policy_push, NULL, "office_policy_push"},
	{OFFICE, HTTP_GET, API "/verdicts", 0, MAY(VERDICTS_READ), 0,
	    office_verdicts_list, NULL, "office_verdicts"},
	{LISTENER_ADMIN, HTTP_GET, API "/tokens", 0, MAY(TOKENS_READ), 0,
	    office_tokens_list, NULL, "office_tokens"},
	{LISTENER_ADMIN, HTTP_POST, API "/tokens", BODY,
	    MAY(TOKENS_WRITE), OFFICE_ACTS | OFFICE_SECRET,
	    office_token_create, NULL, "office_token_create"},
	{LISTENER_ADMIN, HTTP_GET, API "/tokens/:token", 0,
	    MAY(TOKENS_READ), OFFICE_THING,
	    office_token_get, NULL, "office_token"},
	{LISTENER_ADMIN, HTTP_POST, API "/tokens/:token/revoke", BODY,
	    MAY(TOKENS_WRITE), OFFICE_ACTS,
	    office_token_revoke, office_token_get, "office_token_revoke"},
};
/* clang-format on */

const size_t office_route_count =
    sizeof(office_routes) / sizeof(office_routes[0]);
