/*
 * terminal: what may be written to a terminal and how: text from outside with
 * every control and direction character shown instead of obeyed, display
 * widths, and colours, which only repeat what a word or sign says already.
 */
#ifndef SERVER_CLI_TERMINAL_H
#define SERVER_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "proto/base/buf.h"

enum style {
	STYLE_PLAIN,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_DOUBT,
	STYLE_FAINT,
	STYLE_STRONG,
	STYLE_COUNT
};

struct terminal {
	bool is_terminal;
	bool colour;  /* a terminal, NO_COLOR unset, TERM not "dumb" */
	size_t width; /* columns; 0: do not wrap */
};

/* Looks at the file and the environment (NO_COLOR, TERM, COLUMNS). */
void terminal_init(struct terminal *terminal, FILE *file);

/* Appends text; unsafe characters as \x1b or \u202e, bad UTF-8 as \xNN. */
void terminal_escape(struct buf *out, const char *text);
/* The same for a JSON text: they can only stand in strings there. */
void terminal_escape_json(struct buf *out, const char *json);

/* Columns that UTF-8 text takes; needs a UTF-8 LC_CTYPE for wide characters. */
size_t terminal_text_width(const char *text);

/* "" when there is no colour. */
const char *terminal_style(const struct terminal *terminal, enum style style);

/* Escapes and prints, in a style. */
void terminal_print(const struct terminal *terminal, FILE *file,
    enum style style, const char *text);

#endif
