#include "tests/unit/http/http_fixture.h"

#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define BIG_BYTES (8 * 1024 * 1024)

static int64_t clock_read(void *arg)
{
	(void)arg;
	return INT64_C(784111777000); /* the Date of RFC 9110 */
}

static void log_drop(
    void *arg, enum log_level level, const char *line, size_t len)
{
	(void)arg;
	(void)level;
	(void)line;
	(void)len;
}

static const struct clock fixed_clock = {.now_ms = clock_read};
static const struct log quiet_log = {
    .level = LOG_LEVEL_DEBUG, .clock = &fixed_clock, .sink = log_drop};

static void echo(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct fixture *fixture = ctx;

	fixture->handled++;
	response->status = 200;
	response->content_type = "application/octet-stream";
	buf_append(&response->body, request->body, request->body_len);
}

static void hello(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct fixture *fixture = ctx;

	(void)request;
	fixture->handled++;
	response->status = 200;
	response->content_type = "text/plain";
	buf_append_str(&response->body, "hello\n");
}

static void empty(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct fixture *fixture = ctx;

	(void)request;
	fixture->handled++;
	response->status = 200;
}

static void wait_here(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct fixture *fixture = ctx;

	fixture->waiting++;
	(void)sem_wait(&fixture->gate);
	fixture->waiting--;
	echo(ctx, request, response);
}

static void who(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	const struct http_certificate *certificate = request->certificate;
	char hex[65];

	(void)ctx;
	response->status = 200;
	response->content_type = "text/plain";
	if (!certificate) {
		buf_append_str(&response->body, "none");
		return;
	}
	str_hex(hex, certificate->sha256, sizeof(certificate->sha256));
	buf_printf(&response->body, "%s %s",
	    certificate->is_trusted ? "trusted" : "untrusted", hex);
}

static void params(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	response->status = 200;
	response->content_type = "text/plain";
	buf_printf(&response->body, "%s %s %s %s %s %u", request->params[0],
	    request->params[1], request->query, request->peer, request->path,
	    request->listener);
}

static void bye(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	response->status = 200;
	response->close = true;
	buf_append_str(&response->body, "bye\n");
}

static void big(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	char block[4096];
	size_t i;

	(void)ctx;
	(void)request;
	for (i = 0; i < sizeof(block); i++)
		block[i] = (char)('a' + i % 26);
	response->status = 200;
	for (i = 0; i < BIG_BYTES / sizeof(block); i++)
		buf_append(&response->body, block, sizeof(block));
}

static void silent(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	(void)response;
}

#define ANY (PLAIN | TLS | UNIX | PROXY)

const struct http_route fixture_routes[] = {
    {ANY, HTTP_PUT, "/echo", ECHO_MAX, echo, "echo"},
    {ANY, HTTP_POST, "/echo", ECHO_MAX, echo, "echo"},
    {ANY, HTTP_GET, "/hello", 0, hello, "hello"},
    {ANY, HTTP_PUT, "/empty", ECHO_MAX, empty, "empty"},
    {ANY, HTTP_PUT, "/wait", ECHO_MAX, wait_here, "wait"},
    {TLS, HTTP_GET, "/who", 0, who, "who"},
    {ANY, HTTP_GET, "/params/:a/x/:b", 0, params, "params"},
    {ANY, HTTP_GET, "/close", 0, bye, "close"},
    {ANY, HTTP_GET, "/big", 0, big, "big"},
    {ANY, HTTP_GET, "/silent", 0, silent, "silent"},
    {ANY, HTTP_PUT, "/large", LARGE_MAX, empty, "large"},
};
const size_t fixture_route_count =
    sizeof(fixture_routes) / sizeof(fixture_routes[0]);

struct http_config fixture_config(void)
{
	struct http_config config = HTTP_CONFIG_DEFAULTS;

	config.workers = 4;
	config.routes = fixture_routes;
	config.route_count = fixture_route_count;
	config.clock = &fixed_clock;
	config.log = &quiet_log;
	return config;
}

void fixture_start(
    struct fixture *fixture, struct http_config config, unsigned listeners)
{
	struct http_listener all[4] = {
	    {.bit = PLAIN, .name = "plain", .address = "127.0.0.1:0"},
	    {.bit = TLS, .name = "tls", .address = "127.0.0.1:0"},
	    {.bit = UNIX, .name = "unix", .unix_mode = 0640},
	    {.bit = PROXY,
	        .name = "proxy",
	        .address = "127.0.0.1:0",
	        .is_unlimited_per_address = true},
	};
	struct http_listener wanted[4];
	char path[SUPPORT_PATH_MAX + 8];
	struct err err = {0};
	size_t i;

	memset(fixture, 0, sizeof(*fixture));
	(void)sem_init(&fixture->gate, 0, 0);
	assert_true(support_files_make(&fixture->files, false));
	(void)snprintf(
	    path, sizeof(path), "unix:%s", fixture->files.unix_socket);
	all[1].certificate_file = fixture->files.server;
	all[1].key_file = fixture->files.server_key;
	all[1].client_ca_file = fixture->files.ca;
	all[2].address = path;
	config.listeners = wanted;
	for (i = 0; i < 4; i++)
		if (all[i].bit & listeners)
			wanted[config.listener_count++] = all[i];
	config.ctx = fixture;
	if (http_server_new(&config, &fixture->server, &err) < 0 ||
	    http_server_start(fixture->server, &err) < 0)
		fail_msg("%s", err.text);
}

void fixture_stop(struct fixture *fixture)
{
	http_server_stop(fixture->server, 1000);
	http_server_free(fixture->server);
	support_files_remove(&fixture->files);
	(void)sem_destroy(&fixture->gate);
}

const char *fixture_address(const struct fixture *fixture, unsigned bit)
{
	return http_listener_address(fixture->server, bit);
}

int64_t fixture_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct client client_open(const struct fixture *fixture, unsigned bit)
{
	const struct timeval five = {.tv_sec = 5};
	struct client client = {
	    .fd = support_connect(fixture_address(fixture, bit))};

	assert_true(client.fd >= 0);
	(void)setsockopt(
	    client.fd, SOL_SOCKET, SO_RCVTIMEO, &five, sizeof(five));
	(void)setsockopt(
	    client.fd, SOL_SOCKET, SO_SNDTIMEO, &five, sizeof(five));
	return client;
}

struct client client_open_tls(
    const struct fixture *fixture, const char *certificate, const char *key)
{
	struct client client = client_open(fixture, TLS);

	client.ctx = support_client_ctx(&fixture->files, certificate, key);
	assert_non_null(client.ctx);
	client.ssl = SSL_new(client.ctx);
	assert_non_null(client.ssl);
	(void)SSL_set_fd(client.ssl, client.fd);
	if (SSL_connect(client.ssl) != 1) {
		SSL_free(client.ssl);
		client.ssl = NULL;
	}
	return client;
}

void client_close(struct client *client)
{
	SSL_free(client->ssl);
	SSL_CTX_free(client->ctx);
	(void)close(client->fd);
	client->ssl = NULL;
	client->ctx = NULL;
	client->fd = -1;
}

bool client_send(struct client *client, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = client->ssl
		    ? SSL_write(client->ssl, at, (int)len)
		    : send(client->fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

bool client_say(struct client *client, const char *text)
{
	return client_send(client, text, strlen(text));
}

/* 0 at the end, -1 on timeout, -2 when the connection was reset. */
static int read_some(struct client *client, char *out, size_t len)
{
	int n;

	errno = 0;
	if (!client->ssl) {
		n = (int)recv(client->fd, out, len, 0);
		return n < 0 && errno != EAGAIN ? -2 : n;
	}
	n = SSL_read(client->ssl, out, (int)len);
	if (n > 0)
		return n;
	if (SSL_get_error(client->ssl, n) == SSL_ERROR_ZERO_RETURN)
		return 0;
	return errno == EAGAIN ? -1 : -2;
}

static int read_header(struct client *client, char *out, size_t size)
{
	size_t len = 0;

	for (;;) {
		int n;

		assert_true(len + 1 < size);
		n = read_some(client, out + len, 1);
		if (n <= 0 && len > 0)
			fail_msg("a response ends in its header");
		if (n <= 0)
			return n;
		out[++len] = '\0';
		if (len >= 4 && memcmp(out + len - 4, "\r\n\r\n", 4) == 0)
			return (int)len;
	}
}

static int read_response(
    struct client *client, char *out, size_t size, bool has_body)
{
	int len = read_header(client, out, size);
	const char *length;
	size_t left = 0;
	size_t at;

	if (len <= 0)
		return len;
	at = (size_t)len;
	length = strstr(out, "\r\nContent-Length: ");
	if (length && has_body)
		left = strtoul(length + 18, NULL, 10);
	assert_true(at + left < size);
	while (left > 0) {
		int n = read_some(client, out + at, left);

		if (n <= 0)
			fail_msg("a response ends in its body");
		at += (size_t)n;
		left -= (size_t)n;
	}
	out[at] = '\0';
	return (int)strtol(out + 9, NULL, 10);
}

int client_read(struct client *client, char *out, size_t size)
{
	return read_response(client, out, size, true);
}

int client_read_head(struct client *client, char *out, size_t size)
{
	return read_response(client, out, size, false);
}

bool client_is_ended(struct client *client)
{
	char byte;

	return read_some(client, &byte, 1) == 0;
}

int client_ask(const struct fixture *fixture, unsigned bit, const char *text,
    char *out, size_t size)
{
	struct client client = client_open(fixture, bit);
	int status;

	assert_true(client_say(&client, text));
	status = client_read(&client, out, size);
	client_close(&client);
	return status;
}

const char *answer_body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}
