/* Lost Mode by hand: what is checked and told before it is ordered. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/guard/guard.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_notice.h"
#include "server/service/phone/phone_state.h"
#include "server/service/service.h"

struct ask {
	struct service *service;
	const struct actor *actor;
	const struct device *found;
	const struct lost_mode_said *said;
	const char *reason;
	struct lost_mode_row row;
	struct guard_answer guard;
};

/* One person does not lock a town's phones. */
static int ask_guard(struct txn *txn, struct ask *ask,
    const struct ledger *ledger, struct err *err)
{
	const struct actor *actor = ask->actor;
	const struct guard_ask order = {.org_id = ledger->org_id,
	    .device_id = ask->found->id,
	    .kind = GUARD_LOCK,
	    .cause = GUARD_BY_HAND,
	    .by = actor->name,
	    .by_key = actor->key[0] ? actor->key : NULL,
	    .by_person_id = actor->person_id,
	    .reason = ask->said->reason,
	    .now = ledger->now};

	return guard_destructive(txn, ask->service, &order, &ask->guard, err);
}

/* An erase ends what could find it: the one or the other. */
static int check_erase(
    struct txn *txn, const struct device *device, struct err *err)
{
	struct wipe wipe;
	int rc = device->life_id[0]
	    ? store_wipe_find_open(txn, device->life_id, &wipe, NULL)
	    : -ERR_NOT_FOUND;

	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
		    "an erase is %s for this phone: cancel it first; an erased "
		    "phone is in no Lost Mode and cannot be located",
		    wipe_state_name(wipe.state));
	return rc == -ERR_NOT_FOUND ? 0 : err_set(err, ERR_IO, "cannot read");
}

/* A leaver's phone: its way back knows it, too, and its erase is withdrawn. */
static int tell(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct lost_mode_said *said,
    struct err *err)
{
	const struct phone_step_ask step = {.event = said->stolen
	        ? PHONE_EVENT_REPORT_STOLEN
	        : PHONE_EVENT_REPORT_LOST,
	    .reason = said->reason};
	int rc;

	if (phone_is_missing(device->state))
		return 0;
	rc = phone_notice_case(txn, ledger, device, &step, err);
	return rc < 0 ? rc
	              : phone_notice_manager(txn, ledger, device, &step, err);
}

static int enable(struct txn *txn, void *arg, struct err *err)
{
	struct ask *ask = arg;
	struct device device = *ask->found;
	struct ledger ledger;
	int rc = ledger_init(&ledger, ask->service, ask->actor, err);

	if (rc == 0)
		rc = ask_guard(txn, ask, &ledger, err);
	/* A request for a second person may stand now: it is to be kept. */
	if (rc < 0 || ask->guard.verdict != GUARD_ALLOWED)
		return rc;
	if ((rc = store_device_load_of(
	         txn, ledger.org_id, device.id, &device, err)) < 0 ||
	    (rc = tell(txn, &ledger, &device, ask->said, err)) < 0 ||
	    (rc = check_erase(txn, &device, err)) < 0 ||
	    (rc = store_device_load_of(
	         txn, ledger.org_id, device.id, &device, err)) < 0)
		return rc;
	return lost_mode_enable(
	    txn, &ledger, &device, ask->said, &ask->row, err);
}

static int not_allowed(const struct guard_answer *answer, struct err *err)
{
	char why[ERR_TEXT_MAX];

	guard_refusal(answer, why);
	return err_set(err,
	    answer->verdict == GUARD_OVER_LIMIT ? ERR_BUSY : ERR_DENIED, "%s",
	    why);
}

int service_lost_mode_enable(struct service *service, const struct actor *actor,
    const char *device, const struct lost_mode_said *said,
    struct lost_mode_row *out, struct err *err)
{
	struct device found;
	struct ask ask = {
	    .service = service, .actor = actor, .found = &found, .said = said};
	int rc;

	if (!said->reason || !*said->reason)
		return err_set(err, ERR_INVALID, "Lost Mode needs a reason");
	rc = service_device_find(service, actor, device, &found, err);
	if (rc == 0)
		rc = store_write(service->store, enable, &ask, err);
	if (rc == 0 && ask.guard.verdict != GUARD_ALLOWED)
		rc = not_allowed(&ask.guard, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "lost_mode_ordered", LOG_DEVICE, found.id,
	    LOG_SERIAL, found.serial, LOG_USER, actor->name, NULL);
	*out = ask.row;
	return 0;
}

static int lift(struct txn *txn, void *arg, struct err *err)
{
	struct ask *ask = arg;
	struct ledger ledger;
	int rc = ledger_init(&ledger, ask->service, ask->actor, err);

	if (rc == 0)
		rc = store_lost_mode_find_open(
		    txn, ledger.org_id, ask->found->id, &ask->row, err);
	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_CONFLICT, "this phone is not in Lost Mode");
	if (rc == 0)
		rc = lost_mode_lift(txn, &ledger, ask->found, ask->reason, err);
	return rc < 0 ? rc
	              : store_lost_mode_find_device(
	                    txn, ledger.org_id, ask->found->id, &ask->row, err);
}

int service_lost_mode_lift(struct service *service, const struct actor *actor,
    const char *device, const char *reason, struct lost_mode_row *out,
    struct err *err)
{
	struct device found;
	struct ask ask = {.service = service,
	    .actor = actor,
	    .found = &found,
	    .reason = reason};
	int rc;

	if (!reason || !*reason)
		return err_set(err, ERR_INVALID, "say why it is lifted");
	rc = service_device_find(service, actor, device, &found, err);
	if (rc == 0)
		rc = store_write(service->store, lift, &ask, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "lost_mode_lifted", LOG_DEVICE, found.id,
	    LOG_SERIAL, found.serial, LOG_USER, actor->name, NULL);
	*out = ask.row;
	return 0;
}
