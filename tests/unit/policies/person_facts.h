/*
 * person_facts: a rule as a pack would have it and the facts of one person, made
 * in a test's own words, and what comes of them.
 */
#ifndef TESTS_UNIT_POLICIES_PERSON_FACTS_H
#define TESTS_UNIT_POLICIES_PERSON_FACTS_H

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

static inline void rule_make(struct made_rule *made, enum pack_class class)
{
	memset(made, 0, sizeof(*made));
	made->rule.id = (char *)(uintptr_t) "TST-01";
	made->rule.class = class;
	made->rule.binds = PACK_ROLE_EMPLOYEE;
	made->rule.subject = PACK_SUBJECT_PERSON;
	made->rule.proof = made->proof;
}

static inline struct pack_proof *rule_ask(struct made_rule *made,
    enum pack_fact fact, uint64_t accept, int64_t fresh_ms)
{
	struct pack_proof *proof = &made->proof[made->rule.proof_count++];

	proof->fact = fact;
	proof->accept = accept ? accept : pack_fact_info(fact)->accept;
	proof->fresh_ms = fresh_ms;
	return proof;
}

static inline void rule_state(struct made_rule *made, bool fallback)
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

static inline void person_make(struct person *person)
{
	memset(person, 0, sizeof(*person));
	person->facts.now_ms = NOW;
	person->facts.roles = PACK_ROLE_EMPLOYEE;
	person->facts.observations = person->seen;
	person->facts.statements = person->said;
}

static inline struct fact_observation *person_seen(struct person *person,
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

static inline void person_said(struct person *person, bool yes, int64_t at)
{
	person->said[person->facts.statement_count++] =
	    (struct subject_statement){
	        .rule_id = "TST-01",
	        .is_yes = yes,
	        .at_ms = at,
	        .by = "Kim Ek",
	    };
}

static inline struct judgement judge(
    const struct made_rule *made, const struct person *person)
{
	struct judgement out;
	struct err err = {0};

	if (verdict_judge(&made->rule, &person->facts, &out, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(out.again_at_ms > NOW);
	return out;
}

static inline void assert_judged(const struct judgement *made,
    enum verdict verdict, enum verdict_cause cause, const char *reason)
{
	if (made->verdict != verdict || made->cause != cause ||
	    !strstr(made->reason, reason))
		fail_msg("%s, %s: %s", verdict_name(made->verdict),
		    verdict_cause_name(made->cause), made->reason);
}

static inline void go_away(struct person *person, int32_t from, int32_t until)
{
	person->facts.absence.is_away = true;
	person->facts.absence.from_day = from;
	person->facts.absence.until_day = until;
}

static inline void greeting_rule(struct made_rule *made)
{
	rule_make(made, PACK_VERIFY);
	(void)rule_ask(made, PACK_FACT_VOICEMAIL_GREETING,
	    W(PERSONAL) | W(ABSENCE), 35 * D);
	rule_state(made, true);
}

#endif
