/*
 * Unread answers: bytes that are no message, from a phone we know. The ids of
 * commands are ours and random, so bytes that hold one are its answer.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "server/service/audit/audit_deeds.h"
#include "server/service/mdm/order_command.h"
#include "server/service/mdm/supervised_answer.h"
#include "server/service/service.h"

struct unread {
	struct service *service;
	const struct identity *identity;
	const uint8_t *raw;
	size_t raw_len;
	const char *why;
	int64_t now;
	struct command command; /* id "" when none is named */
};

static int match(void *arg, const struct command *row)
{
	struct unread *unread = arg;

	if (row->state == COMMAND_QUEUED ||
	    !memmem(unread->raw, unread->raw_len, row->id, strlen(row->id)))
		return 0;
	unread->command = *row;
	return 1;
}

static int find(struct txn *txn, void *arg, struct err *err)
{
	struct unread *unread = arg;
	struct command_filter open = {
	    .org_id = unread->identity->org_id,
	    .life_id = unread->identity->life_id,
	    .only_open = true,
	};
	int rc;

	unread->command.id[0] = '\0';
	rc = store_command_each(txn, &open, match, unread, err);
	return rc < 0 ? rc : 0;
}

static int fail_wipe(
    struct txn *txn, const struct unread *unread, struct err *err)
{
	struct wipe wipe;
	int rc = store_wipe_find_command(txn, unread->command.id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0 || wipe_next(wipe.state, WIPE_EVENT_ERROR, &wipe.state) < 0)
		return rc;
	wipe.closed_at = unread->now;
	(void)snprintf(wipe.warning, sizeof(wipe.warning),
	    "the phone's answer could not be read: it may have erased itself "
	    "or not");
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0
	    ? rc
	    : audit_wipe(txn, unread->service, &wipe, NULL, wipe.warning, err);
}

static int fail_command(struct txn *txn, void *arg, struct err *err)
{
	struct unread *unread = arg;
	char result[512];
	int rc = find(txn, unread, err);

	if (rc < 0 || !unread->command.id[0])
		return rc;
	(void)snprintf(result, sizeof(result),
	    "the phone's answer could not be read: %.400s", unread->why);
	rc = order_apply(txn, &unread->command, COMMAND_EVENT_ERROR, result,
	    unread->now, err);
	if (rc == 0 &&
	    !supervised_answer_is_unkept(unread->command.request_type))
		rc = store_answer_insert(txn, unread->identity->life_id,
		    unread->command.id, "unread", unread->now, unread->raw,
		    unread->raw_len, err);
	return rc < 0 ? rc : fail_wipe(txn, unread, err);
}

void service_answer_unread(struct service *service,
    const struct identity *identity, const uint8_t *raw, size_t raw_len,
    const char *why)
{
	struct unread unread = {
	    .service = service,
	    .identity = identity,
	    .raw = raw,
	    .raw_len = raw_len,
	    .why = why,
	    .now = clock_now(service->clock),
	};
	struct err err = {0};
	int rc;

	if (!identity->life_id[0] || !life_is_open(identity->life_state))
		return;
	/* Noise is looked at and not written. */
	rc = store_read(service->store, find, &unread, &err);
	if (rc == 0 && unread.command.id[0]) {
		rc = store_write(service->store, fail_command, &unread, &err);
		log_warning(service->log, "answer_unread", LOG_COMMAND,
		    unread.command.id, LOG_REQUEST_TYPE,
		    unread.command.request_type, LOG_ERROR, why, NULL);
	}
	if (rc < 0)
		log_error(service->log, "answer_unread_not_kept", LOG_ERROR,
		    err.text, NULL);
}
