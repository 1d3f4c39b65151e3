/*
 * http_parser: request line and header of one HTTP/1.x request (RFC 9112), a
 * strict subset: what two programs could read differently is refused. Pure:
 * it sees bytes and keeps offsets; it does no I/O and takes no memory.
 *
 * Taken: CRLF line ends, token names, origin-form targets, HTTP/1.0 and 1.1,
 * one Host, Content-Length or "chunked" but never both. Not taken: bare LF or
 * CR, folded lines, blanks before a colon, control bytes, absolute-form
 * targets, NUL, '/' or dot segments hidden behind %.
 */
#ifndef SERVER_HTTP_HTTP_PARSER_H
#define SERVER_HTTP_HTTP_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/http.h"

/* A phone sends about 10; a proxy adds a few. */
#define HTTP_HEADERS_MAX 100
/* SCEP clients put a whole pkiMessage, some 6 kB, into the query. */
#define HTTP_REQUEST_LINE_MAX (12 * 1024)

enum http_parse {
	HTTP_PARSE_MORE, /* well formed so far; give it more bytes */
	HTTP_PARSE_DONE,
	HTTP_PARSE_BAD /* status and reason say why; feed no more */
};

/* Where a NUL-terminated text stands, counted from the first byte. */
struct http_field {
	uint32_t name;
	uint32_t value;
};

struct http_parser {
	/* The result, complete at HTTP_PARSE_DONE. */
	size_t head_len; /* bytes up to and with the empty line */
	enum http_method method;
	uint32_t path;  /* decoded, NUL-terminated, begins with '/' */
	uint32_t query; /* raw, NUL-terminated, "" when absent */
	struct http_field fields[HTTP_HEADERS_MAX];
	size_t field_count;
	int minor;               /* 0 or 1: HTTP/1.minor */
	bool is_chunked;         /* else content_length counts */
	bool expects_continue;   /* Expect: 100-continue (RFC 9110 10.1.1) */
	bool keeps_alive;        /* the client wants the connection kept */
	uint64_t content_length; /* 0 when absent */

	/* At HTTP_PARSE_BAD: 400, 414, 417, 431, 501 or 505, and a sentence. */
	int status;
	const char *reason; /* static */

	/* Inner state. */
	size_t head_max;
	size_t line;    /* where the current line begins */
	size_t scanned; /* bytes known to hold no line end */
	bool has_request_line;
	bool has_blank_line; /* one empty line came before the request */
	bool has_host, has_length, has_connection_close, has_keep_alive;
};

/* "GET", …; static. */
const char *http_method_name(enum http_method method);

/* head_max: bytes of request line and header together; beyond it 431. */
void http_parser_init(struct http_parser *parser, size_t head_max);

/*
 * Reads on. data holds the request from its first byte, every time; it may
 * have moved and grown since the last call. Finished lines are cut into
 * NUL-terminated texts in place; bytes from head_len on are left alone.
 */
enum http_parse http_parser_feed(
    struct http_parser *parser, char *data, size_t len);

#endif
