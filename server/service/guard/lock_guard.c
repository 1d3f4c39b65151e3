/* A lock at the last moment, as erase_guard.c looks at an erase. */
#include <string.h>

#include "proto/base/err.h"
#include "server/service/departure/return_case.h"
#include "server/service/guard/erase_guard.h"
#include "server/service/mdm/order_command.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/service.h"

bool lock_guard_applies(const struct command *command)
{
	return strcmp(command->request_type, "EnableLostMode") == 0;
}

/* What a person ordered stands until a person takes it back; a case's only
 * while the case bears it. */
static int check(struct txn *txn, const struct command *command,
    const struct device *device, const struct lost_mode_row *lost,
    struct err *err)
{
	if (device->is_private)
		return err_set(err, ERR_CONFLICT,
		    "this is a private phone: it is neither locked nor "
		    "located");
	if (strcmp(lost->enable_id, command->id) != 0 ||
	    lost->state != LOST_MODE_ORDERED)
		return err_set(
		    err, ERR_CONFLICT, "nobody asks for it any more");
	return lost->case_id[0] ? return_lock_covered(txn, lost, device, err)
	                        : 0;
}

/* With it goes all that was said because of it; by a case, or else alone. */
static int withdraw(struct txn *txn, struct service *service,
    const struct command *command, const struct lost_mode_row *lost,
    const struct device *device, const char *why, int64_t now, struct err *err)
{
	struct actor actor = {.name = "policy"};
	struct command left;
	struct ledger ledger;
	int rc = 0;

	memcpy(actor.org_id, command->org_id, STORE_ID);
	if (strcmp(lost->enable_id, command->id) == 0) {
		if (lost->case_id[0])
			rc = return_lock_withdraw(
			    txn, service, lost, why, now, err);
		if (rc == 0)
			rc = ledger_init(&ledger, service, &actor, err);
		/* Nothing when the case has lifted it. */
		if (rc == 0)
			rc = lost_mode_lift(txn, &ledger, device, why, err);
	}
	if (rc == 0)
		rc = store_command_load(txn, command->id, &left, err);
	return rc < 0 || !command_is_open(left.state)
	    ? rc
	    : order_apply(txn, &left, COMMAND_EVENT_CANCEL, why, now, err);
}

int lock_guard(struct txn *txn, struct service *service,
    const struct command *command, int64_t now, bool *is_kept_back,
    struct err *err)
{
	struct lost_mode_row lost = {.enable_id = ""};
	struct device device;
	struct err why = {0};
	int rc = store_device_load(txn, command->device_id, &device, err);

	*is_kept_back = false;
	if (rc < 0)
		return rc;
	rc = store_lost_mode_find_open(
	    txn, command->org_id, command->device_id, &lost, NULL);
	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_IO, "cannot read Lost Mode");
	rc = check(txn, command, &device, &lost, &why);
	if (rc == 0)
		return 0;
	if (rc != -ERR_CONFLICT)
		return err_set(err, why.code, "%s", why.text);
	*is_kept_back = true;
	return withdraw(
	    txn, service, command, &lost, &device, why.text, now, err);
}
