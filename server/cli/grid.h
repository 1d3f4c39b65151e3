/*
 * grid: a table for people: columns as wide as their widest cell, measured in
 * display columns; the last column is wrapped at blanks when the terminal is
 * narrower. Cells are escaped when they are added. Failure (memory) is sticky.
 */
#ifndef SERVER_CLI_GRID_H
#define SERVER_CLI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "server/cli/terminal.h"

#define GRID_COLUMNS_MAX 10

struct grid_cell {
	char *text; /* owned, escaped */
	size_t width;
	enum style style;
};

struct grid {
	size_t columns;
	struct grid_cell
	    *cells; /* owned, row by row; the first row are heads */
	size_t count;
	size_t room;
	bool failed;
};

/* heads: one for each column, at most GRID_COLUMNS_MAX; NULL: no head row. */
void grid_init(struct grid *grid, const char *const *heads, size_t columns);
/* Cells come in order, row by row. */
void grid_add(struct grid *grid, enum style style, const char *text);
int grid_print(
    const struct grid *grid, const struct terminal *terminal, FILE *file);
void grid_clear(struct grid *grid);

#endif
