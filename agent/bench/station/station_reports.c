/* What the server is told, and how none of it is lost. */
#include <string.h>

#include "agent/bench/station/inner.h"
#include "agent/bench/uplink/files.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

int reports_put(struct station *station, struct station_report *report)
{
	struct err err = {0};
	int rc;

	if (!station->outbox)
		return 0;
	rc = outbox_put(station->outbox, report, &err);
	if (rc < 0)
		log_error(station->world.log, "report_not_kept", LOG_KIND,
		    station_report_kind_name(report->kind), LOG_ERROR, err.text,
		    NULL);
	return rc;
}

static void start_report(const struct station *station,
    enum station_report_kind kind, struct station_report *report)
{
	station_report_init(report, kind);
	report->at_ms = clock_now(station->world.clock);
	report->sequence = 1;
	uuid_make(report->at_ms, station->world.rng, report->id);
}

/* ---- coming and going ---- */

void reports_attached(struct station *station, struct port *port)
{
	struct station_report report;

	start_report(station, STATION_REPORT_ATTACHED, &report);
	report.mode = port_mode(port, station->world.monotonic());
	if (report.mode == STATION_MODE_UNKNOWN ||
	    (port->is_told && port->told_mode == report.mode))
		return;
	port->is_told = true;
	port->told_mode = report.mode;
	(void)str_copy(report.port, sizeof(report.port), port->label);
	(void)str_copy(report.udid, sizeof(report.udid), port_udid(port));
	(void)str_copy(report.serial, sizeof(report.serial), port_serial(port));
	log_info(station->world.log, "phone_attached", LOG_PORT, port->label,
	    LOG_KIND, station_mode_name(report.mode), LOG_SERIAL, report.serial,
	    NULL);
	(void)reports_put(station, &report);
}

void reports_detached(struct station *station, const char *label,
    const char *udid, const char *serial)
{
	struct station_report report;

	start_report(station, STATION_REPORT_DETACHED, &report);
	(void)str_copy(report.port, sizeof(report.port), label);
	(void)str_copy(report.udid, sizeof(report.udid), udid);
	(void)str_copy(report.serial, sizeof(report.serial), serial);
	log_info(station->world.log, "phone_detached", LOG_PORT, label,
	    LOG_SERIAL, serial, NULL);
	(void)reports_put(station, &report);
}

void reports_glance(struct station *station, struct port *port)
{
	struct station_report report;

	if (port->has_facts || port->glance_at_ms == 0)
		return;
	start_report(station, STATION_REPORT_FACTS, &report);
	report.at_ms = port->glance_at_ms;
	port->glance_at_ms = 0;
	(void)str_copy(report.port, sizeof(report.port), port->label);
	(void)str_copy(report.udid, sizeof(report.udid), port->mux.udid);
	(void)str_copy(
	    report.serial, sizeof(report.serial), port->facts.serial);
	report.facts = port->facts;
	(void)reports_put(station, &report);
}

/* ---- from the journal ---- */

struct drain {
	struct station *station;
	struct journal *journal;
	char ids[64][UUID_TEXT_MAX];
	size_t count;
};

static int put_pending(void *arg, const char *json, size_t len)
{
	struct drain *drain = arg;
	struct station_report report;

	if (drain->count == 64)
		return 0;
	/* An entry that its own reader refuses would block the rest. */
	if (station_report_parse(json, len, &report, NULL) == 0 &&
	    reports_put(drain->station, &report) < 0)
		return -(int)ERR_IO;
	if (station_report_parse_id(json, len, drain->ids[drain->count]) == 0)
		drain->count++;
	return 0;
}

void reports_drain(struct station *station, const char *udid)
{
	struct drain drain = {.station = station};
	int64_t now = clock_now(station->world.clock);
	struct err err = {0};
	size_t i;

	if (!station->outbox)
		return;
	if (journal_open(station->journals, udid, false, &drain.journal, &err) <
	    0) {
		if (err.code != ERR_NOT_FOUND && err.code != ERR_BUSY)
			log_error(station->world.log, "journal_unreadable",
			    LOG_DEVICE, udid, LOG_ERROR, err.text, NULL);
		return;
	}
	(void)journal_each_unqueued(drain.journal, put_pending, &drain);
	for (i = 0; i < drain.count; i++)
		(void)journal_queued(drain.journal, drain.ids[i], now, NULL);
	journal_close(drain.journal);
}

void reports_recall(struct station *station, struct port *port)
{
	struct journal *journal = NULL;

	if (port->facts.serial[0] ||
	    journal_open(
	        station->journals, port->mux.udid, false, &journal, NULL) < 0)
		return;
	(void)str_copy(port->facts.serial, sizeof(port->facts.serial),
	    journal_serial(journal));
	journal_close(journal);
}

void reports_drain_all(struct station *station)
{
	reports_each_journal(station, reports_drain);
}

struct journal_walk {
	struct station *station;
	void (*each)(struct station *station, const char *udid);
};

static int walk_file(void *arg, const char *name)
{
	const struct journal_walk *walk = arg;
	char udid[LIMIT_UDID + 1];
	size_t len = strlen(name) - strlen(".journal");

	if (len > LIMIT_UDID)
		return 0;
	memcpy(udid, name, len);
	udid[len] = '\0';
	walk->each(walk->station, udid);
	return 0;
}

void reports_each_journal(struct station *station,
    void (*each)(struct station *station, const char *udid))
{
	struct journal_walk walk = {station, each};

	(void)files_each(station->journals, ".journal", walk_file, &walk, NULL);
}

/* ---- orders ---- */

static void start_result(const struct station *station, const struct port *port,
    const struct work_order *order, enum failure failure,
    struct station_report *report)
{
	struct station_order_result *body = &report->order_result;
	const struct failure_row *row = failure_row(failure);

	start_report(station, STATION_REPORT_ORDER_RESULT, report);
	(void)str_copy(report->port, sizeof(report->port), port->label);
	(void)str_copy(report->udid, sizeof(report->udid), order->udid);
	(void)str_copy(report->serial, sizeof(report->serial), order->serial);
	(void)str_copy(body->order_id, sizeof(body->order_id), order->id);
	body->kind = order->kind;
	body->lockdown_error = port->native;
	(void)str_copy(body->code, sizeof(body->code), row->code);
	(void)str_copy(body->sentence, sizeof(body->sentence), row->sentence);
}

static const struct work_order *order_of(
    const struct station *station, const struct port *port)
{
	return station->book && port->order_id[0]
	    ? order_book_find(station->book, port->order_id)
	    : NULL;
}

void reports_waiting(
    struct station *station, struct port *port, enum failure failure)
{
	const struct work_order *order = order_of(station, port);
	struct station_report report;

	if (!order || port->told_wait == failure)
		return;
	port->told_wait = failure;
	start_result(station, port, order, failure, &report);
	report.order_result.result = STATION_RESULT_WAITING;
	(void)reports_put(station, &report);
}

void reports_unconfirmed(struct station *station, const struct port *port)
{
	const struct erased *erased = &port->erased;
	const struct failure_row *row = failure_row(FAILURE_ERASE_UNCONFIRMED);
	struct station_report report;
	struct station_order_result *body = &report.order_result;

	start_report(station, STATION_REPORT_ORDER_RESULT, &report);
	(void)str_copy(report.port, sizeof(report.port), port->label);
	(void)str_copy(report.udid, sizeof(report.udid), erased->udid);
	(void)str_copy(report.serial, sizeof(report.serial), erased->serial);
	(void)str_copy(
	    body->order_id, sizeof(body->order_id), erased->order_id);
	body->kind = WORK_ORDER_WIPE;
	body->result = STATION_RESULT_WAITING;
	(void)str_copy(body->code, sizeof(body->code), row->code);
	(void)str_copy(body->sentence, sizeof(body->sentence), row->sentence);
	log_warning(station->world.log, "erase_unconfirmed", LOG_ORDER,
	    erased->order_id, LOG_SERIAL, erased->serial, NULL);
	(void)reports_put(station, &report);
}

void reports_refused(
    struct station *station, const struct order_refused *refused)
{
	struct station_report report;
	struct station_refusal *body = &report.refusal;
	const char *reason = work_order_refusal_name(refused->reason);

	start_report(station, STATION_REPORT_REFUSED, &report);
	(void)str_copy(report.udid, sizeof(report.udid), refused->udid);
	(void)str_copy(report.serial, sizeof(report.serial), refused->serial);
	(void)str_copy(
	    body->order_id, sizeof(body->order_id), refused->order_id);
	body->reason = refused->reason;
	(void)str_copy(body->sentence, sizeof(body->sentence),
	    "The order was not carried out on this station.");
	log_warning(station->world.log, "order_refused", LOG_ORDER,
	    refused->order_id, LOG_CAUSE, reason, NULL);
	(void)reports_put(station, &report);
}

enum journal_step reports_step(
    const struct station *station, const struct port *port)
{
	const struct work_order *order = order_of(station, port);
	const struct journal_order *known;
	struct journal *journal = NULL;
	enum journal_step step = JOURNAL_STEP_NONE;

	if (order &&
	    journal_open(
	        station->journals, order->udid, false, &journal, NULL) == 0) {
		known = journal_find_order(journal, order->id);
		step = known ? known->step : JOURNAL_STEP_NONE;
	}
	journal_close(journal);
	return step;
}

void reports_give_up(
    struct station *station, struct port *port, enum failure failure)
{
	const struct work_order *order = order_of(station, port);
	const struct journal_order *known;
	struct journal *journal = NULL;
	struct station_report report;
	struct buf json = {0};
	int64_t now = clock_now(station->world.clock);
	int rc;

	if (!order)
		return;
	start_result(station, port, order, failure, &report);
	report.order_result.result =
	    failure == FAILURE_NONE ? STATION_RESULT_OK : STATION_RESULT_FAILED;
	rc = journal_open(station->journals, order->udid, true, &journal, NULL);
	known = rc == 0 ? journal_find_order(journal, order->id) : NULL;
	if (known && known->is_finished) { /* its worker got that far */
		journal_close(journal);
		return;
	}
	if (rc == 0)
		rc = station_report_encode(&report, &json, NULL);
	if (rc == 0)
		rc = journal_begin(journal, order, now, NULL);
	if (rc == 0)
		rc = journal_report(journal, report.id, (const char *)json.data,
		    json.len, now, NULL);
	if (rc == 0)
		rc = journal_finish(
		    journal, order->id, failure_row(failure)->code, now, NULL);
	if (rc < 0)
		log_error(station->world.log, "journal_not_written", LOG_ORDER,
		    order->id, NULL);
	buf_clear(&json);
	journal_close(journal);
}
