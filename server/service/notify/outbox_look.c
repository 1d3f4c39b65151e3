#include "server/service/notify/outbox_look.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/notify/notify_mail.h"
#include "server/service/service.h"
#include "server/store/store_people.h"

/* ---- the whole ---- */

struct counting {
	const struct actor *actor;
	int64_t since;
	struct mail_counts counts;
};

static int count(struct txn *txn, void *arg, struct err *err)
{
	struct counting *counting = arg;

	return store_mail_count(txn, counting->actor->org_id, counting->since,
	    &counting->counts, err);
}

int service_outbox_view(struct service *service, const struct actor *actor,
    struct outbox_view *out, struct err *err)
{
	struct counting counting = {
	    .actor = actor, .since = clock_now(service->clock) - TIME_DAY_MS};
	struct outbox_health *health = service->tell.health;
	int rc = store_read(service->store, count, &counting, err);

	if (rc < 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->by_mail = service->tell.by_mail;
	out->mails = counting.counts;
	if (!health)
		return 0;
	(void)str_copy(out->server, sizeof(out->server),
	    health->server ? health->server : "");
	(void)pthread_mutex_lock(&health->lock);
	out->failing_since = health->failing_since;
	out->retry_at = health->retry_at;
	(void)str_copy(out->error, sizeof(out->error), health->error);
	(void)pthread_mutex_unlock(&health->lock);
	return 0;
}

/* ---- mails ---- */

struct walk {
	struct txn *txn;
	const struct actor *actor;
	int state;
	const char *after_id;
	int limit;
	service_mail_fn *fn;
	void *arg;
	struct err *err;
	int rc;
};

#define NOTICES_SHOWN                                                          \
	(sizeof(((struct mail_view *)0)->notices) /                            \
	    sizeof(((struct mail_view *)0)->notices[0]))

static int note_notice(void *arg, const struct notice_row *row)
{
	struct mail_view *view = arg;

	view->notices[view->notice_count++] = *row;
	return view->notice_count == NOTICES_SHOWN;
}

static int view_fill(struct txn *txn, const struct mail_row *row,
    struct mail_view *view, struct err *err)
{
	struct person_row person;
	int rc =
	    store_person_load(txn, row->org_id, row->person_id, &person, NULL);

	memset(view, 0, sizeof(*view));
	view->mail = *row;
	if (rc == 0)
		(void)str_copy(
		    view->person_name, sizeof(view->person_name), person.name);
	rc = store_notice_each_mail(txn, row->id, note_notice, view, err);
	if (rc == 0 && view->notice_count == 0 && row->state == MAIL_WAITING)
		rc = store_notice_each_waiting(txn, row->org_id, row->person_id,
		    (int)NOTICES_SHOWN, note_notice, view, err);
	return rc < 0 ? rc : 0;
}

static int on_mail(void *arg, const struct mail_row *row)
{
	struct walk *walk = arg;
	struct mail_view view;

	walk->rc = view_fill(walk->txn, row, &view, walk->err);
	return walk->rc < 0 ? 1 : walk->fn(walk->arg, &view);
}

static int each(struct txn *txn, void *arg, struct err *err)
{
	struct walk *walk = arg;
	int rc;

	walk->txn = txn;
	walk->err = err;
	walk->rc = 0;
	rc = store_mail_each(txn, walk->actor->org_id, walk->state,
	    walk->after_id ? walk->after_id : "", walk->limit, on_mail, walk,
	    err);
	return walk->rc < 0 ? walk->rc : rc;
}

int service_mail_each(struct service *service, const struct actor *actor,
    int state, const char *after_id, int limit, service_mail_fn *fn, void *arg,
    struct err *err)
{
	struct walk walk = {.actor = actor,
	    .state = state,
	    .after_id = after_id,
	    .limit = limit,
	    .fn = fn,
	    .arg = arg};

	return store_read(service->store, each, &walk, err);
}

/* ---- once more ---- */

struct retrying {
	const struct actor *actor;
	const char *id;
	int64_t now;
	struct mail_view view;
};

static int free_notices(
    struct txn *txn, struct mail_view *view, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < view->notice_count; i++) {
		if (view->notices[i].state != NOTICE_GIVEN_UP &&
		    view->notices[i].state != NOTICE_NOWHERE)
			continue;
		view->notices[i].state = NOTICE_WAITING;
		view->notices[i].closed_at = 0;
		rc = store_notice_update(txn, &view->notices[i], err);
	}
	return rc;
}

static int retry(struct txn *txn, void *arg, struct err *err)
{
	struct retrying *retrying = arg;
	struct mail_row row;
	int rc = store_mail_load(
	    txn, retrying->actor->org_id, retrying->id, &row, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no such mail");
	if (rc < 0)
		return rc;
	if (row.state != MAIL_WAITING && row.state != MAIL_GIVEN_UP)
		return err_set(err, ERR_CONFLICT, "this mail is %s already",
		    row.state == MAIL_SENT ? "sent" : "dropped");
	rc = view_fill(txn, &row, &retrying->view, err);
	if (rc == 0 && row.state == MAIL_GIVEN_UP)
		rc = free_notices(txn, &retrying->view, err);
	if (rc < 0)
		return rc;
	/* As one whose end is not known: it keeps what it carries. */
	if (row.state == MAIL_GIVEN_UP)
		row.trying_at = retrying->now;
	row.state = MAIL_WAITING;
	row.first_at = row.closed_at = row.attempts = 0;
	row.next_at = retrying->now;
	rc = store_mail_save(txn, &row, err);
	if (rc == -ERR_CONFLICT)
		return err_set(err, ERR_CONFLICT,
		    "another mail to this person waits; it goes first");
	retrying->view.mail = row;
	return rc;
}

int service_mail_retry(struct service *service, const struct actor *actor,
    const char *mail_id, struct mail_view *out, struct err *err)
{
	struct retrying retrying = {
	    .actor = actor, .id = mail_id, .now = clock_now(service->clock)};
	int rc = store_write(service->store, retry, &retrying, err);

	if (rc < 0)
		return rc;
	log_info(service->log, "mail_retried", LOG_MAIL, mail_id, LOG_USER,
	    actor->name, NULL);
	*out = retrying.view;
	return 0;
}
