#include "server/service/guard/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/judge/judge.h"
#include "server/service/ledger/ledger.h"
#include "server/service/notify/notify.h"
#include "server/service/receipt/receipts.h"
#include "server/service/service.h"
#include "server/store/store_purge.h"

#define ROUND 64
#define REPORTS_ROUND 256
#define BY_NIGHT "retention"

struct running {
	struct service *service;
	struct ledger ledger;
	bool is_dry;
	int64_t people_before; /* 0: nobody is purged */
	int64_t reports_before;
	service_retention_fn *fn;
	void *arg;
	struct retention_report report;
	struct purge_row rows[ROUND];
	struct retention_person people[ROUND];
	size_t count;
	char after[STORE_ID];
};

/* ---- what keeps somebody ---- */

static void keep(struct retention_person *person, const char *why)
{
	person->is_due = false;
	(void)snprintf(person->why_not, sizeof(person->why_not), "%s", why);
}

static int check_ties(struct txn *txn, const struct running *running,
    struct retention_person *person, struct err *err)
{
	struct purge_ties ties;
	int rc = store_purge_ties(
	    txn, running->ledger.org_id, person->id, &ties, err);

	if (rc < 0)
		return rc;
	if (ties.things > 0)
		keep(
		    person, "still holds phones, subscriptions or accessories");
	else if (ties.cases > 0)
		keep(person, "a departure or return is open");
	else if (ties.orders > 0)
		keep(person, "an order of equipment is open");
	else if (ties.posts > 0)
		keep(person, "still manages or coordinates a unit");
	return 0;
}

static int check_hold(struct txn *txn, const struct running *running,
    struct retention_person *person, struct err *err)
{
	struct legal_hold_row hold;
	int rc = store_legal_hold_find(
	    txn, running->ledger.org_id, person->id, &hold, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	person->is_due = false;
	legal_hold_sentence(
	    txn, &hold, person->why_not, sizeof(person->why_not));
	return 0;
}

static int check(struct txn *txn, const struct running *running,
    const struct purge_row *row, struct retention_person *person,
    struct err *err)
{
	int rc;

	*person = (struct retention_person){
	    .is_due = true, .last_day = row->last_day};
	(void)str_copy(person->id, sizeof(person->id), row->id);
	(void)str_copy(person->name, sizeof(person->name), row->name);
	rc = check_ties(txn, running, person, err);
	if (rc == 0 && person->is_due)
		rc = check_hold(txn, running, person, err);
	return rc;
}

/* ---- one round ---- */

static int note_due(void *arg, const struct purge_row *row)
{
	struct running *running = arg;

	running->rows[running->count++] = *row;
	return running->count == ROUND;
}

static int find_due(struct txn *txn, void *arg, struct err *err)
{
	struct running *running = arg;
	const struct purge_due due = {.org_id = running->ledger.org_id,
	    .after_id = running->after,
	    .before_day = running->ledger.today -
	        running->service->retention.people_after_ms / TIME_DAY_MS,
	    .before_at = running->people_before,
	    .limit = ROUND};
	size_t i;
	int rc;

	running->count = 0;
	rc = store_purge_each_due(txn, &due, note_due, running, err);
	for (i = 0; rc >= 0 && i < running->count; i++)
		rc = check(
		    txn, running, &running->rows[i], &running->people[i], err);
	return rc < 0 ? rc : 0;
}

struct purging {
	struct running *running;
	const struct purge_row *row;
	struct retention_person person;
};

static int note_purged(
    struct txn *txn, const struct purging *purging, struct err *err)
{
	const struct running *running = purging->running;
	char day[24];
	const struct audit_note note = {.action = AUDIT_PERSON_PURGED,
	    .org_id = running->ledger.org_id,
	    .by = running->ledger.by,
	    .subject_kind = "person",
	    .subject_id = purging->row->id,
	    .params = {{"last_day", day}}};
	const struct event event = {.org_id = running->ledger.org_id,
	    .kind = EVENT_PEOPLE_PURGED,
	    .person_id = purging->row->id,
	    .by = running->ledger.by,
	    .count = 1};
	int rc;

	(void)snprintf(
	    day, sizeof(day), "%lld", (long long)purging->row->last_day);
	if (purging->row->last_day > 0)
		calendar_day_text((int32_t)purging->row->last_day, day);
	rc = audit_write(txn, running->service, &note, err);
	return rc < 0 ? rc : notify_event(txn, running->service, &event, err);
}

/* Looked at again here: a hold or a phone may have come since the walk. */
static int purge_one(struct txn *txn, void *arg, struct err *err)
{
	struct purging *purging = arg;
	struct running *running = purging->running;
	const char *org_id = running->ledger.org_id;
	const char *id = purging->row->id;
	int rc = check(txn, running, purging->row, &purging->person, err);

	if (rc < 0 || !purging->person.is_due)
		return rc;
	rc = store_purge_person(txn, org_id, id, running->ledger.now, err);
	if (rc == 0)
		rc = receipt_purge_person(
		    txn, running->service, org_id, id, NULL, err);
	if (rc == 0)
		rc = audit_purge_person(txn, running->service, org_id, id,
		    running->ledger.by, "the time to keep it is over", NULL,
		    err);
	return rc < 0 ? rc : note_purged(txn, purging, err);
}

static int do_person(struct running *running, size_t index, struct err *err)
{
	struct purging purging = {
	    running, &running->rows[index], running->people[index]};
	int rc = 0;

	if (!running->is_dry && purging.person.is_due)
		rc = store_write(
		    running->service->store, purge_one, &purging, err);
	if (rc < 0)
		return rc;
	running->report.looked_at++;
	if (purging.person.is_due)
		running->report.due++;
	else
		running->report.kept++;
	return running->fn ? running->fn(running->arg, &purging.person) : 0;
}

static int do_people(struct running *running, struct err *err)
{
	size_t i;
	int rc;

	do {
		rc =
		    store_read(running->service->store, find_due, running, err);
		for (i = 0; rc == 0 && i < running->count; i++)
			rc = do_person(running, i, err);
		if (running->count > 0)
			(void)str_copy(running->after, sizeof(running->after),
			    running->rows[running->count - 1].id);
	} while (rc == 0 && running->count == ROUND);
	return rc < 0 ? rc : 0;
}

/* ---- old reports ---- */

struct emptying {
	struct running *running;
	int64_t reports;
};

static int empty_round(struct txn *txn, void *arg, struct err *err)
{
	struct emptying *emptying = arg;
	const struct running *running = emptying->running;
	char reports[24];
	const struct audit_note note = {.action = AUDIT_EVIDENCE_PURGED,
	    .org_id = running->ledger.org_id,
	    .by = running->ledger.by,
	    .params = {{"reports", reports}}};
	int rc = store_purge_reports(txn, running->ledger.org_id,
	    running->reports_before, REPORTS_ROUND, &emptying->reports, err);

	(void)snprintf(
	    reports, sizeof(reports), "%lld", (long long)emptying->reports);
	if (rc < 0 || emptying->reports == 0)
		return rc;
	return audit_write(txn, running->service, &note, err);
}

/* Somebody's evidence may lie in any of them. */
static int note_hold(void *arg, const struct legal_hold_row *row)
{
	*(bool *)arg |= row->lifted_at == 0;
	return 0;
}

static int find_holds(struct txn *txn, void *arg, struct err *err)
{
	struct emptying *emptying = arg;
	bool is_held = false;
	int rc = store_legal_hold_each(txn, emptying->running->ledger.org_id,
	    "", 0, note_hold, &is_held, err);

	emptying->reports = is_held;
	return rc < 0 ? rc : 0;
}

static int do_reports(struct running *running, struct err *err)
{
	struct emptying emptying = {.running = running};
	int rc =
	    store_read(running->service->store, find_holds, &emptying, err);

	if (rc < 0 || emptying.reports > 0)
		return rc;
	do {
		rc = store_write(
		    running->service->store, empty_round, &emptying, err);
		if (rc == 0)
			running->report.reports += (unsigned)emptying.reports;
	} while (rc == 0 && emptying.reports > 0);
	return rc;
}

/* ---- */

static int run(struct running *running, struct err *err)
{
	const struct retention_settings *set = &running->service->retention;
	int rc = 0;

	if (set->people_after_ms > 0) {
		running->people_before =
		    running->ledger.now - set->people_after_ms;
		rc = do_people(running, err);
	}
	if (rc == 0 && set->evidence_after_ms > 0 && !running->is_dry) {
		running->reports_before =
		    running->ledger.now - set->evidence_after_ms;
		rc = do_reports(running, err);
	}
	return rc;
}

int service_retention_run(struct service *service, const struct actor *actor,
    bool dry_run, service_retention_fn *fn, void *arg,
    struct retention_report *out, struct err *err)
{
	struct running *running = calloc(1, sizeof(*running));
	int rc;

	if (!running)
		return err_memory(err);
	running->service = service;
	running->is_dry = dry_run;
	running->fn = fn;
	running->arg = arg;
	rc = ledger_init(&running->ledger, service, actor, err);
	if (rc == 0)
		rc = run(running, err);
	if (rc == 0) {
		*out = running->report;
		if (!dry_run && (out->due > 0 || out->reports > 0))
			log_info(service->log, "retention_done",
			    LOG_ORGANISATION, actor->org_id, LOG_USER,
			    actor->name, NULL);
	}
	free(running);
	return rc;
}

/* ---- by night ---- */

#define NIGHT_HOUR 3

/* Once between three and four; a server that slept then, the night after. */
int service_retention_keep_going(struct service *service, struct err *err)
{
	struct retention_report report;
	struct actor actor = {.name = BY_NIGHT};
	int64_t now = clock_now(service->clock);
	int64_t hour = now / TIME_HOUR_MS;
	int first = 0;
	size_t i;
	int rc;

	if (hour % 24 != NIGHT_HOUR || hour == service->retention_hour ||
	    clock_watch_doubts(service, NULL, 0))
		return 0;
	service->retention_hour = hour;
	for (i = 0; i < service->tenant_count; i++) {
		(void)str_copy(actor.org_id, sizeof(actor.org_id),
		    service->tenants[i].organisation.id);
		rc = service_retention_run(service, &actor, false, NULL, NULL,
		    &report, first ? NULL : err);
		if (rc < 0 && !first)
			first = rc;
	}
	return first;
}
