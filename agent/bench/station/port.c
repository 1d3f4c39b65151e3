#include "agent/bench/station/port.h"

#include <stdio.h>
#include <string.h>

#include "agent/config/config.h"
#include "proto/base/str.h"

void ports_init(struct ports *ports, const struct agent_config *config)
{
	memset(ports, 0, sizeof(*ports));
	ports->config = config;
}

/* ---- finding ---- */

static struct port *find_path(struct ports *ports, const char *path)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (ports->items[i].is_used && path[0] &&
		    strcmp(ports->items[i].path, path) == 0)
			return &ports->items[i];
	return NULL;
}

struct port *ports_find_udid(struct ports *ports, const char *udid)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (ports->items[i].is_used && ports->items[i].has_mux &&
		    strcmp(ports->items[i].mux.udid, udid) == 0)
			return &ports->items[i];
	return NULL;
}

struct port *ports_find_mux(
    struct ports *ports, const struct mux_device *device)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (ports->items[i].is_used && ports->items[i].has_mux &&
		    ports->items[i].mux.id == device->id)
			return &ports->items[i];
	return NULL;
}

struct port *ports_find_usb(
    struct ports *ports, const struct usb_device *device)
{
	struct port *port = find_path(ports, device->path);

	return port && port->has_usb && port->usb.address == device->address
	    ? port
	    : NULL;
}

/* ---- arriving ---- */

static struct port *take_free(struct ports *ports)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		struct port *port = &ports->items[i];

		if (port->is_used)
			continue;
		memset(port, 0, sizeof(*port));
		port->is_used = true;
		port->worker.fd = -1;
		station_facts_init(&port->facts);
		return port;
	}
	return NULL;
}

static void set_label(
    const struct ports *ports, struct port *port, const char *fallback)
{
	const char *label = port->path[0]
	    ? agent_config_label(ports->config, port->path)
	    : NULL;

	if (str_copy(
	        port->label, sizeof(port->label), label ? label : fallback) < 0)
		(void)str_copy(port->label, sizeof(port->label), "?");
}

/* Does this USB thing stand for that usbmuxd phone? By its serial, or by the
 * number that usbmuxd made of bus and address. */
static bool is_same(const struct usb_device *usb, const struct mux_device *mux)
{
	if (usb->kind != USB_NORMAL)
		return false;
	if (usb->udid[0])
		return strcmp(usb->udid, mux->udid) == 0;
	return usb_is_location(usb, mux->location);
}

static struct port *find_seen(
    struct ports *ports, const struct mux_device *device)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (ports->items[i].is_used && ports->items[i].has_usb &&
		    is_same(&ports->items[i].usb, device))
			return &ports->items[i];
	return NULL;
}

static struct port *find_homeless(
    struct ports *ports, const struct usb_device *device)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (ports->items[i].is_used && ports->items[i].has_mux &&
		    !ports->items[i].has_usb &&
		    is_same(device, &ports->items[i].mux))
			return &ports->items[i];
	return NULL;
}

/* Another phone than before: what was known is of no use. */
static void meet(struct port *port, const char *udid)
{
	if (strcmp(port->facts.udid, udid) == 0)
		return;
	station_facts_init(&port->facts);
	(void)str_copy(port->facts.udid, sizeof(port->facts.udid), udid);
	port->has_facts = false;
	port->person[0] = '\0';
	port->known_as[0] = '\0';
}

struct port *ports_usb_arrived(
    struct ports *ports, const struct usb_device *device, int64_t now)
{
	struct port *port = find_homeless(ports, device);

	if (!port)
		port = find_path(ports, device->path);
	if (!port)
		port = take_free(ports);
	if (!port)
		return NULL;
	port->has_usb = true;
	port->usb = *device;
	port->usb_since = now;
	(void)str_copy(port->path, sizeof(port->path), device->path);
	set_label(ports, port, device->path);
	return port;
}

struct port *ports_mux_attached(
    struct ports *ports, const struct mux_device *device, int64_t now)
{
	struct port *port = find_seen(ports, device);
	char name[32];

	(void)now;
	if (!port)
		port = take_free(ports);
	if (!port)
		return NULL;
	port->has_mux = true;
	port->mux = *device;
	port->is_known = false;
	port->needs_replug = false;
	port->has_facts = false;
	port->glance_at_ms = 0;
	port->has_result = false;
	port->result = FAILURE_NONE;
	port->order_ended = FAILURE_NONE;
	port->failures = 0;
	port->not_before = 0;
	port->step[0] = '\0';
	port->percent = 0;
	meet(port, device->udid);
	if (!port->label[0]) {
		(void)snprintf(name, sizeof(name), "%u-%u",
		    device->location >> 16, device->location & 0xffff);
		set_label(ports, port, device->location ? name : "?");
	}
	return port;
}

struct port *ports_await(struct ports *ports, const struct erased *erased)
{
	struct port *port = take_free(ports);

	if (!port)
		return NULL;
	port->erased = *erased;
	(void)str_copy(
	    port->facts.udid, sizeof(port->facts.udid), erased->udid);
	(void)str_copy(
	    port->facts.serial, sizeof(port->facts.serial), erased->serial);
	set_label(ports, port, "-");
	return port;
}

/* ---- leaving ---- */

static void free_if_empty(struct port *port)
{
	/* An erase that is to be confirmed keeps its line. */
	if (!port->has_usb && !port->has_mux && !port->erased.is_awaited)
		port->is_used = false;
}

void port_usb_left(struct port *port)
{
	port->has_usb = false;
	free_if_empty(port);
}

void port_mux_left(struct port *port, int64_t now)
{
	/* USB is about to say so too; only if it does not, it hides. */
	port->usb_since = now;
	port->has_mux = false;
	port->is_known = false;
	port->is_told = false;
	port->step[0] = '\0';
	port->percent = 0;
	free_if_empty(port);
}

/* ---- how it stands ---- */

const char *port_udid(const struct port *port)
{
	if (port->has_mux)
		return port->mux.udid;
	if (port->has_usb && port->usb.udid[0])
		return port->usb.udid;
	return port->erased.is_awaited ? port->erased.udid : "";
}

const char *port_serial(const struct port *port)
{
	if (port->has_mux)
		return port->facts.serial;
	if (port->has_usb && port->usb.serial[0])
		return port->usb.serial;
	return port->erased.is_awaited ? port->erased.serial : "";
}

enum station_mode port_mode(const struct port *port, int64_t now)
{
	if (port->has_mux)
		return STATION_MODE_NORMAL;
	if (!port->has_usb)
		return STATION_MODE_UNKNOWN;
	switch (port->usb.kind) {
	case USB_RECOVERY:
		return STATION_MODE_RECOVERY;
	case USB_DFU:
		return STATION_MODE_DFU;
	case USB_RESTORE:
		return STATION_MODE_RESTORE;
	case USB_ANDROID:
		return STATION_MODE_NOT_MANAGED;
	default:
		return now - port->usb_since >= PORT_HIDDEN_MS
		    ? STATION_MODE_HIDDEN
		    : STATION_MODE_UNKNOWN;
	}
}

enum failure port_trouble(const struct port *port, int64_t now)
{
	switch (port_mode(port, now)) {
	case STATION_MODE_RECOVERY:
	case STATION_MODE_DFU:
	case STATION_MODE_RESTORE:
		return FAILURE_RECOVERY;
	case STATION_MODE_NOT_MANAGED:
		return FAILURE_NOT_MANAGED;
	case STATION_MODE_HIDDEN:
		return FAILURE_HIDDEN;
	default:
		break;
	}
	if (port->erased.is_awaited && now >= port->erased.back_by)
		return FAILURE_ERASE_UNCONFIRMED;
	return port->result != FAILURE_NONE ? port->result : port->order_ended;
}
