#include "tests/bench/checkins/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#define READ_BYTES 16384

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static bool bind_source(int fd, unsigned number)
{
	struct sockaddr_in source = {.sin_family = AF_INET};
	int on = 1;

	source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number);
	(void)setsockopt(
	    fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&source, sizeof(source)) == 0;
}

static int connect_to(const struct wire_target *target, unsigned number)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&target->address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	if ((target->sources > 1 &&
	        !bind_source(fd, number % target->sources)) ||
	    connect(fd, address, sizeof(target->address)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool start_tls(struct wire *wire, const struct wire_target *target,
    const struct roster_phone *phone)
{
	wire->ssl = SSL_new(target->ctx);
	if (!wire->ssl || SSL_set_fd(wire->ssl, wire->fd) != 1 ||
	    SSL_use_certificate(wire->ssl, phone->certificate) != 1 ||
	    SSL_use_PrivateKey(wire->ssl, phone->key) != 1)
		return false;
	SSL_set_connect_state(wire->ssl);
	return true;
}

bool wire_open(struct wire *wire, const struct wire_target *target,
    const struct roster_phone *phone, unsigned number)
{
	wire->ssl = NULL;
	wire->out_sent = 0;
	buf_reset(&wire->out);
	buf_reset(&wire->in);
	wire->fd = connect_to(target, number);
	return wire->fd >= 0 &&
	    (!target->ctx || start_tls(wire, target, phone));
}

void wire_close(struct wire *wire)
{
	SSL_free(wire->ssl);
	wire->ssl = NULL;
	if (wire->fd >= 0)
		(void)close(wire->fd);
	wire->fd = -1;
}

void wire_forget_tls(struct wire *wire)
{
	if (!wire->ssl)
		return;
	(void)SSL_set_fd(wire->ssl, -1);
	SSL_free(wire->ssl);
	wire->ssl = NULL;
	buf_clear(&wire->in);
	buf_clear(&wire->out);
}

/* Bytes moved; 0: would block; -1: ended. */
static int tls_moved(const struct wire *wire, int rc)
{
	int error;

	if (rc > 0)
		return rc;
	error = SSL_get_error(wire->ssl, rc);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	ERR_clear_error();
	return -1;
}

static int plain_moved(ssize_t n)
{
	if (n > 0)
		return (int)n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

enum wire_event wire_send(struct wire *wire)
{
	while (wire->out_sent < wire->out.len) {
		const uint8_t *at = wire->out.data + wire->out_sent;
		size_t left = wire->out.len - wire->out_sent;
		int n = wire->ssl
		    ? tls_moved(wire, SSL_write(wire->ssl, at, (int)left))
		    : plain_moved(send(wire->fd, at, left, MSG_NOSIGNAL));

		if (n < 0)
			return WIRE_ENDED;
		if (n == 0)
			return WIRE_WAITS;
		wire->out_sent += (size_t)n;
	}
	return WIRE_WAITS;
}

/* The length that a complete head says; false: none or not HTTP. */
static bool head_read(struct wire *wire, size_t head, size_t *length)
{
	static const char name[] = "Content-Length:";
	const char *text = (const char *)wire->in.data;
	const char *at = text;

	if (strncmp(text, "HTTP/1.1 ", 9) != 0)
		return false;
	wire->status = (int)strtol(text + 9, NULL, 10);
	while ((at = strstr(at, "\r\n")) && at < text + head) {
		at += 2;
		if (strncasecmp(at, name, sizeof(name) - 1) == 0) {
			*length = strtoul(at + sizeof(name) - 1, NULL, 10);
			return true;
		}
	}
	return false;
}

static enum wire_event answer_check(struct wire *wire)
{
	const char *text = (const char *)wire->in.data;
	const char *end = strstr(text, "\r\n\r\n");
	size_t length;

	if (!end)
		return WIRE_WAITS;
	wire->body = (size_t)(end - text) + 4;
	if (!head_read(wire, wire->body, &length))
		return WIRE_ENDED;
	return wire->in.len >= wire->body + length ? WIRE_ANSWERED : WIRE_WAITS;
}

static enum wire_event answer_read(struct wire *wire)
{
	char data[READ_BYTES];

	for (;;) {
		int n = wire->ssl
		    ? tls_moved(wire, SSL_read(wire->ssl, data, sizeof(data)))
		    : plain_moved(recv(wire->fd, data, sizeof(data), 0));
		enum wire_event event;

		if (n <= 0)
			return n == 0 ? WIRE_WAITS : WIRE_ENDED;
		buf_append(&wire->in, data, (size_t)n);
		if (wire->in.failed)
			return WIRE_ENDED;
		event = answer_check(wire);
		if (event != WIRE_WAITS)
			return event;
	}
}

enum wire_event wire_move(struct wire *wire)
{
	if (wire->ssl && !SSL_is_init_finished(wire->ssl) &&
	    tls_moved(wire, SSL_do_handshake(wire->ssl)) < 0)
		return WIRE_ENDED;
	if (wire->ssl && !SSL_is_init_finished(wire->ssl))
		return WIRE_WAITS;
	if (wire_send(wire) == WIRE_ENDED)
		return WIRE_ENDED;
	return answer_read(wire);
}
