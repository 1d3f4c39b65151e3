#include "tests/bench/accept_loop/http_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "tests/unit/http/http_support.h"

#define ANSWER_MAX 8192
#define EVENTS_MAX 256
#define SAMPLES_MAX (1 << 20)

struct caller {
	int fd;
	SSL *ssl;
	bool is_sent;
	double started;
	size_t len;
	char answer[ANSWER_MAX];
};

struct run {
	const struct load *load;
	struct load_result *result;
	int epoll;
	double now;
	float *samples; /* microseconds */
	size_t sample_count;
};

static double seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void caller_close(struct caller *caller)
{
	SSL_free(caller->ssl);
	caller->ssl = NULL;
	if (caller->fd >= 0)
		(void)close(caller->fd);
	caller->fd = -1;
}

static bool caller_open(struct run *run, struct caller *caller)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = caller};
	int flags;

	caller->fd = support_connect(run->load->address);
	if (caller->fd < 0)
		return false;
	flags = fcntl(caller->fd, F_GETFL);
	(void)fcntl(caller->fd, F_SETFL, flags | O_NONBLOCK);
	if (run->load->ctx) {
		caller->ssl = SSL_new(run->load->ctx);
		if (!caller->ssl || SSL_set_fd(caller->ssl, caller->fd) != 1)
			return false;
		SSL_set_connect_state(caller->ssl);
	}
	caller->is_sent = false;
	caller->len = 0;
	caller->started = seconds_now();
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, caller->fd, &event) == 0;
}

/* Bytes moved, 0: would block, -1: ended. */
static int tls_move(struct caller *caller, int rc)
{
	int error;

	if (rc > 0)
		return rc;
	error = SSL_get_error(caller->ssl, rc);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	ERR_clear_error();
	return -1;
}

static int plain_move(ssize_t n)
{
	if (n > 0)
		return (int)n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static int caller_write(struct caller *caller, const char *text)
{
	size_t len = strlen(text);

	if (caller->ssl)
		return tls_move(caller, SSL_write(caller->ssl, text, (int)len));
	return plain_move(send(caller->fd, text, len, MSG_NOSIGNAL));
}

static int caller_read(struct caller *caller)
{
	size_t room = ANSWER_MAX - 1 - caller->len;
	char *at = caller->answer + caller->len;

	if (caller->ssl)
		return tls_move(caller, SSL_read(caller->ssl, at, (int)room));
	return plain_move(recv(caller->fd, at, room, 0));
}

static bool answer_is_complete(const struct caller *caller)
{
	const char *end = strstr(caller->answer, "\r\n\r\n");
	const char *length = strstr(caller->answer, "Content-Length: ");

	return end && length &&
	    caller->len >=
	    (size_t)(end + 4 - caller->answer) + strtoul(length + 16, NULL, 10);
}

static void sample_add(struct run *run, const struct caller *caller)
{
	run->result->answers++;
	if (run->sample_count < SAMPLES_MAX)
		run->samples[run->sample_count++] =
		    (float)((seconds_now() - caller->started) * 1e6);
}

/* False: reopen it. */
static bool caller_go(struct run *run, struct caller *caller)
{
	int n;

	if (!caller->is_sent) {
		n = caller_write(caller, run->load->request);
		if (n <= 0)
			return n == 0;
		caller->is_sent = true;
	}
	while ((n = caller_read(caller)) > 0) {
		caller->len += (size_t)n;
		caller->answer[caller->len] = '\0';
		if (!answer_is_complete(caller))
			continue;
		sample_add(run, caller);
		if (run->load->is_new_each)
			return false;
		caller->len = 0;
		caller->started = seconds_now();
		if (caller_write(caller, run->load->request) <= 0)
			break;
	}
	if (n < 0)
		run->result->errors++;
	return n >= 0;
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

static void result_finish(struct run *run, double start)
{
	struct load_result *result = run->result;

	result->seconds = seconds_now() - start;
	if (run->sample_count == 0)
		return;
	qsort(run->samples, run->sample_count, sizeof(float), compare);
	result->p50_us = run->samples[run->sample_count / 2];
	result->p99_us = run->samples[run->sample_count * 99 / 100];
}

static void events_run(struct run *run, double until)
{
	struct epoll_event events[EVENTS_MAX];

	while (seconds_now() < until) {
		int n = epoll_wait(run->epoll, events, EVENTS_MAX, 100);
		int i;

		for (i = 0; i < n; i++) {
			struct caller *caller = events[i].data.ptr;

			if (caller_go(run, caller))
				continue;
			caller_close(caller);
			if (!caller_open(run, caller))
				run->result->errors++;
		}
	}
}

bool load_run(const struct load *load, struct load_result *out)
{
	struct run run = {.load = load, .result = out};
	struct caller *callers = calloc(load->connections, sizeof(*callers));
	double start;
	bool ok = true;
	unsigned i;

	memset(out, 0, sizeof(*out));
	run.samples = calloc(SAMPLES_MAX, sizeof(float));
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!callers || !run.samples || run.epoll < 0)
		abort();
	for (i = 0; i < load->connections; i++)
		ok = caller_open(&run, &callers[i]) && ok;
	start = seconds_now();
	if (ok)
		events_run(&run, start + load->seconds);
	result_finish(&run, start);
	for (i = 0; i < load->connections; i++)
		caller_close(&callers[i]);
	(void)close(run.epoll);
	free(callers);
	free(run.samples);
	return ok;
}

/* One request, so that what it leaves behind is counted too. */
static bool hold_ask(const struct load *load, SSL *ssl)
{
	char answer[ANSWER_MAX];

	return SSL_write(ssl, load->request, (int)strlen(load->request)) > 0 &&
	    SSL_read(ssl, answer, sizeof(answer)) > 0;
}

unsigned load_hold(const struct load *load)
{
	unsigned held = 0;

	while (held < load->connections) {
		SSL *ssl = NULL;
		int fd = support_connect(load->address);

		if (fd < 0)
			break;
		if (load->ctx) {
			ssl = SSL_new(load->ctx);
			if (!ssl || SSL_set_fd(ssl, fd) != 1 ||
			    SSL_connect(ssl) != 1 || !hold_ask(load, ssl))
				break;
			/* The server's side is measured; ours is let go. */
			SSL_set_fd(ssl, -1);
			SSL_free(ssl);
		}
		held++;
	}
	return held;
}
