#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent/watch/watch.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define WIDE 116 /* columns from which all fits */
#define BAR_MAX 10

enum colour {
	COLOUR_NONE,
	COLOUR_GOOD,
	COLOUR_HAND, /* the operator's hand is wanted */
	COLOUR_BAD,
	COLOUR_DIM
};

static const char *const codes[] = {
    [COLOUR_NONE] = "",
    [COLOUR_GOOD] = "\033[32m",
    [COLOUR_HAND] = "\033[1;33m",
    [COLOUR_BAD] = "\033[31m",
    [COLOUR_DIM] = "\033[2m",
};

struct page {
	struct buf *out;
	enum watch_style style;
	unsigned columns; /* 0: no limit */
	unsigned rows;
	unsigned row;
	unsigned at; /* column in this row */
};

/* ---- writing in columns ---- */

/* One character, or '?' for what must not reach a terminal: control characters,
 * C1 ones too, and bytes that are no UTF-8. Gives how many bytes it was. */
static size_t put_letter(struct page *page, const char *text)
{
	size_t step = str_utf8_step(text);

	if (step == 0 || (unsigned char)*text < 0x20 || *text == 0x7f ||
	    (step == 2 && (unsigned char)text[0] == 0xc2 &&
	        (unsigned char)text[1] < 0xa0)) {
		buf_append_char(page->out, '?');
		return step ? step : 1;
	}
	buf_append(page->out, text, step);
	return step;
}

static bool has_room(const struct page *page)
{
	return page->columns == 0 || page->at < page->columns;
}

static size_t letters(const char *text, size_t len)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* width 0: as wide as it is; else filled up, or cut with a mark that says so. */
static void put(struct page *page, const char *text, unsigned width)
{
	bool is_cut = width > 1 && letters(text, strlen(text)) > width;
	unsigned used = 0;

	while (
	    *text && (width == 0 || used + is_cut < width) && has_room(page)) {
		text += put_letter(page, text);
		used++;
		page->at++;
	}
	if (is_cut && used < width && has_room(page)) {
		buf_append_str(page->out, "…");
		used++;
		page->at++;
	}
	for (; used < width && has_room(page); used++, page->at++)
		buf_append_char(page->out, ' ');
}

static void paint(struct page *page, enum colour colour)
{
	if (page->style == WATCH_COLOUR)
		buf_append_str(page->out,
		    colour == COLOUR_NONE ? "\033[0m" : codes[colour]);
}

static void put_coloured(
    struct page *page, enum colour colour, const char *text, unsigned width)
{
	paint(page, colour);
	put(page, text, width);
	paint(page, COLOUR_NONE);
}

static bool end_row(struct page *page)
{
	buf_append_char(page->out, '\n');
	page->at = 0;
	page->row++;
	return page->rows == 0 || page->row + 1 < page->rows;
}

/* ---- values ---- */

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void bar(json_t *row, unsigned width, char *out)
{
	json_int_t percent =
	    json_integer_value(json_object_get(row, "percent"));
	json_int_t full = percent * width / 100;
	json_int_t i;

	if (percent <= 0 || percent > 100 ||
	    !json_is_true(json_object_get(row, "is_working"))) {
		out[0] = '\0';
		return;
	}
	*out++ = '[';
	for (i = 0; i < width; i++)
		*out++ = i < full ? '#' : '.';
	*out++ = ']';
	*out = '\0';
}

/* Waiting codes begin so; the rest with a sentence is trouble. */
static enum colour colour_of(json_t *row)
{
	const char *code = text_of(row, "code");

	if (strcmp(code, "ok") == 0)
		return strcmp(text_of(row, "state"), "ready") == 0
		    ? COLOUR_GOOD
		    : COLOUR_NONE;
	if (strncmp(code, "waiting_", 8) == 0 || strcmp(code, "hidden") == 0 ||
	    strcmp(code, "trust_timeout") == 0 ||
	    strcmp(code, "trust_denied") == 0 ||
	    strcmp(code, "disconnected") == 0 ||
	    strcmp(code, "not_activated") == 0)
		return COLOUR_HAND;
	return COLOUR_BAD;
}

static const char *first_of(json_t *row, const char *const *keys, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (*text_of(row, keys[i]))
			return text_of(row, keys[i]);
	return "";
}

/* What stands on the phone's own screen, then what we call it; but a phone that
 * nobody has named is better known by its serial. */
static const char *phone_of(json_t *row)
{
	static const char *const keys[] = {
	    "name", "known_as", "serial", "product", "mode"};
	const char *name = text_of(row, "name");
	bool is_named =
	    strcmp(name, "iPhone") != 0 && strcmp(name, "iPad") != 0;

	if (!is_named && *text_of(row, "serial"))
		return text_of(row, "serial");
	return first_of(row, keys, sizeof(keys) / sizeof(keys[0]));
}

/* What the agent does to it; the state says how far it is. */
static const char *order_of(json_t *row)
{
	static const struct {
		const char *kind;
		const char *words;
	} names[] = {
	    {"read_facts", "read facts"},
	    {"install_profile", "profile"},
	    {"verify_wiped", "verify wipe"},
	};
	const char *kind = text_of(row, "order");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].kind, kind) == 0)
			return names[i].words;
	return kind;
}

static const char *port_of(json_t *row)
{
	return text_of(row, "port");
}

static const char *person_of(json_t *row)
{
	return text_of(row, "person");
}

static const char *serial_of(json_t *row)
{
	return text_of(row, "serial");
}

static const char *version_of(json_t *row)
{
	return text_of(row, "ios_version");
}

static const char *state_of(json_t *row)
{
	return text_of(row, "state");
}

/* Widths on a terminal of 80 columns, and on a wide one; 0: left out. */
static const struct column {
	const char *title;
	const char *(*value)(json_t *row);
	unsigned narrow;
	unsigned wide;
	bool is_painted;
} table[] = {
    {"PORT", port_of, 6, 8, false},
    {"PHONE", phone_of, 16, 20, false},
    {"PERSON", person_of, 19, 22, false},
    {"SERIAL", serial_of, 0, 13, false},
    {"IOS", version_of, 0, 7, false},
    {"ORDER", order_of, 11, 11, false},
    {"STATE", state_of, 14, 15, true},
};

#define COLUMN_COUNT (sizeof(table) / sizeof(table[0]))
#define BAR_NARROW 6
#define INDENT "       "

static bool is_wide(const struct page *page)
{
	return page->columns == 0 || page->columns >= WIDE;
}

static unsigned width_of(const struct page *page, const struct column *column)
{
	return is_wide(page) ? column->wide : column->narrow;
}

/* ---- the page ---- */

/* Words, on as many rows as they need; false: no row is left. */
static bool put_wrapped(struct page *page, enum colour colour, const char *text)
{
	bool is_first = true;
	bool more = true;

	put(page, INDENT, 0);
	while (more && *text) {
		size_t len = strcspn(text, " ");
		char word[128];

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (!is_first && page->columns != 0 &&
		    page->at + 1 + letters(text, len) > page->columns) {
			more = end_row(page);
			if (more)
				put(page, INDENT, 0);
		} else if (!is_first) {
			put(page, " ", 0);
		}
		if (more)
			put_coloured(page, colour, word, 0);
		is_first = false;
		text += len + strspn(text + len, " ");
	}
	return more && end_row(page);
}

static void put_head(struct page *page, json_t *station)
{
	const char *name = text_of(station, "name");
	const char *trouble = text_of(station, "server_trouble");
	json_int_t waiting =
	    json_integer_value(json_object_get(station, "reports_waiting"));
	char text[64];

	put(page, "Workphone bench  ", 0);
	put(page, *name ? name : "(this station has not joined)", 0);
	put(page, "  server: ", 0);
	put(page, text_of(station, "server"), 0);
	put(page, "  usbmuxd: ", 0);
	put(page, text_of(station, "usbmuxd"), 0);
	if (waiting > 0) {
		(void)snprintf(text, sizeof(text), "  reports waiting: %lld",
		    (long long)waiting);
		put(page, text, 0);
	}
	(void)end_row(page);
	if (*trouble)
		(void)put_wrapped(page, COLOUR_BAD, trouble);
	else
		(void)end_row(page);
}

static void put_titles(struct page *page)
{
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++) {
		unsigned width = width_of(page, &table[i]);

		if (width == 0)
			continue;
		put(page, table[i].title, width);
		put(page, " ", 0);
	}
	(void)end_row(page);
}

static bool put_row(struct page *page, json_t *row)
{
	const char *operator= text_of(row, "operator");
	enum colour colour = colour_of(row);
	char progress[BAR_MAX + 8];
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++) {
		unsigned width = width_of(page, &table[i]);

		if (width == 0)
			continue;
		if (table[i].is_painted)
			put_coloured(page, colour, table[i].value(row), width);
		else
			put(page, table[i].value(row), width);
		put(page, " ", 0);
	}
	bar(row, is_wide(page) ? BAR_MAX : BAR_NARROW, progress);
	put(page, progress, 0);
	if (!end_row(page))
		return false;
	return !*operator|| put_wrapped(
	    page, colour == COLOUR_HAND ? COLOUR_HAND : COLOUR_DIM, operator);
}

static int by_port(const void *a, const void *b)
{
	json_t *const *left = a;
	json_t *const *right = b;

	return strverscmp(text_of(*left, "port"), text_of(*right, "port"));
}

static void put_rows(struct page *page, json_t *ports)
{
	size_t count = json_array_size(ports);
	json_t **sorted = calloc(count + 1, sizeof(json_t *));
	size_t i;

	if (!sorted)
		return;
	for (i = 0; i < count; i++)
		sorted[i] = json_array_get(ports, i);
	qsort(sorted, count, sizeof(json_t *), by_port);
	for (i = 0; i < count; i++) {
		if (put_row(page, sorted[i]))
			continue;
		if (i + 1 < count)
			put(page, "… more phones than lines", 0);
		break;
	}
	free(sorted);
}

int watch_render(const char *json, size_t len, unsigned columns, unsigned rows,
    enum watch_style style, struct buf *out, struct err *err)
{
	struct page page = {
	    .out = out, .style = style, .columns = columns, .rows = rows};
	json_t *root = json_loadb(json, len, 0, NULL);
	json_t *ports = json_object_get(root, "ports");

	if (!json_is_array(ports)) {
		json_decref(root);
		return err_set(
		    err, ERR_INVALID, "the agent says what cannot be read");
	}
	put_head(&page, json_object_get(root, "station"));
	put_titles(&page);
	if (json_array_size(ports) == 0)
		put(&page, "No phone is plugged in.", 0);
	else
		put_rows(&page, ports);
	if (page.at > 0)
		(void)end_row(&page);
	json_decref(root);
	return buf_check(out, err);
}
