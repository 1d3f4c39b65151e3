#include "proto/base/uuid.h"

#include <ctype.h>
#include <string.h>

#include "proto/base/str.h"

void rng_fill(const struct rng *rng, void *out, size_t len)
{
	rng->fill(rng->arg, out, len);
}

static void uuid_format(
    int64_t unix_ms, uint8_t bytes[16], char out[UUID_TEXT_MAX])
{
	char hex[33];
	int i;

	for (i = 0; i < 6; i++)
		bytes[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x70);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	str_hex(hex, bytes, 16);
	memcpy(out, hex, 8);
	memcpy(out + 9, hex + 8, 4);
	memcpy(out + 14, hex + 12, 4);
	memcpy(out + 19, hex + 16, 4);
	memcpy(out + 24, hex + 20, 12);
	out[8] = out[13] = out[18] = out[23] = '-';
	out[36] = '\0';
}

void uuid_make(int64_t unix_ms, const struct rng *rng, char out[UUID_TEXT_MAX])
{
	uint8_t bytes[16];

	rng_fill(rng, bytes, sizeof(bytes));
	uuid_format(unix_ms, bytes, out);
}

void uuid_make_ordered(int64_t unix_ms, unsigned counter, const struct rng *rng,
    char out[UUID_TEXT_MAX])
{
	uint8_t bytes[16];

	rng_fill(rng, bytes, sizeof(bytes));
	bytes[6] = (uint8_t)(counter >> 8);
	bytes[7] = (uint8_t)counter;
	uuid_format(unix_ms, bytes, out);
}

bool uuid_is_valid(const char *text)
{
	size_t i;

	if (strlen(text) != UUID_TEXT_MAX - 1)
		return false;
	for (i = 0; i < UUID_TEXT_MAX - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return false;
		} else if (!isxdigit((unsigned char)text[i])) {
			return false;
		}
	}
	return true;
}
