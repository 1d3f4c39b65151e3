/*
 * office: handlers for people and programs, API version 1: decode, call one
 * use case, encode. They are reached by the local admin socket; the office
 * listener with sign-in will serve the same table. ctx of every handler is a
 * struct handler_ctx (server/service/handler_ctx.h).
 *
 * Bodies are JSON objects in and out, keys snake_case, times RFC 3339 UTC,
 * null for what is not known. Errors are application/problem+json (RFC 9457)
 * with `code` (the name of an error code) and `detail` (one sentence).
 */
#ifndef SERVER_OFFICE_OFFICE_H
#define SERVER_OFFICE_OFFICE_H

#include <stddef.h>

#include "server/http/http.h"

/* Static; main copies them behind the other routes of the server. */
extern const struct http_route office_routes[];
extern const size_t office_route_count;

#endif
