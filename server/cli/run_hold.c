/* workphone hold: what must not be destroyed. */
#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define HOLDS "/api/v1/holds"

static int list(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"ON", "subject.kind", LISTING_TEXT, 0},
	    {"NAME", "subject.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_WORD, 0},
	    {"REFERENCE", "reference", LISTING_TEXT, 0},
	    {"SET BY", "set_by", LISTING_TEXT, 0},
	    {"SET", "set_at", LISTING_WHEN, 0},
	};
	static const struct listing holds = {
	    HOLDS, columns, 7, NULL, 0, NULL, "There is no legal hold."};

	return listing_run(cli, &holds);
}

static void hold_print(struct cli *cli, const json_t *hold)
{
	const json_t *subject = json_object_get(hold, "subject");
	int64_t waiting = cli_number(hold, "erases_waiting");
	int64_t handed = cli_number(hold, "erases_handed_out");

	if (strcmp(cli_text(hold, "state", ""), "lifted") == 0) {
		(void)fprintf(cli->out,
		    "The legal hold is lifted; what waited goes on.\n");
		return;
	}
	(void)fprintf(
	    cli->out, "Legal hold %s stands on ", cli_text(hold, "id", "?"));
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(subject, "name", "?"));
	(void)fputs(
	    ": nothing of it is erased until it is lifted.\n", cli->out);
	if (waiting > 0)
		(void)fprintf(cli->out,
		    "%" PRId64 " erase(s) ordered before wait from now on.\n",
		    waiting);
	if (handed > 0)
		(void)fprintf(cli->out,
		    "%" PRId64 " erase(s) were handed to the phone or a bench "
		    "before: too late to stop from here.\n",
		    handed);
}

static int post(struct cli *cli, const char *id, json_t *body)
{
	struct buf path = {0};
	json_t *hold = NULL;
	int code;

	if (!body)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	buf_append_str(&path, HOLDS);
	if (id) {
		buf_append_char(&path, '/');
		client_path_escape(&path, id);
		buf_append_str(&path, "/lift");
	}
	code = cli_call(cli, "POST", &path, body, &hold);
	buf_clear(&path);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, hold);
	else if (code == CLI_OK)
		hold_print(cli, hold);
	json_decref(hold);
	return code;
}

static int add(struct cli *cli)
{
	const char *const *values = cli->args->values;

	if (!values[OPTION_PERSON] == !values[OPTION_PHONE] ||
	    !values[OPTION_REASON])
		return cli_fail(cli, CLI_USAGE,
		    "hold add needs --person PERSON or --phone PHONE, and the "
		    "case as --reason TEXT");
	return post(cli, NULL,
	    json_pack("{s:s*,s:s*,s:s}", "person", values[OPTION_PERSON],
	        "phone", values[OPTION_PHONE], "reference",
	        values[OPTION_REASON]));
}

static int lift(struct cli *cli)
{
	const struct cli_args *args = cli->args;

	if (!args->values[OPTION_REASON])
		return cli_fail(
		    cli, CLI_USAGE, "hold lift needs --reason TEXT");
	return post(cli, args->words[1],
	    json_pack("{s:s}", "reason", args->values[OPTION_REASON]));
}

int run_hold(struct cli *cli)
{
	const struct cli_args *args = cli->args;

	if (strcmp(args->words[0], "list") == 0 && args->count == 1)
		return list(cli);
	if (strcmp(args->words[0], "add") == 0 && args->count == 1)
		return add(cli);
	if (strcmp(args->words[0], "lift") == 0 && args->count == 2)
		return lift(cli);
	return cli_fail(cli, CLI_USAGE, "hold takes list, add, or lift HOLD");
}
