/*
 * usb_device: what a USB descriptor says about the thing at a port: an iPhone,
 * an iPhone in recovery or DFU, an Android phone, or nothing of ours. Pure.
 */
#ifndef AGENT_BENCH_USB_USB_DEVICE_H
#define AGENT_BENCH_USB_USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"

#define USB_PATH_MAX 40 /* "1-4.2.7.1.3.2.1": a bus and seven ports */
#define USB_VENDOR_APPLE 0x05ac

enum usb_kind {
	USB_OTHER,    /* not a phone: a hub, a keyboard */
	USB_NORMAL,   /* an Apple phone or tablet that runs */
	USB_RECOVERY, /* iBoot waits for a restore */
	USB_DFU,
	USB_RESTORE, /* the restore system itself runs */
	USB_ANDROID, /* seen, not managed: registered by IMEI by hand */
};

#define USB_INTERFACES_MAX 32

/* class, subclass, protocol of one interface. */
struct usb_interface {
	uint8_t class_code;
	uint8_t subclass;
	uint8_t protocol;
};

struct usb_device {
	char path[USB_PATH_MAX]; /* as sysfs names the port: "1-4.2" */
	unsigned bus;
	unsigned address;
	uint16_t vendor;
	uint16_t product;
	enum usb_kind kind;
	char udid[LIMIT_UDID + 1];     /* normal mode; "" unknown */
	uint64_t ecid;                 /* recovery, DFU; 0 unknown */
	char serial[LIMIT_SERIAL + 1]; /* recovery: SRNM */
	char imei[32];                 /* recovery: IMEI */
	char name[LIMIT_NAME + 1];     /* product string; "" unknown */
};

enum usb_kind usb_kind_of(uint16_t vendor, uint16_t product,
    const struct usb_interface *interfaces, size_t count);

/* "phone", "recovery", "dfu", "restore", "android", "other". */
const char *usb_kind_name(enum usb_kind kind);

/*
 * Reads the serial string as the kind has it: the UDID in normal mode, tokens
 * like "CPID:8020 ECID:000A… SRNM:[F2L…] IMEI:[35…]" in recovery and DFU.
 * What does not parse stays unknown.
 */
void usb_serial_read(struct usb_device *device, const char *text);

/* "1-4.2" of bus 1, ports {4, 2}; -ERR_LIMIT. */
int usb_path_make(
    unsigned bus, const uint8_t *ports, size_t count, char out[USB_PATH_MAX]);

/* The path usbmuxd means by LocationID: bus << 16 | address (1.1.1). */
bool usb_is_location(const struct usb_device *device, uint32_t location);

#endif
