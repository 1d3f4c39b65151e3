#include "tests/phones/usb/device.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/str.h"

#define FIRST_PORT 49152 /* as iOS hands them out */

static bool put(int *slots, size_t count, int fd)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (slots[i] < 0) {
			slots[i] = fd;
			return true;
		}
	}
	return false;
}

static void forget(int *slots, size_t count, int fd)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (slots[i] == fd)
			slots[i] = -1;
}

void device_init(struct usb_device *device, const char *serial)
{
	size_t i;

	memset(device, 0, sizeof(*device));
	(void)str_copy(device->serial, sizeof(device->serial), serial);
	device->behaviour = usb_behaviour_usual;
	device->next_port = FIRST_PORT;
	device->log = json_array();
	for (i = 0; i < DEVICE_CABLES_MAX; i++)
		device->cables[i] = -1;
	for (i = 0; i < DEVICE_OBSERVERS_MAX; i++)
		device->observers[i] = -1;
}

void device_clear(struct usb_device *device)
{
	json_decref(device->log);
	device->log = NULL;
}

/* The slot follows from the number: the oldest port gives way. */
uint16_t device_open_port(struct usb_device *device,
    const struct service *service, const char *host_id, bool tls)
{
	uint16_t number = device->next_port;
	struct device_port *port = &device->ports[number % DEVICE_PORTS_MAX];

	port->number = number;
	port->service = service;
	port->tls = tls;
	(void)str_copy(port->host_id, sizeof(port->host_id), host_id);
	device->next_port =
	    number == UINT16_MAX ? FIRST_PORT : (uint16_t)(number + 1);
	return number;
}

bool device_take_port(
    struct usb_device *device, uint16_t number, struct device_port *out)
{
	struct device_port *port = &device->ports[number % DEVICE_PORTS_MAX];

	if (number == 0 || port->number != number)
		return false;
	*out = *port;
	memset(port, 0, sizeof(*port));
	return true;
}

bool device_add_cable(struct usb_device *device, int fd)
{
	return put(device->cables, DEVICE_CABLES_MAX, fd);
}

void device_remove_cable(struct usb_device *device, int fd)
{
	forget(device->cables, DEVICE_CABLES_MAX, fd);
}

void device_unplug(struct usb_device *device)
{
	size_t i;

	for (i = 0; i < DEVICE_CABLES_MAX; i++) {
		if (device->cables[i] >= 0)
			(void)shutdown(device->cables[i], SHUT_RDWR);
		device->cables[i] = -1;
	}
	memset(device->ports, 0, sizeof(device->ports));
	device->dialog = DIALOG_NONE;
	device->attached = false;
}

bool device_add_observer(struct usb_device *device, int fd)
{
	return put(device->observers, DEVICE_OBSERVERS_MAX, fd);
}

void device_remove_observer(struct usb_device *device, int fd)
{
	forget(device->observers, DEVICE_OBSERVERS_MAX, fd);
}

void device_post(struct usb_device *device, const char *name)
{
	char line[256];
	size_t i;
	int len;

	len = snprintf(line, sizeof(line), "%s\n", name);
	if (len <= 0 || (size_t)len >= sizeof(line))
		return;
	for (i = 0; i < DEVICE_OBSERVERS_MAX; i++)
		if (device->observers[i] >= 0)
			(void)!write(device->observers[i], line, (size_t)len);
}

void device_log(struct usb_device *device, const char *service,
    const char *request, int64_t now_ms)
{
	if (json_array_size(device->log) >= DEVICE_LOG_MAX)
		(void)json_array_remove(device->log, 0);
	(void)json_array_append_new(device->log,
	    json_pack("{s:s, s:s, s:I}", "service", service, "request", request,
	        "at", (json_int_t)now_ms));
}
