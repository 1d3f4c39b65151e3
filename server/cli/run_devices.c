#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/words.h"

static void device_row(struct cli *cli, struct grid *grid, const json_t *device)
{
	const json_t *wipe = json_object_get(device, "wipe");
	int64_t open = cli_number(device, "commands_open");
	char text[128];

	grid_add(grid, STYLE_PLAIN, cli_text(device, "serial", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(device, "person", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(device, "product_name", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(device, "os_version", "-"));
	words_add(grid, WORDS_DEVICE, cli_text(device, "state", "?"));
	words_add(grid, WORDS_PHONE, cli_text(device, "phone_state", "?"));
	cli_when(cli, device, "last_seen_at", "never", text, sizeof(text));
	grid_add(grid, STYLE_PLAIN, text);
	(void)snprintf(text, sizeof(text), "%" PRId64, open);
	grid_add(grid, STYLE_PLAIN, open ? text : "-");
	if (json_is_object(wipe))
		words_add(grid, WORDS_WIPE, cli_text(wipe, "state", "?"));
	else
		grid_add(grid, STYLE_PLAIN, "-");
}

static void none_print(struct cli *cli)
{
	if (cli->args->count == 0)
		(void)fputs("No phone is known yet. Enrol one: workphone "
		            "enrol-link --person NAME --serial SERIAL\n",
		    cli->out);
	else
		(void)fputs("No phone is found by that. All of them: "
		            "workphone devices\n",
		    cli->out);
}

static int devices_print(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {"SERIAL", "PERSON", "MODEL", "iOS",
	    "STATE", "REGISTER", "LAST SEEN", "WAITING", "WIPE"};
	struct grid grid;
	const json_t *device;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		none_print(cli);
		return CLI_OK;
	}
	grid_init(&grid, heads, 9);
	json_array_foreach(items, i, device) device_row(cli, &grid, device);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

int run_devices(struct cli *cli)
{
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	int code;

	buf_append_str(&path, "/api/v1/devices");
	if (cli->args->count) {
		buf_append_str(&path, "?q=");
		client_path_escape(&path, cli->args->words[0]);
	}
	code = cli_list(cli, &path, &answer, &items);
	if (items)
		code = devices_print(cli, items);
	json_decref(answer);
	buf_clear(&path);
	return code;
}
