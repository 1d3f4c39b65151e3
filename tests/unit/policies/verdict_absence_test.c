/*
 * verdict_absence_test: is a way that the organisation accepts enough, in its
 * window and no longer?
 */
#include "tests/unit/policies/person_facts.h"

/* Absence: C1 ------------------------------------------------------------------- */

static void absence_rule(struct made_rule *made)
{
	rule_make(made, PACK_VERIFY);
	made->rule.when = PACK_WHEN_ABSENCE;
	made->rule.proof_needs = PACK_NEEDS_ANY;
	(void)rule_ask(made, PACK_FACT_CALL_FORWARD_UNCONDITIONAL, 0, H);
	(void)rule_ask(made, PACK_FACT_CALL_REFERRAL, 0, H);
	(void)rule_ask(made, PACK_FACT_VOICEMAIL_GREETING, 0, 35 * D);
}

static void test_absence_is_the_window(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	absence_rule(&rule);
	person_make(&person);
	person.facts.absence.next_day = TODAY + 3;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_EXEMPT, CAUSE_NOT_ABSENT, "absences");
	assert_int_equal(made.again_at_ms,
	    calendar_day_begins(CALENDAR_STOCKHOLM, TODAY + 3));
	go_away(&person, TODAY - 1, TODAY + 1);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	assert_int_equal(
	    made.again_at_ms, calendar_day_ends(CALENDAR_STOCKHOLM, TODAY + 1));
}

static void test_any_way_of_an_absence_will_do(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	absence_rule(&rule);
	person_make(&person);
	go_away(&person, TODAY - 2, TODAY + 5);
	(void)person_seen(&person, PACK_FACT_CALL_FORWARD_UNCONDITIONAL,
	    PACK_WORD_INACTIVE, AGO(H / 2), "http-json");
	(void)person_seen(&person, PACK_FACT_CALL_REFERRAL, PACK_WORD_SET,
	    AGO(H / 2), "http-json");
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_ALL_PROVEN,
	    "Seen: the switchboard tells callers when to call again");
	assert_null(strstr(made.reason, "forwarded"));
	person.seen[1].word = PACK_WORD_UNSET;
	made = judge(&rule, &person);
	/* The greeting is not known: it might still be right. */
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_DEFAULT, AGO(H), "vvm-imap");
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_BROKEN);
}

/* Albertslund accepts no mailbox beyond a day; Ronneby does. */
static void test_ways_that_the_organisation_accepts(void **state)
{
	struct pack_absence accepts = {PACK_ABSENCE_FORWARD, 1};
	struct pack_parameters parameters = {.absence = &accepts};
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	absence_rule(&rule);
	person_make(&person);
	go_away(&person, TODAY - 2, TODAY + 5);
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_ABSENCE, AGO(H), "vvm-imap");
	(void)person_seen(&person, PACK_FACT_CALL_FORWARD_UNCONDITIONAL,
	    PACK_WORD_INACTIVE, AGO(H / 2), "http-json");
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
	person.facts.parameters = &parameters;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_NOT_ACCEPTED,
	    "calls are not forwarded");
	accepts.accept |= PACK_ABSENCE_VOICEMAIL;
	made = judge(&rule, &person); /* eight days: too long for a mailbox */
	assert_int_equal(made.verdict, VERDICT_BROKEN);
	go_away(&person, TODAY, TODAY);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
	accepts.voicemail_max_days = 0;
	go_away(&person, TODAY - 2, TODAY + 5);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
}

static void test_longer_absences(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	absence_rule(&rule);
	rule.rule.when = PACK_WHEN_ABSENCE_LONGER;
	rule.rule.when_longer_ms = D;
	person_make(&person);
	go_away(&person, TODAY, TODAY);
	made = judge(&rule, &person);
	assert_judged(
	    &made, VERDICT_EXEMPT, CAUSE_ABSENCE_SHORT, "longer absences");
	go_away(&person, TODAY, TODAY + 1); /* two days, from the first */
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	go_away(&person, TODAY, 0); /* nobody knows how long */
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_EXEMPT);
	assert_int_equal(made.again_at_ms,
	    calendar_day_begins(CALENDAR_STOCKHOLM, TODAY) + D + 1);
	go_away(&person, TODAY - 1, 0);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
}

static void test_what_was_seen_before_the_absence_breaks_nothing(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	rule_make(&rule, PACK_VERIFY);
	rule.rule.when = PACK_WHEN_ABSENCE;
	(void)rule_ask(&rule, PACK_FACT_CALL_FORWARD_UNCONDITIONAL, 0, 12 * H);
	person_make(&person);
	go_away(&person, TODAY, TODAY + 3);
	(void)person_seen(&person, PACK_FACT_CALL_FORWARD_UNCONDITIONAL,
	    PACK_WORD_INACTIVE, AGO(11 * H), "http-json");
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_BEFORE_WINDOW,
	    "from before the time that counts");
	/* What is right already stays right. */
	person.seen[0].word = PACK_WORD_ACTIVE;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
	person.seen[0].word = PACK_WORD_INACTIVE;
	person.seen[0].observed_at_ms = AGO(H);
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_absence_is_the_window),
	    cmocka_unit_test(test_any_way_of_an_absence_will_do),
	    cmocka_unit_test(test_ways_that_the_organisation_accepts),
	    cmocka_unit_test(test_longer_absences),
	    cmocka_unit_test(
	        test_what_was_seen_before_the_absence_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
