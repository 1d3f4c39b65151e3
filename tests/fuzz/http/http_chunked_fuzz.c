/*
 * http_chunked_fuzz: can any bytes make the chunked decoder leave its memory,
 * pass its limit, or decode differently whole and in pieces? The first byte is
 * the size of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "server/http/http_chunked.h"

#define BODY_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum http_parse result;
	int status;
	size_t body_len;
	size_t used;
	uint8_t *body;
};

static void demand(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* As a connection does it: in place, new bytes behind what was decoded. */
static void run(
    struct outcome *out, const uint8_t *data, size_t size, size_t step)
{
	struct http_chunked chunked;

	memset(out, 0, sizeof(*out));
	out->result = HTTP_PARSE_MORE;
	out->body = malloc(size ? size : 1);
	if (!out->body)
		abort();
	http_chunked_init(&chunked, BODY_MAX);
	while (out->used < size && out->result == HTTP_PARSE_MORE) {
		size_t n = size - out->used < step ? size - out->used : step;
		uint8_t *at = out->body + chunked.body_len;
		size_t used = 0;

		memcpy(at, data + out->used, n);
		out->result = http_chunked_decode(&chunked, at, n, at, &used);
		demand(used <= n);
		demand(out->result != HTTP_PARSE_MORE || used == n);
		out->used += used;
	}
	out->body_len = chunked.body_len;
	out->status = chunked.status;
	demand(out->body_len <= BODY_MAX && out->body_len <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole;
	struct outcome pieces;

	if (size == 0)
		return 0;
	run(&whole, data + 1, size - 1, SIZE_MAX / 2);
	run(&pieces, data + 1, size - 1, (size_t)data[0] + 1);
	demand(whole.result == pieces.result);
	demand(whole.status == pieces.status);
	demand(whole.used == pieces.used);
	demand(whole.body_len == pieces.body_len);
	demand(memcmp(whole.body, pieces.body, whole.body_len) == 0);
	free(whole.body);
	free(pieces.body);
	return 0;
}
