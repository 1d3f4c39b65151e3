#include <string.h>

#include "agent/bench/action/action.h"
#include "agent/bench/phone/facts_read.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

void action_step(struct action_run *run, const char *step, unsigned percent)
{
	if (run->job->on_step)
		run->job->on_step(run->job->arg, step, percent);
}

int64_t action_now(const struct action_run *run)
{
	return clock_now(run->job->clock);
}

enum failure action_meet(struct action_run *run)
{
	const struct work_order *order = run->job->order;
	enum failure failure;

	action_step(run, "trust", 5);
	failure = trust_establish(&run->phone, &run->trust);
	if (failure != FAILURE_NONE || !order)
		return failure;
	/* Plugs change hands: what the order names must still be here. */
	failure = facts_read_serial(
	    &run->phone, run->facts.serial, sizeof(run->facts.serial));
	if (failure == FAILURE_NONE &&
	    strcmp(run->facts.serial, order->serial) != 0)
		failure = FAILURE_SERIAL_CHANGED;
	return failure;
}

/* ---- reports ---- */

void action_report_init(const struct action_run *run,
    enum station_report_kind kind, struct station_report *report)
{
	const struct job *job = run->job;

	station_report_init(report, kind);
	report->at_ms = action_now(run);
	uuid_make(report->at_ms, job->rng, report->id);
	report->sequence = 1; /* the outbox gives the real one */
	(void)str_copy(report->port, sizeof(report->port), job->port);
	(void)str_copy(report->udid, sizeof(report->udid), job->udid);
	(void)str_copy(
	    report->serial, sizeof(report->serial), run->facts.serial);
	if (!report->serial[0] && job->order)
		(void)str_copy(
		    report->serial, sizeof(report->serial), job->order->serial);
}

void action_send_facts(struct action_run *run, enum job_report how)
{
	struct station_report report;

	action_report_init(run, STATION_REPORT_FACTS, &report);
	(void)str_copy(report.serial, sizeof(report.serial), run->facts.serial);
	report.facts = run->facts;
	if (run->job->on_report)
		run->job->on_report(run->job->arg, &report, how);
}

enum failure action_send_durable(
    struct action_run *run, const struct station_report *report)
{
	struct buf json = {0};
	int rc = station_report_encode(report, &json, NULL);

	if (rc == 0)
		rc = journal_report(run->journal, report->id,
		    (const char *)json.data, json.len, action_now(run), NULL);
	buf_clear(&json);
	if (rc < 0)
		return FAILURE_STATION_DISK;
	if (run->job->on_report)
		run->job->on_report(
		    run->job->arg, report, JOB_REPORT_JOURNALED);
	return FAILURE_NONE;
}

enum failure action_send_result(
    struct action_run *run, enum station_result result, enum failure failure)
{
	const struct job *job = run->job;
	const struct failure_row *row = failure_row(failure);
	struct station_report report;
	struct station_order_result *body = &report.order_result;

	if (!job->order)
		return FAILURE_NONE;
	action_report_init(run, STATION_REPORT_ORDER_RESULT, &report);
	(void)str_copy(body->order_id, sizeof(body->order_id), job->order->id);
	body->kind = job->kind;
	body->result = result;
	body->lockdown_error = failure == FAILURE_NONE ? 0 : run->phone.native;
	(void)str_copy(body->code, sizeof(body->code), row->code);
	(void)str_copy(body->sentence, sizeof(body->sentence), row->sentence);
	return action_send_durable(run, &report);
}

/* ---- looking ---- */

enum failure action_look(struct action_run *run, bool with_security)
{
	struct supervision none = {.count = 0};
	enum failure failure = facts_read_full(&run->phone, &run->ours,
	    with_security ? &run->trust.supervision : &none, &run->facts,
	    &run->unseen);

	if (failure == FAILURE_NONE &&
	    journal_seen(
	        run->journal, run->facts.serial, action_now(run), NULL) < 0)
		failure = FAILURE_STATION_DISK;
	if (failure == FAILURE_NONE)
		action_send_facts(run, JOB_REPORT_FACTS);
	return failure;
}

enum failure action_refuse_foreign(const struct action_run *run)
{
	switch (run->facts.cloud) {
	case STATION_CLOUD_NONE:
	case STATION_CLOUD_OURS:
		return FAILURE_NONE;
	case STATION_CLOUD_UNKNOWN:
		/* It can be seen once the phone is unlocked, say. */
		return job_is_final(run->unseen) ? FAILURE_FOREIGN
		                                 : run->unseen;
	default:
		return FAILURE_FOREIGN;
	}
}

/* ---- the journal ---- */

enum failure action_note(struct action_run *run, enum journal_step step)
{
	const struct journal_host *host = NULL;

	if (step == JOURNAL_STEP_ERASE_SENT)
		host = journal_find_host(run->journal, run->phone.host_id);
	if (journal_step(run->journal, run->job->order->id, step, host,
	        action_now(run), NULL) < 0)
		return FAILURE_STATION_DISK;
	return FAILURE_NONE;
}

enum journal_step action_step_before(const struct action_run *run)
{
	const struct journal_order *order =
	    journal_find_order(run->journal, run->job->order->id);

	return order ? order->step : JOURNAL_STEP_NONE;
}
