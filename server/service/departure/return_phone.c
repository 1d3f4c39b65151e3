/*
 * What the phone of a case is follows the phone: a case is made months ahead,
 * before the phone enrols or says that it is supervised. Until it is handed in,
 * or has taken its erase; and only while it is with whom it is asked from.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/departure_inside.h"
#include "server/service/phone/escrow.h"
#include "server/service/phone/phone_kind.h"
#include "server/service/service.h"
#include "server/store/store_bench.h"

/* ---- what it is ---- */

/*
 * Activation Lock is Apple's and needs no management: who took that off, or
 * never had it, can have turned the lock on. Nobody can ask whether it is on.
 */
static unsigned needs_of(enum return_kind kind, const struct device *device)
{
	unsigned needs = return_case_needs(kind);

	if (kind == RETURN_KIND_UNMANAGED &&
	    phone_kind_is_managed(device->kind))
		needs |= RETURN_MARK_LOCK_CLEARED;
	return needs;
}

static int kind_of_life(struct txn *txn, const struct device *device,
    enum return_kind *out, struct err *err)
{
	enum life_state life;
	bool supervised = false;
	int rc;

	*out = RETURN_KIND_UNMANAGED;
	if (!device->life_id[0])
		return 0;
	rc = store_life_load_state(txn, device->life_id, &life, err);
	if (rc < 0 || !life_is_open(life))
		return rc;
	rc = phone_kind_is_supervised(txn, device->life_id, &supervised, err);
	*out = supervised ? RETURN_KIND_MANAGED : RETURN_KIND_UNSUPERVISED;
	return rc;
}

static int kind_of(struct txn *txn, const struct device *device,
    const struct assignment_row *held, enum return_kind *out, struct err *err)
{
	if (!device->is_private && !held->is_shared)
		return kind_of_life(txn, device, out, err);
	*out = device->is_private ? RETURN_KIND_PRIVATE : RETURN_KIND_SHARED;
	return 0;
}

int return_phone_fill(struct txn *txn, const struct device *device,
    const struct assignment_row *held, struct return_case_row *row,
    struct err *err)
{
	int rc = kind_of(txn, device, held, &row->kind, err);

	row->needs = needs_of(row->kind, device);
	memcpy(row->life_id, device->life_id, STORE_ID);
	return rc;
}

/* ---- its Activation Lock ---- */

int return_phone_look_at_lock(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct device *device, struct err *err)
{
	struct activation_view lock;
	struct return_step_row step;
	int rc;

	if (row->kind != RETURN_KIND_MANAGED ||
	    (row->marks & RETURN_MARK_LOCK_CLEARED))
		return 0;
	rc = activation_lock_look(txn, device, ledger->now, &lock, err);
	if (rc < 0 || lock.state == ACTIVATION_LOCK_UNKNOWN)
		return rc;
	return_step_init(&step, ledger, RETURN_STEP_LOCK_CLEARED);
	(void)snprintf(step.note, sizeof(step.note), "%s",
	    activation_lock_name(lock.state));
	return return_apply(
	    txn, ledger, row, RETURN_EVENT_LOCK_CLEARED, &step, err);
}

/* ---- whose it is ---- */

bool return_phone_was_let_go(const struct assignment_row *former)
{
	return former->life_id[0] && former->to_at && !former->voided_at &&
	    strcmp(former->closed_by, TASK_BY_POLICY) == 0;
}

/* Who enrols it again has it all the same. */
static int goes_on(struct txn *txn, const struct return_case_row *row,
    const struct assignment_row *held, bool *out, struct err *err)
{
	struct assignment_row former;
	int rc = store_assignment_load(
	    txn, row->org_id, row->assignment_id, &former, err);

	*out = rc == 0 && held->life_id[0] &&
	    strcmp(held->person_id, row->person_id) == 0 &&
	    return_phone_was_let_go(&former);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int follow_holder(struct txn *txn, struct return_case_row *row,
    const struct assignment_row *held, bool *is_theirs, struct err *err)
{
	int rc;

	*is_theirs = strcmp(held->id, row->assignment_id) == 0;
	if (*is_theirs)
		return 0;
	rc = goes_on(txn, row, held, is_theirs, err);
	if (rc < 0 || !*is_theirs)
		return rc;
	memcpy(row->assignment_id, held->id, STORE_ID);
	return store_return_case_save(txn, row, err);
}

/* ---- may it follow ---- */

int return_phone_ended_with(struct txn *txn, const char *life_id, int64_t at,
    bool *out, struct err *err)
{
	struct life life;
	int rc = store_life_load(txn, life_id, &life, err);

	*out = rc == 0 && life.ended_at && life.ended_at == at;
	return rc;
}

/* It came to nothing with the enrolment it was ordered in, or the phone refused
 * it. What a person took back stays taken back. */
static int is_moot(
    struct txn *txn, const struct wipe *wipe, bool *out, struct err *err)
{
	*out = wipe->state == WIPE_FAILED;
	return wipe->state == WIPE_CANCELLED
	    ? return_phone_ended_with(
	          txn, wipe->life_id, wipe->closed_at, out, err)
	    : 0;
}

/* Never a second erase after one that the phone has taken. */
static int may_follow(struct txn *txn, const struct return_case_row *row,
    const struct device *device, bool *out, struct err *err)
{
	const unsigned settled = RETURN_MARK_CUSTODY |
	    RETURN_MARK_WIPE_ACKNOWLEDGED | RETURN_MARK_PROVEN;
	struct wipe wipe;
	int rc;

	*out = !(row->marks & settled);
	if (!*out || !row->wipe_id[0])
		return 0;
	*out = false;
	rc = store_wipe_load(txn, row->wipe_id, &wipe, err);
	if (rc < 0 || (wipe_is_open(wipe.state) && wipe.state != WIPE_ORDERED))
		return rc;
	*out = strcmp(wipe.life_id, device->life_id) == 0;
	return *out ? 0 : is_moot(txn, &wipe, out, err);
}

/* ---- following ---- */

static const char *const kind_words[RETURN_KIND_COUNT] = {
    [RETURN_KIND_MANAGED] = "it is managed and supervised",
    [RETURN_KIND_UNSUPERVISED] = "it is managed and not supervised",
    [RETURN_KIND_UNMANAGED] = "it is not managed",
    [RETURN_KIND_PRIVATE] = "it is a private phone",
    [RETURN_KIND_SHARED] = "it is a shared phone",
};

/* All that follows from what it is goes by the marks. */
static int become(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct return_case_row *is,
    struct err *err)
{
	bool is_anew = strcmp(row->life_id, is->life_id) != 0;
	struct return_step_row step;
	int rc;

	if (!is_anew && row->kind == is->kind && row->needs == is->needs)
		return 0;
	if (is_anew)
		row->wipe_id[0] = '\0'; /* of the former enrolment */
	memcpy(row->life_id, is->life_id, STORE_ID);
	row->kind = is->kind;
	row->needs = is->needs;
	row->changed_at = ledger->now;
	rc = store_return_case_save(txn, row, err);
	return_step_init(&step, ledger, RETURN_STEP_PHONE_CHANGED);
	(void)snprintf(step.note, sizeof(step.note), "%s%s",
	    is_anew ? "it has enrolled: " : "", kind_words[row->kind]);
	if (rc == 0)
		rc = return_apply(
		    txn, ledger, row, RETURN_EVENT_PHONE_CHANGED, &step, err);
	if (rc == 0 && row->kind == RETURN_KIND_PRIVATE)
		rc =
		    return_unlock(txn, ledger, row, kind_words[row->kind], err);
	return rc < 0 ? rc
	              : departure_wake(txn, row->org_id, row->departure_id,
	                    ledger->now, err);
}

static int follow_kind(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct device *device,
    const struct assignment_row *held, struct err *err)
{
	struct return_case_row is = *row;
	bool follows;
	int rc = may_follow(txn, row, device, &follows, err);

	if (rc == 0)
		rc = return_phone_fill(txn, device, held, &is, err);
	if (rc < 0)
		return rc;
	/* What is private is never erased, however far it has come. */
	if (!follows && is.kind == RETURN_KIND_PRIVATE)
		memcpy(is.life_id, row->life_id, STORE_ID);
	else if (!follows)
		return 0;
	/* What we once managed needs the same proof when it has let go of us. */
	if (is.kind == RETURN_KIND_UNMANAGED)
		return 0;
	return become(txn, ledger, row, &is, err);
}

int return_phone_follow(struct txn *txn, const struct ledger *ledger,
    struct return_case_row *row, const struct assignment_row *held,
    struct err *err)
{
	struct device device;
	bool is_theirs;
	int rc = store_device_load_of(
	    txn, row->org_id, row->device_id, &device, err);

	if (rc == 0)
		rc = follow_holder(txn, row, held, &is_theirs, err);
	if (rc == 0 && is_theirs)
		rc = follow_kind(txn, ledger, row, &device, held, err);
	return rc < 0
	    ? rc
	    : return_phone_look_at_lock(txn, ledger, row, &device, err);
}

int return_phone_changed(struct txn *txn, struct service *service,
    const char *org_id, const char *device_id, int64_t now, struct err *err)
{
	struct departure_world world;
	struct departure_row departure;
	struct return_case_row row;
	struct assignment_row held;
	bool ours = false;
	int rc = store_return_case_find_open(txn, org_id, device_id, &row, err);

	if (rc == 0)
		rc = store_assignment_find_phone(
		    txn, org_id, device_id, 0, &held, err);
	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && strcmp(held.person_id, row.person_id) != 0))
		return 0;
	if (rc < 0 ||
	    (rc = departure_world_policy(service, org_id, now, &world, err)) <
	        0 ||
	    (rc = store_departure_load(
	         txn, org_id, row.departure_id, &departure, err)) < 0 ||
	    (rc = departure_covers(
	         txn, &world, &departure, &held, &ours, err)) < 0 ||
	    !ours)
		return rc;
	return return_phone_follow(txn, &world.ledger, &row, &held, err);
}
