/*
 * Taking a mail: which of the notices that wait are still true, links for those
 * that have a page, and the mark that an attempt began. Until its end is known
 * the mail keeps its notices: if the server dies now, the same mail goes out
 * again under the same Message-ID, and not another one with more in it.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/outbox/backoff.h"
#include "server/outbox/mail_message.h"
#include "server/outbox/transfer.h"
#include "server/service/notify/notify.h"
#include "server/service/notify/notify_mail.h"
#include "server/service/page/page_link.h"
#include "server/service/service.h"
#include "server/service/task/task_world.h"

/* An attempt that nobody ended by then is made again. */
#define LEASE_MS (10 * TIME_MINUTE_MS)
#define NO_ADDRESS_WAIT_MS (12 * TIME_HOUR_MS)

struct taking {
	struct outbox *outbox;
	const struct mail_row *wanted;
	struct mail_try *mail;
	struct task_world world;
	bool is_urgent;
	int found;
};

/* ---- what is still true ---- */

static int note_notice(void *arg, const struct notice_row *row)
{
	struct taking *taking = arg;
	struct mail_try *mail = taking->mail;

	if (row->state != NOTICE_WAITING ||
	    row->due_at >
	        taking->world.now + taking->world.service->tell.window_ms)
		return 0;
	mail->notices[mail->count++] = *row;
	return mail->count == MAIL_ITEMS_MAX;
}

static bool is_repeated(const struct mail_try *mail, size_t i)
{
	size_t k;

	for (k = 0; k < mail->count; k++)
		if (k != i && *mail->notices[i].task_id &&
		    mail->notices[k].kind == NOTICE_TASK_REMINDED &&
		    strcmp(mail->notices[k].task_id,
		        mail->notices[i].task_id) == 0)
			return mail->notices[i].kind == NOTICE_TASK_ASKED;
	return false;
}

/* Asked and reminded in one mail is reminded; a task that is done needs no
 * word. */
static int is_true(struct txn *txn, struct taking *taking, size_t i, bool *out,
    struct err *err)
{
	const struct notice_row *notice = &taking->mail->notices[i];
	struct task_row task;
	int rc;

	*out = notice_kind_find((enum notice_kind)notice->kind) &&
	    !is_repeated(taking->mail, i);
	if (!*out || !*notice->task_id)
		return 0;
	rc = store_task_load(
	    txn, taking->world.org_id, notice->task_id, &task, err);
	if (rc == -ERR_NOT_FOUND) {
		*out = false;
		return 0;
	}
	*out = rc == 0 && task_is_open(task.state);
	return rc;
}

static int drop_untrue(struct txn *txn, struct taking *taking, struct err *err)
{
	struct mail_try *mail = taking->mail;
	bool is_kept[MAIL_ITEMS_MAX];
	size_t kept = 0;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < mail->count; i++)
		rc = is_true(txn, taking, i, &is_kept[i], err);
	for (i = 0; rc == 0 && i < mail->count; i++) {
		if (is_kept[i]) {
			mail->notices[kept++] = mail->notices[i];
			continue;
		}
		mail->notices[i].state = NOTICE_DROPPED;
		mail->notices[i].closed_at = taking->world.now;
		rc = store_notice_update(txn, &mail->notices[i], err);
	}
	mail->count = kept;
	return rc;
}

static int find_notices(struct txn *txn, struct taking *taking, struct err *err)
{
	const struct mail_row *mail = &taking->mail->mail;
	size_t i;
	int rc;

	if (mail->trying_at)
		rc = store_notice_each_mail(
		    txn, mail->id, note_notice, taking, err);
	else
		rc = store_notice_each_waiting(txn, mail->org_id,
		    mail->person_id, 0, note_notice, taking, err);
	rc = rc < 0 ? rc : drop_untrue(txn, taking, err);
	for (i = 0; i < taking->mail->count; i++)
		taking->is_urgent |= notice_kind_find(
		    (enum notice_kind)taking->mail->notices[i].kind)
		                         ->is_urgent;
	return rc;
}

/* ---- who reads it ---- */

static int find_reader(struct txn *txn, struct taking *taking, struct err *err)
{
	struct mail_try *mail = taking->mail;
	struct person_row person;
	const char *language;
	int rc = store_person_load(
	    txn, taking->world.org_id, mail->mail.person_id, &person, err);

	if (rc < 0)
		return rc;
	(void)str_copy(mail->name, sizeof(mail->name), person.name);
	(void)str_copy(mail->address, sizeof(mail->address), person.mail);
	language = *person.language ? person.language : taking->world.language;
	mail->language = notice_language_of(language);
	return 0;
}

static int drop_mail(struct txn *txn, struct taking *taking, struct err *err)
{
	struct mail_row *mail = &taking->mail->mail;
	int rc;

	mail->state = MAIL_DROPPED;
	mail->closed_at = taking->world.now;
	(void)str_copy(
	    mail->result, sizeof(mail->result), "nothing was left to say");
	rc = store_mail_save(txn, mail, err);
	return rc < 0 ? rc
	              : notify_mail_follow(txn, taking->outbox->service,
	                    mail->org_id, mail->person_id, err);
}

/* The register may learn it: looked for again, for as long as mails live. */
static int wait_for_address(
    struct txn *txn, struct taking *taking, struct err *err)
{
	struct mail_row *mail = &taking->mail->mail;
	int64_t now = taking->world.now;

	mail->attempts++;
	if (!mail->first_at)
		mail->first_at = now;
	(void)str_copy(mail->result, sizeof(mail->result),
	    *taking->mail->address
	        ? "the person's mail address is none that mail reaches"
	        : "the person has no mail address");
	if (now - mail->first_at >= taking->outbox->config.mail.give_up_ms)
		return mail_give_up(txn, taking->outbox, taking->mail,
		    NOTICE_NOWHERE, now, err);
	mail->next_at = now + NO_ADDRESS_WAIT_MS;
	return store_mail_save(txn, mail, err);
}

/* ---- what stands in it ---- */

static int fill_item(
    struct txn *txn, struct taking *taking, size_t i, struct err *err)
{
	const struct notice_row *notice = &taking->mail->notices[i];
	struct mail_item *item = &taking->mail->items[i];
	char by[LIMIT_NAME + 1];
	char token[PAGE_LINK_TOKEN_MAX];
	struct person_row about;
	int rc = 0;

	memset(item, 0, sizeof(*item));
	item->kind = (enum notice_kind)notice->kind;
	item->day = (int32_t)notice->day;
	(void)str_copy(item->what, sizeof(item->what), notice->what);
	if (*notice->about_id) {
		rc = store_person_load(
		    txn, taking->world.org_id, notice->about_id, &about, err);
		if (rc == 0)
			(void)str_copy(
			    item->about, sizeof(item->about), about.name);
		rc = rc == -ERR_NOT_FOUND ? 0 : rc;
	}
	if (rc < 0 || !*notice->task_id ||
	    !notice_kind_find(item->kind)->has_link ||
	    !*taking->world.service->office_url)
		return rc;
	mail_maker(&taking->mail->mail, by);
	rc = page_link_make(
	    txn, &taking->world, by, notice->task_id, 0, token, err);
	if (rc == 0)
		(void)snprintf(item->url, sizeof(item->url), "%s/t/%s",
		    taking->world.service->office_url, token);
	return rc;
}

static int begin(struct txn *txn, struct taking *taking, struct err *err)
{
	struct mail_try *mail = taking->mail;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < mail->count; i++) {
		rc = fill_item(txn, taking, i, err);
		if (rc < 0)
			break;
		(void)str_copy(mail->notices[i].mail_id,
		    sizeof(mail->notices[i].mail_id), mail->mail.id);
		rc = store_notice_update(txn, &mail->notices[i], err);
	}
	mail->mail.trying_at = taking->world.now;
	mail->mail.next_at = taking->world.now + LEASE_MS;
	if (rc == 0)
		rc = store_mail_save(txn, &mail->mail, err);
	if (rc == 0)
		taking->found = TAKE_SEND;
	return rc;
}

/* Two mails to one person keep a distance, unless one cannot wait. */
static int is_too_soon(
    struct txn *txn, struct taking *taking, bool *out, struct err *err)
{
	struct mail_row *mail = &taking->mail->mail;
	int64_t last = 0;
	int64_t gap = taking->outbox->config.mail.gap_ms;
	int rc;

	*out = false;
	if (taking->is_urgent || mail->trying_at)
		return 0;
	rc = store_mail_last_sent(
	    txn, mail->org_id, mail->person_id, &last, err);
	if (rc < 0 || last == 0 || last > taking->world.now ||
	    taking->world.now - last >= gap)
		return rc;
	*out = true;
	mail->next_at = last + gap;
	return store_mail_save(txn, mail, err);
}

static int take(struct txn *txn, void *arg, struct err *err)
{
	struct taking *taking = arg;
	struct mail_try *mail = taking->mail;
	bool is_early;
	int rc = store_mail_load(
	    txn, taking->wanted->org_id, taking->wanted->id, &mail->mail, err);

	taking->found = TAKE_NOTHING;
	taking->is_urgent = false;
	mail->is_repeat = mail->mail.trying_at != 0;
	mail->count = 0;
	if (rc < 0 || mail->mail.state != MAIL_WAITING ||
	    mail->mail.next_at > taking->world.now)
		return rc;
	rc = find_notices(txn, taking, err);
	if (rc == 0 && mail->count > 0) {
		rc = find_reader(txn, taking, err);
		if (rc == -ERR_NOT_FOUND) {
			mail->count = 0;
			rc = 0;
		}
	}
	if (rc < 0)
		return rc;
	if (mail->count == 0)
		return drop_mail(txn, taking, err);
	if (!mail_address_is_valid(mail->address))
		return wait_for_address(txn, taking, err);
	rc = is_too_soon(txn, taking, &is_early, err);
	return rc < 0 || is_early ? rc : begin(txn, taking, err);
}

static void fill_titles(struct taking *taking)
{
	struct mail_try *mail = taking->mail;
	struct actor actor = {.name = "outbox"};
	struct task_view view;
	size_t i;

	(void)str_copy(
	    actor.org_id, sizeof(actor.org_id), taking->world.org_id);
	for (i = 0; i < mail->count; i++) {
		if (!*mail->notices[i].task_id ||
		    service_task_load(taking->outbox->service, &actor,
		        mail->notices[i].task_id,
		        notice_language_name(mail->language), &view, NULL) < 0)
			continue; /* the frame has a word for it */
		(void)str_copy(mail->items[i].title,
		    sizeof(mail->items[i].title), view.title);
		mail->items[i].due_day = view.task.due_at
		    ? calendar_day_at(
		          taking->world.place.zone, view.task.due_at - 1)
		    : 0;
	}
}

int mail_take(struct outbox *outbox, const struct mail_row *mail,
    struct mail_try *out, struct err *err)
{
	struct taking taking = {.outbox = outbox, .wanted = mail, .mail = out};
	int rc =
	    task_world_init(outbox->service, mail->org_id, &taking.world, err);

	if (rc < 0)
		return rc;
	out->tenant = service_tenant_find(outbox->service, mail->org_id);
	rc = store_write(outbox->service->store, take, &taking, err);
	if (rc < 0 || taking.found == TAKE_NOTHING)
		return rc < 0 ? rc : TAKE_NOTHING;
	fill_titles(&taking);
	return TAKE_SEND;
}
