/* workphone audit: who did what, is the log whole, and a copy to take away. */
#include "server/cli/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"

#define AUDIT "/api/v1/audit"

static int needs(struct cli *cli, const char *what)
{
	return cli_fail(
	    cli, CLI_USAGE, "audit %s needs %s", cli->args->words[0], what);
}

static void query_add(
    struct buf *path, bool *more, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(path, "%c%s=", *more ? '&' : '?', name);
	client_path_escape(path, value);
	*more = true;
}

/* ---- the list ---- */

/* "serial: F2…; cause: departure" behind the reason. */
static void detail_of(const json_t *entry, struct buf *out)
{
	json_t *body = json_object_get(entry, "body");
	json_t *params = json_object_get(body, "params");
	const char *between = "";
	const char *key;
	json_t *value;

	if (json_is_true(json_object_get(entry, "purged"))) {
		buf_append_str(out, "(purged)");
		return;
	}
	buf_append_str(out, cli_text(entry, "title", ""));
	if (json_object_get(body, "why"))
		buf_printf(out, ": %s", cli_text(body, "why", ""));
	between = " (";
	json_object_foreach(params, key, value)
	{
		const char *word = json_string_value(value);

		buf_printf(out, "%s%s: %s", between, key, word ? word : "");
		between = ", ";
	}
	if (json_object_size(params) > 0)
		buf_append_char(out, ')');
}

static void row_add(struct cli *cli, struct grid *grid, const json_t *entry)
{
	struct buf detail = {0};
	char seq[24];
	char when[96];

	(void)snprintf(seq, sizeof(seq), "%" PRId64, cli_number(entry, "seq"));
	cli_when(cli, entry, "at", "?", when, sizeof(when));
	detail_of(entry, &detail);
	grid_add(grid, STYLE_PLAIN, seq);
	grid_add(grid, STYLE_PLAIN, when);
	grid_add(grid, STYLE_PLAIN, cli_text(entry, "actor", "?"));
	grid_add(grid, STYLE_PLAIN, cli_text(entry, "action", "?"));
	grid_add(grid, STYLE_PLAIN, cli_text(entry, "person", "-"));
	grid_add(grid, STYLE_PLAIN, cli_text(entry, "serial", "-"));
	grid_add(
	    grid, STYLE_PLAIN, detail.len ? (const char *)detail.data : "");
	buf_clear(&detail);
}

static int entries_print(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {"ENTRY", "WHEN", "WHO", "ACTION",
	    "PERSON", "PHONE", "WHAT AND WHY"};
	struct grid grid;
	const json_t *entry;
	size_t i;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fputs("Nothing is noted.\n", cli->out);
		return CLI_OK;
	}
	grid_init(&grid, heads, 7);
	json_array_foreach(items, i, entry) row_add(cli, &grid, entry);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? CLI_REFUSED : CLI_OK;
}

/* name: "person", "device" or "case"; NULL: all. */
static int list_of(struct cli *cli, const char *name)
{
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	bool more = false;
	int code;

	if (name && cli->args->count != 2)
		return needs(cli, "whom or what it is about");
	buf_append_str(&path, AUDIT);
	if (name)
		query_add(&path, &more, name, cli->args->words[1]);
	query_add(&path, &more, "limit", cli->args->values[OPTION_LIMIT]);
	code = cli_list(cli, &path, &answer, &items);
	if (code == CLI_OK && items)
		code = entries_print(cli, items);
	json_decref(answer);
	buf_clear(&path);
	return code;
}

static int audit_list(struct cli *cli)
{
	return list_of(cli, NULL);
}

static int audit_person(struct cli *cli)
{
	return list_of(cli, "person");
}

static int audit_phone(struct cli *cli)
{
	return list_of(cli, "device");
}

static int audit_case(struct cli *cli)
{
	return list_of(cli, "case");
}

/* ---- the judgement ---- */

static const char *finding_word(const json_t *found)
{
	if (!json_is_true(json_object_get(found, "whole")))
		return "The log is NOT whole.\n";
	if (cli_number(found, "entries") > 0 &&
	    cli_number(found, "signed_seq") == 0)
		return "The log has no fault, and nobody has signed it yet.\n";
	return "The log is whole.\n";
}

static void finding_print(struct cli *cli, const json_t *found)
{
	const json_t *faults = json_object_get(found, "faults");
	const json_t *fault;
	char when[96];
	size_t i;

	(void)fprintf(cli->out, "%" PRId64 " entries, %" PRId64 " purged.\n",
	    cli_number(found, "entries"), cli_number(found, "purged"));
	cli_when(cli, found, "signed_at", "never", when, sizeof(when));
	(void)fprintf(cli->out,
	    "Signed up to entry %" PRId64 ", last %s; %" PRId64
	    " checkpoint(s).\n",
	    cli_number(found, "signed_seq"), when,
	    cli_number(found, "checkpoints"));
	json_array_foreach(faults, i, fault)
	{
		(void)fputs("FAULT: ", cli->out);
		terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
		    json_string_value(fault));
		(void)fputc('\n', cli->out);
	}
	(void)fputs(finding_word(found), cli->out);
}

static int audit_verify(struct cli *cli)
{
	struct buf path = {0};
	json_t *found = NULL;
	int code;

	buf_append_str(&path, AUDIT "/verify");
	code = cli_call(cli, "GET", &path, NULL, &found);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, found);
	else if (code == CLI_OK)
		finding_print(cli, found);
	if (code == CLI_OK && !json_is_true(json_object_get(found, "whole")))
		code = CLI_CONFLICT;
	json_decref(found);
	buf_clear(&path);
	return code;
}

/* One line, as `workphone-server verify --checkpoints` reads it. */
static int audit_checkpoint(struct cli *cli)
{
	struct buf path = {0};
	json_t *row = NULL;
	char *line;
	int code;

	buf_append_str(&path, AUDIT "/checkpoint");
	code = cli_call(cli, "GET", &path, NULL, &row);
	if (code == CLI_OK) {
		line = json_dumps(row, JSON_COMPACT);
		if (line)
			(void)fprintf(cli->out, "%s\n", line);
		free(line);
	}
	json_decref(row);
	buf_clear(&path);
	return code;
}

/* ---- taking away ---- */

static int part_get(struct cli *cli, int64_t after, json_t **out)
{
	const struct cli_args *args = cli->args;
	struct buf path = {0};
	bool more = false;
	char text[24];
	int code;

	(void)snprintf(text, sizeof(text), "%" PRId64, after);
	buf_append_str(&path, AUDIT "/export");
	query_add(&path, &more, "format", args->values[OPTION_FORMAT]);
	query_add(&path, &more, "person", args->values[OPTION_PERSON]);
	query_add(&path, &more, "device", args->values[OPTION_PHONE]);
	if (after)
		query_add(&path, &more, "after", text);
	code = cli_call(cli, "GET", &path, NULL, out);
	buf_clear(&path);
	return code;
}

/* The file holds people's doings: its owner's alone, and no other's before. */
static FILE *file_make(struct cli *cli, const char *path)
{
	FILE *file = fopen(path, "wxe");

	if (!file)
		(void)cli_fail(
		    cli, CLI_REFUSED, "%s: %s", path, strerror(errno));
	else
		(void)fchmod(fileno(file), 0600);
	return file;
}

static int parts_write(struct cli *cli, FILE *file)
{
	int64_t after = 0;
	int code;

	do {
		json_t *part = NULL;

		code = part_get(cli, after, &part);
		if (code == CLI_OK)
			(void)fputs(cli_text(part, "text", ""), file);
		after = cli_number(part, "next");
		json_decref(part);
	} while (code == CLI_OK && after > 0);
	return code;
}

static void written_print(struct cli *cli, const char *path)
{
	const char *format = cli->args->values[OPTION_FORMAT];
	bool is_csv = format && strcmp(format, "csv") == 0;

	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, path);
	(void)fputs(is_csv ? " is written.\n"
	                   : " is written. Check it anywhere: "
	                     "workphone-server verify --key orders.pub ",
	    cli->out);
	if (!is_csv) {
		terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, path);
		(void)fputc('\n', cli->out);
	}
}

static int audit_export(struct cli *cli)
{
	const char *path = cli->args->values[OPTION_OUTPUT];
	FILE *file = path ? file_make(cli, path) : cli->out;
	int code;

	if (!file)
		return CLI_REFUSED;
	code = parts_write(cli, file);
	if (fflush(file) != 0 || ferror(file))
		code = cli_fail(cli, CLI_REFUSED, "%s: %s",
		    path ? path : "output", strerror(errno));
	if (path)
		(void)fclose(file);
	if (path && code != CLI_OK)
		(void)remove(path); /* a part of a log looks like one */
	if (path && code == CLI_OK && !args_has(cli->args, OPTION_JSON))
		written_print(cli, path);
	return code;
}

int run_audit(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli);
	} verbs[] = {{"list", audit_list}, {"person", audit_person},
	    {"phone", audit_phone}, {"case", audit_case},
	    {"verify", audit_verify}, {"checkpoint", audit_checkpoint},
	    {"export", audit_export}};
	const char *word = cli->args->count ? cli->args->words[0] : "list";
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, word) == 0)
			return verbs[i].run(cli);
	return cli_fail(cli, CLI_USAGE,
	    "audit takes list, person, phone, case, verify, checkpoint or "
	    "export, not \"%.64s\"",
	    word);
}
