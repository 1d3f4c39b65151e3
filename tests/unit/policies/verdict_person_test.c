/*
 * verdict_person_test: does what exchanges, operators, registers and people say
 * about a person, a SIM, a unit or a leaver give the right word and sentence,
 * and is stale or missing evidence never met and never broken?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/verdict.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define NOW INT64_C(1772438400000) /* Monday 2026-03-02, 09:00 in Sweden */
#define TODAY 20514
#define H TIME_HOUR_MS
#define D TIME_DAY_MS
#define AGO(ms) (NOW - (ms))
#define W(word) PACK_WORD_BIT(PACK_WORD_##word)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A rule and what it needs, as a pack would have it. */
struct made_rule {
	struct pack_rule rule;
	struct pack_proof proof[4];
	struct pack_statement statement;
	struct pack_grace grace;
	struct pack_software_update update;
};

static void rule_make(struct made_rule *made, enum pack_class class)
{
	memset(made, 0, sizeof(*made));
	made->rule.id = (char *)(uintptr_t) "TST-01";
	made->rule.class = class;
	made->rule.binds = PACK_ROLE_EMPLOYEE;
	made->rule.subject = PACK_SUBJECT_PERSON;
	made->rule.proof = made->proof;
}

static struct pack_proof *rule_ask(struct made_rule *made, enum pack_fact fact,
    uint64_t accept, int64_t fresh_ms)
{
	struct pack_proof *proof = &made->proof[made->rule.proof_count++];

	proof->fact = fact;
	proof->accept = accept ? accept : pack_fact_info(fact)->accept;
	proof->fresh_ms = fresh_ms;
	return proof;
}

static void rule_state(struct made_rule *made, bool fallback)
{
	made->rule.statement = &made->statement;
	made->statement.by = PACK_ROLE_EMPLOYEE;
	made->statement.valid_ms = 180 * D;
	made->statement.fallback = fallback;
}

/* Facts of one person. */
struct person {
	struct fact_observation seen[8];
	struct subject_statement said[4];
	struct subject_facts facts;
};

static void person_make(struct person *person)
{
	memset(person, 0, sizeof(*person));
	person->facts.now_ms = NOW;
	person->facts.roles = PACK_ROLE_EMPLOYEE;
	person->facts.observations = person->seen;
	person->facts.statements = person->said;
}

static struct fact_observation *person_seen(struct person *person,
    enum pack_fact fact, enum pack_word word, int64_t at, const char *source)
{
	struct fact_observation *seen =
	    &person->seen[person->facts.observation_count++];

	*seen = (struct fact_observation){
	    .fact = fact,
	    .word = word,
	    .observed_at_ms = at,
	    .source = source,
	};
	return seen;
}

static void person_said(struct person *person, bool yes, int64_t at)
{
	person->said[person->facts.statement_count++] =
	    (struct subject_statement){
	        .rule_id = "TST-01",
	        .is_yes = yes,
	        .at_ms = at,
	        .by = "Kim Ek",
	    };
}

static struct judgement judge(
    const struct made_rule *made, const struct person *person)
{
	struct judgement out;
	struct err err = {0};

	if (verdict_judge(&made->rule, &person->facts, &out, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(out.again_at_ms > NOW);
	return out;
}

static void assert_judged(const struct judgement *made, enum verdict verdict,
    enum verdict_cause cause, const char *reason)
{
	if (made->verdict != verdict || made->cause != cause ||
	    !strstr(made->reason, reason))
		fail_msg("%s, %s: %s", verdict_name(made->verdict),
		    verdict_cause_name(made->cause), made->reason);
}

/* The greeting: AHL-22 and its kin ------------------------------------------ */

static void greeting_rule(struct made_rule *made)
{
	rule_make(made, PACK_VERIFY);
	(void)rule_ask(made, PACK_FACT_VOICEMAIL_GREETING,
	    W(PERSONAL) | W(ABSENCE), 35 * D);
	rule_state(made, true);
}

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

static void go_away(struct person *person, int32_t from, int32_t until)
{
	person->facts.absence.is_away = true;
	person->facts.absence.from_day = from;
	person->facts.absence.until_day = until;
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
	    cmocka_unit_test(test_greeting_measured),
	    cmocka_unit_test(test_greeting_stated),
	    cmocka_unit_test(test_statement_expires),
	    cmocka_unit_test(test_measured_beats_stated),
	    cmocka_unit_test(test_sources_that_contradict_each_other),
	    cmocka_unit_test(test_attest),
	    cmocka_unit_test(test_statement_beside_facts),
	    cmocka_unit_test(test_absence_is_the_window),
	    cmocka_unit_test(test_any_way_of_an_absence_will_do),
	    cmocka_unit_test(test_ways_that_the_organisation_accepts),
	    cmocka_unit_test(test_longer_absences),
	    cmocka_unit_test(
	        test_what_was_seen_before_the_absence_breaks_nothing),
	    cmocka_unit_test(test_unheard_messages),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_sim_words),
	    cmocka_unit_test(test_registers_are_never_stale),
	    cmocka_unit_test(test_the_end_of_an_employment),
	    cmocka_unit_test(test_every_word_has_its_phrase_in_every_language),
	    cmocka_unit_test(test_danish_and_swedish),
	    cmocka_unit_test(test_nothing_stale_or_missing_ever_decides),
	    cmocka_unit_test(test_time_changes_nothing_before_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
