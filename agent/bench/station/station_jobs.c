/* Workers: starting them, hearing them, and what follows from their end. */
#include <string.h>
#include <unistd.h>

#include "agent/bench/station/inner.h"
#include "agent/bench/worker/message.h"
#include "agent/config/config.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define RETRY_LEAST_MS 2000
#define RETRY_MOST_MS 60000
#define LOOK_AGAIN_MS 1000 /* after a wait that timed out */
#define GIVE_UP_AFTER 5    /* failures in a row of one order */
#define LINGER_MS 500
#define LINGER_STEP_US 5000
#define WORKERS_MAX 32 /* at once */

/* ---- in the child ---- */

struct child {
	struct station *station;
	struct job job;
	int out;
	bool is_gone; /* the daemon does not listen any more */
};

static void say(struct child *child, const struct message *message)
{
	struct buf line = {0};
	size_t put = 0;
	ssize_t got = 0;

	if (message_encode(message, &line, NULL) == 0)
		while (put < line.len &&
		    (got = write(child->out, line.data + put, line.len - put)) >
		        0)
			put += (size_t)got;
	buf_clear(&line);
}

static void on_wait(void *arg, enum failure failure)
{
	struct message message = {.kind = MESSAGE_WAIT, .failure = failure};

	say(arg, &message);
}

static void on_step(void *arg, const char *step, unsigned percent)
{
	struct message message = {.kind = MESSAGE_STEP, .percent = percent};

	(void)str_copy(message.step, sizeof(message.step), step);
	say(arg, &message);
}

static void on_report(
    void *arg, const struct station_report *report, enum job_report how)
{
	struct message message = {
	    .kind = how == JOB_REPORT_GLANCE ? MESSAGE_GLANCE : MESSAGE_REPORT,
	    .is_journaled = how == JOB_REPORT_JOURNALED};

	message.report = *report;
	say(arg, &message);
}

static int sign(void *arg, const struct station_challenge *challenge,
    struct station_bytes *cms, struct err *err)
{
	struct station *station = arg;

	return uplink_sign_challenge(&station->identity, challenge, cms, err);
}

static int run_child(void *arg, int out)
{
	struct child *child = arg;
	struct message done = {.kind = MESSAGE_DONE};

	child->out = out;
	child->job.arg = child;
	done.failure = job_run(&child->job, &done.native);
	say(child, &done);
	return 0;
}

/* ---- starting ---- */

static void fill_job(struct station *station, struct port *port,
    const struct work_order *order, struct job *job)
{
	*job = (struct job){
	    .kind = order ? order->kind : WORK_ORDER_READ_FACTS,
	    .order = order,
	    .mux_id = port->mux.id,
	    .may_pair = order || strcmp(station->config->pair, "on") == 0,
	    .journals = station->journals,
	    .aside = station->aside,
	    .pair_key = station->pair_key,
	    .station = station->identity.id,
	    .clock = station->world.clock,
	    .rng = station->world.rng,
	    .sign = station->is_joined ? sign : NULL,
	    .sign_arg = station,
	    .on_wait = on_wait,
	    .on_step = on_step,
	    .on_report = on_report,
	};
	(void)str_copy(job->udid, sizeof(job->udid), port->mux.udid);
	(void)str_copy(job->port, sizeof(job->port), port->label);
}

static void start(
    struct station *station, struct port *port, const struct work_order *order)
{
	struct child child = {.station = station};
	struct err err = {0};
	int64_t now = station->world.monotonic();

	fill_job(station, port, order, &child.job);
	if (strcmp(port->order_id, order ? order->id : "") != 0) {
		port->told_wait = FAILURE_NONE;
		port->failures = 0;
	}
	(void)str_copy(
	    port->order_id, sizeof(port->order_id), order ? order->id : "");
	if (order)
		port->order_ended = FAILURE_NONE;
	port->has_result = false;
	port->native = 0;
	port->percent = 0;
	(void)str_copy(
	    port->step, sizeof(port->step), action_of(child.job.kind)->label);
	port->job.kind = child.job.kind;
	if (worker_start(&port->worker, run_child, &child,
	        now + action_of(child.job.kind)->wall_s * TIME_SECOND_MS,
	        &err) < 0) {
		log_error(station->world.log, "worker_not_started", LOG_ERROR,
		    err.text, NULL);
		port->not_before = now + RETRY_LEAST_MS;
	}
	station->is_changed = true;
}

static size_t count_workers(const struct station *station)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < PORTS_MAX; i++)
		count += station->ports.items[i].worker.pid > 0;
	return count;
}

static bool can_start(const struct port *port, int64_t now)
{
	return port->is_used && port->has_mux && port->worker.pid == 0 &&
	    !port->needs_replug && now >= port->not_before;
}

void jobs_start(struct station *station)
{
	int64_t now = station->world.monotonic();
	size_t running = count_workers(station);
	size_t i;

	for (i = 0; i < PORTS_MAX && running < WORKERS_MAX; i++) {
		struct port *port = &station->ports.items[i];
		const struct work_order *order;

		if (!can_start(port, now))
			continue;
		order = orders_next(station, port);
		if (!order && port->is_known)
			continue;
		start(station, port, order);
		running++;
	}
}

/* ---- hearing ---- */

struct heard {
	struct station *station;
	struct port *port;
};

/* The serial is told in a session only: what is known of it stays. */
static void keep_facts(struct port *port, struct station_report *report)
{
	if (!report->facts.serial[0]) {
		(void)str_copy(report->facts.serial,
		    sizeof(report->facts.serial), port->facts.serial);
		(void)str_copy(
		    report->serial, sizeof(report->serial), port->facts.serial);
	}
	port->facts = report->facts;
	erased_confirm(port);
}

static bool is_same(
    const struct station_facts *a, const struct station_facts *b)
{
	struct buf first = {0};
	struct buf second = {0};
	bool same = station_facts_encode(a, &first, NULL) == 0 &&
	    station_facts_encode(b, &second, NULL) == 0 &&
	    first.len == second.len &&
	    memcmp(first.data, second.data, first.len) == 0;

	buf_clear(&first);
	buf_clear(&second);
	return same;
}

static void take_facts(
    struct station *station, struct port *port, struct station_report *report)
{
	if (strcmp(report->udid, port->mux.udid) != 0 ||
	    (port->has_facts && is_same(&port->facts, &report->facts)))
		return;
	keep_facts(port, report);
	port->has_facts = true;
	(void)reports_put(station, report);
	if (station->uplink)
		uplink_wake(station->uplink);
}

/* To be seen here; told only when the phone does not tell more, for the server
 * would take what is left out as not known any more. */
static void take_glance(struct port *port, struct station_report *report)
{
	if (strcmp(report->udid, port->mux.udid) != 0 || port->has_facts)
		return;
	keep_facts(port, report);
	port->glance_at_ms = report->at_ms;
}

static void take_report(
    struct station *station, struct port *port, struct message *message)
{
	/* On disk in the journal, which the worker holds: drained at its end,
	 * except for those that must be seen now. */
	if (message->is_journaled)
		(void)reports_put(station, &message->report);
	else if (message->report.kind == STATION_REPORT_FACTS)
		take_facts(station, port, &message->report);
}

static void on_line(void *arg, const char *line, size_t len)
{
	struct heard *heard = arg;
	struct port *port = heard->port;
	struct message message;

	if (message_parse(line, len, &message, NULL) < 0)
		return;
	heard->station->is_changed = true;
	switch (message.kind) {
	case MESSAGE_GLANCE:
		take_glance(port, &message.report);
		break;
	case MESSAGE_WAIT:
		port->result = message.failure;
		reports_glance(heard->station, port);
		reports_waiting(heard->station, port, message.failure);
		break;
	case MESSAGE_STEP:
		port->result = FAILURE_NONE;
		port->percent = message.percent;
		(void)str_copy(port->step, sizeof(port->step), message.step);
		break;
	case MESSAGE_REPORT:
		take_report(heard->station, port, &message);
		break;
	case MESSAGE_DONE:
		port->has_result = true;
		port->result = message.failure;
		port->native = message.native;
		break;
	}
}

/* ---- the end of one ---- */

static void come_again(struct port *port, int64_t now)
{
	int64_t wait = RETRY_LEAST_MS;
	unsigned i;

	for (i = 0; i < port->failures && wait < RETRY_MOST_MS; i++)
		wait *= 2;
	port->failures++;
	port->not_before = now + wait;
}

static void end_order(struct station *station, struct port *port)
{
	if (port->job.kind == WORK_ORDER_WIPE && port->result == FAILURE_NONE)
		erased_begin(station, port);
	log_info(station->world.log, "order_finished", LOG_ORDER,
	    port->order_id, LOG_KIND, work_order_kind_name(port->job.kind),
	    LOG_STATE, failure_row(port->result)->code, LOG_PORT, port->label,
	    NULL);
	(void)order_book_remove(station->book, port->order_id, NULL);
	port->order_id[0] = '\0';
	if (port->result == FAILURE_NONE)
		port->is_known = true;
	else if (failure_row(port->result)->next == NEXT_IT)
		port->order_ended = port->result;
	/* What it led to is to be seen: the facts are read anew, unless the
	 * phone is on its way out. */
	port->not_before = station->world.monotonic() + LOOK_AGAIN_MS;
	if (station->uplink)
		uplink_wake(station->uplink);
}

static void give_up(struct station *station, struct port *port)
{
	if (!port->order_id[0]) {
		port->is_known = true; /* as much as it will be */
		return;
	}
	reports_give_up(station, port, port->result);
	reports_drain(station, port->mux.udid);
	end_order(station, port);
}

static void follow(struct station *station, struct port *port)
{
	int64_t now = station->world.monotonic();

	switch (failure_row(port->result)->next) {
	case NEXT_NOTHING:
	case NEXT_IT:
		/* Without a journal not even an end can be written: the order
		 * stays, for when there is room again. */
		if (port->result == FAILURE_STATION_DISK) {
			come_again(port, now);
			break;
		}
		port->failures = 0;
		/* A worker that never began has not written the end. */
		if (!port->order_id[0])
			port->is_known = true;
		else if (port->result == FAILURE_WORKER_DIED)
			give_up(station, port);
		else
			end_order(station, port);
		break;
	case NEXT_WAIT:
		port->not_before = now + LOOK_AGAIN_MS;
		reports_waiting(station, port, port->result);
		break;
	case NEXT_PAIR: /* without leave to pair: the user must */
	case NEXT_RETRY:
		come_again(port, now);
		if (port->failures > GIVE_UP_AFTER &&
		    port->result != FAILURE_SERVER_UNREACHABLE)
			give_up(station, port);
		break;
	case NEXT_REATTACH:
		port->needs_replug = true;
		reports_waiting(station, port, port->result);
		break;
	}
}

static void ended(
    struct station *station, struct port *port, enum worker_end end)
{
	if (end == WORKER_LATE)
		port->result = FAILURE_WORKER_TIMEOUT;
	else if (end == WORKER_DIED || !port->has_result)
		port->result = FAILURE_WORKER_DIED;
	if (port->result != FAILURE_NONE)
		log_warning(station->world.log, "job_stopped", LOG_PORT,
		    port->label, LOG_KIND, work_order_kind_name(port->job.kind),
		    LOG_CAUSE, failure_row(port->result)->code, NULL);
	reports_drain(station, port->mux.udid);
	reports_glance(station, port);
	if (port->result == FAILURE_NONE)
		port->percent = 100;
	follow(station, port);
	station->is_changed = true;
}

void jobs_step(struct station *station, struct port *port)
{
	struct heard heard = {station, port};
	enum worker_end end;
	int rc;

	if (port->worker.pid == 0)
		return;
	rc = worker_read(&port->worker, on_line, &heard);
	if (rc < 0) {
		worker_kill(&port->worker);
		port->has_result = false;
		ended(station, port, WORKER_DIED);
		return;
	}
	end = worker_check(&port->worker, station->world.monotonic());
	if (end != WORKER_RUNS)
		ended(station, port, end);
}

/* A phone that is told to erase itself leaves at once: its worker gets a moment
 * to write down what was said. It ends by itself, its line being cut. */
static void let_finish(struct heard *heard)
{
	struct station *station = heard->station;
	struct worker *worker = &heard->port->worker;
	int64_t end = station->world.monotonic() + LINGER_MS;

	while (!heard->port->has_result && station->world.monotonic() < end &&
	    worker_read(worker, on_line, heard) > 0)
		(void)usleep(LINGER_STEP_US);
}

/* What a worker that was cut short leaves of an erase: the phone may never come
 * back to be asked. */
static void settle_erase(struct station *station, struct port *port)
{
	switch (reports_step(station, port)) {
	case JOURNAL_STEP_ERASE_ACKED:
		port->result = FAILURE_NONE;
		give_up(station, port);
		break;
	case JOURNAL_STEP_ERASE_SENT:
		reports_waiting(station, port, FAILURE_ERASE_UNSURE);
		break;
	default:
		break;
	}
}

void jobs_drop(struct station *station, struct port *port)
{
	struct heard heard = {station, port};
	bool is_wipe = port->order_id[0] && port->job.kind == WORK_ORDER_WIPE;

	if (port->worker.pid == 0)
		return;
	if (is_wipe)
		let_finish(&heard);
	/* What it still said counts: an erase makes the phone go. */
	(void)worker_read(&port->worker, on_line, &heard);
	if (port->has_result) {
		worker_kill(&port->worker);
		ended(station, port, WORKER_DONE);
		return;
	}
	worker_kill(&port->worker);
	reports_drain(station, port->mux.udid);
	if (is_wipe)
		settle_erase(station, port);
	port->result = FAILURE_DISCONNECTED;
}

bool jobs_are_busy(struct station *station)
{
	int64_t now = station->world.monotonic();
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		struct port *port = &station->ports.items[i];

		if (!port->is_used || !port->has_mux)
			continue;
		if (port->worker.pid > 0) {
			/* Waiting for a hand is no work of the station's. */
			if (failure_row(port->result)->next != NEXT_WAIT)
				return true;
		} else if (!port->needs_replug && !port->has_result) {
			return true;
		} else if (can_start(port, now) && orders_next(station, port)) {
			return true;
		}
	}
	return false;
}

int64_t jobs_due(struct station *station, int64_t now)
{
	int64_t due = now + 60000;
	size_t i;

	for (i = 0; i < PORTS_MAX; i++) {
		const struct port *port = &station->ports.items[i];
		int64_t at = due;

		if (!port->is_used)
			continue;
		if (port->worker.pid > 0)
			/* Closed its pipe and not gone yet: look soon. */
			at = port->worker.fd < 0 ? now + 5
			                         : port->worker.deadline;
		else if (port->has_mux && port->not_before > now)
			at = port->not_before;
		else if (!port->has_mux && port->has_usb && !port->is_told)
			at = port->usb_since + PORT_HIDDEN_MS;
		if (at < due)
			due = at;
		at = erased_due(port, due);
		if (at < due)
			due = at;
	}
	return due > now ? due : now;
}
