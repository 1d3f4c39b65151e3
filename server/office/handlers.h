/*
 * handlers: every handler of the API, for the table in routes.c.
 */
#ifndef SERVER_OFFICE_HANDLERS_H
#define SERVER_OFFICE_HANDLERS_H

#include "server/office/call.h"

office_fn office_status_get;
office_fn office_devices_list;
office_fn office_device_get;
office_fn office_commands_list;
office_fn office_command_get;
office_fn office_command_cancel;
office_fn office_links_list;
office_fn office_link_create;
office_fn office_stations_list;
office_fn office_station_invite;
office_fn office_station_revoke;
office_fn office_bench_phones_list;
office_fn office_work_orders_list;
office_fn office_work_order_create;
office_fn office_work_order_cancel;
office_fn office_policy_push;
office_fn office_verdicts_list;
office_fn office_wipe_get;
office_fn office_wipe_order;
office_fn office_tokens_list;
office_fn office_token_create;
office_fn office_token_get;
office_fn office_token_revoke;

#endif
