/* workphone context: servers by name. */
#include "server/cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/context.h"
#include "server/cli/grid.h"

static int failed(struct cli *cli, const struct err *err)
{
	return cli_fail(cli,
	    err->code == ERR_NOT_FOUND     ? CLI_NOT_FOUND
	        : err->code == ERR_INVALID ? CLI_USAGE
	                                   : CLI_REFUSED,
	    "%s", err->text);
}

/* What is typed in one folder is meant in every other one, too. */
static int path_take(
    const char *text, char out[PATH_MAX], const char *what, struct err *err)
{
	char *full;

	if (!text)
		return 0;
	full = realpath(text, NULL);
	if (!full)
		return err_set(
		    err, ERR_NOT_FOUND, "%s %s is not there", what, text);
	(void)str_copy(out, PATH_MAX, full);
	free(full);
	return 0;
}

static int context_make(
    const struct cli_args *args, struct context *out, struct err *err)
{
	struct secret token = {0};
	int rc = 0;

	if (!args->values[OPTION_URL] || !args->values[OPTION_TOKEN_FILE])
		return err_set(err, ERR_INVALID,
		    "context add needs --url and --token-file");
	if (str_copy(out->name, sizeof(out->name), args->words[1]) < 0 ||
	    str_copy(out->url, sizeof(out->url), args->values[OPTION_URL]) < 0)
		return err_set(
		    err, ERR_INVALID, "the name or the address is too long");
	rc = path_take(
	    args->values[OPTION_CA_FILE], out->ca_file, "the CA file", err);
	if (rc == 0)
		rc = path_take(args->values[OPTION_TOKEN_FILE], out->token_file,
		    "the token file", err);
	if (rc == 0) /* better said now than at the first use */
		rc = context_token_load(out->token_file, &token, err);
	secret_clear(&token);
	return rc;
}

static int run_add(struct cli *cli)
{
	struct context one = {.name = ""};
	bool is_first = false;
	struct err err = {0};

	if (context_make(cli->args, &one, &err) < 0 ||
	    context_add(&one, &is_first, &err) < 0)
		return failed(cli, &err);
	if (is_first)
		(void)fprintf(cli->out,
		    "%s is %s, and in use from now on. The server on this "
		    "machine: workphone context use local\n",
		    one.name, one.url);
	else
		(void)fprintf(cli->out,
		    "%s is %s. Use it: workphone context use %s\n", one.name,
		    one.url, one.name);
	return CLI_OK;
}

static int run_use(struct cli *cli)
{
	struct err err = {0};

	if (context_use(cli->args->words[1], &err) < 0)
		return failed(cli, &err);
	return CLI_OK;
}

static int run_remove(struct cli *cli)
{
	struct err err = {0};

	if (context_remove(cli->args->words[1], &err) < 0)
		return failed(cli, &err);
	return CLI_OK;
}

struct list_out {
	struct grid grid;
	json_t *items;
	bool has_current;
};

static void on_context(void *arg, const struct context *one, int is_current)
{
	struct list_out *out = arg;

	out->has_current |= is_current != 0;
	grid_add(&out->grid, STYLE_PLAIN, is_current ? "*" : "");
	grid_add(&out->grid, STYLE_STRONG, one->name);
	grid_add(&out->grid, STYLE_PLAIN, one->url);
	grid_add(&out->grid, STYLE_PLAIN, one->token_file);
	(void)json_array_append_new(out->items,
	    json_pack("{s:s,s:b,s:s,s:s,s:s}", "name", one->name, "is_current",
	        is_current, "url", one->url, "ca_file", one->ca_file,
	        "token_file", one->token_file));
}

static int run_list(struct cli *cli)
{
	static const char *const heads[] = {"", "NAME", "URL", "TOKEN FILE"};
	struct list_out out = {.items = json_array()};
	struct err err = {0};
	int code = CLI_OK;

	grid_init(&out.grid, heads, 4);
	if (context_each(on_context, &out, &err) < 0) {
		code = failed(cli, &err);
	} else if (args_has(cli->args, OPTION_JSON)) {
		code = cli_print_json(cli, out.items);
	} else {
		grid_add(&out.grid, STYLE_PLAIN, out.has_current ? "" : "*");
		grid_add(&out.grid, STYLE_STRONG, CONTEXT_LOCAL);
		grid_add(&out.grid, STYLE_PLAIN, "the server on this machine");
		grid_add(&out.grid, STYLE_PLAIN, "-");
		if (grid_print(&out.grid, &cli->terminal, cli->out) < 0)
			code = cli_fail(cli, CLI_REFUSED, "out of memory");
	}
	grid_clear(&out.grid);
	json_decref(out.items);
	return code;
}

int run_context(struct cli *cli)
{
	static const struct {
		const char *verb;
		size_t words;
		int (*run)(struct cli *cli);
	} verbs[] = {
	    {"add", 2, run_add},
	    {"use", 2, run_use},
	    {"remove", 2, run_remove},
	    {"list", 1, run_list},
	};
	const struct cli_args *args = cli->args;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(args->words[0], verbs[i].verb) != 0)
			continue;
		if (args->count != verbs[i].words)
			return cli_fail(cli, CLI_USAGE,
			    "context %s takes %s; see workphone help context",
			    verbs[i].verb,
			    verbs[i].words == 2 ? "one NAME" : "no more words");
		return verbs[i].run(cli);
	}
	return cli_fail(cli, CLI_USAGE,
	    "context takes add, use, remove or list, not \"%.64s\"",
	    args->words[0]);
}
