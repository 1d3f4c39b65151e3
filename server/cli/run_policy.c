#include "server/cli/commands.h"

#include <inttypes.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/words.h"

static int push_call(struct cli *cli, bool dry_run, json_t **out)
{
	const char *device = cli->args->count ? cli->args->words[0] : NULL;
	json_t *order =
	    json_pack("{s:s*,s:b}", "device", device, "dry_run", (int)dry_run);
	struct buf path = {0};
	int code;

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the word is not UTF-8");
	buf_append_str(&path, "/api/v1/policy/push");
	code = cli_call(cli, "POST", &path, order, out);
	buf_clear(&path);
	return code;
}

static void plan_print(struct cli *cli, const json_t *plan)
{
	int64_t devices = cli_number(plan, "devices");
	int64_t queued = cli_number(plan, "queued");

	(void)fputs("Policy ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(plan, "pack", "?"));
	(void)fputs(", profile ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(plan, "profile_identifier", "?"));
	(void)fprintf(cli->out,
	    "\n%" PRId64 " phone%s enrolled, %" PRId64 " up to date, %" PRId64
	    " to get the profile.\n",
	    devices, devices == 1 ? "" : "s", cli_number(plan, "up_to_date"),
	    queued);
}

static bool push_confirmed(struct cli *cli, int64_t queued)
{
	char question[96];

	if (args_has(cli->args, OPTION_YES) || queued == 0)
		return true;
	(void)snprintf(question, sizeof(question),
	    "Send it to %" PRId64 " phone%s? Type yes:", queued,
	    queued == 1 ? "" : "s");
	return cli_confirm(cli, question, "yes");
}

static int push_order(struct cli *cli)
{
	json_t *done = NULL;
	int code = push_call(cli, false, &done);

	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, done);
	else if (code == CLI_OK)
		(void)fprintf(cli->out,
		    "Queued for %" PRId64
		    ". Follow it: workphone commands --open\n",
		    cli_number(done, "queued"));
	json_decref(done);
	return code;
}

int run_push_policy(struct cli *cli)
{
	bool is_json = args_has(cli->args, OPTION_JSON);
	bool dry_run = args_has(cli->args, OPTION_DRY_RUN);
	json_t *plan = NULL;
	int code;

	if (is_json && !dry_run && !args_has(cli->args, OPTION_YES))
		return cli_fail(cli, CLI_USAGE,
		    "--json cannot ask: add --yes, or --dry-run to look");
	code = push_call(cli, true, &plan);
	if (code != CLI_OK)
		return code;
	if (!is_json)
		plan_print(cli, plan);
	else if (dry_run)
		code = cli_print_json(cli, plan);
	if (!dry_run && code == CLI_OK)
		code = push_confirmed(cli, cli_number(plan, "queued"))
		    ? push_order(cli)
		    : cli_fail(
		          cli, CLI_DECLINED, "not confirmed: nothing was sent");
	json_decref(plan);
	return code;
}

static int verdicts_print(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {
	    "SERIAL", "PERSON", "RULE", "SOURCE", "VERDICT", "REASON"};
	struct grid grid;
	const json_t *row;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fputs("No rule about phones is judged: no phone is "
		            "enrolled, or the policy has no such rule. See "
		            "workphone status, workphone judgements\n",
		    cli->out);
		return CLI_OK;
	}
	grid_init(&grid, heads, 6);
	json_array_foreach(items, i, row)
	{
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "serial", "-"));
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "person", "-"));
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "rule", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_source_line(row));
		words_add(&grid, WORDS_VERDICT, cli_text(row, "verdict", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "reason", "-"));
	}
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

int run_verdicts(struct cli *cli)
{
	const char *rule = cli->args->values[OPTION_RULE];
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	int code;

	buf_append_str(&path, "/api/v1/verdicts");
	if (cli->args->count) {
		buf_append_str(&path, "?device=");
		client_path_escape(&path, cli->args->words[0]);
	}
	if (rule) {
		buf_append_str(&path, cli->args->count ? "&rule=" : "?rule=");
		client_path_escape(&path, rule);
	}
	code = cli_list(cli, &path, &answer, &items);
	if (items)
		code = verdicts_print(cli, items);
	json_decref(answer);
	buf_clear(&path);
	return code;
}
