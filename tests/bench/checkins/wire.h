/*
 * wire: one connection of a phone to the server, TLS with its certificate or
 * plain, without blocking: one request out, one answer in.
 */
#ifndef TESTS_BENCH_CHECKINS_WIRE_H
#define TESTS_BENCH_CHECKINS_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "proto/base/buf.h"
#include "tests/bench/checkins/roster.h"

struct wire_target {
	struct sockaddr_in address;
	SSL_CTX *ctx;     /* NULL: plain */
	unsigned sources; /* addresses 127.0.0.x that calls come from */
};

struct wire {
	int fd; /* -1: closed */
	SSL *ssl;
	struct buf out;
	size_t out_sent;
	struct buf in; /* as far as it came */
	int status;    /* of the last answer */
	size_t body;   /* where its body begins in `in` */
};

enum wire_event {
	WIRE_WAITS,
	WIRE_ANSWERED, /* status, and the body at in.data + body */
	WIRE_ENDED     /* closed, refused, or not HTTP */
};

/* Connects, blocking: loopback only. number spreads over the sources. */
bool wire_open(struct wire *wire, const struct wire_target *target,
    const struct roster_phone *phone, unsigned number);
void wire_close(struct wire *wire);

/* Forgets our side of TLS and keeps the connection open. */
void wire_forget_tls(struct wire *wire);

/* The bytes in wire->out are sent, as far as the socket takes them. */
enum wire_event wire_send(struct wire *wire);
/* After an event of epoll: handshake, rest of the request, answer. */
enum wire_event wire_move(struct wire *wire);

#endif
