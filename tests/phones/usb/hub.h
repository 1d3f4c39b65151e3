/*
 * hub: the USB hub and the usbmuxd on it: phones are plugged in and pulled out,
 * listeners hear of it, and each connection to the socket is a thread. What is
 * said on it is in mux.h, what the phone behind it answers in lockdown.h.
 */
#ifndef TESTS_PHONES_USB_HUB_H
#define TESTS_PHONES_USB_HUB_H

#include <pthread.h>

#include "tests/phones/engine.h"
#include "tests/phones/usb/device.h"

struct hub;
struct pair_records;

struct hub_options {
	struct engine *engine; /* watched from now on */
	const struct session_world *world;
	const char *socket; /* a unix socket, made anew, removed at the end */
};

int hub_open(
    const struct hub_options *options, struct hub **out, struct err *err);
/* Cuts everything and waits for all threads. */
void hub_close(struct hub *hub);

/* location 0: made up. ERR_CONFLICT when it is plugged in already. */
int hub_attach(
    struct hub *hub, const char *serial, uint32_t location, struct err *err);
int hub_detach(struct hub *hub, const char *serial, struct err *err);

/*
 * Pulls the cable now and plugs it in again after ms; negative: never. Does
 * nothing when it is not plugged in.
 */
void hub_replug(struct hub *hub, struct usb_device *device, int64_t ms);

/* The device of a phone, made when it is asked for; lives as long as the hub. */
int hub_device(struct hub *hub, const char *serial, struct usb_device **out,
    struct err *err);

/* Runs chore(hub, device) in a thread of its own after ms, unless it ends. */
typedef void hub_chore(struct hub *hub, struct usb_device *device);
void hub_later(
    struct hub *hub, struct usb_device *device, int64_t ms, hub_chore *chore);

/* Around what is in a struct usb_device. */
void hub_lock(struct hub *hub);
void hub_unlock(struct hub *hub);

/* Hands the phone of a device to visit; see engine_visit(). */
int hub_visit(struct hub *hub, struct usb_device *device,
    void (*visit)(struct session *session, void *arg), void *arg);

const struct session_world *hub_world(const struct hub *hub);
struct engine *hub_engine(struct hub *hub);
struct pair_records *hub_records(struct hub *hub);

/* With the lock held: the phone that has this DeviceID now, or NULL. */
struct usb_device *hub_find_id(struct hub *hub, uint64_t id);
/* With the lock held: calls each for every phone that is plugged in. */
void hub_each(struct hub *hub,
    void (*each)(struct usb_device *device, void *arg), void *arg);

/*
 * With the lock held: from now on this socket hears of phones that come and
 * go. False when there are too many.
 */
bool hub_add_listener(struct hub *hub, int fd);
void hub_remove_listener(struct hub *hub, int fd);

/* With the lock held: sends Paired to all listeners. */
void hub_say_paired(struct hub *hub, uint64_t id);

#endif
