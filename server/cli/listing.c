#include "server/cli/listing.h"

#include <inttypes.h>
#include <string.h>

#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/grid.h"

static void query_add(
    struct buf *path, bool *more, const char *name, const char *value)
{
	buf_append_char(path, *more ? '&' : '?');
	buf_append_str(path, name);
	buf_append_char(path, '=');
	client_path_escape(path, value);
	*more = true;
}

static void path_make(
    const struct cli *cli, const struct listing *listing, struct buf *path)
{
	const struct cli_args *args = cli->args;
	bool more = false;
	size_t i;

	buf_append_str(path, listing->path);
	if (listing->word && args->count)
		query_add(path, &more, listing->word, args->words[0]);
	for (i = 0; i < listing->option_count; i++) {
		const struct listing_option *option = &listing->options[i];
		const char *value = args->values[option->option];

		if (args_has(args, option->option))
			query_add(
			    path, &more, option->query, value ? value : "1");
	}
}

/* "person.name" of the row. */
static const json_t *value_find(const json_t *row, const char *key)
{
	const char *dot = strchr(key, '.');
	const json_t *inner = NULL;
	const char *name;
	json_t *value;

	if (!dot)
		return json_object_get(row, key);
	json_object_foreach((json_t *)(uintptr_t)row, name,
	    value) if (strlen(name) == (size_t)(dot - key) &&
	    strncmp(name, key, strlen(name)) == 0) inner = value;
	return json_object_get(inner, dot + 1);
}

static void words_join(const json_t *list, struct buf *out)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		buf_printf(out, "%s%s", i ? " " : "",
		    json_string_value(json_array_get(list, i)));
}

/* "F2LXK0P1Q2, +46701740601, Charger" */
static void things_join(const json_t *list, struct buf *out)
{
	static const char *const keys[] = {
	    "serial", "imei", "number", "iccid", "name"};
	const char *text;
	size_t i;
	size_t k;

	for (i = 0; i < json_array_size(list); i++) {
		text = "?";
		for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			text = cli_text(json_array_get(list, i), keys[k], "?");
			if (strcmp(text, "?") != 0)
				break;
		}
		buf_printf(out, "%s%s", i ? ", " : "", text);
	}
}

static void phones_count(const json_t *row, const char *serial, struct buf *out)
{
	int64_t count = cli_number(row, "things");

	if (*cli_text(row, serial, ""))
		buf_append_str(out, cli_text(row, serial, ""));
	else
		buf_printf(
		    out, "%" PRId64 " phone%s", count, count == 1 ? "" : "s");
}

static void text_of(const json_t *value, struct buf *out)
{
	if (json_is_string(value))
		buf_append_str(out, json_string_value(value));
	else if (json_is_integer(value))
		buf_printf(
		    out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		buf_append_str(out, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		words_join(value, out);
}

static void cell_add(struct cli *cli, struct grid *grid,
    const struct listing_column *column, const json_t *row)
{
	struct buf text = {0};
	char word[CLI_WORD_MAX];
	char when[96];

	if (column->kind == LISTING_WHEN) {
		cli_when(cli, row, column->key, "-", when, sizeof(when));
		grid_add(grid, STYLE_PLAIN, when);
		return;
	}
	if (column->kind == LISTING_WORD) {
		grid_add(
		    grid, STYLE_PLAIN, cli_word(row, column->key, "-", word));
		return;
	}
	if (column->kind == LISTING_SOURCE) {
		grid_add(grid, STYLE_PLAIN, cli_source_line(row));
		return;
	}
	if (column->kind == LISTING_THINGS)
		things_join(json_object_get(row, column->key), &text);
	else if (column->kind == LISTING_PHONES)
		phones_count(row, column->key, &text);
	else if (column->kind == LISTING_ALL_OR &&
	    json_array_size(json_object_get(row, column->key)) == 0)
		buf_append_str(&text, "all");
	else
		text_of(value_find(row, column->key), &text);
	if (column->kind == LISTING_STATE)
		words_add(grid, column->words,
		    text.len ? (const char *)text.data : "?");
	else
		grid_add(grid, STYLE_PLAIN,
		    text.len ? (const char *)text.data : "-");
	buf_clear(&text);
}

int listing_print(
    struct cli *cli, const struct listing *listing, const json_t *items)
{
	const char *heads[GRID_COLUMNS_MAX];
	struct grid grid;
	const json_t *row;
	size_t i;
	size_t k;
	int rc;

	if (json_array_size(items) == 0) {
		(void)fprintf(cli->out, "%s\n", listing->empty);
		return CLI_OK;
	}
	for (k = 0; k < listing->column_count; k++)
		heads[k] = listing->columns[k].head;
	grid_init(&grid, heads, listing->column_count);
	json_array_foreach(items, i, row) for (k = 0; k < listing->column_count;
	                                       k++)
	    cell_add(cli, &grid, &listing->columns[k], row);
	rc = grid_print(&grid, &cli->terminal, cli->out);
	grid_clear(&grid);
	return rc < 0 ? cli_fail(cli, CLI_REFUSED, "out of memory") : CLI_OK;
}

int listing_run(struct cli *cli, const struct listing *listing)
{
	struct buf path = {0};
	json_t *answer = NULL;
	json_t *items = NULL;
	int code;

	path_make(cli, listing, &path);
	code = cli_list(cli, &path, &answer, &items);
	if (items)
		code = listing_print(cli, listing, items);
	json_decref(answer);
	buf_clear(&path);
	return code;
}
