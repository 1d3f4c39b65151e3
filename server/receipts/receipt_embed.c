#include "server/receipts/receipt_embed.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/receipts/receipt.h"

#define HEAD                                                                   \
	"<< /Type /EmbeddedFile /Subtype /application#2Fjson /Params << "      \
	"/Size "
#define MIDDLE " >> /Length "
/* A line's end is never in the JSON itself: there it is written as \n. */
#define TAIL " >>\nstream\n"
#define END "\nendstream"
#define DIGITS_MAX 6

void receipt_embed_write(struct buf *out, const void *json, size_t len)
{
	buf_printf(out, HEAD "%zu" MIDDLE "%zu" TAIL, len, len);
	buf_append(out, json, len);
	buf_append_str(out, END);
}

/* Takes text off the front. */
static bool skip(const uint8_t **at, const uint8_t *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool number_take(const uint8_t **at, const uint8_t *end, size_t *out)
{
	size_t number = 0;
	int digits = 0;

	while (*at < end && **at >= '0' && **at <= '9' && digits++ < DIGITS_MAX)
		number = 10 * number + (size_t)(*(*at)++ - '0');
	*out = number;
	return digits > 0 && digits <= DIGITS_MAX;
}

static bool embed_take(const uint8_t *at, const uint8_t *end,
    const uint8_t **json, size_t *json_len)
{
	size_t size = 0;
	size_t length = 0;
	const uint8_t *behind;

	if (!skip(&at, end, HEAD) || !number_take(&at, end, &size) ||
	    !skip(&at, end, MIDDLE) || !number_take(&at, end, &length) ||
	    !skip(&at, end, TAIL))
		return false;
	if (size != length || length > RECEIPT_JSON_MAX ||
	    length > (size_t)(end - at))
		return false;
	behind = at + length;
	if (!skip(&behind, end, END))
		return false;
	*json = at;
	*json_len = length;
	return true;
}

int receipt_embed_find(const uint8_t *pdf, size_t pdf_len, const uint8_t **json,
    size_t *len, struct err *err)
{
	const uint8_t *end = pdf + pdf_len;
	const uint8_t *at = pdf;
	bool is_found = false;

	while (at < end &&
	    (at = memmem(at, (size_t)(end - at), HEAD, strlen(HEAD)))) {
		is_found = embed_take(at, end, json, len) || is_found;
		at++;
	}
	if (!is_found)
		return err_set(err, ERR_INVALID,
		    "the PDF is signed, but no receipt is attached to it");
	return 0;
}
