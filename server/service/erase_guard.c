#include "server/service/erase_guard.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/bench.h"
#include "server/service/ledger.h"
#include "server/service/order_command.h"
#include "server/service/service.h"

static int withdraw_wipe(struct txn *txn, const struct command *command,
    const char *why, int64_t now, struct err *err)
{
	bool was_handed = false;
	struct wipe wipe;
	int rc = store_wipe_find_command(txn, command->id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0 || wipe_next(wipe.state, WIPE_EVENT_CANCEL, &wipe.state) < 0)
		return rc < 0 ? rc : 0;
	wipe.closed_at = now;
	(void)snprintf(
	    wipe.warning, sizeof(wipe.warning), "withdrawn: %.400s", why);
	rc = bench_orders_withdraw(
	    txn, wipe.id, WORK_ORDER_WIPE, why, false, now, &was_handed, err);
	return rc < 0 ? rc : store_wipe_update(txn, &wipe, err);
}

int erase_guard(struct txn *txn, struct command *command, int64_t now,
    bool *withdrawn, struct err *err)
{
	struct assignment_row held;
	struct device device;
	struct err why = {0};
	int rc;

	*withdrawn = false;
	if (strcmp(command->request_type, "EraseDevice") != 0)
		return 0;
	rc = store_device_load(txn, command->device_id, &device, err);
	if (rc < 0)
		return rc;
	rc = holder_justifies(txn, &device, &held, &why);
	if (rc == 0)
		return 0;
	if (rc != -ERR_CONFLICT)
		return err_set(err, why.code, "%s", why.text);
	*withdrawn = true;
	rc =
	    order_apply(txn, command, COMMAND_EVENT_CANCEL, why.text, now, err);
	return rc < 0 ? rc : withdraw_wipe(txn, command, why.text, now, err);
}
