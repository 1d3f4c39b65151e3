/*
 * http_deadline_test: is every phase cut at its deadline, counted from the
 * start of the phase, however busy a slow sender looks?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http/http_fixture.h"

#define H "Host: localhost\r\n"

#define HANDSHAKE_MS 300
#define HEADER_MS 400
#define BODY_MS 500
#define IDLE_MS 600
#define WRITE_MS 700
/* How late a loaded machine may be. */
#define LATE_MS 2500

static char answer[4096];

static int setup(void **state)
{
	static struct fixture fixture;
	struct http_config config = fixture_config();

	config.deadlines = (struct http_deadlines){.handshake_ms = HANDSHAKE_MS,
	    .header_ms = HEADER_MS,
	    .body_ms = BODY_MS,
	    .idle_ms = IDLE_MS,
	    .write_ms = WRITE_MS};
	fixture_start(&fixture, config, PLAIN | TLS);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_stop(*state);
	return 0;
}

/* Says one byte every 20 ms until the other side has something to say. */
static void drip(struct client *client, const char *text, char filler)
{
	int64_t end = fixture_now_ms() + 5000;
	char byte;

	assert_true(client_say(client, text));
	while (fixture_now_ms() < end) {
		if (recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
			return;
		(void)client_send(client, &filler, 1);
		(void)usleep(20000);
	}
	fail_msg("nobody cut the slow sender");
}

static void test_slow_header_is_cut(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_HEADER);
	int64_t start;

	/* The header's time runs from its first byte, not from accept. */
	(void)usleep(150000);
	start = fixture_now_ms();
	drip(&client, "GET /hello HTTP/1.1\r\n" H "X: ", 'x');
	assert_in_range(
	    fixture_now_ms() - start, HEADER_MS - 10, HEADER_MS + LATE_MS);
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 408);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_HEADER) -
	        before,
	    1);
	client_close(&client);
}

static void test_slow_body_is_cut(void **state)
{
	static const char *const texts[] = {"PUT /echo HTTP/1.1\r\n" H
	                                    "Content-Length: 1000\r\n\r\n",
	    "PUT /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	    "3e0\r\n"};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct client client = client_open(fixture, PLAIN);
		uint64_t before =
		    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_BODY);
		int64_t start = fixture_now_ms();

		drip(&client, texts[i], 'x');
		assert_in_range(
		    fixture_now_ms() - start, BODY_MS - 10, BODY_MS + LATE_MS);
		assert_int_equal(
		    client_read(&client, answer, sizeof(answer)), 408);
		assert_int_equal(http_server_count(
		                     fixture->server, HTTP_COUNT_TIMEOUT_BODY) -
		        before,
		    1);
		client_close(&client);
	}
}

static void test_idle_is_closed(void **state)
{
	struct fixture *fixture = *state;
	/* What the server counts from is never before this. */
	int64_t start = fixture_now_ms();
	struct client client = client_open(fixture, PLAIN);

	/* Before the first request and between two. */
	assert_true(client_is_ended(&client));
	assert_in_range(
	    fixture_now_ms() - start, IDLE_MS - 10, IDLE_MS + LATE_MS);
	client_close(&client);
	client = client_open(fixture, PLAIN);
	(void)usleep(300000);
	start = fixture_now_ms();
	assert_true(client_say(&client, "GET /hello HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 200);
	assert_true(client_is_ended(&client));
	assert_in_range(
	    fixture_now_ms() - start, IDLE_MS - 10, IDLE_MS + LATE_MS);
	client_close(&client);
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_IDLE), 2);
}

static void test_silent_handshake_is_closed(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before =
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_HANDSHAKE);
	int64_t start = fixture_now_ms();
	struct client client = client_open(fixture, TLS);

	assert_true(client_is_ended(&client));
	assert_in_range(fixture_now_ms() - start, HANDSHAKE_MS - 10,
	    HANDSHAKE_MS + LATE_MS);
	client_close(&client);
	/* One that begins and goes on byte by byte. */
	client = client_open(fixture, TLS);
	drip(&client, "\x16\x03\x01\x02\x05\x01", 'x');
	client_close(&client);
	assert_int_equal(
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_HANDSHAKE) -
	        before,
	    2);
}

/* Never reads its 8 MiB. */
static void test_slow_reader_is_cut(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);
	int64_t start = fixture_now_ms();

	assert_true(client_say(&client, "GET /big HTTP/1.1\r\n" H "\r\n"));
	fixture_wait_for(
	    http_server_count(fixture->server, HTTP_COUNT_TIMEOUT_WRITE) == 1);
	assert_in_range(
	    fixture_now_ms() - start, WRITE_MS - 10, WRITE_MS + LATE_MS);
	client_close(&client);
	fixture_wait_for(http_server_open_connections(fixture->server) == 0);
}

/* A handler has no deadline, and its connection is not idle. */
static void test_handler_may_take_its_time(void **state)
{
	struct fixture *fixture = *state;
	struct client client = client_open(fixture, PLAIN);

	assert_true(client_say(&client, "PUT /wait HTTP/1.1\r\n" H "\r\n"));
	(void)usleep((WRITE_MS + 200) * 1000);
	(void)sem_post(&fixture->gate);
	assert_int_equal(client_read(&client, answer, sizeof(answer)), 200);
	client_close(&client);
}

/* Many slow ones do not keep a quick one waiting. */
static void test_slow_ones_do_not_block_others(void **state)
{
	struct fixture *fixture = *state;
	struct client slow[64];
	struct client quick;
	int64_t start;
	int i;

	for (i = 0; i < 64; i++) {
		slow[i] = client_open(fixture, PLAIN);
		assert_true(client_say(&slow[i], "GET /hello HTTP/1.1\r\nX"));
	}
	quick = client_open(fixture, PLAIN);
	start = fixture_now_ms();
	assert_true(client_say(&quick, "GET /hello HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(client_read(&quick, answer, sizeof(answer)), 200);
	assert_true(fixture_now_ms() - start < HEADER_MS);
	client_close(&quick);
	for (i = 0; i < 64; i++) {
		assert_int_equal(
		    client_read(&slow[i], answer, sizeof(answer)), 408);
		client_close(&slow[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slow_header_is_cut),
	    cmocka_unit_test(test_slow_body_is_cut),
	    cmocka_unit_test(test_idle_is_closed),
	    cmocka_unit_test(test_silent_handshake_is_closed),
	    cmocka_unit_test(test_slow_reader_is_cut),
	    cmocka_unit_test(test_handler_may_take_its_time),
	    cmocka_unit_test(test_slow_ones_do_not_block_others),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
