#include "server/office/pages/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static const struct {
	const char *name;
	bool is_void;
	bool is_line; /* begins a line of its own, for people who look */
} elements[H_ELEMENT_COUNT] = {
    [H_HTML] = {"html", false, true},
    [H_HEAD] = {"head", false, true},
    [H_TITLE] = {"title", false, true},
    [H_META] = {"meta", true, true},
    [H_LINK] = {"link", true, true},
    [H_BODY] = {"body", false, true},
    [H_HEADER] = {"header", false, true},
    [H_MAIN] = {"main", false, true},
    [H_FOOTER] = {"footer", false, true},
    [H_NAV] = {"nav", false, true},
    [H_SECTION] = {"section", false, true},
    [H_DIV] = {"div", false, true},
    [H_H1] = {"h1", false, true},
    [H_H2] = {"h2", false, true},
    [H_H3] = {"h3", false, true},
    [H_P] = {"p", false, true},
    [H_UL] = {"ul", false, true},
    [H_OL] = {"ol", false, true},
    [H_LI] = {"li", false, true},
    [H_DL] = {"dl", false, true},
    [H_DT] = {"dt", false, true},
    [H_DD] = {"dd", false, true},
    [H_A] = {"a", false, false},
    [H_STRONG] = {"strong", false, false},
    [H_SPAN] = {"span", false, false},
    [H_TIME] = {"time", false, false},
    [H_FORM] = {"form", false, true},
    [H_FIELDSET] = {"fieldset", false, true},
    [H_LEGEND] = {"legend", false, true},
    [H_LABEL] = {"label", false, false},
    [H_INPUT] = {"input", true, false},
    [H_TEXTAREA] = {"textarea", false, false},
    [H_BUTTON] = {"button", false, true},
    [H_DETAILS] = {"details", false, true},
    [H_SUMMARY] = {"summary", false, true},
};

static const char *const attributes[H_ATTRIBUTE_COUNT] = {
    [H_CLASS] = "class",
    [H_ID] = "id",
    [H_LANG] = "lang",
    [H_HREFLANG] = "hreflang",
    [H_CHARSET] = "charset",
    [H_NAME] = "name",
    [H_CONTENT] = "content",
    [H_REL] = "rel",
    [H_FOR] = "for",
    [H_TYPE] = "type",
    [H_VALUE] = "value",
    [H_METHOD] = "method",
    [H_AUTOCOMPLETE] = "autocomplete",
    [H_ROWS] = "rows",
    [H_MAXLENGTH] = "maxlength",
    [H_ROLE] = "role",
    [H_TABINDEX] = "tabindex",
    [H_DATETIME] = "datetime",
    [H_ARIA_LABEL] = "aria-label",
    [H_ARIA_LABELLEDBY] = "aria-labelledby",
    [H_ARIA_DESCRIBEDBY] = "aria-describedby",
    [H_ARIA_CURRENT] = "aria-current",
    [H_ARIA_INVALID] = "aria-invalid",
    [H_REQUIRED] = "required",
    [H_CHECKED] = "checked",
    [H_READONLY] = "readonly",
    [H_OPEN] = "open",
    [H_HREF] = "href",
    [H_ACTION] = "action",
};

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* ---- escaping: the only way for foreign bytes into the page ---- */

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/*
 * C1 controls, U+061C, U+200E to F, U+2028 to E, U+2066 to 9: they show
 * nothing and can make a text read as another one.
 */
static bool is_hidden(const unsigned char *c, size_t step)
{
	if (step == 2)
		return (c[0] == 0xc2 && c[1] < 0xa0) ||
		    (c[0] == 0xd8 && c[1] == 0x9c);
	if (step != 3 || c[0] != 0xe2)
		return false;
	return (c[1] == 0x80 &&
	           (c[2] == 0x8e || c[2] == 0x8f ||
	               (c[2] >= 0xa8 && c[2] <= 0xae))) ||
	    (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}

static void escape_step(struct buf *out, const char *at, size_t step)
{
	const unsigned char *c = (const unsigned char *)at;

	if (step == 0 || is_hidden(c, step) || *c == 0x7f ||
	    (*c < 0x20 && *c != '\n' && *c != '\t'))
		buf_append_str(out, REPLACEMENT);
	else if (step == 1 && entity(*at))
		buf_append_str(out, entity(*at));
	else
		buf_append(out, at, step);
}

static void escape(struct buf *out, const char *text, size_t len)
{
	size_t at = 0;
	size_t step;

	while (at < len) {
		step = str_utf8_step(text + at);
		if (step > len - at)
			step = 0;
		escape_step(out, text + at, step);
		at += step ? step : 1;
	}
}

/* ---- tags ---- */

static void end_tag(struct html *h)
{
	if (h->in_tag)
		buf_append_char(h->out, '>');
	h->in_tag = false;
}

void h_begin(struct html *h, struct buf *out)
{
	memset(h, 0, sizeof(*h));
	h->out = out;
	buf_append_str(out, "<!DOCTYPE html>");
}

int h_end(struct html *h, struct err *err)
{
	if (h->is_wrong || h->depth != 0)
		return err_set(
		    err, ERR_INTERNAL, "a page was not written as it should");
	buf_append_char(h->out, '\n');
	return buf_check(h->out, err);
}

static bool is_in_void(const struct html *h)
{
	return h->depth > 0 && elements[h->stack[h->depth - 1]].is_void;
}

static bool keeps_blanks(const struct html *h)
{
	unsigned i;

	for (i = 0; i < h->depth; i++)
		if (h->stack[i] == H_TEXTAREA)
			return true;
	return false;
}

void h_open(struct html *h, enum h_element element)
{
	if ((unsigned)element >= H_ELEMENT_COUNT || h->depth == H_DEPTH_MAX ||
	    is_in_void(h) || keeps_blanks(h)) {
		h->is_wrong = true;
		return;
	}
	end_tag(h);
	if (elements[element].is_line)
		buf_append_char(h->out, '\n');
	buf_append_char(h->out, '<');
	buf_append_str(h->out, elements[element].name);
	h->stack[h->depth++] = element;
	h->in_tag = true;
}

void h_close(struct html *h)
{
	enum h_element element;

	if (h->depth == 0) {
		h->is_wrong = true;
		return;
	}
	end_tag(h);
	element = h->stack[--h->depth];
	if (!elements[element].is_void)
		buf_printf(h->out, "</%s>", elements[element].name);
}

/* ---- attributes ---- */

static void attribute_write(struct html *h, enum h_attribute attribute,
    enum h_attribute first, enum h_attribute end, const char *value)
{
	if (!h->in_tag || (unsigned)attribute < (unsigned)first ||
	    (unsigned)attribute >= (unsigned)end) {
		h->is_wrong = true;
		return;
	}
	buf_append_char(h->out, ' ');
	buf_append_str(h->out, attributes[attribute]);
	if (!value)
		return;
	buf_append_str(h->out, "=\"");
	escape(h->out, value, strlen(value));
	buf_append_char(h->out, '"');
}

void h_attr(struct html *h, enum h_attribute attribute, const char *value)
{
	attribute_write(h, attribute, H_CLASS, H_REQUIRED, value ? value : "");
}

void h_attr_number(struct html *h, enum h_attribute attribute, long value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", value);
	h_attr(h, attribute, text);
}

void h_flag(struct html *h, enum h_attribute attribute)
{
	attribute_write(h, attribute, H_REQUIRED, H_HREF, NULL);
}

static bool is_telephone(const char *value)
{
	static const char scheme[] = "tel:";

	if (strncmp(value, scheme, sizeof(scheme) - 1) != 0)
		return false;
	value += sizeof(scheme) - 1;
	return *value && strspn(value, "+0123456789") == strlen(value);
}

/* "//host" and "/\host" are other hosts to a browser. */
static bool is_own(const char *value)
{
	const char *at;

	for (at = value; *at; at++)
		if ((unsigned char)*at <= 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	return *value == '?' || *value == '#' ||
	    (*value == '/' && value[1] != '/');
}

void h_address(struct html *h, enum h_attribute attribute, const char *value)
{
	bool is_good = value && (is_own(value) || is_telephone(value));

	attribute_write(
	    h, attribute, H_HREF, H_ATTRIBUTE_COUNT, is_good ? value : "#");
}

/* ---- content ---- */

static void content(struct html *h, const char *text, size_t len)
{
	if (is_in_void(h) || h->depth == 0) {
		h->is_wrong = true;
		return;
	}
	end_tag(h);
	escape(h->out, text, len);
}

void h_text(struct html *h, const char *text)
{
	/* A browser drops the first line break of a textarea. */
	if (h->in_tag && h->depth > 0 && h->stack[h->depth - 1] == H_TEXTAREA &&
	    text && *text == '\n')
		content(h, "\n", 1);
	content(h, text ? text : "", text ? strlen(text) : 0);
}

#define ARGS_MAX 10

void h_say(struct html *h, const char *pattern, ...)
{
	const char *args[ARGS_MAX] = {NULL};
	const char *start = pattern;
	const char *at;
	size_t count = 0;
	va_list ap;

	va_start(ap, pattern);
	while (count < ARGS_MAX &&
	    (args[count] = va_arg(ap, const char *)) != H_ARGS_END)
		count++;
	va_end(ap);
	for (at = pattern; *at; at++) {
		if (at[0] != '{' || at[1] < '0' || at[1] > '9' || at[2] != '}')
			continue;
		content(h, start, (size_t)(at - start));
		if ((size_t)(at[1] - '0') < count)
			h_text(h, args[at[1] - '0']);
		else
			h->is_wrong = true;
		start = at + 3;
		at += 2;
	}
	content(h, start, strlen(start));
}

void h_line(
    struct html *h, enum h_element element, const char *cls, const char *text)
{
	h_open(h, element);
	if (cls)
		h_attr(h, H_CLASS, cls);
	h_text(h, text);
	h_close(h);
}
