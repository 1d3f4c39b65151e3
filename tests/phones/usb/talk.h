/*
 * talk: one connection to a port of a phone: frames in and out, spoiled or cut
 * as the phone was told to.
 */
#ifndef TESTS_PHONES_USB_TALK_H
#define TESTS_PHONES_USB_TALK_H

#include <plist/plist.h>

#include "tests/phones/usb/hub.h"
#include "tests/phones/usb/wire.h"

struct talk {
	struct hub *hub;
	struct usb_device *device;
	struct device_port port; /* number 0: lockdownd's own */
	struct wire wire;
	const char *service;    /* its name in the log */
	int64_t erases;         /* of the phone, when the connection was made */
	bool drop_answer;       /* the cable goes before the next answer */
	enum usb_mangle mangle; /* of the next answer */
};

/* lockdownd or a service, until the connection ends. */
void talk_serve(struct talk *talk);

/*
 * The next request; *out is the caller's. key: the name of its kind, for the
 * log: "Request", "RequestType", "Command". -1: the connection is over.
 */
int talk_read(struct talk *talk, const char *key, plist_t *out);

/* Sends an answer and frees it; -1: the connection is over. */
int talk_write(struct talk *talk, plist_t answer);

/* The same for words that answer nothing: no spoiling, no cutting. */
int talk_tell(struct talk *talk, plist_t message);

/* TLS with what this pairing says; -1: it failed. */
int talk_start_tls(struct talk *talk, const char *host_id);

/* Hands the phone to visit. */
void talk_visit(struct talk *talk,
    void (*visit)(struct session *session, void *arg), void *arg);

/* The phone goes off the hub after ms, and is back after return_ms. */
void talk_restart_later(struct talk *talk);
void talk_shut_down_later(struct talk *talk);
/* The phone erases itself soon; its answer goes out before. */
void talk_erase_later(struct talk *talk);

#endif
