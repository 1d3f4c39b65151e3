#include "policies/verdict.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policies/verdict_scope.h"
#include "policies/verdict_weigh.h"
#include "proto/base/str.h"

/* Higher decides. All: one fact that breaks the rule is enough. Any: one that
 * meets it is. */
static const int ranks[2][VERDICT_COUNT] = {
    [PACK_NEEDS_ALL] =
        {
            [VERDICT_MET] = 0,
            [VERDICT_UNKNOWN] = 1,
            [VERDICT_DISPUTED] = 2,
            [VERDICT_BROKEN] = 3,
        },
    [PACK_NEEDS_ANY] =
        {
            [VERDICT_BROKEN] = 0,
            [VERDICT_UNKNOWN] = 1,
            [VERDICT_DISPUTED] = 2,
            [VERDICT_MET] = 3,
        },
};

static bool outranks(
    const struct pack_rule *rule, enum verdict a, enum verdict b)
{
	const int *rank = ranks[rule->proof_needs == PACK_NEEDS_ANY];

	return rank[a] > rank[b];
}

/* Facts ------------------------------------------------------------------ */

/* How calls are taken care of by what the fact shows (C1). */
static unsigned way_of(enum pack_fact fact)
{
	switch (fact) {
	case PACK_FACT_CALL_FORWARD_UNCONDITIONAL:
	case PACK_FACT_CALL_FORWARD_TARGET:
	case PACK_FACT_CALL_FORWARD_CONDITIONAL:
		return PACK_ABSENCE_FORWARD;
	case PACK_FACT_CALL_REFERRAL:
		return PACK_ABSENCE_REFERRAL;
	case PACK_FACT_VOICEMAIL_GREETING:
		return PACK_ABSENCE_VOICEMAIL | PACK_ABSENCE_WATCHED_VOICEMAIL;
	default:
		return 0;
	}
}

/* Days away so far or as planned. */
static int64_t absence_days(const struct subject_facts *subject)
{
	const struct subject_absence *absence = &subject->absence;
	int32_t last = absence->until_day > 0
	    ? absence->until_day
	    : calendar_day_at(subject->place.zone, subject->now_ms);

	return (int64_t)last - absence->from_day + 1;
}

/*
 * In an absence the organisation names the ways it accepts, once for all rules
 * that are met by any of several (C1); a mailbox perhaps for some days only.
 */
static bool is_accepted(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof)
{
	const struct pack_absence *absence =
	    subject->parameters ? subject->parameters->absence : NULL;
	unsigned way = way_of(proof->fact);

	if (!absence || !way || rule->proof_needs != PACK_NEEDS_ANY ||
	    (rule->when != PACK_WHEN_ABSENCE &&
	        rule->when != PACK_WHEN_ABSENCE_LONGER))
		return true;
	if (!(absence->accept & way))
		return false;
	return !(way & PACK_ABSENCE_VOICEMAIL) ||
	    absence->voicemail_max_days == 0 ||
	    absence_days(subject) <= absence->voicemail_max_days;
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
	    !outranks(rule, evidence->says, out->verdict))
		return;
	out->verdict = evidence->says;
	out->cause = evidence->cause;
	out->fact = proof->fact;
	out->since_ms = evidence->observed_at_ms;
	if (evidence->cause == CAUSE_NEVER_REPORTED)
		out->since_ms = subject->enrolled_at_ms;
}

/* Proven by several facts: it is as old as the oldest of them. */
static void since_oldest(const struct pack_rule *rule, struct judgement *out)
{
	size_t i;

	for (i = 0; out->verdict == VERDICT_MET &&
	     rule->proof_needs == PACK_NEEDS_ALL && i < out->evidence_count;
	     i++) {
		if (out->evidence[i].observed_at_ms < out->since_ms)
			out->since_ms = out->evidence[i].observed_at_ms;
	}
}

static void weigh_facts(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (is_accepted(rule, subject, &rule->proof[i]))
			weigh(rule, subject, &rule->proof[i], out);
	}
	/* A rule that asks only for what the organisation does not accept
	 * would be met by nothing: its own words hold then. */
	for (i = 0; out->evidence_count == 0 && i < rule->proof_count; i++)
		weigh(rule, subject, &rule->proof[i], out);
	since_oldest(rule, out);
}

/* Statements -------------------------------------------------------------- */

static const struct subject_statement *statement_newest(
    const struct pack_rule *rule, const struct subject_facts *subject)
{
	const struct subject_statement *found = NULL;
	size_t i;

	for (i = 0; i < subject->statement_count; i++) {
		const struct subject_statement *at = &subject->statements[i];

		if (strcmp(at->rule_id, rule->id) == 0 &&
		    at->at_ms <=
		        verdict_later(subject->now_ms, VERDICT_CLOCK_SKEW_MS) &&
		    (!found || at->at_ms > found->at_ms))
			found = at;
	}
	return found;
}

/* One dated in the future counts once its time has come. */
static void statement_again(
    const struct subject_facts *subject, struct judgement *out)
{
	size_t i;

	for (i = 0; i < subject->statement_count; i++) {
		int64_t at = verdict_later(
		    subject->statements[i].at_ms, -VERDICT_CLOCK_SKEW_MS);

		if (at > subject->now_ms && at < out->again_at_ms)
			out->again_at_ms = at;
	}
}

static int64_t statement_until(const struct pack_rule *rule,
    const struct subject_facts *subject,
    const struct subject_statement *statement)
{
	int64_t until = rule->statement->valid_ms > 0
	    ? verdict_later(statement->at_ms, rule->statement->valid_ms)
	    : verdict_absence_ends(subject);

	if (statement->valid_until_ms > 0 && statement->valid_until_ms < until)
		until = statement->valid_until_ms;
	return until;
}

/* What the newest statement says, by itself. */
static enum verdict statement_weigh(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out,
    enum verdict_cause *cause)
{
	const struct subject_statement *statement =
	    statement_newest(rule, subject);
	struct judgement_statement *kept = &out->statement;

	*cause = CAUSE_NOT_STATED;
	statement_again(subject, out);
	if (!statement)
		return VERDICT_UNKNOWN;
	*kept = (struct judgement_statement){
	    .is_there = true,
	    .is_yes = statement->is_yes,
	    .at_ms = statement->at_ms,
	    .valid_until_ms = statement_until(rule, subject, statement),
	};
	(void)snprintf(kept->by, sizeof(kept->by), "%.60s",
	    statement->by ? statement->by : "");
	if (kept->valid_until_ms <= subject->now_ms) {
		*cause = CAUSE_STATEMENT_EXPIRED;
		return VERDICT_UNKNOWN;
	}
	if (kept->valid_until_ms < out->again_at_ms)
		out->again_at_ms = kept->valid_until_ms;
	*cause = statement->is_yes ? CAUSE_STATED : CAUSE_STATED_NO;
	return statement->is_yes ? VERDICT_MET : VERDICT_BROKEN;
}

/* Is nothing known that a person's word could stand in for? */
static bool is_silent(const struct judgement *out)
{
	static const bool silent[CAUSE_COUNT] = {
	    [CAUSE_NEVER_REPORTED] = true,
	    [CAUSE_NOT_IN_ANSWER] = true,
	    [CAUSE_STALE] = true,
	    [CAUSE_FROM_FUTURE] = true,
	    [CAUSE_BEFORE_ENROLMENT] = true,
	    [CAUSE_BEFORE_WINDOW] = true,
	    [CAUSE_SIM_MISSING] = true,
	};

	return out->verdict == VERDICT_UNKNOWN && silent[out->cause];
}

static void weigh_statement(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out)
{
	bool alone = out->evidence_count == 0;
	enum verdict_cause cause;
	enum verdict says;

	if (!alone && rule->statement->fallback && !is_silent(out))
		return;
	says = statement_weigh(rule, subject, out, &cause);
	out->needs_statement = says == VERDICT_UNKNOWN;
	/* In the place of facts an absent statement adds nothing. */
	if (!alone && rule->statement->fallback && says == VERDICT_UNKNOWN)
		return;
	if (!alone && !rule->statement->fallback &&
	    !outranks(rule, says, out->verdict))
		return;
	out->verdict = says;
	out->cause = cause;
	out->since_ms = out->statement.at_ms;
}

/* The judgement ------------------------------------------------------------ */

bool verdict_is_judged(const struct pack_rule *rule)
{
	return rule->class == PACK_WAIVED ||
	    (rule->class != PACK_INFORM &&
	        (rule->proof_count > 0 || rule->statement));
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

int verdict_decide(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out, struct err *err)
{
	int rc = subject_check(rule, subject, err);

	if (rc)
		return rc;
	memset(out, 0, sizeof(*out));
	(void)str_copy(out->rule_id, sizeof(out->rule_id), rule->id);
	out->judged_at_ms = subject->now_ms;
	out->again_at_ms = INT64_MAX;
	if (verdict_is_outside(rule, subject, out))
		return 0;
	weigh_facts(rule, subject, out);
	if (rule->statement)
		weigh_statement(rule, subject, out);
	return 0;
}

int verdict_judge(const struct pack_rule *rule,
    const struct subject_facts *subject, struct judgement *out, struct err *err)
{
	int rc = verdict_decide(rule, subject, out, err);

	if (rc == 0)
		verdict_reason(out, rule, "en", out->reason);
	return rc;
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
