/*
 * office_fixture: a service over a real database in a folder of its own, with
 * a clock that stands where a test puts it, and handlers called by the name of
 * their route.
 */
#ifndef TESTS_UNIT_OFFICE_OFFICE_FIXTURE_H
#define TESTS_UNIT_OFFICE_OFFICE_FIXTURE_H

#include <jansson.h>
#include <stdint.h>

#include "server/service/handler_ctx.h"
#include "server/service/service.h"

#define FIXTURE_NOW INT64_C(1795333105000) /* 2026-11-22T07:38:25Z */

struct office_fixture {
	char folder[64];
	int64_t now;
	uint64_t random;
	struct clock clock;
	struct rng rng;
	struct log log;
	struct tenant tenant;
	struct service service;
	struct handler_ctx ctx;
};

/* Fails the test when something is not to be had. */
void office_fixture_init(struct office_fixture *fixture);
void office_fixture_clear(struct office_fixture *fixture);

/* One phone with an open life; ids are made from its serial. */
void office_fixture_add_phone(
    struct office_fixture *fixture, const char *serial, const char *person);
/* One command to that phone, at the fixture's time. */
void office_fixture_add_command(struct office_fixture *fixture,
    const char *serial, const char *id, enum command_state state);

struct office_ask {
	const char *route; /* "office_devices" */
	const char *param; /* what ":device" or ":command" stands for */
	const char *query;
	const char *body; /* NULL: none */
};
/* Calls; *status as answered. The document is the caller's to json_decref(). */
json_t *office_fixture_call(
    struct office_fixture *fixture, const struct office_ask *call, int *status);

#endif
