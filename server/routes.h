/*
 * routes: the one table of paths: which listener, method, body limit, handler.
 */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/http/http.h"

/* All routes, ours and the API's; static, made at the first call. */
const struct http_route *routes_all(size_t *count);

#endif
