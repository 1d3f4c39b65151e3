/*
 * wire: one connection to the phone, in clear or under TLS, with the phone as
 * the TLS server. Blocking; it ends when the other end hangs up or somebody
 * shuts the socket down.
 */
#ifndef TESTS_PHONES_USB_WIRE_H
#define TESTS_PHONES_USB_WIRE_H

#include <openssl/ssl.h>
#include <stddef.h>

struct wire {
	int fd;            /* borrowed */
	SSL *ssl;          /* owned; NULL: in clear */
	unsigned fragment; /* bytes written at once; 0: whole */
};

/* All of it, or -1. */
int wire_read(struct wire *wire, void *data, size_t len);
int wire_write(struct wire *wire, const void *data, size_t len);

/* The handshake; -1 when it fails. */
int wire_start_tls(struct wire *wire, SSL_CTX *context);

/* Waits for the other end's close_notify; -1: the connection is gone. */
int wire_stop_tls(struct wire *wire);

enum wire_event { WIRE_GONE, WIRE_READABLE, WIRE_OTHER };

/* Until bytes are there, or other_fd is readable. */
enum wire_event wire_wait(struct wire *wire, int other_fd);

/* Says nothing more until the other end hangs up. */
void wire_hang(struct wire *wire);

void wire_clear(struct wire *wire); /* the descriptor stays open */

#endif
