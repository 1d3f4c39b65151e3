/* workphone everything, retention: all of one person; nothing of those whose
 * time is over. */
#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"

static void item_print(struct cli *cli, const json_t *item)
{
	const char *would = cli_text(item, "would", NULL);
	const char *name = cli_text(item, "name", cli_text(item, "id", "?"));
	char kind[CLI_WORD_MAX];
	char word[CLI_WORD_MAX];

	(void)fprintf(cli->out, "  %-17s", cli_word(item, "kind", "?", kind));
	/* A task, a departure is named by a word of ours. */
	if (strcmp(kind, "task") == 0 || strcmp(kind, "departure") == 0)
		name = cli_word(item, "name", "?", word);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG, name);
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_word(item, "state", "", word));
	if (would) {
		(void)fputs("\n                   ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, would);
	}
	(void)fputc('\n', cli->out);
}

static void person_print(struct cli *cli, const json_t *answer)
{
	const json_t *person = json_object_get(answer, "person");
	const json_t *items = json_object_get(answer, "items");
	const json_t *item;
	size_t i;

	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(person, "name", "?"));
	(void)fputs(", ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(person, "unit", "of no unit"));
	(void)fprintf(cli->out, "; %s, last day %s\n",
	    json_is_true(json_object_get(person, "is_employed"))
	        ? "employed"
	        : "not employed",
	    cli_text(person, "last_day", "not known"));
	json_array_foreach(items, i, item) item_print(cli, item);
	if (json_array_size(items) == 0)
		(void)fputs("  has nothing, and nothing is open.\n", cli->out);
}

static int call(struct cli *cli, const char *tail, json_t *body, json_t **out)
{
	struct buf path = {0};
	int code;

	buf_append_str(&path, "/api/v1/people/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, tail);
	code = cli_call(cli, body ? "POST" : "GET", &path, body, out);
	buf_clear(&path);
	return code;
}

static int look(struct cli *cli)
{
	json_t *answer = NULL;
	int code = call(cli, "/everything", NULL, &answer);

	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, answer);
	else if (code == CLI_OK)
		person_print(cli, answer);
	json_decref(answer);
	return code;
}

static int return_call(struct cli *cli, bool is_dry, json_t **out)
{
	json_t *body = json_pack("{s:b,s:s}", "dry_run", (int)is_dry, "reason",
	    cli->args->values[OPTION_REASON]);

	if (!body)
		return cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
	return call(cli, "/everything-return", body, out);
}

static void done_print(struct cli *cli, const json_t *answer, bool is_dry)
{
	int64_t cases = cli_number(answer, "cases");

	if (is_dry)
		(void)fprintf(cli->out,
		    "%" PRId64 " phone(s) would come back. Nothing was done "
		    "yet; --yes does it.\n",
		    cases);
	else
		(void)fprintf(cli->out,
		    "Departure %s is open: %" PRId64 " phone(s) come back.\n",
		    cli_text(answer, "departure", "?"), cases);
}

static int ask_back(struct cli *cli)
{
	bool is_dry = !args_has(cli->args, OPTION_YES);
	json_t *answer = NULL;
	int code;

	if (!cli->args->values[OPTION_REASON])
		return cli_fail(cli, CLI_USAGE, "--return needs --reason TEXT");
	code = return_call(cli, is_dry, &answer);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, answer);
	else if (code == CLI_OK) {
		person_print(cli, answer);
		done_print(cli, answer, is_dry);
	}
	json_decref(answer);
	return code;
}

int run_everything(struct cli *cli)
{
	return args_has(cli->args, OPTION_RETURN) ? ask_back(cli) : look(cli);
}

/* ---- retention ---- */

static void retained_print(struct cli *cli, const json_t *person)
{
	const char *why_not = cli_text(person, "why_not", NULL);

	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(person, "name", cli_text(person, "id", "?")));
	(void)fprintf(
	    cli->out, ", until %s", cli_text(person, "last_day", "-"));
	if (why_not) {
		(void)fputs(": kept, ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, why_not);
	}
	(void)fputc('\n', cli->out);
}

static void report_print(struct cli *cli, const json_t *report, bool is_dry)
{
	const json_t *person;
	size_t i;

	json_array_foreach(json_object_get(report, "people"), i, person)
	    retained_print(cli, person);
	if (cli_number(report, "looked_at") == 0) {
		(void)fputs("Nobody's time is over: nothing is to be "
		            "removed of people.\n",
		    cli->out);
	} else {
		(void)fprintf(cli->out,
		    "The time is over of %" PRId64 ": %" PRId64 " %s, %" PRId64
		    " kept.\n",
		    cli_number(report, "looked_at"), cli_number(report, "due"),
		    is_dry ? "would be purged" : "purged",
		    cli_number(report, "kept"));
	}
	if (is_dry && cli_number(report, "due") > 0)
		(void)fputs("Nothing was removed yet; --yes removes it, and "
		            "so does the night.\n",
		    cli->out);
}

int run_retention(struct cli *cli)
{
	bool is_dry = !args_has(cli->args, OPTION_YES);
	struct buf path = {0};
	json_t *report = NULL;
	int code;

	buf_append_str(&path, "/api/v1/retention");
	code = cli_call(cli, "POST", &path,
	    json_pack("{s:b}", "dry_run", (int)is_dry), &report);
	buf_clear(&path);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, report);
	else if (code == CLI_OK)
		report_print(cli, report, is_dry);
	json_decref(report);
	return code;
}
