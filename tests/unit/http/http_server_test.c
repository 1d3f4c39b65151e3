/*
 * http_server_test: does the running server answer every kind of request, in
 * order, whatever its client does then? Plain connections and a unix socket.
 */
#include "tests/unit/http/http_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void test_requests_are_answered(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(ask(fixture, "GET /hello HTTP/1.1\r\n" H "\r\n"), 200);
	assert_string_equal(answer,
	    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	    "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n");
	assert_int_equal(
	    ask(fixture,
	        "PUT /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nworld"),
	    200);
	assert_string_equal(answer_body(answer), "world");
	assert_int_equal(ask(fixture, "PUT /empty HTTP/1.1\r\n" H "\r\n"), 200);
	assert_string_equal(answer,
	    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	    "Content-Length: 0\r\n\r\n");
	assert_int_equal(
	    ask(fixture, "GET /silent HTTP/1.1\r\n" H "\r\n"), 500);
}

static void test_parameters_reach_the_handler(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
	    ask(fixture,
	        "GET /params/%C3%A5/x/t%20o?q=%41 HTTP/1.1\r\n" H "\r\n"),
	    200);
	assert_string_equal(answer_body(answer),
	    "\xc3\xa5 t o q=%41 127.0.0.1 /params/\xc3\xa5/x/t o 1");
}

static void test_unix_socket(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	assert_int_equal(
	    client_ask(fixture, UNIX, "GET /params/a/x/b HTTP/1.1\r\n" H "\r\n",
	        answer, sizeof(answer)),
	    200);
	assert_string_equal(answer_body(answer), "a b  unix /params/a/x/b 4");
	assert_int_equal(stat(fixture->files.unix_socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void test_chunked_body(void **state)
{
	static const char text[] =
	    "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	    "5\r\nhello\r\n7;x=y\r\n, world\r\n"
	    "0\r\nX-Sum: 1\r\n\r\n";
	struct fixture *fixture = *state;
	struct client client;
	size_t i;

	assert_int_equal(ask(fixture, text), 200);
	assert_string_equal(answer_body(answer), "hello, world");
	/* Every byte in a packet of its own, twice on one connection. */
	client = client_open(fixture, PLAIN);
	for (i = 0; i < 2 * (sizeof(text) - 1); i++)
		assert_true(
		    client_send(&client, &text[i % (sizeof(text) - 1)], 1));
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_string_equal(answer_body(answer), "hello, world");
	}
	client_close(&client);
}

static void test_pipelined_requests_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);
	char text[64 * 1024];
	size_t len = 0;
	int i;

	/* Of all kinds: worker, parser and router answer them. */
	for (i = 0; i < 200; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "PUT /echo HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n%04d",
		    i);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "GET /none HTTP/1.1\r\n" H "\r\n");
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "POST /echo HTTP/1.1\r\n" H
		    "Transfer-Encoding: chunked\r\n\r\n"
		    "3\r\n%03d\r\n0\r\n\r\n",
		    i);
	}
	assert_true(client_send(&client, text, len));
	for (i = 0; i < 200; i++) {
		char want[8];

		(void)snprintf(want, sizeof(want), "%04d", i);
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_string_equal(answer_body(answer), want);
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 404);
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_string_equal(answer_body(answer), want + 1);
	}
	client_close(&client);
}

static void test_head(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);

	assert_true(client_say(&client,
	    "HEAD /hello HTTP/1.1\r\n" H "\r\nHEAD /none HTTP/1.1\r\n" H
	    "\r\nGET /hello HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(
	    client_read_head(&client, answer, sizeof(answer)), 200);
	assert_non_null(strstr(answer, "Content-Length: 6\r\n"));
	assert_int_equal(
	    client_read_head(&client, answer, sizeof(answer)), 404);
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 200);
	client_close(&client);
}

static void test_closing(void **state)
{
	static const struct {
		const char *text;
		const char *header;
		bool ends;
	} cases[] = {
	    {"GET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
	        "Connection: close\r\n", true},
	    {"GET /hello HTTP/1.0\r\n\r\n", "Connection: close\r\n", true},
	    {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	        "Connection: keep-alive\r\n", false},
	    {"GET /close HTTP/1.1\r\n" H "\r\n", "Connection: close\r\n", true},
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client client = client_open(fixture, PLAIN);

		assert_true(client_say(&client, cases[i].text));
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 200);
		assert_non_null(strstr(answer, cases[i].header));
		if (cases[i].ends) {
			assert_true(client_is_ended(&client));
		} else {
			assert_true(client_say(&client, cases[i].text));
			assert_int_equal(
			    client_read(&client, answer, sizeof(answer)), 200);
		}
		client_close(&client);
	}
}

static void test_half_closed_client_gets_its_answer(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);

	assert_true(client_say(&client, "GET /hello HTTP/1.1\r\n" H "\r\n"));
	(void)shutdown(client.fd, SHUT_WR);
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 200);
	assert_true(client_is_ended(&client));
	client_close(&client);
}

static void test_large_response(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);
	size_t size = 9 * 1024 * 1024;
	char *out = malloc(size);
	const char *body;
	size_t i;

	assert_non_null(out);
	assert_true(client_say(&client, "GET /big HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(client_read(&client, out, size), 200);
	body = answer_body(out);
	assert_int_equal(strlen(body), 8 * 1024 * 1024);
	for (i = 0; i < 8 * 1024 * 1024; i++)
		if (body[i] != (char)('a' + i % 4096 % 26))
			fail_msg("byte %zu is wrong", i);
	free(out);
	client_close(&client);
}

static void test_route_counts(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before = http_server_route_count(fixture->server, 2, 2);

	assert_int_equal(ask(fixture, "GET /hello HTTP/1.1\r\n" H "\r\n"), 200);
	assert_int_equal(
	    http_server_route_count(fixture->server, 2, 2) - before, 1);
	assert_int_equal(http_server_route_count(fixture->server, 2, 5), 0);
	assert_int_equal(http_server_route_count(fixture->server, 99, 2), 0);
	assert_int_equal(http_server_route_count(fixture->server, 2, 0), 0);
}

/* A client that leaves while its handler runs hurts nobody. */
static void test_client_leaves_during_handler(void **state)
{
	struct fixture *fixture = *state;
	const struct linger reset = {.l_onoff = 1};
	int i;

	for (i = 0; i < 20; i++) {
		struct client client = client_open(fixture, PLAIN);

		assert_true(client_say(&client,
		    "PUT /wait HTTP/1.1\r\n" H
		    "Content-Length: 1\r\n\r\nxGET /hello HTTP/1.1\r\n" H
		    "\r\n"));
		fixture_wait_for(fixture->waiting == 1);
		if (i % 2)
			(void)setsockopt(client.fd, SOL_SOCKET, SO_LINGER,
			    &reset, sizeof(reset));
		client_close(&client);
		(void)usleep(2000);
		(void)sem_post(&fixture->gate);
		fixture_wait_for(fixture->waiting == 0);
	}
	fixture_wait_for(http_server_open_connections(fixture->server) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_are_answered),
	    cmocka_unit_test(test_parameters_reach_the_handler),
	    cmocka_unit_test(test_unix_socket),
	    cmocka_unit_test(test_chunked_body),
	    cmocka_unit_test(test_pipelined_requests_in_order),
	    cmocka_unit_test(test_head),
	    cmocka_unit_test(test_closing),
	    cmocka_unit_test(test_half_closed_client_gets_its_answer),
	    cmocka_unit_test(test_large_response),
	    cmocka_unit_test(test_route_counts),
	    cmocka_unit_test(test_client_leaves_during_handler),
	};

	return cmocka_run_group_tests(tests, server_setup, server_teardown);
}
