/* What is to be told to a person: a row, and the mail that will carry it. */
#include "server/service/notify/notify.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/notify/notify_mail.h"
#include "server/service/service.h"
#include "server/store/store_outbox.h"

/* Cut at a character's end: what the words lose is said by the ids. */
static void copy_cut(char *out, size_t size, const char *text)
{
	size_t len = 0;
	size_t step;

	while (text && text[len] && (step = str_utf8_step(text + len)) > 0 &&
	    len + step < size)
		len += step;
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
}

static int copy_id(char out[STORE_ID], const char *id)
{
	return id ? str_copy(out, STORE_ID, id) : 0;
}

static int row_init(struct notice_row *row, const struct service *service,
    const struct notice *notice, struct err *err)
{
	const struct notice_kind_row *kind = notice_kind_find(notice->kind);
	int64_t now = clock_now(service->clock);

	if (!kind || copy_id(row->org_id, notice->org_id) < 0 ||
	    copy_id(row->person_id, notice->person_id) < 0 ||
	    copy_id(row->about_id, notice->about_id) < 0 ||
	    copy_id(row->task_id, notice->task_id) < 0 ||
	    copy_id(row->case_id, notice->case_id) < 0 ||
	    copy_id(row->receipt_id, notice->receipt_id) < 0 ||
	    copy_id(row->device_id, notice->device_id) < 0)
		return err_set(err, ERR_INTERNAL, "this is no notice");
	row->kind = (int)notice->kind;
	copy_cut(row->what, sizeof(row->what), notice->what);
	row->day = notice->day;
	row->created_at = now;
	row->due_at = notice->not_before > now ? notice->not_before : now;
	if (!kind->is_urgent)
		row->due_at += service->tell.window_ms;
	return 0;
}

/* The waiting mail goes when its first notice is due; one that has failed
 * keeps to its own times, and one that is on its way is left alone. */
static int mail_for(struct txn *txn, struct service *service,
    const struct notice_row *notice, struct err *err)
{
	struct mail_row mail = {0};
	int rc = store_mail_find_waiting(
	    txn, notice->org_id, notice->person_id, &mail, err);

	if (rc == -ERR_NOT_FOUND)
		return notify_mail_open(txn, service, notice->org_id,
		    notice->person_id, notice->due_at, err);
	if (rc < 0 || mail.attempts > 0 || mail.trying_at ||
	    mail.next_at <= notice->due_at)
		return rc;
	mail.next_at = notice->due_at;
	return store_mail_save(txn, &mail, err);
}

int notify_mail_open(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, int64_t at, struct err *err)
{
	struct mail_row mail = {.next_at = at};
	int64_t now = clock_now(service->clock);

	uuid_make(now, service->rng, mail.id);
	(void)str_copy(mail.org_id, sizeof(mail.org_id), org_id);
	(void)str_copy(mail.person_id, sizeof(mail.person_id), person_id);
	mail.created_at = now;
	return store_mail_save(txn, &mail, err);
}

static int note_due(void *arg, const struct notice_row *row)
{
	*(int64_t *)arg = row->due_at;
	return 1; /* the first is the earliest */
}

int notify_mail_follow(struct txn *txn, struct service *service,
    const char *org_id, const char *person_id, struct err *err)
{
	int64_t due = -1;
	int rc = store_notice_each_waiting(
	    txn, org_id, person_id, 1, note_due, &due, err);

	if (rc < 0 || due < 0)
		return rc < 0 ? rc : 0;
	return notify_mail_open(txn, service, org_id, person_id, due, err);
}

int notify_person(struct txn *txn, struct service *service,
    const struct notice *notice, struct err *err)
{
	struct notice_row row = {0};
	struct notice_row waiting;
	int rc;

	if (!service->tell.by_mail || !notice->person_id || !*notice->person_id)
		return 0;
	rc = row_init(&row, service, notice, err);
	if (rc < 0)
		return rc;
	rc = store_notice_find_waiting(txn, &row, &waiting, NULL);
	if (rc != -ERR_NOT_FOUND)
		return rc < 0 ? err_set(err, ERR_IO, "cannot read notices") : 0;
	uuid_make(row.created_at, service->rng, row.id);
	rc = store_notice_insert(txn, &row, err);
	return rc < 0 ? rc : mail_for(txn, service, &row, err);
}

int notify_forget_task(struct txn *txn, struct service *service,
    const char *org_id, const char *task_id, struct err *err)
{
	if (!service->tell.by_mail)
		return 0;
	return store_notice_drop_task(
	    txn, org_id, task_id, clock_now(service->clock), err);
}

int notify_forget_case(struct txn *txn, struct service *service,
    const char *org_id, const char *case_id, struct err *err)
{
	if (!service->tell.by_mail)
		return 0;
	return store_notice_drop_case(
	    txn, org_id, case_id, clock_now(service->clock), err);
}
