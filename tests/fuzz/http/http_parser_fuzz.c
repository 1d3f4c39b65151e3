/*
 * http_parser_fuzz: can any bytes make the request parser read or write beyond
 * them, or say one thing when they come whole and another in pieces? The first
 * byte is the size of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "server/http/http_parser.h"
#include "server/http/http_router.h"

#define HEAD_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum http_parse result;
	struct http_parser parser;
	char *bytes; /* exactly as long as what was fed */
};

static void run(
    struct outcome *out, const uint8_t *data, size_t size, size_t step)
{
	size_t given = 0;

	out->result = HTTP_PARSE_MORE;
	out->bytes = malloc(size ? size : 1);
	if (!out->bytes)
		abort();
	memcpy(out->bytes, data, size);
	memset(&out->parser, 0, sizeof(out->parser));
	http_parser_init(&out->parser, HEAD_MAX);
	while (given < size && out->result == HTTP_PARSE_MORE) {
		given = size - given > step ? given + step : size;
		out->result = http_parser_feed(&out->parser, out->bytes, given);
	}
}

static void demand(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void text_check(const struct outcome *out, uint32_t at)
{
	demand(at < out->parser.head_len);
	demand(strlen(out->bytes + at) + at < out->parser.head_len);
}

static void request_use(const struct outcome *out)
{
	static const struct http_route routes[] = {
	    {1, HTTP_PUT, "/mdm/:x", 0, NULL, "x"},
	    {1, HTTP_GET, "/a/:x/b/:y", 0, NULL, "x"},
	};
	struct http_request request = {.query = out->bytes + out->parser.query};
	struct http_match match;
	char *value = NULL;

	http_router_find(routes, 2, 1, out->parser.method,
	    out->bytes + out->parser.path, &match);
	if (http_query_get(&request, "a", &value, NULL) == 0)
		demand(strlen(value) <= strlen(request.query));
	free(value);
}

static void done_check(const struct outcome *out)
{
	size_t i;

	demand(out->parser.head_len <= HEAD_MAX);
	text_check(out, out->parser.path);
	text_check(out, out->parser.query);
	demand(out->bytes[out->parser.path] == '/');
	demand(out->parser.field_count <= HTTP_HEADERS_MAX);
	for (i = 0; i < out->parser.field_count; i++) {
		text_check(out, out->parser.fields[i].name);
		text_check(out, out->parser.fields[i].value);
	}
	demand(!out->parser.is_chunked || out->parser.content_length == 0);
	request_use(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole;
	struct outcome pieces;
	size_t step;

	if (size == 0)
		return 0;
	step = (size_t)data[0] + 1;
	run(&whole, data + 1, size - 1, SIZE_MAX / 2);
	run(&pieces, data + 1, size - 1, step);
	demand(whole.result == pieces.result);
	demand(whole.parser.status == pieces.parser.status);
	if (whole.result == HTTP_PARSE_DONE) {
		demand(whole.parser.head_len == pieces.parser.head_len);
		demand(memcmp(whole.bytes, pieces.bytes, size - 1) == 0);
		done_check(&whole);
		done_check(&pieces);
	}
	if (whole.result == HTTP_PARSE_BAD)
		demand(whole.parser.status >= 400 && whole.parser.reason);
	free(whole.bytes);
	free(pieces.bytes);
	return 0;
}
