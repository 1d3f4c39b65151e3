/*
 * http_chunked: the chunked transfer coding of a request body (RFC 9112
 * section 7.1), decoded in place. Extensions and trailers are checked and
 * dropped. Pure.
 */
#ifndef SERVER_HTTP_HTTP_CHUNKED_H
#define SERVER_HTTP_HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#include "server/http/http_parser.h"

/* Size line and trailers: nobody sends any; all together per body. */
#define HTTP_CHUNK_LINE_MAX 128
#define HTTP_TRAILER_MAX (4 * 1024)

struct http_chunked {
	size_t body_max; /* decoded bytes; beyond it 413 */
	size_t body_len; /* decoded so far */
	int status;      /* at HTTP_PARSE_BAD: 400, 413 or 431 */

	unsigned state;
	uint64_t left;      /* of the chunk */
	unsigned line_len;  /* of the size line */
	size_t trailer_len; /* of all trailers */
};

void http_chunked_init(struct http_chunked *chunked, size_t body_max);

/*
 * Decodes len raw bytes at raw; decoded bytes go to out, which is raw or lies
 * before it. *used: raw bytes consumed, all of them unless DONE;
 * chunked->body_len grows by what was written to out.
 */
enum http_parse http_chunked_decode(struct http_chunked *chunked,
    const uint8_t *raw, size_t len, uint8_t *out, size_t *used);

#endif
