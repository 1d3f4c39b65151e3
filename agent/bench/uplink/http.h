/*
 * http: HTTPS to the server with the station's certificate, by libcurl: one
 * request made ready, carried out by whoever drives it. Answers are bounded.
 */
#ifndef AGENT_BENCH_UPLINK_HTTP_H
#define AGENT_BENCH_UPLINK_HTTP_H

#include <curl/curl.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

struct http_target {
	const char *server;           /* https://host:port */
	const char *ca_file;          /* the only trust; NULL: the system's */
	const char *certificate_file; /* NULL: none yet, joining */
	const char *key_file;
};

struct http_call {
	CURL *handle;               /* owned */
	struct curl_slist *headers; /* owned */
	struct buf body;            /* sent */
	struct buf answer;          /* got */
	size_t answer_max;
	char trouble[CURL_ERROR_SIZE];
};

/* body: moved into the call; empty: GET. -ERR_INVALID, -ERR_MEMORY. */
int http_call_init(struct http_call *call, const struct http_target *target,
    const char *path, struct buf *body, size_t answer_max, long timeout_ms,
    struct err *err);
void http_call_clear(struct http_call *call);

/*
 * What came of it: 0 for status 200; -ERR_IO and -ERR_TIMEOUT: not reached;
 * -ERR_DENIED: 401, 403; -ERR_BUSY: 429, 5xx; -ERR_CONFLICT: 409;
 * -ERR_NOT_FOUND: 404; -ERR_INVALID: other. The server's sentence is in err.
 */
int http_call_judge(struct http_call *call, CURLcode code, struct err *err);

/* Blocks. */
int http_call_run(struct http_call *call, struct err *err);

#endif
