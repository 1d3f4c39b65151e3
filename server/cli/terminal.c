#include "server/cli/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "proto/base/str.h"

/* Ranges that steer a terminal or hide what stands there. */
static const struct {
	uint32_t first;
	uint32_t last;
} unsafe_ranges[] = {
    {0x00, 0x1f},       /* C0 */
    {0x7f, 0x9f},       /* DEL, C1: U+009B starts an escape sequence */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x200b, 0x200f},   /* zero width, direction marks */
    {0x2028, 0x202e},   /* separators, direction overrides */
    {0x2060, 0x206f},   /* invisible operators, isolates */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xfff9, 0xfffb},   /* annotations */
    {0xe0000, 0xe0fff}, /* tags, variation selectors */
};

static bool is_unsafe(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(unsafe_ranges) / sizeof(unsafe_ranges[0]); i++)
		if (c >= unsafe_ranges[i].first && c <= unsafe_ranges[i].last)
			return true;
	return false;
}

/* The character at text, whose length str_utf8_step() has found good. */
static uint32_t character(const char *text, size_t step)
{
	const unsigned char *c = (const unsigned char *)text;

	switch (step) {
	case 1:
		return c[0];
	case 2:
		return (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
	case 3:
		return (c[0] & 0x0fu) << 12 | (c[1] & 0x3fu) << 6 |
		    (c[2] & 0x3fu);
	default:
		return (c[0] & 0x07u) << 18 | (c[1] & 0x3fu) << 12 |
		    (c[2] & 0x3fu) << 6 | (c[3] & 0x3fu);
	}
}

void terminal_escape(struct buf *out, const char *text)
{
	uint32_t c;
	size_t step;

	while (*text) {
		step = str_utf8_step(text);
		if (step == 0) {
			buf_printf(out, "\\x%02x", (unsigned char)*text++);
			continue;
		}
		c = character(text, step);
		if (!is_unsafe(c))
			buf_append(out, text, step);
		else if (c < 0x80)
			buf_printf(out, "\\x%02x", c);
		else
			buf_printf(out, "\\u%04x", c);
		text += step;
	}
}

/* JSON writes what is above U+FFFF as a surrogate pair (RFC 8259, 7). */
static void json_escape(struct buf *out, uint32_t c)
{
	if (c <= 0xffff) {
		buf_printf(out, "\\u%04x", c);
		return;
	}
	c -= 0x10000;
	buf_printf(
	    out, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

void terminal_escape_json(struct buf *out, const char *json)
{
	uint32_t c;
	size_t step;

	while (*json) {
		step = str_utf8_step(json);
		if (step == 0) /* jansson writes none; drop the byte */
			step = 1;
		c = character(json, step);
		if (is_unsafe(c) && c != '\n')
			json_escape(out, c);
		else
			buf_append(out, json, step);
		json += step;
	}
}

size_t terminal_text_width(const char *text)
{
	size_t width = 0;
	size_t step;
	int columns;

	while (*text) {
		step = str_utf8_step(text);
		columns = 1;
		if (step > 1)
			columns = wcwidth((wchar_t)character(text, step));
		width += columns < 0 ? 1 : (size_t)columns;
		text += step ? step : 1;
	}
	return width;
}

static size_t columns_get(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = {0};
	uint64_t number;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns && str_number_parse(columns, 10000, &number) == 0)
		return (size_t)number;
	return 80;
}

void terminal_init(struct terminal *terminal, FILE *file)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	*terminal = (struct terminal){0};
	if (!isatty(fileno(file)))
		return;
	terminal->is_terminal = true;
	terminal->colour =
	    !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
	terminal->width = columns_get(fileno(file));
}

const char *terminal_style(const struct terminal *terminal, enum style style)
{
	static const char *const codes[STYLE_COUNT] = {
	    [STYLE_PLAIN] = "",
	    [STYLE_GOOD] = "\033[32m",
	    [STYLE_BAD] = "\033[31m",
	    [STYLE_DOUBT] = "\033[33m",
	    [STYLE_FAINT] = "\033[2m",
	    [STYLE_STRONG] = "\033[1m",
	};

	return terminal->colour ? codes[style] : "";
}

void terminal_print(const struct terminal *terminal, FILE *file,
    enum style style, const char *text)
{
	const char *code = terminal_style(terminal, style);
	struct buf safe = {0};

	terminal_escape(&safe, text);
	if (safe.data && !safe.failed)
		(void)fprintf(file, "%s%s%s", code, (char *)safe.data,
		    *code ? "\033[0m" : "");
	buf_clear(&safe);
}
