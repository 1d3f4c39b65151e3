#include "server/http/http_target.h"

#include <string.h>

#include "proto/base/str.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte an escape at text stands for; -1 when it is none. */
static int escape_value(const char *text, size_t len)
{
	int high;
	int low;

	if (len < 3 || text[0] != '%')
		return -1;
	high = hex_digit(text[1]);
	low = hex_digit(text[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool http_percent_decode(
    const char *text, size_t len, char *out, size_t *out_len)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '%') {
			int value = escape_value(text + i, len - i);

			if (value <= 0)
				return false;
			out[n++] = (char)value;
			i += 2;
			continue;
		}
		out[n++] = text[i];
	}
	out[n] = '\0';
	*out_len = n;
	return true;
}

/* pchar and '/' of RFC 3986 section 3.3, with '%' for the escapes. */
static bool is_path_char(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("/-._~!$&'()*+,;=:@%", c);
}

/*
 * Wider than RFC 3986: browsers send | and [ raw. Nothing here may end the
 * line, the target or the string.
 */
static bool is_query_char(char c)
{
	return c > ' ' && c < 0x7f && c != '#';
}

/*
 * What an escape must not smuggle past routing: a separator, a control byte,
 * bytes that are not text.
 */
static bool path_escapes_are_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		int value;

		if (text[i] != '%')
			continue;
		value = escape_value(text + i, len - i);
		if (value < ' ' || value == 0x7f || value == '/' ||
		    value == '\\')
			return false;
	}
	return true;
}

static bool has_dot_segment(const char *path)
{
	const char *at = path;

	while ((at = strstr(at, "/."))) {
		const char *end = at + 2;

		if (*end == '.')
			end++;
		if (*end == '\0' || *end == '/')
			return true;
		at += 2;
	}
	return false;
}

static bool path_parse(char *text, size_t len, size_t *out_len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_path_char(text[i]))
			return false;
	if (!path_escapes_are_plain(text, len) ||
	    !http_percent_decode(text, len, text, out_len))
		return false;
	return str_is_utf8(text, *out_len) && !has_dot_segment(text);
}

bool http_target_parse(char *text, size_t len, size_t *query)
{
	const char *mark = memchr(text, '?', len);
	size_t path_len = mark ? (size_t)(mark - text) : len;
	size_t decoded_len = 0;
	size_t i;

	if (len == 0 || text[0] != '/')
		return false;
	for (i = path_len; i < len; i++)
		if (!is_query_char(text[i]))
			return false;
	text[len] = '\0';
	if (!path_parse(text, path_len, &decoded_len))
		return false;
	*query = mark ? path_len + 1 : decoded_len;
	return true;
}
