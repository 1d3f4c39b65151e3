/*
 * http_server_test: does the running server answer every kind of request, hold
 * its limits and stop in good order? Plain connections and a unix socket.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

static char answer[16 * 1024];

static int ask(const struct fixture *fixture, const char *text)
{
	return client_ask(fixture, PLAIN, text, answer, sizeof(answer));
}

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

static int server_setup(void **state)
{
	static struct fixture fixture;

	fixture_start(&fixture, fixture_config(), PLAIN | UNIX);
	*state = &fixture;
	return 0;
}

static int server_teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture_stop(fixture);
	assert_int_equal(access(fixture->files.unix_socket, F_OK), -1);
	return 0;
}

static void test_connections_are_capped(void **state)
{
	struct http_config config = fixture_config();
	struct fixture fixture;
	struct client clients[4];
	struct client over;
	int i;

	(void)state;
	config.connections_per_address_max = 3;
	config.connections_max = 4;
	fixture_start(&fixture, config, PLAIN | PROXY);
	for (i = 0; i < 3; i++)
		clients[i] = client_open(&fixture, PLAIN);
	fixture_wait_for(http_server_open_connections(fixture.server) == 3);
	over = client_open(&fixture, PLAIN);
	assert_true(client_is_ended(&over));
	client_close(&over);
	assert_int_equal(
	    http_server_count(fixture.server, HTTP_COUNT_REFUSED_ADDRESS), 1);
	/* The limit by address does not hold behind a proxy; the other does. */
	clients[3] = client_open(&fixture, PROXY);
	fixture_wait_for(http_server_open_connections(fixture.server) == 4);
	over = client_open(&fixture, PROXY);
	assert_true(client_is_ended(&over));
	client_close(&over);
	assert_int_equal(
	    http_server_count(fixture.server, HTTP_COUNT_REFUSED_TOTAL), 1);
	/* One leaves, one may come. */
	client_close(&clients[0]);
	fixture_wait_for(http_server_open_connections(fixture.server) == 3);
	clients[0] = client_open(&fixture, PLAIN);
	assert_true(
	    client_say(&clients[0], "GET /hello HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(client_read(&clients[0], answer, sizeof(answer)), 200);
	for (i = 0; i < 4; i++)
		client_close(&clients[i]);
	fixture_stop(&fixture);
}

static void test_full_queue_is_said(void **state)
{
	struct http_config config = fixture_config();
	struct fixture fixture;
	struct client clients[4];
	int i;

	(void)state;
	config.workers = 1;
	config.queue_max = 2;
	fixture_start(&fixture, config, PLAIN);
	for (i = 0; i < 4; i++) {
		clients[i] = client_open(&fixture, PLAIN);
		assert_true(
		    client_say(&clients[i], "PUT /wait HTTP/1.1\r\n" H "\r\n"));
		if (i == 0)
			fixture_wait_for(fixture.waiting == 1);
		else
			(void)usleep(50000);
	}
	/* One runs, two wait, the fourth is sent away but kept. */
	assert_int_equal(client_read(&clients[3], answer, sizeof(answer)), 503);
	assert_non_null(strstr(answer, "\r\nRetry-After: 5\r\n"));
	assert_int_equal(
	    http_server_count(fixture.server, HTTP_COUNT_QUEUE_FULL), 1);
	for (i = 0; i < 4; i++)
		(void)sem_post(&fixture.gate);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    client_read(&clients[i], answer, sizeof(answer)), 200);
	assert_true(client_say(&clients[3], "PUT /wait HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(client_read(&clients[3], answer, sizeof(answer)), 200);
	for (i = 0; i < 4; i++)
		client_close(&clients[i]);
	fixture_stop(&fixture);
}

static void test_large_bodies_share_a_budget(void **state)
{
	static const char start[] =
	    "PUT /large HTTP/1.1\r\n" H "Content-Length: 200000\r\n\r\n";
	static char body[200000];
	struct http_config config = fixture_config();
	struct fixture fixture;
	struct client first;
	struct client second;

	(void)state;
	config.bodies_max = 300 * 1024;
	fixture_start(&fixture, config, PLAIN);
	memset(body, 'x', sizeof(body));
	first = client_open(&fixture, PLAIN);
	assert_true(client_say(&first, start));
	assert_true(client_send(&first, body, sizeof(body) - 1));
	(void)usleep(300000);
	/* No room for two of them; small ones are not concerned. */
	second = client_open(&fixture, PLAIN);
	assert_true(client_say(&second, start));
	(void)client_send(&second, body, sizeof(body));
	assert_int_equal(client_read(&second, answer, sizeof(answer)), 503);
	assert_non_null(strstr(answer, "\r\nRetry-After: 5\r\n"));
	client_close(&second);
	assert_int_equal(
	    client_ask(&fixture, PLAIN, "GET /hello HTTP/1.1\r\n" H "\r\n",
	        answer, sizeof(answer)),
	    200);
	/* Once the first is through there is room again. */
	assert_true(client_send(&first, body, 1));
	assert_int_equal(client_read(&first, answer, sizeof(answer)), 200);
	second = client_open(&fixture, PLAIN);
	assert_true(client_say(&second, start));
	assert_true(client_send(&second, body, sizeof(body)));
	assert_int_equal(client_read(&second, answer, sizeof(answer)), 200);
	client_close(&first);
	client_close(&second);
	fixture_stop(&fixture);
}

static void *gate_open_later(void *arg)
{
	struct fixture *fixture = arg;

	(void)usleep(200000);
	(void)sem_post(&fixture->gate);
	return NULL;
}

static void test_stop_lets_requests_end(void **state)
{
	struct fixture fixture;
	struct client busy;
	struct client idle;
	pthread_t thread;
	int64_t start;

	(void)state;
	fixture_start(&fixture, fixture_config(), PLAIN);
	idle = client_open(&fixture, PLAIN);
	busy = client_open(&fixture, PLAIN);
	assert_true(client_say(
	    &busy, "PUT /wait HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nend"));
	fixture_wait_for(fixture.waiting == 1);
	assert_int_equal(
	    pthread_create(&thread, NULL, gate_open_later, &fixture), 0);
	start = fixture_now_ms();
	http_server_stop(fixture.server, 5000);
	assert_true(fixture_now_ms() - start < 4000);
	(void)pthread_join(thread, NULL);
	assert_true(client_is_ended(&idle));
	assert_int_equal(client_read(&busy, answer, sizeof(answer)), 200);
	assert_string_equal(answer_body(answer), "end");
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	assert_true(client_is_ended(&busy));
	client_close(&idle);
	client_close(&busy);
	fixture_stop(&fixture);
}

static void test_stop_does_not_wait_for_ever(void **state)
{
	struct fixture fixture;
	struct client half;
	int64_t start;

	(void)state;
	fixture_start(&fixture, fixture_config(), PLAIN);
	half = client_open(&fixture, PLAIN);
	assert_true(client_say(&half,
	    "PUT /echo HTTP/1.1\r\n" H
	    "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
	/* Now it surely waits for the body. */
	assert_int_equal(client_read(&half, answer, sizeof(answer)), 100);
	start = fixture_now_ms();
	http_server_stop(fixture.server, 200);
	assert_in_range(fixture_now_ms() - start, 150, 3000);
	client_close(&half);
	fixture_stop(&fixture);
}

/* Out of descriptors: some are refused, none hangs, and it recovers. */
static void test_descriptors_run_out(void **state)
{
	struct fixture fixture;
	struct client clients[200];
	struct rlimit before;
	struct rlimit low;
	int refused = 0;
	int i;

	(void)state;
	fixture_start(&fixture, fixture_config(), PLAIN);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (i = 0; i < 100; i++)
		clients[i] = client_open(&fixture, PLAIN);
	fixture_wait_for(http_server_open_connections(fixture.server) == 100);
	/* The server may open 10 more, the client has its own already. */
	for (i = 100; i < 200; i++) {
		clients[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		clients[i].ssl = NULL;
		clients[i].ctx = NULL;
	}
	low = before;
	low.rlim_cur = (rlim_t)clients[199].fd + 11;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	for (i = 100; i < 200; i++)
		assert_true(support_connect_fd(
		    clients[i].fd, fixture_address(&fixture, PLAIN)));
	(void)usleep(500000);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (i = 0; i < 200; i++) {
		(void)client_say(
		    &clients[i], "GET /hello HTTP/1.1\r\n" H "\r\n");
		refused +=
		    client_read(&clients[i], answer, sizeof(answer)) != 200;
		client_close(&clients[i]);
	}
	assert_in_range(refused, 1, 50);
	fixture_stop(&fixture);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {"", "8444", "localhost:80",
	    "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
	    "[::1:80", "::1:80", "256.0.0.1:80", "unix:", "unix:relative",
	    "unix:/nonexistent/folder/x"};
	struct http_config config = fixture_config();
	struct http_listener listener = {.bit = PLAIN, .name = "phones"};
	struct http_server *server = NULL;
	size_t i;

	(void)state;
	config.listeners = &listener;
	config.listener_count = 1;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {0};

		listener.address = bad[i];
		assert_true(http_server_new(&config, &server, &err) < 0);
		assert_non_null(strstr(err.text, "listener phones: "));
		assert_null(server);
	}
}

static void test_taken_port_is_an_error(void **state)
{
	struct http_config config = fixture_config();
	struct http_listener listener = {.bit = PLAIN, .name = "phones"};
	struct http_server *server = NULL;
	struct fixture fixture;
	struct err err = {0};
	char path[SUPPORT_PATH_MAX + 8];

	(void)state;
	fixture_start(&fixture, fixture_config(), PLAIN | UNIX);
	config.listeners = &listener;
	config.listener_count = 1;
	listener.address = fixture_address(&fixture, PLAIN);
	assert_int_equal(
	    http_server_new(&config, &server, &err), -ERR_CONFLICT);
	(void)snprintf(
	    path, sizeof(path), "%s", fixture_address(&fixture, UNIX));
	listener.address = path;
	assert_int_equal(
	    http_server_new(&config, &server, &err), -ERR_CONFLICT);
	/* What a killed server left behind is no obstacle. */
	http_server_stop(fixture.server, 0);
	assert_int_equal(access(fixture.files.unix_socket, F_OK), -1);
	assert_int_equal(support_stale_socket(fixture.files.unix_socket), 0);
	assert_int_equal(http_server_new(&config, &server, &err), 0);
	http_server_free(server);
	fixture_stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest with_server[] = {
	    cmocka_unit_test(test_requests_are_answered),
	    cmocka_unit_test(test_parameters_reach_the_handler),
	    cmocka_unit_test(test_unix_socket),
	    cmocka_unit_test(test_chunked_body),
	    cmocka_unit_test(test_pipelined_requests_in_order),
	    cmocka_unit_test(test_head),
	    cmocka_unit_test(test_no_route),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_too_large),
	    cmocka_unit_test(test_largest_body_is_taken),
	    cmocka_unit_test(test_continue),
	    cmocka_unit_test(test_closing),
	    cmocka_unit_test(test_half_closed_client_gets_its_answer),
	    cmocka_unit_test(test_large_response),
	    cmocka_unit_test(test_route_counts),
	    cmocka_unit_test(test_client_leaves_during_handler),
	};
	const struct CMUnitTest alone[] = {
	    cmocka_unit_test(test_connections_are_capped),
	    cmocka_unit_test(test_full_queue_is_said),
	    cmocka_unit_test(test_large_bodies_share_a_budget),
	    cmocka_unit_test(test_stop_lets_requests_end),
	    cmocka_unit_test(test_stop_does_not_wait_for_ever),
	    cmocka_unit_test(test_descriptors_run_out),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_taken_port_is_an_error),
	};

	return cmocka_run_group_tests(
	           with_server, server_setup, server_teardown) +
	    cmocka_run_group_tests(alone, NULL, NULL);
}
