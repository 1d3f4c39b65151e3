/*
 * Opening what is sealed: for one person, on another one's yes, once, written
 * down before it is shown.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/guard/approval.h"
#include "server/service/phone/escrow.h"
#include "server/service/phone/escrow_inner.h"
#include "server/service/service.h"

struct kept {
	char id[STORE_ID];
	char udid[LIMIT_UDID + 1];
	int64_t stored_at;
	uint8_t *sealed; /* owned */
	size_t len;
};

struct opening {
	struct service *service;
	const struct actor *actor;
	const struct escrow_open_ask *ask;
	struct device device;
	struct kept kept[ESCROW_OPENED_MAX];
	size_t count;
	int64_t now;
	struct approval_row approval;
	bool is_unasked; /* nobody has said yes */
};

static void clear(struct opening *opening)
{
	for (size_t i = 0; i < opening->count; i++)
		free(opening->kept[i].sealed);
	opening->count = 0;
}

void escrow_opened_clear(struct escrow_opened *opened)
{
	for (size_t i = 0; i < opened->count; i++)
		secret_clear(&opened->items[i].secret);
	opened->count = 0;
}

static int note_kept(void *arg, const struct escrow_row *row)
{
	struct opening *opening = arg;
	struct kept *kept = &opening->kept[opening->count];

	if (row->kind != opening->ask->kind ||
	    opening->count == ESCROW_OPENED_MAX)
		return 0;
	kept->sealed = malloc(row->sealed_len);
	if (!kept->sealed)
		return -(int)ERR_MEMORY;
	memcpy(kept->sealed, row->sealed, row->sealed_len);
	kept->len = row->sealed_len;
	kept->stored_at = row->stored_at;
	memcpy(kept->id, row->id, sizeof(kept->id));
	memcpy(kept->udid, row->udid, sizeof(kept->udid));
	opening->count++;
	return 0;
}

/* A yes to the code opens no token, nor for another reason. */
static const enum approval_what approval_of[] = {
    [ESCROW_BYPASS_CODE] = APPROVAL_BYPASS_CODE,
    [ESCROW_UNLOCK_TOKEN] = APPROVAL_UNLOCK_TOKEN,
};

static int need_yes(
    struct txn *txn, struct opening *opening, bool is_dry, struct err *err)
{
	const struct approval_need need = {.org_id = opening->device.org_id,
	    .what = approval_of[opening->ask->kind],
	    .thing_id = opening->device.id,
	    .reason = opening->ask->reason,
	    .by = opening->actor->name,
	    .by_key = opening->actor->key[0] ? opening->actor->key : NULL,
	    .now = opening->now,
	    .is_dry = is_dry,
	    .service = opening->service};

	return approval_use(txn, &need, &opening->approval, err);
}

/* Before the keeper is asked: is there something, and may it be seen? */
static int look(struct txn *txn, void *arg, struct err *err)
{
	struct opening *opening = arg;
	int rc;

	clear(opening);
	rc = store_escrow_each(txn, opening->device.org_id,
	    opening->device.serial, note_kept, opening, err);
	if (rc < 0)
		return rc;
	if (opening->count == 0)
		return err_set(err, ERR_NOT_FOUND,
		    "nothing of the kind is kept for this phone");
	rc = need_yes(txn, opening, true, err);
	opening->is_unasked = rc == -ERR_DENIED;
	return rc;
}

/* So that one who may not look alone has only to say so once. */
static int ask_yes(struct txn *txn, void *arg, struct err *err)
{
	struct opening *opening = arg;
	const char *const things[] = {opening->device.id};
	const struct approval_ask ask = {.org_id = opening->device.org_id,
	    .what = approval_of[opening->ask->kind],
	    .things = things,
	    .count = 1,
	    .reason = opening->ask->reason,
	    .by = opening->actor->name,
	    .by_key = opening->actor->key[0] ? opening->actor->key : NULL,
	    .by_person_id = opening->actor->person_id,
	    .now = opening->now};

	return approval_ask(
	    txn, opening->service, &ask, &opening->approval, err);
}

static int wait_for_yes(struct opening *opening, struct err *err)
{
	int rc = store_write(opening->service->store, ask_yes, opening, err);

	return rc < 0
	    ? rc
	    : err_set(err, ERR_DENIED,
	          "a second person has to say yes first: request %s; open it "
	          "again then",
	          opening->approval.id);
}

static int unseal(
    struct opening *opening, struct escrow_opened *out, struct err *err)
{
	char context[256];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < opening->count; i++) {
		escrow_context(opening->ask->kind, opening->device.org_id,
		    opening->kept[i].udid, context, sizeof(context));
		out->items[i].kind = opening->ask->kind;
		out->items[i].stored_at = opening->kept[i].stored_at;
		out->count = i + 1;
		rc = keeper_unseal(opening->service->keeper, context,
		    opening->kept[i].sealed, opening->kept[i].len,
		    &out->items[i].secret, err);
	}
	return rc;
}

static int write_use(struct txn *txn, void *arg, struct err *err)
{
	struct opening *opening = arg;
	struct escrow_use_row row = {
	    .use = ESCROW_USE_SHOWN, .at = opening->now};
	const struct audit_note note = {
	    .action = AUDIT_SECRET_READ,
	    .org_id = opening->device.org_id,
	    .by = opening->actor->name,
	    .subject_kind = "escrow",
	    .subject_id = opening->kept[0].id,
	    .device_id = opening->device.id,
	    .why = opening->ask->reason,
	    .params = {{"kind", escrow_kind_name(opening->ask->kind)},
	        {"approval", opening->approval.id}},
	};
	int rc = need_yes(txn, opening, false, err);

	if (rc < 0)
		return rc;
	uuid_make(opening->now, opening->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), opening->device.org_id);
	(void)str_copy(
	    row.escrow_id, sizeof(row.escrow_id), opening->kept[0].id);
	(void)str_copy(row.serial, sizeof(row.serial), opening->device.serial);
	(void)str_copy(
	    row.asked_by, sizeof(row.asked_by), opening->actor->name);
	(void)str_copy(row.approved_by, sizeof(row.approved_by),
	    opening->approval.decided_by);
	(void)str_copy(
	    row.approval_id, sizeof(row.approval_id), opening->approval.id);
	(void)str_copy(row.reason, sizeof(row.reason), opening->ask->reason);
	rc = store_escrow_use_save(txn, &row, err);
	return rc < 0 ? rc : audit_write(txn, opening->service, &note, err);
}

int service_escrow_open(struct service *service, const struct actor *actor,
    const struct escrow_open_ask *ask, struct escrow_opened *out,
    struct err *err)
{
	struct opening opening = {.service = service,
	    .actor = actor,
	    .ask = ask,
	    .now = clock_now(service->clock)};
	struct escrow_opened opened = {.count = 0};
	int rc;

	if (!ask->reason || !*ask->reason)
		return err_set(err, ERR_INVALID,
		    "say why it is to be opened; it is written down");
	if (strlen(ask->reason) >= sizeof(((struct escrow_use_row *)0)->reason))
		return err_set(err, ERR_LIMIT, "the reason is too long");
	rc = service_device_find(
	    service, actor, ask->device, &opening.device, err);
	if (rc == 0)
		rc = store_read(service->store, look, &opening, err);
	if (rc == -ERR_DENIED && opening.is_unasked)
		rc = wait_for_yes(&opening, err);
	/* Opened first, so that a yes is not used up by a keeper that is away;
	 * given out only when it is written down. */
	if (rc == 0)
		rc = unseal(&opening, &opened, err);
	if (rc == 0)
		rc = store_write(service->store, write_use, &opening, err);
	if (rc < 0) {
		escrow_opened_clear(&opened);
	} else {
		(void)str_copy(opened.approved_by, sizeof(opened.approved_by),
		    opening.approval.decided_by);
		*out = opened;
		log_warning(service->log, "escrow_opened", LOG_DEVICE,
		    opening.device.id, LOG_SERIAL, opening.device.serial,
		    LOG_USER, actor->name, NULL);
	}
	clear(&opening);
	return rc;
}
