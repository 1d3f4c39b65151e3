/*
 * commands: the functions behind the table of commands, for commands.c only.
 * Each returns an enum cli_exit.
 */
#ifndef SERVER_CLI_COMMANDS_H
#define SERVER_CLI_COMMANDS_H

struct cli;

int run_status(struct cli *cli);
int run_version(struct cli *cli);
int run_devices(struct cli *cli);
int run_device(struct cli *cli);
int run_commands(struct cli *cli);
int run_why(struct cli *cli);
int run_cancel(struct cli *cli);
int run_enrol_link(struct cli *cli);
int run_links(struct cli *cli);
int run_station_code(struct cli *cli);
int run_stations(struct cli *cli);
int run_station_revoke(struct cli *cli);
int run_bench(struct cli *cli);
int run_bench_order(struct cli *cli);
int run_bench_cancel(struct cli *cli);
int run_orders(struct cli *cli);
int run_policy(struct cli *cli);
int run_push_policy(struct cli *cli);
int run_verdicts(struct cli *cli);
int run_roaming(struct cli *cli);
int run_wipe(struct cli *cli);
int run_approvals(struct cli *cli);
int run_approve(struct cli *cli);
int run_refuse(struct cli *cli);
int run_approval(struct cli *cli);
int run_limits(struct cli *cli);
int run_clock(struct cli *cli);
int run_hold(struct cli *cli);
int run_everything(struct cli *cli);
int run_retention(struct cli *cli);
int run_phone(struct cli *cli);
int run_accessories(struct cli *cli);

/* Verbs of `policy`, behind run_policy(). */
int policy_plan(struct cli *cli, const char *folder);
int policy_apply(struct cli *cli, const char *folder);
int run_context(struct cli *cli);
int run_token(struct cli *cli);
int run_evidence_key(struct cli *cli);
int run_judgements(struct cli *cli);
int run_evidence(struct cli *cli);
int run_rules(struct cli *cli);
int run_tasks(struct cli *cli);
int run_task_link(struct cli *cli);
int run_task_cancel(struct cli *cli);
int run_statements(struct cli *cli);
int run_coverage(struct cli *cli);
int run_people(struct cli *cli);
int run_employments(struct cli *cli);
int run_people_import(struct cli *cli);
int run_units(struct cli *cli);
int run_subscriptions(struct cli *cli);
int run_holders(struct cli *cli);
int run_ledger(struct cli *cli);
int run_equipment(struct cli *cli);
int run_outbox(struct cli *cli);
int run_webhooks(struct cli *cli);
int run_webhook(struct cli *cli);
int run_departures(struct cli *cli);
int run_departure(struct cli *cli);
int run_returns(struct cli *cli);
int run_return(struct cli *cli);
int run_handouts(struct cli *cli);
/* "give", "show", "accept", "refuse", "withdraw". */
int run_handout(struct cli *cli);
int run_receipts(struct cli *cli);
/* "show", "get", "erasure". */
int run_receipt(struct cli *cli);
int run_exceptions(struct cli *cli);
int run_audit(struct cli *cli);
int run_exception(struct cli *cli);

#endif
