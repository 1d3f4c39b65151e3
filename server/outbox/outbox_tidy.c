/* What was begun before a start, what waits for a time that a turned-back
 * clock never meant, and what is old enough to be forgotten. */
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/outbox/backoff.h"
#include "server/outbox/transfer.h"
#include "server/service/service.h"

#define TIDY_MS TIME_HOUR_MS
#define PURGE_BATCH 500
#define MAIL_KEEP_MS (90 * TIME_DAY_MS)
/* The clock is set by small steps all the time. */
#define BACK_MS TIME_HOUR_MS

struct tidying {
	struct outbox *outbox;
	int64_t now;
	int64_t count;
};

static int resume(struct txn *txn, void *arg, struct err *err)
{
	const struct tidying *tidying = arg;

	return store_mail_resume(txn, tidying->now, err);
}

static int rewind_rows(struct txn *txn, void *arg, struct err *err)
{
	const struct tidying *tidying = arg;

	return store_outbox_rewind(
	    txn, tidying->now + backoff_longest(), tidying->now, err);
}

static int purge(struct txn *txn, void *arg, struct err *err)
{
	struct tidying *tidying = arg;
	int64_t keep = tidying->outbox->config.hooks.keep_ms;
	int64_t mails = 0;
	int64_t events = 0;
	int64_t notices = 0;
	int rc = store_notice_purge(
	    txn, tidying->now - MAIL_KEEP_MS, PURGE_BATCH, &notices, err);

	if (rc == 0)
		rc = store_mail_purge(
		    txn, tidying->now - MAIL_KEEP_MS, PURGE_BATCH, &mails, err);
	if (rc == 0)
		rc = store_delivery_expire(
		    txn, tidying->now - keep, tidying->now, err);
	if (rc == 0)
		rc = store_event_purge(
		    txn, tidying->now - keep, PURGE_BATCH, &events, err);
	tidying->count = notices > mails ? notices : mails;
	if (events > tidying->count)
		tidying->count = events;
	return rc;
}

static int do_resume(
    struct outbox *outbox, struct tidying *tidying, struct err *err)
{
	int rc;

	if (outbox->is_resumed)
		return 0;
	rc = store_write(outbox->service->store, resume, tidying, err);
	outbox->is_resumed = rc == 0;
	return rc;
}

static int do_rewind(
    struct outbox *outbox, struct tidying *tidying, struct err *err)
{
	int rc = 0;

	if (tidying->now < outbox->last_now - BACK_MS) {
		outbox->mail_server.retry_at = 0;
		outbox->mail_server.minute = 0;
		outbox->tidy_at = 0;
		rc = store_write(
		    outbox->service->store, rewind_rows, tidying, err);
	}
	if (rc == 0)
		outbox->last_now = tidying->now;
	return rc;
}

int outbox_tidy(struct outbox *outbox, int64_t now, struct err *err)
{
	struct tidying tidying = {.outbox = outbox, .now = now};
	int rc = do_resume(outbox, &tidying, err);

	if (rc == 0)
		rc = do_rewind(outbox, &tidying, err);
	if (rc < 0 || now < outbox->tidy_at)
		return rc;
	do {
		rc = store_write(outbox->service->store, purge, &tidying, err);
	} while (rc == 0 && tidying.count == PURGE_BATCH);
	if (rc == 0)
		outbox->tidy_at = now + TIDY_MS;
	return rc;
}
