#include "server/service/guard/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/service/guard/approval.h"
#include "server/service/guard/legal_hold.h"
#include "server/service/service.h"

/* Who asks for what leavers' cases order by themselves. */
#define DEPARTURES_KEY "departures"

static unsigned set_or(unsigned value, unsigned fallback)
{
	return value ? value : fallback;
}

struct guarding {
	struct txn *txn;
	struct service *service;
	const struct guard_ask *ask;
	struct guard_answer *answer;
	const char *key;
};

static void say(
    struct guarding *g, enum guard_verdict verdict, const char *sentence)
{
	g->answer->verdict = verdict;
	(void)snprintf(
	    g->answer->sentence, sizeof(g->answer->sentence), "%s", sentence);
}

/* ---- legal hold ---- */

/* A lock destroys nothing: a phone under a hold may well be lost. */
static int check_hold(struct guarding *g, struct err *err)
{
	struct legal_hold_row hold;
	int rc;

	if (g->ask->kind == GUARD_LOCK)
		return 0;
	rc = legal_hold_find(g->txn, g->ask->org_id, g->ask->device_id,
	    g->ask->person_id, &hold, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	g->answer->verdict = GUARD_HELD;
	(void)str_copy(g->answer->hold_id, sizeof(g->answer->hold_id), hold.id);
	legal_hold_sentence(
	    g->txn, &hold, g->answer->sentence, sizeof(g->answer->sentence));
	return 0;
}

/* ---- the clock ---- */

/* Days and hours are all that says whether it is early, or too many. A lock by
 * hand is of the person who asks, and undone. */
static void check_clock(struct guarding *g)
{
	char sentence[ERR_TEXT_MAX];

	if ((g->ask->kind != GUARD_LOCK || g->ask->cause == GUARD_DEPARTURE) &&
	    clock_watch_doubts(g->service, sentence, sizeof(sentence)))
		say(g, GUARD_CLOCK_IN_DOUBT, sentence);
}

/* ---- four eyes ---- */

/* Each thing that is done to a phone is asked for as what it is. */
static enum approval_what what_of(const struct guard_ask *ask)
{
	static const enum approval_what whats[GUARD_KIND_COUNT] = {
	    [GUARD_WIPE] = APPROVAL_WIPE,
	    [GUARD_LOCK] = APPROVAL_LOST_MODE,
	    [GUARD_REMOVE_DATA] = APPROVAL_REMOVE_DATA,
	};

	if (ask->kind == GUARD_WIPE && ask->cause == GUARD_DEPARTURE)
		return APPROVAL_DEPARTURES;
	return whats[ask->kind];
}

static struct approval_need need_of(const struct guarding *g)
{
	return (struct approval_need){.service = g->service,
	    .org_id = g->ask->org_id,
	    .what = what_of(g->ask),
	    .thing_id = g->ask->device_id,
	    .by = g->ask->by,
	    .by_key = g->key,
	    .caused_by = g->ask->caused_by,
	    .cause_count = GUARD_CAUSES_MAX,
	    .now = g->ask->now,
	    .is_dry = g->ask->is_dry};
}

static int request(struct guarding *g, const char *why, struct err *err)
{
	const struct guard_ask *ask = g->ask;
	const struct approval_ask wanted = {.org_id = ask->org_id,
	    .what = what_of(ask),
	    .things = &ask->device_id,
	    .count = 1,
	    .reason = ask->reason && *ask->reason ? ask->reason : why,
	    .by = ask->by,
	    .by_key = g->key,
	    .by_person_id = ask->by_person_id,
	    .case_id = ask->case_id,
	    .caused_by = ask->caused_by,
	    .cause_count = GUARD_CAUSES_MAX,
	    .now = ask->now};
	struct approval_row row;
	int rc = ask->cause == GUARD_DEPARTURE
	    ? approval_ask_more(g->txn, g->service, &wanted, &row, err)
	    : approval_ask(g->txn, g->service, &wanted, &row, err);

	if (rc == 0)
		(void)str_copy(g->answer->approval_id,
		    sizeof(g->answer->approval_id), row.id);
	return rc;
}

/* Somebody else has said yes to it, or has still to be asked. */
static int need_second(struct guarding *g, const char *why, struct err *err)
{
	const struct approval_need need = need_of(g);
	struct approval_row used;
	struct err no = {0};
	int rc = approval_use(g->txn, &need, &used, &no);

	if (rc == 0) {
		(void)str_copy(g->answer->approval_id,
		    sizeof(g->answer->approval_id), used.id);
		return 0;
	}
	if (rc != -ERR_DENIED)
		return err_set(err, no.code, "%s", no.text);
	g->answer->verdict = GUARD_NEEDS_APPROVAL;
	(void)snprintf(g->answer->sentence, sizeof(g->answer->sentence),
	    "%.150s: a second person has to approve it; %.200s", why, no.text);
	return g->ask->is_dry ? 0 : request(g, why, err);
}

/* ---- windows ---- */

static int over_limit(struct guarding *g, unsigned limit, int64_t oldest_at)
{
	char when[TIME_TEXT_MAX];
	char text[ERR_TEXT_MAX];

	g->answer->again_at = oldest_at + TIME_HOUR_MS;
	time_rfc3339(g->answer->again_at, when);
	(void)snprintf(text, sizeof(text),
	    "%u phones were erased or locked by hand within an hour, which is "
	    "all that is allowed; again at %s",
	    limit, when);
	say(g, GUARD_OVER_LIMIT, text);
	return 0;
}

static int check_hand(struct guarding *g, struct err *err)
{
	const struct guard_settings *set = &g->service->guard;
	unsigned limit =
	    set_or(set->destructive_per_hour, GUARD_DESTRUCTIVE_PER_HOUR);
	unsigned alone = set_or(set->bulk_above, GUARD_BULK_ABOVE);
	struct guard_window window = {.org_id = g->ask->org_id,
	    .budget = GUARD_BUDGET_HAND,
	    .since = g->ask->now - TIME_HOUR_MS,
	    .approved_too = true};
	char why[128];
	unsigned count = 0;
	int64_t oldest_at = 0;
	int rc =
	    store_guard_order_count(g->txn, &window, &count, &oldest_at, err);

	if (rc < 0)
		return rc;
	if (count >= limit)
		return over_limit(g, limit, oldest_at);
	if (g->ask->cause == GUARD_EARLY)
		return need_second(g,
		    "this is before the last day of who holds the phone", err);
	if (g->ask->cause == GUARD_BULK)
		return need_second(g, "these are many phones at a time", err);
	window.ordered_key = g->key;
	window.ordered_person_id = g->ask->by_person_id;
	window.approved_too = false;
	rc = store_guard_order_count(g->txn, &window, &count, &oldest_at, err);
	if (rc < 0 || count < alone)
		return rc;
	(void)snprintf(why, sizeof(why),
	    "%u phones within an hour are what one person does alone", alone);
	return need_second(g, why, err);
}

/* A share of a town is not counted anew for each of its leavers. */
#define ENROLLED_FRESH_MS TIME_MINUTE_MS

static int enrolled_count(struct guarding *g, unsigned *out, struct err *err)
{
	struct tenant *tenant = service_tenant_find(g->service, g->ask->org_id);
	int64_t at = tenant ? atomic_load(&tenant->enrolled.at) : 0;
	int rc;

	if (at > 0 && g->ask->now >= at &&
	    g->ask->now - at < ENROLLED_FRESH_MS) {
		*out = atomic_load(&tenant->enrolled.count);
		return 0;
	}
	rc = store_enrolled_count(g->txn, g->ask->org_id, out, err);
	if (rc == 0 && tenant) {
		atomic_store(&tenant->enrolled.count, *out);
		atomic_store(&tenant->enrolled.at, g->ask->now);
	}
	return rc;
}

static int departures_limit(
    struct guarding *g, unsigned count, unsigned *limit, struct err *err)
{
	const struct guard_settings *set = &g->service->guard;
	unsigned percent =
	    set_or(set->departures_percent, GUARD_DEPARTURES_PERCENT);
	unsigned enrolled = 0;
	unsigned share;
	int rc;

	*limit = set_or(set->departures_per_day, GUARD_DEPARTURES_PER_DAY);
	if (count < *limit) /* most days: nothing is counted */
		return 0;
	rc = enrolled_count(g, &enrolled, err);
	share = (unsigned)((uint64_t)enrolled * percent / 100);
	if (rc == 0 && share > *limit)
		*limit = share;
	return rc;
}

/* A wrong file of people must not erase a town. */
static int check_departures(struct guarding *g, struct err *err)
{
	struct guard_window window = {.org_id = g->ask->org_id,
	    .budget = GUARD_BUDGET_DEPARTURES,
	    .since = g->ask->now - TIME_DAY_MS};
	char why[128];
	unsigned limit = 0;
	unsigned count = 0;
	int64_t oldest_at = 0;
	int rc =
	    store_guard_order_count(g->txn, &window, &count, &oldest_at, err);

	if (rc == 0)
		rc = departures_limit(g, count, &limit, err);
	if (rc < 0 || count < limit)
		return rc;
	(void)snprintf(why, sizeof(why),
	    "%u leavers' phones within a day are erased without a question",
	    limit);
	return need_second(g, why, err);
}

/* ---- */

static int let_through(struct guarding *g, struct err *err)
{
	const struct guard_ask *ask = g->ask;
	struct guard_order_row row = {.budget = ask->cause == GUARD_DEPARTURE
	        ? GUARD_BUDGET_DEPARTURES
	        : GUARD_BUDGET_HAND,
	    .kind = ask->kind,
	    .cause = ask->cause,
	    .at = ask->now};

	uuid_make(ask->now, g->service->rng, row.id);
	(void)str_copy(row.org_id, sizeof(row.org_id), ask->org_id);
	(void)str_copy(row.device_id, sizeof(row.device_id), ask->device_id);
	(void)str_copy(
	    row.approval_id, sizeof(row.approval_id), g->answer->approval_id);
	(void)str_copy(row.ordered_by, sizeof(row.ordered_by), ask->by);
	(void)str_copy(row.ordered_key, sizeof(row.ordered_key), g->key);
	if (ask->by_person_id)
		(void)str_copy(row.ordered_person_id,
		    sizeof(row.ordered_person_id), ask->by_person_id);
	if (ask->case_id)
		(void)str_copy(row.case_id, sizeof(row.case_id), ask->case_id);
	return store_guard_order_insert(g->txn, &row, err);
}

static const char *key_of(const struct guard_ask *ask)
{
	if (ask->cause == GUARD_DEPARTURE)
		return DEPARTURES_KEY;
	return ask->by_key && *ask->by_key ? ask->by_key : ask->by;
}

int guard_destructive(struct txn *txn, struct service *service,
    const struct guard_ask *ask, struct guard_answer *out, struct err *err)
{
	struct guard_answer answer = {.verdict = GUARD_ALLOWED};
	struct guarding g = {.txn = txn,
	    .service = service,
	    .ask = ask,
	    .answer = &answer,
	    .key = key_of(ask)};
	int rc = check_hold(&g, err);

	if (rc == 0 && answer.verdict == GUARD_ALLOWED)
		check_clock(&g);
	if (rc == 0 && answer.verdict == GUARD_ALLOWED)
		rc = ask->cause == GUARD_DEPARTURE ? check_departures(&g, err)
		                                   : check_hand(&g, err);
	if (rc == 0 && answer.verdict == GUARD_ALLOWED && !ask->is_dry)
		rc = let_through(&g, err);
	if (rc < 0)
		return rc;
	*out = answer;
	return 0;
}

/* ---- words ---- */

void guard_refusal(const struct guard_answer *answer, char out[ERR_TEXT_MAX])
{
	if (answer->verdict == GUARD_NEEDS_APPROVAL)
		(void)snprintf(out, ERR_TEXT_MAX,
		    "%.280s; request %s is asked: order it again once it is "
		    "approved",
		    answer->sentence, answer->approval_id);
	else
		(void)snprintf(out, ERR_TEXT_MAX, "%s", answer->sentence);
}

const char *guard_verdict_name(enum guard_verdict verdict)
{
	static const char *const names[GUARD_VERDICT_COUNT] = {
	    [GUARD_ALLOWED] = "allowed",
	    [GUARD_HELD] = "held",
	    [GUARD_NEEDS_APPROVAL] = "needs_approval",
	    [GUARD_OVER_LIMIT] = "over_limit",
	    [GUARD_CLOCK_IN_DOUBT] = "clock_in_doubt",
	};

	return (unsigned)verdict < GUARD_VERDICT_COUNT ? names[verdict]
	                                               : "unknown";
}

const char *guard_kind_name(enum guard_kind kind)
{
	static const char *const names[GUARD_KIND_COUNT] = {
	    [GUARD_WIPE] = "wipe",
	    [GUARD_LOCK] = "lock",
	    [GUARD_REMOVE_DATA] = "remove_data",
	};

	return (unsigned)kind < GUARD_KIND_COUNT ? names[kind] : "unknown";
}

const char *guard_cause_name(enum guard_cause cause)
{
	static const char *const names[GUARD_CAUSE_COUNT] = {
	    [GUARD_BY_HAND] = "by_hand",
	    [GUARD_DEPARTURE] = "departure",
	    [GUARD_BULK] = "bulk",
	    [GUARD_EARLY] = "early",
	};

	return (unsigned)cause < GUARD_CAUSE_COUNT ? names[cause] : "unknown";
}

/* ---- how full the windows are ---- */

struct room {
	struct service *service;
	const char *org_id;
	int64_t now;
	struct guard_room out;
};

static int look_room(struct txn *txn, void *arg, struct err *err)
{
	struct room *room = arg;
	const struct guard_ask ask = {.org_id = room->org_id, .now = room->now};
	struct guarding g = {.txn = txn, .service = room->service, .ask = &ask};
	struct guard_window hand = {.org_id = room->org_id,
	    .budget = GUARD_BUDGET_HAND,
	    .since = room->now - TIME_HOUR_MS,
	    .approved_too = true};
	struct guard_window leavers = {.org_id = room->org_id,
	    .budget = GUARD_BUDGET_DEPARTURES,
	    .since = room->now - TIME_DAY_MS};
	int64_t oldest_at;
	int rc = store_guard_order_count(
	    txn, &hand, &room->out.by_hand_used, &oldest_at, err);

	room->out.by_hand_limit =
	    set_or(room->service->guard.destructive_per_hour,
	        GUARD_DESTRUCTIVE_PER_HOUR);
	if (rc == 0)
		rc = store_guard_order_count(
		    txn, &leavers, &room->out.departures_used, &oldest_at, err);
	return rc < 0 ? rc
	              : departures_limit(
	                    &g, UINT32_MAX, &room->out.departures_limit, err);
}

int service_guard_room(struct service *service, const struct actor *actor,
    struct guard_room *out, struct err *err)
{
	struct room room = {.service = service,
	    .org_id = actor->org_id,
	    .now = clock_now(service->clock)};
	int rc = store_read(service->store, look_room, &room, err);

	if (rc == 0)
		*out = room.out;
	return rc;
}
