/*
 * verdict_greeting_test: do measured and stated greetings give the right word
 * and sentence, whichever source says so?
 */
#include "tests/unit/policies/person_facts.h"

/* The greeting: AHL-22 and its kin ------------------------------------------ */

static void test_greeting_measured(void **state)
{
	static const struct {
		enum pack_word word;
		int64_t age;
		enum verdict verdict;
		enum verdict_cause cause;
		const char *reason;
	} cases[] = {
	    {PACK_WORD_PERSONAL, D, VERDICT_MET, CAUSE_ALL_PROVEN,
	        "Seen: the voicemail greeting is a personal one; the oldest of "
	        "it 24 hours ago."},
	    {PACK_WORD_ABSENCE, D, VERDICT_MET, CAUSE_ALL_PROVEN,
	        "tells of the absence"},
	    {PACK_WORD_DEFAULT, D, VERDICT_BROKEN, CAUSE_NOT_ACCEPTED,
	        "Not as demanded: the voicemail greeting is the operator's "
	        "own; vvm-imap said so 24 hours ago."},
	    {PACK_WORD_NAME_ONLY, D, VERDICT_BROKEN, CAUSE_NOT_ACCEPTED,
	        "with a recorded name only"},
	    {PACK_WORD_OFF, D, VERDICT_BROKEN, CAUSE_NOT_ACCEPTED,
	        "plays no greeting"},
	    {PACK_WORD_UNKNOWN, D, VERDICT_UNKNOWN, CAUSE_NOT_IN_ANSWER,
	        "Not known what the voicemail greeting is: the answer"},
	    {PACK_WORD_DEFAULT, 36 * D, VERDICT_UNKNOWN, CAUSE_STALE,
	        "the last word on it is 36 days old, and the limit is 35 days"},
	    {PACK_WORD_PERSONAL, 36 * D, VERDICT_UNKNOWN, CAUSE_STALE,
	        "36 days old"},
	    {PACK_WORD_PERSONAL, -D, VERDICT_UNKNOWN, CAUSE_FROM_FUTURE,
	        "a clock is wrong"},
	};
	struct made_rule rule;
	struct person person;
	struct judgement made;
	size_t i;

	(void)state;
	greeting_rule(&rule);
	for (i = 0; i < COUNT(cases); i++) {
		person_make(&person);
		(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
		    cases[i].word, AGO(cases[i].age), "vvm-imap");
		made = judge(&rule, &person);
		assert_judged(
		    &made, cases[i].verdict, cases[i].cause, cases[i].reason);
		assert_int_equal(
		    made.needs_statement, cases[i].verdict == VERDICT_UNKNOWN);
	}
}

static void test_greeting_stated(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	greeting_rule(&rule);
	person_make(&person);
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED,
	    "nothing has been heard about it.");
	assert_true(made.needs_statement);
	person_said(&person, true, AGO(10 * D));
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_STATED,
	    "Stated by Kim Ek on 2026-02-20, valid until 2026-08-19; not "
	    "measured.");
	assert_int_equal(made.again_at_ms, AGO(10 * D) + 180 * D);
	assert_false(made.needs_statement);
	/* A newer no holds over an older yes. */
	person_said(&person, false, AGO(D));
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_STATED_NO,
	    "Not so, as stated by Kim Ek on 2026-03-01");
}

static void test_statement_expires(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	greeting_rule(&rule);
	person_make(&person);
	person_said(&person, true, AGO(180 * D));
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	assert_true(made.needs_statement);
	/* The one who asked may have said less. */
	person_make(&person);
	person_said(&person, true, AGO(2 * D));
	person.said[0].valid_until_ms = AGO(D);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	/* From tomorrow: a clock is wrong. */
	person_make(&person);
	person_said(&person, true, NOW + D);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
}

static void test_measured_beats_stated(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	greeting_rule(&rule);
	person_make(&person);
	person_said(&person, true, AGO(30 * D));
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_DEFAULT, AGO(D), "vvm-imap");
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_NOT_ACCEPTED, "operator's");
	/* What is measured and stale leaves the word to the person. */
	person.seen[0].observed_at_ms = AGO(40 * D);
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_STATED, "not measured");
}

static void test_sources_that_contradict_each_other(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	greeting_rule(&rule);
	person_make(&person);
	person_said(&person, true, AGO(D));
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_PERSONAL, AGO(H), "vvm-imap");
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_DEFAULT, AGO(90 * TIME_MINUTE_MS), "csv-import");
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_DISPUTED, CAUSE_CONTRADICTION,
	    "vvm-imap, csv-import contradict each other");
	/* Two words that both are right do not. */
	person.seen[1].word = PACK_WORD_ABSENCE;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
	/* Long between them: it was changed. */
	person.seen[1].word = PACK_WORD_DEFAULT;
	person.seen[1].observed_at_ms = AGO(5 * H);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
}

/* Statements alone ------------------------------------------------------------ */

static void test_attest(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	rule_make(&rule, PACK_ATTEST);
	rule_state(&rule, false);
	assert_true(verdict_is_judged(&rule.rule));
	person_make(&person);
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_NOT_STATED,
	    "Not known: nobody has stated it yet.");
	person_said(&person, true, AGO(200 * D));
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_STATEMENT_EXPIRED,
	    "what Kim Ek stated on 2025-08-14 was valid until 2026-02-10");
	person_said(&person, true, AGO(D));
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_STATED, "Stated by Kim Ek");
	rule.rule.class = PACK_INFORM;
	assert_false(verdict_is_judged(&rule.rule));
}

/* AHL-07: the greeting is measured, its content stated: both are needed. */
static void test_statement_beside_facts(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	greeting_rule(&rule);
	rule.statement.fallback = false;
	person_make(&person);
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_PERSONAL, AGO(D), "vvm-imap");
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_NOT_STATED, "nobody");
	person_said(&person, false, AGO(D));
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_BROKEN);
	person_said(&person, true, AGO(H));
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_ALL_PROVEN, "Seen");
	person.seen[0].word = PACK_WORD_DEFAULT;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greeting_measured),
	    cmocka_unit_test(test_greeting_stated),
	    cmocka_unit_test(test_statement_expires),
	    cmocka_unit_test(test_measured_beats_stated),
	    cmocka_unit_test(test_sources_that_contradict_each_other),
	    cmocka_unit_test(test_attest),
	    cmocka_unit_test(test_statement_beside_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
