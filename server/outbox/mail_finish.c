/* How a mail's attempt ended, written down. */
#include <stdio.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/outbox/backoff.h"
#include "server/outbox/transfer.h"
#include "server/service/notify/notify.h"
#include "server/service/notify/notify_mail.h"
#include "server/service/page/page_link.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"

void mail_maker(const struct mail_row *mail, char out[LIMIT_NAME + 1])
{
	(void)snprintf(out, LIMIT_NAME + 1, "mail:%s", mail->id);
}

static int follow_up(struct txn *txn, struct service *service,
    const struct mail_row *mail, struct err *err)
{
	return notify_mail_follow(
	    txn, service, mail->org_id, mail->person_id, err);
}

static int close_notices(struct txn *txn, struct mail_try *mail,
    enum notice_state state, int64_t now, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < mail->count; i++) {
		mail->notices[i].state = state;
		mail->notices[i].closed_at = now;
		(void)str_copy(mail->notices[i].mail_id,
		    sizeof(mail->notices[i].mail_id), mail->mail.id);
		rc = store_notice_update(txn, &mail->notices[i], err);
	}
	return rc;
}

int mail_give_up(struct txn *txn, struct outbox *outbox, struct mail_try *mail,
    enum notice_state state, int64_t now, struct err *err)
{
	struct event event = {.org_id = mail->mail.org_id,
	    .kind = EVENT_OUTBOX_GIVEN_UP,
	    .person_id = mail->mail.person_id,
	    .subject_id = mail->mail.id};
	int rc;

	mail->mail.state = MAIL_GIVEN_UP;
	mail->mail.closed_at = now;
	rc = store_mail_save(txn, &mail->mail, err);
	if (rc == 0)
		rc = close_notices(txn, mail, state, now, err);
	if (rc == 0)
		rc = notify_event(txn, outbox->service, &event, err);
	return rc < 0 ? rc : follow_up(txn, outbox->service, &mail->mail, err);
}

struct finishing {
	struct outbox *outbox;
	const struct transfer *transfer;
	struct task_world world;
};

/* It has not gone: the notices are free for the next attempt, which may say
 * more, and the links that stood in it are dead. */
static int take_back(struct txn *txn, struct finishing *finishing,
    struct mail_try *mail, struct err *err)
{
	char by[LIMIT_NAME + 1];
	size_t i;
	int rc = 0;

	mail_maker(&mail->mail, by);
	for (i = 0; rc == 0 && i < mail->count; i++) {
		mail->notices[i].mail_id[0] = '\0';
		rc = store_notice_update(txn, &mail->notices[i], err);
		if (rc == 0 && *mail->items[i].url)
			rc = page_link_revoke(txn, &finishing->world, by,
			    mail->notices[i].task_id, err);
	}
	mail->mail.trying_at = 0;
	return rc;
}

static int finish_sent(struct txn *txn, struct finishing *finishing,
    struct mail_try *mail, struct err *err)
{
	int64_t now = finishing->world.now;
	int rc;

	mail->mail.state = MAIL_SENT;
	mail->mail.attempts++;
	mail->mail.closed_at = now;
	mail->mail.trying_at = 0;
	rc = store_mail_save(txn, &mail->mail, err);
	if (rc == 0)
		rc = close_notices(txn, mail, NOTICE_MAILED, now, err);
	return rc < 0
	    ? rc
	    : follow_up(txn, finishing->outbox->service, &mail->mail, err);
}

static int finish_failed(struct txn *txn, struct finishing *finishing,
    struct mail_try *mail, struct err *err)
{
	struct outbox *outbox = finishing->outbox;
	enum outcome outcome = finishing->transfer->outcome;
	int64_t now = finishing->world.now;
	int rc = 0;

	/* An earlier attempt that nobody knows the end of may have brought it:
	 * it stays what it was, and its links stay good. */
	if (outcome != OUTCOME_UNKNOWN && !mail->is_repeat)
		rc = take_back(txn, finishing, mail, err);
	if (rc < 0)
		return rc;
	if (outcome == OUTCOME_DOWN || outcome == OUTCOME_AGAIN) {
		/* Not this mail's fault: it does not grow older by it. */
		mail->mail.next_at = outcome == OUTCOME_AGAIN ||
		        outbox->mail_server.retry_at < now
		    ? now
		    : outbox->mail_server.retry_at;
		return store_mail_save(txn, &mail->mail, err);
	}
	mail->mail.attempts++;
	if (!mail->mail.first_at)
		mail->mail.first_at = now;
	if (now - mail->mail.first_at >= outbox->config.mail.give_up_ms)
		return mail_give_up(
		    txn, outbox, mail, NOTICE_GIVEN_UP, now, err);
	mail->mail.next_at = now +
	    backoff_after(
	        BACKOFF_MAIL, mail->mail.attempts, outbox->service->rng);
	return store_mail_save(txn, &mail->mail, err);
}

static int finish(struct txn *txn, void *arg, struct err *err)
{
	struct finishing *finishing = arg;
	const struct transfer *transfer = finishing->transfer;
	struct mail_try mail = *transfer->mail;

	(void)str_copy(
	    mail.mail.result, sizeof(mail.mail.result), transfer->sentence);
	if (transfer->outcome == OUTCOME_SENT)
		return finish_sent(txn, finishing, &mail, err);
	return finish_failed(txn, finishing, &mail, err);
}

int mail_finish(
    struct outbox *outbox, const struct transfer *transfer, struct err *err)
{
	struct finishing finishing = {.outbox = outbox, .transfer = transfer};
	int rc = task_world_init(outbox->service, transfer->mail->mail.org_id,
	    &finishing.world, err);

	return rc < 0
	    ? rc
	    : store_write(outbox->service->store, finish, &finishing, err);
}
