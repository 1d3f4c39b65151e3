/*
 * http_io: bytes in and out of one connection, plain or TLS, never blocking.
 */
#ifndef SERVER_HTTP_HTTP_IO_H
#define SERVER_HTTP_HTTP_IO_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

enum http_io_result {
	HTTP_IO_OK,
	HTTP_IO_WANT_READ,  /* try again when the socket can be read */
	HTTP_IO_WANT_WRITE, /* … written */
	HTTP_IO_CLOSED      /* ended by the other side, or broken */
};

struct http_io {
	int fd;         /* owned; -1 when closed */
	SSL *ssl;       /* owned; NULL: plain */
	bool is_broken; /* TLS failed: no close_notify may be sent */
};

enum http_io_result http_io_handshake(struct http_io *io);
/* *n: bytes moved, more than 0 at HTTP_IO_OK. */
enum http_io_result http_io_read(
    struct http_io *io, void *data, size_t len, size_t *n);
enum http_io_result http_io_write(
    struct http_io *io, const void *data, size_t len, size_t *n);

/* TLS holds bytes that the socket will not announce. */
bool http_io_has_pending(const struct http_io *io);

/* Says goodbye in TLS and ends our direction. */
void http_io_finish(struct http_io *io);
void http_io_close(struct http_io *io);

#endif
