#include "agent/bench/usb/mux_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/time.h"

#define RETRY_MS TIME_SECOND_MS
#define ANSWER_MS (5 * TIME_SECOND_MS) /* as libusbmuxd waits */

enum state {
	STATE_CLOSED,
	STATE_LISTING,  /* ListDevices is on its way */
	STATE_STARTING, /* Listen is on its way */
	STATE_LISTENING,
};

struct mux_watch {
	struct sockaddr_storage address;
	socklen_t address_len;
	struct mux_hooks hooks;
	enum state state;
	int fd;
	int64_t due;   /* retry when closed, give up when asking */
	struct buf in; /* the frame that is arriving */
	struct mux_list known;
	struct err trouble;
};

/* ---- addresses ---- */

static int unix_address(
    struct mux_watch *watch, const char *path, struct err *err)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&watch->address;

	address->sun_family = AF_UNIX;
	if (strlen(path) == 0 || strlen(path) >= sizeof(address->sun_path))
		return err_set(
		    err, ERR_INVALID, "usbmuxd socket: unusable path");
	memcpy(address->sun_path, path, strlen(path) + 1);
	watch->address_len = sizeof(*address);
	return 0;
}

static int inet_address(
    struct mux_watch *watch, const char *text, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(text, ':');
	const char *start = text;
	char host[64];
	size_t len;

	if (!colon || colon == text)
		goto bad;
	len = (size_t)(colon - text);
	if (text[0] == '[' && colon[-1] == ']' && len > 2) {
		start = text + 1;
		len -= 2;
	}
	if (len >= sizeof(host))
		goto bad;
	(void)snprintf(host, sizeof(host), "%.*s", (int)len, start);
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		goto bad;
	memcpy(&watch->address, found->ai_addr, found->ai_addrlen);
	watch->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
bad:
	return err_set(err, ERR_INVALID,
	    "usbmuxd socket: \"%s\" is no address; write UNIX:/path or "
	    "127.0.0.1:27015",
	    text);
}

int mux_watch_new(const char *address, const struct mux_hooks *hooks,
    struct mux_watch **out, struct err *err)
{
	struct mux_watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (!watch)
		return err_memory(err);
	watch->fd = -1;
	watch->hooks = *hooks;
	if (strncmp(address, "UNIX:", 5) == 0)
		rc = unix_address(watch, address + 5, err);
	else
		rc = inet_address(watch, address, err);
	if (rc < 0) {
		free(watch);
		return rc;
	}
	*out = watch;
	return 0;
}

void mux_watch_free(struct mux_watch *watch)
{
	if (!watch)
		return;
	if (watch->fd >= 0)
		(void)close(watch->fd);
	buf_clear(&watch->in);
	free(watch);
}

/* ---- the phones it knows ---- */

static struct mux_device *known_find(struct mux_watch *watch, uint32_t id)
{
	size_t i;

	for (i = 0; i < watch->known.count; i++)
		if (watch->known.devices[i].id == id)
			return &watch->known.devices[i];
	return NULL;
}

static void attached(struct mux_watch *watch, const struct mux_device *device)
{
	/* Listen repeats what ListDevices said. */
	if (!device->is_usb || known_find(watch, device->id) ||
	    watch->known.count == MUX_LIST_MAX)
		return;
	watch->known.devices[watch->known.count++] = *device;
	watch->hooks.on_attached(watch->hooks.arg, device);
}

static void detached(struct mux_watch *watch, uint32_t id)
{
	struct mux_device *device = known_find(watch, id);
	struct mux_device gone;

	if (!device)
		return;
	gone = *device;
	*device = watch->known.devices[--watch->known.count];
	watch->hooks.on_detached(watch->hooks.arg, &gone);
}

/* ---- the connection ---- */

static void drop(struct mux_watch *watch, int64_t now_ms)
{
	if (watch->fd >= 0)
		(void)close(watch->fd);
	watch->fd = -1;
	watch->state = STATE_CLOSED;
	watch->due = now_ms + RETRY_MS;
	buf_reset(&watch->in);
	while (watch->known.count > 0)
		detached(watch, watch->known.devices[0].id);
}

static int ask(
    struct mux_watch *watch, const char *type, enum state next, int64_t now_ms)
{
	struct buf frame = {0};
	ssize_t sent = -1;

	/* Header and body in one send: servers read them in one go. */
	mux_request_encode(type, 1, &frame);
	if (!frame.failed)
		sent = send(watch->fd, frame.data, frame.len, MSG_NOSIGNAL);
	if (frame.failed || sent != (ssize_t)frame.len) {
		buf_clear(&frame);
		return err_set(&watch->trouble, ERR_IO,
		    "usbmuxd does not take a question");
	}
	buf_clear(&frame);
	watch->state = next;
	watch->due = now_ms + ANSWER_MS;
	return 0;
}

static void open_socket(struct mux_watch *watch, int64_t now_ms)
{
	watch->fd = socket(watch->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (watch->fd < 0 ||
	    connect(watch->fd, (struct sockaddr *)&watch->address,
	        watch->address_len) < 0) {
		/* Loopback TCP and unix sockets connect at once or not. */
		struct pollfd ready = {watch->fd, POLLOUT, 0};

		if (watch->fd < 0 || errno != EINPROGRESS ||
		    poll(&ready, 1, 100) != 1) {
			(void)err_set(&watch->trouble, ERR_IO,
			    "usbmuxd cannot be reached: %s", strerror(errno));
			drop(watch, now_ms);
			return;
		}
	}
	if (ask(watch, "ListDevices", STATE_LISTING, now_ms) < 0)
		drop(watch, now_ms);
}

static int take_list(
    struct mux_watch *watch, const uint8_t *body, size_t len, int64_t now_ms)
{
	struct mux_list list;
	size_t i;
	int rc = mux_list_parse(body, len, &list, &watch->trouble);

	if (rc < 0)
		return rc;
	for (i = 0; i < list.count; i++)
		attached(watch, &list.devices[i]);
	return ask(watch, "Listen", STATE_STARTING, now_ms);
}

static int take_event(struct mux_watch *watch, const uint8_t *body, size_t len)
{
	struct mux_event event;
	struct mux_device *device;
	struct err err = {0};

	if (mux_event_parse(body, len, &event, &err) < 0)
		return 0; /* one odd message does not end the rest */
	switch (event.kind) {
	case MUX_EVENT_RESULT:
		if (event.result != 0)
			return err_set(&watch->trouble, ERR_IO,
			    "usbmuxd refuses to report phones (%u)",
			    event.result);
		watch->state = STATE_LISTENING;
		watch->trouble = (struct err){0};
		break;
	case MUX_EVENT_ATTACHED:
		attached(watch, &event.device);
		break;
	case MUX_EVENT_DETACHED:
		detached(watch, event.device.id);
		break;
	case MUX_EVENT_PAIRED:
		if ((device = known_find(watch, event.device.id)))
			watch->hooks.on_paired(watch->hooks.arg, device);
		break;
	}
	return 0;
}

/* 1: a frame was taken; 0: more bytes are needed. */
static int take_frame(struct mux_watch *watch, int64_t now_ms)
{
	struct mux_header header;
	size_t rest;
	int rc;

	if (watch->in.len < MUX_HEADER)
		return 0;
	rc = mux_header_parse(watch->in.data, &header, &watch->trouble);
	if (rc < 0)
		return rc;
	if (watch->in.len < header.length)
		return 0;
	if (watch->state == STATE_LISTING)
		rc = take_list(watch, watch->in.data + MUX_HEADER,
		    header.length - MUX_HEADER, now_ms);
	else
		rc = take_event(watch, watch->in.data + MUX_HEADER,
		    header.length - MUX_HEADER);
	if (rc < 0)
		return rc;
	rest = watch->in.len - header.length;
	memmove(watch->in.data, watch->in.data + header.length, rest);
	watch->in.len = rest;
	return 1;
}

static int read_some(struct mux_watch *watch, int64_t now_ms)
{
	uint8_t chunk[16384];
	ssize_t got = recv(watch->fd, chunk, sizeof(chunk), 0);
	int rc;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return err_set(
		    &watch->trouble, ERR_IO, "usbmuxd closed the connection");
	buf_append(&watch->in, chunk, (size_t)got);
	if (watch->in.failed)
		return err_memory(&watch->trouble);
	while ((rc = take_frame(watch, now_ms)) > 0)
		;
	return rc < 0 ? rc : 1;
}

int mux_watch_fd(const struct mux_watch *watch, short *events)
{
	*events = POLLIN;
	return watch->fd;
}

int64_t mux_watch_due(const struct mux_watch *watch)
{
	return watch->state == STATE_LISTENING ? INT64_MAX : watch->due;
}

void mux_watch_step(struct mux_watch *watch, int64_t now_ms)
{
	int rc;

	if (watch->state == STATE_CLOSED) {
		if (now_ms >= watch->due)
			open_socket(watch, now_ms);
		return;
	}
	while ((rc = read_some(watch, now_ms)) > 0)
		;
	if (rc == 0 && watch->state != STATE_LISTENING && now_ms >= watch->due)
		rc = err_set(
		    &watch->trouble, ERR_TIMEOUT, "usbmuxd does not answer");
	if (rc < 0)
		drop(watch, now_ms);
}

bool mux_watch_is_synced(const struct mux_watch *watch)
{
	return watch->state == STATE_LISTENING;
}

const char *mux_watch_trouble(const struct mux_watch *watch)
{
	return watch->state == STATE_LISTENING ? "" : watch->trouble.text;
}
