/*
 * http_router: from listener, method and path to a route of the caller's
 * table. Pure; borrows the table.
 */
#ifndef SERVER_HTTP_HTTP_ROUTER_H
#define SERVER_HTTP_HTTP_ROUTER_H

#include "server/http/http.h"

struct err;

/* Every path begins with '/', at most HTTP_PARAMS_MAX parameters. */
int http_router_check(
    const struct http_route *routes, size_t count, struct err *err);

struct http_match {
	int status; /* 200, 404, or 405 */
	size_t route;
	unsigned methods; /* at 405: bits of what is allowed */
	size_t param_count;
	const char *params[HTTP_PARAMS_MAX]; /* into path, not yet ended */
	size_t param_lens[HTTP_PARAMS_MAX];
};

/* path: decoded, begins with '/'. */
void http_router_find(const struct http_route *routes, size_t count,
    unsigned listener, enum http_method method, const char *path,
    struct http_match *out);

/* "GET, HEAD, PUT" for the Allow header (RFC 9110 section 10.2.1). */
void http_router_allow(unsigned methods, char *out, size_t size);

#endif
