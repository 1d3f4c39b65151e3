/*
 * hub_inner: what hub.c (phones and events) and hub_socket.c (threads and
 * sockets) share; nobody else includes it.
 */
#ifndef TESTS_PHONES_USB_HUB_INNER_H
#define TESTS_PHONES_USB_HUB_INNER_H

#include "tests/phones/usb/hub.h"

#define HUB_CLIENTS_MAX 512
#define HUB_LISTENERS_MAX 64

struct hub {
	struct hub_options options;
	char *path;
	int listener;
	int stop_pipe[2];
	struct pair_records *records;
	pthread_t acceptor;
	bool accepting;
	pthread_mutex_t lock; /* around what follows */
	pthread_cond_t changed;
	bool stopping;
	unsigned threads; /* clients and chores that run */
	int clients[HUB_CLIENTS_MAX];
	int listeners[HUB_LISTENERS_MAX];
	struct usb_device **devices;
	size_t device_count;
	unsigned last_id;
};

/* The engine's watcher; the phone is held, so nothing may wait for it here. */
void hub_on_change(void *hub, const struct phone *phone);

#endif
