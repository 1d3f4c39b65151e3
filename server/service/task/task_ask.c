/*
 * One rule, one subject, one person: is there an occasion to ask for the
 * statement, and was it asked for that occasion before? The occasion's name in
 * task.cause is what keeps the same from being asked twice.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/task/task_clock.h"
#include "server/service/task/task_plan.h"
#include "server/store/store_evidence.h"

#define CAUSE_MAX sizeof(((struct task_row *)0)->cause)
/* An unanswered task ends at last, so that the next period asks anew. */
#define EXPIRE_AFTER_ESCALATION_MS (30 * TIME_DAY_MS)

/* What was asked and stated before. */
struct past {
	const struct task_ask *ask;
	const char *cause;      /* the occasion looked for */
	bool has_open;          /* of any occasion */
	bool was_asked;         /* for this occasion */
	struct task_row closed; /* the last to close unanswered; id "" */
	struct statement_row statement; /* the newest; id "" */
};

enum store_subject task_subject_of(enum pack_subject subject)
{
	static const enum store_subject subjects[] = {
	    [PACK_SUBJECT_PERSON] = STORE_SUBJECT_PERSON,
	    [PACK_SUBJECT_PHONE] = STORE_SUBJECT_PHONE,
	    [PACK_SUBJECT_SUBSCRIPTION] = STORE_SUBJECT_SUBSCRIPTION,
	    [PACK_SUBJECT_UNIT] = STORE_SUBJECT_UNIT,
	    [PACK_SUBJECT_ORGANISATION] = STORE_SUBJECT_ORGANISATION,
	};

	return subjects[subject];
}

/* ---- the past ---- */

static int note_task(void *arg, const struct task_row *row)
{
	struct past *past = arg;

	if (row->kind != past->ask->kind)
		return 0;
	if (task_is_open(row->state) &&
	    strcmp(row->person_id, past->ask->person_id) == 0)
		past->has_open = true;
	/* What the register took back may be asked anew when it returns. */
	if (row->state == TASK_CANCELLED &&
	    strcmp(row->closed_by, TASK_BY_POLICY) == 0)
		return 0;
	if (strcmp(row->cause, past->cause) == 0 &&
	    strcmp(row->person_id, past->ask->person_id) == 0)
		past->was_asked = true;
	if ((row->state == TASK_EXPIRED || row->state == TASK_CANCELLED) &&
	    row->closed_at >= past->closed.closed_at)
		past->closed = *row;
	return 0;
}

static int past_load(struct txn *txn, const struct task_world *world,
    const struct task_ask *ask, struct past *past, struct err *err)
{
	int rc;

	memset(past, 0, sizeof(*past));
	past->ask = ask;
	past->cause = "";
	rc = store_task_each_subject(txn, world->org_id, ask->subject_kind,
	    ask->subject_id, ask->rule->id, false, note_task, past, err);
	if (rc < 0)
		return rc;
	rc = store_statement_find(txn, world->org_id, ask->subject_kind,
	    ask->subject_id, ask->rule->id, &past->statement, err);
	if (rc == -ERR_NOT_FOUND) {
		past->statement.id[0] = '\0';
		return 0;
	}
	return rc;
}

static int was_asked(struct txn *txn, const struct task_world *world,
    struct past *past, const char *cause, bool *out, struct err *err)
{
	int rc;

	past->cause = cause;
	past->was_asked = false;
	rc = store_task_each_subject(txn, world->org_id,
	    past->ask->subject_kind, past->ask->subject_id, past->ask->rule->id,
	    false, note_task, past, err);
	*out = past->was_asked;
	return rc < 0 ? rc : 0;
}

/* ---- occasions: each names itself in cause, or is none now ---- */

struct occasion {
	char cause[CAUSE_MAX];
	int64_t since;     /* a statement made after this already covers it */
	int64_t until_day; /* last day it makes sense; 0: none */
	const char *absence_id;
};

typedef bool occasion_fn(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out);

static void cause_of_day(struct occasion *out, const char *name,
    const struct task_world *world, int64_t day)
{
	char date[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text((int32_t)day, date);
	(void)snprintf(out->cause, sizeof(out->cause), "%s:%s", name, date);
	out->since = calendar_day_begins(world->place.zone, (int32_t)day);
}

static bool on_employment_start(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	const struct employment_row *now = &ask->person->current;

	(void)past;
	if (!*now->id || ask->person->is_role_change ||
	    now->from_day < world->today - TASK_OCCASION_DAYS)
		return false;
	cause_of_day(out, "employment_start", world, now->from_day);
	return true;
}

static bool on_role_change(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	const struct employment_row *now = &ask->person->current;

	(void)past;
	if (!*now->id || !ask->person->is_role_change ||
	    now->from_day < world->today - TASK_OCCASION_DAYS)
		return false;
	cause_of_day(out, "role_change", world, now->from_day);
	return true;
}

/* ALB-10, "more than a day": one with no end yet is counted so far. */
static bool is_long_enough(const struct task_world *world,
    const struct pack_rule *rule, const struct absence_row *absence)
{
	int64_t last = absence->until_day ? absence->until_day : world->today;

	return rule->when != PACK_WHEN_ABSENCE_LONGER ||
	    (last + 1 - absence->from_day) * TIME_DAY_MS > rule->when_longer_ms;
}

static bool on_absence_start(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	const struct absence_row *absence = &ask->person->absence;

	(void)past;
	if (!*absence->id || !is_long_enough(world, ask->rule, absence))
		return false;
	(void)snprintf(
	    out->cause, sizeof(out->cause), "absence_start:%s", absence->id);
	out->since =
	    calendar_day_begins(world->place.zone, (int32_t)absence->from_day);
	out->until_day = absence->until_day;
	out->absence_id = absence->id;
	return true;
}

static bool on_employment_end(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	const struct employment_row *row = &ask->person->ended;

	(void)past;
	if (!*row->id)
		return false;
	cause_of_day(out, "employment_end", world, row->to_day);
	return true;
}

/* Asked again in time for the new answer to follow the old without a gap. */
static bool on_periodic(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	const struct pack_statement *terms = ask->rule->statement;
	const struct task_row *closed = &past->closed;
	int64_t last = past->statement.valid_until;

	if (*past->statement.id && world->now < last - terms->due_ms)
		return false;
	/* Withdrawn by a person: not before the next period. */
	if (closed->state == TASK_CANCELLED &&
	    world->now < closed->created_at + terms->valid_ms)
		return false;
	if (*closed->id && closed->closed_at > last)
		last = closed->closed_at;
	if (last == 0)
		(void)snprintf(
		    out->cause, sizeof(out->cause), "periodic:first");
	else
		cause_of_day(out, "periodic", world,
		    calendar_day_at(world->place.zone, last));
	out->since = world->now;
	return true;
}

static bool on_pack_change(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	(void)ask;
	if (!*past->statement.id ||
	    strcmp(past->statement.pack_hash, world->pack_hash) == 0)
		return false;
	(void)snprintf(out->cause, sizeof(out->cause), "pack_change:%.16s",
	    world->pack_hash);
	out->since = world->now;
	return true;
}

/* Staff, hours or shape of the unit have changed since it was stated last. */
static bool on_unit_change(const struct task_world *world,
    const struct task_ask *ask, const struct past *past, struct occasion *out)
{
	int64_t changed = ask->unit ? ask->unit->changed_at : 0;

	if (!*past->statement.id || changed <= past->statement.at)
		return false;
	cause_of_day(out, "unit_change", world,
	    calendar_day_at(world->place.zone, changed));
	out->since = changed;
	return true;
}

static const struct {
	unsigned on;
	bool is_of_person;
	occasion_fn *fn;
} occasions[] = {
    /* The first that holds is asked; one answer serves all of a day. */
    {PACK_ON_ABSENCE_START, true, on_absence_start},
    {PACK_ON_EMPLOYMENT_START, true, on_employment_start},
    {PACK_ON_ROLE_CHANGE, true, on_role_change},
    {PACK_ON_EMPLOYMENT_END, true, on_employment_end},
    {PACK_ON_UNIT_CHANGE, false, on_unit_change},
    {PACK_ON_PACK_CHANGE, false, on_pack_change},
    {PACK_ON_PERIODIC, false, on_periodic},
};

/* ---- asking ---- */

static void terms_set(const struct pack_rule *rule, struct task_terms *out)
{
	const struct pack_statement *statement = rule->statement;

	out->remind_ms = statement->remind_ms;
	out->due_ms = statement->due_ms;
	out->escalate_ms = statement->escalate_ms;
	out->expire_ms = (statement->escalate_ms ? statement->escalate_ms
	                                         : statement->due_ms) +
	    EXPIRE_AFTER_ESCALATION_MS;
	if (statement->valid_ms > out->expire_ms)
		out->expire_ms = statement->valid_ms;
}

static int ask_now(struct txn *txn, const struct task_world *world,
    const struct task_ask *ask, const struct occasion *occasion, unsigned *made,
    struct err *err)
{
	struct task_row task = {.kind = ask->kind,
	    .subject_kind = ask->subject_kind,
	    .created_at = world->now};
	struct task_terms terms;
	int rc;

	(void)str_copy(task.rule, sizeof(task.rule), ask->rule->id);
	(void)str_copy(task.person_id, sizeof(task.person_id), ask->person_id);
	(void)str_copy(task.unit_id, sizeof(task.unit_id), ask->unit_id);
	(void)str_copy(
	    task.subject_id, sizeof(task.subject_id), ask->subject_id);
	(void)str_copy(task.cause, sizeof(task.cause), occasion->cause);
	if (occasion->absence_id)
		(void)str_copy(task.absence_id, sizeof(task.absence_id),
		    occasion->absence_id);
	terms_set(ask->rule, &terms);
	task_clock_set(&task, &world->place, &terms, occasion->until_day);
	rc = task_open(txn, world, &task, err);
	if (rc == 0 && made)
		(*made)++;
	return rc;
}

/* Who has left is asked about leaving, and about nothing else. */
static bool is_of_time(const struct task_ask *ask, unsigned on)
{
	bool has_left = ask->person && !*ask->person->current.id;

	return !has_left || on == PACK_ON_EMPLOYMENT_END;
}

static bool is_covered(const struct past *past, const struct occasion *occasion)
{
	return *past->statement.id && past->statement.at >= occasion->since;
}

int task_ask_plan(struct txn *txn, const struct task_world *world,
    const struct task_ask *ask, unsigned *made, struct err *err)
{
	struct occasion occasion;
	struct past past;
	bool asked;
	size_t i;
	int rc = past_load(txn, world, ask, &past, err);

	for (i = 0; rc == 0 && i < sizeof(occasions) / sizeof(occasions[0]);
	     i++) {
		if (past.has_open)
			return 0;
		if (!(ask->rule->statement->on & occasions[i].on) ||
		    (occasions[i].is_of_person && !ask->person) ||
		    !is_of_time(ask, occasions[i].on))
			continue;
		memset(&occasion, 0, sizeof(occasion));
		if (!occasions[i].fn(world, ask, &past, &occasion) ||
		    is_covered(&past, &occasion))
			continue;
		rc = was_asked(txn, world, &past, occasion.cause, &asked, err);
		if (rc == 0 && !asked)
			return ask_now(txn, world, ask, &occasion, made, err);
	}
	return rc;
}
