/*
 * verdict_person_test: do ages, versions, SIMs, registers and leavers give the
 * right word and sentence, in every language?
 */
#include "tests/unit/policies/person_facts.h"

/* Ages and versions ------------------------------------------------------------ */

static void test_unheard_messages(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;
	struct fact_observation *seen;
	struct pack_proof *proof;

	(void)state;
	rule_make(&rule, PACK_VERIFY);
	proof = rule_ask(&rule, PACK_FACT_VOICEMAIL_UNREAD, 0, 2 * D);
	proof->at_most_ms = 24 * H;
	proof->calendar = PACK_CALENDAR_EVERY_DAY;
	person_make(&person);
	seen = person_seen(&person, PACK_FACT_VOICEMAIL_UNREAD, PACK_WORD_NO,
	    AGO(H), "vvm-imap");
	made = judge(&rule, &person);
	assert_judged(
	    &made, VERDICT_MET, CAUSE_ALL_PROVEN, "no message was unheard");
	/* Since Friday, 10 o'clock; looked at on Monday at 8. */
	seen->word = PACK_WORD_YES;
	seen->since_ms = AGO(71 * H);
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_TOO_OLD,
	    "the oldest unheard message had waited 2 days when it was looked "
	    "at 60 minutes ago; at most 24 hours is allowed.");
	proof->calendar = PACK_CALENDAR_WEEKDAYS;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
	/* It says that there is one, and not how old it is. */
	seen->since_ms = 0;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_UNKNOWN);
}

static void test_versions(void **state)
{
	static const struct {
		const char *runs;
		enum verdict verdict;
	} cases[] = {
	    {"18.6", VERDICT_MET},
	    {"18.6.0", VERDICT_MET},
	    {"18.10", VERDICT_MET},
	    {"26.0.1", VERDICT_MET},
	    {"18.5.9", VERDICT_BROKEN},
	    {"9.3.5", VERDICT_BROKEN},
	    {"", VERDICT_UNKNOWN},
	    {"beta", VERDICT_UNKNOWN},
	    {"-18", VERDICT_UNKNOWN},
	};
	struct made_rule rule;
	struct person person;
	struct judgement made;
	size_t i;

	(void)state;
	rule_make(&rule, PACK_ENFORCE);
	rule.rule.subject = PACK_SUBJECT_PHONE;
	rule_ask(&rule, PACK_FACT_OS_VERSION, 0, D)->at_least =
	    (char *)(uintptr_t) "18.6";
	for (i = 0; i < COUNT(cases); i++) {
		person_make(&person);
		person_seen(&person, PACK_FACT_OS_VERSION, PACK_WORD_NONE,
		    AGO(H), "mdm")
		    ->text = cases[i].runs;
		made = judge(&rule, &person);
		if (made.verdict != cases[i].verdict)
			fail_msg("%s: %s", cases[i].runs, made.reason);
	}
	/* A deadline that is still ahead. */
	rule.rule.software_update = &rule.update;
	rule.update.deadline = (char *)(uintptr_t) "2026-03-10";
	rule.update.deadline_ms = NOW + 8 * D;
	person.seen[0].text = "17.0";
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_GRACE,
	    "Not done yet: the system is 17.0; the time for it still runs: 8 "
	    "days.");
}

/* SIM, register, leaving --------------------------------------------------------- */

static void test_sim_words(void **state)
{
	static const struct {
		enum pack_word word;
		enum verdict verdict;
	} cases[] = {
	    {PACK_WORD_IN_ASSIGNED, VERDICT_MET},
	    {PACK_WORD_MOVED_ALLOWED, VERDICT_MET},
	    {PACK_WORD_ACCESSORY, VERDICT_MET},
	    {PACK_WORD_MOVED, VERDICT_BROKEN},
	    {PACK_WORD_IN_UNMANAGED, VERDICT_BROKEN},
	    {PACK_WORD_MISSING, VERDICT_UNKNOWN},
	    {PACK_WORD_UNKNOWN, VERDICT_UNKNOWN},
	};
	struct made_rule rule;
	struct person person;
	struct judgement made;
	size_t i;

	(void)state;
	rule_make(&rule, PACK_VERIFY);
	rule.rule.subject = PACK_SUBJECT_SUBSCRIPTION;
	(void)rule_ask(&rule, PACK_FACT_SIM_LOCATION, 0, 8 * D);
	for (i = 0; i < COUNT(cases); i++) {
		person_make(&person);
		(void)person_seen(&person, PACK_FACT_SIM_LOCATION,
		    cases[i].word, AGO(H), "mdm");
		made = judge(&rule, &person);
		if (made.verdict != cases[i].verdict)
			fail_msg("%s: %s", pack_word_name(cases[i].word),
			    made.reason);
	}
	person.seen[0].word = PACK_WORD_MISSING;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_SIM_MISSING,
	    "that alone is no misuse");
	person.seen[0].is_disputed = true;
	person.seen[0].source = "mdm, operator";
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_DISPUTED, CAUSE_CONTRADICTION,
	    "Disputed where the SIM is: mdm, operator contradict");
}

static void test_registers_are_never_stale(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;

	(void)state;
	rule_make(&rule, PACK_VERIFY);
	rule.rule.subject = PACK_SUBJECT_UNIT;
	(void)rule_ask(&rule, PACK_FACT_REGISTER_COORDINATOR, 0, 0);
	person_make(&person);
	person_seen(&person, PACK_FACT_REGISTER_COORDINATOR, PACK_WORD_YES,
	    AGO(400 * D), "register")
	    ->method = VERDICT_REGISTER;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_MET, CAUSE_REGISTERED,
	    "The register shows: the unit has a telephone coordinator.");
	person.seen[0].word = PACK_WORD_NO;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_NOT_REGISTERED,
	    "By the register: the unit has no telephone coordinator.");
}

static void test_the_end_of_an_employment(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;
	struct fact_observation *seen;

	(void)state;
	rule_make(&rule, PACK_ENFORCE);
	rule.rule.subject = PACK_SUBJECT_PHONE;
	rule.rule.when = PACK_WHEN_EMPLOYMENT_ENDED;
	rule.rule.grace = &rule.grace;
	rule.grace.settle_ms = 3 * D;
	(void)rule_ask(&rule, PACK_FACT_DEVICE_WIPE, 0, 0);
	person_make(&person);
	seen = person_seen(
	    &person, PACK_FACT_DEVICE_WIPE, PACK_WORD_NO, NOW, "register");
	seen->method = VERDICT_REGISTER;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_EXEMPT, CAUSE_EMPLOYED, "end of an");
	person.facts.employment_end_day = TODAY + 2;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_EXEMPT);
	assert_int_equal(made.again_at_ms,
	    calendar_day_begins(CALENDAR_STOCKHOLM, TODAY + 2));
	person.facts.employment_end_day = TODAY - 1;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_UNKNOWN, CAUSE_GRACE,
	    "Not done yet: no erase has been ordered");
	person.facts.employment_end_day = TODAY - 10;
	seen->word = PACK_WORD_ACKNOWLEDGED;
	made = judge(&rule, &person);
	assert_judged(&made, VERDICT_BROKEN, CAUSE_NOT_REGISTERED,
	    "has said that it will erase itself, which is no proof");
	seen->word = PACK_WORD_PROVEN;
	made = judge(&rule, &person);
	assert_int_equal(made.verdict, VERDICT_MET);
}

/* Words ---------------------------------------------------------------------------- */

static void test_every_word_has_its_phrase_in_every_language(void **state)
{
	static const char *const languages[] = {"en", "sv", "da"};
	struct made_rule rule;
	struct person person;
	struct judgement made;
	char reason[VERDICT_REASON_MAX];
	unsigned fact;
	unsigned word;
	size_t i;

	(void)state;
	for (fact = PACK_FACT_VOICEMAIL_GREETING; fact < PACK_FACT_COUNT;
	     fact++) {
		const struct pack_fact_info *info =
		    pack_fact_info((enum pack_fact)fact);

		for (word = PACK_WORD_YES; word < PACK_WORD_COUNT; word++) {
			if (!(info->words & PACK_WORD_BIT(word)))
				continue;
			rule_make(&rule, PACK_VERIFY);
			(void)rule_ask(&rule, (enum pack_fact)fact,
			    PACK_WORD_BIT(word), D);
			person_make(&person);
			(void)person_seen(&person, (enum pack_fact)fact,
			    (enum pack_word)word, AGO(H), "csv-import");
			made = judge(&rule, &person);
			assert_int_equal(made.verdict, VERDICT_MET);
			for (i = 0; i < 3; i++) {
				verdict_reason(
				    &made, &rule.rule, languages[i], reason);
				assert_null(strchr(reason, '{'));
				/* The name of the fact stands in for a phrase
				 * that is missing. */
				if (strstr(reason, pack_fact_name(fact)))
					fail_msg(
					    "%s: %s", languages[i], reason);
			}
		}
	}
}

static void test_danish_and_swedish(void **state)
{
	struct made_rule rule;
	struct person person;
	struct judgement made;
	char reason[VERDICT_REASON_MAX];

	(void)state;
	greeting_rule(&rule);
	person_make(&person);
	(void)person_seen(&person, PACK_FACT_VOICEMAIL_GREETING,
	    PACK_WORD_DEFAULT, AGO(3 * D), "vvm-imap");
	made = judge(&rule, &person);
	verdict_reason(&made, &rule.rule, "da", reason);
	assert_string_equal(reason,
	    "Ikke som krævet: telefonsvarerens hilsen er operatørens egen; "
	    "det sagde vvm-imap for 3 dage siden.");
	verdict_reason(&made, &rule.rule, "sv", reason);
	assert_string_equal(reason,
	    "Inte som det krävs: röstbrevlådans hälsning är operatörens egen; "
	    "det sade vvm-imap för 3 dagar sedan.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unheard_messages),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_sim_words),
	    cmocka_unit_test(test_registers_are_never_stale),
	    cmocka_unit_test(test_the_end_of_an_employment),
	    cmocka_unit_test(test_every_word_has_its_phrase_in_every_language),
	    cmocka_unit_test(test_danish_and_swedish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
