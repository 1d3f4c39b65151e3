/* workphone exceptions, workphone exception: what a rule does not bind. */
#include "server/cli/commands.h"

#include <string.h>

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

#define EXCEPTIONS "/api/v1/exceptions"

int run_exceptions(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"RULE", "rule", LISTING_TEXT, 0},
	    {"ABOUT", "subject.kind", LISTING_TEXT, 0},
	    {"NAME", "subject.name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_TEXT, 0},
	    {"UNTIL", "until", LISTING_WHEN, 0},
	    {"APPROVED BY", "approved_by", LISTING_TEXT, 0},
	    {"REASON", "reason", LISTING_TEXT, 0},
	};
	static const struct listing exceptions = {
	    EXCEPTIONS, columns, 8, NULL, 0, NULL, "There is no exception."};

	return listing_run(cli, &exceptions);
}

static int answer_print(struct cli *cli, const json_t *exception)
{
	char when[96];

	if (args_has(cli->args, OPTION_JSON))
		return cli_print_json(cli, exception);
	if (strcmp(cli_text(exception, "state", ""), "revoked") == 0) {
		(void)fprintf(cli->out, "The exception from %s is revoked.\n",
		    cli_text(exception, "rule", "?"));
		return CLI_OK;
	}
	cli_when(cli, exception, "until", "?", when, sizeof(when));
	(void)fprintf(cli->out, "Exception %s from %s, until %s.\n",
	    cli_text(exception, "id", "?"), cli_text(exception, "rule", "?"),
	    when);
	return CLI_OK;
}

static int post(struct cli *cli, const char *id, json_t *body)
{
	struct buf path = {0};
	json_t *exception = NULL;
	int code;

	buf_append_str(&path, EXCEPTIONS);
	if (id) {
		buf_append_char(&path, '/');
		client_path_escape(&path, id);
		buf_append_str(&path, "/revoke");
	}
	code = cli_call(cli, "POST", &path, body, &exception);
	if (code == CLI_OK)
		code = answer_print(cli, exception);
	json_decref(exception);
	buf_clear(&path);
	return code;
}

static int grant(struct cli *cli)
{
	const char *const *words = cli->args->words;
	const char *const *values = cli->args->values;
	json_t *order;

	if (!values[OPTION_REASON] || !values[OPTION_VALID_FOR])
		return cli_fail(cli, CLI_USAGE,
		    "exception grant needs --reason TEXT and --valid-for TIME");
	order = json_pack("{s:s,s:s,s:s,s:s}", "rule", words[1], "subject",
	    words[2], "reason", values[OPTION_REASON], "valid_for",
	    values[OPTION_VALID_FOR]);
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a text is not UTF-8");
	return post(cli, NULL, order);
}

int run_exception(struct cli *cli)
{
	const struct cli_args *args = cli->args;

	if (strcmp(args->words[0], "grant") == 0 && args->count == 3)
		return grant(cli);
	if (strcmp(args->words[0], "revoke") == 0 && args->count == 2)
		return post(cli, args->words[1], NULL);
	return cli_fail(cli, CLI_USAGE,
	    "exception takes grant RULE SUBJECT, or revoke EXCEPTION");
}
