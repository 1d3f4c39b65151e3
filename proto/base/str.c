#include "proto/base/str.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"

int str_copy(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		return -(int)ERR_LIMIT;
	memcpy(out, text, len + 1);
	return 0;
}

size_t str_utf8_step(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (c[0] < 0x80)
		return c[0] ? 1 : 0;
	if (c[0] >= 0xc2 && c[0] <= 0xdf)
		return (c[1] & 0xc0) == 0x80 ? 2 : 0;
	if (c[0] >= 0xe0 && c[0] <= 0xef) {
		if ((c[1] & 0xc0) != 0x80 || (c[2] & 0xc0) != 0x80)
			return 0;
		if (c[0] == 0xe0 && c[1] < 0xa0)
			return 0;
		if (c[0] == 0xed && c[1] > 0x9f)
			return 0;
		return 3;
	}
	if (c[0] >= 0xf0 && c[0] <= 0xf4) {
		if ((c[1] & 0xc0) != 0x80 || (c[2] & 0xc0) != 0x80 ||
		    (c[3] & 0xc0) != 0x80)
			return 0;
		if (c[0] == 0xf0 && c[1] < 0x90)
			return 0;
		if (c[0] == 0xf4 && c[1] > 0x8f)
			return 0;
		return 4;
	}
	return 0;
}

bool str_is_utf8(const char *text, size_t len)
{
	char last[5] = {0};
	size_t at = 0;
	size_t step;

	while (at < len) {
		if (text[at] == '\0')
			return false;
		if (len - at >= 4) {
			step = str_utf8_step(text + at);
		} else { /* never read behind the end */
			memset(last, 0, sizeof(last));
			memcpy(last, text + at, len - at);
			step = str_utf8_step(last);
		}
		if (step == 0)
			return false;
		at += step;
	}
	return at == len;
}

void str_hex(char *out, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = '\0';
}

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

int str_hex_parse(
    const char *text, size_t len, uint8_t *out, size_t size, size_t *out_len)
{
	size_t i;
	int high;
	int low;

	if (len % 2)
		return -(int)ERR_INVALID;
	if (len / 2 > size)
		return -(int)ERR_LIMIT;
	for (i = 0; i < len / 2; i++) {
		high = hex_digit(text[2 * i]);
		low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return -(int)ERR_INVALID;
		out[i] = (uint8_t)(high * 16 + low);
	}
	*out_len = len / 2;
	return 0;
}

char *str_base64(const uint8_t *data, size_t len)
{
	char *text;

	if (len > INT32_MAX / 2)
		return NULL;
	text = malloc((len + 2) / 3 * 4 + 1);
	if (text)
		(void)EVP_EncodeBlock((unsigned char *)text, data, (int)len);
	return text;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int str_base64_parse(const char *text, size_t len, uint8_t **out,
    size_t *out_len, struct err *err)
{
	uint8_t *data = malloc(len / 4 * 3 + 4);
	uint32_t bits = 0;
	size_t count = 0; /* digits seen */
	size_t pads = 0;
	size_t used = 0;
	size_t i;
	int digit;

	if (!data)
		return err_memory(err);
	for (i = 0; i < len; i++) {
		if (is_blank(text[i]))
			continue;
		if (text[i] == '=') {
			pads++;
			continue;
		}
		digit = base64_digit(text[i]);
		if (digit < 0 || pads > 0)
			goto bad;
		bits = bits << 6 | (uint32_t)digit;
		if (++count % 4 == 0) {
			data[used++] = (uint8_t)(bits >> 16);
			data[used++] = (uint8_t)(bits >> 8);
			data[used++] = (uint8_t)bits;
			bits = 0;
		}
	}
	if (count % 4 == 1 || (pads > 0 && (count + pads) % 4 != 0))
		goto bad;
	if (count % 4 == 2) {
		if (bits & 15)
			goto bad;
		data[used++] = (uint8_t)(bits >> 4);
	} else if (count % 4 == 3) {
		if (bits & 3)
			goto bad;
		data[used++] = (uint8_t)(bits >> 10);
		data[used++] = (uint8_t)(bits >> 2);
	}
	*out = data;
	*out_len = used;
	return 0;
bad:
	free(data);
	return err_set(err, ERR_INVALID, "not valid base64");
}

int str_number_parse(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	uint64_t digit;

	if (!*text)
		return -(int)ERR_INVALID;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -(int)ERR_INVALID;
		digit = (uint64_t)(*text - '0');
		if (digit > max || value > (max - digit) / 10)
			return -(int)ERR_INVALID;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

bool str_equal_secret(const char *a, const char *b)
{
	size_t len;

	if (!a || !b)
		return false;
	len = strlen(a);
	return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

void str_strip_blanks(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (!is_blank(*text) && *text != '-')
			*to++ = *text;
	*to = '\0';
}
