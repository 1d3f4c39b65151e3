/*
 * handlers: every handler of the API, for the table in routes.c. ctx is a
 * struct handler_ctx.
 */
#ifndef SERVER_OFFICE_HANDLERS_H
#define SERVER_OFFICE_HANDLERS_H

#include "server/http/http.h"

struct actor;

http_handle_fn office_status_get;
http_handle_fn office_devices_list;
http_handle_fn office_device_get;
http_handle_fn office_commands_list;
http_handle_fn office_command_get;
http_handle_fn office_command_cancel;
http_handle_fn office_links_list;
http_handle_fn office_link_create;
http_handle_fn office_stations_list;
http_handle_fn office_station_invite;
http_handle_fn office_station_revoke;
http_handle_fn office_bench_phones_list;
http_handle_fn office_work_orders_list;
http_handle_fn office_work_order_create;
http_handle_fn office_work_order_cancel;
http_handle_fn office_policy_push;
http_handle_fn office_verdicts_list;
http_handle_fn office_wipe_get;
http_handle_fn office_wipe_order;

/* Who asks. The admin socket is its owner's alone: "local". */
void office_actor_get(const struct http_request *request, struct actor *out);

#endif
