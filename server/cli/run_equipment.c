/* workphone equipment: orders of phones, SIMs and functions. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define ORDERS "/api/v1/equipment-orders"

static int list(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"WHAT", "what", LISTING_TEXT, 0},
	    {"ITEM", "item", LISTING_TEXT, 0},
	    {"FOR", "person.name", LISTING_TEXT, 0},
	    {"UNIT", "unit.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_STATE, WORDS_EQUIPMENT},
	    {"ASKED BY", "requested_by", LISTING_TEXT, 0},
	    {"APPROVER", "approver.name", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_OPEN, "open"}, {OPTION_PERSON, "person"}};
	static const struct listing orders = {
	    ORDERS, columns, 8, options, 2, NULL, "No order of equipment."};

	return listing_run(cli, &orders);
}

/* Whom it waits for: an order that nobody is asked about waits for ever. */
static void decider_print(struct cli *cli, const json_t *order)
{
	const char *who =
	    cli_text(json_object_get(order, "approver"), "name", "");

	if (strcmp(cli_text(order, "state", ""), "requested") != 0)
		return;
	if (*who) {
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, who);
		(void)fputs(" is asked to decide it.\n", cli->out);
		return;
	}
	(void)fputs("Nobody can be asked to decide it: no manager is known "
	            "above them. Name one in the register: a unit's "
	            "manager, docs/ledger.md\n",
	    cli->out);
}

/* What came of it, in one line. */
static int answer_print(struct cli *cli, const json_t *order)
{
	char state[64];

	(void)words_find(WORDS_EQUIPMENT, cli_text(order, "state", "?"), state,
	    sizeof(state));
	(void)fprintf(
	    cli->out, "Order %s: %s\n", cli_text(order, "id", "?"), state);
	decider_print(cli, order);
	if (*cli_text(order, "letter", "")) {
		(void)fputc('\n', cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
		    cli_text(order, "letter", ""));
		(void)fputc('\n', cli->out);
	}
	return CLI_OK;
}

static int post(struct cli *cli, const char *tail, json_t *body)
{
	struct buf path = {0};
	json_t *order = NULL;
	int code;

	if (!body)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	buf_append_str(&path, ORDERS);
	if (tail) {
		buf_append_char(&path, '/');
		client_path_escape(&path, cli->args->words[1]);
		buf_append_str(&path, tail);
	}
	code = cli_call(cli, "POST", &path, body, &order);
	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, order)
		    : answer_print(cli, order);
	json_decref(order);
	buf_clear(&path);
	return code;
}

static int request(struct cli *cli)
{
	const char *const *values = cli->args->values;

	if (!values[OPTION_WHAT])
		return cli_fail(
		    cli, CLI_USAGE, "equipment request needs --what WORD");
	return post(cli, NULL,
	    json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*}", "what",
	        values[OPTION_WHAT], "item", values[OPTION_ITEM], "person_id",
	        values[OPTION_PERSON], "unit_id", values[OPTION_UNIT], "need",
	        values[OPTION_NEED], "requested_by", values[OPTION_AS],
	        "subscription_id", values[OPTION_SUBSCRIPTION]));
}

static int decide(struct cli *cli, int approve)
{
	const char *const *values = cli->args->values;

	if (!values[OPTION_AS])
		return cli_fail(cli, CLI_USAGE,
		    "it needs --as PERSON: somebody decides in their name");
	return post(cli, "/decision",
	    json_pack("{s:b,s:s,s:s*}", "approve", approve, "as_person",
	        values[OPTION_AS], "why", values[OPTION_REASON]));
}

static int approve(struct cli *cli)
{
	return decide(cli, 1);
}

static int refuse(struct cli *cli)
{
	return decide(cli, 0);
}

static int place(struct cli *cli)
{
	if (!cli->args->values[OPTION_AS])
		return cli_fail(
		    cli, CLI_USAGE, "equipment place needs --as PERSON");
	return post(cli, "/place",
	    json_pack("{s:s}", "as_person", cli->args->values[OPTION_AS]));
}

static int cancel(struct cli *cli)
{
	if (!cli->args->values[OPTION_REASON])
		return cli_fail(
		    cli, CLI_USAGE, "equipment cancel needs --reason TEXT");
	return post(cli, "/cancel",
	    json_pack("{s:s}", "why", cli->args->values[OPTION_REASON]));
}

static int catalogue(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"WHAT", "what", LISTING_TEXT, 0},
	    {"NAME", "name", LISTING_TEXT, 0},
	    {"SUPPLIER", "supplier", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	};
	static const struct listing items = {"/api/v1/catalogue", columns, 5,
	    NULL, 0, NULL,
	    "Nothing is on offer. Add it: workphone equipment offer"};

	return listing_run(cli, &items);
}

static int offer(struct cli *cli)
{
	const char *const *values = cli->args->values;
	struct buf path = {0};
	json_t *item = NULL;
	json_t *order;
	int code;

	if (!values[OPTION_WHAT] || !values[OPTION_ITEM])
		return cli_fail(cli, CLI_USAGE,
		    "equipment offer needs --what WORD and --item NAME");
	order = json_pack("{s:s,s:s}", "what", values[OPTION_WHAT], "name",
	    values[OPTION_ITEM]);
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	buf_append_str(&path, "/api/v1/catalogue");
	code = cli_call(cli, "POST", &path, order, &item);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, item);
	else if (code == CLI_OK)
		(void)fputs("It may be ordered from now on.\n", cli->out);
	json_decref(item);
	buf_clear(&path);
	return code;
}

int run_equipment(struct cli *cli)
{
	static const struct {
		const char *verb;
		size_t words;
		int (*run)(struct cli *cli);
	} verbs[] = {
	    {"list", 1, list},
	    {"catalogue", 1, catalogue},
	    {"offer", 1, offer},
	    {"request", 1, request},
	    {"approve", 2, approve},
	    {"refuse", 2, refuse},
	    {"place", 2, place},
	    {"cancel", 2, cancel},
	};
	const struct cli_args *args = cli->args;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(args->words[0], verbs[i].verb) != 0)
			continue;
		if (args->count != verbs[i].words)
			return cli_fail(cli, CLI_USAGE, "equipment %s takes %s",
			    verbs[i].verb,
			    verbs[i].words == 2 ? "one ORDER"
			                        : "no more words");
		return verbs[i].run(cli);
	}
	return cli_fail(cli, CLI_USAGE,
	    "equipment takes list, catalogue, offer, request, approve, refuse, "
	    "place or cancel, "
	    "not \"%.64s\"",
	    args->words[0]);
}
