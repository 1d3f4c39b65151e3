#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/usb/hub_inner.h"
#include "tests/phones/usb/mux.h"
#include "tests/phones/usb/usb_state.h"

#define NOTIFY_LOCK "com.apple.springboard.lockstate"

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

	for (i = 0; i < HUB_LISTENERS_MAX; i++) {
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

	for (i = 0; i < HUB_LISTENERS_MAX; i++)
		if (hub->listeners[i] == fd)
			hub->listeners[i] = -1;
}

/* A listener that does not read is cut off rather than waited for. */
static void broadcast(struct hub *hub, plist_t message)
{
	struct buf frame = {0};
	size_t i;

	if (mux_frame_encode(message, 0, &frame, NULL) == 0)
		for (i = 0; i < HUB_LISTENERS_MAX; i++)
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

void hub_on_change(void *arg, const struct phone *phone)
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
