/* workphone returns, return: each phone on its way back, step by step. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define RETURN_CASES "/api/v1/return-cases"

int run_returns(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"PHONE", "device.serial", LISTING_TEXT, 0},
	    {"FROM", "person.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_WORD, 0},
	    {"ERASE", "wipe", LISTING_TEXT, 0},
	    {"ASKED", "asked_at", LISTING_WHEN, 0},
	    {"WAITS FOR", "waits_for", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {{OPTION_OPEN, "open"}};
	static const struct listing returns = {RETURN_CASES, columns, 6,
	    options, 1, NULL, "No phone is on its way back."};

	return listing_run(cli, &returns);
}

static void step_print(struct cli *cli, const json_t *step)
{
	char word[CLI_WORD_MAX];
	char when[64];

	cli_when(cli, step, "at", "?", when, sizeof(when));
	(void)fprintf(cli->out, "  %-17s %-16s ",
	    cli_word(step, "step", "?", word), when);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(step, "typed_name", cli_text(step, "by", "?")));
	if (*cli_text(step, "codes", ""))
		(void)fprintf(
		    cli->out, ", codes %s", cli_word(step, "codes", "", word));
	if (*cli_text(step, "note", "")) {
		(void)fputs(": ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
		    cli_text(step, "note", ""));
	}
	(void)fputc('\n', cli->out);
}

/* Signed for with the phone. */
static void with_print(struct cli *cli, const json_t *things)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(things, i, thing)
	{
		(void)fputs(i == 0 ? "  with " : "; ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
		    json_string_value(thing));
	}
	if (i > 0)
		(void)fputc('\n', cli->out);
}

static int case_print(struct cli *cli, const json_t *item)
{
	const char *waits = cli_text(item, "waits_for", "");
	char state[CLI_WORD_MAX];
	const json_t *step;
	size_t i;

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, item);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(json_object_get(item, "device"), "serial", "?"));
	(void)fputs(" from ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(json_object_get(item, "person"), "name", "?"));
	(void)fprintf(cli->out, ": %s\n", cli_word(item, "state", "?", state));
	with_print(cli, json_object_get(item, "with"));
	if (*waits) {
		(void)fputs("  waits for ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, waits);
		(void)fputc('\n', cli->out);
	}
	json_array_foreach(json_object_get(item, "steps"), i, step)
	    step_print(cli, step);
	return CLI_OK;
}

static int call(
    struct cli *cli, const char *method, const char *tail, json_t *body)
{
	struct buf path = {0};
	json_t *item = NULL;
	int code;

	buf_append_str(&path, RETURN_CASES "/");
	client_path_escape(&path, cli->args->words[1]);
	buf_append_str(&path, tail);
	code = cli_call(cli, method, &path, body, &item);
	if (code == CLI_OK)
		code = case_print(cli, item);
	json_decref(item);
	buf_clear(&path);
	return code;
}

/* The words of the command line and the steps of the API. */
static const struct verb {
	const char *name;
	const char *step;
	const char *signer;
	const char *decision;
} verbs[] = {
    {"show", NULL, NULL, NULL},
    {"custody", "custody", NULL, NULL},
    {"sign-holder", "sign", "holder", NULL},
    {"sign-receiver", "sign", "receiver", NULL},
    {"witness", "sign", "witness", NULL},
    {"codes", "codes", NULL, NULL},
    {"lock-cleared", "lock_cleared", NULL, NULL},
    {"state-proof", "state_proof", NULL, NULL},
    {"data-removed", "data_removed", NULL, NULL},
    {"sim-block", "sim", NULL, "block"},
    {"sim-reuse", "sim", NULL, "reuse"},
    {"lost", "lost", NULL, NULL},
    {"found", "found", NULL, NULL},
    {"write-off", "write_off", NULL, NULL},
};

static int step(struct cli *cli, const struct verb *verb)
{
	const char *const *values = cli->args->values;
	const char *note =
	    values[OPTION_REASON] ? values[OPTION_REASON] : values[OPTION_NOTE];
	json_t *order = json_pack(
	    "{s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*}", "step", verb->step,
	    "signer", verb->signer, "decision", verb->decision, "person",
	    values[OPTION_PERSON], "typed_name", values[OPTION_SIGNED], "codes",
	    values[OPTION_CODES], "how", values[OPTION_HOW], "subscription",
	    values[OPTION_SUBSCRIPTION], "note", note);

	return order ? call(cli, "POST", "/steps", order)
	             : cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
}

int run_return(struct cli *cli)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, cli->args->words[0]) == 0)
			return verbs[i].step ? step(cli, &verbs[i])
			                     : call(cli, "GET", "", NULL);
	return cli_fail(cli, CLI_USAGE,
	    "\"%.64s\" is no step of a return: see `workphone return --help`",
	    cli->args->words[0]);
}
