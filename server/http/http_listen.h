/*
 * http_listen: from "0.0.0.0:8444", "[::1]:0" or "unix:/path" to listening
 * sockets, one for each I/O thread.
 */
#ifndef SERVER_HTTP_HTTP_LISTEN_H
#define SERVER_HTTP_HTTP_LISTEN_H

#include <openssl/ssl.h>

#include "server/http/http.h"

#define HTTP_ADDRESS_MAX 128

/* A listener that is bound. */
struct http_bound {
	unsigned bit;
	char address[HTTP_ADDRESS_MAX]; /* where it really listens */
	SSL_CTX *tls;                   /* owned; NULL: plain */
	bool is_unlimited_per_address;
	bool is_unix;
	int *fds; /* owned; TCP: one an I/O thread, unix: one for all */
	unsigned fd_count;
};

int http_bound_open(const struct http_listener *listener, unsigned io_threads,
    struct http_bound *out, struct err *err);

/* Closes the sockets; a unix socket's file goes too. */
void http_bound_close(struct http_bound *bound);
void http_bound_clear(struct http_bound *bound);

#endif
