#include "policies/verdict.h"

#include <stdbool.h>
#include <string.h>

#include "policies/verdict_weigh.h"
#include "proto/base/str.h"

/* Higher decides: one fact that breaks the rule is enough. */
static const int ranks[VERDICT_COUNT] = {
    [VERDICT_MET] = 0,
    [VERDICT_UNKNOWN] = 1,
    [VERDICT_DISPUTED] = 2,
    [VERDICT_BROKEN] = 3,
};

static void decide(
    struct judgement *out, enum verdict verdict, enum verdict_cause cause)
{
	out->verdict = verdict;
	out->cause = cause;
}

static void weigh(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof,
    struct judgement *out)
{
	struct judgement_evidence *evidence =
	    &out->evidence[out->evidence_count++];
	int64_t again_at_ms = verdict_weigh(rule, subject, proof, evidence);

	if (again_at_ms < out->again_at_ms)
		out->again_at_ms = again_at_ms;
	if (out->evidence_count > 1 &&
	    ranks[evidence->says] <= ranks[out->verdict])
		return;
	decide(out, evidence->says, evidence->cause);
	out->fact = proof->fact;
	out->since_ms = evidence->observed_at_ms;
	if (evidence->cause == CAUSE_NEVER_REPORTED)
		out->since_ms = subject->enrolled_at_ms;
}

/* Proven by several facts: it is as old as the oldest of them. */
static void since_oldest(struct judgement *out)
{
	size_t i;

	for (i = 0; out->verdict == VERDICT_MET && i < out->evidence_count;
	     i++) {
		if (out->evidence[i].observed_at_ms < out->since_ms)
			out->since_ms = out->evidence[i].observed_at_ms;
	}
}

static bool is_in_force(
    const struct pack_rule *rule, int64_t now_ms, struct judgement *out)
{
	if (!rule->cited)
		return true;
	if (now_ms < rule->cited->valid_from_ms) {
		out->again_at_ms = rule->cited->valid_from_ms;
		return false;
	}
	if (now_ms >= rule->cited->valid_until_ms)
		return false;
	out->again_at_ms = rule->cited->valid_until_ms;
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

/* Is the verdict clear before any fact is looked at? */
static bool is_outside(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	if (rule->class == PACK_WAIVED) {
		decide(out, VERDICT_WAIVED, CAUSE_WAIVED);
	} else if (!is_in_force(rule, subject->now_ms, out)) {
		decide(out, VERDICT_EXEMPT, CAUSE_NOT_IN_FORCE);
	} else if (subject->exception) {
		decide(out, VERDICT_EXEMPT, CAUSE_EXCEPTION);
		note_exception(out, subject->exception);
	} else if (subject->roles && !(subject->roles & rule->binds)) {
		decide(out, VERDICT_EXEMPT, CAUSE_NOT_BOUND);
	} else if (!is_about(rule, subject->equipment)) {
		decide(out, VERDICT_EXEMPT, CAUSE_OTHER_EQUIPMENT);
	} else {
		return false;
	}
	return true;
}

bool verdict_is_judged(const struct pack_rule *rule)
{
	return rule->class == PACK_WAIVED || rule->proof_count > 0;
}

static int subject_check(const struct pack_rule *rule,
    const struct subject_facts *subject, struct err *err)
{
	unsigned i;

	if (!verdict_is_judged(rule))
		return err_set(err, ERR_UNSUPPORTED,
		    "rule %s is of class %s, which is not judged from facts",
		    rule->id, pack_class_name(rule->class));
	if (rule->proof_count > PACK_FACT_COUNT || subject->now_ms <= 0)
		return err_set(err, ERR_INVALID,
		    "rule %s: no time given, or too much proof asked",
		    rule->id);
	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == PACK_FACT_PROFILE_INSTALLED &&
		    !subject->expected)
			return err_set(err, ERR_INVALID,
			    "rule %s: the expected profile is not given",
			    rule->id);
	}
	return 0;
}

int verdict_judge(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out, struct err *err)
{
	struct judgement made = {0};
	unsigned i;
	int rc = subject_check(rule, subject, err);

	if (rc)
		return rc;
	(void)str_copy(made.rule_id, sizeof(made.rule_id), rule->id);
	made.judged_at_ms = subject->now_ms;
	made.again_at_ms = INT64_MAX;
	if (!is_outside(rule, subject, &made)) {
		for (i = 0; i < rule->proof_count; i++)
			weigh(rule, subject, &rule->proof[i], &made);
		since_oldest(&made);
	}
	verdict_reason(&made, rule, "en", made.reason);
	*out = made;
	return 0;
}

const struct pack_step *verdict_step_due(
    const struct pack_rule *rule, int64_t broken_since_ms, int64_t now_ms)
{
	const struct pack_step *due = NULL;
	unsigned i;

	for (i = 0; rule->grace && i < rule->grace->steps_count; i++) {
		if (now_ms - rule->grace->steps[i].after_ms >= broken_since_ms)
			due = &rule->grace->steps[i];
	}
	return due;
}
