#include "server/service/guard/erase_guard.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/audit/audit.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/departure/return_case.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/ledger/ledger.h"
#include "server/service/mdm/order_command.h"
#include "server/service/service.h"
#include "server/service/station/bench.h"

static int withdraw_wipe(struct txn *txn, struct service *service,
    const struct command *command, const char *why, int64_t now,
    struct err *err)
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
	if (rc == 0)
		rc = store_wipe_update(txn, &wipe, err);
	return rc < 0
	    ? rc
	    : audit_wipe(txn, service, &wipe, NULL, wipe.warning, err);
}

/* Noted once a hold, however often the phone comes by. */
static int note_held(struct txn *txn, struct service *service,
    const struct command *command, const struct legal_hold_row *hold,
    struct err *err)
{
	const struct audit_note note = {.action = AUDIT_ERASE_HELD,
	    .org_id = command->org_id,
	    .subject_kind = "command",
	    .subject_id = command->id,
	    .device_id = command->device_id,
	    .params = {{"hold", hold->id}, {"command", command->id}}};

	return audit_write(txn, service, &note, err);
}

/* It stays in its state and out of the way of others until it is looked at
 * again. */
static int keep_waiting(struct txn *txn, struct service *service,
    struct command *command, const struct legal_hold_row *hold, int64_t now,
    struct err *err)
{
	char sentence[sizeof(command->result)];
	bool is_news;
	int rc = 0;

	legal_hold_sentence(txn, hold, sentence, sizeof(sentence));
	is_news = strcmp(sentence, command->result) != 0;
	(void)snprintf(
	    command->result, sizeof(command->result), "%s", sentence);
	command->not_before = now + ERASE_HELD_LOOK_MS;
	if (is_news)
		rc = note_held(txn, service, command, hold, err);
	return rc < 0 ? rc : store_command_update(txn, command, err);
}

static int check_hold(struct txn *txn, struct service *service,
    struct command *command, const char *person_id, int64_t now,
    bool *is_kept_back, struct err *err)
{
	struct legal_hold_row hold;
	int rc = legal_hold_find(
	    txn, command->org_id, command->device_id, person_id, &hold, err);

	if (rc == -ERR_NOT_FOUND) {
		/* Of a hold that was lifted; saved as it goes out. */
		if (strncmp(command->result, LEGAL_HOLD_WORDS,
		        strlen(LEGAL_HOLD_WORDS)) == 0)
			command->result[0] = '\0';
		return 0;
	}
	if (rc < 0)
		return rc;
	*is_kept_back = true;
	return keep_waiting(txn, service, command, &hold, now, err);
}

/* Whoever has it now need not be whose phone was to be erased. */
static int check_covered(struct txn *txn, const struct command *command,
    const struct assignment_row *held, struct err *err)
{
	struct wipe wipe;
	int rc = store_wipe_find_command(txn, command->id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : return_wipe_covered(txn, &wipe, held, err);
}

/* Of work data from a private phone: its owner keeps it, so no holder is asked
 * for; what goes is gone all the same. */
static bool is_removal(const struct command *command)
{
	static const char of_case[] = "departure:";

	return strcmp(command->request_type, "RemoveProfile") == 0 &&
	    strncmp(command->purpose, of_case, strlen(of_case)) == 0;
}

bool erase_guard_applies(const struct command *command)
{
	return strcmp(command->request_type, "EraseDevice") == 0 ||
	    is_removal(command);
}

int erase_guard(struct txn *txn, struct service *service,
    struct command *command, int64_t now, bool *is_kept_back, struct err *err)
{
	struct assignment_row held;
	struct device device;
	struct err why = {0};
	int rc;

	*is_kept_back = false;
	if (!erase_guard_applies(command))
		return 0;
	if (is_removal(command))
		return check_hold(
		    txn, service, command, NULL, now, is_kept_back, err);
	rc = store_device_load(txn, command->device_id, &device, err);
	if (rc < 0)
		return rc;
	rc = holder_justifies(txn, &device, &held, &why);
	if (rc == 0)
		rc = check_covered(txn, command, &held, &why);
	if (rc == 0)
		return check_hold(txn, service, command, held.person_id, now,
		    is_kept_back, err);
	if (rc != -ERR_CONFLICT)
		return err_set(err, why.code, "%s", why.text);
	*is_kept_back = true;
	rc =
	    order_apply(txn, command, COMMAND_EVENT_CANCEL, why.text, now, err);
	return rc < 0
	    ? rc
	    : withdraw_wipe(txn, service, command, why.text, now, err);
}
