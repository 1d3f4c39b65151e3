#include "server/cli/commands.h"

#include <inttypes.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"

static void policy_add(struct cli *cli, struct grid *grid, const json_t *policy)
{
	char when[96];
	char text[256];

	grid_add(grid, STYLE_PLAIN, "Policy");
	if (!json_is_object(policy)) {
		grid_add(grid, STYLE_DOUBT,
		    "none: set `policy` in the server's configuration");
		return;
	}
	cli_when(cli, policy, "applied_at", "", when, sizeof(when));
	(void)snprintf(text, sizeof(text), "%s, put in force %s by %s",
	    cli_text(policy, "pack", "?"), when,
	    cli_text(policy, "applied_by", "?"));
	grid_add(grid, STYLE_PLAIN, text);
}

static void counts_add(struct grid *grid, const json_t *counts)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
	    "%" PRId64 ", of them %" PRId64 " enrolled",
	    cli_number(counts, "devices"), cli_number(counts, "enrolled"));
	grid_add(grid, STYLE_PLAIN, "Phones");
	grid_add(grid, STYLE_PLAIN, text);
	(void)snprintf(text, sizeof(text), "%" PRId64 " waiting",
	    cli_number(counts, "commands_open"));
	grid_add(grid, STYLE_PLAIN, "Commands");
	grid_add(grid, STYLE_PLAIN, text);
	(void)snprintf(text, sizeof(text), "%" PRId64 " not yet proven",
	    cli_number(counts, "wipes_open"));
	grid_add(grid, STYLE_PLAIN, "Wipes");
	grid_add(grid, STYLE_PLAIN, text);
}

static int status_print(struct cli *cli, const json_t *status)
{
	struct grid grid;
	int rc;

	grid_init(&grid, NULL, 2);
	grid_add(&grid, STYLE_PLAIN, "Server");
	grid_add(&grid, STYLE_PLAIN, cli_text(status, "version", "?"));
	grid_add(&grid, STYLE_PLAIN, "Organisation");
	grid_add(&grid, STYLE_PLAIN,
	    cli_text(json_object_get(status, "organisation"), "name", "?"));
	policy_add(cli, &grid, json_object_get(status, "policy"));
	counts_add(&grid, json_object_get(status, "counts"));
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

int run_status(struct cli *cli)
{
	struct buf path = {0};
	json_t *status = NULL;
	int code;

	buf_append_str(&path, "/api/v1/status");
	code = cli_call(cli, "GET", &path, NULL, &status);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, status)
		    : status_print(cli, status);
	json_decref(status);
	buf_clear(&path);
	return code;
}

int run_version(struct cli *cli)
{
	json_t *version;
	int code = CLI_OK;

	if (!args_has(cli->args, OPTION_JSON)) {
		(void)fprintf(cli->out, "workphone %s\n", WP_VERSION);
		return code;
	}
	version = json_pack("{s:s}", "version", WP_VERSION);
	code = cli_print_json(cli, version);
	json_decref(version);
	return code;
}
