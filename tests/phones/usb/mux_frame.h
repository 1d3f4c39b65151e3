/*
 * mux_frame: the words of usbmuxd: a header of four little-endian numbers and
 * an XML property list. Pure: bytes in, bytes out.
 */
#ifndef TESTS_PHONES_USB_MUX_FRAME_H
#define TESTS_PHONES_USB_MUX_FRAME_H

#include <plist/plist.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

#define MUX_HEADER_BYTES 16
#define MUX_FRAME_MAX (1024 * 1024) /* a pair record is about 10 kB */
#define MUX_VERSION_PLIST 1
#define MUX_MESSAGE_RESULT 1 /* of version 0 */
#define MUX_MESSAGE_PLIST 8

/* What Number of a Result says. */
enum mux_result {
	MUX_OK = 0,
	MUX_BAD_COMMAND = 1,
	MUX_BAD_DEVICE = 2, /* also: no such pair record */
	MUX_REFUSED = 3,
	MUX_BAD_VERSION = 6,
	MUX_INVALID = 22 /* EINVAL */
};

struct mux_header {
	uint32_t length; /* of the whole frame, header included */
	uint32_t version;
	uint32_t message;
	uint32_t tag; /* given back in the answer */
};

/*
 * Reads the first MUX_HEADER_BYTES bytes. ERR_INVALID when the length is less
 * than a header, ERR_LIMIT above MUX_FRAME_MAX.
 */
int mux_header_parse(const uint8_t data[MUX_HEADER_BYTES],
    struct mux_header *out, struct err *err);

/*
 * The dictionary of a whole frame, as large as its header says. *out is the
 * caller's. ERR_INVALID, ERR_UNSUPPORTED for another version or message.
 */
int mux_frame_parse(const uint8_t *data, size_t len, struct mux_header *header,
    plist_t *out, struct err *err);

/* Appends a frame with a property list. */
int mux_frame_encode(
    plist_t message, uint32_t tag, struct buf *out, struct err *err);

/* Appends a frame without one, as version 0 has them: one number. */
void mux_frame_encode_number(
    uint32_t number, uint32_t message, uint32_t tag, struct buf *out);

#endif
