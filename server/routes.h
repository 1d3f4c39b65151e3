/*
 * routes: the one table of paths: which listener, method, body limit,
 * scope, handler.
 */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include <stdio.h>

#include "server/http/http.h"

struct err;

/* All routes, ours and the API's; static, made at the first call. */
const struct http_route *routes_all(size_t *count);

/* Before the first request: is every route of the office guarded? */
int routes_check(struct err *err);

/* One route a line: method, path, listeners, scopes, name; tabs between. */
void routes_print(FILE *file);

#endif
