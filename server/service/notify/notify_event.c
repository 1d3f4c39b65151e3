/*
 * What is to be told to programs. The body is made here, once, in the format
 * of Standard Webhooks ("type", "timestamp", "data"), with ids only; every
 * attempt and every replay sends these very bytes.
 */
#include "server/service/notify/notify.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/service.h"
#include "server/store/store_outbox.h"

#define HOOKS_MAX 64 /* of one organisation; webhook.c keeps to it */

struct takers {
	const char *word;
	char ids[HOOKS_MAX][STORE_ID];
	size_t count;
};

static bool wants(const struct webhook_row *hook, const char *word)
{
	char look_for[80];

	if (!*hook->events)
		return true;
	(void)snprintf(look_for, sizeof(look_for), " %s ", word);
	return strstr(hook->events, look_for);
}

static int note_taker(void *arg, const struct webhook_row *hook)
{
	struct takers *takers = arg;

	if (!hook->stopped_at && wants(hook, takers->word))
		(void)str_copy(
		    takers->ids[takers->count++], STORE_ID, hook->id);
	return takers->count == HOOKS_MAX;
}

static void append_member(struct buf *body, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(body, ",\"%s\":", name);
	buf_append_json(body, value);
}

static void append_data(struct buf *body, const struct event *event)
{
	buf_append_str(body, "{\"organisation_id\":");
	buf_append_json(body, event->org_id);
	append_member(body, "state", event->state);
	append_member(body, "person_id", event->person_id);
	append_member(body, "device_id", event->device_id);
	append_member(body, "task_id", event->task_id);
	append_member(body, "case_id", event->case_id);
	append_member(body, "departure_id", event->departure_id);
	append_member(body, "receipt_id", event->receipt_id);
	append_member(body, "subject_id", event->subject_id);
	append_member(body, "by", event->by);
	if (event->count)
		buf_printf(body, ",\"count\":%lld", (long long)event->count);
	buf_append_char(body, '}');
}

static int row_init(struct event_row *row, struct service *service,
    const struct event *event, const char *word, struct err *err)
{
	char when[TIME_TEXT_MAX];
	struct buf body = {0};
	int rc;

	row->created_at = clock_now(service->clock);
	uuid_make(row->created_at, service->rng, row->id);
	time_rfc3339(row->created_at, when);
	buf_printf(&body,
	    "{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":", word, when);
	append_data(&body, event);
	buf_append_char(&body, '}');
	rc = buf_check(&body, err);
	if (rc == 0 &&
	    (str_copy(row->org_id, sizeof(row->org_id), event->org_id) < 0 ||
	        str_copy(row->kind, sizeof(row->kind), word) < 0 ||
	        str_copy(row->body, sizeof(row->body), (char *)body.data) < 0))
		rc = err_set(err, ERR_LIMIT, "the event %s is too long", word);
	buf_clear(&body);
	return rc;
}

static int deliver_to(struct txn *txn, struct service *service,
    const struct event_row *event, const char *webhook_id,
    struct delivery_row *out, struct err *err)
{
	struct delivery_row row = {
	    .created_at = event->created_at, .next_at = event->created_at};

	uuid_make(event->created_at, service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), event->org_id);
	(void)str_copy(row.event_id, sizeof(row.event_id), event->id);
	(void)str_copy(row.webhook_id, sizeof(row.webhook_id), webhook_id);
	if (out)
		*out = row;
	return store_delivery_save(txn, &row, err);
}

int notify_event(struct txn *txn, struct service *service,
    const struct event *event, struct err *err)
{
	struct takers takers = {.word = event_kind_word(event->kind)};
	struct event_row row = {0};
	size_t i;
	int rc;

	if (!takers.word || !event->org_id)
		return err_set(err, ERR_INTERNAL, "this is no event");
	rc = store_webhook_each(txn, event->org_id, note_taker, &takers, err);
	if (rc < 0 || takers.count == 0)
		return rc < 0 ? rc : 0;
	rc = row_init(&row, service, event, takers.word, err);
	if (rc == 0)
		rc = store_event_insert(txn, &row, err);
	for (i = 0; rc == 0 && i < takers.count; i++)
		rc = deliver_to(txn, service, &row, takers.ids[i], NULL, err);
	return rc;
}

int notify_event_to(struct txn *txn, struct service *service,
    const struct event *event, const char *webhook_id,
    struct delivery_row *delivery, struct err *err)
{
	const char *word = event_kind_word(event->kind);
	struct event_row row = {0};
	int rc = word ? row_init(&row, service, event, word, err)
	              : err_set(err, ERR_INTERNAL, "this is no event");

	if (rc == 0)
		rc = store_event_insert(txn, &row, err);
	return rc < 0
	    ? rc
	    : deliver_to(txn, service, &row, webhook_id, delivery, err);
}
