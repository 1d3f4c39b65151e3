#include <string.h>

#include "agent/bench/action/action.h"
#include "agent/bench/phone/facts_read.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

static const struct action actions[WORK_ORDER_KIND_COUNT] = {
    [WORK_ORDER_READ_FACTS] = {"read facts", action_read_facts, 150, 140},
    [WORK_ORDER_PAIR] = {"pair", action_pair, 150, 140},
    [WORK_ORDER_ENROL] = {"enrol", action_enrol, 600, 140},
    [WORK_ORDER_INSTALL_PROFILE] = {"install profile", action_install_profile,
        600, 140},
    [WORK_ORDER_WIPE] = {"wipe", action_wipe, 180, 140},
    [WORK_ORDER_VERIFY_WIPED] = {"verify wiped", action_verify_wiped, 180, 140},
    [WORK_ORDER_RESTART] = {"restart", action_restart, 180, 140},
};

const struct action *action_of(enum work_order_kind kind)
{
	return &actions[kind];
}

/* ---- how an order ends ---- */

enum work_order_refusal job_refusal_of(enum failure failure)
{
	switch (failure) {
	case FAILURE_FOREIGN:
		return WORK_ORDER_FOREIGN;
	case FAILURE_ACTIVATION_LOCK:
		return WORK_ORDER_FIND_MY_ON;
	case FAILURE_SERIAL_CHANGED:
		return WORK_ORDER_SERIAL_CHANGED;
	default:
		return WORK_ORDER_FINE;
	}
}

bool job_is_final(enum failure failure)
{
	enum failure_next next = failure_row(failure)->next;

	return next == NEXT_NOTHING || next == NEXT_IT;
}

static enum failure send_refusal(struct action_run *run, enum failure failure)
{
	struct station_report report;
	struct station_refusal *body = &report.refusal;

	action_report_init(run, STATION_REPORT_REFUSED, &report);
	(void)str_copy(
	    body->order_id, sizeof(body->order_id), run->job->order->id);
	body->reason = job_refusal_of(failure);
	(void)str_copy(body->sentence, sizeof(body->sentence),
	    failure_row(failure)->sentence);
	return action_send_durable(run, &report);
}

/* The report first, then "finished": a crash between them repeats the report,
 * which its reader knows by the order; the other way round it would be lost. */
static enum failure finish(struct action_run *run, enum failure failure)
{
	enum failure written;

	if (job_refusal_of(failure) != WORK_ORDER_FINE)
		written = send_refusal(run, failure);
	else
		written = action_send_result(run,
		    failure_row(failure)->next == NEXT_NOTHING
		        ? STATION_RESULT_OK
		        : STATION_RESULT_FAILED,
		    failure);
	if (written != FAILURE_NONE)
		return written;
	if (journal_finish(run->journal, run->job->order->id,
	        failure_row(failure)->code, action_now(run), NULL) < 0)
		return FAILURE_STATION_DISK;
	return failure;
}

/* ---- before an action ---- */

static int sign_for(void *arg, const struct station_bytes *certificate,
    const uint8_t *challenge, size_t len, struct station_bytes *cms,
    struct err *err)
{
	const struct action_run *run = arg;
	const struct job *job = run->job;
	struct station_challenge request = {.certificate = *certificate};
	int rc;

	(void)str_copy(
	    request.order_id, sizeof(request.order_id), job->order->id);
	(void)str_copy(request.udid, sizeof(request.udid), job->order->udid);
	(void)str_copy(
	    request.serial, sizeof(request.serial), job->order->serial);
	rc = station_bytes_set(&request.challenge, challenge, len, err);
	if (rc == 0)
		rc = job->sign(job->sign_arg, &request, cms, err);
	station_bytes_clear(&request.challenge);
	return rc;
}

static void on_wait(void *arg, enum failure failure)
{
	const struct action_run *run = arg;

	if (run->job->on_wait)
		run->job->on_wait(run->job->arg, failure);
}

static void run_init(struct action_run *run, const struct job *job)
{
	const struct work_order *order = job->order;
	const struct action *action = action_of(job->kind);

	*run = (struct action_run){.job = job, .ours = {.magic = ""}};
	station_facts_init(&run->facts);
	run->trust = (struct trust){.clock = job->clock,
	    .rng = job->rng,
	    .key = job->pair_key,
	    .aside = job->aside,
	    .give_up_ms =
	        clock_now(job->clock) + action->patience_s * TIME_SECOND_MS,
	    .may_pair = job->may_pair,
	    .on_wait = on_wait,
	    .arg = run};
	if (!order)
		return;
	run->ours = (struct facts_ours){
	    order->our_magic, order->supervisors, order->supervisor_count};
	run->trust.supervision.certificates = order->supervisors;
	run->trust.supervision.count = order->supervisor_count;
	run->trust.supervision.sign = job->sign ? sign_for : NULL;
	run->trust.supervision.arg = run;
}

/* An order that is past its time is not begun; one whose erase is on its way
 * is followed to its end all the same. */
static bool is_past(const struct action_run *run)
{
	const struct work_order *order = run->job->order;

	return action_now(run) >= order->expires_at_ms &&
	    action_step_before(run) == JOURNAL_STEP_NONE;
}

/* The station went down between the end of the order and forgetting it. */
static bool was_finished(const struct action_run *run, enum failure *failure)
{
	const struct work_order *order = run->job->order;
	const struct journal_order *known =
	    order ? journal_find_order(run->journal, order->id) : NULL;

	if (!known || !known->is_finished)
		return false;
	*failure = failure_by_code(known->code);
	return true;
}

static enum failure begin(struct action_run *run)
{
	if (journal_begin(
	        run->journal, run->job->order, action_now(run), NULL) < 0)
		return FAILURE_STATION_DISK;
	return is_past(run) ? FAILURE_ORDER_UNUSABLE : FAILURE_NONE;
}

static enum failure act(struct action_run *run)
{
	const struct job *job = run->job;
	enum failure failure = phone_open(&run->phone, job->udid, job->mux_id);

	/* What it tells anybody, so that the phone is known at once. */
	if (failure == FAILURE_NONE)
		failure = facts_read_plain(&run->phone, &run->facts);
	if (failure == FAILURE_NONE && !job->order)
		action_send_facts(run, JOB_REPORT_GLANCE);
	if (failure == FAILURE_NONE)
		failure = action_of(job->kind)->run(run);
	return failure;
}

enum failure job_run(const struct job *job, int *native)
{
	struct action_run run;
	enum failure failure = FAILURE_NONE;
	bool is_over;

	*native = 0;
	run_init(&run, job);
	if (journal_open(job->journals, job->udid, true, &run.journal, NULL) <
	    0)
		return FAILURE_STATION_DISK;
	run.trust.journal = run.journal;
	is_over = was_finished(&run, &failure);
	if (job->order && !is_over)
		failure = begin(&run);
	if (failure == FAILURE_NONE && !is_over) {
		failure = act(&run);
		*native = run.phone.native;
		if (job->order && job_is_final(failure))
			failure = finish(&run, failure);
	}
	phone_close(&run.phone);
	journal_close(run.journal);
	return failure;
}
