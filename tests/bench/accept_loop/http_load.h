/*
 * http_load: a load client in one thread: many connections, each with one
 * request under way, over TLS with a client certificate or plain.
 */
#ifndef TESTS_BENCH_HTTP_LOAD_H
#define TESTS_BENCH_HTTP_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

struct load {
	const char *address; /* "127.0.0.1:port" */
	SSL_CTX *ctx;        /* NULL: plain */
	unsigned connections;
	double seconds;
	const char *request; /* whole request text */
	bool is_new_each;    /* a connection for each request */
};

struct load_result {
	uint64_t answers;
	uint64_t errors;
	double seconds;
	double p50_us, p99_us;
};

/* False when it could not connect at all. */
bool load_run(const struct load *load, struct load_result *out);

/* Opens and keeps connections, each after one request; returns how many. */
unsigned load_hold(const struct load *load);

#endif
