#include "proto/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

static bool buf_reserve(struct buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 256;
	uint8_t *data;

	if (buf->failed)
		return false;
	if (more >= SIZE_MAX / 2 - buf->len) {
		buf->failed = true;
		return false;
	}
	if (buf->data && buf->len + more + 1 <= buf->cap)
		return true;
	while (cap < buf->len + more + 1)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_append_str(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!buf_reserve(buf, (size_t)len))
		return;
	va_start(args, format);
	(void)vsnprintf(
	    (char *)buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_append_xml(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_append_str(buf, "&amp;");
			break;
		case '<':
			buf_append_str(buf, "&lt;");
			break;
		case '>':
			buf_append_str(buf, "&gt;");
			break;
		case '"':
			buf_append_str(buf, "&quot;");
			break;
		case '\'':
			buf_append_str(buf, "&#39;");
			break;
		default:
			buf_append_char(buf, *text);
		}
	}
}

void buf_append_json(struct buf *buf, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t step;

	buf_append_char(buf, '"');
	while (*at) {
		if (*at == '"' || *at == '\\') {
			buf_append_char(buf, '\\');
			buf_append_char(buf, (char)*at++);
		} else if (*at < 0x20 || *at == 0x7f) {
			buf_printf(buf, "\\u%04x", *at++);
		} else if ((step = str_utf8_step((const char *)at)) > 0) {
			buf_append(buf, at, step);
			at += step;
		} else {
			buf_append_str(buf, "\xef\xbf\xbd");
			at++;
		}
	}
	buf_append_char(buf, '"');
}

int buf_check(const struct buf *buf, struct err *err)
{
	return buf->failed ? err_memory(err) : 0;
}

uint8_t *buf_take(struct buf *buf, size_t *len)
{
	uint8_t *data = buf->data;

	if (len)
		*len = buf->len;
	*buf = (struct buf){0};
	return data;
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

void buf_clear(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}
