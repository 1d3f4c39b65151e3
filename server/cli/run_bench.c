#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/words.h"

/* ---- lists: one row function and a table of heads each ---- */

struct list {
	const char *const *heads;
	size_t columns;
	void (*row)(struct cli *, struct grid *, const json_t *);
	const char *empty;
};

static int list_print(
    struct cli *cli, const json_t *items, const struct list *list)
{
	struct grid grid;
	const json_t *item;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fputs(list->empty, cli->out);
		return CLI_OK;
	}
	grid_init(&grid, list->heads, list->columns);
	json_array_foreach(items, i, item) list->row(cli, &grid, item);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

/* path is emptied. */
static int list_run(struct cli *cli, struct buf *path, const struct list *list)
{
	json_t *answer = NULL;
	json_t *items = NULL;
	int code = cli_list(cli, path, &answer, &items);

	if (items)
		code = list_print(cli, items, list);
	json_decref(answer);
	buf_clear(path);
	return code;
}

static void when_add(
    struct cli *cli, struct grid *grid, const json_t *item, const char *key)
{
	char when[96];

	cli_when(cli, item, key, "-", when, sizeof(when));
	grid_add(grid, STYLE_PLAIN, when);
}

static void station_row(
    struct cli *cli, struct grid *grid, const json_t *station)
{
	int64_t missing = cli_number(station, "reports_missing");
	char text[48] = "-";

	grid_add(grid, STYLE_PLAIN, cli_text(station, "name", "?"));
	words_add(grid, WORDS_STATION, cli_text(station, "state", "?"));
	when_add(cli, grid, station, "last_report_at");
	if (missing > 0)
		(void)snprintf(
		    text, sizeof(text), "! %" PRId64 " missing", missing);
	grid_add(grid, missing > 0 ? STYLE_BAD : STYLE_PLAIN, text);
	when_add(cli, grid, station, "certificate_expires_at");
	grid_add(grid, STYLE_PLAIN, cli_text(station, "id", "?"));
}

int run_stations(struct cli *cli)
{
	static const char *const heads[] = {
	    "STATION", "STATE", "HEARD", "REPORTS", "EXPIRES", "ID"};
	static const struct list list = {heads, 6, station_row,
	    "No station yet. Admit one: workphone station-code --name NAME\n"};
	struct buf path = {0};

	buf_append_str(&path, "/api/v1/stations");
	return list_run(cli, &path, &list);
}

static void phone_row(struct cli *cli, struct grid *grid, const json_t *phone)
{
	const json_t *facts = json_object_get(phone, "facts");
	bool is_there = json_is_true(json_object_get(phone, "is_attached"));

	grid_add(grid, STYLE_PLAIN, cli_text(phone, "port", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(phone, "serial", "-"));
	grid_add(grid, is_there ? STYLE_GOOD : STYLE_FAINT,
	    is_there ? "\xe2\x9c\x94 plugged in" : "- gone");
	grid_add(grid, STYLE_PLAIN, cli_text(phone, "mode", "-"));
	when_add(cli, grid, phone, "seen_at");
	grid_add(grid, STYLE_PLAIN, cli_text(facts, "product_type", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(facts, "ios_version", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(facts, "activation", "?"));
}

int run_bench(struct cli *cli)
{
	static const char *const heads[] = {"PORT", "SERIAL", "NOW", "MODE",
	    "SEEN", "MODEL", "IOS", "ACTIVATION"};
	static const struct list list = {
	    heads, 8, phone_row, "No phone has been at a bench yet.\n"};
	struct buf path = {0};

	buf_append_str(&path, "/api/v1/bench-phones");
	return list_run(cli, &path, &list);
}

static void order_row(struct cli *cli, struct grid *grid, const json_t *order)
{
	grid_add(grid, STYLE_PLAIN, cli_text(order, "id", "?"));
	grid_add(grid, STYLE_PLAIN, cli_text(order, "serial", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(order, "kind", "?"));
	words_add(grid, WORDS_ORDER, cli_text(order, "state", "?"));
	when_add(cli, grid, order, "created_at");
	grid_add(grid, STYLE_PLAIN, cli_text(order, "ordered_by", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(order, "result", "-"));
}

int run_orders(struct cli *cli)
{
	static const char *const heads[] = {
	    "ORDER", "SERIAL", "WHAT", "STATE", "ORDERED", "BY", "RESULT"};
	static const struct list list = {heads, 7, order_row,
	    "No work order. A wipe makes one, and enrol-link --bench.\n"};
	const char *limit = cli->args->values[OPTION_LIMIT];
	struct buf path = {0};
	uint64_t number;

	if (limit && (str_number_parse(limit, 1000, &number) < 0 || !number))
		return cli_fail(cli, CLI_USAGE,
		    "--limit must be a whole number from 1 to 1000");
	buf_append_str(&path, "/api/v1/work-orders?limit=");
	client_path_escape(&path, limit ? limit : "100");
	if (args_has(cli->args, OPTION_OPEN))
		buf_append_str(&path, "&open=1");
	return list_run(cli, &path, &list);
}

/* ---- orders to the server: one call, one sentence ---- */

/* Takes body; prints the document, or lets say() speak. path is emptied. */
static int order_run(struct cli *cli, struct buf *path, json_t *body,
    void (*say)(struct cli *, const json_t *))
{
	json_t *answer = NULL;
	int code = cli_call(cli, "POST", path, body, &answer);

	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, answer);
	else if (code == CLI_OK)
		say(cli, answer);
	json_decref(answer);
	buf_clear(path);
	return code;
}

static void code_say(struct cli *cli, const json_t *station)
{
	char when[96];

	cli_when(cli, station, "code_expires_at", "?", when, sizeof(when));
	(void)fputs("Code for ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(station, "name", "?"));
	(void)fprintf(cli->out,
	    ". It works once and expires %s; it is not shown again.\n\n", when);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(station, "code", "?"));
	(void)fputs("\n\nOn the station: workphone-agent join --server URL "
	            "--ca-file FILE --code CODE\n",
	    cli->out);
}

int run_station_code(struct cli *cli)
{
	struct buf path = {0};
	json_t *order =
	    json_pack("{s:s,s:s*}", "name", cli->args->values[OPTION_NAME],
	        "valid_for", cli->args->values[OPTION_VALID_FOR]);

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the name is not UTF-8");
	buf_append_str(&path, "/api/v1/stations");
	return order_run(cli, &path, order, code_say);
}

static void revoke_say(struct cli *cli, const json_t *station)
{
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(station, "name", "?"));
	(void)fputs(" is revoked: nothing it says is believed from now on.\n",
	    cli->out);
}

int run_station_revoke(struct cli *cli)
{
	struct buf path = {0};

	if (!args_has(cli->args, OPTION_YES) &&
	    args_has(cli->args, OPTION_JSON))
		return cli_fail(
		    cli, CLI_USAGE, "with --json nothing is asked; add --yes");
	if (!args_has(cli->args, OPTION_YES) &&
	    !cli_confirm(cli,
	        "Nothing this station says will be believed again. Type "
	        "\"revoke\" to go on: ",
	        "revoke"))
		return cli_fail(cli, CLI_DECLINED, "nothing was done");
	buf_append_str(&path, "/api/v1/stations/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, "/revoke");
	return order_run(cli, &path, NULL, revoke_say);
}

static void work_say(struct cli *cli, const json_t *order)
{
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(order, "kind", "?"));
	(void)fputs(" for ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(order, "serial", "?"));
	(void)fputs(
	    ": done when the phone is plugged in at a bench.\n", cli->out);
}

int run_bench_order(struct cli *cli)
{
	struct buf path = {0};
	json_t *order = json_pack("{s:s,s:s*}", "kind", cli->args->words[1],
	    "reason", cli->args->values[OPTION_REASON]);

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
	buf_append_str(&path, "/api/v1/devices/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, "/work-orders");
	return order_run(cli, &path, order, work_say);
}

static void cancel_say(struct cli *cli, const json_t *order)
{
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(order, "kind", "?"));
	(void)fputs(" is cancelled. A station that was given it before may "
	            "still carry it out.\n",
	    cli->out);
}

int run_bench_cancel(struct cli *cli)
{
	struct buf path = {0};

	buf_append_str(&path, "/api/v1/work-orders/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, "/cancel");
	return order_run(cli, &path, NULL, cancel_say);
}
