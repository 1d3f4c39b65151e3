/* Which delivery is next, and how it ended. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/outbox/backoff.h"
#include "server/outbox/transfer.h"
#include "server/service/service.h"

/* ---- the next ---- */

struct finding {
	struct outbox *outbox;
	struct hook_try *hook;
	struct txn *txn;
	struct err *err;
	int64_t now;
	int found;
	int rc;
};

static unsigned under_way(const struct outbox *outbox, const char *webhook_id)
{
	const struct transfer *transfer;
	unsigned count = 0;

	for (transfer = outbox->transfers; transfer; transfer = transfer->next)
		count += transfer->hook &&
		    strcmp(transfer->hook->webhook.id, webhook_id) == 0;
	return count;
}

static bool is_under_way(const struct outbox *outbox, const char *delivery_id)
{
	const struct transfer *transfer;

	for (transfer = outbox->transfers; transfer; transfer = transfer->next)
		if (transfer->hook &&
		    strcmp(transfer->hook->delivery.id, delivery_id) == 0)
			return true;
	return false;
}

static int note_delivery(void *arg, const struct delivery_row *row)
{
	struct finding *finding = arg;

	if (is_under_way(finding->outbox, row->id))
		return 0;
	finding->hook->delivery = *row;
	finding->found = TAKE_SEND;
	return 1;
}

static int look_at(void *arg, const struct webhook_row *row)
{
	struct finding *finding = arg;
	unsigned busy = under_way(finding->outbox, row->id);

	/* While it fails, one at a time: the others wait until one passes. */
	if (row->stopped_at || row->next_at > finding->now ||
	    busy >= (row->failures ? 1 : HOOK_AT_ONCE))
		return 0;
	finding->rc = store_delivery_each_due(finding->txn, row->id,
	    finding->now, (int)busy + 1, note_delivery, finding, finding->err);
	if (finding->rc < 0)
		return 1;
	if (finding->found != TAKE_SEND)
		return 0;
	finding->hook->webhook = *row;
	return 1;
}

static int find(struct txn *txn, void *arg, struct err *err)
{
	struct finding *finding = arg;
	int rc;

	finding->txn = txn;
	finding->err = err;
	finding->found = TAKE_NOTHING;
	finding->rc = 0;
	rc = store_webhook_each(txn, NULL, look_at, finding, err);
	if (rc < 0 || finding->rc < 0 || finding->found != TAKE_SEND)
		return rc < 0 ? rc : finding->rc < 0 ? finding->rc : 0;
	return store_event_load(txn, finding->hook->delivery.org_id,
	    finding->hook->delivery.event_id, &finding->hook->event, err);
}

int hook_take(struct outbox *outbox, struct hook_try *out, struct err *err)
{
	struct finding finding = {.outbox = outbox,
	    .hook = out,
	    .now = clock_now(outbox->service->clock)};
	int rc = store_read(outbox->service->store, find, &finding, err);

	return rc < 0 ? rc : finding.found;
}

/* ---- the end ---- */

struct finishing {
	struct outbox *outbox;
	const struct transfer *transfer;
	int64_t now;
};

static void mark_delivery(
    const struct finishing *finishing, struct delivery_row *row)
{
	const struct transfer *transfer = finishing->transfer;
	struct outbox *outbox = finishing->outbox;
	int64_t wait;

	row->attempts++;
	row->status = transfer->status;
	(void)str_copy(row->result, sizeof(row->result), transfer->sentence);
	if (!row->first_at)
		row->first_at = finishing->now;
	if (transfer->outcome == OUTCOME_SENT)
		row->state = DELIVERY_DONE;
	else if (transfer->outcome == OUTCOME_GONE ||
	    finishing->now - row->first_at >= outbox->config.hooks.give_up_ms)
		row->state = DELIVERY_GIVEN_UP;
	if (row->state != DELIVERY_WAITING) {
		row->closed_at = finishing->now;
		return;
	}
	wait = backoff_after(
	    BACKOFF_DELIVERY, row->attempts, outbox->service->rng);
	if (transfer->retry_after > wait)
		wait = transfer->retry_after;
	row->next_at = finishing->now + wait;
}

/* True when it is to be saved. */
static bool mark_webhook(
    const struct finishing *finishing, struct webhook_row *row)
{
	const struct transfer *transfer = finishing->transfer;
	int64_t wait;

	if (transfer->outcome == OUTCOME_GONE) {
		row->stopped_at = finishing->now;
		(void)str_copy(row->stopped_why, sizeof(row->stopped_why),
		    "the receiver answered 410 Gone");
		return true;
	}
	if (transfer->outcome != OUTCOME_DOWN) {
		if (!row->failures)
			return false;
		row->failures = 0; /* it answers */
		row->next_at = 0;
		return true;
	}
	row->failures++;
	wait = backoff_after(
	    BACKOFF_WEBHOOK, row->failures, finishing->outbox->service->rng);
	if (transfer->retry_after > wait)
		wait = transfer->retry_after;
	row->next_at = finishing->now + wait;
	return true;
}

static int finish(struct txn *txn, void *arg, struct err *err)
{
	const struct finishing *finishing = arg;
	const struct hook_try *hook = finishing->transfer->hook;
	struct delivery_row delivery;
	struct webhook_row webhook;
	int rc = store_delivery_load(
	    txn, hook->delivery.org_id, hook->delivery.id, &delivery, err);

	if (rc == 0)
		rc = store_webhook_load(
		    txn, hook->webhook.org_id, hook->webhook.id, &webhook, err);
	if (rc < 0)
		return rc;
	/* Removed or dropped meanwhile: nothing is to be said of it. */
	if (delivery.state == DELIVERY_WAITING) {
		mark_delivery(finishing, &delivery);
		rc = store_delivery_save(txn, &delivery, err);
	}
	if (rc == 0 && mark_webhook(finishing, &webhook))
		rc = store_webhook_save(txn, &webhook, err);
	return rc;
}

int hook_finish(
    struct outbox *outbox, const struct transfer *transfer, struct err *err)
{
	struct finishing finishing = {.outbox = outbox,
	    .transfer = transfer,
	    .now = clock_now(outbox->service->clock)};

	return store_write(outbox->service->store, finish, &finishing, err);
}
