/*
 * `workphone policy`: packs as files are checked, shown and compared here, with
 * no server; plan and apply (run_policy_apply.c) ask it.
 */
#include "server/cli/commands.h"

#include <string.h>

#include "policies/pack.h"
#include "policies/policy_diff.h"
#include "policies/policy_values.h"
#include "proto/base/err.h"
#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/grid.h"

static int pack_open(struct cli *cli, const char *folder, struct pack **out)
{
	struct err err = {0};

	if (pack_load(folder, out, &err) == 0)
		return CLI_OK;
	return cli_fail(cli,
	    err.code == ERR_NOT_FOUND ? CLI_NOT_FOUND : CLI_REFUSED, "%s",
	    err.text);
}

static const struct pack_text *text_of(
    const struct pack *pack, const char *rule)
{
	const struct pack_text *text = pack_text_find(pack, "en", rule);

	return text ? text
	            : pack_text_find(pack, pack_language_at(pack, 0), rule);
}

/* --- check ---------------------------------------------------------------- */

static int policy_check(struct cli *cli, const char *folder)
{
	char hash[PACK_HASH_TEXT_MAX];
	struct pack *pack = NULL;
	int code = pack_open(cli, folder, &pack);

	if (code != CLI_OK)
		return code;
	pack_hash_text(pack, hash);
	if (args_has(cli->args, OPTION_JSON)) {
		json_t *found = json_pack("{ss ss ss si}", "pack",
		    pack_name(pack), "organisation", pack_organisation(pack),
		    "hash", hash, "rules", (int)pack_rule_count(pack));

		code = cli_print_json(cli, found);
		json_decref(found);
	} else {
		(void)fprintf(cli->out,
		    "%s: in order. %zu rules of %s, version %.12s\n",
		    pack_name(pack), pack_rule_count(pack),
		    pack_organisation(pack), hash);
	}
	pack_free(pack);
	return code;
}

/* --- show ----------------------------------------------------------------- */

static int show_all(struct cli *cli, const struct pack *pack)
{
	static const char *const heads[] = {
	    "RULE", "CLASS", "LEVEL", "ABOUT", "SOURCE", "TITLE"};
	const struct pack_rule *rule;
	char source[96];
	struct grid grid;
	size_t i;
	int rc;

	grid_init(&grid, heads, 6);
	for (i = 0; (rule = pack_rule_at(pack, i)) != NULL; i++) {
		const struct pack_text *text = text_of(pack, rule->id);

		(void)snprintf(source, sizeof(source), "%.60s, line %u",
		    rule->source.section, rule->source.line);
		grid_add(&grid, STYLE_STRONG, rule->id);
		grid_add(&grid, STYLE_PLAIN, pack_class_name(rule->class));
		grid_add(&grid, STYLE_PLAIN, pack_level_name(rule->level));
		grid_add(&grid, STYLE_PLAIN, pack_subject_name(rule->subject));
		grid_add(&grid, STYLE_PLAIN, source);
		grid_add(&grid, STYLE_PLAIN, text ? text->title : "-");
	}
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

static int add_value(void *arg, const char *key, const char *value)
{
	struct grid *grid = arg;

	grid_add(grid, STYLE_STRONG, key);
	grid_add(grid, STYLE_PLAIN, value);
	return 0;
}

static int show_rule(
    struct cli *cli, const struct pack *pack, const struct pack_rule *rule)
{
	struct grid grid;
	int rc;

	grid_init(&grid, NULL, 2);
	add_value(&grid, "rule", rule->id);
	(void)policy_rule_each_value(rule, add_value, &grid);
	(void)policy_rule_each_text(pack, rule->id, add_value, &grid);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

static int put_value(void *arg, const char *key, const char *value)
{
	return json_object_set_new(arg, key, json_string(value)) ? -ERR_MEMORY
	                                                         : 0;
}

static json_t *rule_json(const struct pack *pack, const struct pack_rule *rule)
{
	json_t *object = json_pack("{ss}", "rule", rule->id);

	if (object) {
		(void)policy_rule_each_value(rule, put_value, object);
		(void)policy_rule_each_text(pack, rule->id, put_value, object);
	}
	return object;
}

static int show_json(
    struct cli *cli, const struct pack *pack, const struct pack_rule *only)
{
	json_t *document = only ? rule_json(pack, only) : json_array();
	const struct pack_rule *rule;
	size_t i;
	int code;

	for (i = 0; !only && (rule = pack_rule_at(pack, i)) != NULL; i++)
		(void)json_array_append_new(document, rule_json(pack, rule));
	code = cli_print_json(cli, document);
	json_decref(document);
	return code;
}

static int policy_show(struct cli *cli, const char *folder)
{
	const char *id = cli->args->count > 2 ? cli->args->words[2] : NULL;
	const struct pack_rule *rule = NULL;
	struct pack *pack = NULL;
	int code = pack_open(cli, folder, &pack);

	if (code != CLI_OK)
		return code;
	if (id && !(rule = pack_rule_find(pack, id)))
		code = cli_fail(cli, CLI_NOT_FOUND,
		    "%s has no rule %s: see workphone policy show %s",
		    pack_name(pack), id, folder);
	else if (args_has(cli->args, OPTION_JSON))
		code = show_json(cli, pack, rule);
	else
		code = rule ? show_rule(cli, pack, rule) : show_all(cli, pack);
	pack_free(pack);
	return code;
}

/* --- diff ----------------------------------------------------------------- */

struct difference {
	struct cli *cli;
	json_t *items; /* with --json */
	unsigned count;
};

static int difference_tell(void *arg, const struct policy_change *change)
{
	struct difference *difference = arg;
	char text[2 * POLICY_VALUE_MAX + POLICY_KEY_MAX];

	difference->count++;
	policy_change_text(change, text, sizeof(text));
	if (difference->items)
		return json_array_append_new(difference->items,
		           json_pack("{ss ss ss ss ss sb}", "rule",
		               change->rule, "key", change->key, "from",
		               change->from, "to", change->to, "sentence", text,
		               "is_text", (int)change->is_text))
		    ? -ERR_MEMORY
		    : 0;
	terminal_print(&difference->cli->terminal, difference->cli->out,
	    STYLE_PLAIN, text);
	(void)fputc('\n', difference->cli->out);
	return 0;
}

static int policy_diff_print(
    struct cli *cli, const struct pack *from, const struct pack *to)
{
	bool is_json = args_has(cli->args, OPTION_JSON);
	struct difference difference = {
	    .cli = cli, .items = is_json ? json_array() : NULL};
	int code = CLI_OK;

	if (policy_diff(from, to, difference_tell, &difference) < 0)
		code = cli_fail(cli, CLI_REFUSED, "out of memory");
	else if (is_json)
		code = cli_print_json(cli, difference.items);
	else if (difference.count == 0)
		(void)fputs("No difference.\n", cli->out);
	json_decref(difference.items);
	return code;
}

static int policy_compare(struct cli *cli, const char *folder)
{
	struct pack *from = NULL;
	struct pack *to = NULL;
	int code;

	if (cli->args->count < 3)
		return cli_fail(cli, CLI_USAGE,
		    "name two folders: workphone policy diff FROM TO");
	code = pack_open(cli, folder, &from);
	if (code == CLI_OK)
		code = pack_open(cli, cli->args->words[2], &to);
	if (code == CLI_OK)
		code = policy_diff_print(cli, from, to);
	pack_free(from);
	pack_free(to);
	return code;
}

/* --- the verbs ------------------------------------------------------------ */

static const struct {
	const char *verb;
	int (*run)(struct cli *cli, const char *folder);
} verbs[] = {
    {"check", policy_check},
    {"show", policy_show},
    {"diff", policy_compare},
    {"plan", policy_plan},
    {"apply", policy_apply},
};

int run_policy(struct cli *cli)
{
	const char *verb = cli->args->words[0];
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].verb) == 0)
			return verbs[i].run(cli, cli->args->words[1]);
	return cli_fail(cli, CLI_USAGE,
	    "policy %s is not known: check, show, diff, plan or apply", verb);
}
