/*
 * mux_message: the messages of usbmuxd's socket that a listener needs, as
 * bytes: two requests, and what comes back. Pure. It is no tunnel: that
 * is libimobiledevice's, inside a worker.
 *
 * A frame is a header of four little-endian 32-bit words (length with header,
 * version 1, message 8 for a property list, tag) and an XML property list.
 */
#ifndef AGENT_BENCH_USB_MUX_MESSAGE_H
#define AGENT_BENCH_USB_MUX_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/limits.h"

struct err;

#define MUX_HEADER 16
/* A pair record of 9 kB is the largest answer seen; lists are shorter. */
#define MUX_FRAME_MAX (256 * 1024)
#define MUX_LIST_MAX 64 /* phones of one list; a big hub has 20 ports */

struct mux_header {
	uint32_t length; /* of the whole frame */
	uint32_t version;
	uint32_t message;
	uint32_t tag;
};

enum mux_event_kind {
	MUX_EVENT_RESULT,
	MUX_EVENT_ATTACHED,
	MUX_EVENT_DETACHED,
	MUX_EVENT_PAIRED,
};

/* Where libusb sees the same phone: usbmuxd 1.1.1 writes bus << 16 | address. */
struct mux_device {
	uint32_t id; /* usbmuxd's number, a new one at each attach; never 0 */
	char udid[LIMIT_UDID + 1]; /* 24 characters got their hyphen */
	uint32_t location;
	uint32_t product;
	bool is_usb; /* false: over the network, which a bench leaves alone */
};

struct mux_event {
	enum mux_event_kind kind;
	uint32_t result;          /* RESULT: 0 is yes */
	struct mux_device device; /* the others: at least its id */
};

struct mux_list {
	struct mux_device devices[MUX_LIST_MAX];
	size_t count;
};

/* data: MUX_HEADER bytes. -ERR_INVALID, -ERR_LIMIT, -ERR_UNSUPPORTED. */
int mux_header_parse(
    const uint8_t *data, struct mux_header *out, struct err *err);

/* The property list of one frame, header left out. */
int mux_event_parse(
    const uint8_t *data, size_t len, struct mux_event *out, struct err *err);

/* The answer to ListDevices; devices that name no UDID are left out. */
int mux_list_parse(
    const uint8_t *data, size_t len, struct mux_list *out, struct err *err);

/*
 * Appends a whole frame: "ListDevices" (answered by mux_list) or "Listen" (by a
 * Result and then events for as long as the socket lives).
 */
void mux_request_encode(const char *type, uint32_t tag, struct buf *frame);

#endif
