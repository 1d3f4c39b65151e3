/*
 * Phones that have acknowledged their erase and are to come back erased. What
 * is awaited is in memory; after a restart it is read from the journals.
 */
#include <string.h>

#include "agent/bench/station/inner.h"
#include "agent/config/config.h"
#include "proto/base/str.h"

static int64_t patience(const struct station *station)
{
	int64_t ms = 0;

	(void)time_duration_parse(station->config->erase_confirm, &ms);
	return ms;
}

void erased_begin(struct station *station, struct port *port)
{
	struct erased *erased = &port->erased;

	*erased = (struct erased){
	    .is_awaited = true, .at = station->world.monotonic()};
	erased->back_by = erased->at + patience(station);
	(void)str_copy(erased->udid, sizeof(erased->udid), port->mux.udid);
	(void)str_copy(
	    erased->serial, sizeof(erased->serial), port->facts.serial);
	(void)str_copy(
	    erased->order_id, sizeof(erased->order_id), port->order_id);
}

void erased_confirm(struct port *port)
{
	if (port->erased.is_awaited &&
	    strcmp(port->erased.udid, port->facts.udid) == 0 &&
	    port->facts.activation == STATION_UNACTIVATED)
		port->erased.is_awaited = false;
}

static void look_after(struct station *station, struct port *port, int64_t now)
{
	struct erased *erased = &port->erased;

	if (!erased->is_told && now >= erased->back_by) {
		erased->is_told = true;
		reports_unconfirmed(station, port);
		station->is_changed = true;
	}
	if (now - erased->at < PORT_CONFIRM_KEEP_MS || port->has_mux)
		return;
	erased->is_awaited = false;
	port->is_used = port->has_usb;
	station->is_changed = true;
}

void erased_step(struct station *station, int64_t now)
{
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		if (station->ports.items[i].is_used &&
		    station->ports.items[i].erased.is_awaited)
			look_after(station, &station->ports.items[i], now);
}

int64_t erased_due(const struct port *port, int64_t now)
{
	if (!port->erased.is_awaited || port->erased.is_told)
		return now;
	return port->erased.back_by;
}

/* ---- after a restart ---- */

static void remember(struct station *station, const struct journal_order *order,
    const char *udid, const char *serial)
{
	struct erased erased = {.is_awaited = true};
	int64_t ago = clock_now(station->world.clock) - order->step_at_ms;

	if (ago < 0 || ago >= PORT_CONFIRM_KEEP_MS)
		return;
	erased.at = station->world.monotonic() - ago;
	erased.back_by = erased.at + patience(station);
	(void)str_copy(erased.udid, sizeof(erased.udid), udid);
	(void)str_copy(erased.serial, sizeof(erased.serial), serial);
	(void)str_copy(erased.order_id, sizeof(erased.order_id), order->id);
	(void)ports_await(&station->ports, &erased);
}

static void recall(struct station *station, const char *udid)
{
	struct journal *journal = NULL;
	const struct journal_order *order;

	if (journal_open(station->journals, udid, false, &journal, NULL) < 0)
		return;
	order = journal_awaited_erase(journal);
	if (order)
		remember(station, order, udid, journal_serial(journal));
	journal_close(journal);
}

void erased_recall(struct station *station)
{
	reports_each_journal(station, recall);
}
