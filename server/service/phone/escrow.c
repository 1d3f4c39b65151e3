/* Sealed and kept; asked for while the phone still gives it out. */
#include "server/service/phone/escrow.h"

#include <stdio.h>
#include <string.h>

#include "proto/apple/mdm_command.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/mdm/order_command.h"
#include "server/service/phone/escrow_inner.h"
#include "server/service/phone/phone_kind.h"
#include "server/service/service.h"

/* A phone that refused is asked again after so long. */
#define AGAIN_MS (20 * TIME_HOUR_MS)

const char *escrow_kind_name(enum escrow_kind kind)
{
	return kind == ESCROW_BYPASS_CODE ? "bypass_code" : "unlock_token";
}

/* All that finds and opens it again stands in its own row. */
void escrow_context(enum escrow_kind kind, const char *org_id, const char *udid,
    char *out, size_t size)
{
	(void)snprintf(
	    out, size, "escrow:%s:%s:%s", escrow_kind_name(kind), org_id, udid);
}

/* Of a secret with 128 random bits and of whose it is: tells two apart. */
static int mark_of(const struct identity *identity, const uint8_t *secret,
    size_t len, char out[STORE_SHA256], struct err *err)
{
	struct buf both = {0};
	int rc;

	buf_append(&both, identity->udid, strlen(identity->udid) + 1);
	buf_append(&both, secret, len);
	rc = buf_check(&both, err);
	if (rc == 0)
		digest_sha256(both.data, both.len, out);
	if (both.data)
		explicit_bzero(both.data, both.len);
	buf_clear(&both);
	return rc;
}

int escrow_seal(struct service *service, enum escrow_kind kind,
    const struct identity *identity, const uint8_t *secret, size_t len,
    struct escrow_sealed *out, struct err *err)
{
	char context[256];
	int rc;

	if (len == 0)
		return 0;
	escrow_context(
	    kind, identity->org_id, identity->udid, context, sizeof(context));
	rc = keeper_seal(
	    service->keeper, context, secret, len, &out->bytes, err);
	return rc < 0 ? rc : mark_of(identity, secret, len, out->mark, err);
}

void escrow_sealed_clear(struct escrow_sealed *sealed)
{
	buf_clear(&sealed->bytes);
	sealed->mark[0] = '\0';
}

static int write_kept(struct txn *txn, struct service *service,
    const struct escrow_row *row, const char *device_id, struct err *err)
{
	char by[LIMIT_NAME + 1];
	const struct audit_note note = {
	    .action = AUDIT_ESCROW_STORED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "escrow",
	    .subject_id = row->id,
	    .device_id = device_id,
	    .params = {{"kind", escrow_kind_name(row->kind)},
	        {"serial", row->serial}},
	};

	(void)snprintf(by, sizeof(by), "phone:%s", device_id);
	return audit_write(txn, service, &note, err);
}

int escrow_keep(struct txn *txn, struct service *service, enum escrow_kind kind,
    const struct identity *identity, const struct escrow_sealed *sealed,
    int64_t now, struct err *err)
{
	struct escrow_row row = {.kind = kind,
	    .sealed = sealed->bytes.data,
	    .sealed_len = sealed->bytes.len,
	    .stored_at = now};
	struct device device;
	bool is_new = false;
	int rc;

	if (sealed->bytes.len == 0)
		return 0;
	rc = store_device_load(txn, identity->device_id, &device, err);
	if (rc < 0 || device.is_private)
		return rc;
	uuid_make(now, service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), device.org_id);
	(void)str_copy(row.serial, sizeof(row.serial), device.serial);
	(void)str_copy(row.udid, sizeof(row.udid), identity->udid);
	(void)str_copy(row.life_id, sizeof(row.life_id), identity->life_id);
	(void)str_copy(row.mark, sizeof(row.mark), sealed->mark);
	rc = store_escrow_keep(txn, &row, &is_new, err);
	return rc < 0 || !is_new
	    ? rc
	    : write_kept(txn, service, &row, device.id, err);
}

/* ---- asking ---- */

struct asked {
	int64_t now;
	bool is_asked;
};

/* Newest first: one is enough. */
static int note_asked(void *arg, const struct command *row)
{
	struct asked *asked = arg;

	asked->is_asked = command_is_open(row->state) ||
	    row->state == COMMAND_ACKNOWLEDGED ||
	    asked->now - row->created_at < AGAIN_MS;
	return 1;
}

static int is_asked(struct txn *txn, const struct identity *identity,
    const char *purpose, int64_t now, bool *out, struct err *err)
{
	const struct command_filter filter = {.org_id = identity->org_id,
	    .life_id = identity->life_id,
	    .purpose = purpose,
	    .limit = 1};
	struct asked asked = {.now = now};
	int rc = store_command_each(txn, &filter, note_asked, &asked, err);

	*out = asked.is_asked;
	return rc < 0 ? rc : 0;
}

static int order(struct txn *txn, struct service *service,
    const struct identity *identity, const char *purpose, int64_t now,
    struct err *err)
{
	bool is_code = strcmp(purpose, ESCROW_CODE_PURPOSE) == 0;
	struct order made;
	bool asked = false;
	int rc = is_asked(txn, identity, purpose, now, &asked, err);

	if (rc < 0 || asked)
		return rc;
	order_init(&made, service,
	    is_code ? "ActivationLockBypassCode" : "Settings", purpose, now);
	made.rule = ORDER_KEEP;
	made.priority = COMMAND_PRIORITY_PROFILE;
	made.reason = "the phone is supervised";
	rc = is_code ? mdm_command_encode_plain(made.id,
	                   "ActivationLockBypassCode", &made.payload, err)
	             : mdm_command_encode_activation_lock(
	                   made.id, false, &made.payload, err);
	if (rc == 0)
		rc = order_queue(txn, &made, identity->org_id,
		    identity->device_id, identity->life_id, err);
	order_clear(&made);
	return rc;
}

int escrow_ask(struct txn *txn, struct service *service,
    const struct identity *identity, int64_t now, struct err *err)
{
	struct device device;
	struct life life;
	bool supervised = false;
	int rc =
	    phone_kind_is_supervised(txn, identity->life_id, &supervised, err);

	if (rc < 0 || !supervised)
		return rc;
	if ((rc = store_device_load(txn, identity->device_id, &device, err)) <
	        0 ||
	    device.is_private ||
	    (rc = store_life_load(txn, identity->life_id, &life, err)) < 0)
		return rc;
	/* The code first: it is there before anything could make it void. */
	if (now - life.started_at < ESCROW_ASK_MS)
		rc = order(
		    txn, service, identity, ESCROW_CODE_PURPOSE, now, err);
	return rc < 0
	    ? rc
	    : order(txn, service, identity, ESCROW_LOCK_PURPOSE, now, err);
}
