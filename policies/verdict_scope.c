#include "policies/verdict_scope.h"

#include <string.h>

#include "proto/base/str.h"
#include "proto/base/time.h"

int64_t verdict_later(int64_t time_ms, int64_t by_ms)
{
	int64_t sum;

	if (__builtin_add_overflow(time_ms, by_ms, &sum))
		return by_ms > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static bool decided(
    struct judgement *out, enum verdict verdict, enum verdict_cause cause)
{
	out->verdict = verdict;
	out->cause = cause;
	return true;
}

static void again_at(struct judgement *out, int64_t time_ms)
{
	if (time_ms < out->again_at_ms)
		out->again_at_ms = time_ms;
}

/* The document ----------------------------------------------------------- */

static bool is_in_force(
    const struct pack_rule *rule, int64_t now_ms, struct judgement *out)
{
	if (!rule->cited)
		return true;
	if (now_ms < rule->cited->valid_from_ms) {
		again_at(out, rule->cited->valid_from_ms);
		return false;
	}
	if (now_ms >= rule->cited->valid_until_ms)
		return false;
	again_at(out, rule->cited->valid_until_ms);
	return true;
}

static bool is_about(
    const struct pack_rule *rule, enum pack_equipment equipment)
{
	return equipment == PACK_EQUIPMENT_NONE ||
	    rule->equipment == PACK_EQUIPMENT_NONE ||
	    rule->equipment == PACK_EQUIPMENT_ANY ||
	    rule->equipment == equipment;
}

/* Cut between characters when it is too long. */
static void note_exception(struct judgement *out, const char *text)
{
	size_t used = 0;
	size_t step;

	while (*text && (step = str_utf8_step(text)) != 0 &&
	    used + step < sizeof(out->note)) {
		memcpy(out->note + used, text, step);
		used += step;
		text += step;
	}
	out->note[used] = '\0';
}

/* The window: absence, or the time after an employment -------------------- */

static int64_t begins(const struct subject_facts *subject, int32_t day)
{
	return calendar_day_begins(subject->place.zone, day);
}

int64_t verdict_absence_ends(const struct subject_facts *subject)
{
	if (!subject->absence.is_away || subject->absence.until_day <= 0)
		return INT64_MAX;
	return calendar_day_ends(
	    subject->place.zone, subject->absence.until_day);
}

int64_t verdict_window_begins(
    const struct pack_rule *rule, const struct subject_facts *subject)
{
	switch (rule->when) {
	case PACK_WHEN_ABSENCE:
	case PACK_WHEN_ABSENCE_LONGER:
		return begins(subject, subject->absence.from_day);
	case PACK_WHEN_EMPLOYMENT_ENDED:
		return begins(subject, subject->employment_end_day);
	case PACK_WHEN_ALWAYS:
		break;
	}
	return INT64_MIN;
}

/*
 * Longer than the rule allows: a planned absence from its first day, one
 * without an end once it has lasted that long.
 */
static bool is_long(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	const struct subject_absence *absence = &subject->absence;
	int64_t reached;

	if (absence->until_day > 0)
		return (absence->until_day - absence->from_day + 1) *
		    TIME_DAY_MS >
		    rule->when_longer_ms;
	reached = verdict_later(
	    begins(subject, absence->from_day), rule->when_longer_ms + 1);
	if (subject->now_ms >= reached)
		return true;
	again_at(out, reached);
	return false;
}

static bool is_outside_absence(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	const struct subject_absence *absence = &subject->absence;

	if (!absence->is_away) {
		if (absence->next_day > 0)
			again_at(out, begins(subject, absence->next_day));
		return decided(out, VERDICT_EXEMPT, CAUSE_NOT_ABSENT);
	}
	again_at(out, verdict_absence_ends(subject));
	if (rule->when == PACK_WHEN_ABSENCE_LONGER &&
	    !is_long(rule, subject, out))
		return decided(out, VERDICT_EXEMPT, CAUSE_ABSENCE_SHORT);
	return false;
}

static bool is_outside_window(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	switch (rule->when) {
	case PACK_WHEN_ABSENCE:
	case PACK_WHEN_ABSENCE_LONGER:
		return is_outside_absence(rule, subject, out);
	case PACK_WHEN_EMPLOYMENT_ENDED:
		if (subject->employment_end_day > 0 &&
		    subject->now_ms >=
		        begins(subject, subject->employment_end_day))
			return false;
		if (subject->employment_end_day > 0)
			again_at(
			    out, begins(subject, subject->employment_end_day));
		return decided(out, VERDICT_EXEMPT, CAUSE_EMPLOYED);
	case PACK_WHEN_ALWAYS:
		break;
	}
	return false;
}

bool verdict_is_outside(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	if (rule->class == PACK_WAIVED)
		return decided(out, VERDICT_WAIVED, CAUSE_WAIVED);
	if (!is_in_force(rule, subject->now_ms, out))
		return decided(out, VERDICT_EXEMPT, CAUSE_NOT_IN_FORCE);
	if (subject->exception) {
		note_exception(out, subject->exception);
		if (subject->exception_until_ms > 0)
			again_at(out, subject->exception_until_ms);
		return decided(out, VERDICT_EXEMPT, CAUSE_EXCEPTION);
	}
	if (subject->roles && !(subject->roles & rule->binds))
		return decided(out, VERDICT_EXEMPT, CAUSE_NOT_BOUND);
	if (!is_about(rule, subject->equipment))
		return decided(out, VERDICT_EXEMPT, CAUSE_OTHER_EQUIPMENT);
	return is_outside_window(rule, subject, out);
}
