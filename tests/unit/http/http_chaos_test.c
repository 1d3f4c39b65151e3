/*
 * http_chaos_test: does the server stay right and alive while many clients at
 * once send good requests, broken ones, halves, rubbish, resets and random
 * bytes, over TLS and plain? Most telling under the sanitizers.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http/http_fixture.h"

#define THREADS 8
#define RUN_MS 2000
#define H "Host: localhost\r\n"

struct vandal {
	struct fixture *fixture;
	SSL_CTX *ctx;
	uint64_t random;
	unsigned right; /* good requests answered right */
	unsigned wrong;
};

static size_t below(struct vandal *vandal, size_t limit)
{
	vandal->random ^= vandal->random << 13;
	vandal->random ^= vandal->random >> 7;
	vandal->random ^= vandal->random << 17;
	return (size_t)(vandal->random >> 11) % limit;
}

static const char *const pieces[] = {"GET /hello HTTP/1.1\r\n" H "\r\n",
    "PUT /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\n0123456789",
    "PUT /echo HTTP/1.1\r\n" H "Content-Length: 900\r\n\r\n",
    "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n", "0\r\n\r\n", "GET /none HTTP/1.1\r\n" H "\r\n",
    "GET /close HTTP/1.1\r\n" H "\r\n", "HEAD /hello HTTP/1.1\r\n" H "\r\n",
    "PUT /echo HTTP/1.1\r\n" H
    "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n",
    "GET /big HTTP/1.1\r\n" H "\r\n", "\r\n", "\n", "nonsense\r\n",
    "GET /hello HTTP/1.0\r\n\r\n", "X: y\r\n", "GET /hel", "PUT ",
    "\x16\x03\x01\x02\x00\x01\x00"};

static struct client vandal_open(struct vandal *vandal)
{
	bool is_tls = below(vandal, 3) == 0;
	struct client client = {.fd = support_connect(fixture_address(
	                            vandal->fixture, is_tls ? TLS : PLAIN))};
	const struct timeval short_time = {.tv_usec = 100000};

	(void)setsockopt(client.fd, SOL_SOCKET, SO_RCVTIMEO, &short_time,
	    sizeof(short_time));
	(void)setsockopt(client.fd, SOL_SOCKET, SO_SNDTIMEO, &short_time,
	    sizeof(short_time));
	if (!is_tls || below(vandal, 10) == 0)
		return client; /* plain bytes to a TLS port are fine too */
	client.ssl = SSL_new(vandal->ctx);
	(void)SSL_set_fd(client.ssl, client.fd);
	if (SSL_connect(client.ssl) != 1) {
		SSL_free(client.ssl);
		client.ssl = NULL;
	}
	return client;
}

static void say_anything(struct vandal *vandal, struct client *client)
{
	char noise[64];
	size_t i;

	if (below(vandal, 6) > 0) {
		(void)client_say(client,
		    pieces[below(vandal, sizeof(pieces) / sizeof(*pieces))]);
		return;
	}
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (char)below(vandal, 256);
	(void)client_send(client, noise, below(vandal, sizeof(noise)));
}

static void leave(struct vandal *vandal, struct client *client)
{
	const struct linger reset = {.l_onoff = 1};

	if (below(vandal, 3) == 0)
		(void)setsockopt(
		    client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (below(vandal, 3) == 0)
		(void)shutdown(client->fd, SHUT_WR);
	client_close(client);
}

static void misbehave(struct vandal *vandal)
{
	struct client client = vandal_open(vandal);
	char some[4096];
	size_t times = below(vandal, 8);

	while (times-- > 0) {
		say_anything(vandal, &client);
		if (below(vandal, 4) == 0 && !client.ssl)
			(void)recv(client.fd, some, sizeof(some), MSG_DONTWAIT);
		if (below(vandal, 8) == 0)
			(void)usleep((useconds_t)below(vandal, 3000));
	}
	leave(vandal, &client);
}

/* Among all that, an honest phone is served. */
static void behave(struct vandal *vandal)
{
	struct client client = {
	    .fd = support_connect(fixture_address(vandal->fixture, PLAIN))};
	const struct timeval five = {.tv_sec = 5};
	char text[128];
	char answer[256] = "";
	size_t len = 0;
	int n = snprintf(text, sizeof(text),
	    "PUT /echo HTTP/1.1\r\n" H
	    "Content-Length: 8\r\nConnection: close\r\n\r\n%08u",
	    (unsigned)below(vandal, 100000000));

	(void)setsockopt(
	    client.fd, SOL_SOCKET, SO_RCVTIMEO, &five, sizeof(five));
	(void)client_send(&client, text, (size_t)n);
	while (len < sizeof(answer) - 1) {
		ssize_t got =
		    recv(client.fd, answer + len, sizeof(answer) - 1 - len, 0);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (len > 8 && memcmp(answer + len - 8, text + n - 8, 8) == 0)
		vandal->right++;
	else
		vandal->wrong++;
	client_close(&client);
}

static void *vandal_main(void *arg)
{
	struct vandal *vandal = arg;
	int64_t end = fixture_now_ms() + RUN_MS;

	while (fixture_now_ms() < end) {
		misbehave(vandal);
		behave(vandal);
	}
	return NULL;
}

static void test_server_outlives_vandals(void **state)
{
	struct http_config config = fixture_config();
	struct vandal vandals[THREADS] = {0};
	pthread_t threads[THREADS];
	struct fixture fixture;
	unsigned right = 0;
	int i;

	(void)state;
	config.deadlines.header_ms = 500;
	config.deadlines.body_ms = 500;
	config.deadlines.write_ms = 500;
	fixture_start(&fixture, config, PLAIN | TLS);
	for (i = 0; i < THREADS; i++) {
		vandals[i].fixture = &fixture;
		vandals[i].ctx = support_client_ctx(&fixture.files,
		    fixture.files.client, fixture.files.client_key);
		vandals[i].random = UINT64_C(88172645463325252) + (uint64_t)i;
		assert_int_equal(
		    pthread_create(&threads[i], NULL, vandal_main, &vandals[i]),
		    0);
	}
	for (i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], NULL);
		SSL_CTX_free(vandals[i].ctx);
		right += vandals[i].right;
		assert_int_equal(vandals[i].wrong, 0);
	}
	(void)printf("%u honest requests answered, %llu broken ones refused\n",
	    right,
	    (unsigned long long)http_server_count(
	        fixture.server, HTTP_COUNT_MALFORMED));
	assert_true(right >= THREADS);
	fixture_wait_for(http_server_open_connections(fixture.server) == 0);
	fixture_stop(&fixture);
}

/* Stopped at once while all of that goes on. */
static void test_stop_under_fire(void **state)
{
	struct http_config config = fixture_config();
	struct fixture fixture;
	struct client clients[40];
	int round;
	int i;

	(void)state;
	config.workers = 3;
	for (round = 0; round < 5; round++) {
		fixture_start(&fixture, config, PLAIN);
		for (i = 0; i < 40; i++) {
			clients[i] = client_open(&fixture, PLAIN);
			(void)client_say(&clients[i],
			    i % 2 ? "PUT /wait HTTP/1.1\r\n" H "\r\n"
			          : pieces[(size_t)i %
			                (sizeof(pieces) / sizeof(*pieces))]);
		}
		fixture_wait_for(fixture.waiting == 3);
		for (i = 0; i < 40; i += 3)
			client_close(&clients[i]);
		/* Those at the gate end, those in the queue never begin. */
		for (i = 0; i < 3; i++)
			(void)sem_post(&fixture.gate);
		if (round % 2)
			for (i = 0; i < 20; i++)
				(void)sem_post(&fixture.gate);
		else
			(void)usleep(1000);
		for (i = 0; i < 20; i++)
			(void)sem_post(&fixture.gate);
		http_server_stop(fixture.server, round * 20);
		for (i = 0; i < 40; i++)
			if (i % 3)
				client_close(&clients[i]);
		fixture_stop(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server_outlives_vandals),
	    cmocka_unit_test(test_stop_under_fire),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
