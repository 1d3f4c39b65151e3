/* Cancel: a command that is not closed is taken back, a wipe's order too. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/mdm/order_command.h"
#include "server/service/service.h"
#include "server/service/station/bench.h"

struct cancel {
	struct service *service;
	const struct actor *actor;
	const char *command_id;
	int64_t now;
	struct command command;
};

static int cancel_wipe(
    struct txn *txn, const struct cancel *cancel, struct err *err)
{
	bool was_handed = cancel->command.sent_count > 0;
	struct wipe wipe;
	int rc = store_wipe_find_command(txn, cancel->command_id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (wipe_next(wipe.state, WIPE_EVENT_CANCEL, &wipe.state) < 0)
		return err_set(err, ERR_CONFLICT,
		    "the phone has acknowledged the erase; it cannot be taken "
		    "back");
	rc = bench_orders_withdraw(txn, wipe.id, WORK_ORDER_WIPE,
	    "the wipe was cancelled", true, cancel->now, &was_handed, err);
	if (rc < 0)
		return rc;
	wipe.closed_at = cancel->now;
	if (was_handed)
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "cancelled after it was handed out: the phone may still "
		    "be erased");
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0 ? rc
	              : audit_wipe(txn, cancel->service, &wipe,
	                    cancel->actor->name, wipe.warning, err);
}

static int note_cancel(
    struct txn *txn, const struct cancel *cancel, struct err *err)
{
	const struct command *command = &cancel->command;
	const struct audit_note note = {
	    .action = AUDIT_COMMAND_CANCELLED,
	    .org_id = command->org_id,
	    .by = cancel->actor->name,
	    .subject_kind = "command",
	    .subject_id = command->id,
	    .device_id = command->device_id,
	    .params = {{"request_type", command->request_type}},
	};

	return audit_write(txn, cancel->service, &note, err);
}

static int cancel_one(struct txn *txn, void *arg, struct err *err)
{
	struct cancel *cancel = arg;
	char result[256];
	int rc =
	    store_command_load(txn, cancel->command_id, &cancel->command, err);

	if (rc < 0)
		return rc;
	/* DESIGN invariant 8: another organisation's command is not there. */
	if (strcmp(cancel->command.org_id, cancel->actor->org_id) != 0)
		return err_set(err, ERR_NOT_FOUND, "no such command");
	(void)snprintf(
	    result, sizeof(result), "cancelled by %.200s", cancel->actor->name);
	rc = order_apply(txn, &cancel->command, COMMAND_EVENT_CANCEL, result,
	    cancel->now, err);
	if (rc == 0)
		rc = note_cancel(txn, cancel, err);
	return rc < 0 ? rc : cancel_wipe(txn, cancel, err);
}

int service_command_cancel(struct service *service, const struct actor *actor,
    const char *command_id, struct command *out, struct err *err)
{
	struct cancel cancel = {
	    .service = service,
	    .actor = actor,
	    .command_id = command_id,
	    .now = clock_now(service->clock),
	};
	int rc = store_write(service->store, cancel_one, &cancel, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, "no such command: %.64s", command_id);
	if (rc < 0)
		return rc;
	log_info(service->log, "command_cancelled", LOG_COMMAND, command_id,
	    LOG_REQUEST_TYPE, cancel.command.request_type, LOG_USER,
	    actor->name, NULL);
	*out = cancel.command;
	return 0;
}
