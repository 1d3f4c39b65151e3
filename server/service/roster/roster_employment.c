/* What a source says of employments, against those that are there. */
#include <stdio.h>
#include <string.h>

#include "policies/calendar.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_period.h"

/* ---- steps ---- */

struct plan_step *plan_step_add(
    struct roster_look *look, struct plan_person *person, enum step_kind kind)
{
	struct plan_step *step =
	    roster_arena_take(&look->plan->arena, sizeof(*step));
	struct plan_step **last = &person->steps;

	if (!step) {
		(void)err_memory(look->err);
		return NULL;
	}
	*step = (struct plan_step){
	    .kind = kind,
	    .unit = ROSTER_INDEX_NONE,
	    .to = -1,
	};
	while (*last)
		last = &(*last)->next;
	*last = step;
	return step;
}

/* ---- what follows ---- */

static void say_day(struct buf *words, const char *what, int64_t day)
{
	char text[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text((int32_t)day, text);
	WORDS_AND(words);
	buf_printf(words, "%s %s", what, text);
}

/* "to" is the first day no longer; people say the last day. */
static void say_end(struct buf *words, int64_t to)
{
	if (to)
		say_day(words, "last day", to - 1);
	else {
		WORDS_AND(words);
		buf_append_str(words, "has no last day any more");
	}
}

static const char *unit_name(const struct roster_employing *at, size_t unit)
{
	return unit == ROSTER_INDEX_NONE ? "no unit"
	                                 : at->look->plan->units[unit].name;
}

static int add_new(struct roster_employing *at,
    const struct roster_wanted *wanted, int64_t from)
{
	struct plan_step *step =
	    plan_step_add(at->look, at->person, STEP_EMPLOYMENT);

	if (!step)
		return -ERR_MEMORY;
	step->key = wanted->said->key;
	step->unit = wanted->unit;
	step->no_unit = wanted->unit == ROSTER_INDEX_NONE;
	step->roles = wanted->said->roles;
	step->from = (int32_t)from;
	step->to = wanted->says_to ? (int32_t)wanted->to : 0;
	return 0;
}

static int begin(
    struct roster_employing *at, const struct roster_wanted *wanted)
{
	int64_t from = wanted->from ? wanted->from : at->today;

	if (wanted->to && wanted->to <= at->today) {
		at->was_over = true; /* over before it was known */
		return 0;
	}
	WORDS_AND(at->words);
	buf_printf(at->words, "employed at %s", unit_name(at, wanted->unit));
	say_day(at->words, "from", from);
	if (wanted->to)
		say_end(at->words, wanted->to);
	return add_new(at, wanted, from);
}

static bool is_same_place(const struct roster_employing *at,
    const struct employment_row *row, const struct roster_wanted *wanted)
{
	const char *unit_id = wanted->unit == ROSTER_INDEX_NONE
	    ? ""
	    : at->look->plan->units[wanted->unit].id;

	if (wanted->said->roles && wanted->said->roles != row->roles)
		return false;
	if (!wanted->says_unit)
		return true;
	return wanted->unit != ROSTER_INDEX_NONE && !*unit_id
	    ? false
	    : strcmp(unit_id, row->unit_id) == 0;
}

static bool is_same_key(const struct roster_employing *at,
    const struct employment_row *row, const struct roster_wanted *wanted)
{
	return strcmp(row->source, at->look->plan->roster->source) == 0 &&
	    (!wanted->said->key ||
	        strcmp(row->external_id, wanted->said->key) == 0);
}

/* The row itself says what is right from now on. */
static int put(struct roster_employing *at, const struct employment_row *row,
    const struct roster_wanted *wanted, int64_t from)
{
	struct plan_step *step =
	    plan_step_add(at->look, at->person, STEP_EMPLOYMENT);

	if (!step)
		return -ERR_MEMORY;
	(void)str_copy(step->id, sizeof(step->id), row->id);
	step->key = wanted->said->key;
	step->unit = wanted->unit;
	step->no_unit = wanted->says_unit && wanted->unit == ROSTER_INDEX_NONE;
	step->roles = wanted->said->roles;
	step->from = (int32_t)from;
	step->to = wanted->says_to ? (int32_t)wanted->to : -1;
	return 0;
}

static int put_end(
    struct roster_employing *at, const struct employment_row *row, int64_t to)
{
	struct plan_step *step =
	    plan_step_add(at->look, at->person, STEP_EMPLOYMENT);

	if (!step)
		return -ERR_MEMORY;
	(void)str_copy(step->id, sizeof(step->id), row->id);
	step->to = (int32_t)to;
	return 0;
}

/* From a day on it is elsewhere: the new period first, so that nobody is
 * without employment in between. */
static int split(struct roster_employing *at, struct employment_row *row,
    const struct roster_wanted *wanted, int64_t from)
{
	struct roster_wanted next = *wanted;
	struct roster_employment said = *wanted->said;
	int rc;

	WORDS_AND(at->words);
	buf_printf(at->words, "at %s",
	    wanted->says_unit ? unit_name(at, wanted->unit) : "the same unit");
	if (wanted->said->roles && wanted->said->roles != row->roles)
		buf_append_str(at->words, " in other roles");
	say_day(at->words, "from", from);
	said.roles = said.roles ? said.roles : row->roles;
	next.said = &said;
	if (!next.says_to) {
		next.says_to = true;
		next.to = row->to_day;
	}
	if (!next.says_unit && row->unit_id[0] &&
	    (rc = roster_unit_meet(at->look, row->unit_id, 0, &next.unit)) != 0)
		return rc;
	if ((rc = add_new(at, &next, from)) < 0)
		return rc;
	if (wanted->says_to && wanted->to != row->to_day)
		say_end(at->words, wanted->to);
	return put_end(at, row, from);
}

/* Where the first day that is said lies in the chain. */
static bool is_first_day_known(const struct roster_employing *at,
    const struct roster_chain *chain, const struct roster_wanted *wanted)
{
	const struct employment_row *first = &at->periods.rows[chain->at[0]];
	size_t i;

	if (!wanted->from)
		return true;
	for (i = 0; i < chain->count; i++)
		if (at->periods.rows[chain->at[i]].from_day == wanted->from)
			return true;
	/* Between two of our periods: we know it finer than the source. */
	return chain->count > 1 && wanted->from > first->from_day &&
	    wanted->from <
	    at->periods.rows[chain->at[chain->count - 1]].from_day;
}

static int go_on(struct roster_employing *at, struct employment_row *last,
    const struct roster_wanted *wanted)
{
	bool same = is_same_place(at, last, wanted);
	bool same_key = is_same_key(at, last, wanted);

	if (!same && same_key && last->from_day < at->today &&
	    !roster_period_is_over(last, at->today))
		return split(at, last, wanted, at->today);
	if (same && same_key &&
	    (!wanted->says_to || wanted->to == last->to_day))
		return 0;
	if (!same) {
		WORDS_AND(at->words);
		buf_printf(at->words, "at %s", unit_name(at, wanted->unit));
	}
	if (!same_key && same) {
		WORDS_AND(at->words);
		buf_printf(at->words, "its employment is %s's from now on",
		    at->look->plan->roster->source);
	}
	if (wanted->says_to && wanted->to != last->to_day)
		say_end(at->words, wanted->to);
	return put(at, last, wanted, 0);
}

/* Only the first day of it was wrong. */
static int put_first_day(
    struct roster_employing *at, const struct employment_row *row, int64_t from)
{
	struct plan_step *step =
	    plan_step_add(at->look, at->person, STEP_EMPLOYMENT);

	if (!step)
		return -ERR_MEMORY;
	(void)str_copy(step->id, sizeof(step->id), row->id);
	step->from = (int32_t)from;
	return 0;
}

static int first_day_moves(struct roster_employing *at,
    const struct roster_chain *chain, const struct roster_wanted *wanted)
{
	struct employment_row *first = &at->periods.rows[chain->at[0]];
	struct employment_row *last =
	    &at->periods.rows[chain->at[chain->count - 1]];
	int rc;

	/* Employed again, after an end. */
	if (last->to_day && wanted->from >= last->to_day)
		return begin(at, wanted);
	if (wanted->from > last->from_day && last->from_day <= at->today &&
	    !is_same_place(at, last, wanted))
		return split(at, last, wanted, wanted->from);
	if (wanted->from > first->from_day && first != last)
		return go_on(at, last, wanted);
	say_day(at->words, "from", wanted->from);
	if (first == last) {
		if (wanted->says_to && wanted->to != last->to_day)
			say_end(at->words, wanted->to);
		return put(at, last, wanted, wanted->from);
	}
	rc = put_first_day(at, first, wanted->from);
	return rc == 0 ? go_on(at, last, wanted) : rc;
}

static int look_at_one(
    struct roster_employing *at, const struct roster_employment *said)
{
	struct roster_wanted wanted;
	struct roster_chain chain;
	int rc = roster_wanted_take(at, said, &wanted);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	roster_chain_find(at, &wanted, &chain);
	if (chain.count == 0)
		rc = begin(at, &wanted);
	else if (is_first_day_known(at, &chain, &wanted))
		rc = go_on(
		    at, &at->periods.rows[chain.at[chain.count - 1]], &wanted);
	else
		rc = first_day_moves(at, &chain, &wanted);
	if (rc < 0 || wanted.unit == ROSTER_INDEX_NONE ||
	    (wanted.to && wanted.to <= at->today))
		return rc;
	at->person->works_at = wanted.unit + 1;
	if (at->person->said->manager)
		rc =
		    roster_unit_led_by(at->look, wanted.unit, at->person->said);
	return rc;
}

/* ---- what the source names no more ---- */

static int end_rest(struct roster_employing *at)
{
	const char *source = at->look->plan->roster->source;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < at->periods.count; i++) {
		const struct employment_row *row = &at->periods.rows[i];
		int64_t to = row->from_day > at->today ? row->from_day
		                                       : (int64_t)at->today;

		if (strcmp(row->source, source) != 0 ||
		    at->periods.is_used[i] ||
		    roster_period_is_over(row, at->today) || row->to_day == to)
			continue;
		say_end(at->words, to);
		rc = put_end(at, row, to);
	}
	return rc;
}

/* ---- before and after ---- */

static const struct plan_step *step_of(
    const struct plan_person *person, const char *id)
{
	const struct plan_step *step;
	const struct plan_step *found = NULL;

	for (step = person->steps; step; step = step->next)
		if (step->kind == STEP_EMPLOYMENT && strcmp(step->id, id) == 0)
			found = step;
	return found;
}

/* The latest end of all, 0: an open one; -1: there is none. */
static int64_t latest(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > b ? a : b;
}

static void compare(struct roster_employing *at, struct employment_change *out)
{
	const struct plan_step *step;
	int64_t before = -1;
	int64_t after = -1;
	int64_t to;
	size_t i;

	for (i = 0; i < at->periods.count; i++) {
		const struct employment_row *row = &at->periods.rows[i];

		step = step_of(at->person, row->id);
		to = step && step->to >= 0 ? step->to : row->to_day;
		before = latest(before, row->to_day);
		after = latest(after, to);
	}
	for (step = at->person->steps; step; step = step->next)
		if (step->kind == STEP_EMPLOYMENT && !step->id[0])
			after = latest(after, step->to);
	out->was_employed = before == 0 || before > at->today;
	out->is_employed = after == 0 || after > at->today;
	out->ends =
	    out->was_employed && after > 0 && (before == 0 || after < before);
	out->last_day = after > 0 ? (int32_t)after : 0;
	out->was_over = at->was_over;
}

int roster_employments_look(struct roster_look *look,
    struct plan_person *person, struct buf *words,
    struct employment_change *out)
{
	const struct roster_person *said = person->said;
	struct roster_employing at;
	size_t i;
	int rc = 0;

	/* Its rows stay unwritten: they are much, for every person. */
	at.look = look;
	at.person = person;
	at.words = words;
	at.today = look->ledger->today;
	at.was_over = false;
	at.periods.count = 0;
	memset(at.periods.is_used, 0, sizeof(at.periods.is_used));
	if (person->person_id[0])
		rc = store_employment_each_person(look->txn,
		    look->ledger->org_id, person->person_id, roster_period_note,
		    &at.periods, look->err);
	for (i = 0;
	     rc == 0 && said && !said->is_gone && i < said->employment_count;
	     i++)
		rc = look_at_one(&at, &said->employments[i]);
	if (rc == 0 &&
	    (!said || said->is_gone ||
	        (look->plan->roster->kind == ROSTER_FULL &&
	            said->employment_count > 0)))
		rc = end_rest(&at);
	if (rc == 0)
		compare(&at, out);
	return rc;
}
