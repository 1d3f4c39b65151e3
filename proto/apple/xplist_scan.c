#include "proto/apple/xplist_scan.h"

#include <string.h>
#include <strings.h>

#define PROLOG_MAX 1024 /* bytes of the XML declaration, of the DOCTYPE */

static int fail(struct xscan *scan, const char *what)
{
	return xscan_fail(scan, ERR_INVALID, what);
}

static struct xscan_level *top(struct xscan *scan)
{
	return &scan->level[scan->depth - 1];
}

static const char *kind_name(enum xscan_kind kind)
{
	static const char *const names[] = {
	    [XSCAN_PLIST] = "plist",
	    [XSCAN_DICT] = "dict",
	    [XSCAN_ARRAY] = "array",
	};

	return names[kind];
}

/* A value is about to stand here: is there a place for one? */
static int place_value(struct xscan *scan)
{
	struct xscan_level *level = top(scan);

	if (level->kind == XSCAN_DICT) {
		if (!level->has_key)
			return fail(scan, "a value without a key");
		level->has_key = false;
		return 0;
	}
	if (level->kind == XSCAN_PLIST && level->count > 0)
		return fail(scan, "more than one value");
	level->count++;
	return 0;
}

static int place_key(struct xscan *scan)
{
	struct xscan_level *level = top(scan);

	if (level->kind != XSCAN_DICT || level->has_key)
		return fail(scan, "a key out of place");
	if (++level->count > LIMIT_PLIST_KEYS)
		return xscan_fail(
		    scan, ERR_LIMIT, "too many keys in one dictionary");
	level->has_key = true;
	return 0;
}

static int push(struct xscan *scan, enum xscan_kind kind)
{
	if (scan->depth > LIMIT_PLIST_DEPTH)
		return xscan_fail(scan, ERR_LIMIT, "nested too deep");
	scan->level[scan->depth++] = (struct xscan_level){.kind = kind};
	return 0;
}

static int push_dict(struct xscan *scan)
{
	return push(scan, XSCAN_DICT);
}

static int push_array(struct xscan *scan)
{
	return push(scan, XSCAN_ARRAY);
}

/* What may stand in a property list; the commonest first. */
static const struct element {
	const char *name;
	size_t len;
	int (*place)(struct xscan *scan);
	int (*content)(struct xscan *scan);
	bool is_container;
} elements[] = {
    {"key", 3, place_key, xscan_text, false},
    {"string", 6, place_value, xscan_text, false},
    {"dict", 4, place_value, push_dict, true},
    {"data", 4, place_value, xscan_data, false},
    {"integer", 7, place_value, xscan_integer, false},
    {"true", 4, place_value, xscan_nothing, false},
    {"false", 5, place_value, xscan_nothing, false},
    {"array", 5, place_value, push_array, true},
    {"real", 4, place_value, xscan_real, false},
    {"date", 4, place_value, xscan_date, false},
};

static const struct element *find_element(const uint8_t *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].len == len &&
		    !memcmp(elements[i].name, name, len))
			return &elements[i];
	return NULL;
}

/*
 * Attributes mean nothing in a property list, but where a tag ends depends on
 * their quotes. libplist knows double quotes only.
 */
static int take_quoted(struct xscan *scan)
{
	uint8_t quote = *scan->at++;
	const uint8_t *from = scan->at;
	const uint8_t *stop =
	    memchr(from, quote, (size_t)(scan->end - scan->at));
	const uint8_t *c;

	if (!stop)
		return fail(scan, "a quote that does not end");
	for (c = from; c < stop; c++)
		if (*c < ' ' || *c > '~' || *c == '<' ||
		    (quote == '\'' && (*c == '>' || *c == '"')))
			return fail(scan, "a strange attribute");
	scan->at = stop + 1;
	return 0;
}

/* Behind the name of a tag: moves over its '>'. */
static int take_tag_end(struct xscan *scan, bool *is_empty)
{
	int rc;

	*is_empty = false;
	/* Else libplist takes more than we did for the name. */
	if (scan->at < scan->end && !memchr(" \t\r\n/>", *scan->at, 6))
		return fail(scan, "a broken tag");
	while (scan->at < scan->end) {
		uint8_t c = *scan->at;

		if (c == '>') {
			scan->at++;
			return 0;
		}
		if (c == '"' || c == '\'') {
			if ((rc = take_quoted(scan)) != 0)
				return rc;
			continue;
		}
		if (c == '/') {
			*is_empty = true;
			scan->at++;
			if (!xscan_take(scan, ">", 1))
				return fail(scan, "a broken tag");
			return 0;
		}
		if (c == '<' || c > '~' ||
		    (c < ' ' && c != '\t' && c != '\n' && c != '\r'))
			return fail(scan, "a broken tag");
		scan->at++;
	}
	return fail(scan, "cut short");
}

static size_t name_length(const struct xscan *scan)
{
	const uint8_t *c = scan->at;

	while (c < scan->end &&
	    ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')))
		c++;
	return (size_t)(c - scan->at);
}

/* Behind "</": the name must be the one that is open. */
static int take_closing(struct xscan *scan, const char *name, size_t len)
{
	if (!xscan_take(scan, name, len))
		return fail(scan, "a closing tag that does not fit");
	xscan_skip_blanks(scan);
	if (!xscan_take(scan, ">", 1))
		return fail(scan, "a broken closing tag");
	return 0;
}

static int close_level(struct xscan *scan)
{
	struct xscan_level *level = top(scan);
	const char *name = kind_name(level->kind);

	if (level->has_key)
		return fail(scan, "a key without a value");
	if (level->kind == XSCAN_PLIST && level->count == 0)
		return fail(scan, "an empty property list");
	scan->depth--;
	return take_closing(scan, name, strlen(name));
}

/* libplist takes an empty <key/> for a string. */
static int empty_element(struct xscan *scan, const struct element *element)
{
	if (element->place == place_key)
		return fail(scan, "an empty key");
	return 0;
}

/* Behind '<' of an opening tag. */
static int open_element(struct xscan *scan)
{
	size_t len = name_length(scan);
	const struct element *element = find_element(scan->at, len);
	bool is_empty;
	int rc;

	if (!element)
		return fail(scan, "an unknown tag");
	if (++scan->tags > LIMIT_PLIST_TAGS)
		return xscan_fail(scan, ERR_LIMIT, "too many tags");
	if ((rc = element->place(scan)) != 0)
		return rc;
	scan->at += len;
	if ((rc = take_tag_end(scan, &is_empty)) != 0)
		return rc;
	if (is_empty)
		return empty_element(scan, element);
	if ((rc = element->content(scan)) != 0 || element->is_container)
		return rc;
	if (!xscan_take(scan, "</", 2))
		return fail(scan, "a tag that is not closed");
	return take_closing(scan, element->name, element->len);
}

/* From behind <plist> to behind </plist>. */
static int scan_values(struct xscan *scan)
{
	int rc = 0;

	while (rc == 0 && scan->depth > 0) {
		xscan_skip_blanks(scan);
		if (scan->end - scan->at < 2)
			return fail(scan, "cut short");
		if (*scan->at != '<')
			return fail(scan, "text between tags");
		if (scan->at[1] == '/') {
			scan->at += 2;
			rc = close_level(scan);
		} else if (scan->at[1] == '!') {
			if (scan->end - scan->at < 4 ||
			    memcmp(scan->at, "<!--", 4) != 0)
				return fail(scan, "markup inside the list");
			rc = xscan_comment(scan);
		} else {
			scan->at++;
			rc = open_element(scan);
		}
	}
	return rc;
}

/* Plain ASCII with whole pairs of double quotes, from at to stop. */
static bool is_prolog_text(const uint8_t *from, const uint8_t *stop)
{
	size_t quotes = 0;

	for (; from < stop; from++) {
		if (*from > '~' || (*from < ' ' && !memchr("\t\n\r", *from, 3)))
			return false;
		if (*from == '<' || *from == '[')
			return false;
		quotes += *from == '"';
	}
	return quotes % 2 == 0;
}

/* The encoding named in an XML declaration: only UTF-8 and its part ASCII. */
static int check_encoding(
    struct xscan *scan, const uint8_t *from, const uint8_t *stop)
{
	const char *at = memmem(from, (size_t)(stop - from), "encoding", 8);
	const char *end = (const char *)stop;
	size_t len;

	if (!at)
		return 0;
	for (at += 8; at < end && strchr(" \t\r\n=", *at);)
		at++;
	if (at == end || (*at != '"' && *at != '\''))
		return fail(scan, "a broken XML declaration");
	at++;
	len = (size_t)(end - at);
	if ((len > 5 && !strncasecmp(at, "UTF-8", 5) && strchr("\"'", at[5])) ||
	    (len > 8 && !strncasecmp(at, "US-ASCII", 8)))
		return 0;
	return xscan_fail(
	    scan, ERR_UNSUPPORTED, "the text encoding is refused: send UTF-8");
}

static int take_declaration(struct xscan *scan)
{
	size_t left = (size_t)(scan->end - scan->at);
	const uint8_t *from = scan->at;
	const uint8_t *stop;
	int rc;

	if (left < 5 || memcmp(from, "<?xml", 5) != 0)
		return 0;
	stop = memmem(from, left < PROLOG_MAX ? left : PROLOG_MAX, "?>", 2);
	if (!stop || !is_prolog_text(from + 1, stop))
		return fail(scan, "a broken XML declaration");
	if ((rc = check_encoding(scan, from, stop)) != 0)
		return rc;
	scan->at = stop + 2;
	return 0;
}

/* "<!DOCTYPE plist …>"; nothing that it names is ever fetched. */
static int take_doctype(struct xscan *scan)
{
	size_t left = (size_t)(scan->end - scan->at);
	const uint8_t *from = scan->at;
	const uint8_t *stop =
	    memchr(from, '>', left < PROLOG_MAX ? left : PROLOG_MAX);

	if (stop && memchr(from, '[', (size_t)(stop - from)))
		return fail(scan, "a document type of its own is refused");
	if (!stop || !is_prolog_text(from + 1, stop))
		return fail(scan, "a broken document type");
	scan->at += strlen("<!DOCTYPE");
	xscan_skip_blanks(scan);
	if (!xscan_take(scan, "plist", 5))
		return fail(scan, "not the document type of a property list");
	scan->at = stop + 1;
	return 0;
}

/* Blanks and comments; a document type where it is allowed. */
static int take_misc(struct xscan *scan, bool doctype_allowed)
{
	int rc = 0;

	while (rc == 0) {
		size_t left;

		xscan_skip_blanks(scan);
		left = (size_t)(scan->end - scan->at);
		if (left >= 4 && !memcmp(scan->at, "<!--", 4)) {
			rc = xscan_comment(scan);
		} else if (left >= 9 && doctype_allowed &&
		    !memcmp(scan->at, "<!DOCTYPE", 9)) {
			rc = take_doctype(scan);
			doctype_allowed = false;
		} else {
			break;
		}
	}
	return rc;
}

static int take_root(struct xscan *scan)
{
	bool is_empty;
	int rc;

	if (scan->at < scan->end && *scan->at == '<') {
		scan->at++;
		if (name_length(scan) == 5 && xscan_take(scan, "plist", 5)) {
			rc = take_tag_end(scan, &is_empty);
			if (rc == 0 && is_empty)
				rc = fail(scan, "an empty property list");
			return rc ? rc : push(scan, XSCAN_PLIST);
		}
	}
	return fail(scan, "no <plist> where it should begin");
}

int xplist_scan(const uint8_t *data, size_t len, struct err *err)
{
	struct xscan scan;
	int rc;

	scan.start = data;
	scan.at = data;
	scan.end = data + len;
	scan.err = err;
	scan.tags = 0;
	scan.entities = 0;
	scan.entity_work = 0;
	scan.depth = 0;
	xscan_skip_blanks(&scan);
	if ((rc = take_declaration(&scan)) != 0 ||
	    (rc = take_misc(&scan, true)) != 0 ||
	    (rc = take_root(&scan)) != 0 || (rc = scan_values(&scan)) != 0 ||
	    (rc = take_misc(&scan, false)) != 0)
		return rc;
	if (scan.at != scan.end)
		return fail(&scan, "something behind </plist>");
	return 0;
}
