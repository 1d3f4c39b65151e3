/*
 * mux: what usbmuxd says on its socket. One connection asks, listens, or
 * becomes the cable to a port of a phone.
 */
#ifndef TESTS_PHONES_USB_MUX_H
#define TESTS_PHONES_USB_MUX_H

#include "tests/phones/usb/hub.h"
#include "tests/phones/usb/mux_frame.h"

#define MUX_LOCKDOWN_PORT 62078

/* Until the other end hangs up; the caller closes fd. */
void mux_serve(struct hub *hub, int fd);

/* {MessageType: type, DeviceID: id}; the caller's. */
plist_t mux_message(const char *type, uint64_t id);
/* The Attached message of a phone; the caller's. */
plist_t mux_attached(const struct usb_device *device);

#endif
