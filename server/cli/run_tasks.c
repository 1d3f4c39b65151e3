/* workphone tasks, task-link, task-cancel, statements, coverage. */
#include "server/cli/commands.h"

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"
#include "server/cli/qr.h"

static const struct listing_column task_columns[] = {
    {"ID", "id", LISTING_TEXT, 0},
    {"PERSON", "person.name", LISTING_TEXT, 0},
    {"UNIT", "unit.name", LISTING_TEXT, 0},
    {"STATE", "state", LISTING_STATE, WORDS_TASK},
    {"DUE", "due_at", LISTING_WHEN, 0},
    {"RULE", "rule", LISTING_TEXT, 0},
    {"TITLE", "title", LISTING_TEXT, 0},
};

static const struct listing_option task_options[] = {
    {OPTION_OPEN, "open"},
    {OPTION_OVERDUE, "overdue"},
    {OPTION_PERSON, "person"},
    {OPTION_UNIT, "unit"},
    {OPTION_RULE, "rule"},
    {OPTION_LANGUAGE, "language"},
};

int run_tasks(struct cli *cli)
{
	static const struct listing tasks = {"/api/v1/tasks", task_columns, 7,
	    task_options, 6, NULL, "No task."};

	return listing_run(cli, &tasks);
}

static int link_print(struct cli *cli, const json_t *link)
{
	const char *url = cli_text(link, "url", "");
	struct buf code = {0};
	char when[96];

	cli_when(cli, link, "expires_at", "?", when, sizeof(when));
	(void)fprintf(cli->out,
	    "The link is for one person and one answer, expires %s and is not "
	    "shown again:\n\n",
	    when);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, url);
	(void)fputc('\n', cli->out);
	if ((cli->terminal.is_terminal || args_has(cli->args, OPTION_QR)) &&
	    qr_render(url, cli->terminal.colour, &code, NULL) == 0)
		(void)fprintf(cli->out, "\n%s", (const char *)code.data);
	buf_clear(&code);
	return CLI_OK;
}

/* POST to what hangs on the task that the first word names. */
static int task_post(
    struct cli *cli, const char *tail, json_t *body, json_t **out)
{
	struct buf path = {0};
	int code;

	buf_append_str(&path, "/api/v1/tasks/");
	client_path_escape(&path, cli->args->words[0]);
	buf_append_str(&path, tail);
	code = cli_call(cli, "POST", &path, body, out);
	buf_clear(&path);
	return code;
}

int run_task_link(struct cli *cli)
{
	json_t *link = NULL;
	int code = task_post(cli, "/links",
	    json_pack(
	        "{s:s*}", "valid_for", cli->args->values[OPTION_VALID_FOR]),
	    &link);

	if (code == CLI_OK)
		code = args_has(cli->args, OPTION_JSON)
		    ? cli_print_json(cli, link)
		    : link_print(cli, link);
	json_decref(link);
	return code;
}

int run_task_cancel(struct cli *cli)
{
	json_t *task = NULL;
	json_t *order =
	    json_pack("{s:s}", "reason", cli->args->values[OPTION_REASON]);
	int code;

	if (!order)
		return cli_fail(cli, CLI_USAGE, "the reason is not UTF-8");
	code = task_post(cli, "/cancel", order, &task);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, task);
	else if (code == CLI_OK)
		(void)fputs("The task is withdrawn.\n", cli->out);
	json_decref(task);
	return code;
}

int run_statements(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"PERSON", "person.name", LISTING_TEXT, 0},
	    {"RULE", "rule", LISTING_TEXT, 0},
	    {"YES", "yes", LISTING_FLAG, 0},
	    {"STATED", "made_at", LISTING_WHEN, 0},
	    {"COUNTS UNTIL", "valid_until", LISTING_WHEN, 0},
	    {"BY", "made_by", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_PERSON, "person"}, {OPTION_RULE, "rule"}};
	static const struct listing statements = {"/api/v1/statements", columns,
	    6, options, 2, NULL, "Nothing was stated."};

	return listing_run(cli, &statements);
}

int run_coverage(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"UNIT", "unit.name", LISTING_TEXT, 0},
	    {"PERSONS", "persons", LISTING_TEXT, 0},
	    {"HAVE READ", "acknowledged", LISTING_TEXT, 0},
	    {"AN OLDER ONE", "outdated", LISTING_TEXT, 0},
	    {"OVERDUE", "overdue", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {{OPTION_UNIT, "unit"}};
	static const struct listing coverage = {"/api/v1/acknowledgements",
	    columns, 5, options, 1, NULL, "There is no unit."};

	return listing_run(cli, &coverage);
}
