/* workphone token, workphone evidence-key: who may come in from outside. */
#include "server/cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

static int missing(struct cli *cli, const char *what)
{
	return cli_fail(cli, CLI_USAGE, "%s %s needs %s",
	    cli->args->command->name, cli->args->words[0], what);
}

/* POST path[/word/tail]; *out as cli_call(). */
static int post(struct cli *cli, const char *path, const char *word,
    const char *tail, json_t *body, json_t **out)
{
	struct buf full = {0};
	int code;

	buf_append_str(&full, path);
	if (word) {
		buf_append_char(&full, '/');
		client_path_escape(&full, word);
		buf_append_str(&full, tail);
	}
	code = cli_call(cli, "POST", &full, body, out);
	buf_clear(&full);
	return code;
}

/* ---- tokens ---- */

#define TOKENS "/api/v1/tokens"

static int token_print(struct cli *cli, const json_t *token)
{
	char when[96];

	cli_when(cli, token, "expires_at", "?", when, sizeof(when));
	(void)fprintf(cli->errors,
	    "Token %s expires %s. It is shown this once: put it into a file "
	    "of mode 0600.\n",
	    cli_text(token, "name", "?"), when);
	/* Alone on the output, so that it can be piped into its file. */
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN,
	    cli_text(token, "token", ""));
	(void)fputc('\n', cli->out);
	return CLI_OK;
}

static int token_create(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	json_t *token = NULL;
	json_t *order;
	int code;

	if (!args->values[OPTION_NAME] || !args->values[OPTION_SCOPE])
		return missing(cli, "--name NAME and --scope LIST");
	order =
	    json_pack("{s:s,s:o,s:s*,s:s*}", "name", args->values[OPTION_NAME],
	        "scopes", cli_list_of(args->values[OPTION_SCOPE]), "valid_for",
	        args->values[OPTION_VALID_FOR], "person",
	        args->values[OPTION_PERSON]);
	if (!order)
		return cli_fail(cli, CLI_USAGE, "a name is not UTF-8");
	code = post(cli, TOKENS, NULL, NULL, order, &token);
	if (code == CLI_OK)
		code = args_has(args, OPTION_JSON) ? cli_print_json(cli, token)
		                                   : token_print(cli, token);
	json_decref(token);
	return code;
}

static int token_list(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"NAME", "name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_STATE, WORDS_TOKEN},
	    {"EXPIRES", "expires_at", LISTING_WHEN, 0},
	    {"LAST USED", "last_used_at", LISTING_WHEN, 0},
	    {"SCOPES", "scopes", LISTING_WORDS, 0},
	};
	static const struct listing tokens = {TOKENS, columns, 6, NULL, 0, NULL,
	    "No token yet. Make one: workphone token create --name NAME "
	    "--scope LIST"};

	return listing_run(cli, &tokens);
}

static int revoke(struct cli *cli, const char *path, const char *what)
{
	json_t *done = NULL;
	int code;

	if (cli->args->count != 2)
		return missing(cli, "an id");
	code = post(cli, path, cli->args->words[1], "/revoke", NULL, &done);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON)) {
		code = cli_print_json(cli, done);
	} else if (code == CLI_OK) {
		(void)fprintf(cli->out, "%s ", what);
		terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
		    cli_text(done, "name", "?"));
		(void)fputs(" is revoked.\n", cli->out);
	}
	json_decref(done);
	return code;
}

static int token_revoke(struct cli *cli)
{
	return revoke(cli, TOKENS, "Token");
}

/* ---- keys of connectors ---- */

#define KEYS "/api/v1/evidence-keys"
#define KEY_FILE_MAX 2048

static int key_read(struct cli *cli, const char *path, char out[KEY_FILE_MAX])
{
	FILE *file = fopen(path, "re");
	size_t len = 0;

	if (!file)
		return cli_fail(
		    cli, CLI_REFUSED, "%s: %s", path, strerror(errno));
	len = fread(out, 1, KEY_FILE_MAX - 1, file);
	(void)fclose(file);
	out[len] = '\0';
	/* The half that must not leave the connector is easily mistaken. */
	if (strstr(out, "PRIVATE KEY")) {
		explicit_bzero(out, KEY_FILE_MAX);
		return cli_fail(cli, CLI_REFUSED,
		    "%s is the private half: keep it with the connector and "
		    "register the public one",
		    path);
	}
	return CLI_OK;
}

static int key_add(struct cli *cli)
{
	const struct cli_args *args = cli->args;
	char text[KEY_FILE_MAX];
	json_t *key = NULL;
	json_t *order;
	int code;

	if (!args->values[OPTION_NAME] || !args->values[OPTION_FACTS] ||
	    !args->values[OPTION_KEY_FILE])
		return missing(
		    cli, "--name NAME, --facts LIST and --key-file FILE");
	code = key_read(cli, args->values[OPTION_KEY_FILE], text);
	if (code != CLI_OK)
		return code;
	order = json_pack("{s:s,s:s,s:o,s:s*}", "name",
	    args->values[OPTION_NAME], "public_key", text, "facts",
	    cli_list_of(args->values[OPTION_FACTS]), "unit_id",
	    args->values[OPTION_UNIT]);
	if (!order)
		return cli_fail(
		    cli, CLI_USAGE, "the name or the key is not UTF-8");
	code = post(cli, KEYS, NULL, NULL, order, &key);
	if (code == CLI_OK && args_has(args, OPTION_JSON))
		code = cli_print_json(cli, key);
	else if (code == CLI_OK)
		(void)fprintf(cli->out,
		    "Key %s: what the connector signs with it is taken from "
		    "now on.\n",
		    cli_text(key, "id", "?"));
	json_decref(key);
	return code;
}

static int key_list(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ID", "id", LISTING_TEXT, 0},
	    {"CONNECTOR", "name", LISTING_TEXT, 0},
	    {"STATE", "state", LISTING_STATE, WORDS_TOKEN},
	    {"LAST REPORT", "last_report_at", LISTING_WHEN, 0},
	    {"SEQUENCE", "last_sequence", LISTING_TEXT, 0},
	    {"UNIT", "unit_id", LISTING_TEXT, 0},
	    {"FACTS", "facts", LISTING_WORDS, 0},
	};
	static const struct listing keys = {KEYS, columns, 7, NULL, 0, NULL,
	    "No key yet. Register one: workphone evidence-key add"};

	return listing_run(cli, &keys);
}

static int key_revoke(struct cli *cli)
{
	return revoke(cli, KEYS, "Key of");
}

/* ---- verbs ---- */

struct verb {
	const char *name;
	int (*run)(struct cli *cli);
};

static int verb_run(struct cli *cli, const struct verb *verbs, size_t count)
{
	const char *word = cli->args->words[0];
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "%s takes %s, list or revoke, not "
	    "\"%.64s\"",
	    cli->args->command->name, verbs[0].name, word);
}

int run_token(struct cli *cli)
{
	static const struct verb verbs[] = {{"create", token_create},
	    {"list", token_list}, {"revoke", token_revoke}};

	return verb_run(cli, verbs, 3);
}

int run_evidence_key(struct cli *cli)
{
	static const struct verb verbs[] = {
	    {"add", key_add}, {"list", key_list}, {"revoke", key_revoke}};

	return verb_run(cli, verbs, 3);
}
