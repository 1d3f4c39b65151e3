#include "server/outbox/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/outbox/backoff.h"
#include "server/outbox/transfer.h"
#include "server/service/notify/outbox_look.h"
#include "server/service/service.h"

#define IDLE_MS 500    /* between two looks into the store */
#define STOP_ROUNDS 50 /* of STOP_WAIT_MS: what is under way may end */
#define STOP_WAIT_MS 100
#define FAULT_WAIT_MS 1000 /* the disk is full, the queue is */

/* ---- one transfer ---- */

static void transfer_free(struct transfer *transfer)
{
	if (!transfer)
		return;
	if (transfer->easy) {
		(void)curl_multi_remove_handle(
		    transfer->outbox->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->list);
	if (transfer->body.data)
		explicit_bzero(transfer->body.data, transfer->body.len);
	buf_clear(&transfer->body);
	if (transfer->mail) /* its links */
		explicit_bzero(transfer->mail, sizeof(*transfer->mail));
	free(transfer->mail);
	free(transfer->hook);
	free(transfer);
}

static void unlink_transfer(struct outbox *outbox, struct transfer *transfer)
{
	struct transfer **at = &outbox->transfers;

	while (*at && *at != transfer)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = transfer->next;
	if (transfer->mail)
		outbox->mails_under_way--;
	else
		outbox->hooks_under_way--;
}

/* Takes over mail or hook. */
static struct transfer *transfer_new(
    struct outbox *outbox, struct mail_try *mail, struct hook_try *hook)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer) {
		free(mail);
		free(hook);
		return NULL;
	}
	transfer->outbox = outbox;
	transfer->mail = mail;
	transfer->hook = hook;
	transfer->next = outbox->transfers;
	outbox->transfers = transfer;
	if (mail)
		outbox->mails_under_way++;
	else
		outbox->hooks_under_way++;
	return transfer;
}

/* Could not even be begun, by a fault of ours: its turn comes again. */
static void fail(struct transfer *transfer, const char *why)
{
	transfer->has_ended = true;
	transfer->outcome = OUTCOME_REFUSED;
	(void)snprintf(
	    transfer->sentence, sizeof(transfer->sentence), "%.240s", why);
}

static void set_common(struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_error);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

static void begin(struct transfer *transfer)
{
	struct err err = {0};
	int rc;

	transfer->easy = curl_easy_init();
	if (!transfer->easy) {
		fail(transfer, "out of memory");
		return;
	}
	set_common(transfer);
	rc = transfer->mail ? mail_send_prepare(transfer, &err)
	                    : hook_send_prepare(transfer, &err);
	if (rc < 0)
		fail(transfer, err.text);
	else if (curl_multi_add_handle(
	             transfer->outbox->multi, transfer->easy) != CURLM_OK)
		fail(transfer, "out of memory");
}

/* ---- the mail server as such ---- */

static void note_health(struct outbox *outbox, const struct transfer *transfer)
{
	struct outbox_health *health = outbox->service->tell.health;
	int64_t now = clock_now(outbox->service->clock);

	if (transfer->outcome == OUTCOME_DOWN) {
		outbox->mail_server.failures++;
		outbox->mail_server.retry_at = now +
		    backoff_after(BACKOFF_MAIL_SERVER,
		        outbox->mail_server.failures, outbox->service->rng);
	} else {
		outbox->mail_server.failures = 0;
		outbox->mail_server.retry_at = 0;
	}
	if (!health)
		return;
	(void)pthread_mutex_lock(&health->lock);
	health->retry_at = outbox->mail_server.retry_at;
	if (outbox->mail_server.failures == 0) {
		health->failing_since = 0;
		health->error[0] = '\0';
	} else {
		if (!health->failing_since)
			health->failing_since = now;
		(void)str_copy(
		    health->error, sizeof(health->error), transfer->sentence);
	}
	(void)pthread_mutex_unlock(&health->lock);
}

/* ---- ends ---- */

static const char *const outcome_names[] = {
    [OUTCOME_SENT] = "sent",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_DOWN] = "down",
    [OUTCOME_AGAIN] = "again",
    [OUTCOME_UNKNOWN] = "unknown",
    [OUTCOME_GONE] = "gone",
};

static void tell(const struct transfer *transfer)
{
	const struct log *log = transfer->outbox->service->log;
	const char *word = outcome_names[transfer->outcome];

	if (transfer->mail)
		log_info(log, "mail", LOG_STATE, word, LOG_MAIL,
		    transfer->mail->mail.id, LOG_PERSON,
		    transfer->mail->mail.person_id, LOG_CAUSE,
		    transfer->sentence, NULL);
	else
		log_info(log, "webhook", LOG_STATE, word, LOG_WEBHOOK,
		    transfer->hook->webhook.id, LOG_EVENT,
		    transfer->hook->event.id, LOG_CAUSE, transfer->sentence,
		    NULL);
}

static int finish(struct transfer *transfer, struct err *err)
{
	int rc = transfer->mail ? mail_finish(transfer->outbox, transfer, err)
	                        : hook_finish(transfer->outbox, transfer, err);

	/* Nothing to be written about: its row or its organisation is gone. */
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static void note_ends(struct outbox *outbox)
{
	struct transfer *transfer;
	CURLMsg *message;
	int rest;

	while ((message = curl_multi_info_read(outbox->multi, &rest))) {
		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
		        (char **)&transfer) != CURLE_OK)
			continue;
		if (transfer->mail)
			mail_send_ended(transfer, message->data.result);
		else
			hook_send_ended(transfer, message->data.result);
		transfer->has_ended = true;
		if (transfer->mail)
			note_health(outbox, transfer);
	}
}

/* What cannot be written down stays, and is tried again. */
static int finish_ended(struct outbox *outbox, struct err *err)
{
	struct transfer *transfer = outbox->transfers;
	struct transfer *next;
	int first = 0;
	int rc;

	for (; transfer; transfer = next) {
		next = transfer->next;
		if (!transfer->has_ended)
			continue;
		rc = finish(transfer, first ? NULL : err);
		if (rc < 0) {
			first = first ? first : rc;
			continue;
		}
		tell(transfer);
		unlink_transfer(outbox, transfer);
		transfer_free(transfer);
	}
	return first;
}

/* ---- beginnings ---- */

struct due_mails {
	struct outbox *outbox;
	struct mail_row rows[MAILS_AT_ONCE];
	int64_t now;
	int limit;
	int count;
};

static int note_mail(void *arg, const struct mail_row *row)
{
	struct due_mails *due = arg;

	due->rows[due->count++] = *row;
	return due->count == due->limit;
}

static int find_mails(struct txn *txn, void *arg, struct err *err)
{
	struct due_mails *due = arg;
	int rc;

	due->count = 0;
	rc =
	    store_mail_each_due(txn, due->now, due->limit, note_mail, due, err);
	return rc < 0 ? rc : 0;
}

/* How many may begin now: none while the server is down, one to see whether it
 * is back, and never more a minute than is set. */
static int mails_free(struct outbox *outbox, int64_t now)
{
	unsigned limit = outbox->config.mail.per_minute;
	unsigned free = MAILS_AT_ONCE - outbox->mails_under_way;

	if (!*outbox->config.mail.server || outbox->mail_server.retry_at > now)
		return 0;
	if (outbox->mail_server.failures)
		return outbox->mails_under_way ? 0 : 1;
	if (now < outbox->mail_server.minute ||
	    now - outbox->mail_server.minute >= TIME_MINUTE_MS) {
		outbox->mail_server.minute = now;
		outbox->mail_server.sent = 0;
	}
	if (outbox->mail_server.sent >= limit)
		return 0;
	if (free > limit - outbox->mail_server.sent)
		free = limit - outbox->mail_server.sent;
	return (int)free;
}

static int begin_mail(
    struct outbox *outbox, const struct mail_row *row, struct err *err)
{
	struct mail_try *mail = calloc(1, sizeof(*mail));
	struct transfer *transfer;
	int rc;

	if (!mail)
		return err_memory(err);
	rc = mail_take(outbox, row, mail, err);
	if (rc != TAKE_SEND) {
		free(mail);
		return rc < 0 ? rc : 0;
	}
	transfer = transfer_new(outbox, mail, NULL);
	if (!transfer)
		return err_memory(err); /* its lease runs out */
	outbox->mail_server.sent++;
	begin(transfer);
	return 0;
}

static int begin_mails(struct outbox *outbox, int64_t now, struct err *err)
{
	struct due_mails due = {.outbox = outbox, .now = now};
	int i;
	int rc;

	due.limit = mails_free(outbox, now);
	if (due.limit <= 0)
		return 0;
	rc = store_read(outbox->service->store, find_mails, &due, err);
	for (i = 0; rc == 0 && i < due.count; i++)
		rc = begin_mail(outbox, &due.rows[i], err);
	return rc;
}

static int begin_hooks(struct outbox *outbox, struct err *err)
{
	struct transfer *transfer;
	struct hook_try *hook;
	int rc = TAKE_SEND;

	while (rc == TAKE_SEND && outbox->hooks_under_way < HOOKS_AT_ONCE) {
		hook = calloc(1, sizeof(*hook));
		if (!hook)
			return err_memory(err);
		rc = hook_take(outbox, hook, err);
		if (rc != TAKE_SEND) {
			free(hook);
			break;
		}
		transfer = transfer_new(outbox, NULL, hook);
		if (!transfer)
			return err_memory(err);
		begin(transfer);
	}
	return rc < 0 ? rc : 0;
}

/* ---- the round ---- */

static int run_transfers(struct outbox *outbox, int wait_ms, struct err *err)
{
	int running = 0;

	if (curl_multi_perform(outbox->multi, &running) != CURLM_OK ||
	    (wait_ms > 0 &&
	        curl_multi_poll(outbox->multi, NULL, 0, wait_ms, NULL) !=
	            CURLM_OK) ||
	    curl_multi_perform(outbox->multi, &running) != CURLM_OK)
		return err_set(err, ERR_IO, "libcurl cannot go on");
	return 0;
}

int outbox_turn(struct outbox *outbox, int wait_ms, struct err *err)
{
	int64_t now = clock_now(outbox->service->clock);
	int rc = outbox_tidy(outbox, now, err);
	int more = 0;

	if (rc == 0 && !atomic_load(&outbox->stopping))
		rc = begin_mails(outbox, now, err);
	/* Mail that fails does not keep events from their turn. */
	if (!atomic_load(&outbox->stopping))
		more = begin_hooks(outbox, rc < 0 ? NULL : err);
	rc = rc < 0 ? rc : more;
	more = run_transfers(outbox, wait_ms, rc < 0 ? NULL : err);
	rc = rc < 0 ? rc : more;
	note_ends(outbox);
	more = finish_ended(outbox, rc < 0 ? NULL : err);
	rc = rc < 0 ? rc : more;
	return rc < 0
	    ? rc
	    : (int)(outbox->mails_under_way + outbox->hooks_under_way);
}

static void *work(void *arg)
{
	struct outbox *outbox = arg;
	struct err err;
	unsigned rounds = 0;
	int rc;

	while (rounds < STOP_ROUNDS) {
		memset(&err, 0, sizeof(err));
		if (!atomic_load(&outbox->stopping)) {
			rc = outbox_turn(outbox, IDLE_MS, &err);
		} else {
			rounds++;
			rc = outbox_turn(outbox, STOP_WAIT_MS, &err);
			if (rc == 0)
				break;
		}
		if (rc >= 0)
			continue;
		log_error(outbox->service->log, "outbox_failed", LOG_ERROR,
		    err.text, NULL);
		(void)curl_multi_poll(
		    outbox->multi, NULL, 0, FAULT_WAIT_MS, NULL);
	}
	return NULL;
}

/* ---- from beginning to end ---- */

int outbox_new(struct outbox_config *config, struct service *service,
    struct outbox **out, struct err *err)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	int rc;

	if (!outbox)
		return err_memory(err);
	outbox->config = *config;
	outbox->service = service;
	rc = mail_send_check(outbox, err);
	if (rc == 0 && !(outbox->multi = curl_multi_init()))
		rc = err_memory(err);
	if (rc < 0) {
		free(outbox); /* the secrets stay the caller's */
		return rc;
	}
	(void)curl_multi_setopt(outbox->multi, CURLMOPT_MAXCONNECTS, 16L);
	memset(config, 0, sizeof(*config));
	*out = outbox;
	return 0;
}

int outbox_start(struct outbox *outbox, struct err *err)
{
	if (pthread_create(&outbox->thread, NULL, work, outbox) != 0)
		return err_set(err, ERR_IO, "cannot start the outbox's thread");
	outbox->is_started = true;
	return 0;
}

void outbox_stop(struct outbox *outbox)
{
	if (!outbox || !outbox->is_started)
		return;
	atomic_store(&outbox->stopping, true);
	(void)curl_multi_wakeup(outbox->multi);
	(void)pthread_join(outbox->thread, NULL);
	outbox->is_started = false;
}

void outbox_free(struct outbox *outbox)
{
	struct transfer *transfer;

	if (!outbox)
		return;
	while ((transfer = outbox->transfers)) {
		unlink_transfer(outbox, transfer);
		transfer_free(transfer);
	}
	(void)curl_multi_cleanup(outbox->multi);
	secret_clear(&outbox->config.mail.password);
	secret_clear(&outbox->config.mail.ca);
	secret_clear(&outbox->config.hooks.ca);
	free(outbox);
}
