#include "server/service/guard/clock_watch.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/service/audit/audit.h"
#include "server/service/service.h"
#include "server/store/store_guard.h"

#define SAVE_EVERY_MS TIME_MINUTE_MS

static int64_t boot_now(const struct service *service)
{
	return service->boot->boot_ms(service->boot->arg);
}

static bool is_synchronised(const struct service *service)
{
	return service->boot->is_synchronised &&
	    service->boot->is_synchronised(service->boot->arg);
}

/* How far the wall clock is ahead of what is believed. */
static int64_t ahead_of(struct service *service, int64_t now)
{
	return now - boot_now(service) - atomic_load(&service->watch.base);
}

static void believe(struct service *service, int64_t time)
{
	atomic_store(&service->watch.base, time - boot_now(service));
}

bool clock_watch_doubts(struct service *service, char *sentence, size_t size)
{
	char ahead[TIME_TEXT_MAX];
	char when[TIME_TEXT_MAX];
	int64_t now;

	if (!service->boot)
		return false;
	now = clock_now(service->clock);
	time_rfc3339(now, when);
	if (!atomic_load(&service->watch.is_begun)) {
		if (sentence)
			(void)snprintf(sentence, size,
			    CLOCK_DOUBT_WORDS "nobody has looked at it yet");
		return true;
	}
	if (ahead_of(service, now) <= CLOCK_AHEAD_MS)
		return false;
	time_duration_text(ahead_of(service, now), ahead);
	if (sentence)
		(void)snprintf(sentence, size,
		    CLOCK_DOUBT_WORDS
		    "it says %s, %s ahead of what %s; nothing is erased until "
		    "it is put right, or somebody who looked says: workphone "
		    "clock right",
		    when, ahead,
		    atomic_load(&service->watch.is_of_start)
		        ? "it was when the server was last there"
		        : "the machine has run since it was believed");
	return true;
}

/* ---- what is kept ---- */

static int load(struct txn *txn, void *arg, struct err *err)
{
	return store_clock_load(txn, arg, err);
}

static int save(struct txn *txn, void *arg, struct err *err)
{
	return store_clock_save(txn, arg, err);
}

static int begin(struct service *service, struct err *err)
{
	struct clock_row row = {.seen_at = 0};
	int64_t now = clock_now(service->clock);
	int rc = store_read(service->store, load, &row, err);
	bool is_away;

	if (rc < 0 && rc != -ERR_NOT_FOUND)
		return rc;
	is_away = rc == 0 &&
	    (now > row.seen_at + CLOCK_AWAY_MS ||
	        (row.is_doubted && now > row.seen_at + CLOCK_AHEAD_MS));
	/* Behind: what was believed stands, until it is reached again. */
	believe(service,
	    rc == 0 && (is_away || now < row.seen_at) ? row.seen_at : now);
	atomic_store(&service->watch.is_of_start, is_away);
	atomic_store(&service->watch.is_begun, true);
	return 0;
}

static int keep(struct service *service, int64_t now, struct err *err)
{
	bool doubts = clock_watch_doubts(service, NULL, 0);
	int64_t believed =
	    boot_now(service) + atomic_load(&service->watch.base);
	struct clock_row row = {.is_doubted = doubts,
	    .seen_at = doubts || now < believed ? believed : now};
	int64_t saved_at = atomic_load(&service->watch.saved_at);
	int rc;

	if (saved_at && boot_now(service) - saved_at < SAVE_EVERY_MS &&
	    doubts == atomic_load(&service->watch.is_told))
		return 0;
	rc = store_write(service->store, save, &row, err);
	if (rc == 0)
		atomic_store(&service->watch.saved_at, boot_now(service));
	return rc;
}

static void tell(struct service *service)
{
	char sentence[ERR_TEXT_MAX];
	bool doubts = clock_watch_doubts(service, sentence, sizeof(sentence));

	if (doubts == atomic_load(&service->watch.is_told))
		return;
	atomic_store(&service->watch.is_told, doubts);
	if (doubts)
		log_warning(
		    service->log, "clock_in_doubt", LOG_CAUSE, sentence, NULL);
	else
		log_info(service->log, "clock_believed", NULL);
}

int service_clock_keep_going(struct service *service, struct err *err)
{
	int64_t now;
	int rc = 0;

	if (!service->boot)
		return 0;
	if (!atomic_load(&service->watch.is_begun))
		rc = begin(service, err);
	if (rc < 0)
		return rc;
	now = clock_now(service->clock);
	/* A start comes with a clock that is set before it or soon after. One
	 * that was put back and is in step was wrong before. */
	if (is_synchronised(service) &&
	    (ahead_of(service, now) < -CLOCK_AHEAD_MS ||
	        (atomic_load(&service->watch.is_of_start) &&
	            ahead_of(service, now) > CLOCK_AHEAD_MS)))
		believe(service, now);
	if (ahead_of(service, now) <= CLOCK_AHEAD_MS)
		atomic_store(&service->watch.is_of_start, false);
	rc = keep(service, now, err);
	tell(service);
	return rc;
}

/* ---- a person says so ---- */

struct trusting {
	struct service *service;
	const struct actor *actor;
	const char *reason;
	struct clock_row row;
	char doubt[ERR_TEXT_MAX];
};

static int trust(struct txn *txn, void *arg, struct err *err)
{
	struct trusting *trusting = arg;
	struct service *service = trusting->service;
	size_t i;
	int rc = store_clock_save(txn, &trusting->row, err);

	for (i = 0; rc == 0 && i < service->tenant_count; i++) {
		const char *org_id = service->tenants[i].organisation.id;
		const struct audit_note note = {.action = AUDIT_CLOCK_TRUSTED,
		    .org_id = org_id,
		    .by = trusting->actor->name,
		    .subject_kind = "organisation",
		    .subject_id = org_id,
		    .why = trusting->reason,
		    .params = {{"doubt", trusting->doubt}}};

		rc = audit_write(txn, service, &note, err);
	}
	return rc;
}

int service_clock_trust(struct service *service, const struct actor *actor,
    const char *reason, struct err *err)
{
	struct trusting trusting = {
	    .service = service, .actor = actor, .reason = reason};
	int rc;

	if (!reason || !reason[strspn(reason, " \t\n")] || strlen(reason) > 400)
		return err_set(err, ERR_INVALID, "say why, in a sentence");
	if (!clock_watch_doubts(
	        service, trusting.doubt, sizeof(trusting.doubt)))
		return err_set(err, ERR_CONFLICT, "the clock is not in doubt");
	trusting.row.seen_at = clock_now(service->clock);
	rc = store_write(service->store, trust, &trusting, err);
	if (rc < 0)
		return rc;
	believe(service, trusting.row.seen_at);
	log_warning(service->log, "clock_trusted", LOG_USER, actor->name,
	    LOG_CAUSE, reason, NULL);
	return 0;
}
