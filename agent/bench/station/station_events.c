/* What the watches and the server tell, and what becomes of it. */
#include <string.h>

#include "agent/bench/station/inner.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

/* ---- USB and usbmuxd ---- */

static void on_usb_arrived(void *arg, const struct usb_device *device)
{
	struct station *station = arg;
	struct port *port = ports_usb_arrived(
	    &station->ports, device, station->world.monotonic());

	if (port)
		reports_attached(station, port);
	station->is_changed = true;
}

static void leave(struct station *station, struct port *port)
{
	jobs_drop(station, port);
	if (port->is_told)
		reports_detached(
		    station, port->label, port_udid(port), port_serial(port));
	port->is_told = false;
	station->is_changed = true;
}

static void on_usb_left(void *arg, const struct usb_device *device)
{
	struct station *station = arg;
	struct port *port = ports_find_usb(&station->ports, device);

	if (!port)
		return;
	/* usbmuxd says so too, in its own time, for a phone it knows. */
	if (!port->has_mux)
		leave(station, port);
	port_usb_left(port);
	station->is_changed = true;
}

/* The line of an erased phone ends where the phone comes back. */
static void rejoin_erased(struct station *station, struct port *here)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		struct port *port = &station->ports.items[i];

		if (port == here || !port->is_used ||
		    !port->erased.is_awaited || port->has_mux ||
		    strcmp(port->erased.udid, here->mux.udid) != 0)
			continue;
		here->erased = port->erased;
		port->erased.is_awaited = false;
		if (!port->has_usb)
			port->is_used = false;
	}
}

/* One phone is in one place: what is told twice counts once, and where it was
 * before it has left, though nobody said so. */
static bool is_there_already(
    struct station *station, const struct mux_device *device)
{
	struct port *old = ports_find_udid(&station->ports, device->udid);

	if (ports_find_mux(&station->ports, device))
		return true;
	if (old && old->has_mux) {
		leave(station, old);
		port_mux_left(old, station->world.monotonic());
	}
	return false;
}

static void on_mux_attached(void *arg, const struct mux_device *device)
{
	struct station *station = arg;
	struct port *port;

	if (is_there_already(station, device))
		return;
	port = ports_mux_attached(
	    &station->ports, device, station->world.monotonic());
	if (!port) {
		log_warning(station->world.log, "too_many_phones", NULL);
		return;
	}
	rejoin_erased(station, port);
	reports_recall(station, port);
	reports_attached(station, port);
	if (station->uplink)
		uplink_wake(station->uplink);
	station->is_changed = true;
}

static void on_mux_detached(void *arg, const struct mux_device *device)
{
	struct station *station = arg;
	struct port *port = ports_find_mux(&station->ports, device);

	if (!port)
		return;
	leave(station, port);
	port_mux_left(port, station->world.monotonic());
}

static void on_mux_paired(void *arg, const struct mux_device *device)
{
	struct station *station = arg;
	struct port *port = ports_find_mux(&station->ports, device);

	/* Somebody paired it: no need to wait, unless that was our own attempt
	 * and did not help. */
	if (port && port->worker.pid == 0 && !port->needs_replug &&
	    failure_row(port->result)->next != NEXT_RETRY)
		port->not_before = 0;
}

/* ---- the server ---- */

static void on_refused(void *arg, const char *id, const char *reason)
{
	struct station *station = arg;

	log_warning(station->world.log, "report_refused", LOG_REPORT, id,
	    LOG_CAUSE, reason, NULL);
}

static int on_renewed(
    void *arg, const struct station_join_answer *answer, struct err *err)
{
	struct station *station = arg;
	struct err why = {0};
	int rc = identity_renew(
	    station->identity_folder, &station->identity, answer, &why);

	if (rc == 0)
		log_info(station->world.log, "certificate_renewed", LOG_STATION,
		    station->identity.id, NULL);
	else
		log_error(station->world.log, "certificate_not_renewed",
		    LOG_ERROR, why.text, NULL);
	if (rc < 0 && err)
		*err = why;
	return rc;
}

static void on_state(void *arg, bool is_up, const char *sentence)
{
	struct station *station = arg;

	if (is_up)
		log_info(station->world.log, "server_reached", NULL);
	else
		log_warning(station->world.log, "server_unreachable", LOG_ERROR,
		    sentence, NULL);
	station->is_changed = true;
}

/* ---- for those who call ---- */

void events_of_mux(struct station *station, struct mux_hooks *hooks)
{
	*hooks = (struct mux_hooks){
	    on_mux_attached, on_mux_detached, on_mux_paired, station};
}

void events_of_usb(struct station *station, struct usb_hooks *hooks)
{
	*hooks = (struct usb_hooks){on_usb_arrived, on_usb_left, station};
}

void events_of_server(struct station *station, struct uplink_hooks *hooks)
{
	*hooks = (struct uplink_hooks){.phones = orders_phones,
	    .on_order = orders_take,
	    .on_owners = orders_owners,
	    .on_refused = on_refused,
	    .on_renewed = on_renewed,
	    .on_state = on_state,
	    .arg = station};
}
