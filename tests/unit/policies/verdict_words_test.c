/*
 * verdict_words_test: has every cause its words in each language, whole and with
 * nothing left to fill in?
 */
#include "tests/unit/policies/verdict_world.h"

static void test_reason_in_swedish(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	char reason[VERDICT_REASON_MAX];
	struct judgement made;
	struct phone phone;

	(void)state;
	phone_make(&phone, &situations[1]);
	assert_int_equal(verdict_judge(rule, &phone.subject, &made, NULL), 0);
	verdict_reason(&made, rule, "sv", reason);
	assert_string_equal(reason,
	    "Telefonen har ingen säkerhetskod: så svarade den för 60 minuter "
	    "sedan.");
	verdict_reason(&made, rule, "fi", reason);
	assert_string_equal(reason, made.reason);
	verdict_reason(&made, rule, NULL, reason);
	assert_string_equal(reason, made.reason);
}

/* Every cause has its words, with no placeholder left over. */
static void test_every_cause_has_words(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	static const char *const languages[] = {"en", "sv", "da"};
	struct judgement made = {.judged_at_ms = NOW,
	    .again_at_ms = NOW + H,
	    .since_ms = AGO(H),
	    .note = "because"};
	char reason[VERDICT_REASON_MAX];
	size_t i;
	int cause;

	(void)state;
	for (cause = 0; cause < CAUSE_COUNT; cause++) {
		made.cause = (enum verdict_cause)cause;
		assert_string_not_equal(
		    verdict_cause_name(made.cause), "unknown");
		for (i = 0; i < 3; i++) {
			verdict_reason(&made, rule, languages[i], reason);
			assert_true(strlen(reason) > 10);
			assert_null(strchr(reason, '{'));
			assert_true(str_is_utf8(reason, strlen(reason)));
		}
	}
}

static void test_long_exception_is_cut_whole(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	char words[601] = "";
	char reason[VERDICT_REASON_MAX];
	struct judgement made;
	struct phone phone;
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++)
		memcpy(words + 2 * i, "å", 2);
	phone_make(&phone, &situations[0]);
	for (i = 0; i < 2; i++) {
		phone.subject.exception = words + 2 * i;
		words[0] = 'x';
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
		assert_true(str_is_utf8(made.note, strlen(made.note)));
		verdict_reason(&made, rule, "sv", reason);
		assert_true(str_is_utf8(reason, strlen(reason)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reason_in_swedish),
	    cmocka_unit_test(test_every_cause_has_words),
	    cmocka_unit_test(test_long_exception_is_cut_whole),
	};

	return cmocka_run_group_tests(tests, pack_open, pack_close);
}
