/*
 * lockdown_frame: the words of lockdownd and of most services behind it: a
 * big-endian length and a property list, XML or binary. Pure.
 */
#ifndef TESTS_PHONES_USB_LOCKDOWN_FRAME_H
#define TESTS_PHONES_USB_LOCKDOWN_FRAME_H

#include <plist/plist.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

#define LOCKDOWN_HEADER_BYTES 4
#define LOCKDOWN_FRAME_MAX (8 * 1024 * 1024) /* a profile is up to 1 MB */

/*
 * Bytes behind the header. ERR_INVALID for none, ERR_LIMIT for more than
 * LOCKDOWN_FRAME_MAX.
 */
int lockdown_length_parse(
    const uint8_t data[LOCKDOWN_HEADER_BYTES], size_t *out, struct err *err);

/* What stands behind the header: one dictionary; *out is the caller's. */
int lockdown_body_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err);

/* A whole frame, header and body. */
int lockdown_frame_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err);

/* Appends header and XML. */
int lockdown_frame_encode(plist_t message, struct buf *out, struct err *err);

#endif
