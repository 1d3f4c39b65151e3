/* hub_socket: the hub's threads: the socket, its clients, and chores. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/usb/hub_inner.h"
#include "tests/phones/usb/mux.h"
#include "tests/phones/usb/pair_records.h"

#define BACKLOG 128 /* libusbmuxd does not wait when it is full */

/* What a thread begins with. */
struct errand {
	struct hub *hub;
	struct usb_device *device;
	hub_chore *chore;
	int64_t delay_ms;
	int fd;
};

/* True when the hub still runs after that. */
static bool wait_a_while(struct hub *hub, int64_t ms)
{
	struct timespec until;
	bool running;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	hub_lock(hub);
	while (!hub->stopping &&
	    pthread_cond_timedwait(&hub->changed, &hub->lock, &until) !=
	        ETIMEDOUT)
		;
	running = !hub->stopping;
	hub_unlock(hub);
	return running;
}

static void count_off(struct hub *hub)
{
	hub_lock(hub);
	hub->threads--;
	pthread_cond_broadcast(&hub->changed);
	hub_unlock(hub);
}

static void end_thread(struct hub *hub)
{
	/* The program may end before a detached thread has cleaned up. */
	OPENSSL_thread_stop();
	count_off(hub);
}

static void *run_chore(void *arg)
{
	struct errand errand = *(struct errand *)arg;

	free(arg);
	if (wait_a_while(errand.hub, errand.delay_ms))
		errand.chore(errand.hub, errand.device);
	end_thread(errand.hub);
	return NULL;
}

static void forget_client(struct hub *hub, int fd)
{
	size_t i;

	hub_lock(hub);
	for (i = 0; i < HUB_CLIENTS_MAX; i++)
		if (hub->clients[i] == fd)
			hub->clients[i] = -1;
	hub_remove_listener(hub, fd);
	hub_unlock(hub);
	(void)close(fd);
}

static void *run_client(void *arg)
{
	struct errand errand = *(struct errand *)arg;

	free(arg);
	mux_serve(errand.hub, errand.fd);
	forget_client(errand.hub, errand.fd);
	end_thread(errand.hub);
	return NULL;
}

/* Counts the thread first, so that closing waits for it. */
static bool start_thread(
    struct hub *hub, const struct errand *errand, void *(*run)(void *arg))
{
	struct errand *own = malloc(sizeof(*own));
	pthread_t thread;
	bool stopping;

	hub_lock(hub);
	stopping = hub->stopping;
	if (!stopping)
		hub->threads++;
	hub_unlock(hub);
	if (stopping || !own) {
		free(own);
		if (!stopping)
			count_off(hub);
		return false;
	}
	*own = *errand;
	if (pthread_create(&thread, NULL, run, own) != 0) {
		free(own);
		count_off(hub);
		return false;
	}
	(void)pthread_detach(thread);
	return true;
}

void hub_later(
    struct hub *hub, struct usb_device *device, int64_t ms, hub_chore *chore)
{
	struct errand errand = {
	    .hub = hub, .device = device, .chore = chore, .delay_ms = ms};

	(void)start_thread(hub, &errand, run_chore);
}

static bool remember_client(struct hub *hub, int fd)
{
	bool fits = false;
	size_t i;

	hub_lock(hub);
	for (i = 0; !hub->stopping && !fits && i < HUB_CLIENTS_MAX; i++) {
		if (hub->clients[i] < 0) {
			hub->clients[i] = fd;
			fits = true;
		}
	}
	hub_unlock(hub);
	return fits;
}

static void accept_client(struct hub *hub)
{
	struct errand errand = {.hub = hub};

	errand.fd = accept4(hub->listener, NULL, NULL, SOCK_CLOEXEC);
	if (errand.fd < 0)
		return;
	if (!remember_client(hub, errand.fd)) {
		(void)close(errand.fd);
		return;
	}
	if (!start_thread(hub, &errand, run_client))
		forget_client(hub, errand.fd);
}

static void *accept_clients(void *arg)
{
	struct hub *hub = arg;
	struct pollfd fds[2] = {{.fd = hub->listener, .events = POLLIN},
	    {.fd = hub->stop_pipe[0], .events = POLLIN}};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			break;
		if (fds[0].revents)
			accept_client(hub);
	}
	return NULL;
}

static int listen_at(const char *path, int *out, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int rc;
	int fd;

	if (str_copy(address.sun_path, sizeof(address.sun_path), path) < 0)
		return err_set(
		    err, ERR_LIMIT, "socket path too long: %s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, ERR_IO, "socket: %s", strerror(errno));
	(void)unlink(path);
	mask = umask(0);
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(mask);
	if (rc < 0 || listen(fd, BACKLOG) < 0) {
		rc = err_set(err, ERR_IO, "cannot listen at %s: %s", path,
		    strerror(errno));
		(void)close(fd);
		return rc;
	}
	*out = fd;
	return 0;
}

static int start(struct hub *hub, struct err *err)
{
	int rc;

	rc = pair_records_open(
	    hub->options.socket, hub->options.world->rng, &hub->records, err);
	if (rc == 0 && pipe2(hub->stop_pipe, O_CLOEXEC) < 0)
		rc = err_set(err, ERR_IO, "pipe: %s", strerror(errno));
	if (rc == 0)
		rc = listen_at(hub->options.socket, &hub->listener, err);
	if (rc == 0 && !(hub->path = strdup(hub->options.socket)))
		rc = err_memory(err);
	if (rc == 0 &&
	    pthread_create(&hub->acceptor, NULL, accept_clients, hub) != 0)
		rc = err_set(err, ERR_IO, "cannot start a thread");
	hub->accepting = rc == 0;
	return rc;
}

int hub_open(
    const struct hub_options *options, struct hub **out, struct err *err)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	size_t i;
	int rc;

	if (!hub)
		return err_memory(err);
	hub->options = *options;
	hub->listener = -1;
	hub->stop_pipe[0] = hub->stop_pipe[1] = -1;
	for (i = 0; i < HUB_CLIENTS_MAX; i++)
		hub->clients[i] = -1;
	for (i = 0; i < HUB_LISTENERS_MAX; i++)
		hub->listeners[i] = -1;
	(void)pthread_mutex_init(&hub->lock, NULL);
	(void)pthread_cond_init(&hub->changed, NULL);
	rc = start(hub, err);
	if (rc < 0) {
		hub_close(hub);
		return rc;
	}
	engine_watch(options->engine, hub_on_change, hub);
	*out = hub;
	return 0;
}

static void cut_everything(struct hub *hub)
{
	size_t i;

	hub_lock(hub);
	hub->stopping = true;
	for (i = 0; i < HUB_CLIENTS_MAX; i++)
		if (hub->clients[i] >= 0)
			(void)shutdown(hub->clients[i], SHUT_RDWR);
	pthread_cond_broadcast(&hub->changed);
	while (hub->threads > 0)
		(void)pthread_cond_wait(&hub->changed, &hub->lock);
	hub_unlock(hub);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void hub_close(struct hub *hub)
{
	size_t i;

	if (!hub)
		return;
	engine_watch(hub->options.engine, NULL, NULL);
	if (hub->accepting) {
		(void)!write(hub->stop_pipe[1], "s", 1);
		(void)pthread_join(hub->acceptor, NULL);
	}
	cut_everything(hub);
	close_fd(hub->listener);
	if (hub->path)
		(void)unlink(hub->path);
	close_fd(hub->stop_pipe[0]);
	close_fd(hub->stop_pipe[1]);
	for (i = 0; i < hub->device_count; i++) {
		device_clear(hub->devices[i]);
		free(hub->devices[i]);
	}
	free(hub->devices);
	pair_records_close(hub->records);
	(void)pthread_mutex_destroy(&hub->lock);
	(void)pthread_cond_destroy(&hub->changed);
	free(hub->path);
	free(hub);
}
