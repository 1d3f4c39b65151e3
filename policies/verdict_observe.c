#include "policies/verdict_observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/verdict_scope.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

struct weighing {
	const struct pack_rule *rule;
	const struct subject_facts *subject;
	const struct pack_proof *proof;
	struct judgement_evidence *out;
	int64_t again_at_ms;
};

/* What an observation says about the demand, time apart. */
enum answer { ANSWER_NONE, ANSWER_NO, ANSWER_YES, ANSWER_SILENT };

/* Values ------------------------------------------------------------------ */

/* 18.6 and 18.6.0 are the same. -1, 0, 1; -2 when one is no version. */
static int version_compare(const char *a, const char *b)
{
	int part;

	for (part = 0; part < 8; part++) {
		unsigned long left = 0;
		unsigned long right = 0;
		char *end;

		if (*a) {
			left = strtoul(a, &end, 10);
			if (end == a || *a < '0' || *a > '9')
				return -2;
			a = *end == '.' ? end + 1 : end;
		}
		if (*b) {
			right = strtoul(b, &end, 10);
			if (end == b || *b < '0' || *b > '9')
				return -2;
			b = *end == '.' ? end + 1 : end;
		}
		if (left != right)
			return left < right ? -1 : 1;
	}
	return 0;
}

static const char *version_demanded(
    const struct pack_rule *rule, const struct pack_proof *proof)
{
	if (proof->at_least)
		return proof->at_least;
	return rule->software_update ? rule->software_update->at_least : NULL;
}

static enum answer answer_version(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	const char *demanded =
	    version_demanded(weighing->rule, weighing->proof);
	int compared;

	if (!seen->text || !*seen->text || !demanded)
		return ANSWER_NONE;
	compared = version_compare(seen->text, demanded);
	if (compared == -2)
		return ANSWER_NONE;
	return compared < 0 ? ANSWER_NO : ANSWER_YES;
}

/* As old as it was when it was looked at: later it may have changed. */
static enum answer answer_age(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	const struct pack_proof *proof = weighing->proof;
	struct calendar_term term = {
	    .unit = CALENDAR_HOURS,
	    .count = CALENDAR_WEEKDAYS,
	    .n = (unsigned)(proof->at_most_ms / TIME_HOUR_MS),
	};
	int64_t ends;

	/* No message unheard is as good as it gets, no backup as bad. */
	if (seen->word == PACK_WORD_NO)
		return seen->fact == PACK_FACT_BACKUP_LAST ? ANSWER_NO
		                                           : ANSWER_YES;
	if (seen->word != PACK_WORD_YES || seen->since_ms <= 0 ||
	    seen->since_ms >
	        verdict_later(seen->observed_at_ms, VERDICT_CLOCK_SKEW_MS))
		return ANSWER_NONE;
	if (proof->calendar == PACK_CALENDAR_WEEKDAYS)
		ends = calendar_term_ends(
		    &weighing->subject->place, seen->since_ms, &term);
	else
		ends = verdict_later(seen->since_ms, proof->at_most_ms);
	return seen->observed_at_ms > ends ? ANSWER_NO : ANSWER_YES;
}

static enum answer answer_word(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	if (seen->word <= PACK_WORD_UNKNOWN || seen->word >= PACK_WORD_COUNT)
		return ANSWER_NONE;
	if (weighing->proof->accept & PACK_WORD_BIT(seen->word))
		return ANSWER_YES;
	/* A card in a drawer is missing, and nothing worse (BOT-20). */
	if (seen->fact == PACK_FACT_SIM_LOCATION &&
	    seen->word == PACK_WORD_MISSING)
		return ANSWER_SILENT;
	return ANSWER_NO;
}

static const struct {
	enum answer (*answer)(const struct weighing *weighing,
	    const struct fact_observation *seen);
	enum verdict_cause cause_no;
} kinds[] = {
    [PACK_KIND_WORD] = {answer_word, CAUSE_NOT_ACCEPTED},
    [PACK_KIND_AGE] = {answer_age, CAUSE_TOO_OLD},
    [PACK_KIND_VERSION] = {answer_version, CAUSE_VERSION_TOO_LOW},
};

static enum answer answer_of(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	return kinds[pack_fact_info(seen->fact)->kind].answer(weighing, seen);
}

/* Which observations count ------------------------------------------------- */

static int64_t fresh_until(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	int64_t until;

	if (seen->method == VERDICT_REGISTER)
		return INT64_MAX;
	until = verdict_later(seen->observed_at_ms, weighing->proof->fresh_ms);
	if (seen->valid_until_ms > 0 && seen->valid_until_ms < until)
		until = seen->valid_until_ms;
	return until;
}

/* CAUSE_ALL_PROVEN when it can be used. */
static enum verdict_cause refuse(
    const struct weighing *weighing, const struct fact_observation *seen)
{
	const struct subject_facts *subject = weighing->subject;

	if (seen->observed_at_ms >
	    verdict_later(subject->now_ms, VERDICT_CLOCK_SKEW_MS))
		return CAUSE_FROM_FUTURE;
	if (seen->method != VERDICT_REGISTER &&
	    seen->observed_at_ms < subject->enrolled_at_ms)
		return CAUSE_BEFORE_ENROLMENT;
	if (fresh_until(weighing, seen) < subject->now_ms)
		return CAUSE_STALE;
	if (!seen->is_disputed && answer_of(weighing, seen) == ANSWER_NONE)
		return CAUSE_NOT_IN_ANSWER;
	return CAUSE_ALL_PROVEN;
}

static const struct fact_observation *newest(
    const struct weighing *weighing, bool usable)
{
	const struct subject_facts *subject = weighing->subject;
	const struct fact_observation *found = NULL;
	size_t i;

	for (i = 0; i < subject->observation_count; i++) {
		const struct fact_observation *seen = &subject->observations[i];

		if (seen->fact != weighing->proof->fact ||
		    (refuse(weighing, seen) == CAUSE_ALL_PROVEN) != usable)
			continue;
		if (!found || seen->observed_at_ms > found->observed_at_ms)
			found = seen;
	}
	return found;
}

static const char *source_of(const struct fact_observation *seen)
{
	return seen->source ? seen->source : "";
}

/* Another source that said the opposite at about the same time. */
static const struct fact_observation *contradiction(
    const struct weighing *weighing, const struct fact_observation *says)
{
	const struct subject_facts *subject = weighing->subject;
	enum answer answer = answer_of(weighing, says);
	size_t i;

	for (i = 0; i < subject->observation_count; i++) {
		const struct fact_observation *seen = &subject->observations[i];

		if (seen->fact == says->fact &&
		    strcmp(source_of(seen), source_of(says)) != 0 &&
		    refuse(weighing, seen) == CAUSE_ALL_PROVEN &&
		    answer_of(weighing, seen) != answer &&
		    verdict_later(seen->observed_at_ms, VERDICT_DISPUTE_MS) >=
		        says->observed_at_ms)
			return seen;
	}
	return NULL;
}

/* What they say ------------------------------------------------------------- */

static void says(struct weighing *weighing, enum verdict verdict,
    enum verdict_cause cause, int64_t again_at_ms)
{
	weighing->out->says = verdict;
	weighing->out->cause = cause;
	if (again_at_ms < weighing->again_at_ms)
		weighing->again_at_ms = again_at_ms;
}

static void keep(struct weighing *weighing, const struct fact_observation *seen,
    const struct fact_observation *other)
{
	struct judgement_evidence *out = weighing->out;

	out->observed_at_ms = seen->observed_at_ms;
	out->word = seen->word;
	if (pack_fact_info(seen->fact)->kind == PACK_KIND_AGE &&
	    seen->word == PACK_WORD_YES)
		out->age_ms = seen->observed_at_ms - seen->since_ms;
	if (seen->text)
		(void)snprintf(
		    out->text, sizeof(out->text), "%.23s", seen->text);
	(void)snprintf(out->source, sizeof(out->source), "%.30s%s%.30s",
	    source_of(seen), other ? ", " : "", other ? source_of(other) : "");
}

/* Until when a no is not held against anybody. */
static int64_t grace_ends(const struct weighing *weighing)
{
	const struct pack_rule *rule = weighing->rule;
	int64_t window = verdict_window_begins(rule, weighing->subject);

	if (weighing->proof->fact == PACK_FACT_OS_VERSION &&
	    rule->software_update && rule->software_update->deadline)
		return rule->software_update->deadline_ms;
	if (window == INT64_MIN || !rule->grace)
		return INT64_MIN;
	return verdict_later(window, rule->grace->settle_ms);
}

static void says_wait(struct weighing *weighing, int64_t grace)
{
	weighing->out->grace_until_ms = grace;
	says(weighing, VERDICT_UNKNOWN, CAUSE_GRACE, grace);
}

static void weigh_no(
    struct weighing *weighing, const struct fact_observation *seen)
{
	const struct subject_facts *subject = weighing->subject;
	int64_t grace = grace_ends(weighing);
	enum verdict_cause cause =
	    kinds[pack_fact_info(seen->fact)->kind].cause_no;

	if (seen->method == VERDICT_REGISTER)
		cause = CAUSE_NOT_REGISTERED;
	/* What was so before somebody went away says nothing about it. */
	if (seen->method != VERDICT_REGISTER &&
	    seen->observed_at_ms <
	        verdict_window_begins(weighing->rule, subject))
		says(weighing, VERDICT_UNKNOWN, CAUSE_BEFORE_WINDOW, INT64_MAX);
	else if (subject->now_ms < grace)
		says_wait(weighing, grace);
	else
		says(weighing, VERDICT_BROKEN, cause, INT64_MAX);
}

static void weigh_usable(
    struct weighing *weighing, const struct fact_observation *seen)
{
	const struct fact_observation *other =
	    seen->is_disputed ? NULL : contradiction(weighing, seen);
	int64_t until = fresh_until(weighing, seen);
	enum verdict_cause yes = seen->method == VERDICT_REGISTER
	    ? CAUSE_REGISTERED
	    : CAUSE_ALL_PROVEN;

	keep(weighing, seen, other);
	if (until != INT64_MAX && until + 1 < weighing->again_at_ms)
		weighing->again_at_ms = until + 1;
	if (seen->is_disputed)
		says(
		    weighing, VERDICT_DISPUTED, CAUSE_CONTRADICTION, INT64_MAX);
	else if (other)
		says(weighing, VERDICT_DISPUTED, CAUSE_CONTRADICTION,
		    verdict_later(fresh_until(weighing, other), 1));
	else if (answer_of(weighing, seen) == ANSWER_YES)
		says(weighing, VERDICT_MET, yes, INT64_MAX);
	else if (answer_of(weighing, seen) == ANSWER_SILENT)
		says(weighing, VERDICT_UNKNOWN, CAUSE_SIM_MISSING, INT64_MAX);
	else
		weigh_no(weighing, seen);
}

/* What is dated in the future counts once its time has come. */
static int64_t future_comes(const struct weighing *weighing)
{
	const struct subject_facts *subject = weighing->subject;
	int64_t soonest = INT64_MAX;
	size_t i;

	for (i = 0; i < subject->observation_count; i++) {
		const struct fact_observation *seen = &subject->observations[i];
		int64_t at =
		    verdict_later(seen->observed_at_ms, -VERDICT_CLOCK_SKEW_MS);

		if (seen->fact == weighing->proof->fact &&
		    at > subject->now_ms && at < soonest)
			soonest = at;
	}
	return soonest;
}

int64_t verdict_observe(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof,
    struct judgement_evidence *out)
{
	struct weighing weighing = {rule, subject, proof, out, INT64_MAX};
	const struct fact_observation *seen = newest(&weighing, true);
	enum verdict_cause cause;

	weighing.again_at_ms = future_comes(&weighing);

	out->fact = proof->fact;
	if (seen) {
		weigh_usable(&weighing, seen);
		return weighing.again_at_ms;
	}
	seen = newest(&weighing, false);
	if (!seen) {
		says(&weighing, VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED,
		    INT64_MAX);
		return weighing.again_at_ms;
	}
	cause = refuse(&weighing, seen);
	keep(&weighing, seen, NULL);
	says(&weighing, VERDICT_UNKNOWN, cause, INT64_MAX);
	return weighing.again_at_ms;
}
