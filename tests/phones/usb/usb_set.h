/* usb_set: makes a phone what a test wants it to be; README.md has the keys. */
#ifndef TESTS_PHONES_USB_USB_SET_H
#define TESTS_PHONES_USB_USB_SET_H

#include "tests/phones/usb/hub.h"

/*
 * All keys of an object, or the first that is wrong: ERR_INVALID,
 * ERR_UNSUPPORTED for an unknown key; those before it stay set.
 */
int usb_set(
    struct hub *hub, const char *serial, const json_t *keys, struct err *err);

#endif
