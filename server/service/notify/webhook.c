/* Webhooks: made, changed, removed. */
#include "server/service/notify/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/notify/notify.h"
#include "server/service/service.h"

#define SECRET_BYTES 32 /* Standard Webhooks: 24 to 64 */
#define SECRET_PREFIX "whsec_"
#define HOST_MAX 254

void webhook_context(const char *webhook_id, char out[WEBHOOK_CONTEXT_MAX])
{
	(void)snprintf(out, WEBHOOK_CONTEXT_MAX, "webhook:%s", webhook_id);
}

/* ---- the address ---- */

static const char *host_of(const char *url)
{
	const char *scheme = strstr(url, "://");

	return scheme ? scheme + 3 : NULL;
}

/* For the audit: an address may hold a token behind the host. */
static void host_copy(const char *url, char out[HOST_MAX])
{
	const char *host = host_of(url);
	size_t len = host ? strcspn(host, "/?#") : 0;

	if (len >= HOST_MAX)
		len = HOST_MAX - 1;
	if (len > 0)
		memcpy(out, host, len);
	out[len] = '\0';
}

static int url_check(
    const struct service *service, const char *url, struct err *err)
{
	const char *host = host_of(url);
	const char *c;

	if (strlen(url) >= STORE_URL)
		return err_set(err, ERR_LIMIT, "the address is too long");
	for (c = url; *c; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f ||
		    *c == '\\' || *c == '"' || *c == '<' || *c == '>')
			return err_set(err, ERR_INVALID,
			    "the address holds a blank or a character that "
			    "no address holds");
	if (strncmp(url, "https://", 8) != 0 &&
	    !(service->tell.plain_http && strncmp(url, "http://", 7) == 0))
		return err_set(
		    err, ERR_INVALID, "a webhook is an https:// address");
	if (!host || strcspn(host, "/?#:") == 0 || strchr(url, '#') ||
	    memchr(host, '@', strcspn(host, "/?")))
		return err_set(err, ERR_INVALID,
		    "the address has no host, or a name, password or "
		    "fragment, which a webhook has not");
	return 0;
}

/* " task.asked task.closed " of "task.asked, task.closed". */
static int events_check(
    const char *text, char *out, size_t size, struct err *err)
{
	char word[64];
	size_t len;
	size_t used = 0;

	out[0] = '\0';
	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		len = strcspn(text, ", ");
		if (len >= sizeof(word))
			return err_set(err, ERR_INVALID,
			    "there is no event \"%.60s…\"", text);
		memcpy(word, text, len);
		word[len] = '\0';
		text += len;
		if (event_kind_parse(word) < 0)
			return err_set(
			    err, ERR_INVALID, "there is no event \"%s\"", word);
		if (used + len + 3 > size)
			return err_set(
			    err, ERR_LIMIT, "too many events are named");
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s ", used ? "" : " ", word);
	}
	return 0;
}

/* ---- the secret ---- */

static int secret_make(struct service *service, const char *webhook_id,
    char text[WEBHOOK_SECRET_MAX], struct webhook_row *row, struct err *err)
{
	char context[WEBHOOK_CONTEXT_MAX];
	uint8_t key[SECRET_BYTES];
	struct buf sealed = {0};
	char *base64;
	int rc;

	rng_fill(service->rng, key, sizeof(key));
	webhook_context(webhook_id, context);
	rc = keeper_seal(
	    service->keeper, context, key, sizeof(key), &sealed, err);
	if (rc == 0 && sealed.len > sizeof(row->secret))
		rc = err_set(err, ERR_INTERNAL, "the seal is too long");
	base64 = rc == 0 ? str_base64(key, sizeof(key)) : NULL;
	explicit_bzero(key, sizeof(key));
	if (rc == 0 && !base64)
		rc = err_memory(err);
	if (rc == 0) {
		memcpy(row->secret, sealed.data, sealed.len);
		row->secret_len = sealed.len;
		(void)snprintf(
		    text, WEBHOOK_SECRET_MAX, "%s%s", SECRET_PREFIX, base64);
	}
	if (base64)
		explicit_bzero(base64, strlen(base64));
	free(base64);
	buf_clear(&sealed);
	return rc;
}

static void view_set(const struct webhook_row *row, struct webhook_view *out)
{
	out->row = *row;
	explicit_bzero(out->row.secret, sizeof(out->row.secret));
	explicit_bzero(out->row.former_secret, sizeof(out->row.former_secret));
	out->row.secret_len = out->row.former_secret_len = 0;
}

/* ---- one change ---- */

struct change {
	struct service *service;
	const struct actor *actor;
	const char *id;
	void (*apply)(struct change *change);
	const char *step; /* for the audit */
	enum audit_action action;
	int64_t now;
	struct webhook_row fresh; /* a new secret; secret_len 0: none */
	struct webhook_row row;
};

static int note(struct txn *txn, const struct change *change,
    enum audit_action action, struct err *err)
{
	char host[HOST_MAX];
	struct audit_note note = {.action = action,
	    .org_id = change->row.org_id,
	    .by = change->actor->name,
	    .subject_kind = "webhook",
	    .subject_id = change->row.id,
	    .params = {{"host", host}}};

	host_copy(change->row.url, host);
	if (action == AUDIT_WEBHOOK_CHANGED)
		note.params[1] = (struct audit_param){"step", change->step};
	if (action == AUDIT_WEBHOOK_ADDED)
		note.params[1] =
		    (struct audit_param){"events", change->row.events};
	return audit_write(txn, change->service, &note, err);
}

static int load(struct txn *txn, const struct actor *actor, const char *id,
    struct webhook_row *out, struct err *err)
{
	int rc = store_webhook_load(txn, actor->org_id, id, out, err);

	if (rc == -ERR_NOT_FOUND || (rc == 0 && out->removed_at))
		return err_set(err, ERR_NOT_FOUND, "there is no such webhook");
	return rc;
}

static int run_change(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	int rc = load(txn, change->actor, change->id, &change->row, err);

	if (rc < 0)
		return rc;
	change->apply(change);
	rc = store_webhook_save(txn, &change->row, err);
	if (rc == 0 && change->row.removed_at)
		rc = store_delivery_drop(txn, change->row.id, change->now, err);
	return rc < 0 ? rc : note(txn, change, change->action, err);
}

static int do_change(struct service *service, const struct actor *actor,
    struct change *change, struct webhook_view *out, struct err *err)
{
	int rc;

	change->service = service;
	change->actor = actor;
	change->now = clock_now(service->clock);
	rc = store_write(service->store, run_change, change, err);
	if (rc < 0)
		return rc;
	log_info(service->log, "webhook_changed", LOG_WEBHOOK, change->row.id,
	    LOG_KIND, change->step, LOG_USER, actor->name, NULL);
	memset(out, 0, sizeof(*out));
	view_set(&change->row, out);
	return 0;
}

static void apply_remove(struct change *change)
{
	change->row.removed_at = change->now;
	(void)str_copy(change->row.removed_by, sizeof(change->row.removed_by),
	    change->actor->name);
	change->row.secret_len = 0;
	change->row.former_secret_len = 0;
}

int service_webhook_remove(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err)
{
	struct change change = {.id = id,
	    .apply = apply_remove,
	    .step = "remove",
	    .action = AUDIT_WEBHOOK_REMOVED};

	return do_change(service, actor, &change, out, err);
}

static void apply_start(struct change *change)
{
	change->row.stopped_at = 0;
	change->row.stopped_why[0] = '\0';
	change->row.failures = 0;
	change->row.next_at = 0;
}

int service_webhook_start(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, struct err *err)
{
	struct change change = {.id = id,
	    .apply = apply_start,
	    .step = "start",
	    .action = AUDIT_WEBHOOK_CHANGED};

	return do_change(service, actor, &change, out, err);
}

static void apply_rotate(struct change *change)
{
	struct webhook_row *row = &change->row;

	memcpy(row->former_secret, row->secret, sizeof(row->former_secret));
	row->former_secret_len = row->secret_len;
	row->former_until = change->now + WEBHOOK_OVERLAP_MS;
	memcpy(row->secret, change->fresh.secret, sizeof(row->secret));
	row->secret_len = change->fresh.secret_len;
}

int service_webhook_rotate(struct service *service, const struct actor *actor,
    const char *id, struct webhook_view *out, char secret[WEBHOOK_SECRET_MAX],
    struct err *err)
{
	struct change change = {.id = id,
	    .apply = apply_rotate,
	    .step = "new secret",
	    .action = AUDIT_WEBHOOK_CHANGED};
	char text[WEBHOOK_SECRET_MAX];
	int rc = secret_make(service, id, text, &change.fresh, err);

	if (rc == 0)
		rc = do_change(service, actor, &change, out, err);
	if (rc == 0)
		memcpy(secret, text, sizeof(text));
	explicit_bzero(text, sizeof(text));
	return rc;
}

/* ---- adding ---- */

static int count_one(void *arg, const struct webhook_row *row)
{
	(void)row;
	(*(size_t *)arg)++;
	return 0;
}

static int run_add(struct txn *txn, void *arg, struct err *err)
{
	struct change *change = arg;
	size_t count = 0;
	int rc =
	    store_webhook_each(txn, change->row.org_id, count_one, &count, err);

	if (rc == 0 && count >= WEBHOOKS_MAX)
		rc = err_set(err, ERR_LIMIT,
		    "there are %d webhooks; remove one first", WEBHOOKS_MAX);
	if (rc == 0)
		rc = store_webhook_save(txn, &change->row, err);
	return rc < 0 ? rc : note(txn, change, AUDIT_WEBHOOK_ADDED, err);
}

static int row_fill(struct service *service, const struct actor *actor,
    const char *url, const char *events, struct webhook_row *row,
    struct err *err)
{
	int rc = url_check(service, url, err);

	if (rc == 0)
		rc = events_check(events ? events : "", row->events,
		    sizeof(row->events), err);
	if (rc < 0)
		return rc;
	row->created_at = clock_now(service->clock);
	uuid_make(row->created_at, service->rng, row->id);
	(void)str_copy(row->url, sizeof(row->url), url);
	(void)str_copy(row->org_id, sizeof(row->org_id), actor->org_id);
	(void)str_copy(row->created_by, sizeof(row->created_by), actor->name);
	return 0;
}

int service_webhook_add(struct service *service, const struct actor *actor,
    const char *url, const char *events, struct webhook_view *out,
    char secret[WEBHOOK_SECRET_MAX], struct err *err)
{
	struct change change = {
	    .service = service, .actor = actor, .step = "add"};
	char text[WEBHOOK_SECRET_MAX];
	int rc = row_fill(service, actor, url, events, &change.row, err);

	if (rc == 0)
		rc =
		    secret_make(service, change.row.id, text, &change.row, err);
	if (rc == 0)
		rc = store_write(service->store, run_add, &change, err);
	if (rc == 0) {
		memset(out, 0, sizeof(*out));
		view_set(&change.row, out);
		memcpy(secret, text, sizeof(text));
		log_info(service->log, "webhook_added", LOG_WEBHOOK,
		    change.row.id, LOG_USER, actor->name, LOG_ORGANISATION,
		    actor->org_id, NULL);
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}

/* ---- sending once more, and a test ---- */

struct sending {
	struct service *service;
	const struct actor *actor;
	const char *id;
	const char *delivery_id;
	int64_t since;
	int64_t now;
	int64_t count;
	struct delivery_row delivery;
};

static int replay_one(struct txn *txn, struct sending *sending, struct err *err)
{
	struct delivery_row *row = &sending->delivery;
	int rc = store_delivery_load(
	    txn, sending->actor->org_id, sending->delivery_id, row, err);

	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 && strcmp(row->webhook_id, sending->id) != 0))
		return err_set(err, ERR_NOT_FOUND, "there is no such delivery");
	if (rc < 0)
		return rc;
	row->state = DELIVERY_WAITING;
	row->attempts = row->first_at = row->closed_at = 0;
	row->next_at = sending->now;
	sending->count = 1;
	return store_delivery_save(txn, row, err);
}

static int run_replay(struct txn *txn, void *arg, struct err *err)
{
	struct sending *sending = arg;
	char host[HOST_MAX];
	char count[24];
	struct webhook_row hook;
	struct audit_note note = {.action = AUDIT_WEBHOOK_CHANGED,
	    .org_id = sending->actor->org_id,
	    .by = sending->actor->name,
	    .subject_kind = "webhook",
	    .subject_id = sending->id,
	    .params = {{"host", host}, {"step", "replay"}, {"count", count}}};
	int rc = load(txn, sending->actor, sending->id, &hook, err);

	if (rc < 0)
		return rc;
	rc = sending->delivery_id
	    ? replay_one(txn, sending, err)
	    : store_delivery_replay(txn, sending->id, sending->since,
	          sending->now, &sending->count, err);
	if (rc < 0)
		return rc;
	host_copy(hook.url, host);
	(void)snprintf(count, sizeof(count), "%lld", (long long)sending->count);
	return audit_write(txn, sending->service, &note, err);
}

int service_webhook_replay(struct service *service, const struct actor *actor,
    const char *id, const char *delivery_id, int64_t since, int64_t *count,
    struct err *err)
{
	struct sending sending = {.service = service,
	    .actor = actor,
	    .id = id,
	    .delivery_id = delivery_id,
	    .since = since,
	    .now = clock_now(service->clock)};
	int rc = store_write(service->store, run_replay, &sending, err);

	if (rc == 0)
		*count = sending.count;
	return rc;
}

static int run_test(struct txn *txn, void *arg, struct err *err)
{
	struct sending *sending = arg;
	struct event event = {.org_id = sending->actor->org_id,
	    .kind = EVENT_WEBHOOK_TEST,
	    .subject_id = sending->id,
	    .by = sending->actor->name};
	struct webhook_row hook;
	int rc = load(txn, sending->actor, sending->id, &hook, err);

	return rc < 0 ? rc
	              : notify_event_to(txn, sending->service, &event,
	                    sending->id, &sending->delivery, err);
}

int service_webhook_test(struct service *service, const struct actor *actor,
    const char *id, struct delivery_row *out, struct err *err)
{
	struct sending sending = {.service = service, .actor = actor, .id = id};
	int rc = store_write(service->store, run_test, &sending, err);

	if (rc == 0)
		*out = sending.delivery;
	return rc;
}
