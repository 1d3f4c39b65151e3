/* workphone clock: is the server's clock believed, and if not, is it right. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"

static int call(struct cli *cli, const char *method, json_t *body)
{
	struct buf path = {0};
	json_t *clock = NULL;
	int code;

	buf_append_str(&path, "/api/v1/clock");
	code = cli_call(cli, method, &path, body, &clock);
	buf_clear(&path);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, clock);
	else if (code == CLI_OK)
		(void)fprintf(cli->out, "It is %s by the server's clock%s%s\n",
		    cli_text(clock, "now", "?"),
		    json_is_true(json_object_get(clock, "believed")) ? "."
		                                                     : ": ",
		    cli_text(clock, "doubt", ""));
	json_decref(clock);
	return code;
}

int run_clock(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	json_t *body;

	if (args->count == 0)
		return call(cli, "GET", NULL);
	if (strcmp(args->words[0], "right") != 0 ||
	    !args->values[OPTION_REASON])
		return cli_fail(cli, CLI_USAGE,
		    "clock takes nothing, or right with --reason TEXT");
	body = json_pack("{s:s}", "reason", args->values[OPTION_REASON]);
	return body ? call(cli, "POST", body)
	            : cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
}
