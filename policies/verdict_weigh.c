#include "policies/verdict_weigh.h"

#include "policies/verdict_observe.h"
#include "policies/verdict_scope.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/apple/facts.h"

/* What weighing one fact needs. */
struct weighing {
	const struct pack_rule *rule;
	const struct subject_facts *subject;
	const struct pack_proof *proof;
	struct judgement_evidence *out;
	int64_t again_at_ms; /* when time alone changes what it says */
};

/* Times ---------------------------------------------------------------- */

static int64_t earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t settle_ms(const struct pack_rule *rule)
{
	return rule->grace ? rule->grace->settle_ms : 0;
}

static void says(struct weighing *weighing, enum verdict verdict,
    enum verdict_cause cause, int64_t again_at_ms)
{
	weighing->out->says = verdict;
	weighing->out->cause = cause;
	weighing->out->word = verdict == VERDICT_MET ? PACK_WORD_YES
	    : verdict == VERDICT_BROKEN              ? PACK_WORD_NO
	                                             : PACK_WORD_UNKNOWN;
	weighing->again_at_ms = again_at_ms;
}

static void says_settling(struct weighing *weighing, int64_t settled)
{
	weighing->out->grace_until_ms = settled;
	says(weighing, VERDICT_UNKNOWN, CAUSE_SETTLING, settled);
}

/* Why an answer of that time cannot count; CAUSE_ALL_PROVEN when it can. */
static enum verdict_cause time_refuse(
    const struct weighing *weighing, int64_t observed_at_ms)
{
	const struct subject_facts *subject = weighing->subject;

	if (observed_at_ms >
	    verdict_later(subject->now_ms, VERDICT_CLOCK_SKEW_MS))
		return CAUSE_FROM_FUTURE;
	if (observed_at_ms < subject->enrolled_at_ms)
		return CAUSE_BEFORE_ENROLMENT;
	if (verdict_later(observed_at_ms, weighing->proof->fresh_ms) <
	    subject->now_ms)
		return CAUSE_STALE;
	return CAUSE_ALL_PROVEN;
}

/* A doubt about time can pass by itself in one case only. */
static int64_t time_refuse_ends(
    enum verdict_cause cause, int64_t observed_at_ms)
{
	if (cause == CAUSE_FROM_FUTURE)
		return observed_at_ms - VERDICT_CLOCK_SKEW_MS;
	return INT64_MAX;
}

/* Our profile ---------------------------------------------------------- */

enum profile_state { PROFILE_MISSING, PROFILE_OUTDATED, PROFILE_INSTALLED };

/*
 * By identifier and UUID. One that is not managed was put there by hand and can
 * hold anything, so it does not count.
 */
static enum profile_state profile_find(
    const struct profile_list_facts *list, const struct subject_facts *subject)
{
	enum profile_state state = PROFILE_MISSING;
	const struct profile_fact *entry;
	size_t i;

	for (i = 0; i < list->count; i++) {
		entry = &list->entries[i];
		if (entry->is_managed == FACT_NO ||
		    strcmp(entry->identifier, subject->expected->identifier))
			continue;
		if (strcasecmp(entry->uuid, subject->expected->uuid) == 0)
			return PROFILE_INSTALLED;
		state = PROFILE_OUTDATED;
	}
	return state;
}

/* When our profile began to count on the phone; INT64_MAX: no sign of it. */
static int64_t profile_installed_at(const struct subject_facts *subject)
{
	const struct profile_observation *list = &subject->profiles;

	if (subject->install_acknowledged_at_ms > 0)
		return subject->install_acknowledged_at_ms;
	if (list->facts && subject->expected &&
	    list->observed_at_ms >= subject->enrolled_at_ms &&
	    profile_find(list->facts, subject) == PROFILE_INSTALLED)
		return list->observed_at_ms;
	return INT64_MAX;
}

/* The list lacks our profile, or has another version of it. */
static void weigh_absence(struct weighing *weighing, enum profile_state state)
{
	const struct subject_facts *subject = weighing->subject;
	int64_t observed = subject->profiles.observed_at_ms;
	int64_t acknowledged = subject->install_acknowledged_at_ms;
	int64_t ordered = subject->install_ordered_at_ms;
	int64_t settled;

	/* A list from before the order could not hold it. */
	if (observed < (acknowledged > 0 ? acknowledged : ordered)) {
		says(
		    weighing, VERDICT_UNKNOWN, CAUSE_BEFORE_PROFILE, INT64_MAX);
		return;
	}
	settled = verdict_later(ordered > 0 ? ordered : subject->enrolled_at_ms,
	    settle_ms(weighing->rule));
	if (acknowledged <= 0 && subject->now_ms < settled) {
		says_settling(weighing, settled);
		return;
	}
	says(weighing, VERDICT_BROKEN,
	    state == PROFILE_OUTDATED ? CAUSE_PROFILE_OUTDATED
	                              : CAUSE_PROFILE_MISSING,
	    INT64_MAX);
}

static void weigh_profile(struct weighing *weighing)
{
	const struct profile_observation *list = &weighing->subject->profiles;
	enum profile_state state;
	enum verdict_cause refused;
	int64_t stale_at;

	if (!list->facts) {
		says(
		    weighing, VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED, INT64_MAX);
		return;
	}
	weighing->out->observed_at_ms = list->observed_at_ms;
	(void)snprintf(weighing->out->source, VERDICT_SOURCE_MAX, "%s",
	    list->source ? list->source : "");
	refused = time_refuse(weighing, list->observed_at_ms);
	if (refused != CAUSE_ALL_PROVEN) {
		says(weighing, VERDICT_UNKNOWN, refused,
		    time_refuse_ends(refused, list->observed_at_ms));
		return;
	}
	state = profile_find(list->facts, weighing->subject);
	if (state == PROFILE_INSTALLED)
		says(weighing, VERDICT_MET, CAUSE_ALL_PROVEN, INT64_MAX);
	else
		weigh_absence(weighing, state);
	stale_at =
	    verdict_later(list->observed_at_ms, weighing->proof->fresh_ms + 1);
	weighing->again_at_ms = earliest(weighing->again_at_ms, stale_at);
}

/* What SecurityInfo says ------------------------------------------------ */

static enum fact_bool value_present(const struct security_facts *facts)
{
	return facts->passcode_present;
}

static enum fact_bool value_compliant(const struct security_facts *facts)
{
	return facts->passcode_compliant;
}

static enum fact_bool value_with_profiles(const struct security_facts *facts)
{
	return facts->passcode_compliant_with_profiles;
}

/* How each fact is read; all others are observations (verdict_observe.h). */
static const struct fact_reader {
	/* NULL: read from the list of profiles. */
	enum fact_bool (*value)(const struct security_facts *facts);
	enum verdict_cause cause_no;
	/* Without our profile on the phone a yes or no is about other demands:
	 * iPhones without any profile call themselves compliant. */
	bool needs_profile;
} readers[PACK_FACT_PROFILE_INSTALLED + 1] = {
    [PACK_FACT_PASSCODE_PRESENT] = {value_present, CAUSE_NO_PASSCODE, false},
    [PACK_FACT_PASSCODE_COMPLIANT] = {value_compliant, CAUSE_NOT_COMPLIANT,
        true},
    [PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES] = {value_with_profiles,
        CAUSE_NOT_COMPLIANT, true},
    [PACK_FACT_PROFILE_INSTALLED] = {NULL, CAUSE_PROFILE_MISSING, false},
};

/* Why the answer cannot be used for the fact; CAUSE_ALL_PROVEN when it can. */
static enum verdict_cause answer_refuse(
    const struct weighing *weighing, const struct security_observation *answer)
{
	const struct fact_reader *reader = &readers[weighing->proof->fact];
	enum verdict_cause cause =
	    time_refuse(weighing, answer->observed_at_ms);

	if (cause != CAUSE_ALL_PROVEN)
		return cause;
	if (reader->value(answer->facts) == FACT_UNKNOWN)
		return CAUSE_NOT_IN_ANSWER;
	if (reader->needs_profile &&
	    answer->observed_at_ms < profile_installed_at(weighing->subject))
		return CAUSE_BEFORE_PROFILE;
	return CAUSE_ALL_PROVEN;
}

/* The newest answer that can be used, or the newest that cannot. */
static const struct security_observation *answer_newest(
    const struct weighing *weighing, bool usable)
{
	const struct security_observation *newest = NULL;
	const struct security_observation *answer;
	size_t i;

	for (i = 0; i < weighing->subject->security_count; i++) {
		answer = &weighing->subject->security[i];
		if (!answer->facts ||
		    (answer_refuse(weighing, answer) == CAUSE_ALL_PROVEN) !=
		        usable)
			continue;
		if (!newest || answer->observed_at_ms > newest->observed_at_ms)
			newest = answer;
	}
	return newest;
}

static bool is_same_source(
    const struct security_observation *a, const struct security_observation *b)
{
	return strcmp(a->source ? a->source : "", b->source ? b->source : "") ==
	    0;
}

/* Another source that said the opposite at about the same time. */
static const struct security_observation *answer_contradiction(
    const struct weighing *weighing, const struct security_observation *newest)
{
	const struct fact_reader *reader = &readers[weighing->proof->fact];
	const struct security_observation *answer;
	size_t i;

	for (i = 0; i < weighing->subject->security_count; i++) {
		answer = &weighing->subject->security[i];
		if (answer->facts && !is_same_source(answer, newest) &&
		    answer_refuse(weighing, answer) == CAUSE_ALL_PROVEN &&
		    reader->value(answer->facts) !=
		        reader->value(newest->facts) &&
		    verdict_later(answer->observed_at_ms, VERDICT_DISPUTE_MS) >=
		        newest->observed_at_ms)
			return answer;
	}
	return NULL;
}

static void evidence_from(struct judgement_evidence *evidence,
    const struct security_observation *answer,
    const struct security_observation *other)
{
	evidence->observed_at_ms = answer->observed_at_ms;
	(void)snprintf(evidence->source, VERDICT_SOURCE_MAX, "%.30s%s%.30s",
	    answer->source ? answer->source : "", other ? ", " : "",
	    other && other->source ? other->source : "");
}

static void weigh_no(struct weighing *weighing)
{
	const struct fact_reader *reader = &readers[weighing->proof->fact];
	int64_t settled = INT64_MAX;

	/* A code that is too weak may still be changed in the time the phone
	 * gives for it. No code at all is broken at once. */
	if (reader->needs_profile)
		settled = verdict_later(profile_installed_at(weighing->subject),
		    settle_ms(weighing->rule));
	if (reader->needs_profile && weighing->subject->now_ms < settled)
		says_settling(weighing, settled);
	else
		says(weighing, VERDICT_BROKEN, reader->cause_no, INT64_MAX);
}

static void weigh_usable(
    struct weighing *weighing, const struct security_observation *answer)
{
	const struct fact_reader *reader = &readers[weighing->proof->fact];
	const struct security_observation *other =
	    answer_contradiction(weighing, answer);
	int64_t fresh_ms = weighing->proof->fresh_ms + 1;

	evidence_from(weighing->out, answer, other);
	if (other)
		says(weighing, VERDICT_DISPUTED, CAUSE_CONTRADICTION,
		    verdict_later(other->observed_at_ms, fresh_ms));
	else if (reader->value(answer->facts) == FACT_YES)
		says(weighing, VERDICT_MET, CAUSE_ALL_PROVEN, INT64_MAX);
	else
		weigh_no(weighing);
	weighing->again_at_ms = earliest(weighing->again_at_ms,
	    verdict_later(answer->observed_at_ms, fresh_ms));
}

static void weigh_security(struct weighing *weighing)
{
	const struct security_observation *answer;
	enum verdict_cause refused;

	answer = answer_newest(weighing, true);
	if (answer) {
		weigh_usable(weighing, answer);
		return;
	}
	answer = answer_newest(weighing, false);
	if (!answer) {
		says(
		    weighing, VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED, INT64_MAX);
		return;
	}
	refused = answer_refuse(weighing, answer);
	evidence_from(weighing->out, answer, NULL);
	says(weighing, VERDICT_UNKNOWN, refused,
	    time_refuse_ends(refused, answer->observed_at_ms));
}

int64_t verdict_weigh(const struct pack_rule *rule,
    const struct subject_facts *subject, const struct pack_proof *proof,
    struct judgement_evidence *out)
{
	struct weighing weighing = {rule, subject, proof, out, INT64_MAX};

	if (proof->fact > PACK_FACT_PROFILE_INSTALLED)
		return verdict_observe(rule, subject, proof, out);
	out->fact = proof->fact;
	if (proof->fact == PACK_FACT_PROFILE_INSTALLED)
		weigh_profile(&weighing);
	else
		weigh_security(&weighing);
	return weighing.again_at_ms;
}
