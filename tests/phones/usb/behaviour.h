/*
 * behaviour (of the cable side): how a phone answers when it is told to be
 * slow, hostile or on a loose cable. Plain data and the spoiling of answers.
 */
#ifndef TESTS_PHONES_USB_BEHAVIOUR_H
#define TESTS_PHONES_USB_BEHAVIOUR_H

#include <jansson.h>
#include <plist/plist.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"

struct err;

enum usb_tls { TLS_USUAL, TLS_HANG, TLS_CLOSE, TLS_FLOOR12, TLS_OTHER_KEY };

enum usb_mangle {
	MANGLE_NOTHING,
	MANGLE_WRONG_TYPES,
	MANGLE_HUGE,
	MANGLE_DEEP,
	MANGLE_BAD_LENGTH, /* a header that promises 4 GB */
	MANGLE_HALF_FRAME, /* then the connection ends */
	MANGLE_RUBBISH,
	MANGLE_CLOSE, /* instead of an answer */
	MANGLE_HANG
};

struct usb_behaviour {
	int64_t slow_ms;
	int64_t fragment;
	enum usb_tls tls;
	enum usb_mangle mangle;
	int64_t mangle_at; /* 1: from the first request on */
	int64_t drop_at;   /* 0: never */
	int64_t drop_after;
	int64_t replug_ms;
	int64_t return_ms; /* -1: never */
	int64_t setup_ms;  /* -1: only by hand */
};

extern const struct usb_behaviour usb_behaviour_usual;

/* Does this key of a usb_set belong here? */
bool usb_behaviour_has(const char *key);

/* Takes one key; ERR_INVALID for a value it cannot have. */
int usb_behaviour_set(struct usb_behaviour *behaviour, const char *key,
    const json_t *value, struct err *err);
json_t *usb_behaviour_encode(const struct usb_behaviour *behaviour);

/*
 * Spoils an answer as told: changes the tree, or writes the frame itself and
 * gives true. Not for CLOSE and HANG, which write nothing.
 */
bool usb_behaviour_mangle(
    enum usb_mangle mangle, plist_t answer, struct buf *frame);

#endif
