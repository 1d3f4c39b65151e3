/* What phones and benches let us know, as steps of the case it is about. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

/* ---- which case ---- */

/* Not proven yet, and the wipe is of the enrolment of now, by the very assignment
 * that the case is of: it enrolled anew since, and was erased by hand. */
static int is_of_now(struct txn *txn, const struct wipe *wipe,
    const struct return_case_row *row, bool *out, struct err *err)
{
	struct assignment_row held;
	struct device device;
	int rc;

	*out = false;
	if (!return_case_is_open(row->state) ||
	    (row->marks & RETURN_MARK_PROVEN))
		return 0;
	rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);
	if (rc < 0 || strcmp(device.life_id, wipe->life_id) != 0)
		return rc;
	rc = store_assignment_find_phone(
	    txn, row->org_id, row->device_id, 0, &held, err);
	*out = rc == 0 && strcmp(held.id, row->assignment_id) == 0;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* The newest of the phone that is of this enrolment, released ones too. */
static int find_case(struct txn *txn, const struct wipe *wipe,
    struct return_case_row *out, struct err *err)
{
	bool is_its = true;
	int rc;

	if (wipe->case_id[0])
		return store_return_case_load(
		    txn, wipe->org_id, wipe->case_id, out, err);
	rc = store_return_case_find_device(
	    txn, wipe->org_id, wipe->device_id, out, err);
	if (rc == 0 && strcmp(out->life_id, wipe->life_id) != 0)
		rc = is_of_now(txn, wipe, out, &is_its, err);
	return rc == 0 && !is_its ? -ERR_NOT_FOUND : rc;
}

/* One ordered by hand is the case's from now on: it orders none. */
static int take_wipe(struct txn *txn, struct return_case_row *row,
    const struct wipe *wipe, struct err *err)
{
	bool is_by_hand = !wipe->case_id[0];

	if (!return_case_is_open(row->state) ||
	    (row->wipe_id[0] &&
	        (!is_by_hand || strcmp(row->life_id, wipe->life_id) == 0)))
		return 0;
	memcpy(row->wipe_id, wipe->id, STORE_ID);
	if (is_by_hand)
		memcpy(row->life_id, wipe->life_id, STORE_ID);
	return store_return_case_save(txn, row, err);
}

static int hear(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, enum return_event event,
    enum return_step_kind kind, const char *note, struct err *err)
{
	struct return_step_row step;
	int rc;

	return_step_init(&step, ledger, kind);
	(void)snprintf(step.note, sizeof(step.note), "%.511s", note);
	if (event == RETURN_EVENT_PROOF)
		(void)snprintf(row->proof, sizeof(row->proof), "%.511s", note);
	if (event == RETURN_EVENT_CONTACT || event == RETURN_EVENT_REFUTED)
		(void)snprintf(
		    row->reason, sizeof(row->reason), "%.511s", note);
	rc = return_apply(txn, ledger, row, event, &step, err);
	/* It is past that: cancelled, say, and erased all the same. */
	return rc == -ERR_CONFLICT ? 0 : rc;
}

static bool has(const struct return_case_row *row, unsigned mark)
{
	return (row->marks & mark) != 0;
}

/* ---- wipes ---- */

static int hear_wipe(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct wipe *wipe, enum wipe_event event,
    struct err *err)
{
	switch (event) {
	case WIPE_EVENT_ACKNOWLEDGE:
		if (has(row, RETURN_MARK_WIPE_ACKNOWLEDGED))
			return 0;
		return hear(txn, ledger, row, RETURN_EVENT_WIPE_ACKNOWLEDGED,
		    RETURN_STEP_WIPE_ACKNOWLEDGED,
		    "it says that it erases itself", err);
	case WIPE_EVENT_PROOF:
		if (has(row, RETURN_MARK_PROVEN))
			return 0;
		return hear(txn, ledger, row, RETURN_EVENT_PROOF,
		    RETURN_STEP_PROOF, "seen erased at the bench", err);
	case WIPE_EVENT_CONTACT:
		/* Once: a liar is not disputed anew with every word. */
		if (!has(row,
		        RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN))
			return 0;
		return hear(txn, ledger, row,
		    wipe->caught_at ? RETURN_EVENT_REFUTED
		                    : RETURN_EVENT_CONTACT,
		    RETURN_STEP_DISPUTED, wipe->warning, err);
	default:
		return 0;
	}
}

int return_wipe_changed(struct txn *txn, struct service *service,
    const struct wipe *wipe, enum wipe_event event, int64_t now,
    struct err *err)
{
	struct departure_world world;
	struct return_case_row row;
	int rc = find_case(txn, wipe, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = departure_world_policy(
		    service, wipe->org_id, now, &world, err);
	if (rc == 0)
		rc = take_wipe(txn, &row, wipe, err);
	return rc < 0 ? rc
	              : hear_wipe(txn, &world.ledger, &row, wipe, event, err);
}

/* ---- lives ---- */

/*
 * An erase that the former life acknowledged, and a new one that begins in
 * Setup Assistant: where a phone stands only when it is empty. A new life
 * alone is no proof: a profile can be taken off and put on again.
 */
static int prove_by_life(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	const struct audit_note note = {.action = AUDIT_WIPE_PROVEN,
	    .org_id = row->org_id,
	    .subject_kind = "wipe",
	    .subject_id = row->wipe_id,
	    .person_id = row->person_id,
	    .device_id = row->device_id,
	    .case_id = row->id,
	    .params = {{"how", "new_life"}}};
	struct wipe wipe;
	int rc;

	if (!row->wipe_id[0] || has(row, RETURN_MARK_PROVEN))
		return 0;
	rc = store_wipe_load(txn, row->wipe_id, &wipe, err);
	if (rc < 0)
		return rc;
	if (strcmp(wipe.life_id, row->life_id) != 0 || wipe.caught_at ||
	    (wipe.state != WIPE_ACKNOWLEDGED && wipe.state != WIPE_SILENT) ||
	    wipe_next(wipe.state, WIPE_EVENT_PROOF, &wipe.state) < 0)
		return 0;
	wipe.proven_at = ledger->now;
	wipe.warning[0] = '\0';
	if ((rc = store_wipe_update(txn, &wipe, err)) < 0 ||
	    (rc = audit_write(txn, ledger->service, &note, err)) < 0)
		return rc;
	return hear(txn, ledger, row, RETURN_EVENT_PROOF, RETURN_STEP_PROOF,
	    "it acknowledged its erase and enrolled anew from Setup "
	    "Assistant",
	    err);
}

static int is_with_leaver(struct txn *txn, const struct return_case_row *row,
    bool *out, struct err *err)
{
	struct assignment_row held;
	int rc = store_assignment_find_phone(
	    txn, row->org_id, row->device_id, 0, &held, err);

	*out = rc == 0 && strcmp(held.person_id, row->person_id) == 0;
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* Whatever was said in its former life. Who took it into custody saw to its lock
 * then. */
static int take_words_back(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	bool is_theirs;
	int rc = is_with_leaver(txn, row, &is_theirs, err);

	if (rc == 0 && is_theirs && has(row, RETURN_MARK_DATA_REMOVED))
		rc = hear(txn, ledger, row, RETURN_EVENT_DATA_OPEN,
		    RETURN_STEP_DATA_OPEN,
		    "it has enrolled anew: what is of work can be on it again",
		    err);
	if (rc == 0 && is_theirs && has(row, RETURN_MARK_LOCK_CLEARED) &&
	    !has(row, RETURN_MARK_CUSTODY))
		rc = hear(txn, ledger, row, RETURN_EVENT_LOCK_OPEN,
		    RETURN_STEP_LOCK_OPEN,
		    "it has enrolled anew: its Activation Lock can have been "
		    "turned on since",
		    err);
	return rc;
}

int return_life_began(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, bool in_setup, int64_t now,
    struct err *err)
{
	struct departure_world world;
	struct return_case_row row;
	struct device device;
	int rc = return_case_going(txn, org_id, device_id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = store_device_load_of(txn, org_id, device_id, &device, err);
	if (rc == 0)
		rc = departure_world_policy(service, org_id, now, &world, err);
	if (rc == 0 && in_setup && strcmp(device.life_id, row.life_id) != 0)
		rc = prove_by_life(txn, &world.ledger, &row, err);
	if (rc == 0)
		rc = take_words_back(txn, &world.ledger, &row, err);
	return rc < 0
	    ? rc
	    : return_phone_changed(txn, service, org_id, device_id, now, err);
}

static int hear_left(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, struct err *err)
{
	if (row->kind == RETURN_KIND_PRIVATE)
		return hear(txn, ledger, row, RETURN_EVENT_DATA_REMOVED,
		    RETURN_STEP_DATA_REMOVED,
		    "it left management, and what was of work with it", err);
	/* Who took it into custody saw to its lock then. */
	if (has(row, RETURN_MARK_LOCK_CLEARED) &&
	    !has(row, RETURN_MARK_CUSTODY))
		return hear(txn, ledger, row, RETURN_EVENT_LOCK_OPEN,
		    RETURN_STEP_LOCK_OPEN,
		    "it left management: its Activation Lock can have been "
		    "turned on since",
		    err);
	return 0;
}

int return_life_ended(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err)
{
	struct departure_world world;
	struct return_case_row row;
	int rc = return_case_going(txn, org_id, device_id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = departure_world_policy(service, org_id, now, &world, err);
	return rc < 0 ? rc : hear_left(txn, &world.ledger, &row, err);
}

/* ---- what an order that is about to be given rests on ---- */

/* Paused, planned anew, over: whatever left the order behind. */
static int must_be_going(struct txn *txn, const struct return_case_row *row,
    const struct assignment_row *held, struct err *err)
{
	struct departure_row departure;
	int rc = store_departure_load(
	    txn, row->org_id, row->departure_id, &departure, err);

	if (rc < 0)
		return rc;
	if (departure.state != DEPARTURE_OPEN)
		return err_set(err, ERR_CONFLICT,
		    "the departure that it was ordered for is %s",
		    departure_state_name(departure.state));
	if (strcmp(row->assignment_id, held->id) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the phone is somebody else's than when it was ordered");
	return 0;
}

static int is_not_open(const struct return_case_row *row, struct err *err)
{
	return err_set(err, ERR_CONFLICT,
	    "the return that it was ordered for is %s",
	    return_state_name(row->state));
}

int return_wipe_covered(struct txn *txn, const struct wipe *wipe,
    const struct assignment_row *held, struct err *err)
{
	struct return_case_row row;
	int rc;

	if (held->from_at > wipe->ordered_at)
		return err_set(err, ERR_CONFLICT,
		    "the phone was handed to somebody after the erase was "
		    "ordered");
	if (!wipe->case_id[0])
		return 0;
	rc =
	    store_return_case_load(txn, wipe->org_id, wipe->case_id, &row, err);
	if (rc < 0)
		return rc;
	if (!return_case_is_open(row.state) ||
	    row.kind == RETURN_KIND_PRIVATE || row.kind == RETURN_KIND_SHARED)
		return is_not_open(&row, err);
	return must_be_going(txn, &row, held, err);
}

static const char removal_of[] = "departure:";

void return_removal_purpose(const char *case_id, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s", removal_of, case_id);
}

bool return_is_removal(const struct command *command)
{
	return strcmp(command->request_type, "RemoveProfile") == 0 &&
	    strncmp(command->purpose, removal_of, sizeof(removal_of) - 1) == 0;
}

int return_removal_covered(struct txn *txn, const struct command *command,
    struct assignment_row *held, struct err *err)
{
	const char *case_id = command->purpose + sizeof(removal_of) - 1;
	struct return_case_row row;
	struct device device;
	int rc =
	    store_return_case_load(txn, command->org_id, case_id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFLICT,
		    "the return that it was ordered for is not there");
	if (rc == 0)
		rc = store_device_load_of(
		    txn, row.org_id, row.device_id, &device, err);
	if (rc < 0)
		return rc;
	if (!return_case_is_open(row.state) || !(row.marks & RETURN_MARK_ASKED))
		return is_not_open(&row, err);
	if (row.kind != RETURN_KIND_PRIVATE || !device.is_private)
		return err_set(
		    err, ERR_CONFLICT, "the phone is no private one any more");
	rc = store_assignment_find_phone(
	    txn, row.org_id, row.device_id, 0, held, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_CONFLICT,
		    "nobody holds this phone any more by our records");
	return rc < 0 ? rc : must_be_going(txn, &row, held, err);
}

int return_case_going(struct txn *txn, const char *org_id,
    const char *device_id, struct return_case_row *out, struct err *err)
{
	int rc = store_return_case_find_open(txn, org_id, device_id, out, err);

	if (rc != -ERR_NOT_FOUND)
		return rc;
	rc = store_return_case_find_device(txn, org_id, device_id, out, err);
	return rc == 0 && out->state != RETURN_WRITTEN_OFF ? -ERR_NOT_FOUND
	                                                   : rc;
}
