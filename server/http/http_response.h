/*
 * http_response: from a struct http_response to bytes on the wire. Pure.
 */
#ifndef SERVER_HTTP_HTTP_RESPONSE_H
#define SERVER_HTTP_HTTP_RESPONSE_H

#include "server/http/http.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT", and what a compiler fears of %02d */
#define HTTP_DATE_MAX 40

/* IMF-fixdate of RFC 9110 section 5.6.7. */
void http_date_text(int64_t unix_ms, char out[HTTP_DATE_MAX]);

void http_response_init(struct http_response *response);
/* Ready for another response; keeps a body buffer of modest size. */
void http_response_reset(struct http_response *response);
void http_response_clear(struct http_response *response);

/* Makes it the short text/plain answer that goes with an error status. */
void http_response_error(struct http_response *response, int status);

struct http_wire {
	const char *date;
	bool is_head;         /* the request was HEAD: length, but no body */
	bool closes;          /* says Connection: close */
	bool says_keep_alive; /* to a 1.0 client that asked for it */
};

/* Appends header and body to out; out->failed when out of memory. */
void http_response_encode(const struct http_response *response,
    const struct http_wire *wire, struct buf *out);

#endif
