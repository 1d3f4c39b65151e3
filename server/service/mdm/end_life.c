/* The end of a life: nothing of it is delivered or believed any more. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/ledger/ledger.h"
#include "server/service/mdm/visit.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"

static int end_wipe_of_life(struct txn *txn, struct service *service,
    const char *life_id, const char *why, int64_t now, struct err *err)
{
	struct wipe wipe;
	char when[TIME_TEXT_MAX];
	int rc = store_wipe_find_open(txn, life_id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	time_rfc3339(now, when);
	if (wipe_next(wipe.state, WIPE_EVENT_CANCEL, &wipe.state) == 0) {
		wipe.closed_at = now;
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "not wiped: %s at %s before it answered", why, when);
	} else {
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "%s at %s; by itself no proof of the wipe", why, when);
	}
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0
	    ? rc
	    : audit_wipe(txn, service, &wipe, NULL, wipe.warning, err);
}

/* A phone that leaves is with somebody still; one that begins anew is not
 * judged before it has. */
static int tell_register(struct txn *txn, struct service *service,
    const struct life *life, enum life_event event, const char *why,
    struct err *err)
{
	struct actor actor = {.name = "enrolment"};
	struct device device;
	struct ledger ledger;
	int rc = lost_mode_life_ended(
	    txn, service, life->org_id, life->device_id, life->ended_at, err);

	if (rc < 0 || event != LIFE_EVENT_CHECK_OUT)
		return rc;
	(void)snprintf(actor.org_id, sizeof(actor.org_id), "%s", life->org_id);
	if ((rc = ledger_init(&ledger, service, &actor, err)) < 0 ||
	    (rc = store_device_load(txn, life->device_id, &device, err)) < 0)
		return rc;
	return phone_follow(txn, &ledger, &device, PHONE_EVENT_LEAVE, why, err);
}

static int note_left(struct txn *txn, struct service *service,
    const struct life *life, const char *why, struct err *err)
{
	const struct audit_note note = {
	    .action = AUDIT_PHONE_LEFT,
	    .org_id = life->org_id,
	    .by = life->state == LIFE_CHECKED_OUT ? "phone" : NULL,
	    .subject_kind = "life",
	    .subject_id = life->id,
	    .device_id = life->device_id,
	    .why = why,
	    .params = {{"how", life_state_name(life->state)}},
	};

	return audit_write(txn, service, &note, err);
}

int life_end(struct txn *txn, struct service *service, const char *life_id,
    enum life_event event, const char *why, int64_t now, struct err *err)
{
	struct life life;
	int rc = store_life_load(txn, life_id, &life, err);

	if (rc < 0)
		return rc;
	if (life_next(life.state, event, &life.state) < 0)
		return 0; /* ended before */
	life.ended_at = now;
	if ((rc = store_life_save(txn, &life, err)) < 0 ||
	    (rc = order_close_all(txn, life.org_id, life.id,
	         COMMAND_EVENT_LIFE_ENDED, why, NULL, now, err)) < 0 ||
	    (rc = store_certificate_retire(txn, life.id, NULL, err)) < 0 ||
	    (rc = store_secret_delete(txn, life.id, SECRET_UNLOCK, err)) < 0 ||
	    (rc = store_secret_delete(txn, life.id, SECRET_BOOTSTRAP, err)) <
	        0 ||
	    (rc = holder_close(txn, life.org_id, life.device_id, life.id, why,
	         now, err)) < 0 ||
	    (rc = tell_register(txn, service, &life, event, why, err)) < 0)
		return rc;
	rc = end_wipe_of_life(txn, service, life.id, why, now, err);
	return rc < 0 ? rc : note_left(txn, service, &life, why, err);
}
