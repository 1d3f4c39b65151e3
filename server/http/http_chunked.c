#include "server/http/http_chunked.h"

#include <string.h>

/* 4 GiB in one chunk is past every limit; this also rules out overflow. */
#define SIZE_DIGITS_MAX 8

enum chunked_state {
	CHUNKED_SIZE_FIRST, /* a digit must come */
	CHUNKED_SIZE,
	CHUNKED_NAME_FIRST, /* of an extension */
	CHUNKED_NAME,
	CHUNKED_VALUE_FIRST,
	CHUNKED_VALUE,
	CHUNKED_SIZE_LF,
	CHUNKED_DATA,
	CHUNKED_DATA_CR,
	CHUNKED_DATA_LF,
	CHUNKED_TRAILER_FIRST, /* a name, or the end */
	CHUNKED_TRAILER_NAME,
	CHUNKED_TRAILER_VALUE,
	CHUNKED_TRAILER_LF,
	CHUNKED_END_LF,
	CHUNKED_DONE,
	CHUNKED_BAD
};

void http_chunked_init(struct http_chunked *chunked, size_t body_max)
{
	memset(chunked, 0, sizeof(*chunked));
	chunked->body_max = body_max;
	chunked->state = CHUNKED_SIZE_FIRST;
}

static enum chunked_state refuse(struct http_chunked *chunked, int status)
{
	chunked->status = status;
	return CHUNKED_BAD;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_text(uint8_t c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

static bool is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static enum chunked_state on_size(struct http_chunked *chunked, uint8_t c)
{
	int digit = hex_digit(c);

	chunked->line_len++;
	if (digit >= 0) {
		if (chunked->line_len > SIZE_DIGITS_MAX)
			return refuse(chunked, 400);
		chunked->left = chunked->left * 16 + (uint64_t)digit;
		return CHUNKED_SIZE;
	}
	if (chunked->state == CHUNKED_SIZE_FIRST)
		return refuse(chunked, 400);
	if (c == '\r')
		return CHUNKED_SIZE_LF;
	return c == ';' ? CHUNKED_NAME_FIRST : refuse(chunked, 400);
}

/*
 * One ";name" or ";name=value" of plain words: several, and quoted strings,
 * are where parsers have differed, and nobody sends any.
 */
static enum chunked_state on_extension(struct http_chunked *chunked, uint8_t c)
{
	bool is_name_part = chunked->state == CHUNKED_NAME_FIRST ||
	    chunked->state == CHUNKED_NAME;
	bool has_word =
	    chunked->state == CHUNKED_NAME || chunked->state == CHUNKED_VALUE;

	if (++chunked->line_len > HTTP_CHUNK_LINE_MAX)
		return refuse(chunked, 400);
	if (is_name(c))
		return is_name_part ? CHUNKED_NAME : CHUNKED_VALUE;
	if (!has_word)
		return refuse(chunked, 400);
	if (c == '\r')
		return CHUNKED_SIZE_LF;
	return c == '=' && is_name_part ? CHUNKED_VALUE_FIRST
	                                : refuse(chunked, 400);
}

static enum chunked_state on_size_lf(struct http_chunked *chunked, uint8_t c)
{
	if (c != '\n')
		return refuse(chunked, 400);
	chunked->line_len = 0;
	if (chunked->left > chunked->body_max - chunked->body_len)
		return refuse(chunked, 413);
	return chunked->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER_FIRST;
}

static enum chunked_state on_data_end(struct http_chunked *chunked, uint8_t c)
{
	if (chunked->state == CHUNKED_DATA_CR)
		return c == '\r' ? CHUNKED_DATA_LF : refuse(chunked, 400);
	return c == '\n' ? CHUNKED_SIZE_FIRST : refuse(chunked, 400);
}

static enum chunked_state on_trailer(struct http_chunked *chunked, uint8_t c)
{
	if (++chunked->trailer_len > HTTP_TRAILER_MAX)
		return refuse(chunked, 431);
	switch (chunked->state) {
	case CHUNKED_TRAILER_FIRST:
		if (c == '\r')
			return CHUNKED_END_LF;
		return is_name(c) ? CHUNKED_TRAILER_NAME : refuse(chunked, 400);
	case CHUNKED_TRAILER_NAME:
		if (c == ':')
			return CHUNKED_TRAILER_VALUE;
		return is_name(c) ? CHUNKED_TRAILER_NAME : refuse(chunked, 400);
	case CHUNKED_TRAILER_VALUE:
		if (c == '\r')
			return CHUNKED_TRAILER_LF;
		return is_text(c) ? CHUNKED_TRAILER_VALUE
		                  : refuse(chunked, 400);
	case CHUNKED_TRAILER_LF:
		return c == '\n' ? CHUNKED_TRAILER_FIRST : refuse(chunked, 400);
	default: /* CHUNKED_END_LF */
		return c == '\n' ? CHUNKED_DONE : refuse(chunked, 400);
	}
}

/* What stands between the data, byte by byte. */
static enum chunked_state on_byte(struct http_chunked *chunked, uint8_t c)
{
	switch (chunked->state) {
	case CHUNKED_SIZE_FIRST:
	case CHUNKED_SIZE:
		return on_size(chunked, c);
	case CHUNKED_NAME_FIRST:
	case CHUNKED_NAME:
	case CHUNKED_VALUE_FIRST:
	case CHUNKED_VALUE:
		return on_extension(chunked, c);
	case CHUNKED_SIZE_LF:
		return on_size_lf(chunked, c);
	case CHUNKED_DATA_CR:
	case CHUNKED_DATA_LF:
		return on_data_end(chunked, c);
	default:
		return on_trailer(chunked, c);
	}
}

static size_t data_move(
    struct http_chunked *chunked, const uint8_t *raw, size_t len, uint8_t *out)
{
	size_t n = len < chunked->left ? len : (size_t)chunked->left;

	memmove(out, raw, n);
	chunked->body_len += n;
	chunked->left -= n;
	if (chunked->left == 0)
		chunked->state = CHUNKED_DATA_CR;
	return n;
}

enum http_parse http_chunked_decode(struct http_chunked *chunked,
    const uint8_t *raw, size_t len, uint8_t *out, size_t *used)
{
	size_t written = 0;
	size_t i = 0;

	while (i < len && chunked->state < CHUNKED_DONE) {
		if (chunked->state == CHUNKED_DATA) {
			size_t n =
			    data_move(chunked, raw + i, len - i, out + written);

			written += n;
			i += n;
			continue;
		}
		chunked->state = on_byte(chunked, raw[i]);
		i++;
	}
	*used = i;
	if (chunked->state == CHUNKED_DONE)
		return HTTP_PARSE_DONE;
	return chunked->state == CHUNKED_BAD ? HTTP_PARSE_BAD : HTTP_PARSE_MORE;
}
