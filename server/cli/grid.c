#include "server/cli/grid.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define GRID_GAP 2
#define GRID_WRAP_MIN 20 /* narrower than this reads worse than a long line */

static struct grid_cell *cell_take(struct grid *grid)
{
	size_t room = grid->room ? grid->room * 2 : 64;
	struct grid_cell *cells;

	if (grid->count == grid->room) {
		cells = reallocarray(grid->cells, room, sizeof(*cells));
		if (!cells)
			return NULL;
		grid->cells = cells;
		grid->room = room;
	}
	return &grid->cells[grid->count];
}

void grid_add(struct grid *grid, enum style style, const char *text)
{
	struct grid_cell *cell = grid->failed ? NULL : cell_take(grid);
	struct buf safe = {0};
	size_t len;

	buf_append_str(&safe, ""); /* so that an empty cell has its NUL */
	terminal_escape(&safe, text);
	if (!cell || buf_check(&safe, NULL) < 0) {
		buf_clear(&safe);
		grid->failed = true;
		return;
	}
	cell->text = (char *)buf_take(&safe, &len);
	cell->width = terminal_text_width(cell->text);
	cell->style = style;
	grid->count++;
}

void grid_init(struct grid *grid, const char *const *heads, size_t columns)
{
	size_t i;

	*grid = (struct grid){.columns = columns};
	for (i = 0; heads && i < columns; i++)
		grid_add(grid, STYLE_STRONG, heads[i]);
}

static void widths_find(const struct grid *grid, size_t *widths)
{
	size_t column;
	size_t i;

	for (i = 0; i < grid->count; i++) {
		column = i % grid->columns;
		if (grid->cells[i].width > widths[column])
			widths[column] = grid->cells[i].width;
	}
}

static void blanks_print(FILE *file, size_t count)
{
	(void)fprintf(file, "%*s", (int)count, "");
}

/* Bytes of text that fit into width columns, ended at a blank if there is. */
static size_t line_cut(const char *text, size_t width)
{
	size_t used = 0;
	size_t blank = 0;
	size_t at = 0;
	size_t step;
	char c[5];

	while (text[at]) {
		step = str_utf8_step(text + at);
		memset(c, 0, sizeof(c));
		memcpy(c, text + at, step ? step : 1);
		used += terminal_text_width(c);
		if (used > width)
			return blank ? blank : at ? at : (step ? step : 1);
		if (text[at] == ' ')
			blank = at;
		at += step ? step : 1;
	}
	return at;
}

static void wrapped_print(
    FILE *file, const char *text, size_t indent, size_t width)
{
	size_t len = line_cut(text, width);

	(void)fprintf(file, "%.*s", (int)len, text);
	text += len;
	while (*text) {
		text += strspn(text, " ");
		len = line_cut(text, width);
		(void)fputc('\n', file);
		blanks_print(file, indent);
		(void)fprintf(file, "%.*s", (int)len, text);
		text += len;
	}
}

static void cell_print(const struct grid_cell *cell,
    const struct terminal *terminal, FILE *file, size_t indent, bool is_last)
{
	const char *code = terminal_style(terminal, cell->style);
	size_t left = terminal->width > indent ? terminal->width - indent : 0;

	(void)fputs(code, file);
	if (is_last && left >= GRID_WRAP_MIN)
		wrapped_print(file, cell->text, indent, left);
	else
		(void)fputs(cell->text, file);
	if (*code)
		(void)fputs("\033[0m", file);
}

static void row_print(const struct grid *grid, size_t row,
    const struct terminal *terminal, FILE *file, const size_t *widths)
{
	const struct grid_cell *cells = &grid->cells[row * grid->columns];
	size_t last = grid->columns - 1;
	size_t indent = 0;
	size_t i;

	while (last > 0 && !cells[last].text[0])
		last--; /* no blanks at the end of a line */
	for (i = 0; i <= last; i++) {
		cell_print(
		    &cells[i], terminal, file, indent, i == grid->columns - 1);
		if (i < last)
			blanks_print(
			    file, widths[i] - cells[i].width + GRID_GAP);
		indent += widths[i] + GRID_GAP;
	}
	(void)fputc('\n', file);
}

int grid_print(
    const struct grid *grid, const struct terminal *terminal, FILE *file)
{
	size_t widths[GRID_COLUMNS_MAX] = {0};
	size_t row;

	if (grid->failed || grid->columns > GRID_COLUMNS_MAX)
		return -(int)ERR_MEMORY;
	widths_find(grid, widths);
	for (row = 0; row < grid->count / grid->columns; row++)
		row_print(grid, row, terminal, file, widths);
	return 0;
}

void grid_clear(struct grid *grid)
{
	size_t i;

	for (i = 0; i < grid->count; i++)
		free(grid->cells[i].text);
	free(grid->cells);
	*grid = (struct grid){0};
}
