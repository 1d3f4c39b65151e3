/* What is to be seen, as one JSON document: for `watch` and `once --json`. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/station/inner.h"
#include "agent/config/config.h"
#include "proto/base/err.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(object, key, json_string(text));
}

/* For the operator: the state in a word or two. */
static const char *state_of(const struct port *port, enum failure trouble)
{
	if (trouble != FAILURE_NONE)
		return failure_row(trouble)->state;
	if (port->worker.pid > 0)
		return port->step;
	if (port->erased.is_awaited)
		return "erasing";
	return port->is_known ? "ready" : "waiting";
}

static json_t *port_json(const struct port *port, int64_t now)
{
	const struct station_facts *facts = &port->facts;
	enum failure trouble = port_trouble(port, now);
	json_t *row = json_object();

	set_text(row, "port", port->label);
	set_text(row, "path", port->path);
	set_text(row, "mode", station_mode_name(port_mode(port, now)));
	set_text(row, "udid", port_udid(port));
	set_text(row, "serial", port_serial(port));
	set_text(row, "name", port->has_mux ? facts->name : port->usb.name);
	set_text(row, "person", port->person);
	set_text(row, "known_as", port->known_as);
	if (port->has_mux) {
		set_text(row, "product", facts->product_type);
		set_text(row, "ios_version", facts->ios_version);
		set_text(row, "organisation", facts->organisation);
	}
	set_text(row, "state", state_of(port, trouble));
	set_text(row, "code", failure_row(trouble)->code);
	set_text(row, "step", port->step);
	(void)json_object_set_new(row, "percent", json_integer(port->percent));
	if (trouble != FAILURE_NONE) {
		set_text(row, "operator", failure_row(trouble)->sentence);
		(void)json_object_set_new(
		    row, "lockdown_error", json_integer(port->native));
	}
	set_text(row, "order_id", port->order_id);
	if (port->order_id[0])
		set_text(row, "order", work_order_kind_name(port->job.kind));
	(void)json_object_set_new(
	    row, "is_working", json_boolean(port->worker.pid > 0));
	return row;
}

static void add_facts(json_t *row, const struct port *port)
{
	struct buf text = {0};
	json_t *facts = NULL;

	if (port->has_mux &&
	    station_facts_encode(&port->facts, &text, NULL) == 0)
		facts = json_loadb((const char *)text.data, text.len, 0, NULL);
	if (facts)
		(void)json_object_set_new(row, "facts", facts);
	buf_clear(&text);
}

static json_t *station_json(struct station *station)
{
	json_t *row = json_object();
	const char *server = "not joined";

	if (station->uplink)
		server =
		    uplink_is_up(station->uplink) ? "reached" : "not reached";
	set_text(row, "id", station->identity.id);
	set_text(row, "name", station->identity.name);
	set_text(row, "server", server);
	set_text(row, "server_trouble",
	    station->uplink ? uplink_trouble(station->uplink) : "");
	set_text(row, "usbmuxd",
	    mux_watch_is_synced(station->mux) ? "reached" : "not reached");
	set_text(row, "usbmuxd_trouble", mux_watch_trouble(station->mux));
	(void)json_object_set_new(row, "reports_waiting",
	    json_integer(station->outbox
	            ? (json_int_t)outbox_count(station->outbox)
	            : 0));
	return row;
}

int station_snapshot(struct station *station, struct buf *json, struct err *err)
{
	int64_t now = station->world.monotonic();
	json_t *root = json_object();
	json_t *rows = json_array();
	char *text;
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		const struct port *port = &station->ports.items[i];
		json_t *row;

		if (!port->is_used)
			continue;
		row = port_json(port, now);
		add_facts(row, port);
		(void)json_array_append_new(rows, row);
	}
	(void)json_object_set_new(root, "station", station_json(station));
	(void)json_object_set_new(root, "ports", rows);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (!text)
		return err_memory(err);
	buf_append_str(json, text);
	free(text);
	return buf_check(json, err);
}
