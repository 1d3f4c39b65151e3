/* workphone rules: what the policy in force demands. */
#include "server/cli/commands.h"

#include "server/cli/args.h"
#include "server/cli/client.h"
#include "server/cli/listing.h"

static const struct listing_column columns[] = {
    {"RULE", "id", LISTING_TEXT, 0},
    {"CLASS", "class", LISTING_TEXT, 0},
    {"LEVEL", "level", LISTING_TEXT, 0},
    {"ABOUT", "subject", LISTING_TEXT, 0},
    {"LINE", "source.line", LISTING_TEXT, 0},
    {"TITLE", "texts.title", LISTING_TEXT, 0},
};

static const struct listing_option options[] = {
    {OPTION_CLASS, "class"},
    {OPTION_SUBJECT, "subject"},
    {OPTION_LANGUAGE, "language"},
};

static const struct listing rules = {"/api/v1/rules", columns, 6, options, 3,
    NULL, "The policy has no such rule."};

static void line_print(
    struct cli *cli, const char *head, const json_t *object, const char *key)
{
	const char *text = cli_text(object, key, "");

	if (!*text)
		return;
	(void)fprintf(cli->out, "%-10s ", head);
	terminal_print(&cli->terminal, cli->out, STYLE_PLAIN, text);
	(void)fputc('\n', cli->out);
}

static void rule_print(struct cli *cli, const json_t *rule)
{
	const json_t *texts = json_object_get(rule, "texts");
	const json_t *source = json_object_get(rule, "source");

	terminal_print(
	    &cli->terminal, cli->out, STYLE_STRONG, cli_text(rule, "id", "?"));
	(void)fputs("  ", cli->out);
	terminal_print(&cli->terminal, cli->out, STYLE_STRONG,
	    cli_text(texts, "title", ""));
	(void)fputs("\n\n", cli->out);
	line_print(cli, "Class", rule, "class");
	line_print(cli, "Level", rule, "level");
	line_print(cli, "About", rule, "subject");
	line_print(cli, "When", rule, "when");
	line_print(cli, "Demand", texts, "demand");
	line_print(cli, "Why", texts, "why");
	line_print(cli, "How", texts, "how");
	line_print(cli, "Stated", texts, "statement");
	line_print(cli, "Not looked", rule, "not_measured");
	line_print(cli, "Waived", json_object_get(rule, "waiver"), "reason");
	line_print(cli, "Document", source, "title");
	line_print(cli, "Section", source, "section");
	(void)fprintf(cli->out, "%-10s %" JSON_INTEGER_FORMAT "\n", "Line",
	    json_integer_value(json_object_get(source, "line")));
	line_print(cli, "Note", rule, "note");
}

static int rule_show(struct cli *cli)
{
	const char *language = cli->args->values[OPTION_LANGUAGE];
	struct buf path = {0};
	json_t *rule = NULL;
	int code;

	buf_append_str(&path, "/api/v1/rules/");
	client_path_escape(&path, cli->args->words[0]);
	if (language) {
		buf_append_str(&path, "?language=");
		client_path_escape(&path, language);
	}
	code = cli_call(cli, "GET", &path, NULL, &rule);
	if (code == CLI_OK && args_has(cli->args, OPTION_JSON))
		code = cli_print_json(cli, rule);
	else if (code == CLI_OK)
		rule_print(cli, rule);
	json_decref(rule);
	buf_clear(&path);
	return code;
}

int run_rules(struct cli *cli)
{
	return cli->args->count ? rule_show(cli) : listing_run(cli, &rules);
}
