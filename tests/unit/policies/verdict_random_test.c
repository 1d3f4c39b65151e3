/*
 * verdict_random_test: is stale evidence never met and never broken, whatever is
 * known of a phone, and does no time overflow?
 */
#include "tests/unit/policies/verdict_world.h"

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Mostly near the borders that matter. */
static int64_t random_time(uint64_t *seed)
{
	static const int64_t borders[] = {
	    0, 5 * M, -H, -2 * H, -12 * H, -24 * H, -7 * D, -10 * D, 3 * D};
	uint64_t pick = random_next(seed) % 12;

	if (pick == 0)
		return 0;
	if (pick < 10)
		return NOW + borders[pick - 1] +
		    (int64_t)(random_next(seed) % 5) - 2;
	return NOW - (int64_t)(random_next(seed) % (uint64_t)(9 * D));
}

static void random_phone(struct phone *phone, uint64_t *seed)
{
	static const char letters[] = "YYYN?";
	static const char *const sources[] = {"mdm", "bench", NULL};
	struct situation situation = {0};
	char says[4] = "";
	struct answer answer = {says, 0, NULL};
	size_t count = random_next(seed) % 4;
	size_t i;

	situation.enrolled_at =
	    random_next(seed) % 4 ? AGO(10 * D) : random_time(seed);
	situation.ordered_at = random_time(seed);
	situation.acknowledged_at =
	    random_next(seed) % 2 ? AGO(8 * D) : random_time(seed);
	situation.listed = (enum listed)(random_next(seed) % 5);
	situation.listed_at = random_time(seed);
	phone_make(phone, &situation);
	for (; count > 0; count--) {
		for (i = 0; i < 3; i++)
			says[i] = letters[random_next(seed) % 5];
		answer.at = random_time(seed);
		answer.source = sources[random_next(seed) % 3];
		phone_answer(phone, &answer);
	}
}

/* Does an answer of that value stand within [now - fresh, now + skew]? */
static bool has_fresh(const struct phone *phone, size_t which,
    enum fact_bool value, int64_t fresh)
{
	const struct security_observation *answer;
	enum fact_bool values[2];
	size_t i;

	for (i = 0; i < phone->subject.security_count; i++) {
		answer = &phone->subject.security[i];
		values[0] = answer->facts->passcode_present;
		values[1] = answer->facts->passcode_compliant_with_profiles;
		if (values[which] == value &&
		    answer->observed_at_ms >= phone->subject.enrolled_at_ms &&
		    answer->observed_at_ms >= NOW - fresh &&
		    answer->observed_at_ms <= NOW + VERDICT_CLOCK_SKEW_MS)
			return true;
	}
	return false;
}

static bool has_fresh_list(const struct phone *phone, bool ours)
{
	const struct profile_observation *list = &phone->subject.profiles;
	bool is_ours;

	if (!list->facts || list->observed_at_ms < NOW - 7 * D ||
	    list->observed_at_ms < phone->subject.enrolled_at_ms ||
	    list->observed_at_ms > NOW + VERDICT_CLOCK_SKEW_MS)
		return false;
	is_ours = phone->list.count == 2 &&
	    phone->entries[1].is_managed != FACT_NO &&
	    phone->entries[1].uuid[35] == '1';
	return is_ours == ours;
}

/* DESIGN invariant 5, against a second way of saying it. */
static void test_never_met_or_broken_without_fresh_facts(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	uint64_t seed = 88172645463325252u;
	unsigned seen[VERDICT_COUNT] = {0};
	struct judgement made;
	struct phone phone;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		random_phone(&phone, &seed);
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
		seen[made.verdict]++;
		if (made.verdict == VERDICT_MET)
			assert_true(has_fresh(&phone, 0, FACT_YES, 24 * H) &&
			    has_fresh(&phone, 1, FACT_YES, 12 * H) &&
			    has_fresh_list(&phone, true));
		if (made.verdict == VERDICT_BROKEN)
			assert_true(has_fresh(&phone, 0, FACT_NO, 24 * H) ||
			    has_fresh(&phone, 1, FACT_NO, 12 * H) ||
			    has_fresh_list(&phone, false));
		assert_true(made.again_at_ms > NOW);
	}
	/* The property would be empty if these never came up. */
	assert_true(seen[VERDICT_MET] > 100);
	assert_true(seen[VERDICT_BROKEN] > 100);
	assert_true(seen[VERDICT_UNKNOWN] > 100);
	assert_true(seen[VERDICT_DISPUTED] > 100);
}

/* With everything older than its limit there is only one answer. */
static void test_all_stale_is_unknown(void **state)
{
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	uint64_t seed = 6364136223846793005u;
	struct judgement made;
	struct phone phone;
	size_t j;
	int i;

	(void)state;
	for (i = 0; i < 50000; i++) {
		random_phone(&phone, &seed);
		for (j = 0; j < phone.subject.security_count; j++)
			phone.observations[j].observed_at_ms =
			    AGO(24 * H) - 1 - random_next(&seed) % (9 * D);
		phone.subject.profiles.observed_at_ms =
		    AGO(7 * D) - 1 - random_next(&seed) % (9 * D);
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
		assert_int_equal(made.verdict, VERDICT_UNKNOWN);
	}
}

/* Times at the ends of the number line must not overflow. */
static void test_extreme_times(void **state)
{
	static const int64_t times[] = {
	    INT64_MIN, -1, 0, 1, NOW, INT64_MAX - 1, INT64_MAX};
	const struct pack_rule *rule = pack_rule_find(pack, "EXA-01");
	struct answer answer = {"YYY", 0, "mdm"};
	struct judgement made;
	struct phone phone;
	size_t i;

	(void)state;
	for (i = 0; i < 7 * 7 * 7; i++) {
		phone_make(&phone, &situations[0]);
		answer.at = times[i % 7];
		phone_answer(&phone, &answer);
		phone.subject.profiles.observed_at_ms = times[i / 7 % 7];
		phone.subject.install_acknowledged_at_ms = times[i / 49];
		phone.subject.enrolled_at_ms = times[i / 49];
		phone.subject.install_ordered_at_ms = times[i % 7];
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
		phone.subject.now_ms = INT64_MAX;
		assert_int_equal(
		    verdict_judge(rule, &phone.subject, &made, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_never_met_or_broken_without_fresh_facts),
	    cmocka_unit_test(test_all_stale_is_unknown),
	    cmocka_unit_test(test_extreme_times),
	};

	return cmocka_run_group_tests(tests, pack_open, pack_close);
}
