/*
 * binary_plist: reads binary property lists ("bplist00") with a budget: shared
 * references cannot grow a small file into a large tree, and cycles end. Some
 * clients of a phone's services write them. Pure.
 */
#ifndef TESTS_PHONES_USB_BINARY_PLIST_H
#define TESTS_PHONES_USB_BINARY_PLIST_H

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define BINARY_PLIST_DEPTH_MAX 64
#define BINARY_PLIST_NODES_MAX 50000             /* in the tree, not the file */
#define BINARY_PLIST_BYTES_MAX (8 * 1024 * 1024) /* of all strings and data */

bool binary_plist_is(const uint8_t *data, size_t len);

/* *out is the caller's. ERR_INVALID, ERR_LIMIT, ERR_UNSUPPORTED. */
int binary_plist_parse(
    const uint8_t *data, size_t len, plist_t *out, struct err *err);

#endif
