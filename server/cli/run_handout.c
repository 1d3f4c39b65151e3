/* workphone handouts, workphone handout: things to a person, signed for. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define HANDOUTS "/api/v1/handouts"

int run_handouts(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"PERSON", "person.name", LISTING_TEXT, 0},
	    {"WHAT", "things", LISTING_THINGS, 0},
	    {"MADE", "made_at", LISTING_WHEN, 0},
	    {"BY", "made_by", LISTING_TEXT, 0},
	    {"NOTE", "note", LISTING_TEXT, 0},
	    {"ANSWER", "answer", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_OPEN, "open"},
	};
	static const struct listing handouts = {
	    HANDOUTS, columns, 8, options, 1, NULL, "Nothing was handed out."};

	return listing_run(cli, &handouts);
}

static void thing_print(struct cli *cli, const json_t *thing)
{
	static const char *const keys[] = {
	    "name", "serial", "imei", "number", "iccid"};

	(void)fprintf(cli->out, "  %s", cli_text(thing, "kind", "?"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = cli_text(thing, keys[i], "");

		if (*text)
			(void)fprintf(cli->out, " %s", text);
	}
	(void)fputc('\n', cli->out);
}

static int handout_print(struct cli *cli, const json_t *handout)
{
	const json_t *things = json_object_get(handout, "things");
	const char *receipt = cli_text(handout, "receipt", "");
	size_t i;

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, handout);
	(void)fprintf(cli->out, "Hand-out %s to %s: %s.\n",
	    cli_text(handout, "id", "?"),
	    cli_text(json_object_get(handout, "person"), "name", "?"),
	    cli_text(handout, "state", "?"));
	for (i = 0; i < json_array_size(things); i++)
		thing_print(cli, json_array_get(things, i));
	if (*receipt)
		(void)fprintf(cli->out,
		    "Receipt %s: workphone receipt get %s --output FILE\n",
		    receipt, receipt);
	else if (strcmp(cli_text(handout, "state", ""), "offered") == 0)
		(void)fprintf(cli->out,
		    "The person is asked to sign: workphone task-link %s\n",
		    cli_text(handout, "task", "?"));
	return CLI_OK;
}

static int call(struct cli *cli, const char *method, const char *id,
    const char *verb, json_t *body)
{
	struct buf path = {0};
	json_t *handout = NULL;
	int code;

	buf_append_str(&path, HANDOUTS);
	if (id) {
		buf_append_char(&path, '/');
		client_path_escape(&path, id);
	}
	if (verb) {
		buf_append_char(&path, '/');
		buf_append_str(&path, verb);
	}
	code = cli_call(cli, method, &path, body, &handout);
	if (code == CLI_OK)
		code = handout_print(cli, handout);
	json_decref(handout);
	buf_clear(&path);
	return code;
}

/* "Laddare, Fodral" as a list; NULL: no memory, or no UTF-8. */
static json_t *list_of(const char *text)
{
	json_t *list = json_array();

	while (list && text && *text) {
		size_t len = strcspn(text, ",");
		size_t end = len;

		while (end > 0 && text[end - 1] == ' ')
			end--;
		if (end > 0 &&
		    json_array_append_new(list, json_stringn(text, end)) != 0) {
			json_decref(list);
			return NULL;
		}
		text += len + strspn(text + len, ", ");
	}
	return list;
}

static int give(struct cli *cli)
{
	const char *const *values = cli->args->values;
	json_t *order = json_pack("{s:s,s:s*,s:s*,s:s*,s:o}", "person",
	    cli->args->words[1], "phone", values[OPTION_PHONE], "subscription",
	    values[OPTION_SUBSCRIPTION], "note", values[OPTION_NOTE],
	    "accessories", list_of(values[OPTION_WITH]));

	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	return call(cli, "POST", NULL, NULL, order);
}

static int show(struct cli *cli)
{
	return call(cli, "GET", cli->args->words[1], NULL, NULL);
}

/* The verb of the command line is that of the API. */
static int answer(
    struct cli *cli, enum cli_option option, const char *key, const char *want)
{
	const char *text = cli->args->values[option];
	json_t *body;

	if (!text)
		return cli_fail(cli, CLI_USAGE, "handout %s needs %s",
		    cli->args->words[0], want);
	body = json_pack("{s:s}", key, text);
	if (!body)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	return call(
	    cli, "POST", cli->args->words[1], cli->args->words[0], body);
}

static int sign(struct cli *cli)
{
	return answer(cli, OPTION_SIGNED, "typed_name", "--signed NAME");
}

static int close_it(struct cli *cli)
{
	return answer(cli, OPTION_REASON, "reason", "--reason TEXT");
}

int run_handout(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli);
	} verbs[] = {{"give", give}, {"show", show}, {"accept", sign},
	    {"refuse", close_it}, {"withdraw", close_it}};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, cli->args->words[0]) == 0)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "handout takes give, show, accept, refuse or withdraw, not "
	    "\"%.64s\"",
	    cli->args->words[0]);
}
