/* workphone people, employments, units, subscriptions, holders. */
#include "server/cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

int run_people(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"NAME", "name", LISTING_TEXT, 0},
	    {"MAIL", "mail", LISTING_TEXT, 0},
	    {"NUMBER", "number", LISTING_TEXT, 0},
	    {"EXTERNAL ID", "external_id", LISTING_TEXT, 0},
	};
	const struct listing people = {"/api/v1/people", columns, 5, NULL, 0,
	    "q",
	    cli->args->count
	        ? "Nobody is found by that. All: workphone people"
	        : "Nobody is in the register yet: workphone people import, "
	          "ledger apply"};

	if (cli->args->count == 2)
		return run_people_import(cli);
	/* The verb without its file, or what only the verb takes. */
	if ((cli->args->count && strcmp(cli->args->words[0], "import") == 0) ||
	    args_has(cli->args, OPTION_MAP) ||
	    args_has(cli->args, OPTION_SOURCE) ||
	    args_has(cli->args, OPTION_FULL) ||
	    args_has(cli->args, OPTION_YES) ||
	    args_has(cli->args, OPTION_ACCEPT_STOP))
		return cli_fail(
		    cli, CLI_USAGE, "people import needs FILE, or - for input");
	return listing_run(cli, &people);
}

static int employments_print(struct cli *cli, const json_t *employments)
{
	static const struct listing_column columns[] = {
	    {"UNIT", "unit", LISTING_TEXT, 0},
	    {"ROLES", "roles", LISTING_WORDS, 0},
	    {"FROM", "from", LISTING_TEXT, 0},
	    {"TO", "to", LISTING_TEXT, 0},
	    {"EXTERNAL ID", "external_id", LISTING_TEXT, 0},
	    {"SOURCE", "source", LISTING_TEXT, 0},
	};
	static const struct listing listing = {NULL, columns, 6, NULL, 0, NULL,
	    "There is no employment of this person."};

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, employments);
	return listing_print(cli, &listing, employments);
}

int run_employments(struct cli *cli)
{
	struct buf path = {0};
	json_t *person = NULL;
	int code;

	buf_append_str(&path, "/api/v1/people/");
	client_path_escape(&path, cli->args->words[0]);
	code = cli_call(cli, "GET", &path, NULL, &person);
	buf_clear(&path);
	if (code == CLI_OK)
		code = employments_print(
		    cli, json_object_get(person, "employments"));
	json_decref(person);
	return code;
}

int run_units(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"NAME", "name", LISTING_TEXT, 0},
	    {"BELOW", "parent", LISTING_TEXT, 0},
	    {"MANAGER", "manager", LISTING_TEXT, 0},
	    {"COORDINATOR", "coordinator", LISTING_TEXT, 0},
	    {"NUMBER", "number", LISTING_TEXT, 0},
	};
	static const struct listing units = {
	    "/api/v1/units", columns, 6, NULL, 0, NULL, "No unit yet."};

	return listing_run(cli, &units);
}

int run_subscriptions(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"NUMBER", "number", LISTING_TEXT, 0},
	    {"ICCID", "iccid", LISTING_TEXT, 0},
	    {"OPERATOR", "operator", LISTING_TEXT, 0},
	    {"KIND", "flags", LISTING_WORDS, 0},
	    {"ENDED", "ended_at", LISTING_WHEN, 0},
	};
	static const struct listing subscriptions = {"/api/v1/subscriptions",
	    columns, 6, NULL, 0, NULL, "No subscription yet."};

	return listing_run(cli, &subscriptions);
}

int run_holders(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"PERSON", "person", LISTING_TEXT, 0},
	    {"PHONE", "serial", LISTING_TEXT, 0},
	    {"NUMBER", "number", LISTING_TEXT, 0},
	    {"FROM", "from", LISTING_TEXT, 0},
	    {"TO", "to", LISTING_TEXT, 0},
	    {"WHY IT ENDED", "close_reason", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {{OPTION_ON, "on"}};
	static const struct listing holders = {"/api/v1/holdings", columns, 6,
	    options, 1, "what", "Nobody had it."};

	return listing_run(cli, &holders);
}
