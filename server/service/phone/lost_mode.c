/*
 * Lost Mode: ordered, taken by the phone, lifted when it is found. Where the
 * phone was is known only in between (DESIGN invariant 9; Apple: "Enable Lost
 * Mode", "Device Location", supervised devices).
 */
#include "server/service/phone/lost_mode.h"

#include <stdio.h>
#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/mdm/order_command.h"
#include "server/service/notify/notify.h"
#include "server/service/phone/lost_words.h"
#include "server/service/phone/phone_kind.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"

/* ---- saving ---- */

static int write_down(struct txn *txn, struct service *service,
    const struct lost_mode_row *row, const char *by, const char *why,
    struct err *err)
{
	const char *state = lost_mode_state_name(row->state);
	const struct audit_note note = {
	    .action = AUDIT_LOST_MODE_MOVED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "lost_mode",
	    .subject_id = row->id,
	    .device_id = row->device_id,
	    .why = why,
	    .params = {{"state", state}},
	};
	const struct event event = {
	    .org_id = row->org_id,
	    .kind = EVENT_LOST_MODE,
	    .state = state,
	    .device_id = row->device_id,
	    .by = by,
	};
	int rc = store_lost_mode_save(txn, row, err);

	if (rc == 0)
		rc = audit_write(txn, service, &note, err);
	return rc < 0 ? rc : notify_event(txn, service, &event, err);
}

/* ---- on ---- */

static int check_phone(struct txn *txn, const struct device *device,
    struct life *life, struct err *err)
{
	struct lost_mode_row open;
	bool supervised = false;
	int rc;

	if (device->is_private)
		return err_set(err, ERR_CONFLICT,
		    "this is a private phone: it is neither locked nor "
		    "located");
	if (!device->life_id[0])
		return err_set(err, ERR_CONFLICT,
		    "this phone is not managed: block its SIM instead");
	if (phone_is_gone(device->state))
		return err_set(err, ERR_CONFLICT,
		    "this phone is %s: say first that it was found",
		    phone_state_name(device->state));
	if ((rc = store_life_load(txn, device->life_id, life, err)) < 0)
		return rc;
	if (!life_is_open(life->state))
		return err_set(err, ERR_CONFLICT,
		    "this phone is no longer enrolled; it cannot be reached");
	rc = phone_kind_is_supervised(txn, life->id, &supervised, err);
	if (rc == 0 && !supervised)
		return err_set(err, ERR_UNSUPPORTED,
		    "Lost Mode wants a supervised phone, and this one is not "
		    "known to be");
	if (rc < 0)
		return rc;
	rc = store_lost_mode_find_open(
	    txn, device->org_id, device->id, &open, NULL);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "Lost Mode is %s already; it is not repeated",
		    lost_mode_state_name(open.state));
	return rc == -ERR_NOT_FOUND ? 0 : err_set(err, ERR_IO, "cannot read");
}

static int take_said(
    char *out, size_t size, const char *said, const char *what, struct err *err)
{
	if (!said || !*said)
		return 0; /* the words there are stay */
	if (str_copy(out, size, said) < 0)
		return err_set(err, ERR_LIMIT, "the %s is too long", what);
	return 0;
}

static int fill_row(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct life *life,
    const struct lost_mode_said *said, struct lost_mode_row *row,
    struct err *err)
{
	int rc;

	*row = (struct lost_mode_row){
	    .state = LOST_MODE_ORDERED, .ordered_at = ledger->now};
	uuid_make(ledger->now, ledger->service->rng, row->id);
	(void)str_copy(row->org_id, sizeof(row->org_id), device->org_id);
	(void)str_copy(row->device_id, sizeof(row->device_id), device->id);
	(void)str_copy(row->life_id, sizeof(row->life_id), life->id);
	(void)str_copy(row->ordered_by, sizeof(row->ordered_by), ledger->by);
	if (said->case_id)
		(void)str_copy(
		    row->case_id, sizeof(row->case_id), said->case_id);
	rc = lost_words_fill(txn, ledger, device, row, err);
	if (rc < 0 ||
	    (rc = take_said(row->message, sizeof(row->message), said->message,
	         "message", err)) < 0 ||
	    (rc = take_said(row->number, sizeof(row->number), said->number,
	         "number", err)) < 0 ||
	    (rc = take_said(row->footnote, sizeof(row->footnote),
	         said->footnote, "footnote", err)) < 0)
		return rc;
	return take_said(
	    row->reason, sizeof(row->reason), said->reason, "reason", err);
}

static int queue(struct txn *txn, const struct ledger *ledger,
    const struct lost_mode_row *row, struct order *order, const char *reason,
    int encoded, struct err *err)
{
	order->rule = ORDER_KEEP;
	order->ordered_by = ledger->by;
	order->reason = reason;
	return encoded < 0 ? encoded
	                   : order_queue(txn, order, row->org_id,
	                         row->device_id, row->life_id, err);
}

static int order_enable(struct txn *txn, const struct ledger *ledger,
    struct lost_mode_row *row, struct err *err)
{
	struct order order;
	char purpose[64];
	int rc;

	/* One of its own: an earlier one that is open is never taken for it. */
	(void)snprintf(purpose, sizeof(purpose), "lost_mode:%s", row->id);
	order_init(
	    &order, ledger->service, "EnableLostMode", purpose, ledger->now);
	order.priority = COMMAND_PRIORITY_PERSON;
	(void)str_copy(row->enable_id, sizeof(row->enable_id), order.id);
	rc = mdm_command_encode_enable_lost_mode(order.id, row->message,
	    row->number, row->footnote, &order.payload, err);
	rc = queue(txn, ledger, row, &order, row->reason, rc, err);
	order_clear(&order);
	return rc;
}

int lost_mode_enable(struct txn *txn, const struct ledger *ledger,
    struct device *device, const struct lost_mode_said *said,
    struct lost_mode_row *out, struct err *err)
{
	enum phone_event event =
	    said->stolen ? PHONE_EVENT_REPORT_STOLEN : PHONE_EVENT_REPORT_LOST;
	struct lost_mode_row row;
	struct life life;
	int rc;

	if (!said->reason || !*said->reason)
		return err_set(err, ERR_INVALID, "Lost Mode needs a reason");
	if ((rc = check_phone(txn, device, &life, err)) < 0 ||
	    (rc = fill_row(txn, ledger, device, &life, said, &row, err)) < 0)
		return rc;
	if (!phone_is_missing(device->state) &&
	    (rc = phone_step(txn, ledger, device, event, said->reason, err)) <
	        0)
		return rc;
	if ((rc = order_enable(txn, ledger, &row, err)) < 0)
		return rc;
	rc =
	    write_down(txn, ledger->service, &row, ledger->by, row.reason, err);
	if (rc == 0)
		*out = row;
	return rc;
}

int lost_mode_is_possible(
    struct txn *txn, const struct device *device, struct err *err)
{
	struct life life;

	return check_phone(txn, device, &life, err);
}

/* ---- off ---- */

/* It is not given to the phone, or not again. *withdrawn: it has not taken it,
 * for certain. */
static int withdraw(struct txn *txn, const struct ledger *ledger,
    const struct lost_mode_row *row, const char *why, bool *withdrawn,
    struct err *err)
{
	struct command command;
	int rc = store_command_load(txn, row->enable_id, &command, err);

	*withdrawn = false;
	if (rc < 0 || !command_is_open(command.state) ||
	    row->state != LOST_MODE_ORDERED)
		return rc;
	*withdrawn = command.sent_count == command.not_now_count;
	return order_apply(txn, &command, COMMAND_EVENT_CANCEL,
	    why ? why : "Lost Mode is lifted", ledger->now, err);
}

static int order_disable(struct txn *txn, const struct ledger *ledger,
    struct lost_mode_row *row, const char *reason, struct err *err)
{
	struct order order;
	char purpose[64];
	int rc;

	(void)snprintf(purpose, sizeof(purpose), "lost_mode:%s:off", row->id);
	order_init(
	    &order, ledger->service, "DisableLostMode", purpose, ledger->now);
	order.priority = COMMAND_PRIORITY_UNLOCK;
	(void)str_copy(row->disable_id, sizeof(row->disable_id), order.id);
	rc = mdm_command_encode_plain(
	    order.id, "DisableLostMode", &order.payload, err);
	rc = queue(txn, ledger, row, &order, reason, rc, err);
	order_clear(&order);
	return rc;
}

int lost_mode_lift(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const char *reason, struct err *err)
{
	struct lost_mode_row row;
	bool withdrawn;
	int rc = store_phone_place_forget(
	    txn, device->org_id, device->id, ledger->now, err);

	if (rc < 0)
		return rc;
	rc = store_lost_mode_find_open(
	    txn, device->org_id, device->id, &row, NULL);
	if (rc == -ERR_NOT_FOUND || row.state == LOST_MODE_LIFTING)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	if ((rc = withdraw(txn, ledger, &row, reason, &withdrawn, err)) < 0)
		return rc;
	(void)lost_mode_next(row.state,
	    withdrawn ? LOST_MODE_EVENT_CANCEL : LOST_MODE_EVENT_LIFT,
	    &row.state);
	row.lift_at = ledger->now;
	row.closed_at = withdrawn ? ledger->now : 0;
	(void)str_copy(row.lifted_by, sizeof(row.lifted_by), ledger->by);
	(void)snprintf(row.lift_reason, sizeof(row.lift_reason), "%s",
	    reason ? reason : "");
	if (!withdrawn &&
	    (rc = order_disable(txn, ledger, &row, row.lift_reason, err)) < 0)
		return rc;
	return write_down(
	    txn, ledger->service, &row, ledger->by, row.lift_reason, err);
}

int lost_mode_life_ended(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err)
{
	struct lost_mode_row row;
	int rc = store_lost_mode_find_open(txn, org_id, device_id, &row, NULL);

	if (rc < 0)
		return rc == -ERR_NOT_FOUND
		    ? 0
		    : err_set(err, ERR_IO, "cannot read Lost Mode");
	(void)lost_mode_next(row.state, LOST_MODE_EVENT_LIFE_ENDED, &row.state);
	row.closed_at = now;
	return write_down(txn, service, &row, NULL, "the enrolment ended", err);
}

/* ---- what the phone answers ---- */

static int switch_answered(struct txn *txn, struct service *service,
    struct lost_mode_row *row, enum lost_mode_event event, const char *result,
    int64_t now, struct err *err)
{
	char by[LIMIT_NAME + 1];

	/* It never said that it was in it: it had nothing to leave. */
	bool was_never_on = event == LOST_MODE_EVENT_KEPT && !row->on_at;

	if (lost_mode_next(row->state,
	        was_never_on ? LOST_MODE_EVENT_LIFTED : event, &row->state) < 0)
		return 0;
	if (event == LOST_MODE_EVENT_TAKEN && !row->on_at)
		row->on_at = now;
	if (!lost_mode_is_open(row->state))
		row->closed_at = now;
	if (event == LOST_MODE_EVENT_REFUSED || event == LOST_MODE_EVENT_KEPT)
		(void)snprintf(row->warning, sizeof(row->warning), "%s%.400s",
		    was_never_on ? "it never said that it was in Lost Mode, "
		                   "and did not leave it: "
		                 : "",
		    result);
	(void)snprintf(by, sizeof(by), "phone:%s", row->device_id);
	return write_down(txn, service, row, by, "", err);
}

int lost_mode_answered(struct txn *txn, struct service *service,
    const struct command *command, const char *result, bool is_done,
    int64_t now, struct err *err)
{
	bool is_on = strcmp(command->request_type, "EnableLostMode") == 0;
	struct lost_mode_row row;
	int rc;

	if (!is_on && strcmp(command->request_type, "DisableLostMode") != 0)
		return 0;
	rc = store_lost_mode_find_open(
	    txn, command->org_id, command->device_id, &row, NULL);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	if (strcmp(command->id, is_on ? row.enable_id : row.disable_id) != 0)
		return 0; /* of an earlier time */
	if (is_on)
		return switch_answered(txn, service, &row,
		    is_done ? LOST_MODE_EVENT_TAKEN : LOST_MODE_EVENT_REFUSED,
		    result, now, err);
	return switch_answered(txn, service, &row,
	    is_done ? LOST_MODE_EVENT_LIFTED : LOST_MODE_EVENT_KEPT, result,
	    now, err);
}

int lost_mode_taken_late(struct txn *txn, const struct command *command,
    int64_t now, struct err *err)
{
	struct lost_mode_row row;
	int rc;

	if (strcmp(command->request_type, "EnableLostMode") != 0)
		return 0;
	rc = store_lost_mode_find_open(
	    txn, command->org_id, command->device_id, &row, NULL);
	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && (strcmp(command->id, row.enable_id) != 0 || row.on_at)))
		return 0;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	row.on_at = now;
	return store_lost_mode_save(txn, &row, err);
}
