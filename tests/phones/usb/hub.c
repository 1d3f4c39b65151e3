#include "tests/phones/usb/hub.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/usb/mux.h"
#include "tests/phones/usb/pair_records.h"
#include "tests/phones/usb/usb_state.h"

#define BACKLOG 128 /* libusbmuxd does not wait when it is full */
#define CLIENTS_MAX 512
#define LISTENERS_MAX 64
#define NOTIFY_LOCK "com.apple.springboard.lockstate"

struct hub {
	struct hub_options options;
	char *path;
	int listener;
	int stop_pipe[2];
	struct pair_records *records;
	pthread_t acceptor;
	bool accepting;
	pthread_mutex_t lock; /* around what follows */
	pthread_cond_t changed;
	bool stopping;
	unsigned threads; /* clients and chores that run */
	int clients[CLIENTS_MAX];
	int listeners[LISTENERS_MAX];
	struct usb_device **devices;
	size_t device_count;
	unsigned last_id;
};

/* What a thread begins with. */
struct errand {
	struct hub *hub;
	struct usb_device *device;
	hub_chore *chore;
	int64_t delay_ms;
	int fd;
};

void hub_lock(struct hub *hub)
{
	pthread_mutex_lock(&hub->lock);
}

void hub_unlock(struct hub *hub)
{
	pthread_mutex_unlock(&hub->lock);
}

const struct session_world *hub_world(const struct hub *hub)
{
	return hub->options.world;
}

struct engine *hub_engine(struct hub *hub)
{
	return hub->options.engine;
}

struct pair_records *hub_records(struct hub *hub)
{
	return hub->records;
}

int hub_visit(struct hub *hub, struct usb_device *device,
    void (*visit)(struct session *session, void *arg), void *arg)
{
	return engine_visit(
	    hub->options.engine, device->serial, visit, arg, NULL);
}

struct usb_device *hub_find_id(struct hub *hub, uint64_t id)
{
	size_t i;

	for (i = 0; i < hub->device_count; i++)
		if (hub->devices[i]->attached && hub->devices[i]->id == id)
			return hub->devices[i];
	return NULL;
}

void hub_each(struct hub *hub,
    void (*each)(struct usb_device *device, void *arg), void *arg)
{
	size_t i;

	for (i = 0; i < hub->device_count; i++)
		if (hub->devices[i]->attached)
			each(hub->devices[i], arg);
}

bool hub_add_listener(struct hub *hub, int fd)
{
	size_t i;

	for (i = 0; i < LISTENERS_MAX; i++) {
		if (hub->listeners[i] < 0) {
			hub->listeners[i] = fd;
			return true;
		}
	}
	return false;
}

void hub_remove_listener(struct hub *hub, int fd)
{
	size_t i;

	for (i = 0; i < LISTENERS_MAX; i++)
		if (hub->listeners[i] == fd)
			hub->listeners[i] = -1;
}

/* A listener that does not read is cut off rather than waited for. */
static void broadcast(struct hub *hub, plist_t message)
{
	struct buf frame = {0};
	size_t i;

	if (mux_frame_encode(message, 0, &frame, NULL) == 0)
		for (i = 0; i < LISTENERS_MAX; i++)
			if (hub->listeners[i] >= 0 &&
			    send(hub->listeners[i], frame.data, frame.len,
			        MSG_NOSIGNAL | MSG_DONTWAIT) !=
			        (ssize_t)frame.len)
				(void)shutdown(hub->listeners[i], SHUT_RDWR);
	buf_clear(&frame);
	plist_free(message);
}

void hub_say_paired(struct hub *hub, uint64_t id)
{
	if (hub_find_id(hub, id))
		broadcast(hub, mux_message("Paired", id));
}

static struct usb_device *find_serial(struct hub *hub, const char *serial)
{
	size_t i;

	for (i = 0; i < hub->device_count; i++)
		if (strcmp(hub->devices[i]->serial, serial) == 0)
			return hub->devices[i];
	return NULL;
}

/* What the hub must know of a phone, and its key made while nobody waits. */
static void look_at_phone(struct session *session, void *arg)
{
	struct usb_device *device = arg;
	struct phone *phone = session->phone;
	EVP_PKEY *key = NULL;

	if (usb_state_get_key(phone, session->world->key, &key, NULL) < 0)
		phone_note_anomaly(phone, "no key for the cable side");
	EVP_PKEY_free(key);
	(void)str_copy(
	    device->udid, sizeof(device->udid), phone->hardware.udid);
	device->erases = usb_state_number(phone, USB_ERASES);
	device->locked = phone->locked;
}

static int keep_device(
    struct hub *hub, struct usb_device *device, struct err *err)
{
	struct usb_device **devices;

	devices = realloc(hub->devices,
	    (hub->device_count + 1) * sizeof(struct usb_device *));
	if (!devices)
		return err_memory(err);
	hub->devices = devices;
	hub->devices[hub->device_count++] = device;
	return 0;
}

int hub_device(struct hub *hub, const char *serial, struct usb_device **out,
    struct err *err)
{
	struct usb_device *made = calloc(1, sizeof(*made));
	struct usb_device *found;
	int rc = 0;

	if (!made)
		return err_memory(err);
	device_init(made, serial);
	hub_lock(hub);
	found = find_serial(hub, serial);
	hub_unlock(hub);
	if (!found)
		rc = engine_visit(
		    hub->options.engine, serial, look_at_phone, made, err);
	hub_lock(hub);
	if (rc == 0 && !found)
		found = find_serial(hub, serial);
	if (rc == 0 && !found) {
		rc = keep_device(hub, made, err);
		if (rc == 0) {
			found = made;
			made = NULL;
		}
	}
	hub_unlock(hub);
	if (made)
		device_clear(made);
	free(made);
	if (rc == 0)
		*out = found;
	return rc;
}

int hub_attach(
    struct hub *hub, const char *serial, uint32_t location, struct err *err)
{
	struct usb_device *device = NULL;
	int rc;

	rc = hub_device(hub, serial, &device, err);
	if (rc < 0)
		return rc;
	hub_lock(hub);
	if (device->attached) {
		rc = err_set(err, ERR_CONFLICT, "%s is plugged in", serial);
	} else {
		device->attached = true;
		device->id = ++hub->last_id;
		if (location != 0)
			device->location = location;
		else if (device->location == 0)
			device->location = 1u << 16 | (device->id + 1);
		broadcast(hub, mux_attached(device));
	}
	hub_unlock(hub);
	return rc;
}

/* With the lock held. */
static void unplug(struct hub *hub, struct usb_device *device)
{
	device_unplug(device);
	broadcast(hub, mux_message("Detached", device->id));
}

int hub_detach(struct hub *hub, const char *serial, struct err *err)
{
	struct usb_device *device = NULL;
	int rc;

	rc = hub_device(hub, serial, &device, err);
	if (rc < 0)
		return rc;
	hub_lock(hub);
	if (device->attached)
		unplug(hub, device);
	else
		rc = err_set(err, ERR_CONFLICT, "%s is not plugged in", serial);
	hub_unlock(hub);
	return rc;
}

static void plug_in_again(struct hub *hub, struct usb_device *device)
{
	(void)hub_attach(hub, device->serial, 0, NULL);
}

void hub_replug(struct hub *hub, struct usb_device *device, int64_t ms)
{
	bool was_attached;

	hub_lock(hub);
	was_attached = device->attached;
	if (was_attached)
		unplug(hub, device);
	hub_unlock(hub);
	if (was_attached && ms >= 0)
		hub_later(hub, device, ms, plug_in_again);
}

/* An erase took effect: the port goes dead until the phone is up again. */
static void leave_after_erase(struct hub *hub, struct usb_device *device)
{
	int64_t ms;

	hub_lock(hub);
	ms = device->behaviour.return_ms;
	hub_unlock(hub);
	hub_replug(hub, device, ms);
}

/* The engine's watcher; the phone is held, so nothing may wait for it here. */
static void on_change(void *arg, const struct phone *phone)
{
	struct hub *hub = arg;
	int64_t erases = usb_state_number(phone, USB_ERASES);
	struct usb_device *device;
	bool erased = false;

	hub_lock(hub);
	device = find_serial(hub, phone->hardware.serial);
	if (device) {
		erased = device->erases != erases;
		device->erases = erases;
		if (device->locked != phone->locked)
			device_post(device, NOTIFY_LOCK);
		device->locked = phone->locked;
	}
	hub_unlock(hub);
	if (erased)
		leave_after_erase(hub, device);
}

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
	for (i = 0; i < CLIENTS_MAX; i++)
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
	for (i = 0; !hub->stopping && !fits && i < CLIENTS_MAX; i++) {
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
	for (i = 0; i < CLIENTS_MAX; i++)
		hub->clients[i] = -1;
	for (i = 0; i < LISTENERS_MAX; i++)
		hub->listeners[i] = -1;
	(void)pthread_mutex_init(&hub->lock, NULL);
	(void)pthread_cond_init(&hub->changed, NULL);
	rc = start(hub, err);
	if (rc < 0) {
		hub_close(hub);
		return rc;
	}
	engine_watch(options->engine, on_change, hub);
	*out = hub;
	return 0;
}

static void cut_everything(struct hub *hub)
{
	size_t i;

	hub_lock(hub);
	hub->stopping = true;
	for (i = 0; i < CLIENTS_MAX; i++)
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
