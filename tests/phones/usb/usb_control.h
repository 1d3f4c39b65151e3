/*
 * usb_control: the cable's words on the control socket; README.md lists them.
 */
#ifndef TESTS_PHONES_USB_USB_CONTROL_H
#define TESTS_PHONES_USB_USB_CONTROL_H

#include "tests/phones/usb/hub.h"

/*
 * For control_extend(); hub: a struct hub. ERR_UNSUPPORTED when the word is
 * not one of ours.
 */
int usb_control_execute(
    void *hub, const json_t *request, json_t **result, struct err *err);

/* "all", or serials with commas: plugs them in. */
int usb_control_plug(struct hub *hub, const char *which, struct err *err);

#endif
