#include "server/cli/commands.h"

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/qr.h"
#include "server/cli/words.h"

#include "proto/base/err.h"

static void link_row(struct cli *cli, struct grid *grid, const json_t *link)
{
	char when[96];

	grid_add(grid, STYLE_PLAIN, cli_text(link, "person", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(link, "serial", "-"));
	words_add(grid, WORDS_LINK, cli_text(link, "state", "?"));
	cli_when(cli, link, "expires_at", "?", when, sizeof(when));
	grid_add(grid, STYLE_PLAIN, when);
	cli_when(cli, link, "created_at", "?", when, sizeof(when));
	grid_add(grid, STYLE_PLAIN, when);
	grid_add(grid, STYLE_PLAIN, cli_text(link, "created_by", "-"));
}

static int links_print(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {
	    "PERSON", "SERIAL", "STATE", "EXPIRES", "MADE", "BY"};
	struct grid grid;
	const json_t *link;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fputs("No link yet. Make one: workphone enrol-link "
		            "--person NAME --serial SERIAL\n",
		    cli->out);
		return CLI_OK;
	}
	grid_init(&grid, heads, 6);
	json_array_foreach(items, i, link) link_row(cli, &grid, link);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

int run_links(struct cli *cli)
{
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	int code;

	buf_append_str(&path, "/api/v1/enrolment-links");
	code = cli_list(cli, &path, &answer, &items);
	if (items)
		code = links_print(cli, items);
	json_decref(answer);
	buf_clear(&path);
	return code;
}

static void qr_print(struct cli *cli, const char *url)
{
	struct buf code = {0};
	struct err err = {0};

	if (!cli->terminal.is_terminal && !args_has(cli->args, OPTION_QR))
		return;
	if (qr_render(url, cli->terminal.colour, &code, &err) < 0)
		(void)cli_fail(cli, CLI_OK, "no QR code: %s", err.text);
	else
		(void)fprintf(cli->out, "\n%s", (const char *)code.data);
	buf_clear(&code);
}

static int link_print(struct cli *cli, const json_t *link)
{
	const char *url = cli_text(link, "url", "");
	char when[96];

	cli_when(cli, link, "expires_at", "?", when, sizeof(when));
	(void)fputs("Link for ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(link, "person", "?"));
	(void)fputs(", phone ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(link, "serial", "?"));
	(void)fprintf(cli->out,
	    ". It works once and expires %s; it is not shown again.\n\n", when);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, url);
	(void)fputc('\n', cli->out);
	qr_print(cli, url);
	if (*cli_text(link, "work_order_id", ""))
		(void)fputs("\nThe next bench station that this phone is "
		            "plugged into enrols it.\n",
		    cli->out);
	return CLI_OK;
}

int run_enrol_link(struct cli *cli)
{
	const char *valid_for = cli->args->values[OPTION_VALID_FOR];
	struct buf path = {0};
	json_t *link = NULL;
	json_t *order;
	int code;

	order = json_pack("{s:s,s:s,s:s*,s:o*}", "person",
	    cli->args->values[OPTION_PERSON], "serial",
	    cli->args->values[OPTION_SERIAL], "valid_for", valid_for, "bench",
	    args_has(cli->args, OPTION_BENCH) ? json_true() : NULL);
	if (!order)
		return cli_fail(
		    cli, CLI_USAGE, "the person or serial is not UTF-8");
	buf_append_str(&path, "/api/v1/enrolment-links");
	code = cli_call(cli, "POST", &path, order, &link);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, link)
		    : link_print(cli, link);
	json_decref(link);
	buf_clear(&path);
	return code;
}
