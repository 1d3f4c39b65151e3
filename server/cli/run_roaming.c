#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"

int run_roaming(struct cli *cli)
{
	const char *word = cli->args->words[1];
	bool on = strcmp(word, "on") == 0;
	struct buf path = {0};
	json_t *done = NULL;
	int code;

	if (!on && strcmp(word, "off") != 0)
		return cli_fail(
		    cli, CLI_USAGE, "roaming is switched on or off");
	buf_append_str(&path, "/api/v1/devices/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, "/roaming");
	code = cli_call(
	    cli, "POST", &path, json_pack("{sb}", "data", (int)on), &done);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, done);
	else if (code == CLI_OK)
		(void)fprintf(cli->out,
		    "Queued: data abroad %s. Follow it: workphone why %s\n",
		    word, cli_text(done, "id", "?"));
	json_decref(done);
	buf_clear(&path);
	return code;
}
