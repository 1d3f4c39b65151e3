/*
 * Connect: a phone says it is idle or what became of a command, and gets the
 * next one. An answer counts once, for the command whose id it carries; what is
 * late, doubled or unknown changes nothing and costs no other command (DESIGN
 * invariant 2). An idle phone with nothing to do writes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/answer.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/guard/erase_guard.h"
#include "server/service/station/bench.h"
#include "server/service/mdm/answer_facts.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/judge/judge.h"
#include "server/service/mdm/fit_profile.h"
#include "server/service/mdm/last_seen.h"
#include "server/service/mdm/policy_profile.h"
#include "server/service/departure/return_case.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/service.h"
#include "server/service/mdm/supervised_answer.h"

/* Raw answers kept of one command; a phone may repeat itself for ever. */
#define ANSWERS_KEPT 8

struct visit {
	struct service *service;
	const struct identity *identity;
	const struct answer *answer;
	const uint8_t *raw;
	size_t raw_len;
	int64_t now;
	/* What the answer tells, worked out before the transaction. */
	struct answer_facts facts;
	struct err facts_err;
	struct supervised_answer supervised;
	char result[512];
	/* What came of it. */
	struct policy_orders orders; /* now that it has the profile */
	struct command answered;     /* as it was loaded last */
	bool is_next_waiting;        /* seen before the transaction */
	bool was_counted;
	struct command next; /* id "" when there is none */
	uint8_t *payload;    /* owned */
	size_t payload_len;
};

/* ---- before the transaction: which facts ---- */

static int prepare_answer(struct visit *visit, struct err *err)
{
	answer_errors_text(visit->answer, visit->result, sizeof(visit->result));
	if (visit->answer->status == ANSWER_ACKNOWLEDGED)
		(void)answer_facts_take(
		    &visit->facts, visit->answer->body, &visit->facts_err);
	return supervised_answer_prepare(visit->service, visit->identity,
	    visit->answer, &visit->supervised, err);
}

/* ---- in the transaction: what the answer changes ---- */

/* -ERR_NOT_FOUND: not a command of this life. */
static int load_answered(struct txn *txn, struct visit *visit, struct err *err)
{
	struct command command;
	int rc =
	    store_command_load(txn, visit->answer->command_uuid, &command, err);

	if (rc < 0)
		return rc;
	if (strcmp(command.life_id, visit->identity->life_id) != 0)
		return err_set(err, ERR_NOT_FOUND, "a command of another life");
	visit->answered = command;
	return 0;
}

/*
 * What a phone said before it had our profile proves nothing about it. When it
 * put the profile off, it answered the questions behind it first: ask again.
 */
static int make_questions(struct visit *visit, struct err *err)
{
	size_t i;
	int rc = policy_orders_make(visit->service, visit->identity->org_id,
	    POLICY_ORDERS_SECURITY | POLICY_ORDERS_PROFILE_LIST, "policy",
	    "the profile was installed", &visit->orders, err);

	for (i = 0; i < visit->orders.count; i++)
		visit->orders.items[i].rule = ORDER_KEEP;
	return rc;
}

/* Needs no key, so it may be done while others wait. */
static int ask_about_profile(
    struct txn *txn, struct visit *visit, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(visit->service, visit->identity->org_id);
	const struct policy_profile *profile = tenant ? tenant->profile : NULL;
	int rc;

	if (!profile || visit->answer->status != ANSWER_ACKNOWLEDGED)
		return 0;
	policy_orders_clear(&visit->orders);
	if (visit->facts.kind && strcmp(visit->facts.kind, "ProfileList") == 0)
		rc = fit_profile(txn, visit->service, visit->identity,
		    &visit->facts.json, &visit->orders, err);
	else if (strcmp(visit->answered.purpose, profile->purpose) == 0)
		rc = make_questions(visit, err);
	else
		return 0;
	if (rc < 0)
		return rc;
	return policy_orders_queue(txn, &visit->orders, visit->identity->org_id,
	    visit->identity->device_id, visit->identity->life_id, err);
}

static int note_answered(struct txn *txn, const struct visit *visit,
    const struct wipe *wipe, struct err *err)
{
	char by[STORE_ID + 8];

	(void)snprintf(by, sizeof(by), "phone:%s", wipe->device_id);
	return audit_wipe(txn, visit->service, wipe, by, wipe->warning, err);
}

static int wipe_answered(struct txn *txn, const struct visit *visit,
    enum command_event event, struct err *err)
{
	struct wipe wipe;
	bool was_handed = false;
	bool is_done = event == COMMAND_EVENT_ACKNOWLEDGE;
	int rc = store_wipe_find_command(txn, visit->answered.id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (wipe_next(wipe.state,
	        is_done ? WIPE_EVENT_ACKNOWLEDGE : WIPE_EVENT_ERROR,
	        &wipe.state) < 0)
		return 0;
	if (is_done) {
		wipe.acknowledged_at = visit->now;
	} else {
		wipe.closed_at = visit->now;
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "the phone refused the erase: %.400s", visit->result);
	}
	if ((rc = store_wipe_update(txn, &wipe, err)) < 0 ||
	    (rc = note_answered(txn, visit, &wipe, err)) < 0 ||
	    (is_done &&
	        (rc = return_wipe_changed(txn, visit->service, &wipe,
	             WIPE_EVENT_ACKNOWLEDGE, visit->now, err)) < 0))
		return rc;
	rc = bench_orders_withdraw(txn, wipe.id, WORK_ORDER_WIPE,
	    is_done ? "the phone has acknowledged the erase"
	            : "the phone refused the erase",
	    false, visit->now, &was_handed, err);
	if (rc < 0 || !is_done)
		return rc;
	/* It erases itself now: what still waits can no longer be wanted. */
	return order_close_all(txn, visit->identity->org_id,
	    visit->identity->life_id, COMMAND_EVENT_CANCEL,
	    "the phone erases itself", visit->answered.id, visit->now, err);
}

static int count_answer(void *arg, int64_t at, const char *status,
    const uint8_t *body, size_t body_len)
{
	(void)at;
	(void)status;
	(void)body;
	(void)body_len;
	++*(int *)arg;
	return 0;
}

/* DESIGN invariant 9: a private phone's lines and numbers are not kept. */
static int is_unkept(
    struct txn *txn, const struct visit *visit, bool *out, struct err *err)
{
	struct device device;
	int rc;

	*out = supervised_answer_is_unkept(visit->answered.request_type);
	if (strcmp(visit->answered.request_type, "DeviceInformation") != 0)
		return 0;
	rc = store_device_load(txn, visit->identity->device_id, &device, err);
	*out = rc == 0 && device.is_private;
	return rc;
}

static int keep_raw(struct txn *txn, struct visit *visit, struct err *err)
{
	bool unkept = false;
	int kept = 0;
	int rc = is_unkept(txn, visit, &unkept, err);

	if (rc < 0 || unkept)
		return rc;
	/* The first is kept without looking; only a repeat is counted. */
	if (!visit->was_counted)
		rc = store_answer_each(
		    txn, visit->answered.id, count_answer, &kept, err);
	if (rc < 0 || kept >= ANSWERS_KEPT)
		return rc;
	return store_answer_insert(txn, visit->identity->life_id,
	    visit->answered.id, answer_status_name(visit->answer->status),
	    visit->now, visit->raw, visit->raw_len, err);
}

static enum command_event event_of(
    const struct answer *answer, const char *request_type)
{
	switch (answer->status) {
	case ANSWER_ACKNOWLEDGED:
		return COMMAND_EVENT_ACKNOWLEDGE;
	case ANSWER_NOT_NOW:
		return COMMAND_EVENT_NOT_NOW;
	case ANSWER_COMMAND_FORMAT_ERROR:
		return COMMAND_EVENT_FORMAT_ERROR;
	case ANSWER_ERROR:
		if (answer_error_means_done(request_type, answer))
			return COMMAND_EVENT_ACKNOWLEDGE;
		return COMMAND_EVENT_ERROR;
	case ANSWER_IDLE:
	case ANSWER_STATUS_COUNT:
		break;
	}
	return COMMAND_EVENT_COUNT;
}

static bool has_facts_asked_for(const struct visit *visit)
{
	return visit->facts.kind &&
	    strcmp(visit->facts.kind, visit->answered.request_type) == 0;
}

/* What follows when the answer is the first that counts. */
static int take_effect(struct txn *txn, struct visit *visit,
    enum command_event event, struct err *err)
{
	int rc = 0;

	if (event == COMMAND_EVENT_NOT_NOW)
		return 0;
	if (has_facts_asked_for(visit))
		rc = answer_facts_save(txn, visit->service, &visit->facts,
		    visit->identity->life_id, visit->identity->device_id,
		    visit->now, err);
	if (rc == 0)
		rc = ask_about_profile(txn, visit, err);
	if (rc == 0)
		rc = supervised_answer_take(txn, visit->service,
		    visit->identity, &visit->answered, visit->answer,
		    &visit->supervised, visit->result, visit->now, err);
	if (rc == 0 && strcmp(visit->answered.purpose, "erase") == 0)
		rc = wipe_answered(txn, visit, event, err);
	/* Compliance counts from when the profile was acknowledged. */
	if (rc == 0 && strncmp(visit->answered.purpose, "policy:", 7) == 0)
		rc = judge_changed(txn, visit->service, visit->identity->org_id,
		    STORE_SUBJECT_PHONE, visit->identity->device_id,
		    JUDGE_FACT(PACK_FACT_PROFILE_INSTALLED), err);
	return rc;
}

static int take_answer(struct txn *txn, struct visit *visit, struct err *err)
{
	struct command *command = &visit->answered;
	enum command_event event;
	enum command_state next;
	int rc;

	if ((rc = load_answered(txn, visit, err)) < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	event = event_of(visit->answer, command->request_type);
	visit->was_counted = command_next(command->state, event, &next) == 0;
	if (!visit->was_counted) {
		/* An erase or a lock that was cancelled too late still
		 * happens. */
		if ((strcmp(command->purpose, "erase") == 0 &&
		        (rc = wipe_answered(txn, visit, event, err)) < 0) ||
		    (event == COMMAND_EVENT_ACKNOWLEDGE &&
		        (rc = lost_mode_taken_late(
		             txn, command, visit->now, err)) < 0))
			return rc;
		return keep_raw(txn, visit, err);
	}
	if (event == COMMAND_EVENT_NOT_NOW) {
		command->not_now_at = visit->now;
		command->not_now_count++;
	}
	rc = order_apply(txn, command, event, visit->result, visit->now, err);
	if (rc == 0)
		rc = take_effect(txn, visit, event, err);
	if (rc == 0 && event != COMMAND_EVENT_NOT_NOW)
		rc = keep_raw(txn, visit, err);
	return rc;
}

/* ---- the next command ---- */

static int load_next(struct txn *txn, struct visit *visit, struct err *err)
{
	int rc;

	free(visit->payload);
	visit->payload = NULL;
	visit->next.id[0] = '\0';
	rc = store_command_next(txn, visit->identity->life_id, visit->now,
	    visit->answer->status == ANSWER_NOT_NOW, &visit->next,
	    &visit->payload, &visit->payload_len, err);
	if (rc == -ERR_NOT_FOUND) {
		visit->next.id[0] = '\0';
		return 0;
	}
	return rc;
}

static int find_next(struct txn *txn, struct visit *visit, struct err *err)
{
	bool is_kept_back = false;
	int rc;

	do {
		rc = load_next(txn, visit, err);
		if (rc < 0 || !visit->next.id[0])
			return rc;
		rc = erase_guard(txn, visit->service, &visit->next, visit->now,
		    &is_kept_back, err);
	} while (rc == 0 && is_kept_back);
	return rc;
}

static int look_for_next(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;

	return store_command_waits(txn, visit->identity->life_id, visit->now,
	    &visit->is_next_waiting, err);
}

static int hand_out(struct txn *txn, struct visit *visit, struct err *err)
{
	int rc = find_next(txn, visit, err);

	if (rc < 0 || !visit->next.id[0])
		return rc;
	visit->next.sent_at = visit->now;
	visit->next.sent_count++;
	return order_apply(
	    txn, &visit->next, COMMAND_EVENT_SEND, NULL, visit->now, err);
}

static int converse(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	enum life_state state;
	int rc =
	    store_life_load_state(txn, visit->identity->life_id, &state, err);

	if (rc < 0)
		return rc;
	if (!life_is_open(state))
		return err_set(err, ERR_DENIED, "this enrolment has ended");
	if (visit->answer->status != ANSWER_IDLE &&
	    (rc = take_answer(txn, visit, err)) < 0)
		return rc;
	return hand_out(txn, visit, err);
}

static int check_identity(const struct visit *visit, struct err *err)
{
	const struct identity *identity = visit->identity;

	if (!identity->life_id[0])
		return err_set(
		    err, ERR_DENIED, "this certificate has not enrolled yet");
	if (identity->certificate_state == CERTIFICATE_DEAD ||
	    !life_is_open(identity->life_state))
		return err_set(err, ERR_DENIED,
		    "certificate of an enrolment that has ended");
	if (strcmp(identity->udid, answer_device_id(visit->answer)) != 0)
		return err_set(
		    err, ERR_DENIED, "certificate belongs to another phone");
	return 0;
}

static int talk(struct visit *visit, struct err *err)
{
	struct store *store = visit->service->store;
	int rc;

	if (visit->answer->status == ANSWER_IDLE) {
		rc = store_read(store, look_for_next, visit, err);
		if (rc < 0 || !visit->is_next_waiting)
			return rc;
	} else if ((rc = prepare_answer(visit, err)) < 0) {
		return rc;
	}
	return store_write_repeatable(store, converse, visit, err);
}

static void note_answer(const struct visit *visit)
{
	struct service *service = visit->service;

	if (visit->answer->status == ANSWER_IDLE)
		return;
	if (!visit->was_counted) {
		service_count(service, SERVICE_ANSWERS_IGNORED);
		log_debug(service->log, "answer_ignored", LOG_LIFE,
		    visit->identity->life_id, LOG_STATUS,
		    answer_status_name(visit->answer->status), NULL);
		return;
	}
	service_count(service, SERVICE_COMMANDS_ANSWERED);
	if (visit->answer->status == ANSWER_ACKNOWLEDGED &&
	    answer_facts_is_due(visit->answered.request_type) &&
	    !has_facts_asked_for(visit))
		log_warning(service->log, "facts_not_understood", LOG_COMMAND,
		    visit->answered.id, LOG_ERROR,
		    visit->facts_err.code ? visit->facts_err.text
		                          : "there are none in the answer",
		    NULL);
	log_event(service->log,
	    strncmp(visit->answered.purpose, "query:", 6) == 0 ? LOG_LEVEL_DEBUG
	                                                       : LOG_LEVEL_INFO,
	    "command_answered", LOG_COMMAND, visit->answered.id,
	    LOG_REQUEST_TYPE, visit->answered.request_type, LOG_STATUS,
	    answer_status_name(visit->answer->status), LOG_DEVICE,
	    visit->identity->device_id, NULL);
}

int service_connect(struct service *service, const struct identity *identity,
    const struct answer *answer, const uint8_t *raw, size_t raw_len,
    struct buf *command, struct err *err)
{
	struct visit visit = {
	    .service = service,
	    .identity = identity,
	    .answer = answer,
	    .raw = raw,
	    .raw_len = raw_len,
	    .now = clock_now(service->clock),
	};
	int rc = check_identity(&visit, err);

	if (rc < 0)
		return rc;
	last_seen_touch(service->last_seen, identity->life_id, visit.now);
	if (answer_is_user_channel(answer))
		return 0; /* nothing is ever queued for a user */
	rc = talk(&visit, err);
	if (rc == 0) {
		note_answer(&visit);
		if (visit.next.id[0]) {
			service_count(service, SERVICE_COMMANDS_SENT);
			buf_append(command, visit.payload, visit.payload_len);
			rc = buf_check(command, err);
		}
	}
	free(visit.payload);
	policy_orders_clear(&visit.orders);
	answer_facts_clear(&visit.facts);
	supervised_answer_clear(&visit.supervised);
	return rc;
}
