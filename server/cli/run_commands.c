#include "server/cli/commands.h"

#include "proto/base/str.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/words.h"

static void command_row(
    struct cli *cli, struct grid *grid, const json_t *command)
{
	char when[96];

	grid_add(grid, STYLE_PLAIN, cli_text(command, "id", "?"));
	grid_add(grid, STYLE_PLAIN, cli_text(command, "serial", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(command, "person", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(command, "request_type", "?"));
	words_add(grid, WORDS_COMMAND, cli_text(command, "state", "?"));
	cli_when(cli, command, "created_at", "?", when, sizeof(when));
	grid_add(grid, STYLE_PLAIN, when);
	grid_add(grid, STYLE_PLAIN, cli_text(command, "ordered_by", "-"));
}

static int commands_print(struct cli *cli, const json_t *items, bool more)
{
	static const char *const heads[] = {
	    "COMMAND", "SERIAL", "PERSON", "WHAT", "STATE", "ORDERED", "BY"};
	struct grid grid;
	const json_t *command;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fputs(args_has(cli->args, OPTION_OPEN)
		        ? "No command waits.\n"
		        : "No command yet. The policy sends some: "
		          "workphone push-policy\n",
		    cli->out);
		return CLI_OK;
	}
	grid_init(&grid, heads, 7);
	json_array_foreach(items, i, command) command_row(cli, &grid, command);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	if (more)
		(void)fputs("There are older ones; see --limit.\n", cli->out);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

static void commands_path(const struct cli_args *args, struct buf *path)
{
	const char *limit = args->values[OPTION_LIMIT];

	buf_append_str(path, "/api/v1/commands?limit=");
	client_path_escape(path, limit ? limit : "100");
	if (args_has(args, OPTION_OPEN))
		buf_append_str(path, "&open=1");
	if (args->count) {
		buf_append_str(path, "&device=");
		client_path_escape(path, args->words[0]);
	}
}

int run_commands(struct cli *cli)
{
	const char *limit = cli->args->values[OPTION_LIMIT];
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	uint64_t number;
	int code;

	if (limit && (str_number_parse(limit, 1000, &number) < 0 || !number))
		return cli_fail(cli, CLI_USAGE,
		    "--limit must be a whole number from 1 to 1000");
	commands_path(cli->args, &path);
	code = cli_list(cli, &path, &answer, &items);
	if (items)
		code = commands_print(
		    cli, items, *cli_text(answer, "next", "") != '\0');
	json_decref(answer);
	buf_clear(&path);
	return code;
}

static int why_print(struct cli *cli, const json_t *command)
{
	char when[96];
	char state[64];
	enum style style = words_find(WORDS_COMMAND,
	    cli_text(command, "state", "?"), state, sizeof(state));

	terminal_print(&cli->terminal, cli->out, style, state);
	cli_when(cli, command, "created_at", "?", when, sizeof(when));
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(command, "request_type", "?"));
	(void)fprintf(cli->out, ", ordered %s by ", when);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(command, "ordered_by", "?"));
	(void)fputc('\n', cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(command, "why", "The server gives no reason."));
	(void)fputc('\n', cli->out);
	return CLI_OK;
}

int run_why(struct cli *cli)
{
	struct buf path = {0};
	json_t *command = NULL;
	int code;

	buf_append_str(&path, "/api/v1/commands/");
	client_path_escape(&path, cli->args->words[0]);
	code = cli_call(cli, "GET", &path, NULL, &command);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, command)
		    : why_print(cli, command);
	json_decref(command);
	buf_clear(&path);
	return code;
}

int run_cancel(struct cli *cli)
{
	struct buf path = {0};
	json_t *command = NULL;
	int code;

	buf_append_str(&path, "/api/v1/commands/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, "/cancel");
	code = cli_call(cli, "POST", &path, NULL, &command);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON)) {
		code = cli_print_json(cli, command);
	} else if (code == CLI_OK) {
		terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
		    cli_text(command, "request_type", "?"));
		(void)fputs(" is cancelled. A phone that was given it before "
		            "may still carry it out.\n",
		    cli->out);
	}
	json_decref(command);
	buf_clear(&path);
	return code;
}
