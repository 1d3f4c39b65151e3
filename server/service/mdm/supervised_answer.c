#include "server/service/mdm/supervised_answer.h"

#include <stdio.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "server/service/phone/lost_mode.h"
#include "server/service/service.h"

#define CODE_MAX 256 /* 31 characters today */

int supervised_answer_prepare(struct service *service,
    const struct identity *identity, const struct answer *answer,
    struct supervised_answer *out, struct err *err)
{
	const char *code = NULL;
	size_t len = 0;

	/* One that cannot be read is none. */
	if (answer->status != ANSWER_ACKNOWLEDGED ||
	    xplist_get_text(answer->body, "ActivationLockBypassCode", &code,
	        &len, NULL) <= 0 ||
	    len > CODE_MAX)
		return 0;
	return escrow_seal(service, ESCROW_BYPASS_CODE, identity,
	    (const uint8_t *)code, len, &out->code, err);
}

void supervised_answer_clear(struct supervised_answer *said)
{
	escrow_sealed_clear(&said->code);
}

/* Settings are acknowledged as a whole; each says by itself what became of it.
 */
static int lock_answered(struct txn *txn, const struct command *command,
    plist_t body, struct err *err)
{
	struct command changed = *command;
	plist_t settings = NULL;
	char status[64] = "";

	if (xplist_get_array(body, "Settings", &settings, NULL) > 0 &&
	    plist_array_get_size(settings) > 0)
		(void)xplist_get_string(plist_array_get_item(settings, 0),
		    "Status", status, sizeof(status), NULL);
	if (strcmp(status, "Acknowledged") == 0)
		return 0;
	(void)snprintf(changed.result, sizeof(changed.result),
	    "the phone did not take the setting");
	return store_command_update(txn, &changed, err);
}

int supervised_answer_take(struct txn *txn, struct service *service,
    const struct identity *identity, const struct command *command,
    const struct answer *answer, const struct supervised_answer *said,
    const char *result, int64_t now, struct err *err)
{
	bool is_done = answer->status == ANSWER_ACKNOWLEDGED;
	const char *type = command->request_type;

	if (strcmp(type, "DeviceLocation") == 0)
		return lost_place_answered(
		    txn, command, is_done ? answer->body : NULL, now, err);
	if (strcmp(type, "ActivationLockBypassCode") == 0)
		return escrow_keep(txn, service, ESCROW_BYPASS_CODE, identity,
		    &said->code, now, err);
	if (strcmp(type, "DeviceInformation") == 0 && is_done)
		return escrow_ask(txn, service, identity, now, err);
	if (strcmp(command->purpose, ESCROW_LOCK_PURPOSE) == 0 && is_done)
		return lock_answered(txn, command, answer->body, err);
	return lost_mode_answered(
	    txn, service, command, result, is_done, now, err);
}

bool supervised_answer_is_unkept(const char *request_type)
{
	return strcmp(request_type, "DeviceLocation") == 0 ||
	    strcmp(request_type, "ActivationLockBypassCode") == 0;
}
