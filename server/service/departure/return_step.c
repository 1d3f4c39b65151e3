/* One step of a return case, and what follows from where it leads. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/notify/notify.h"
#include "server/service/phone/phone_state.h"
#include "server/service/receipt/receipts.h"
#include "server/service/service.h"

void return_step_init(struct return_step_row *step, const struct ledger *ledger,
    enum return_step_kind kind)
{
	*step = (struct return_step_row){.kind = kind, .at = ledger->now};
	(void)str_copy(step->done_by, sizeof(step->done_by), ledger->by);
	(void)str_copy(step->done_person_id, sizeof(step->done_person_id),
	    ledger->person_id);
}

struct before {
	unsigned count;
	int64_t at; /* of the last */
};

static int note_before(void *arg, const struct return_step_row *row)
{
	struct before *before = arg;

	before->count++;
	before->at = row->at;
	return 0;
}

int return_step_add(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct return_step_row *step,
    struct err *err)
{
	struct before before = {0};
	int rc = store_return_step_each(
	    txn, row->org_id, row->id, note_before, &before, err);

	if (rc < 0)
		return rc;
	/* A clock put back turns no proof into what came before its dispute. */
	if (step->at < before.at)
		step->at = before.at;
	uuid_make_ordered(
	    step->at, before.count, ledger->service->rng, step->id);
	memcpy(step->org_id, row->org_id, STORE_ID);
	memcpy(step->case_id, row->id, STORE_ID);
	return store_return_step_add(txn, step, err);
}

/* ---- telling ---- */

static const char *const codes_words[RETURN_CODES_COUNT] = {
    NULL, "handed_over", "not_handed_over", "not_needed"};

static int note_step(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const char *event,
    const struct return_step_row *step, struct err *err)
{
	const struct audit_note note = {
	    .action = AUDIT_RETURN_MOVED,
	    .org_id = row->org_id,
	    .by = ledger->by,
	    .subject_kind = "return_case",
	    .subject_id = row->id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->id,
	    .why = step ? step->note : NULL,
	    .params = {{"event", event},
	        {"state", return_state_name(row->state)},
	        {"step", step ? return_step_name(step->kind) : NULL},
	        {"signed_by", step ? step->person_id : NULL},
	        {"codes", step ? codes_words[step->codes] : NULL}},
	};

	return audit_write(txn, ledger->service, &note, err);
}

int return_step_told(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct return_step_row *step,
    struct err *err)
{
	int rc = return_step_add(txn, ledger, row, step, err);

	return rc < 0 ? rc : note_step(txn, ledger, row, NULL, step, err);
}

static int tell_programs(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct err *err)
{
	const struct event event = {.org_id = row->org_id,
	    .kind = EVENT_RETURN_CASE_CHANGED,
	    .state = return_state_name(row->state),
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->id,
	    .departure_id = row->departure_id,
	    .by = ledger->by};

	return notify_event(txn, ledger->service, &event, err);
}

void departure_phone_words(const struct device *device, char *out, size_t size)
{
	const char *name =
	    device->model[0] ? device->model : device->product_name;

	(void)snprintf(out, size, "%.100s%s%.60s", name,
	    name[0] && device->serial[0] ? ", " : "", device->serial);
}

static int tell_person(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct device *device,
    enum notice_kind kind, const char *reader_id, struct err *err)
{
	char what[LIMIT_NAME + 1];
	const struct notice notice = {.org_id = row->org_id,
	    .kind = kind,
	    .person_id = reader_id,
	    .about_id =
	        strcmp(reader_id, row->person_id) ? row->person_id : NULL,
	    .case_id = row->id,
	    .what = what};

	departure_phone_words(device, what, sizeof(what));
	return notify_person(txn, ledger->service, &notice, err);
}

static int tell_receiver(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct device *device,
    enum notice_kind kind, struct err *err)
{
	struct departure_row departure;
	int rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);

	return rc < 0 ? rc
	              : tell_person(txn, ledger, row, device, kind,
	                    departure.receiver_id, err);
}

/* ---- where the phone itself is ---- */

/* With its owner, or where those are who share it. */
static bool stays_where_it_is(const struct return_case_row *row)
{
	return row->kind == RETURN_KIND_PRIVATE ||
	    row->kind == RETURN_KIND_SHARED;
}

/* Handed in, it is lost no more, and on its way back again; what was seen empty
 * before is empty still. */
static int follow_found(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct device *device, struct err *err)
{
	bool is_proven = (row->marks & RETURN_MARK_PROVEN) != 0;
	int rc = phone_follow(txn, ledger, device, PHONE_EVENT_FIND,
	    row->reason[0] ? row->reason : "handed in", err);

	if (rc < 0 || stays_where_it_is(row))
		return rc;
	return phone_follow(txn, ledger, device,
	    is_proven ? PHONE_EVENT_PROVE_WIPED : PHONE_EVENT_BEGIN_RETURN,
	    is_proven ? "it was seen empty before" : "it is on its way back",
	    err);
}

static int follow_phone(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, enum return_event event,
    struct device *device, struct err *err)
{
	static const struct {
		bool is_any;
		enum phone_event event;
	} follows[RETURN_EVENT_COUNT] = {
	    [RETURN_EVENT_ASK] = {true, PHONE_EVENT_BEGIN_RETURN},
	    [RETURN_EVENT_LOST] = {true, PHONE_EVENT_REPORT_LOST},
	    [RETURN_EVENT_PROOF] = {true, PHONE_EVENT_PROVE_WIPED},
	    /* Not empty after all: nobody is handed it. */
	    [RETURN_EVENT_CONTACT] = {true, PHONE_EVENT_BEGIN_RETURN},
	    [RETURN_EVENT_REFUTED] = {true, PHONE_EVENT_BEGIN_RETURN},
	    [RETURN_EVENT_PUT_BACK] = {true, PHONE_EVENT_CANCEL_RETURN},
	    [RETURN_EVENT_CANCEL] = {true, PHONE_EVENT_CANCEL_RETURN},
	    [RETURN_EVENT_WRITE_OFF] = {true, PHONE_EVENT_WRITE_OFF},
	};

	if (event == RETURN_EVENT_CUSTODY || event == RETURN_EVENT_FOUND)
		return follow_found(txn, ledger, row, device, err);
	if (stays_where_it_is(row) || !follows[event].is_any)
		return 0;
	return phone_follow(txn, ledger, device, follows[event].event,
	    row->reason[0] ? row->reason : return_event_name(event), err);
}

/* ---- what ends ---- */

static int is_still_theirs(struct txn *txn, const struct return_case_row *row,
    bool *out, struct err *err)
{
	struct assignment_row held;
	int rc = store_assignment_find_phone(
	    txn, row->org_id, row->device_id, 0, &held, err);

	*out = rc == 0 &&
	    (strcmp(held.id, row->assignment_id) == 0 ||
	        /* Whatever way they came to it: nobody has it. */
	        (row->state == RETURN_WRITTEN_OFF &&
	            strcmp(held.person_id, row->person_id) == 0));
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* Nobody holds it from now on, unless it stays or somebody else has it. */
static int give_back(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const char *reason, struct err *err)
{
	const struct assignment_said said = {.phone = row->device_id};
	struct assignment_row ended;
	bool is_theirs = false;
	int rc = is_still_theirs(txn, row, &is_theirs, err);

	if (rc < 0 || !is_theirs)
		return rc;
	return ledger_assignment_end(txn, ledger, &said, reason, &ended, err);
}

/* AHL-19: whoever signed for a shared phone answers for it from now on. */
static int hand_over(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct err *err)
{
	const struct assignment_said said = {.phone = row->device_id,
	    .person = row->receiver_id,
	    .is_shared = 1};
	struct assignment_row next;
	enum ledger_effect effect;
	bool is_theirs = false;
	int rc = is_still_theirs(txn, row, &is_theirs, err);

	if (rc < 0 || !is_theirs)
		return rc;
	return row->receiver_id[0]
	    ? ledger_assignment_put(txn, ledger, &said, &next, &effect, err)
	    : give_back(txn, ledger, row, "handed over", err);
}

static int let_go(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, struct device *device, struct err *err)
{
	int rc;

	if (row->kind == RETURN_KIND_SHARED)
		return hand_over(txn, ledger, row, err);
	if (row->kind == RETURN_KIND_PRIVATE)
		return give_back(
		    txn, ledger, row, "nothing of work is left on it", err);
	rc = give_back(txn, ledger, row, "returned", err);
	if (rc == 0)
		rc = return_accessories(txn, ledger, row, err);
	return rc < 0 ? rc
	              : phone_follow(txn, ledger, device, PHONE_EVENT_RESTOCK,
	                    "returned", err);
}

static int after_release(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct device *device, struct err *err)
{
	struct return_step_row step;
	int rc = 0;

	return_step_init(&step, ledger, RETURN_STEP_RELEASED);
	(void)snprintf(step.note, sizeof(step.note), "%s", row->proof);
	rc = return_step_add(txn, ledger, row, &step, err);
	if (rc == 0)
		rc = let_go(txn, ledger, row, device, err);
	return rc < 0 ? rc
	              : tell_person(txn, ledger, row, device,
	                    NOTICE_RETURN_DONE, row->person_id, err);
}

static int after_dispute(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, const struct device *device,
    struct err *err)
{
	int rc = receipt_void_case(txn, ledger->service, row->org_id, row->id,
	    RECEIPT_ERASURE, row->reason, err);

	return rc < 0 ? rc
	              : tell_receiver(txn, ledger, row, device,
	                    NOTICE_RETURN_DISPUTED, err);
}

static int issue_papers(struct txn *txn, const struct ledger *ledger,
    const struct return_case_row *row, enum return_event event, struct err *err)
{
	const unsigned both =
	    RETURN_MARK_SIGNED_HOLDER | RETURN_MARK_SIGNED_RECEIVER;
	const struct erasure_said erased = {.org_id = row->org_id,
	    .by = ledger->by,
	    .device_id = row->device_id,
	    .case_id = row->id};
	int rc = 0;

	if ((event == RETURN_EVENT_SIGN_HOLDER ||
	        event == RETURN_EVENT_SIGN_RECEIVER) &&
	    (row->marks & both) == both)
		rc = receipt_issue_return(txn, ledger->service, row->org_id,
		    row->id, ledger->by, NULL, err);
	if (rc == 0 && event == RETURN_EVENT_PROOF) {
		rc = receipt_issue_erasure(
		    txn, ledger->service, &erased, NULL, err);
		if (rc == -ERR_CONFLICT)
			rc = 0; /* the ladder does not bear it */
	}
	return rc;
}

static int follow_up(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_state was, enum return_event event,
    struct err *err)
{
	struct device device;
	int rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);

	if (rc == 0)
		rc = follow_phone(txn, ledger, row, event, &device, err);
	if (rc == 0)
		rc = issue_papers(txn, ledger, row, event, err);
	if (rc < 0 || row->state == was)
		return rc;
	switch (row->state) {
	case RETURN_RELEASED:
		return after_release(txn, ledger, row, &device, err);
	case RETURN_DISPUTED:
		return after_dispute(txn, ledger, row, &device, err);
	case RETURN_WRITTEN_OFF:
		rc = give_back(txn, ledger, row, "written off", err);
		return rc < 0 ? rc
		              : tell_receiver(txn, ledger, row, &device,
		                    NOTICE_RETURN_WRITTEN_OFF, err);
	default:
		return 0;
	}
}

static void set_times(struct return_case_row *row, enum return_event event,
    enum return_state was, int64_t now)
{
	row->changed_at = now;
	if (event == RETURN_EVENT_ASK && !row->asked_at)
		row->asked_at = now;
	if (event == RETURN_EVENT_CUSTODY && !row->custody_at)
		row->custody_at = now;
	if (event == RETURN_EVENT_PROOF)
		row->proven_at = now;
	if (!(row->marks & RETURN_MARK_PROVEN))
		row->proven_at = 0;
	if (return_case_is_open(was) && !return_case_is_open(row->state))
		row->closed_at = now;
	if (return_case_is_open(row->state))
		row->closed_at = 0;
}

int return_apply(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_event event,
    struct return_step_row *step, struct err *err)
{
	enum return_state was = row->state;
	enum return_state next;
	unsigned marks;
	int rc;

	if (return_case_next(row->state, (unsigned)row->marks,
	        (unsigned)row->needs, event, &next, &marks) < 0)
		return err_set(err, ERR_CONFLICT,
		    "this return is %s; %s does not go with that",
		    return_state_name(row->state), return_event_name(event));
	if (next == row->state && marks == (unsigned)row->marks)
		return step ? return_step_told(txn, ledger, row, step, err) : 0;
	row->state = next;
	row->marks = marks;
	set_times(row, event, was, ledger->now);
	if ((rc = store_return_case_save(txn, row, err)) < 0 ||
	    (step && (rc = return_step_add(txn, ledger, row, step, err)) < 0) ||
	    (rc = note_step(
	         txn, ledger, row, return_event_name(event), step, err)) < 0 ||
	    (rc = follow_up(txn, ledger, row, was, event, err)) < 0)
		return rc;
	if (row->state != was)
		rc = tell_programs(txn, ledger, row, err);
	if (rc == 0 && !return_case_is_open(was) &&
	    return_case_is_open(row->state))
		rc = return_goes_on(txn, ledger, row, err);
	return rc < 0 ? rc
	              : departure_wake(txn, row->org_id, row->departure_id,
	                    ledger->now, err);
}
