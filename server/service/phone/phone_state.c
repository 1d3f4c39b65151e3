/* One step of a phone, in the transaction of what caused it. */
#include "server/service/phone/phone_state.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/audit/audit.h"
#include "server/service/notify/notify.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/service.h"

/* What is wrong, and the way on. */
static const char *const states[PHONE_STATE_COUNT] = {
    [PHONE_ORDERED] = "is ordered and has not come yet",
    [PHONE_IN_STOCK] = "is in stock",
    [PHONE_ASSIGNED] = "is with somebody and not managed",
    [PHONE_ENROLLED] = "is managed and in use",
    [PHONE_IN_REPAIR] = "is in repair; say first that it is repaired",
    [PHONE_LOST] = "is lost; say first that it was found",
    [PHONE_STOLEN] = "is stolen; say first that it was found",
    [PHONE_RETURNING] = "is being returned; finish or cancel that first",
    [PHONE_WIPED_PROVEN] = "is proven to be empty",
    [PHONE_RETIRED] = "is retired; take it into stock first",
    [PHONE_WRITTEN_OFF] = "is written off; say first that it was found",
};

static const char *const deeds[PHONE_EVENT_COUNT] = {
    [PHONE_EVENT_RECEIVE] = "cannot come from the supplier",
    [PHONE_EVENT_ASSIGN] = "cannot be handed to a person",
    [PHONE_EVENT_UNASSIGN] = "cannot be taken from a person",
    [PHONE_EVENT_ENROL] = "cannot enrol",
    [PHONE_EVENT_LEAVE] = "cannot leave management",
    [PHONE_EVENT_SEND_TO_REPAIR] = "cannot be sent to repair",
    [PHONE_EVENT_REPAIRED] = "cannot come back from repair",
    [PHONE_EVENT_REPLACE] = "cannot be replaced by the repairer",
    [PHONE_EVENT_REPORT_LOST] = "cannot be reported lost",
    [PHONE_EVENT_REPORT_STOLEN] = "cannot be reported stolen",
    [PHONE_EVENT_FIND] = "cannot be found",
    [PHONE_EVENT_BEGIN_RETURN] = "cannot be asked back",
    [PHONE_EVENT_CANCEL_RETURN] = "has no return to be cancelled",
    [PHONE_EVENT_PROVE_WIPED] = "cannot be proven to be empty",
    [PHONE_EVENT_RESTOCK] = "cannot be taken into stock",
    [PHONE_EVENT_RETIRE] = "cannot be retired",
    [PHONE_EVENT_WRITE_OFF] = "cannot be written off",
};

static int refuse(
    const struct device *device, enum phone_event event, struct err *err)
{
	return err_set(err, ERR_CONFLICT, "the phone %.64s %s: it %s",
	    device->serial, deeds[event], states[device->state]);
}

static int look(struct txn *txn, const struct device *device,
    struct phone_is *out, struct err *err)
{
	struct assignment_row held;
	enum life_state life;
	int rc = store_assignment_find_phone(
	    txn, device->org_id, device->id, 0, &held, NULL);

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read who holds a phone");
	*out = (struct phone_is){.held = rc == 0, .own = device->is_private};
	if (!device->life_id[0])
		return 0;
	rc = store_life_load_state(txn, device->life_id, &life, err);
	out->managed = rc == 0 && life_is_open(life);
	return rc;
}

/* Who holds and manages it has its own history. */
static bool is_worth_a_row(const struct phone_step_row *row)
{
	return row->from_state != row->to_state ||
	    phone_is_missing(row->from_state) || phone_is_gone(row->from_state);
}

static int write_down(struct txn *txn, const struct ledger *ledger,
    const struct phone_step_row *row, struct err *err)
{
	const struct audit_note note = {
	    .action = AUDIT_PHONE_MOVED,
	    .org_id = row->org_id,
	    .by = row->made_by,
	    .subject_kind = "phone",
	    .subject_id = row->device_id,
	    .device_id = row->device_id,
	    .why = row->reason,
	    .params = {{"event", phone_event_name(row->event)},
	        {"from", phone_state_name(row->from_state)},
	        {"state", phone_state_name(row->to_state)}},
	};
	const struct event event = {
	    .org_id = row->org_id,
	    .kind = EVENT_PHONE_CHANGED,
	    .state = phone_state_name(row->to_state),
	    .device_id = row->device_id,
	    .by = row->made_by,
	};
	int rc = audit_write(txn, ledger->service, &note, err);

	return rc < 0 ? rc : notify_event(txn, ledger->service, &event, err);
}

static int move(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, enum phone_state to,
    const char *reason, struct err *err)
{
	struct phone_step_row row = {.event = event,
	    .from_state = device->state,
	    .to_state = to,
	    .at = ledger->now};
	int rc;

	(void)snprintf(row.org_id, sizeof(row.org_id), "%s", device->org_id);
	(void)snprintf(row.device_id, sizeof(row.device_id), "%s", device->id);
	(void)snprintf(row.made_by, sizeof(row.made_by), "%s", ledger->by);
	(void)snprintf(
	    row.reason, sizeof(row.reason), "%s", reason ? reason : "");
	if (!is_worth_a_row(&row))
		return 0;
	rc = store_phone_step(txn, &row, err);
	if (rc == 0)
		rc = write_down(txn, ledger, &row, err);
	if (rc < 0)
		return rc;
	device->state = to;
	device->state_at = ledger->now;
	return 0;
}

/* -ERR_CONFLICT without a sentence: the table has no such step. */
static int try_step(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, const char *reason,
    struct err *err)
{
	struct device now;
	struct phone_is is;
	enum phone_state to;
	int rc =
	    store_device_load_of(txn, ledger->org_id, device->id, &now, err);

	if (rc == 0)
		rc = look(txn, &now, &is, err);
	if (rc < 0)
		return rc;
	device->state = now.state;
	device->state_at = now.state_at;
	if (phone_next(now.state, event, &is, &to) < 0)
		return -ERR_CONFLICT;
	if (event == PHONE_EVENT_FIND)
		rc = lost_mode_lift(txn, ledger, &now, reason, err);
	/* Nobody looks for it any more; it stays locked. */
	else if (phone_is_missing(now.state) && phone_is_gone(to))
		rc = store_phone_place_forget(
		    txn, now.org_id, now.id, ledger->now, err);
	return rc < 0 ? rc : move(txn, ledger, device, event, to, reason, err);
}

int phone_step(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, const char *reason,
    struct err *err)
{
	int rc;

	if (phone_event_wants_reason(event) && (!reason || !*reason))
		return err_set(err, ERR_INVALID, "say why");
	if (reason &&
	    strlen(reason) >= sizeof(((struct phone_step_row *)0)->reason))
		return err_set(err, ERR_LIMIT, "the reason is too long");
	rc = try_step(txn, ledger, device, event, reason, err);
	return rc == -ERR_CONFLICT ? refuse(device, event, err) : rc;
}

int phone_follow(struct txn *txn, const struct ledger *ledger,
    struct device *device, enum phone_event event, const char *reason,
    struct err *err)
{
	int rc = try_step(txn, ledger, device, event, reason, err);

	return rc == -ERR_CONFLICT ? 0 : rc;
}

int phone_may_be_assigned(const struct device *device, struct err *err)
{
	const struct phone_is is = {.held = true};
	enum phone_state to;

	if (phone_next(device->state, PHONE_EVENT_ASSIGN, &is, &to) < 0)
		return refuse(device, PHONE_EVENT_ASSIGN, err);
	return 0;
}
