#include "agent/bench/usb/usb_watch.h"

#include <fcntl.h>
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/str.h"

#define PHONES_MAX 128
#define SYSFS "/sys/bus/usb/devices/"

struct usb_watch {
	libusb_context *context;
	libusb_hotplug_callback_handle handle;
	struct usb_hooks hooks;
	struct usb_device phones[PHONES_MAX];
	size_t count;
};

/* One line of sysfs without its newline; "" when it cannot be read. */
static void read_attribute(
    const char *path, const char *name, char *out, size_t size)
{
	char file[128];
	ssize_t got;
	int fd;

	out[0] = '\0';
	(void)snprintf(file, sizeof(file), SYSFS "%s/%s", path, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, out, size - 1);
	(void)close(fd);
	out[got > 0 ? got : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static size_t add_interfaces(const struct libusb_config_descriptor *config,
    struct usb_interface *out, size_t used)
{
	int i;

	for (i = 0; i < config->bNumInterfaces; i++) {
		const struct libusb_interface *interface =
		    &config->interface[i];
		const struct libusb_interface_descriptor *first;

		if (interface->num_altsetting < 1 || used == USB_INTERFACES_MAX)
			continue;
		first = &interface->altsetting[0];
		out[used++] = (struct usb_interface){first->bInterfaceClass,
		    first->bInterfaceSubClass, first->bInterfaceProtocol};
	}
	return used;
}

static size_t read_interfaces(libusb_device *handle,
    const struct libusb_device_descriptor *descriptor,
    struct usb_interface out[USB_INTERFACES_MAX])
{
	struct libusb_config_descriptor *config = NULL;
	size_t used = 0;
	uint8_t i;

	for (i = 0; i < descriptor->bNumConfigurations; i++) {
		if (libusb_get_config_descriptor(handle, i, &config) != 0)
			continue;
		used = add_interfaces(config, out, used);
		libusb_free_config_descriptor(config);
	}
	return used;
}

/* False: not a phone, or not readable. */
static bool read_device(libusb_device *handle, struct usb_device *device)
{
	struct libusb_device_descriptor descriptor;
	struct usb_interface interfaces[USB_INTERFACES_MAX];
	uint8_t ports[8];
	char serial[256];
	size_t count;
	int depth;

	if (libusb_get_device_descriptor(handle, &descriptor) != 0)
		return false;
	count = read_interfaces(handle, &descriptor, interfaces);
	device->vendor = descriptor.idVendor;
	device->product = descriptor.idProduct;
	device->kind =
	    usb_kind_of(device->vendor, device->product, interfaces, count);
	if (device->kind == USB_OTHER)
		return false;
	device->bus = libusb_get_bus_number(handle);
	device->address = libusb_get_device_address(handle);
	depth = libusb_get_port_numbers(handle, ports, sizeof(ports));
	if (depth <= 0 ||
	    usb_path_make(device->bus, ports, (size_t)depth, device->path) < 0)
		return false;
	read_attribute(device->path, "serial", serial, sizeof(serial));
	usb_serial_read(device, serial);
	read_attribute(
	    device->path, "product", device->name, sizeof(device->name));
	if (!str_is_utf8(device->name, strlen(device->name)))
		device->name[0] = '\0';
	return true;
}

static void left(struct usb_watch *watch, size_t at)
{
	struct usb_device gone = watch->phones[at];

	watch->phones[at] = watch->phones[--watch->count];
	watch->hooks.on_left(watch->hooks.arg, &gone);
}

static void arrived(struct usb_watch *watch, libusb_device *handle)
{
	struct usb_device device = {0};
	size_t i;

	if (!read_device(handle, &device))
		return;
	for (i = watch->count; i > 0; i--) {
		const struct usb_device *known = &watch->phones[i - 1];

		if (strcmp(known->path, device.path) != 0)
			continue;
		/* libusb lists what is there and may announce it once more. */
		if (known->address == device.address &&
		    known->product == device.product)
			return;
		/* A phone that changes its mode may arrive before it left. */
		left(watch, i - 1);
	}
	if (watch->count == PHONES_MAX)
		return;
	watch->phones[watch->count++] = device;
	watch->hooks.on_arrived(watch->hooks.arg, &device);
}

static int LIBUSB_CALL on_hotplug(libusb_context *context,
    libusb_device *handle, libusb_hotplug_event event, void *arg)
{
	struct usb_watch *watch = arg;
	size_t i;

	(void)context;
	if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED) {
		arrived(watch, handle);
		return 0;
	}
	for (i = watch->count; i > 0; i--)
		if (watch->phones[i - 1].bus == libusb_get_bus_number(handle) &&
		    watch->phones[i - 1].address ==
		        libusb_get_device_address(handle))
			left(watch, i - 1);
	return 0;
}

int usb_watch_new(
    const struct usb_hooks *hooks, struct usb_watch **out, struct err *err)
{
	struct usb_watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (!watch)
		return err_memory(err);
	watch->hooks = *hooks;
	if ((rc = libusb_init(&watch->context)) != 0) {
		free(watch);
		return err_set(
		    err, ERR_IO, "no USB here: %s", libusb_strerror(rc));
	}
	if (!libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG)) {
		usb_watch_free(watch);
		return err_set(
		    err, ERR_UNSUPPORTED, "libusb reports no hot-plug here");
	}
	*out = watch;
	return 0;
}

static void start(struct usb_watch *watch)
{
	if (watch->handle)
		return;
	(void)libusb_hotplug_register_callback(watch->context,
	    LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED |
	        LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
	    LIBUSB_HOTPLUG_ENUMERATE, LIBUSB_HOTPLUG_MATCH_ANY,
	    LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug,
	    watch, &watch->handle);
}

void usb_watch_free(struct usb_watch *watch)
{
	if (!watch)
		return;
	if (watch->handle)
		libusb_hotplug_deregister_callback(
		    watch->context, watch->handle);
	libusb_exit(watch->context);
	free(watch);
}

size_t usb_watch_fds(struct usb_watch *watch, struct pollfd *out, size_t max)
{
	const struct libusb_pollfd **fds = libusb_get_pollfds(watch->context);
	size_t count = 0;

	if (!fds)
		return 0;
	for (; fds[count] && count < max; count++)
		out[count] =
		    (struct pollfd){fds[count]->fd, fds[count]->events, 0};
	libusb_free_pollfds(fds);
	return count;
}

void usb_watch_step(struct usb_watch *watch)
{
	struct timeval now = {0, 0};

	start(watch);
	(void)libusb_handle_events_timeout_completed(
	    watch->context, &now, NULL);
}
