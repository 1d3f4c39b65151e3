/*
 * html_fuzz: can any text become markup? Every input goes into a page as text,
 * as a value and as an address; the page must keep its own shape.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/str.h"
#include "server/office/pages/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_of(const struct buf *buf, char c)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < buf->len; i++)
		count += buf->data[i] == (uint8_t)c;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	struct html h;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	h_begin(&h, &out);
	h_open(&h, H_HTML);
	h_open(&h, H_A);
	h_address(&h, H_HREF, text);
	h_attr(&h, H_ID, text);
	h_text(&h, text);
	h_close(&h);
	h_open(&h, H_TEXTAREA);
	h_say(&h, "{0} {0}", text, H_ARGS_END);
	h_close(&h);
	h_close(&h);
	/* The doctype and three elements: seven tags, two values. */
	if (h_end(&h, NULL) < 0 || count_of(&out, '<') != 7 ||
	    count_of(&out, '>') != 7 || count_of(&out, '"') != 4 ||
	    count_of(&out, '\'') != 0 ||
	    !str_is_utf8((const char *)out.data, out.len))
		__builtin_trap();
	buf_clear(&out);
	free(text);
	return 0;
}
