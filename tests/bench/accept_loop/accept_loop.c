/*
 * accept_loop: how many mutual TLS connections a second can this machine
 * accept with OpenSSL and nothing else? The baseline for server/http: the
 * same TLS settings, the same number of threads, one epoll loop each, no HTTP
 * (any bytes are answered with one fixed response), no limits, no deadlines.
 *
 *   accept_loop CERTIFICATE KEY CLIENT_CA [THREADS]
 *
 * Prints its port and runs until standard input closes.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/http/http_tls.h"

#define THREADS_MAX 64
#define EVENTS_MAX 64

struct peer {
	int fd;
	SSL *ssl;
};

struct acceptor {
	SSL_CTX *ctx;
	int listen_fd;
};

static void peer_free(struct peer *peer)
{
	SSL_free(peer->ssl);
	(void)close(peer->fd);
	free(peer);
}

static bool is_waiting(SSL *ssl, int rc)
{
	int error = SSL_get_error(ssl, rc);

	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* False when the peer is done with. */
static bool peer_serve(struct peer *peer)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	char data[16384];
	int rc;

	ERR_clear_error();
	if (!SSL_is_init_finished(peer->ssl)) {
		rc = SSL_do_handshake(peer->ssl);
		if (rc != 1)
			return is_waiting(peer->ssl, rc);
	}
	while ((rc = SSL_read(peer->ssl, data, sizeof(data))) > 0)
		if (SSL_write(peer->ssl, answer, sizeof(answer) - 1) <= 0)
			return false;
	return is_waiting(peer->ssl, rc);
}

static void peer_accept(const struct acceptor *acceptor, int epoll)
{
	struct peer *peer;
	struct epoll_event event = {.events = EPOLLIN};
	int fd = accept4(
	    acceptor->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	peer = calloc(1, sizeof(*peer));
	if (!peer) {
		(void)close(fd);
		return;
	}
	peer->fd = fd;
	peer->ssl = SSL_new(acceptor->ctx);
	event.data.ptr = peer;
	if (!peer->ssl || SSL_set_fd(peer->ssl, fd) != 1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		peer_free(peer);
		return;
	}
	SSL_set_accept_state(peer->ssl);
}

static void *acceptor_main(void *arg)
{
	const struct acceptor *acceptor = arg;
	struct epoll_event event = {.events = EPOLLIN};
	struct epoll_event events[EVENTS_MAX];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	event.data.ptr = NULL;
	if (epoll < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, acceptor->listen_fd, &event) < 0)
		return NULL;
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS_MAX, -1);
		int i;

		for (i = 0; i < n; i++) {
			struct peer *peer = events[i].data.ptr;

			if (!peer)
				peer_accept(acceptor, epoll);
			else if (!peer_serve(peer))
				peer_free(peer);
		}
	}
	return NULL;
}

static int listen_open(in_port_t *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = *port};
	socklen_t len = sizeof(in);
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		return -1;
	*port = in.sin_port;
	return fd;
}

int main(int argc, char **argv)
{
	static struct acceptor acceptors[THREADS_MAX];
	struct http_listener listener = {0};
	struct err err = {0};
	SSL_CTX *ctx = NULL;
	in_port_t port = 0;
	uint64_t threads = 2;
	uint64_t i;
	char byte;

	if (argc < 4 ||
	    (argc > 4 &&
	        str_number_parse(argv[4], THREADS_MAX, &threads) < 0)) {
		(void)fprintf(stderr,
		    "usage: accept_loop CERTIFICATE KEY CLIENT_CA [THREADS]\n");
		return 2;
	}
	listener.certificate_file = argv[1];
	listener.key_file = argv[2];
	listener.client_ca_file = argv[3];
	(void)signal(SIGPIPE, SIG_IGN);
	if (http_tls_new(&listener, &ctx, &err) < 0) {
		(void)fprintf(stderr, "accept_loop: %s\n", err.text);
		return 1;
	}
	for (i = 0; i < threads; i++) {
		pthread_t thread;

		acceptors[i].ctx = ctx;
		acceptors[i].listen_fd = listen_open(&port);
		if (acceptors[i].listen_fd < 0 ||
		    pthread_create(
		        &thread, NULL, acceptor_main, &acceptors[i]) != 0) {
			perror("accept_loop");
			return 1;
		}
		(void)pthread_detach(thread);
	}
	(void)printf("%u\n", ntohs(port));
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}
