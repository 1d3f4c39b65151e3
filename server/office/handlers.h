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
office_fn office_policy_plan;
office_fn office_policy_apply;
office_fn office_contact_card;
office_fn office_roaming_switch;
office_fn office_verdicts_list;
office_fn office_wipe_get;
office_fn office_wipe_order;
office_fn office_tokens_list;
office_fn office_token_create;
office_fn office_token_get;
office_fn office_token_revoke;
office_fn office_policy_get;
office_fn office_rules_list;
office_fn office_rule_get;
office_fn office_evidence_keys_list;
office_fn office_evidence_key_get;
office_fn office_evidence_key_create;
office_fn office_evidence_key_revoke;
office_fn office_tasks_list;
office_fn office_task_get;
office_fn office_task_cancel;
office_fn office_task_link_create;
office_fn office_statements_list;
office_fn office_acknowledgements_list;
office_fn office_equipment_orders_list;
office_fn office_equipment_order_get;
office_fn office_equipment_order_create;
office_fn office_equipment_order_decide;
office_fn office_equipment_order_place;
office_fn office_equipment_order_cancel;
office_fn office_evidence_take;
office_fn office_people_list;
office_fn office_person_get;
office_fn office_units_list;
office_fn office_subscriptions_list;
office_fn office_holdings_list;
office_fn office_ledger_apply;
office_fn office_person_put;
office_fn office_unit_put;
office_fn office_employment_put;
office_fn office_absence_put;
office_fn office_subscription_put;
office_fn office_assignment_put;
office_fn office_return_put;
office_fn office_judgements_list;
office_fn office_evidence_list;
office_fn office_catalogue_list;
office_fn office_catalogue_get;
office_fn office_catalogue_add;
office_fn office_catalogue_retire;

#endif
