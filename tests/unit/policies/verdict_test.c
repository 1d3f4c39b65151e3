/*
 * verdict_test: does each state of knowledge about a phone give the right one
 * of six words, with its reason, and is what is outside a rule not judged by it?
 */
#include "tests/unit/policies/verdict_world.h"

static void check_situation(const struct situation *situation)
{
	struct judgement made;
	struct phone phone;
	struct err err = {0};

	phone_make(&phone, situation);
	if (verdict_judge(
	        pack_rule_find(pack, "EXA-01"), &phone.subject, &made, &err))
		fail_msg("%s: %s", situation->name, err.text);
	if (made.verdict != situation->verdict ||
	    made.cause != situation->cause || made.fact != situation->fact ||
	    made.again_at_ms != situation->again_at ||
	    !strstr(made.reason, situation->reason))
		fail_msg("%s: %s, %s, %s, again %+lld ms: %s", situation->name,
		    verdict_name(made.verdict), verdict_cause_name(made.cause),
		    pack_fact_name(made.fact),
		    (long long)(made.again_at_ms - NOW), made.reason);
	assert_int_equal(made.evidence_count, 3);
	assert_true(made.judged_at_ms == NOW);
}

static void test_situations(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < situation_count; i++)
		check_situation(&situations[i]);
}

/* Before again_at_ms, time alone changes no verdict. */
static void test_time_changes_nothing_before_again_at(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	struct judgement first;
	struct judgement made;
	struct phone phone;
	size_t i;

	(void)state;
	for (i = 0; i < situation_count; i++) {
		phone_make(&phone, &situations[i]);
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &first, NULL), 0);
		phone.subject.now_ms = first.again_at_ms - 1;
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
		if (made.verdict != first.verdict)
			fail_msg("%s changes before its time to %s",
			    situations[i].name, verdict_name(made.verdict));
	}
}

/* ---- before any fact ---- */

static void judge_outside(const char *rule_id,
    const struct subject_facts *subject, enum verdict verdict,
    enum verdict_cause cause, const char *reason)
{
	struct judgement made;
	struct err err = {0};

	if (verdict_judge(pack_rule_find(pack, rule_id), subject, &made, &err))
		fail_msg("%s", err.text);
	assert_string_equal(verdict_name(made.verdict), verdict_name(verdict));
	assert_string_equal(
	    verdict_cause_name(made.cause), verdict_cause_name(cause));
	if (!strstr(made.reason, reason))
		fail_msg("%s", made.reason);
	assert_int_equal(made.evidence_count, 0);
}

static void test_outside_the_rule(void **state)
{
	struct phone phone;
	struct subject_facts subject;

	(void)state;
	phone_make(&phone, &situations[1]); /* would be broken */
	subject = phone.subject;
	judge_outside("EXA-04", &subject, VERDICT_WAIVED, CAUSE_WAIVED,
	    "Not demanded: The written demand would make mailboxes open");
	subject.exception = "no code can be typed with a prosthesis";
	judge_outside("EXA-01", &subject, VERDICT_EXEMPT, CAUSE_EXCEPTION,
	    "An exception is granted: no code can be typed");
	subject = phone.subject;
	subject.roles = PACK_ROLE_SWITCHBOARD;
	judge_outside("EXA-01", &subject, VERDICT_EXEMPT, CAUSE_NOT_BOUND,
	    "does not bind");
	subject = phone.subject;
	subject.equipment = PACK_EQUIPMENT_PRIVATE;
	judge_outside("EXA-01", &subject, VERDICT_EXEMPT, CAUSE_OTHER_EQUIPMENT,
	    "ownership");
	subject = phone.subject;
	subject.now_ms = INT64_C(1706745600000) - 1;
	judge_outside("EXA-01", &subject, VERDICT_EXEMPT, CAUSE_NOT_IN_FORCE,
	    "its document holds 2024-02-01 – 2028-01-31");
	subject.now_ms = INT64_C(1832976000000);
	judge_outside("EXA-01", &subject, VERDICT_EXEMPT, CAUSE_NOT_IN_FORCE,
	    "not in force");
}

/* What is not known about the holder does not excuse. */
static void test_unknown_holder_is_bound(void **state)
{
	struct judgement made;
	struct phone phone;

	(void)state;
	phone_make(&phone, &situations[1]);
	phone.subject.roles = PACK_ROLE_ELECTED | PACK_ROLE_SWITCHBOARD;
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-01"),
	                     &phone.subject, &made, NULL),
	    0);
	assert_int_equal(made.verdict, VERDICT_BROKEN);
	phone.subject.equipment = PACK_EQUIPMENT_PRIVATE;
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-02"),
	                     &phone.subject, &made, NULL),
	    0);
	assert_int_equal(made.verdict, VERDICT_EXEMPT); /* elected: not bound */
	phone.subject.roles = 0;
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-02"),
	                     &phone.subject, &made, NULL),
	    0);
	assert_int_equal(made.verdict, VERDICT_BROKEN); /* any equipment */
}

static void test_not_judged(void **state)
{
	struct judgement made = {.rule_id = "untouched"};
	struct phone phone;
	struct err err = {0};

	(void)state;
	phone_make(&phone, &situations[0]);
	assert_false(verdict_is_judged(pack_rule_find(pack, "EXA-03")));
	assert_true(verdict_is_judged(pack_rule_find(pack, "EXA-04")));
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-03"),
	                     &phone.subject, &made, &err),
	    -ERR_UNSUPPORTED);
	phone.subject.expected = NULL;
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-01"),
	                     &phone.subject, &made, &err),
	    -ERR_INVALID);
	phone.subject.expected = &expected;
	phone.subject.now_ms = 0;
	assert_int_equal(verdict_judge(pack_rule_find(pack, "EXA-01"),
	                     &phone.subject, &made, &err),
	    -ERR_INVALID);
	assert_string_equal(made.rule_id, "untouched");
}

/* ---- the ladder ---- */

static void test_ladder(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");

	(void)state;
	assert_null(verdict_step_due(rule, NOW, NOW));
	assert_null(verdict_step_due(rule, AGO(D) + 1, NOW));
	assert_int_equal(verdict_step_due(rule, AGO(D), NOW)->action,
	    PACK_ACTION_REMIND_PERSON);
	assert_int_equal(verdict_step_due(rule, AGO(30 * D), NOW)->action,
	    PACK_ACTION_TELL_MANAGER);
	assert_null(
	    verdict_step_due(pack_rule_find(pack, "EXA-02"), AGO(9 * D), NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_situations),
	    cmocka_unit_test(test_time_changes_nothing_before_again_at),
	    cmocka_unit_test(test_outside_the_rule),
	    cmocka_unit_test(test_unknown_holder_is_bound),
	    cmocka_unit_test(test_not_judged),
	    cmocka_unit_test(test_ladder),
	};

	return cmocka_run_group_tests(tests, pack_open, pack_close);
}
