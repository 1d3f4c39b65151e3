/*
 * workphone ledger apply: a file of lines about people, units, subscriptions
 * and who has what. It says what would change; --yes changes it.
 */
#include "server/cli/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"

#define FILE_MAX (4 * 1024 * 1024) /* the server takes no more */

static int file_read(struct cli *cli, const char *path, struct buf *out)
{
	char chunk[8192];
	FILE *file = strcmp(path, "-") == 0 ? cli->in : fopen(path, "re");
	size_t got;

	if (!file)
		return cli_fail(
		    cli, CLI_NOT_FOUND, "%s: %s", path, strerror(errno));
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0 &&
	    out->len <= FILE_MAX)
		buf_append(out, chunk, got);
	if (file != cli->in)
		(void)fclose(file);
	if (out->len > FILE_MAX)
		return cli_fail(cli, CLI_REFUSED,
		    "%s is over 4 MB; apply it in parts", path);
	if (out->failed || (out->len > 0 && memchr(out->data, 0, out->len)))
		return cli_fail(
		    cli, CLI_REFUSED, "%s is no file of lines", path);
	return CLI_OK;
}

static void line_print(struct cli *cli, const json_t *line)
{
	if (strcmp(cli_text(line, "effect", ""), "unchanged") == 0)
		return;
	(void)fprintf(
	    cli->out, "  line %" PRId64 ": ", cli_number(line, "line"));
	terminal_print(
	    &cli->terminal, cli->out, STYLE_PLAIN, cli_text(line, "what", "?"));
	(void)fputc(' ', cli->out);
	terminal_print(
	    &cli->terminal, cli->out, STYLE_PLAIN, cli_text(line, "name", "?"));
	(void)fprintf(cli->out, ": %s\n", cli_text(line, "effect", "?"));
}

static void report_print(struct cli *cli, const json_t *report, bool is_dry)
{
	const json_t *effects = json_object_get(report, "effects");
	int64_t lines = cli_number(report, "lines");
	int64_t unchanged = cli_number(effects, "unchanged");
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(report, "items"), i, line)
	    line_print(cli, line);
	(void)fprintf(cli->out,
	    "%" PRId64 " line%s: %" PRId64 " added, %" PRId64
	    " changed, %" PRId64 " ended, %" PRId64 " as they are.\n",
	    lines, lines == 1 ? "" : "s", cli_number(effects, "added"),
	    cli_number(effects, "changed"), cli_number(effects, "ended"),
	    unchanged);
	(void)fputs(!is_dry ? "Done.\n"
	        : unchanged == lines
	        ? "There is nothing to change.\n"
	        : "Nothing was changed yet; --yes changes it.\n",
	    cli->out);
}

int run_ledger(struct cli *cli)
{
	bool is_dry = !args_has(cli->args, OPTION_YES);
	json_t *report = NULL;
	struct buf text = {0};
	struct err err = {0};
	int code;

	if (strcmp(cli->args->words[0], "apply") != 0)
		return cli_fail(cli, CLI_USAGE,
		    "there is no `ledger %.40s`; write ledger apply FILE",
		    cli->args->words[0]);
	code = file_read(cli, cli->args->words[1], &text);
	if (code == CLI_OK) {
		code = client_send_lines(cli->client,
		    is_dry ? "/api/v1/ledger?dry_run=true" : "/api/v1/ledger",
		    text.data ? (const char *)text.data : "", &report, &err);
		if (code != CLI_OK)
			(void)cli_fail(cli, code, "%s", err.text);
	}
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, report);
	else if (code == CLI_OK)
		report_print(cli, report, is_dry);
	json_decref(report);
	buf_clear(&text);
	return code;
}
