#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"
#include "server/cli/words.h"

#define DOCUMENT_DEPTH_MAX 6

static void head_print(struct cli *cli, const char *text)
{
	(void)fputc('\n', cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG, text);
	(void)fputc('\n', cli->out);
}

static void pair_add(struct grid *grid, const char *name, const char *text)
{
	grid_add(grid, STYLE_PLAIN, name);
	grid_add(grid, STYLE_PLAIN, text);
}

static void facts_line_add(struct cli *cli, struct grid *grid, const char *name,
    const json_t *object, const char *key)
{
	char text[128];

	cli_when(cli, object, key, "never", text, sizeof(text));
	pair_add(grid, name, text);
}

static void summary_add(
    struct cli *cli, struct grid *grid, const json_t *device)
{
	static const struct {
		const char *name;
		const char *key;
	} texts[] = {{"Serial", "serial"}, {"Person", "person"},
	    {"Name", "name"}, {"Product", "product_name"}, {"Model", "model"},
	    {"iOS", "os_version"}, {"Build", "build_version"}, {"IMEI", "imei"},
	    {"UDID", "udid"}, {"Id", "id"}};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		pair_add(
		    grid, texts[i].name, cli_text(device, texts[i].key, "-"));
	grid_add(grid, STYLE_PLAIN, "State");
	words_add(grid, WORDS_DEVICE, cli_text(device, "state", "?"));
	grid_add(grid, STYLE_PLAIN, "Register");
	words_add(grid, WORDS_PHONE, cli_text(device, "phone_state", "?"));
	facts_line_add(cli, grid, "Enrolled", device, "enrolled_at");
	facts_line_add(cli, grid, "Last seen", device, "last_seen_at");
}

/* Leaves of a document, one a line: "passcode.present  true". */
static void document_add(
    struct grid *grid, const char *name, json_t *value, int depth)
{
	char path[160];
	const char *key;
	json_t *child;
	size_t i;
	char *text;

	if (json_is_object(value) && depth < DOCUMENT_DEPTH_MAX) {
		json_object_foreach(value, key, child)
		{
			(void)snprintf(path, sizeof(path), "%s%s%s", name,
			    *name ? "." : "", key);
			document_add(grid, path, child, depth + 1);
		}
	} else if (json_is_array(value) && depth < DOCUMENT_DEPTH_MAX) {
		json_array_foreach(value, i, child)
		{
			(void)snprintf(path, sizeof(path), "%s[%zu]", name, i);
			document_add(grid, path, child, depth + 1);
		}
	} else if (json_is_real(value)) {
		(void)snprintf(
		    path, sizeof(path), "%.6g", json_real_value(value));
		pair_add(grid, name, path);
	} else if (json_is_string(value)) {
		pair_add(grid, name, json_string_value(value));
	} else {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		pair_add(grid, name, text ? text : "?");
		free(text);
	}
}

static void facts_print(struct cli *cli, const json_t *facts)
{
	struct grid grid;
	const json_t *row;
	char when[96];
	size_t i;

	if (json_array_size(facts) == 0) {
		head_print(cli, "Facts");
		(void)fputs("Nothing has been reported yet.\n", cli->out);
	}
	json_array_foreach(facts, i, row)
	{
		cli_when(cli, row, "observed_at", "?", when, sizeof(when));
		head_print(cli, cli_text(row, "kind", "?"));
		(void)fprintf(cli->out, "observed %s, from ", when);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
		    cli_text(row, "source", "?"));
		(void)fputc('\n', cli->out);
		grid_init(&grid, NULL, 2);
		document_add(&grid, "", json_object_get(row, "data"), 0);
		(void)grid_print(&grid, &cli->terminal, cli->out);
		grid_clear(&grid);
	}
}

static void verdicts_print(struct cli *cli, const json_t *verdicts)
{
	struct grid grid;
	const json_t *row;
	size_t i;

	head_print(cli, "Rules");
	if (json_array_size(verdicts) == 0)
		(void)fputs("No rule has been judged.\n", cli->out);
	grid_init(&grid, NULL, 4);
	json_array_foreach(verdicts, i, row)
	{
		words_add(&grid, WORDS_VERDICT, cli_text(row, "verdict", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "rule", "?"));
		grid_add(&grid, STYLE_PLAIN, cli_source_line(row));
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "reason", "-"));
	}
	(void)grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
}

static void open_commands_print(struct cli *cli, const json_t *commands)
{
	struct grid grid;
	const json_t *row;
	char when[96];
	size_t i;

	head_print(cli, "Commands that wait");
	if (json_array_size(commands) == 0)
		(void)fputs("None.\n", cli->out);
	grid_init(&grid, NULL, 4);
	json_array_foreach(commands, i, row)
	{
		grid_add(&grid, STYLE_PLAIN, cli_text(row, "id", "?"));
		grid_add(
		    &grid, STYLE_PLAIN, cli_text(row, "request_type", "?"));
		words_add(&grid, WORDS_COMMAND, cli_text(row, "state", "?"));
		cli_when(cli, row, "created_at", "?", when, sizeof(when));
		grid_add(&grid, STYLE_PLAIN, when);
	}
	(void)grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
}

static void wipe_print(struct cli *cli, const json_t *wipe)
{
	struct grid grid;

	if (!json_is_object(wipe))
		return;
	head_print(cli, "Wipe");
	grid_init(&grid, NULL, 2);
	grid_add(&grid, STYLE_PLAIN, "State");
	words_add(&grid, WORDS_WIPE, cli_text(wipe, "state", "?"));
	facts_line_add(cli, &grid, "Ordered", wipe, "ordered_at");
	pair_add(&grid, "By", cli_text(wipe, "ordered_by", "-"));
	pair_add(&grid, "Reason", cli_text(wipe, "reason", "-"));
	facts_line_add(cli, &grid, "Acknowledged", wipe, "acknowledged_at");
	facts_line_add(cli, &grid, "Silent", wipe, "silent_at");
	facts_line_add(cli, &grid, "Proven", wipe, "proven_at");
	if (*cli_text(wipe, "warning", ""))
		pair_add(&grid, "Warning", cli_text(wipe, "warning", ""));
	(void)grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
}

static int device_print(struct cli *cli, const json_t *device)
{
	struct grid grid;
	int rc;

	grid_init(&grid, NULL, 2);
	summary_add(cli, &grid, device);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	if (rc < 0)
		return cli_fail(cli, CLI_REFUSED, "out of memory");
	verdicts_print(cli, json_object_get(device, "verdicts"));
	open_commands_print(cli, json_object_get(device, "commands"));
	wipe_print(cli, json_object_get(device, "wipe"));
	facts_print(cli, json_object_get(device, "facts"));
	return CLI_OK;
}

/* "device show DEVICE" and "device DEVICE"; NULL when it is neither. */
static const char *device_word(const struct cli_args *args)
{
	bool is_show = strcmp(args->words[0], "show") == 0;

	if (args->count == 2)
		return is_show ? args->words[1] : NULL;
	return is_show ? NULL : args->words[0];
}

int run_device(struct cli *cli)
{
	const char *word = device_word(cli->args);
	struct buf path = {0};
	json_t *device = NULL;
	int code;

	if (!word)
		return cli_fail(cli, CLI_USAGE,
		    "write it as: workphone device show DEVICE");
	buf_append_str(&path, "/api/v1/devices/");
	client_path_escape(&path, word);
	code = cli_call(cli, "GET", &path, NULL, &device);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, device)
		    : device_print(cli, device);
	json_decref(device);
	buf_clear(&path);
	return code;
}
