#include "server/cli/commands.h"

#include <string.h>

#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/wipe_follow.h"

static void wipe_path(struct buf *path, const char *device)
{
	buf_append_str(path, "/api/v1/devices/");
	client_path_escape(path, device);
	buf_append_str(path, "/wipe");
}

#define REASON_MAX 512

/* The phone that the plan has shown; nothing else can be meant after that. */
struct shown {
	const char *id;
	const char *serial;
	char reason[REASON_MAX];
};

/* reason NULL: the dry run. */
static int wipe_call(
    struct cli *cli, const char *device, const char *reason, json_t **out)
{
	const struct cli_args *args = cli->args;
	json_t *order = json_pack("{s:b,s:s*,s:b,s:b}", "dry_run",
	    reason == NULL, "reason", reason, "preserve_data_plan",
	    (int)args_has(args, OPTION_KEEP_DATA_PLAN),
	    "disallow_proximity_setup",
	    (int)args_has(args, OPTION_NO_PROXIMITY));
	struct buf path = {0};
	int code;

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
	wipe_path(&path, device);
	code = cli_call(cli, "POST", &path, order, out);
	buf_clear(&path);
	return code;
}

static void plan_line(struct cli *cli, const char *name, const char *text)
{
	(void)fprintf(cli->out, "%-8s", name);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG, text);
	(void)fputc('\n', cli->out);
}

static void plan_print(struct cli *cli, const json_t *plan)
{
	const json_t *device = json_object_get(plan, "device");

	plan_line(cli, "Phone", cli_text(device, "serial", "?"));
	plan_line(cli, "Person", cli_text(device, "person", "-"));
	plan_line(cli, "Model", cli_text(device, "product_name", "-"));
	if (!json_is_true(json_object_get(plan, "allowed")))
		return;
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(plan, "effect", "The phone will be erased."));
	(void)fputc('\n', cli->out);
}

static int ordered_print(
    struct cli *cli, const struct shown *shown, const json_t *answer)
{
	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, answer);
	(void)fputs("The wipe is ordered. The phone erases itself when it "
	            "next connects.\nFollow it: workphone wipe ",
	    cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, shown->serial);
	(void)fputs(" --follow\n", cli->out);
	return CLI_OK;
}

static int wipe_order(struct cli *cli, const struct shown *shown)
{
	json_t *answer = NULL;
	int code = wipe_call(cli, shown->id, shown->reason, &answer);

	if (code == CLI_OK && args_has(cli->args, OPTION_FOLLOW))
		code = wipe_follow(cli, shown->id);
	else if (code == CLI_OK)
		code = ordered_print(cli, shown, answer);
	json_decref(answer);
	return code;
}

/* An auditor will ask why: there is no order without a reason. */
static int reason_get(struct cli *cli, struct shown *shown)
{
	const char *given = cli->args->values[OPTION_REASON];

	if (given && str_copy(shown->reason, REASON_MAX, given) < 0)
		return cli_fail(cli, CLI_USAGE, "the reason is too long");
	if (!given && cli->in_is_terminal && !args_has(cli->args, OPTION_YES))
		cli_ask(cli, "Why is it wiped?", shown->reason, REASON_MAX);
	if (!shown->reason[0])
		return cli_fail(cli, CLI_USAGE,
		    "say why with --reason TEXT; nothing was ordered");
	return CLI_OK;
}

static int wipe_confirm(struct cli *cli, const struct shown *shown)
{
	if (args_has(cli->args, OPTION_YES) ||
	    cli_confirm(cli, "Type the serial number to wipe:", shown->serial))
		return CLI_OK;
	return cli_fail(
	    cli, CLI_DECLINED, "not confirmed: nothing was ordered");
}

/* The plan says no: an order that is open already can still be followed. */
static int wipe_refused(struct cli *cli, const json_t *plan, const char *device)
{
	bool is_open = json_is_object(json_object_get(plan, "wipe"));

	if (is_open && args_has(cli->args, OPTION_FOLLOW))
		return wipe_follow(cli, device);
	return cli_fail(cli, is_open ? CLI_CONFLICT : CLI_REFUSED, "%s",
	    cli_text(plan, "refusal", "the phone cannot be wiped now"));
}

/* Ordering it asks a second person; the answer names the request. */
static bool is_to_be_asked(const json_t *plan)
{
	return strcmp(cli_text(plan, "guard", ""), "needs_approval") == 0;
}

static int plan_carry_out(struct cli *cli, const json_t *plan)
{
	const json_t *device = json_object_get(plan, "device");
	struct shown shown = {.id = cli_text(device, "id", NULL),
	    .serial = cli_text(device, "serial", NULL)};
	int code;

	if (!shown.id || !shown.serial)
		return cli_fail(cli, CLI_REFUSED,
		    "the server's plan names no phone; nothing was ordered");
	if (!json_is_true(json_object_get(plan, "allowed")) &&
	    (!is_to_be_asked(plan) || args_has(cli->args, OPTION_DRY_RUN)))
		return wipe_refused(cli, plan, shown.id);
	if (args_has(cli->args, OPTION_DRY_RUN))
		return CLI_OK;
	code = reason_get(cli, &shown);
	if (code == CLI_OK)
		code = wipe_confirm(cli, &shown);
	return code == CLI_OK ? wipe_order(cli, &shown) : code;
}

static int options_check(struct cli *cli)
{
	const char *timeout = cli->args->values[OPTION_TIMEOUT];
	int64_t ms;

	if (args_has(cli->args, OPTION_JSON) &&
	    !args_has(cli->args, OPTION_DRY_RUN) &&
	    !args_has(cli->args, OPTION_YES))
		return cli_fail(cli, CLI_USAGE,
		    "--json cannot ask: add --yes, or --dry-run to look");
	if (timeout && !args_has(cli->args, OPTION_FOLLOW))
		return cli_fail(
		    cli, CLI_USAGE, "--timeout goes with --follow only");
	if (timeout && time_duration_parse(timeout, &ms) < 0)
		return cli_fail(
		    cli, CLI_USAGE, "--timeout must be like 90s, 20m or 2h");
	return CLI_OK;
}

int run_wipe(struct cli *cli)
{
	json_t *plan = NULL;
	int code = options_check(cli);

	if (code == CLI_OK)
		code = wipe_call(cli, cli->args->words[0], NULL, &plan);
	if (code != CLI_OK)
		return code;
	if (!args_has(cli->args, OPTION_JSON))
		plan_print(cli, plan);
	else if (args_has(cli->args, OPTION_DRY_RUN))
		code = cli_print_json(cli, plan);
	if (code == CLI_OK)
		code = plan_carry_out(cli, plan);
	json_decref(plan);
	return code;
}
