/*
 * workphone people import: a file of the HR system. It is planned and shown;
 * --yes applies exactly the plan that was shown.
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

#define FILE_MAX (16 * 1024 * 1024) /* the server takes no more */
#define SHOWN_MAX 40
#define LINES_NAMED 3

static int file_read(struct cli *cli, const char *path, struct buf *out)
{
	char chunk[8192];
	FILE *file = strcmp(path, "-") == 0 ? cli->in : fopen(path, "re");
	size_t start = out->len;
	size_t got;

	if (!file)
		return cli_fail(
		    cli, CLI_NOT_FOUND, "%s: %s", path, strerror(errno));
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0 &&
	    out->len <= FILE_MAX)
		buf_append(out, chunk, got);
	if (file != cli->in)
		(void)fclose(file);
	if (out->len > FILE_MAX || out->failed)
		return cli_fail(cli, CLI_REFUSED, "%s is over 16 MB", path);
	if (out->len == start)
		return cli_fail(cli, CLI_REFUSED, "%s is empty", path);
	return CLI_OK;
}

/* Each line of the map goes before the file, behind "#: ". */
static int map_read(struct cli *cli, struct buf *out)
{
	const char *path = cli->args->values[OPTION_MAP];
	struct buf text = {0};
	char *line;
	char *end;
	int code;

	if (!args_has(cli->args, OPTION_MAP))
		return CLI_OK;
	code = file_read(cli, path, &text);
	for (line = (char *)text.data; code == CLI_OK && line && *line;
	     line = end + 1) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		buf_printf(out, "#: %s\n", line);
		if (!end)
			break;
	}
	buf_clear(&text);
	return code;
}

/* ---- what is shown ---- */

static void text_print(struct cli *cli, const char *text)
{
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
}

static void sentences_print(
    struct cli *cli, const json_t *list, const char *before)
{
	const json_t *sentence;
	size_t i;

	json_array_foreach(list, i, sentence)
	{
		(void)fputs(before, cli->out);
		text_print(cli, json_string_value(sentence));
		(void)fputc('\n', cli->out);
	}
}

static void item_print(struct cli *cli, const json_t *item)
{
	(void)fprintf(cli->out, "  %-8s ", cli_text(item, "effect", "?"));
	if (strcmp(cli_text(item, "kind", ""), "unit") == 0)
		(void)fputs("unit ", cli->out);
	text_print(cli, cli_text(item, "name", "?"));
	if (*cli_text(item, "key", "")) {
		(void)fputs(" (", cli->out);
		text_print(cli, cli_text(item, "key", ""));
		(void)fputc(')', cli->out);
	}
	(void)fputs(": ", cli->out);
	text_print(cli, cli_text(item, "words", ""));
	(void)fputc('\n', cli->out);
}

static void items_print(struct cli *cli, const json_t *plan)
{
	const json_t *items = json_object_get(plan, "items");
	const json_t *item;
	size_t count = json_array_size(items);
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (i == SHOWN_MAX)
			break;
		item_print(cli, item);
	}
	if (count > SHOWN_MAX)
		(void)fprintf(cli->out,
		    "  … and %" PRId64 " more; --json shows them\n",
		    (int64_t)(count - SHOWN_MAX) +
		        cli_number(plan, "items_left_off"));
}

/* The same is wrong there, on another line. */
static bool is_same_fault(const json_t *a, const json_t *b)
{
	return cli_number(a, "line") > 0 && cli_number(b, "line") > 0 &&
	    cli_number(a, "column") == cli_number(b, "column") &&
	    strcmp(cli_text(a, "field", ""), cli_text(b, "field", "")) == 0 &&
	    strcmp(cli_text(a, "sentence", ""), cli_text(b, "sentence", "")) ==
	    0;
}

static bool is_told_before(const json_t *faults, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (is_same_fault(
		        json_array_get(faults, i), json_array_get(faults, at)))
			return true;
	return false;
}

/* "lines 2, 3, 4 and 997 more": how many those are. */
static size_t lines_print(struct cli *cli, const json_t *faults, size_t first)
{
	struct buf named = {0};
	const json_t *fault;
	size_t count = 0;
	size_t i;

	json_array_foreach(faults, i, fault)
	{
		if (i < first ||
		    (i > first &&
		        !is_same_fault(json_array_get(faults, first), fault)))
			continue;
		if (count++ < LINES_NAMED)
			buf_printf(&named, "%s%" PRId64, i == first ? "" : ", ",
			    cli_number(fault, "line"));
	}
	(void)fprintf(cli->out, "line%s %s", count == 1 ? "" : "s",
	    named.data ? (const char *)named.data : "?");
	if (count > LINES_NAMED)
		(void)fprintf(cli->out, " and %zu more", count - LINES_NAMED);
	buf_clear(&named);
	return count;
}

/* All lines of it; true when not all are named. */
static bool fault_print(struct cli *cli, const json_t *faults, size_t first)
{
	const json_t *fault = json_array_get(faults, first);
	int64_t column = cli_number(fault, "column");
	size_t count = 0;

	(void)fputs("  ", cli->out);
	if (cli_number(fault, "line") > 0)
		count = lines_print(cli, faults, first);
	else
		(void)fputs("whole file", cli->out);
	if (column > 0)
		(void)fprintf(cli->out, ", column %" PRId64, column);
	if (*cli_text(fault, "field", ""))
		(void)fprintf(cli->out, " (%s)", cli_text(fault, "field", ""));
	(void)fputs(": ", cli->out);
	text_print(cli, cli_text(fault, "sentence", "?"));
	(void)fputc('\n', cli->out);
	return count > LINES_NAMED;
}

/* Each fault once, with where it stands. */
static void faults_print(struct cli *cli, const json_t *plan)
{
	const json_t *faults = json_object_get(plan, "faults");
	int64_t untold =
	    cli_number(plan, "fault_count") - (int64_t)json_array_size(faults);
	bool is_short = false;
	size_t shown = 0;
	size_t i;

	for (i = 0; i < json_array_size(faults); i++) {
		if (is_told_before(faults, i))
			continue;
		if (shown++ == SHOWN_MAX)
			break;
		is_short |= fault_print(cli, faults, i);
	}
	if (is_short || shown > SHOWN_MAX)
		(void)fprintf(cli->out, "  %s--json names each line\n",
		    shown > SHOWN_MAX ? "… and others; " : "");
	if (untold > 0)
		(void)fprintf(cli->out,
		    "  … and %" PRId64
		    " more faults, told when these are mended\n",
		    untold);
}

static void plan_print(struct cli *cli, const json_t *plan)
{
	items_print(cli, plan);
	faults_print(cli, plan);
	sentences_print(cli, json_object_get(plan, "words"), "");
	sentences_print(cli, json_object_get(plan, "stop"), "STOP: ");
}

/* ---- asking ---- */

static void query_make(
    struct cli *cli, bool is_dry, const char *plan, struct buf *path)
{
	buf_append_str(path, "/api/v1/people/import?source=");
	client_path_escape(path,
	    args_has(cli->args, OPTION_SOURCE)
	        ? cli->args->values[OPTION_SOURCE]
	        : "hr");
	if (args_has(cli->args, OPTION_FULL))
		buf_append_str(path, "&full=1");
	if (args_has(cli->args, OPTION_ACCEPT_STOP)) {
		buf_append_str(path, "&accept=");
		client_path_escape(path, cli->args->values[OPTION_ACCEPT_STOP]);
	}
	if (is_dry)
		buf_append_str(path, "&dry_run=1");
	if (plan) {
		buf_append_str(path, "&expect=");
		client_path_escape(path, plan);
	}
}

/* A roster of workphone-directory, no CSV. */
static bool is_lines(const struct buf *file)
{
	return file->data[0] == '{' && !memchr(file->data, 0, file->len);
}

static int ask(struct cli *cli, const struct buf *file, bool is_dry,
    const char *plan, json_t **out)
{
	struct buf path = {0};
	struct err err = {0};
	int code = CLI_REFUSED;

	query_make(cli, is_dry, plan, &path);
	if (buf_check(&path, &err) == 0)
		code = is_lines(file)
		    ? client_send_lines(cli->client, (const char *)path.data,
		          (const char *)file->data, out, &err)
		    : client_send_csv(cli->client, (const char *)path.data,
		          file, out, &err);
	if (code != CLI_OK)
		(void)cli_fail(cli, code, "%s", err.text);
	buf_clear(&path);
	return code;
}

/* Why it goes no further; CLI_OK: it does. */
static int may_apply(struct cli *cli, const json_t *plan)
{
	if (cli_number(plan, "fault_count") > 0)
		return cli_fail(cli, CLI_REFUSED,
		    "the file is not in order; nothing was changed");
	if (!json_is_true(json_object_get(plan, "can_apply")) &&
	    args_has(cli->args, OPTION_ACCEPT_STOP))
		return cli_fail(cli, CLI_CONFLICT,
		    "this is not the plan %.20s that --accept-stop names; "
		    "nothing was changed. Read it: it is %.20s",
		    cli->args->values[OPTION_ACCEPT_STOP],
		    cli_text(plan, "plan", "?"));
	if (!json_is_true(json_object_get(plan, "can_apply")))
		return cli_fail(cli, CLI_CONFLICT,
		    "the safety stop holds this plan; nothing was changed. If "
		    "it is right all the same: --yes --accept-stop %.20s",
		    cli_text(plan, "plan", "?"));
	return CLI_OK;
}

static int apply(
    struct cli *cli, const struct buf *file, const json_t *plan, bool is_json)
{
	json_t *done = NULL;
	int code = ask(cli, file, false, cli_text(plan, "plan", ""), &done);

	if (code == CLI_OK && is_json)
		code = cli_print_json(cli, done);
	else if (code == CLI_OK)
		(void)fputs("Done.\n", cli->out);
	json_decref(done);
	return code;
}

static int import(struct cli *cli, const struct buf *file)
{
	bool is_json = args_has(cli->args, OPTION_JSON);
	bool is_dry = !args_has(cli->args, OPTION_YES);
	json_t *plan = NULL;
	int code = ask(cli, file, true, NULL, &plan);
	int may;

	if (code != CLI_OK)
		return code;
	if (!is_json)
		plan_print(cli, plan);
	may = may_apply(cli, plan);
	if (is_json && (is_dry || may != CLI_OK))
		code = cli_print_json(cli, plan);
	if (may != CLI_OK)
		code = may;
	else if (!is_dry)
		code = apply(cli, file, plan, is_json);
	else if (!is_json)
		(void)fputs(json_is_true(json_object_get(plan, "is_unchanged"))
		        ? "There is nothing to change.\n"
		        : "Nothing was changed yet; --yes changes it.\n",
		    cli->out);
	json_decref(plan);
	return code;
}

int run_people_import(struct cli *cli)
{
	struct buf file = {0};
	int code;

	if (strcmp(cli->args->words[0], "import") != 0)
		return cli_fail(cli, CLI_USAGE,
		    "there is no `people %.40s`; write people import FILE",
		    cli->args->words[0]);
	code = map_read(cli, &file);
	if (code == CLI_OK)
		code = file_read(cli, cli->args->words[1], &file);
	if (code == CLI_OK)
		code = import(cli, &file);
	buf_clear(&file);
	return code;
}
