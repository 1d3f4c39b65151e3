/* usb_report: what the control socket tells about the cable side. */
#ifndef TESTS_PHONES_USB_USB_REPORT_H
#define TESTS_PHONES_USB_USB_REPORT_H

#include "tests/phones/usb/hub.h"

/* Of one phone, or an array of all with serial NULL; the caller's. */
int usb_report(
    struct hub *hub, const char *serial, json_t **out, struct err *err);

#endif
