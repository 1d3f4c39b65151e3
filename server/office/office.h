/*
 * office: the API for people and programs, version 1, and pages for people.
 * It is reached by the `office` listener with an API token, and by the local
 * admin socket, where its owner may do everything: one set of handlers.
 * docs/openapi.yaml describes it and is held against it by a test.
 *
 * Bodies are JSON objects in and out, keys snake_case, times RFC 3339 UTC,
 * null for what is not known. What is refused is application/problem+json.
 */
#ifndef SERVER_OFFICE_OFFICE_H
#define SERVER_OFFICE_OFFICE_H

#include <stddef.h>

#include "server/http/http.h"
#include "server/office/call.h"

struct err;
struct rng;

/* Static; routes_all() makes them part of the server's one table. */
extern const struct office_route office_routes[];
extern const size_t office_route_count;

/* Requests a minute; all of a minute's may come at once. */
struct office_limits {
	unsigned per_token;
	unsigned per_address;
	unsigned failures_per_address; /* of authentication, and wrong links */
};

/* What the gate remembers between requests. */
struct office;

int office_new(const struct office_limits *limits, const struct rng *rng,
    struct office **out, struct err *err);
void office_free(struct office *office);

#endif
