#include "server/service/guard/erase_guard.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
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

/* Until it is looked at again, in its state and out of the way of others. */
static int put_off(struct txn *txn, struct command *command,
    const char *sentence, int64_t now, struct err *err)
{
	(void)snprintf(
	    command->result, sizeof(command->result), "%s", sentence);
	command->not_before = now + ERASE_HELD_LOOK_MS;
	return store_command_update(txn, command, err);
}

static int keep_held(struct txn *txn, struct service *service,
    struct command *command, const struct legal_hold_row *hold, int64_t now,
    struct err *err)
{
	char sentence[sizeof(command->result)];
	bool is_news;
	int rc = 0;

	legal_hold_sentence(txn, hold, sentence, sizeof(sentence));
	is_news = strcmp(sentence, command->result) != 0;
	if (is_news)
		rc = note_held(txn, service, command, hold, err);
	return rc < 0 ? rc : put_off(txn, command, sentence, now, err);
}

/* ---- the leaver, and the clock ---- */

#define TOO_EARLY_WORDS "the last day, "
#define EMPLOYED_WORDS "the person is employed: "

/* *out "": by hand. */
static int case_of(struct txn *txn, const struct command *command,
    char out[STORE_ID], struct err *err)
{
	static const char of_case[] = "departure:";
	struct wipe wipe;
	int rc;

	out[0] = '\0';
	if (strncmp(command->purpose, of_case, strlen(of_case)) == 0) {
		(void)str_copy(
		    out, STORE_ID, command->purpose + strlen(of_case));
		return 0;
	}
	rc = store_wipe_find_command(txn, command->id, &wipe, err);
	if (rc == 0)
		(void)str_copy(out, STORE_ID, wipe.case_id);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

struct ordered_for {
	struct return_case_row row;
	struct departure_row departure;
};

static int load_case(struct txn *txn, const char *org_id, const char *case_id,
    struct ordered_for *out, struct err *err)
{
	int rc = store_return_case_load(txn, org_id, case_id, &out->row, err);

	return rc < 0 ? rc
	              : store_departure_load(txn, org_id, out->row.departure_id,
	                    &out->departure, err);
}

/*
 * Ordered under a clock that was ahead, and is back: the day is not over. Or
 * the person has work here again, and the phone still.
 */
int erase_guard_leaver(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, char *sentence, size_t size,
    struct err *err)
{
	struct actor of_town = {.name = "server"};
	struct ordered_for order;
	struct ledger ledger;
	char text[CALENDAR_DATE_TEXT_MAX];
	bool is_wanted;
	int rc;

	sentence[0] = '\0';
	if (!*case_id)
		return 0;
	rc = load_case(txn, org_id, case_id, &order, err);
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	(void)str_copy(of_town.org_id, sizeof(of_town.org_id), org_id);
	rc = ledger_init(&ledger, service, &of_town, err);
	if (rc == 0)
		rc = return_wants_custody(txn, &order.row, &order.departure,
		    ledger.today, &is_wanted, err);
	if (rc < 0)
		return rc;
	if (order.departure.last_day >= ledger.today) {
		calendar_day_text((int32_t)order.departure.last_day, text);
		(void)snprintf(sentence, size,
		    TOO_EARLY_WORDS "%s, is not over: the erase waits for it",
		    text);
	} else if (is_wanted) {
		(void)snprintf(sentence, size,
		    EMPLOYED_WORDS "it is erased when it was handed in");
	}
	return 0;
}

static int check_clock(struct txn *txn, struct service *service,
    struct command *command, int64_t now, bool *is_kept_back, struct err *err)
{
	char sentence[ERR_TEXT_MAX];
	char case_id[STORE_ID];
	int rc = 0;

	*is_kept_back = clock_watch_doubts(service, sentence, sizeof(sentence));
	if (!*is_kept_back) {
		rc = case_of(txn, command, case_id, err);
		if (rc == 0)
			rc = erase_guard_leaver(txn, service, command->org_id,
			    case_id, sentence, sizeof(sentence), err);
		*is_kept_back = rc == 0 && sentence[0];
	}
	return rc == 0 && *is_kept_back
	    ? put_off(txn, command, sentence, now, err)
	    : rc;
}

/* A reason to wait that is gone; saved as it goes out. */
static void forget_reason(struct command *command)
{
	static const char *const words[] = {LEGAL_HOLD_WORDS, CLOCK_DOUBT_WORDS,
	    TOO_EARLY_WORDS, EMPLOYED_WORDS};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(command->result, words[i], strlen(words[i])) == 0)
			command->result[0] = '\0';
}

static int check_hold(struct txn *txn, struct service *service,
    struct command *command, const char *person_id, int64_t now,
    bool *is_kept_back, struct err *err)
{
	struct legal_hold_row hold;
	int rc = legal_hold_find(
	    txn, command->org_id, command->device_id, person_id, &hold, err);

	if (rc == -ERR_NOT_FOUND) {
		forget_reason(command);
		return 0;
	}
	if (rc < 0)
		return rc;
	*is_kept_back = true;
	return keep_held(txn, service, command, &hold, now, err);
}

/* It is right, but not now. */
static int may_wait(struct txn *txn, struct service *service,
    struct command *command, const char *person_id, int64_t now,
    bool *is_kept_back, struct err *err)
{
	int rc = check_clock(txn, service, command, now, is_kept_back, err);

	return rc < 0 || *is_kept_back ? rc
	                               : check_hold(txn, service, command,
	                                     person_id, now, is_kept_back, err);
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

static int check_erase(struct txn *txn, const struct command *command,
    struct assignment_row *held, struct err *err)
{
	struct device device;
	int rc = store_device_load(txn, command->device_id, &device, err);

	if (rc == 0)
		rc = holder_justifies(txn, &device, held, err);
	return rc < 0 ? rc : check_covered(txn, command, held, err);
}

bool erase_guard_applies(const struct command *command)
{
	return strcmp(command->request_type, "EraseDevice") == 0 ||
	    return_is_removal(command);
}

int erase_guard(struct txn *txn, struct service *service,
    struct command *command, int64_t now, bool *is_kept_back, struct err *err)
{
	struct assignment_row held;
	struct err why = {0};
	int rc;

	*is_kept_back = false;
	if (lock_guard_applies(command))
		return lock_guard(
		    txn, service, command, now, is_kept_back, err);
	if (!erase_guard_applies(command))
		return 0;
	rc = return_is_removal(command)
	    ? return_removal_covered(txn, command, &held, &why)
	    : check_erase(txn, command, &held, &why);
	if (rc == 0)
		return may_wait(txn, service, command, held.person_id, now,
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
