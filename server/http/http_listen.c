#include "server/http/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/http/http_address.h"
#include "server/http/http_tls.h"

#define BACKLOG 4096
#define UNIX_PREFIX "unix:"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage storage;
};

static int address_error(const char *text, struct err *err)
{
	return err_set(err, ERR_INVALID,
	    "%s is no address to listen on; write 127.0.0.1:8444, [::1]:8444 "
	    "or unix:/path",
	    text);
}

/* "host:port" with a numeric host, in brackets when it is IPv6. */
static int inet_parse(
    const char *text, union address *out, socklen_t *len, struct err *err)
{
	const char *colon = strrchr(text, ':');
	char host[HTTP_PEER_MAX + 2] = "";
	uint64_t port = 0;
	size_t host_len;

	if (!colon || (size_t)(colon - text) >= sizeof(host) ||
	    str_number_parse(colon + 1, 65535, &port) < 0)
		return address_error(text, err);
	host_len = (size_t)(colon - text);
	memcpy(host, text, host_len);
	if (host[0] == '[' && host[host_len - 1] == ']') {
		host[host_len - 1] = '\0';
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons((uint16_t)port);
		*len = sizeof(out->in6);
		return inet_pton(AF_INET6, host + 1, &out->in6.sin6_addr) == 1
		    ? 0
		    : address_error(text, err);
	}
	out->in.sin_family = AF_INET;
	out->in.sin_port = htons((uint16_t)port);
	*len = sizeof(out->in);
	return inet_pton(AF_INET, host, &out->in.sin_addr) == 1
	    ? 0
	    : address_error(text, err);
}

static int unix_parse(
    const char *path, union address *out, socklen_t *len, struct err *err)
{
	out->un.sun_family = AF_UNIX;
	if (path[0] != '/' ||
	    str_copy(out->un.sun_path, sizeof(out->un.sun_path), path) < 0)
		return err_set(err, ERR_INVALID,
		    "%s must be an absolute path under %zu bytes", path,
		    sizeof(out->un.sun_path));
	*len = sizeof(out->un);
	return 0;
}

static int system_error(const char *what, const char *name, struct err *err)
{
	char text[128];

	return err_set(err, errno == EADDRINUSE ? ERR_CONFLICT : ERR_IO,
	    "cannot %s %s: %s", what, name,
	    strerror_r(errno, text, sizeof(text)));
}

static int option_set(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

/*
 * With SO_REUSEPORT a second server would bind the same port without a word
 * and take half the phones; so the port is tried without it first.
 */
static int inet_probe(const char *name, const union address *address,
    socklen_t len, struct err *err)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = 0;

	if (fd < 0 || option_set(fd, SOL_SOCKET, SO_REUSEADDR) < 0 ||
	    bind(fd, &address->any, len) < 0)
		rc = system_error("listen on", name, err);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int inet_open(const char *name, const union address *address,
    socklen_t len, int *out, struct err *err)
{
	int fd = socket(address->any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* TCP_NODELAY is inherited by what is accepted. */
	if (fd < 0 || option_set(fd, SOL_SOCKET, SO_REUSEADDR) < 0 ||
	    option_set(fd, SOL_SOCKET, SO_REUSEPORT) < 0 ||
	    option_set(fd, IPPROTO_TCP, TCP_NODELAY) < 0 ||
	    bind(fd, &address->any, len) < 0 || listen(fd, BACKLOG) < 0) {
		int rc = system_error("listen on", name, err);

		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	*out = fd;
	return 0;
}

static void address_format(const union address *address, char *out)
{
	char host[HTTP_PEER_MAX];

	if (address->any.sa_family == AF_INET6) {
		(void)inet_ntop(
		    AF_INET6, &address->in6.sin6_addr, host, sizeof(host));
		(void)snprintf(out, HTTP_ADDRESS_MAX, "[%s]:%u", host,
		    ntohs(address->in6.sin6_port));
		return;
	}
	(void)inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof(host));
	(void)snprintf(
	    out, HTTP_ADDRESS_MAX, "%s:%u", host, ntohs(address->in.sin_port));
}

static int inet_open_all(
    const char *name, unsigned count, struct http_bound *out, struct err *err)
{
	union address address = {0};
	socklen_t len = 0;
	unsigned i;
	int rc = inet_parse(name, &address, &len, err);

	if (rc == 0)
		rc = inet_probe(name, &address, len, err);
	for (i = 0; rc == 0 && i < count; i++) {
		rc = inet_open(name, &address, len, &out->fds[i], err);
		if (rc < 0)
			break;
		out->fd_count++;
		/* Port 0 was picked now; the others share it. */
		if (getsockname(out->fds[i], &address.any, &len) < 0)
			rc = system_error("listen on", name, err);
	}
	if (rc == 0)
		address_format(&address, out->address);
	return rc;
}

/* A file left by a server that was killed; never one in use. */
static int unix_remove_stale(
    const union address *address, socklen_t len, struct err *err)
{
	const char *path = address->un.sun_path;
	struct stat st;
	int fd;
	int rc;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_CONFLICT, "%s is no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return system_error("listen on", path, err);
	rc = connect(fd, &address->any, len);
	(void)close(fd);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "cannot listen on %s: another program does", path);
	if (unlink(path) < 0)
		return system_error("remove", path, err);
	return 0;
}

static int unix_open(const struct http_listener *listener,
    struct http_bound *out, struct err *err)
{
	const char *path = listener->address + strlen(UNIX_PREFIX);
	mode_t mode = listener->unix_mode ? listener->unix_mode : 0600;
	union address address = {0};
	socklen_t len = 0;
	int fd;
	int rc = unix_parse(path, &address, &len, err);

	if (rc == 0)
		rc = unix_remove_stale(&address, len, err);
	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return system_error("listen on", path, err);
	out->fds[0] = fd;
	out->fd_count = 1;
	/* Before bind, so that it never stands open to others. */
	if (fchmod(fd, mode) < 0 || bind(fd, &address.any, len) < 0)
		return system_error("listen on", path, err);
	out->is_unix = true;
	(void)snprintf(out->address, sizeof(out->address), "%s%s", UNIX_PREFIX,
	    address.un.sun_path);
	if (chmod(path, mode) < 0 || listen(fd, BACKLOG) < 0)
		return system_error("listen on", path, err);
	return 0;
}

int http_bound_open(const struct http_listener *listener, unsigned io_threads,
    struct http_bound *out, struct err *err)
{
	bool is_unix =
	    strncmp(listener->address, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
	struct http_bound bound = {.bit = listener->bit,
	    .is_unlimited_per_address = listener->is_unlimited_per_address};
	int rc = 0;

	bound.fds = calloc(io_threads, sizeof(*bound.fds));
	if (!bound.fds)
		return err_memory(err);
	if (listener->certificate_file)
		rc = http_tls_new(listener, &bound.tls, err);
	if (rc == 0)
		rc = is_unix
		    ? unix_open(listener, &bound, err)
		    : inet_open_all(listener->address, io_threads, &bound, err);
	if (rc < 0) {
		http_bound_clear(&bound);
		return err_prefix(err, "listener %s", listener->name);
	}
	*out = bound;
	return 0;
}

void http_bound_close(struct http_bound *bound)
{
	unsigned i;

	for (i = 0; i < bound->fd_count; i++)
		(void)close(bound->fds[i]);
	bound->fd_count = 0;
	if (bound->is_unix)
		(void)unlink(bound->address + strlen(UNIX_PREFIX));
	bound->is_unix = false;
}

void http_bound_clear(struct http_bound *bound)
{
	http_bound_close(bound);
	SSL_CTX_free(bound->tls);
	bound->tls = NULL;
	free(bound->fds);
	bound->fds = NULL;
}
