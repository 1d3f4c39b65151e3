/*
 * http_start_stop_test: does the server refuse addresses it cannot listen on,
 * and stop in good order?
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

static char answer[16 * 1024];

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
	fixture_wait_for(http_server_open_connections(fixture.server) == 2);
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
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stop_lets_requests_end),
	    cmocka_unit_test(test_stop_does_not_wait_for_ever),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_taken_port_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
