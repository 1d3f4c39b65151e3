#include "server/http/http_io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

static enum http_io_result tls_result(struct http_io *io, int rc)
{
	switch (SSL_get_error(io->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return HTTP_IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return HTTP_IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return HTTP_IO_CLOSED;
	default:
		io->is_broken = true;
		ERR_clear_error();
		return HTTP_IO_CLOSED;
	}
}

enum http_io_result http_io_handshake(struct http_io *io)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(io->ssl);
	return rc == 1 ? HTTP_IO_OK : tls_result(io, rc);
}

static enum http_io_result plain_result(enum http_io_result wanted)
{
	return errno == EAGAIN || errno == EINTR ? wanted : HTTP_IO_CLOSED;
}

enum http_io_result http_io_read(
    struct http_io *io, void *data, size_t len, size_t *n)
{
	ssize_t got;
	int rc;

	if (io->ssl) {
		ERR_clear_error();
		rc = SSL_read_ex(io->ssl, data, len, n);
		return rc == 1 ? HTTP_IO_OK : tls_result(io, rc);
	}
	got = recv(io->fd, data, len, 0);
	if (got < 0)
		return plain_result(HTTP_IO_WANT_READ);
	*n = (size_t)got;
	return got == 0 ? HTTP_IO_CLOSED : HTTP_IO_OK;
}

enum http_io_result http_io_write(
    struct http_io *io, const void *data, size_t len, size_t *n)
{
	ssize_t put;
	int rc;

	if (io->ssl) {
		ERR_clear_error();
		rc = SSL_write_ex(io->ssl, data, len, n);
		return rc == 1 ? HTTP_IO_OK : tls_result(io, rc);
	}
	put = send(io->fd, data, len, MSG_NOSIGNAL);
	if (put < 0)
		return plain_result(HTTP_IO_WANT_WRITE);
	*n = (size_t)put;
	return HTTP_IO_OK;
}

bool http_io_has_pending(const struct http_io *io)
{
	return io->ssl && SSL_has_pending(io->ssl);
}

void http_io_finish(struct http_io *io)
{
	if (io->ssl && !io->is_broken && SSL_is_init_finished(io->ssl)) {
		ERR_clear_error();
		if (SSL_shutdown(io->ssl) < 0)
			ERR_clear_error();
	}
	(void)shutdown(io->fd, SHUT_WR);
}

void http_io_close(struct http_io *io)
{
	SSL_free(io->ssl);
	io->ssl = NULL;
	if (io->fd >= 0)
		(void)close(io->fd);
	io->fd = -1;
}
