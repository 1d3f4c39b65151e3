/* workphone departures, departure: what must come back from people. */
#include "server/cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"
#include "server/cli/when.h"

#define DEPARTURES "/api/v1/departures"

int run_departures(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"PERSON", "person.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_WORD, 0},
	    {"LAST DAY", "last_day", LISTING_TEXT, 0},
	    {"PHONES", "cases", LISTING_TEXT, 0},
	    {"OPEN", "cases_open", LISTING_TEXT, 0},
	    {"SIMS", "sims_undecided", LISTING_TEXT, 0},
	    {"RECEIVER", "receiver.name", LISTING_TEXT, 0},
	    {"WAITS FOR", "waits_for", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_OPEN, "open"}, {OPTION_PERSON, "person"}};
	static const struct listing departures = {DEPARTURES, columns, 9,
	    options, 2, NULL, "Nothing has to come back."};

	return listing_run(cli, &departures);
}

static void line(struct cli *cli, const char *name, const char *text)
{
	if (!*text)
		return;
	(void)fprintf(cli->out, "  %-13s", name);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

static void case_print(struct cli *cli, const json_t *item)
{
	char state[CLI_WORD_MAX];

	(void)fputs("  phone        ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(json_object_get(item, "device"), "serial", "?"));
	(void)fprintf(cli->out, "  %s", cli_word(item, "state", "?", state));
	if (*cli_text(item, "waits_for", "")) {
		(void)fputs(", waits for ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
		    cli_text(item, "waits_for", ""));
	}
	(void)fputc('\n', cli->out);
}

static void sim_print(struct cli *cli, const json_t *item)
{
	(void)fprintf(cli->out, "  SIM          %s  %s\n",
	    cli_text(item, "number", cli_text(item, "subscription", "?")),
	    cli_text(item, "decision", "?"));
}

/* A phone is still waited for whose erase nobody has ordered yet. */
static bool is_erase_ahead(const json_t *departure)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(departure, "return_cases"), i, item)
	{
		if (!cli_time(item, "closed_at") &&
		    json_is_null(json_object_get(item, "wipe")))
			return true;
	}
	return false;
}

/* Of one that is opened, or would be, there are numbers only. */
static void counts_print(struct cli *cli, const json_t *departure)
{
	if (json_is_array(json_object_get(departure, "return_cases")))
		return;
	(void)fprintf(cli->out,
	    "  %-13s%" PRId64 " to come back, %" PRId64 " SIM(s) to decide\n",
	    "phones", cli_number(departure, "cases"),
	    cli_number(departure, "sims_undecided"));
}

static int departure_print(struct cli *cli, const json_t *departure)
{
	char reason[CLI_WORD_MAX];
	char when[WHEN_TEXT_MAX];
	char state[CLI_WORD_MAX];
	const json_t *item;
	size_t i;

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, departure);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(json_object_get(departure, "person"), "name", "?"));
	(void)fprintf(cli->out, ": %s (%s), departure %s\n",
	    cli_word(departure, "state", "?", state),
	    cli_word(departure, "reason", "?", reason),
	    cli_text(departure, "id", "?"));
	line(cli, "last day", cli_text(departure, "last_day", ""));
	if (is_erase_ahead(departure)) {
		cli_when(cli, departure, "wipe_at", "", when, sizeof(when));
		line(cli, "erase", when);
	}
	line(cli, "rests until", cli_text(departure, "review_day", ""));
	line(cli, "waits for", cli_text(departure, "waits_for", ""));
	line(cli, "receiver",
	    cli_text(json_object_get(departure, "receiver"), "name",
	        "nobody is known: name a manager of the unit"));
	line(cli, "note", cli_text(departure, "note", ""));
	counts_print(cli, departure);
	json_array_foreach(json_object_get(departure, "return_cases"), i, item)
	    case_print(cli, item);
	json_array_foreach(json_object_get(departure, "sims"), i, item)
	    sim_print(cli, item);
	return CLI_OK;
}

static int call(struct cli *cli, const char *method, const char *id,
    const char *tail, json_t *body)
{
	struct buf path = {0};
	json_t *departure = NULL;
	int code;

	buf_append_str(&path, DEPARTURES);
	if (id) {
		buf_append_char(&path, '/');
		client_path_escape(&path, id);
		buf_append_str(&path, tail);
	}
	code = cli_call(cli, method, &path, body, &departure);
	if (code == CLI_OK)
		code = departure_print(cli, departure);
	json_decref(departure);
	buf_clear(&path);
	return code;
}

static int show(struct cli *cli)
{
	return call(cli, "GET", cli->args->words[1], "", NULL);
}

/* Without --yes it only says what would follow. */
static int open_it(struct cli *cli)
{
	const char *const *values = cli->args->values;
	bool is_dry = !args_has(cli->args, OPTION_YES);
	json_t *order;
	int code;

	if (!values[OPTION_REASON])
		return cli_fail(
		    cli, CLI_USAGE, "departure open needs --reason TEXT");
	order =
	    json_pack("{s:s,s:s*,s:s,s:s*,s:b}", "person", cli->args->words[1],
	        "phone", values[OPTION_PHONE], "note", values[OPTION_REASON],
	        "last_day", values[OPTION_UNTIL], "dry_run", is_dry);
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	code = call(cli, "POST", NULL, "", order);
	if (code == CLI_OK && is_dry && !args_has(cli->args, OPTION_JSON))
		(void)fputs("Nothing was opened. To do it: the same with "
		            "--yes.\n",
		    cli->out);
	return code;
}

static int cancel(struct cli *cli)
{
	const char *why = cli->args->values[OPTION_REASON];
	json_t *order = why ? json_pack("{s:s}", "why", why) : NULL;

	if (!order)
		return cli_fail(
		    cli, CLI_USAGE, "departure cancel needs --reason TEXT");
	return call(cli, "POST", cli->args->words[1], "/cancel", order);
}

static int pause_it(struct cli *cli)
{
	const char *why = cli->args->values[OPTION_REASON];
	const char *until = cli->args->values[OPTION_UNTIL];
	json_t *order = why && until
	    ? json_pack("{s:s,s:s}", "why", why, "until", until)
	    : NULL;

	if (!order)
		return cli_fail(cli, CLI_USAGE,
		    "departure pause needs --reason TEXT and --until DAY");
	return call(cli, "POST", cli->args->words[1], "/pause", order);
}

int run_departure(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli);
	} verbs[] = {{"show", show}, {"open", open_it}, {"cancel", cancel},
	    {"pause", pause_it}};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, cli->args->words[0]) == 0)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "departure takes show, open, cancel or pause, not \"%.64s\"",
	    cli->args->words[0]);
}
