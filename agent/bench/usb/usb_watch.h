/*
 * usb_watch: libusb's hot-plug events in the daemon's loop. It only reads
 * descriptors and sysfs; it opens no device (usbmuxd claims them). Shows what
 * usbmuxd cannot: phones that refuse USB, recovery, DFU, Android.
 */
#ifndef AGENT_BENCH_USB_USB_WATCH_H
#define AGENT_BENCH_USB_USB_WATCH_H

#include <poll.h>
#include <stddef.h>

#include "agent/bench/usb/usb_device.h"

struct err;
struct usb_watch;

struct usb_hooks {
	/* Phones only; the same path may arrive again in another mode. */
	void (*on_arrived)(void *arg, const struct usb_device *device);
	void (*on_left)(void *arg, const struct usb_device *device);
	void *arg;
};

/*
 * -ERR_IO: no libusb here; -ERR_UNSUPPORTED: no hot-plug. Phones that are
 * there already arrive in the first usb_watch_step().
 */
int usb_watch_new(
    const struct usb_hooks *hooks, struct usb_watch **out, struct err *err);
void usb_watch_free(struct usb_watch *watch);

/* Fills up to max entries and says how many. */
size_t usb_watch_fds(struct usb_watch *watch, struct pollfd *out, size_t max);
/* Never blocks. */
void usb_watch_step(struct usb_watch *watch);

#endif
