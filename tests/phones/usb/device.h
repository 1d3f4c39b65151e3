/*
 * device: a phone as the hub sees it: plugged in or not, its open ports, its
 * connections, who listens to its notifications, what was asked of it. Every
 * function here wants the hub's lock held; nothing here blocks.
 */
#ifndef TESTS_PHONES_USB_DEVICE_H
#define TESTS_PHONES_USB_DEVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/phones/usb/behaviour.h"
#include "tests/phones/usb/pairing.h"

#define DEVICE_PORTS_MAX 64
#define DEVICE_CABLES_MAX 64
#define DEVICE_OBSERVERS_MAX 16
#define DEVICE_LOG_MAX 500 /* the oldest fall out */
#define DEVICE_CHALLENGE_MAX 64

struct service;

/* A port that StartService opened and nobody has connected to yet. */
struct device_port {
	uint16_t number; /* 0: free */
	const struct service *service;
	char host_id[PAIRING_HOST_MAX];
	bool tls;
};

enum dialog { DIALOG_NONE, DIALOG_OPEN, DIALOG_TRUSTED, DIALOG_DENIED };

struct usb_device {
	char serial[65];
	char udid[64];
	bool attached;
	unsigned id; /* DeviceID, a new one each time */
	uint32_t location;
	enum dialog dialog;
	struct usb_behaviour behaviour;
	unsigned requests; /* since the last usb_set */
	struct device_port ports[DEVICE_PORTS_MAX];
	uint16_t next_port;
	int cables[DEVICE_CABLES_MAX];       /* sockets; -1: free */
	int observers[DEVICE_OBSERVERS_MAX]; /* pipes; -1: free */
	json_t *log;                         /* owned */
	int64_t erases;                      /* that the hub knows of */
	int64_t erase_asked; /* which of them was asked for over USB last */
	bool locked;         /* as last seen */
	uint8_t challenge[DEVICE_CHALLENGE_MAX]; /* the next one */
	size_t challenge_len;                    /* 0: random */
};

void device_init(struct usb_device *device, const char *serial);
void device_clear(struct usb_device *device);

/* A port that can be connected to once. */
uint16_t device_open_port(struct usb_device *device,
    const struct service *service, const char *host_id, bool tls);
bool device_take_port(
    struct usb_device *device, uint16_t number, struct device_port *out);

bool device_add_cable(struct usb_device *device, int fd);
void device_remove_cable(struct usb_device *device, int fd);

/* Off the hub: every connection is cut, ports and dialog are gone. */
void device_unplug(struct usb_device *device);

/* An observer's pipe gets the name and a newline. */
bool device_add_observer(struct usb_device *device, int fd);
void device_remove_observer(struct usb_device *device, int fd);
void device_post(struct usb_device *device, const char *name);

void device_log(struct usb_device *device, const char *service,
    const char *request, int64_t now_ms);

#endif
