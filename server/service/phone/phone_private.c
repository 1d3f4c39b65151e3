/*
 * A phone that is a person's own (DESIGN invariants 1 and 9): from the moment
 * it is said, nothing of its SIMs and numbers is kept, and it is never erased,
 * locked or located.
 */
#include <string.h>

#include "policies/sim.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/phone/phone_state.h"
#include "server/store/store_private.h"

struct belonging {
	char ids[LIMIT_SUBSCRIPTIONS][STORE_ID];
	size_t count;
};

static int note_belonging(void *arg, const struct assignment_row *row)
{
	struct belonging *belonging = arg;

	if (row->subscription_id[0] && belonging->count < LIMIT_SUBSCRIPTIONS)
		(void)str_copy(belonging->ids[belonging->count++], STORE_ID,
		    row->subscription_id);
	return 0;
}

static int judge_all(struct txn *txn, const struct ledger *ledger,
    const struct device *device, struct err *err)
{
	struct belonging belonging = {.count = 0};
	size_t i;
	int rc = ledger_changed(
	    txn, ledger, STORE_SUBJECT_PHONE, device->id, JUDGE_ALL, err);

	if (rc == 0)
		rc = store_assignment_each_device(txn, ledger->org_id,
		    device->id, true, note_belonging, &belonging, err);
	for (i = 0; rc >= 0 && i < belonging.count; i++)
		rc = ledger_changed(txn, ledger, STORE_SUBJECT_SUBSCRIPTION,
		    belonging.ids[i], JUDGE_ALL, err);
	return rc < 0 ? rc : 0;
}

/* Named by its IMEI, when it is one; else by its serial number. */
static int add(struct txn *txn, const struct ledger *ledger,
    const struct phone_said *said, struct device *out, struct err *err)
{
	char imei[SIM_NUMBER_MAX];
	bool is_imei = sim_imei_normalise(said->phone, imei, NULL) == 0;
	const struct phone_add phone = {
	    .kind = said->kind,
	    .serial = is_imei ? NULL : said->phone,
	    .imei = is_imei ? said->phone : said->imei,
	    .model = said->model,
	    .name = said->name,
	    .is_private = said->is_private,
	    .is_here = said->is_here,
	};

	return phone_add(txn, ledger, &phone, out, err);
}

static int make_private(struct txn *txn, const struct ledger *ledger,
    struct device *device, struct err *err)
{
	const struct audit_note note = {.action = AUDIT_PHONE_PRIVATE,
	    .org_id = ledger->org_id,
	    .by = ledger->by,
	    .subject_kind = "device",
	    .subject_id = device->id,
	    .device_id = device->id,
	    .params = {{"private", "yes"}}};
	int rc;

	device->is_private = true;
	device->name[0] = '\0';
	device->imei[0] = '\0';
	if ((rc = store_private_strip(txn, ledger->org_id, device->id, err)) <
	        0 ||
	    (rc = store_device_save(txn, device, err)) < 0 ||
	    (rc = audit_write(txn, ledger->service, &note, err)) < 0 ||
	    (rc = lost_mode_lift(
	         txn, ledger, device, "it is a private phone", err)) < 0)
		return rc;
	return judge_all(txn, ledger, device, err);
}

int ledger_phone_put(struct txn *txn, const struct ledger *ledger,
    const struct phone_said *said, struct device *out,
    enum ledger_effect *effect, struct err *err)
{
	struct device device;
	int rc;

	if (!said->phone || !*said->phone)
		return err_set(err, ERR_INVALID, "which phone is not said");
	rc = ledger_phone_find(txn, ledger->org_id, said->phone, &device, err);
	if (rc == -ERR_NOT_FOUND && said->kind) {
		*effect = LEDGER_ADDED;
		return add(txn, ledger, said, out, err);
	}
	if (rc < 0)
		return rc;
	if (said->kind && strcmp(said->kind, phone_kind_name(device.kind)) != 0)
		return err_set(err, ERR_CONFLICT, "it is there, as %s",
		    phone_kind_name(device.kind));
	*effect = LEDGER_UNCHANGED;
	*out = device;
	if (said->is_private < 0 || device.is_private == said->is_private)
		return 0;
	if (!said->is_private)
		return err_set(err, ERR_CONFLICT,
		    "this is a private phone and stays one: a line in a file "
		    "does not let the organisation erase it");
	if ((rc = make_private(txn, ledger, &device, err)) < 0)
		return rc;
	*effect = LEDGER_CHANGED;
	*out = device;
	return 0;
}
