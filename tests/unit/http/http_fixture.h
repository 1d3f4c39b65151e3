/*
 * http_fixture: a running server with a few routes, and a blocking client
 * that speaks raw bytes, for the tests of server/http.
 */
#ifndef TESTS_UNIT_HTTP_HTTP_FIXTURE_H
#define TESTS_UNIT_HTTP_HTTP_FIXTURE_H

#include <semaphore.h>

#include "server/http/http.h"
#include "tests/unit/http/http_support.h"

#define PLAIN 1U
#define TLS 2U
#define UNIX 4U
#define PROXY 8U

#define ECHO_MAX 1000
#define LARGE_MAX (1024 * 1024)

struct fixture {
	struct support_files files;
	struct http_server *server;
	sem_t gate;               /* PUT /wait returns when it is posted */
	_Atomic unsigned handled; /* calls of any handler */
	_Atomic unsigned waiting; /* handlers at the gate */
};

/*
 * Routes:
 *   PUT,POST /echo   the body back (at most ECHO_MAX bytes)
 *   GET /hello       "hello\n"
 *   PUT /empty       200, no body, no type
 *   PUT /wait        as /echo, but waits at the gate
 *   GET /who         "none", "trusted" or "untrusted", and the SHA-256
 *   GET /params/:a/x/:b   "a b query peer"
 *   GET /close       "bye\n", closes
 *   GET /big         8 MiB
 *   GET /silent      a handler that does nothing
 *   PUT /large       as /empty, for LARGE_MAX bytes
 */
extern const struct http_route fixture_routes[];
extern const size_t fixture_route_count;

/* Limits as the default, deadlines of 10 s; on one thread each is enough. */
struct http_config fixture_config(void);

/* Starts on the listeners of these bits; fails the test when it cannot. */
void fixture_start(
    struct fixture *fixture, struct http_config config, unsigned listeners);
void fixture_stop(struct fixture *fixture);
const char *fixture_address(const struct fixture *fixture, unsigned bit);

/* Waits up to 5 s until a counter or the like has this value. */
#define fixture_wait_for(condition)                                            \
	do {                                                                   \
		int tries_ = 0;                                                \
		while (!(condition) && tries_++ < 2500)                        \
			(void)usleep(2000);                                    \
		assert_true(condition);                                        \
	} while (0)

int64_t fixture_now_ms(void);

struct client {
	int fd;
	SSL_CTX *ctx; /* owned */
	SSL *ssl;     /* owned; NULL: plain */
};

/* Plain or unix; reads give up after 5 s. */
struct client client_open(const struct fixture *fixture, unsigned bit);
/* TLS; certificate NULL: shows none. ssl is NULL when it is refused. */
struct client client_open_tls(
    const struct fixture *fixture, const char *certificate, const char *key);
void client_close(struct client *client);

bool client_send(struct client *client, const void *data, size_t len);
bool client_say(struct client *client, const char *text);

/* One whole response with its body; its status, 0 at the end, -1 on timeout. */
int client_read(struct client *client, char *out, size_t size);
/* Like it, for an answer to HEAD. */
int client_read_head(struct client *client, char *out, size_t size);
/* True when the other side ended the connection and sent nothing more. */
bool client_is_ended(struct client *client);

/* Opens, says, reads one response, closes. */
int client_ask(const struct fixture *fixture, unsigned bit, const char *text,
    char *out, size_t size);

const char *answer_body(const char *answer);

#endif
