/*
 * https: one bounded HTTPS request after the other over a kept connection, by
 * libcurl: https only, no redirects, no proxy of the environment, answers and
 * times limited.
 */
#ifndef AGENT_CONNECTOR_HTTPS_H
#define AGENT_CONNECTOR_HTTPS_H

#include <stddef.h>

#include "proto/base/buf.h"
#include "proto/base/secret.h"

struct err;
struct https;

struct https_request {
	const char *url;
	const char *const *headers; /* "Name: value", NULL ends; may be NULL */
	const void *body;           /* NULL: GET, else POST */
	size_t body_len;
	const struct secret *bearer; /* NULL: none */
	const struct secret *basic;  /* "user:password"; NULL: none */
	size_t answer_max;
};

#define HTTPS_LINK_MAX 1024

struct https_answer {
	long status;
	struct buf body;           /* https_answer_clear() */
	long retry_after_s;        /* 0: not said */
	char next[HTTPS_LINK_MAX]; /* Link with rel="next" (RFC 8288), or "" */
};

/* ca_file: the only trust, read now; NULL: the system's. */
int https_new(const char *ca_file, int64_t timeout_ms, struct https **out,
    struct err *err);
void https_free(struct https *https);

/*
 * Any status is 0. -ERR_CRYPTO: the other side's certificate is not trusted or
 * TLS failed; -ERR_TIMEOUT; -ERR_IO: not reached; -ERR_LIMIT: it says too much.
 */
int https_run(struct https *https, const struct https_request *request,
    struct https_answer *out, struct err *err);
void https_answer_clear(struct https_answer *answer);

/* Sets the sentence for a CURLcode; where: "the server". */
int https_fail(int code, const char *where, struct err *err);

#endif
