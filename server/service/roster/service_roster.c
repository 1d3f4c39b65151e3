/* The use cases of a roster: look, apply all of it or nothing, put one. */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/log.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger_changed.h"
#include "server/service/notify/notify.h"
#include "server/service/roster/roster_inside.h"
#include "server/service/service.h"

/* More than these are judged, and their tasks made, by and by: by the rounds
 * that look for whom nobody judged yet (judge.h, task.h). */
#define SETTLED_MAX 2000
#define LARGE 1000 /* people of a roster whose rows want room */

struct work {
	struct service *service;
	const struct roster *roster;
	const struct roster_options *options;
	struct ledger ledger;
	struct ledger_later later;
	struct roster_plan *plan;
};

static int work_begin(struct work *work, struct service *service,
    const struct actor *actor, const struct roster *roster,
    const struct roster_options *options, struct err *err)
{
	*work = (struct work){
	    .service = service, .roster = roster, .options = options};
	return ledger_init(&work->ledger, service, actor, err);
}

/* ---- look ---- */

static int look(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;

	roster_plan_free(work->plan);
	work->plan = NULL;
	return roster_plan_make(
	    txn, &work->ledger, work->roster, work->options, &work->plan, err);
}

int service_roster_plan(struct service *service, const struct actor *actor,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err)
{
	struct work work;
	int rc = work_begin(&work, service, actor, roster, options, err);

	if (rc == 0)
		rc = store_read(service->store, look, &work, err);
	if (rc < 0) {
		roster_plan_free(work.plan);
		return rc;
	}
	*out = work.plan;
	return 0;
}

/* ---- apply ---- */

/* One entry for the whole; each row that was written has its own. */
static int write_audit(
    struct txn *txn, const struct work *work, const char *by, struct err *err)
{
	const struct roster_counts *counts = &work->plan->counts;
	char numbers[4][24];
	const struct audit_note note = {
	    .action = AUDIT_PEOPLE_IMPORTED,
	    .org_id = work->ledger.org_id,
	    .by = by,
	    .on_behalf_of = work->roster->source,
	    .subject_kind = "source",
	    .subject_id = work->roster->source,
	    .params = {{"source", work->roster->source},
	        {"full", work->roster->kind == ROSTER_FULL ? "1" : "0"},
	        {"plan", counts->plan}, {"begin", numbers[0]},
	        {"change", numbers[1]}, {"end", numbers[2]},
	        {"units", numbers[3]},
	        {"stop_lifted", counts->is_stopped ? "1" : "0"}},
	};
	const struct event event = {
	    .org_id = work->ledger.org_id,
	    .kind = EVENT_PEOPLE_CHANGED,
	    .state = "applied",
	    .by = by,
	    .count = (int64_t)(counts->effects[ROSTER_BEGINS] +
	        counts->effects[ROSTER_CHANGES] + counts->effects[ROSTER_ENDS]),
	};
	size_t i;
	int rc;

	for (i = 0; i < 3; i++)
		(void)snprintf(numbers[i], sizeof(numbers[i]), "%zu",
		    counts->effects[ROSTER_BEGINS + i]);
	(void)snprintf(numbers[3], sizeof(numbers[3]), "%zu",
	    counts->units_made + counts->units_changed);
	rc = audit_write(txn, work->service, &note, err);
	return rc < 0 ? rc : notify_event(txn, work->service, &event, err);
}

static int apply(struct txn *txn, void *arg, struct err *err)
{
	struct work *work = arg;
	int rc;

	work->later.count = 0;
	if (work->roster->people_count >= LARGE)
		store_txn_is_large(txn);
	rc = look(txn, work, err);
	if (rc == 0)
		rc = roster_plan_apply(txn, &work->ledger, work->plan, err);
	return rc < 0 ? rc : write_audit(txn, work, work->ledger.by, err);
}

static void note_applied(const struct work *work, const struct actor *actor)
{
	const struct roster_counts *counts = &work->plan->counts;
	char words[128];

	(void)snprintf(words, sizeof(words),
	    "%zu begin, %zu change, %zu leave, %zu units",
	    counts->effects[ROSTER_BEGINS], counts->effects[ROSTER_CHANGES],
	    counts->effects[ROSTER_ENDS],
	    counts->units_made + counts->units_changed);
	log_info(work->service->log, "roster_applied", LOG_USER, actor->name,
	    LOG_ORGANISATION, actor->org_id, LOG_KIND, work->roster->source,
	    LOG_STATE, words, NULL);
}

int service_roster_apply(struct service *service, const struct actor *actor,
    const struct roster *roster, const struct roster_options *options,
    struct roster_plan **out, struct err *err)
{
	struct work work;
	int rc;

	*out = NULL;
	if ((rc = work_begin(&work, service, actor, roster, options, err)) < 0)
		return rc;
	/* Looking holds nobody up; and what is as said costs no write. */
	rc = store_read(service->store, look, &work, err);
	if (rc == 0 && work.plan->counts.can_apply &&
	    work.plan->counts.is_unchanged) {
		*out = work.plan;
		return 0;
	}
	work.ledger.later = &work.later;
	if (rc == 0)
		rc = store_write(service->store, apply, &work, err);
	if (rc == 0) {
		note_applied(&work, actor);
		if (work.later.count <= SETTLED_MAX)
			rc = service_ledger_settle(
			    service, actor->org_id, &work.later, err);
	}
	ledger_later_clear(&work.later);
	*out = work.plan;
	return rc;
}

/* ---- one person ---- */

static int put_one(struct txn *txn, const struct ledger *ledger,
    const struct roster *roster, const struct roster_person *said,
    struct person_row *out, enum roster_effect *effect, struct err *err)
{
	struct source_person_row link;
	struct roster_plan *plan = NULL;
	int rc = roster_plan_make(txn, ledger, roster, NULL, &plan, err);

	if (rc == 0)
		rc = roster_plan_apply(txn, ledger, plan, err);
	if (rc == 0)
		rc = store_source_person_find(
		    txn, ledger->org_id, roster->source, said->key, &link, err);
	if (rc == 0)
		rc = store_person_load(
		    txn, ledger->org_id, link.person_id, out, err);
	if (rc == 0)
		*effect = plan->people_count > 0 ? plan->people[0].effect
		                                 : ROSTER_UNCHANGED;
	roster_plan_free(plan);
	return rc;
}

int roster_put_person(struct txn *txn, const struct ledger *ledger,
    const char *source, const struct roster_person *said,
    struct person_row *out, enum roster_effect *effect, struct err *err)
{
	struct roster *roster = NULL;
	int rc = roster_new(source, ROSTER_DELTA, &roster, err);

	if (rc == 0)
		rc = roster_add_person(roster, said, err);
	if (rc == 0)
		rc = put_one(txn, ledger, roster, said, out, effect, err);
	roster_free(roster);
	return rc;
}
