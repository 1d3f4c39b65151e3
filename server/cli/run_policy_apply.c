/*
 * `workphone policy plan` and `apply`: the pack's files go to the server, which
 * says in words what would change on how many phones, before anything does.
 */
#include "server/cli/commands.h"

#include <inttypes.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/pack_files.h"

static int files_read(struct cli *cli, const char *folder, json_t **out)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_files_read(folder, &pack, out, &err) < 0)
		return cli_fail(cli,
		    err.code == ERR_NOT_FOUND ? CLI_NOT_FOUND : CLI_REFUSED,
		    "%s", err.text);
	pack_free(pack);
	return CLI_OK;
}

/* body is taken. */
static int policy_call(
    struct cli *cli, const char *path, json_t *body, json_t **out)
{
	struct buf text = {0};
	int code;

	buf_append_str(&text, path);
	code = cli_call(cli, "POST", &text, body, out);
	buf_clear(&text);
	return code;
}

static void line_print(struct cli *cli, const char *text)
{
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

static void plan_print(struct cli *cli, const json_t *plan)
{
	const json_t *changes = json_object_get(plan, "changes");
	const json_t *change;
	size_t i;

	line_print(cli, cli_text(plan, "summary", "?"));
	json_array_foreach(changes, i, change)
	{
		(void)fputs("  ", cli->out);
		line_print(cli, cli_text(change, "sentence", "?"));
	}
	line_print(cli, cli_text(plan, "effect", "?"));
}

int policy_plan(struct cli *cli, const char *folder)
{
	json_t *files = NULL;
	json_t *plan = NULL;
	int code = files_read(cli, folder, &files);

	if (code == CLI_OK)
		code = policy_call(cli, "/api/v1/policy/plan", files, &plan);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, plan);
	else if (code == CLI_OK)
		plan_print(cli, plan);
	json_decref(plan);
	return code;
}

/* What was planned is what is applied: the server refuses when another policy
 * has come into force meanwhile. */
static int apply_call(
    struct cli *cli, json_t *files, const json_t *plan, json_t **out)
{
	(void)json_object_set_new(
	    files, "replaces", json_string(cli_text(plan, "replaces", "")));
	return policy_call(
	    cli, "/api/v1/policy/apply", json_incref(files), out);
}

static void applied_print(struct cli *cli, const json_t *done)
{
	(void)fprintf(cli->out,
	    "In force. Queued for %" PRId64
	    " phones. Follow it: workphone commands --open\n",
	    cli_number(done, "queued"));
}

static int apply_planned(struct cli *cli, json_t *files, const json_t *plan)
{
	json_t *done = NULL;
	int code;

	if (!args_has(cli->args, OPTION_YES) &&
	    !cli_confirm(cli, "Put it into force? Type yes:", "yes"))
		return cli_fail(
		    cli, CLI_DECLINED, "not confirmed: nothing was changed");
	code = apply_call(cli, files, plan, &done);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, done);
	else if (code == CLI_OK)
		applied_print(cli, done);
	json_decref(done);
	return code;
}

int policy_apply(struct cli *cli, const char *folder)
{
	bool is_json = args_has(cli->args, OPTION_JSON);
	json_t *files = NULL;
	json_t *plan = NULL;
	int code;

	if (is_json && !args_has(cli->args, OPTION_YES))
		return cli_fail(cli, CLI_USAGE,
		    "--json cannot ask: add --yes, or use policy plan");
	code = files_read(cli, folder, &files);
	if (code == CLI_OK)
		code = policy_call(
		    cli, "/api/v1/policy/plan", json_incref(files), &plan);
	if (code == CLI_OK && !is_json)
		plan_print(cli, plan);
	if (code == CLI_OK &&
	    json_is_true(json_object_get(plan, "is_in_force")))
		code = is_json ? cli_print_json(cli, plan) : CLI_OK;
	else if (code == CLI_OK)
		code = apply_planned(cli, files, plan);
	json_decref(plan);
	json_decref(files);
	return code;
}
