/*
 * http_refusal_test: does the running server refuse what is malformed, too large
 * or not there, with the right status and no handler called, and nothing else?
 */
#include "tests/unit/http/http_ask.h"

#include <stdio.h>

static void test_no_route(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_NO_ROUTE);

	assert_int_equal(ask(fixture, "GET /none HTTP/1.1\r\n" H "\r\n"), 404);
	assert_string_equal(answer_body(answer), "404 Not Found\n");
	assert_null(strstr(answer, "Connection: close"));
	assert_int_equal(
	    ask(fixture, "DELETE /echo HTTP/1.1\r\n" H "\r\n"), 405);
	assert_non_null(strstr(answer, "\r\nAllow: POST, PUT\r\n"));
	/* Not for this listener. */
	assert_int_equal(ask(fixture, "GET /who HTTP/1.1\r\n" H "\r\n"), 404);
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_NO_ROUTE) - before,
	    3);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
	    {"GET /hello HTTP/1.1\r\n\r\n", 400},
	    {"GET /hello HTTP/1.1\n" H "\n", 400},
	    {"BREW /hello HTTP/1.1\r\n" H "\r\n", 501},
	    {"GET /hello HTTP/3.0\r\n" H "\r\n", 505},
	    {"PUT /echo HTTP/1.1\r\n" H "Expect: x\r\n\r\n", 417},
	    {"PUT /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n"
	     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	        400},
	    {"PUT /echo HTTP/1.1\r\n" H
	     "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
	        400},
	    {"\x16\x03\x01\x02\x01\x01", 400},
	};
	struct fixture *fixture = *state;
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_MALFORMED);
	unsigned handled = fixture->handled;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client client = client_open(fixture, PLAIN);

		assert_true(client_say(&client, cases[i].text));
		/* What follows a broken request is never a request. */
		(void)client_say(&client, "GET /hello HTTP/1.1\r\n" H "\r\n");
		assert_int_equal(client_read(&client, answer, sizeof(answer)),
		    cases[i].status);
		assert_non_null(strstr(answer, "Connection: close\r\n"));
		assert_true(client_is_ended(&client));
		client_close(&client);
	}
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_MALFORMED) - before,
	    sizeof(cases) / sizeof(cases[0]));
	assert_int_equal(fixture->handled, handled);
}

static void test_too_large(void **state)
{
	struct fixture *fixture = *state;
	struct client client;
	char text[32 * 1024];
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_TOO_LARGE);
	unsigned handled = fixture->handled;

	/* Announced only: refused without a byte of it. */
	assert_int_equal(
	    ask(fixture,
	        "PUT /echo HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n"),
	    413);
	assert_int_equal(ask(fixture,
	                     "PUT /echo HTTP/1.1\r\n" H
	                     "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"),
	    413);
	assert_int_equal(
	    ask(fixture,
	        "GET /hello HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx"),
	    413);
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	text[20000] = '\0';
	assert_int_equal(ask(fixture, text), 414);
	(void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nX: ");
	memset(text + strlen(text), 'a', 20000);
	text[20000] = '\0';
	assert_int_equal(ask(fixture, text), 431);
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_TOO_LARGE) - before,
	    5);
	/* The answer arrives though the client keeps sending. */
	client = client_open(fixture, PLAIN);
	assert_true(client_say(&client,
	    "PUT /echo HTTP/1.1\r\n" H "Content-Length: 900000\r\n\r\n"));
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 20; i++)
		(void)client_send(&client, text, sizeof(text));
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 413);
	assert_true(client_is_ended(&client));
	client_close(&client);
	assert_int_equal(fixture->handled, handled);
}

static void test_largest_body_is_taken(void **state)
{
	struct fixture *fixture = *state;
	char text[ECHO_MAX + 200];
	int len = snprintf(text, sizeof(text),
	    "PUT /echo HTTP/1.1\r\n" H "Content-Length: %d\r\n\r\n", ECHO_MAX);

	memset(text + len, 'x', ECHO_MAX);
	text[len + ECHO_MAX] = '\0';
	assert_int_equal(ask(fixture, text), 200);
	assert_string_equal(answer_body(answer), text + len);
}

static void test_continue(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);

	assert_true(client_say(&client,
	    "PUT /echo HTTP/1.1\r\n" H
	    "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 100);
	assert_string_equal(answer, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(client_say(&client, "hello"));
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 200);
	/* Not asked for when the body is not wanted. */
	assert_true(client_say(&client,
	    "PUT /echo HTTP/1.1\r\n" H
	    "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n"));
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 413);
	client_close(&client);
	assert_int_equal(ask(fixture,
	                     "PUT /none HTTP/1.1\r\n" H "Content-Length: 5\r\n"
	                     "Expect: 100-continue\r\n\r\n"),
	    404);
	/* The body came along, or there is none: nothing to wait for. */
	assert_int_equal(ask(fixture,
	                     "PUT /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n"
	                     "Expect: 100-continue\r\n\r\nhello"),
	    200);
	assert_int_equal(
	    ask(fixture,
	        "PUT /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n"),
	    200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_route),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_too_large),
	    cmocka_unit_test(test_largest_body_is_taken),
	    cmocka_unit_test(test_continue),
	};

	return cmocka_run_group_tests(tests, server_setup, server_teardown);
}
