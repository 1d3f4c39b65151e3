/*
 * verdict_time_test: DESIGN invariant 5: is stale or missing evidence never met
 * and never broken, and does time change nothing before its time?
 */
#include "tests/unit/policies/person_facts.h"

/* Properties: DESIGN invariant 5 ---------------------------------------------------- */

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const struct {
	enum pack_fact fact;
	int64_t fresh;
	enum pack_word words[4];
} asked[] = {
    {PACK_FACT_VOICEMAIL_GREETING, 35 * D,
        {PACK_WORD_PERSONAL, PACK_WORD_DEFAULT, PACK_WORD_UNKNOWN,
            PACK_WORD_OFF}},
    {PACK_FACT_CALL_FORWARD_UNCONDITIONAL, H,
        {PACK_WORD_ACTIVE, PACK_WORD_INACTIVE, PACK_WORD_UNKNOWN,
            PACK_WORD_ACTIVE}},
    {PACK_FACT_CALL_REFERRAL, H,
        {PACK_WORD_SET, PACK_WORD_UNSET, PACK_WORD_UNKNOWN, PACK_WORD_SET}},
    {PACK_FACT_SIM_LOCATION, 8 * D,
        {PACK_WORD_IN_ASSIGNED, PACK_WORD_IN_UNMANAGED, PACK_WORD_MISSING,
            PACK_WORD_MOVED}},
};

static void random_rule(struct made_rule *rule, uint64_t *seed)
{
	size_t i;

	rule_make(rule, PACK_VERIFY);
	rule->rule.proof_needs =
	    random_next(seed) % 2 ? PACK_NEEDS_ANY : PACK_NEEDS_ALL;
	rule->rule.when =
	    random_next(seed) % 3 ? PACK_WHEN_ALWAYS : PACK_WHEN_ABSENCE;
	for (i = 0; i < COUNT(asked); i++) {
		if (random_next(seed) % 2)
			(void)rule_ask(rule, asked[i].fact, 0, asked[i].fresh);
	}
	if (rule->rule.proof_count == 0 || random_next(seed) % 3 == 0)
		rule_state(rule, random_next(seed) % 2);
}

static void random_person(struct person *person, uint64_t *seed)
{
	static const char *const sources[] = {"vvm-imap", "csv-import", "mdm"};
	size_t count = random_next(seed) % 6;

	person_make(person);
	for (; count > 0; count--) {
		size_t which = random_next(seed) % COUNT(asked);
		/* Mostly near the border of freshness. */
		int64_t at = AGO(asked[which].fresh) +
		    (int64_t)(random_next(seed) % 5) - 2;

		if (random_next(seed) % 2)
			at = AGO((int64_t)(random_next(seed) %
			    (uint64_t)(2 * asked[which].fresh)));
		if (random_next(seed) % 16 == 0)
			at = NOW + (int64_t)(random_next(seed) % (2 * H));
		(void)person_seen(person, asked[which].fact,
		    asked[which].words[random_next(seed) % 4], at,
		    sources[random_next(seed) % 3]);
	}
	for (count = random_next(seed) % 3; count > 0; count--)
		person_said(person, random_next(seed) % 2,
		    AGO((int64_t)(random_next(seed) % (uint64_t)(300 * D))));
	if (random_next(seed) % 2)
		go_away(person, TODAY - (int32_t)(random_next(seed) % 3),
		    random_next(seed) % 2 ? TODAY + 2 : 0);
}

/* Is there anything fresh that says yes (or no) to what the rule asks? */
static bool has_word(
    const struct made_rule *rule, const struct person *person, bool yes)
{
	size_t i;
	unsigned j;

	for (i = 0; i < person->facts.observation_count; i++) {
		const struct fact_observation *seen = &person->seen[i];

		for (j = 0; j < rule->rule.proof_count; j++) {
			const struct pack_proof *proof = &rule->proof[j];

			if (proof->fact == seen->fact &&
			    seen->observed_at_ms >= NOW - proof->fresh_ms &&
			    seen->observed_at_ms <=
			        NOW + VERDICT_CLOCK_SKEW_MS &&
			    seen->word != PACK_WORD_UNKNOWN &&
			    seen->word != PACK_WORD_MISSING &&
			    ((proof->accept & PACK_WORD_BIT(seen->word)) !=
			        0) == yes)
				return true;
		}
	}
	for (i = 0; rule->rule.statement && i < person->facts.statement_count;
	     i++) {
		if (person->said[i].is_yes == yes &&
		    person->said[i].at_ms > NOW - 180 * D)
			return true;
	}
	return false;
}

static void test_nothing_stale_or_missing_ever_decides(void **state)
{
	uint64_t seed = 88172645463325252u;
	unsigned seen[VERDICT_COUNT] = {0};
	struct made_rule rule;
	struct person person;
	struct judgement made;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		random_rule(&rule, &seed);
		random_person(&person, &seed);
		assert_int_equal(
		    verdict_decide(&rule.rule, &person.facts, &made, NULL), 0);
		seen[made.verdict]++;
		if (made.verdict == VERDICT_MET)
			assert_true(has_word(&rule, &person, true));
		if (made.verdict == VERDICT_BROKEN)
			assert_true(has_word(&rule, &person, false));
		assert_true(made.again_at_ms > NOW);
	}
	/* The property would be empty if these never came up. */
	assert_true(seen[VERDICT_MET] > 1000);
	assert_true(seen[VERDICT_BROKEN] > 1000);
	assert_true(seen[VERDICT_UNKNOWN] > 1000);
	assert_true(seen[VERDICT_DISPUTED] > 1000);
	assert_true(seen[VERDICT_EXEMPT] > 1000);
}

/* Before again_at_ms, time alone changes no verdict. */
static void test_time_changes_nothing_before_its_time(void **state)
{
	uint64_t seed = 6364136223846793005u;
	struct made_rule rule;
	struct person person;
	struct judgement first;
	struct judgement made;
	int i;

	(void)state;
	for (i = 0; i < 50000; i++) {
		random_rule(&rule, &seed);
		random_person(&person, &seed);
		assert_int_equal(
		    verdict_decide(&rule.rule, &person.facts, &first, NULL), 0);
		if (first.again_at_ms == INT64_MAX)
			continue;
		person.facts.now_ms = first.again_at_ms - 1;
		assert_int_equal(
		    verdict_decide(&rule.rule, &person.facts, &made, NULL), 0);
		if (made.verdict != first.verdict)
			fail_msg("%s became %s", verdict_name(first.verdict),
			    verdict_name(made.verdict));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_stale_or_missing_ever_decides),
	    cmocka_unit_test(test_time_changes_nothing_before_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
