/*
 * setup: Setup Assistant on the phone's side: it fetches what a cloud
 * configuration names, installs what was stored for the end, and finishes.
 */
#ifndef TESTS_PHONES_USB_SETUP_H
#define TESTS_PHONES_USB_SETUP_H

#include "tests/phones/usb/hub.h"

/* Goes on by itself after setup_ms; tries again while there is no network. */
void setup_begin(struct hub *hub, struct usb_device *device);

/* To the end, now; ERR_CONFLICT when something stands in its way. */
int setup_walk(struct session *session, struct err *err);

/*
 * Installs a profile without asking: one with an MDM payload enrols the phone
 * (Apple: "Enrolling a device in MDM"). ERR_CONFLICT: it is enrolled already.
 */
int setup_install(
    struct session *session, const uint8_t *data, size_t len, struct err *err);

#endif
