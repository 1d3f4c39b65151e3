#include "tests/phones/usb/wire.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t read_some(struct wire *wire, void *data, size_t len)
{
	ssize_t got;

	if (wire->ssl) {
		ERR_clear_error();
		return SSL_read(
		    wire->ssl, data, len > INT_MAX ? INT_MAX : (int)len);
	}
	do {
		got = read(wire->fd, data, len);
	} while (got < 0 && errno == EINTR);
	return got;
}

int wire_read(struct wire *wire, void *data, size_t len)
{
	char *at = data;
	ssize_t got;

	while (len > 0) {
		got = read_some(wire, at, len);
		if (got <= 0)
			return -1;
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

static ssize_t write_some(struct wire *wire, const void *data, size_t len)
{
	ssize_t put;

	if (wire->fragment > 0 && len > wire->fragment)
		len = wire->fragment;
	if (wire->ssl) {
		ERR_clear_error();
		return SSL_write(
		    wire->ssl, data, len > INT_MAX ? INT_MAX : (int)len);
	}
	do {
		put = send(wire->fd, data, len, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	return put;
}

int wire_write(struct wire *wire, const void *data, size_t len)
{
	const char *at = data;
	ssize_t put;

	while (len > 0) {
		put = write_some(wire, at, len);
		if (put <= 0)
			return -1;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

int wire_start_tls(struct wire *wire, SSL_CTX *context)
{
	SSL *ssl = SSL_new(context);

	ERR_clear_error();
	if (!ssl || SSL_set_fd(ssl, wire->fd) != 1 || SSL_accept(ssl) != 1) {
		SSL_free(ssl);
		return -1;
	}
	wire->ssl = ssl;
	return 0;
}

int wire_stop_tls(struct wire *wire)
{
	char waste[256];
	int rc;

	if (!wire->ssl)
		return 0;
	ERR_clear_error();
	do {
		rc = SSL_read(wire->ssl, waste, sizeof(waste));
	} while (rc > 0);
	rc = SSL_get_error(wire->ssl, rc) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
	if (rc == 0)
		(void)SSL_shutdown(wire->ssl);
	SSL_free(wire->ssl);
	wire->ssl = NULL;
	return rc;
}

enum wire_event wire_wait(struct wire *wire, int other_fd)
{
	struct pollfd fds[2] = {{.fd = wire->fd, .events = POLLIN},
	    {.fd = other_fd, .events = POLLIN}};

	if (wire->ssl && SSL_pending(wire->ssl) > 0)
		return WIRE_READABLE;
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return WIRE_GONE;
		if (fds[0].revents & (POLLERR | POLLNVAL))
			return WIRE_GONE;
		if (fds[0].revents & (POLLIN | POLLHUP))
			return WIRE_READABLE; /* the reader sees the end */
		if (fds[1].revents)
			return WIRE_OTHER;
	}
}

void wire_hang(struct wire *wire)
{
	struct pollfd fd = {.fd = wire->fd, .events = 0};

	while (poll(&fd, 1, -1) < 0 && errno == EINTR)
		;
}

void wire_clear(struct wire *wire)
{
	SSL_free(wire->ssl);
	memset(wire, 0, sizeof(*wire));
	wire->fd = -1;
}
