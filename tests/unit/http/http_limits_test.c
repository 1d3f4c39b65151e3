/*
 * http_limits_test: does the server hold its limits when they are reached, say
 * so, and go on when there is room again?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

static char answer[16 * 1024];

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

/* It is given back when the answer is out of the door, so a moment after the
 * client has it. */
static bool room_comes_back(
    struct fixture *fixture, const char *start, const char *body, size_t len)
{
	struct client client;
	int status = 503;
	int i;

	for (i = 0; i < 100 && status == 503; i++) {
		client = client_open(fixture, PLAIN);
		assert_true(client_say(&client, start));
		(void)client_send(&client, body, len);
		status = client_read(&client, answer, sizeof(answer));
		client_close(&client);
		if (status == 503)
			(void)usleep(20000);
	}
	return status == 200;
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
	client_close(&first);
	assert_true(room_comes_back(&fixture, start, body, sizeof(body)));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_connections_are_capped),
	    cmocka_unit_test(test_full_queue_is_said),
	    cmocka_unit_test(test_large_bodies_share_a_budget),
	    cmocka_unit_test(test_descriptors_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
