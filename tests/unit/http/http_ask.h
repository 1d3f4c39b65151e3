/*
 * http_ask: one server for all tests of a file, asked over plain connections.
 */
#ifndef TESTS_UNIT_HTTP_HTTP_ASK_H
#define TESTS_UNIT_HTTP_HTTP_ASK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

static char answer[16 * 1024];

static inline int ask(const struct fixture *fixture, const char *text)
{
	return client_ask(fixture, PLAIN, text, answer, sizeof(answer));
}

/* cmocka group fixtures; *state is the fixture. */
static inline int server_setup(void **state)
{
	static struct fixture fixture;

	fixture_start(&fixture, fixture_config(), PLAIN | UNIX);
	*state = &fixture;
	return 0;
}

static inline int server_teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture_stop(fixture);
	assert_int_equal(access(fixture->files.unix_socket, F_OK), -1);
	return 0;
}

#endif
