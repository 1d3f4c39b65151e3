#include "agent/bench/station/station.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/bench/station/inner.h"
#include "agent/bench/station/pair_key.h"
#include "agent/bench/uplink/files.h"
#include "agent/config/config.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define FDS_MAX 256
#define SNAPSHOT_EVERY_MS 100
/* A worker that was just being made when its daemon was killed holds the lock
 * until it gets to run and to end. */
#define LOCK_TRIES 10
#define LOCK_PAUSE_US 40000
#define IDLE_MS 1000 /* nothing is due earlier than it is asked */

/* ---- making it ---- */

static int make_folders(struct station *station, struct err *err)
{
	const char *state = station->config->state;
	int rc = files_make_folder(state, err);

	if (str_copy(station->state, sizeof(station->state), state) < 0)
		return err_set(err, ERR_LIMIT, "%s is too long", state);
	(void)snprintf(station->journals, sizeof(station->journals),
	    "%s/journal", station->state);
	(void)snprintf(
	    station->aside, sizeof(station->aside), "%s/pairs", station->state);
	(void)snprintf(station->identity_folder,
	    sizeof(station->identity_folder), "%s/station", station->state);
	if (rc == 0)
		rc = files_make_folder(station->journals, err);
	if (rc == 0)
		rc = files_make_folder(station->aside, err);
	return rc;
}

static int take_lock(struct station *station, struct err *err)
{
	char path[FOLDER_MAX + 16];
	int left;

	(void)snprintf(path, sizeof(path), "%s/lock", station->state);
	station->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (station->lock < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	for (left = LOCK_TRIES; flock(station->lock, LOCK_EX | LOCK_NB) != 0;
	     left--) {
		if (left == 0)
			return err_set(err, ERR_BUSY,
			    "another agent runs on %s", station->state);
		(void)usleep(LOCK_PAUSE_US);
	}
	return 0;
}

static int open_uplink(struct station *station, struct err *err)
{
	static const char *const names[] = {"outbox", "orders"};
	struct uplink_hooks hooks;
	char folders[2][FOLDER_MAX + 16];
	int64_t poll_ms = 0;
	size_t i;
	int rc;

	events_of_server(station, &hooks);
	rc = identity_load(station->identity_folder, &station->identity, err);
	if (rc == -(int)ERR_NOT_FOUND) {
		log_warning(station->world.log, "not_joined", NULL);
		return 0;
	}
	for (i = 0; rc == 0 && i < 2; i++) {
		(void)snprintf(folders[i], sizeof(folders[i]), "%s/%s",
		    station->state, names[i]);
		rc = files_make_folder(folders[i], err);
	}
	(void)time_duration_parse(station->config->poll, &poll_ms);
	if (rc == 0)
		rc = outbox_open(
		    folders[0], station->identity.key, &station->outbox, err);
	if (rc == 0)
		rc = order_book_open(folders[1], station->identity.orders,
		    station->identity.id, &station->book, err);
	if (rc == 0)
		rc = uplink_new(&station->identity, station->outbox, &hooks,
		    station->world.clock, poll_ms, &station->uplink, err);
	station->is_joined = rc == 0;
	return rc;
}

static int open_watches(struct station *station, struct err *err)
{
	struct mux_hooks mux;
	struct usb_hooks usb;
	struct err why = {0};
	char path[FOLDER_MAX + 16];
	int rc;

	events_of_mux(station, &mux);
	events_of_usb(station, &usb);
	rc = mux_watch_new(station->config->usbmuxd, &mux, &station->mux, err);
	/* For libusbmuxd in the workers. */
	if (rc == 0)
		(void)setenv(
		    "USBMUXD_SOCKET_ADDRESS", station->config->usbmuxd, 1);
	if (rc == 0 && strcmp(station->config->usb, "on") == 0 &&
	    usb_watch_new(&usb, &station->usb, &why) < 0)
		log_warning(station->world.log, "no_usb_view", LOG_ERROR,
		    why.text, NULL);
	(void)snprintf(
	    path, sizeof(path), "%s/%s", station->state, STATION_SOCKET);
	if (rc == 0)
		rc = control_new(path, &station->control, err);
	return rc;
}

int station_new(const struct agent_config *config,
    const struct station_world *world, struct station **out, struct err *err)
{
	struct rlimit files = {1024, 1024};
	struct station *station = calloc(1, sizeof(*station));
	int rc;

	if (!station)
		return err_memory(err);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	station->config = config;
	station->world = *world;
	station->lock = -1;
	ports_init(&station->ports, config);
	rc = make_folders(station, err);
	if (rc == 0)
		rc = take_lock(station, err);
	if (rc == 0)
		rc = pair_key_load(station->state, &station->pair_key, err);
	if (rc == 0)
		rc = open_uplink(station, err);
	if (rc == 0)
		rc = open_watches(station, err);
	if (rc < 0) {
		station_free(station);
		return rc;
	}
	reports_drain_all(station);
	erased_recall(station);
	*out = station;
	return 0;
}

void station_free(struct station *station)
{
	size_t i;

	if (!station)
		return;
	for (i = 0; i < PORTS_MAX; i++)
		worker_kill(&station->ports.items[i].worker);
	control_free(station->control);
	usb_watch_free(station->usb);
	mux_watch_free(station->mux);
	uplink_free(station->uplink);
	order_book_free(station->book);
	outbox_free(station->outbox);
	identity_clear(&station->identity);
	EVP_PKEY_free(station->pair_key);
	if (station->lock >= 0)
		(void)close(station->lock);
	curl_global_cleanup();
	free(station);
}

/* ---- the loop ---- */

static size_t collect(struct station *station, struct pollfd *fds)
{
	size_t count = 0;
	size_t i;
	short events;
	int fd = mux_watch_fd(station->mux, &events);

	if (fd >= 0)
		fds[count++] = (struct pollfd){fd, events, 0};
	if (station->usb)
		count +=
		    usb_watch_fds(station->usb, fds + count, FDS_MAX - count);
	if (station->uplink)
		count +=
		    uplink_fds(station->uplink, fds + count, FDS_MAX - count);
	count += control_fds(station->control, fds + count, FDS_MAX - count);
	for (i = 0; i < PORTS_MAX && count < FDS_MAX; i++)
		if (station->ports.items[i].worker.pid > 0 &&
		    station->ports.items[i].worker.fd >= 0)
			fds[count++] = (struct pollfd){
			    station->ports.items[i].worker.fd, POLLIN, 0};
	return count;
}

static int64_t due(struct station *station, int64_t now)
{
	int64_t at = now + IDLE_MS;
	int64_t other = mux_watch_due(station->mux);

	at = other < at ? other : at;
	other = jobs_due(station, now);
	at = other < at ? other : at;
	if (station->uplink) {
		other = uplink_due(station->uplink, now);
		at = other < at ? other : at;
	}
	if (station->is_changed && control_count(station->control) > 0)
		at =
		    now + SNAPSHOT_EVERY_MS < at ? now + SNAPSHOT_EVERY_MS : at;
	return at > now ? at : now;
}

static void show(struct station *station)
{
	struct buf line = {0};
	bool is_new = control_step(station->control);

	if (!is_new && !station->is_changed)
		return;
	station->is_changed = false;
	if (control_count(station->control) == 0)
		return;
	if (station_snapshot(station, &line, NULL) == 0) {
		buf_append_char(&line, '\n');
		if (!line.failed)
			control_send(station->control, (const char *)line.data,
			    line.len);
	}
	buf_clear(&line);
}

/* Phones that USB sees and usbmuxd does not are told of when their five
 * seconds are over. */
static void tell_hidden(struct station *station)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		struct port *port = &station->ports.items[i];

		if (port->is_used && port->has_usb && !port->has_mux &&
		    !port->is_told) {
			reports_attached(station, port);
			station->is_changed |= port->is_told;
		}
	}
}

static void turn(struct station *station)
{
	struct pollfd fds[FDS_MAX];
	int64_t now = station->world.monotonic();
	size_t count = collect(station, fds);
	size_t i;

	(void)poll(fds, (nfds_t)count, (int)(due(station, now) - now));
	now = station->world.monotonic();
	/* USB first: it gives a phone its place. */
	if (station->usb)
		usb_watch_step(station->usb);
	mux_watch_step(station->mux, now);
	for (i = 0; i < PORTS_MAX; i++)
		jobs_step(station, &station->ports.items[i]);
	tell_hidden(station);
	erased_step(station, now);
	if (station->uplink)
		uplink_step(station->uplink, now);
	orders_expire(station);
	jobs_start(station);
	show(station);
}

int station_run(
    struct station *station, const volatile int *stop, struct err *err)
{
	(void)err;
	log_info(station->world.log, "agent_started", LOG_STATION,
	    station->is_joined ? station->identity.id : "", NULL);
	while (!*stop)
		turn(station);
	log_info(station->world.log, "agent_stopped", NULL);
	return 0;
}

static bool is_settled(struct station *station)
{
	if (!mux_watch_is_synced(station->mux) || jobs_are_busy(station))
		return false;
	if (!station->uplink)
		return true;
	if (outbox_count(station->outbox) > 0 ||
	    !uplink_is_idle(station->uplink))
		return false;
	return true;
}

int station_run_once(struct station *station, const volatile int *stop,
    int64_t limit_ms, struct err *err)
{
	int64_t start = station->world.monotonic();
	int64_t now = start;
	int64_t calm_since = -1;

	while (!*stop && now - start < limit_ms) {
		turn(station);
		now = station->world.monotonic();
		if (!is_settled(station))
			calm_since = -1;
		else if (calm_since < 0)
			calm_since = now;
		else if (now - calm_since >= 300)
			return 0;
	}
	if (!mux_watch_is_synced(station->mux))
		return err_set(
		    err, ERR_IO, "%s", mux_watch_trouble(station->mux));
	return err_set(err, ERR_TIMEOUT, "not everything was done in time");
}
