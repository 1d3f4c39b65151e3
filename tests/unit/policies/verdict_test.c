/*
 * verdict_test: does each state of knowledge about a phone give the right one
 * of six words, with its reason, and is stale evidence never met or broken?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/verdict.h"
#include "proto/apple/facts.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define BASE WP_SOURCE_DIR "/tests/policy/data/exempelkoping"

/* EXA-01: present 24 h, compliant 12 h, profile 7 d, settle 2 h, in force
 * 2024-02-01 to 2028-01-31. */
#define NOW INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */
#define H TIME_HOUR_MS
#define M TIME_MINUTE_MS
#define D TIME_DAY_MS
#define AGO(ms) (NOW - (ms))
/* Nothing but the end of the rule. */
#define NEVER INT64_C(1832976000000)

static struct pack *pack;

enum listed { NO_LIST, LIST_OURS, LIST_OLD, LIST_EMPTY, LIST_FAKE };

/* One SecurityInfo: Y, N or ? for present, compliant, with profiles. */
struct answer {
	const char *says;
	int64_t at;
	const char *source;
};

struct situation {
	const char *name;
	struct answer answers[2];
	enum listed listed;
	int64_t listed_at;
	int64_t enrolled_at;
	int64_t ordered_at;
	int64_t acknowledged_at;
	enum verdict verdict;
	enum verdict_cause cause;
	enum pack_fact fact;
	int64_t again_at;
	const char *reason; /* part of the English sentence */
};

#define PRESENT PACK_FACT_PASSCODE_PRESENT
#define WITH_PROFILES PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES
#define INSTALLED PACK_FACT_PROFILE_INSTALLED

/* An ordinary life: enrolled 10 days ago, profile a minute later. */
#define LIFE AGO(10 * D), AGO(10 * D) + M, AGO(10 * D) + 2 * M

static const struct situation situations[] = {
    {"all proven", {{"YYY", AGO(H), "mdm"}}, LIST_OURS, AGO(2 * H), LIFE,
        VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT, AGO(H) + 12 * H + 1,
        "Seen on the phone: a passcode is set, it meets our demands, our "
        "profile is installed; the oldest of it 2 hours ago."},
    {"no passcode (quirk 6: it calls itself compliant)",
        {{"NYY", AGO(H), "mdm"}}, LIST_OURS, AGO(H), LIFE, VERDICT_BROKEN,
        CAUSE_NO_PASSCODE, PRESENT, AGO(H) + 12 * H + 1,
        "The phone has no passcode: it said so 60 minutes ago."},
    {"no passcode, right after the profile came", {{"NNN", NOW, "mdm"}},
        LIST_OURS, NOW, AGO(5 * M), AGO(4 * M), AGO(3 * M), VERDICT_BROKEN,
        CAUSE_NO_PASSCODE, PRESENT, AGO(3 * M) + 2 * H, "has no passcode"},
    {"too weak a code", {{"YNN", AGO(H), "mdm"}}, LIST_OURS, AGO(H), LIFE,
        VERDICT_BROKEN, CAUSE_NOT_COMPLIANT, WITH_PROFILES, AGO(H) + 12 * H + 1,
        "does not meet the demands"},
    {"too weak, but the profile is new", {{"YNN", NOW, "mdm"}}, LIST_OURS, NOW,
        AGO(D), AGO(H), AGO(30 * M), VERDICT_UNKNOWN, CAUSE_SETTLING,
        WITH_PROFILES, AGO(30 * M) + 2 * H,
        "time left for it to arrive and be followed: 90 minutes"},
    {"too weak, the time for it is just over", {{"YNN", NOW, "mdm"}}, LIST_OURS,
        NOW, AGO(D), AGO(3 * H), AGO(2 * H), VERDICT_BROKEN,
        CAUSE_NOT_COMPLIANT, WITH_PROFILES, NOW + 12 * H + 1, "does not meet"},
    {"compliant before our profile was there", {{"YYY", AGO(3 * H), "mdm"}},
        LIST_OURS, AGO(H), AGO(D), AGO(2 * H), AGO(2 * H), VERDICT_UNKNOWN,
        CAUSE_BEFORE_PROFILE, WITH_PROFILES, AGO(3 * H) + 24 * H + 1,
        "was given before our profile was there"},
    {"not compliant with other demands, before our profile",
        {{"YNN", AGO(3 * H), "mdm"}}, LIST_OURS, AGO(H), AGO(D), AGO(2 * H),
        AGO(2 * H), VERDICT_UNKNOWN, CAUSE_BEFORE_PROFILE, WITH_PROFILES,
        AGO(3 * H) + 24 * H + 1, "before our profile"},
    {"no acknowledgement kept, the list shows the profile",
        {{"YYY", AGO(H), "mdm"}}, LIST_OURS, AGO(2 * H), AGO(D), 0, 0,
        VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT, AGO(H) + 12 * H + 1,
        "our profile is installed"},
    {"no acknowledgement kept, compliance older than the list",
        {{"YYY", AGO(2 * H), "mdm"}}, LIST_OURS, AGO(H), AGO(D), 0, 0,
        VERDICT_UNKNOWN, CAUSE_BEFORE_PROFILE, WITH_PROFILES,
        AGO(2 * H) + 24 * H + 1, "before our profile"},
    {"profile gone", {{"YYY", AGO(H), "mdm"}}, LIST_EMPTY, AGO(H), LIFE,
        VERDICT_BROKEN, CAUSE_PROFILE_MISSING, INSTALLED, AGO(H) + 12 * H + 1,
        "Our profile is not on the phone"},
    {"put there by hand under our name", {{"YYY", AGO(H), "mdm"}}, LIST_FAKE,
        AGO(H), LIFE, VERDICT_BROKEN, CAUSE_PROFILE_MISSING, INSTALLED,
        AGO(H) + 12 * H + 1, "not on the phone"},
    {"an older version", {{"YYY", AGO(H), "mdm"}}, LIST_OLD, AGO(H), LIFE,
        VERDICT_BROKEN, CAUSE_PROFILE_OUTDATED, INSTALLED, AGO(H) + 12 * H + 1,
        "another version of our profile"},
    {"on its way", {{"YYY", AGO(M), "mdm"}}, LIST_EMPTY, AGO(M), AGO(D), AGO(H),
        0, VERDICT_UNKNOWN, CAUSE_BEFORE_PROFILE, WITH_PROFILES, AGO(H) + 2 * H,
        "before our profile"},
    {"ordered long ago and never there", {{"YYY", AGO(M), "mdm"}}, LIST_EMPTY,
        AGO(M), AGO(D), AGO(3 * H), 0, VERDICT_BROKEN, CAUSE_PROFILE_MISSING,
        INSTALLED, AGO(M) + 24 * H + 1, "not on the phone"},
    {"list from before the order", {{"Y??", AGO(M), "mdm"}}, LIST_EMPTY,
        AGO(4 * H), AGO(D), AGO(3 * H), 0, VERDICT_UNKNOWN, CAUSE_NOT_IN_ANSWER,
        WITH_PROFILES, AGO(M) + 24 * H + 1, "does not say"},
    {"list from before the acknowledgement", {{"YYY", NOW, "mdm"}}, LIST_EMPTY,
        AGO(2 * M), AGO(D), AGO(3 * H), AGO(M), VERDICT_UNKNOWN,
        CAUSE_BEFORE_PROFILE, INSTALLED, NOW + 12 * H + 1,
        "Not known whether our profile is installed"},
    {"never ordered, enrolled just now", {{"YYY", NOW, "mdm"}}, LIST_EMPTY, NOW,
        AGO(H), 0, 0, VERDICT_UNKNOWN, CAUSE_BEFORE_PROFILE, WITH_PROFILES,
        NOW + H, "Not known"},
    {"never ordered, enrolled long ago", {{"YYY", NOW, "mdm"}}, LIST_EMPTY, NOW,
        AGO(D), 0, 0, VERDICT_BROKEN, CAUSE_PROFILE_MISSING, INSTALLED,
        NOW + 24 * H + 1, "not on the phone"},
    {"nothing heard yet", {{NULL, 0, NULL}}, NO_LIST, 0, AGO(3 * D), 0, 0,
        VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED, PRESENT, NEVER,
        "Not known whether a passcode is set: nothing has been heard about it "
        "since the phone enrolled 3 days ago."},
    {"nothing known at all", {{NULL, 0, NULL}}, NO_LIST, 0, 0, 0, 0,
        VERDICT_UNKNOWN, CAUSE_NEVER_REPORTED, PRESENT, NEVER,
        "nothing has been heard about it."},
    {"no list yet", {{"YYY", AGO(H), "mdm"}}, NO_LIST, 0, LIFE, VERDICT_UNKNOWN,
        CAUSE_NEVER_REPORTED, INSTALLED, AGO(H) + 12 * H + 1,
        "whether our profile is installed"},
    {"the answer lacks the fact", {{"?YY", AGO(H), "mdm"}}, LIST_OURS, AGO(H),
        LIFE, VERDICT_UNKNOWN, CAUSE_NOT_IN_ANSWER, PRESENT,
        AGO(H) + 12 * H + 1,
        "Not known whether a passcode is set: the answer of 60 minutes ago "
        "does "
        "not say."},
    {"an older answer still has it",
        {{"?YY", AGO(H), "mdm"}, {"YYY", AGO(2 * H), "mdm"}}, LIST_OURS, AGO(H),
        LIFE, VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT, AGO(H) + 12 * H + 1,
        "a passcode is set"},
    {"stale, would be met", {{"YYY", AGO(24 * H) - 1, "mdm"}}, LIST_OURS,
        AGO(H), LIFE, VERDICT_UNKNOWN, CAUSE_STALE, PRESENT, AGO(H) + 7 * D + 1,
        "the last word on it is 24 hours old, and the limit is 24 hours."},
    {"stale, would be broken", {{"NNN", AGO(3 * D), "mdm"}}, LIST_OURS, AGO(H),
        LIFE, VERDICT_UNKNOWN, CAUSE_STALE, PRESENT, AGO(H) + 7 * D + 1,
        "is 3 days old"},
    {"as old as is allowed", {{"YYY", AGO(12 * H), "mdm"}}, LIST_OURS,
        AGO(7 * D), LIFE, VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT, NOW + 1,
        "the oldest of it 7 days ago"},
    {"compliance alone is stale", {{"YYY", AGO(13 * H), "mdm"}}, LIST_OURS,
        AGO(H), LIFE, VERDICT_UNKNOWN, CAUSE_STALE, WITH_PROFILES,
        AGO(13 * H) + 24 * H + 1, "meets our demands: the last word"},
    {"the list is stale", {{"YYY", AGO(H), "mdm"}}, LIST_EMPTY, AGO(7 * D) - 1,
        LIFE, VERDICT_UNKNOWN, CAUSE_STALE, INSTALLED, AGO(H) + 12 * H + 1,
        "and the limit is 7 days"},
    {"a clock stands a little wrong", {{"YYY", NOW + 5 * M, "mdm"}}, LIST_OURS,
        NOW + 5 * M, LIFE, VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT,
        NOW + 5 * M + 12 * H + 1, "0 seconds ago"},
    {"from the future", {{"YYY", NOW + 6 * M, "mdm"}}, LIST_OURS, NOW, LIFE,
        VERDICT_UNKNOWN, CAUSE_FROM_FUTURE, PRESENT, NOW + M,
        "is dated 2026-03-02T08:06:00Z, which is yet to come"},
    {"broken, from the future", {{"NNN", NOW + D, "mdm"}}, LIST_OURS, NOW, LIFE,
        VERDICT_UNKNOWN, CAUSE_FROM_FUTURE, PRESENT, NOW + D - 5 * M,
        "a clock is wrong"},
    {"the list is from the future", {{"YYY", NOW, "mdm"}}, LIST_EMPTY, NOW + D,
        LIFE, VERDICT_UNKNOWN, CAUSE_FROM_FUTURE, INSTALLED, NOW + 12 * H + 1,
        "a clock is wrong"},
    {"from a former life", {{"NNN", AGO(2 * H), "mdm"}}, LIST_OURS, AGO(M),
        AGO(H), AGO(H), AGO(H), VERDICT_UNKNOWN, CAUSE_BEFORE_ENROLMENT,
        PRESENT, AGO(M) + 7 * D + 1, "from before the phone enrolled"},
    {"the list is from a former life", {{"YYY", AGO(M), "mdm"}}, LIST_OURS,
        AGO(2 * H), AGO(H), AGO(H), AGO(H), VERDICT_UNKNOWN,
        CAUSE_BEFORE_ENROLMENT, INSTALLED, AGO(M) + 12 * H + 1,
        "from before the phone enrolled"},
    {"two sources at odds",
        {{"YYY", AGO(H), "mdm"}, {"N??", AGO(90 * M), "bench"}}, LIST_OURS,
        AGO(H), LIFE, VERDICT_DISPUTED, CAUSE_CONTRADICTION, PRESENT,
        AGO(H) + 12 * H + 1,
        "Disputed whether a passcode is set: mdm, bench contradict"},
    {"at odds, and the profile is gone",
        {{"YYY", AGO(H), "mdm"}, {"N??", AGO(90 * M), "bench"}}, LIST_EMPTY,
        AGO(H), LIFE, VERDICT_BROKEN, CAUSE_PROFILE_MISSING, INSTALLED,
        AGO(H) + 12 * H + 1, "not on the phone"},
    {"long between them: the newer one holds",
        {{"YYY", AGO(H), "mdm"}, {"N??", AGO(3 * H), "bench"}}, LIST_OURS,
        AGO(H), LIFE, VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT,
        AGO(H) + 12 * H + 1, "a passcode is set"},
    {"one source changes its word at once",
        {{"NNN", AGO(2 * M), "mdm"}, {"YYY", AGO(M), "mdm"}}, LIST_OURS, AGO(H),
        LIFE, VERDICT_MET, CAUSE_ALL_PROVEN, PRESENT, AGO(M) + 12 * H + 1,
        "a passcode is set"},
    {"the PIN was taken off again",
        {{"YYY", AGO(2 * M), "mdm"}, {"NNN", AGO(M), "mdm"}}, LIST_OURS, AGO(H),
        LIFE, VERDICT_BROKEN, CAUSE_NO_PASSCODE, PRESENT, AGO(M) + 12 * H + 1,
        "has no passcode"},
};

static enum fact_bool tri(char c)
{
	return c == 'Y' ? FACT_YES : c == 'N' ? FACT_NO : FACT_UNKNOWN;
}

static const struct policy_profile_summary expected = {
    .identifier = "workphone.a.exempelkoping",
    .uuid = "0a1b2c3d-0000-8000-8000-000000000001",
};

/* Facts to point a subject at. */
struct phone {
	struct security_facts security[3];
	struct security_observation observations[3];
	struct profile_fact entries[2];
	struct profile_list_facts list;
	struct subject_facts subject;
};

static void phone_answer(struct phone *phone, const struct answer *answer)
{
	size_t i = phone->subject.security_count++;

	security_facts_init(&phone->security[i]);
	phone->security[i].passcode_present = tri(answer->says[0]);
	phone->security[i].passcode_compliant = tri(answer->says[1]);
	phone->security[i].passcode_compliant_with_profiles =
	    tri(answer->says[2]);
	phone->observations[i].facts = &phone->security[i];
	phone->observations[i].observed_at_ms = answer->at;
	phone->observations[i].source = answer->source;
	phone->subject.security = phone->observations;
}

static void phone_list(struct phone *phone, enum listed listed, int64_t at)
{
	static const char *const uuids[] = {
	    [LIST_OURS] = "0A1B2C3D-0000-8000-8000-000000000001",
	    [LIST_OLD] = "0a1b2c3d-0000-8000-8000-000000000002",
	    [LIST_EMPTY] = "",
	    [LIST_FAKE] = "0a1b2c3d-0000-8000-8000-000000000001",
	};

	if (listed == NO_LIST)
		return;
	(void)str_copy(phone->entries[0].identifier,
	    sizeof(phone->entries[0].identifier), "com.example.mail");
	(void)str_copy(phone->entries[1].identifier,
	    sizeof(phone->entries[1].identifier), expected.identifier);
	(void)str_copy(phone->entries[1].uuid, sizeof(phone->entries[1].uuid),
	    uuids[listed]);
	phone->entries[1].is_managed = listed == LIST_FAKE ? FACT_NO : FACT_YES;
	phone->list.entries = phone->entries;
	phone->list.count = listed == LIST_EMPTY ? 1 : 2;
	phone->subject.profiles.facts = &phone->list;
	phone->subject.profiles.observed_at_ms = at;
	phone->subject.profiles.source = "mdm";
}

static void phone_make(struct phone *phone, const struct situation *situation)
{
	size_t i;

	memset(phone, 0, sizeof(*phone));
	for (i = 0; i < 2; i++) {
		if (situation->answers[i].says)
			phone_answer(phone, &situation->answers[i]);
	}
	phone_list(phone, situation->listed, situation->listed_at);
	phone->subject.now_ms = NOW;
	phone->subject.enrolled_at_ms = situation->enrolled_at;
	phone->subject.install_ordered_at_ms = situation->ordered_at;
	phone->subject.install_acknowledged_at_ms = situation->acknowledged_at;
	phone->subject.expected = &expected;
}

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
	for (i = 0; i < sizeof(situations) / sizeof(situations[0]); i++)
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
	for (i = 0; i < sizeof(situations) / sizeof(situations[0]); i++) {
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

/* Before any fact ------------------------------------------------------- */

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

/* Words ------------------------------------------------------------------ */

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

/* Properties -------------------------------------------------------------- */

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

static int pack_open(void **state)
{
	struct err err = {0};

	(void)state;
	if (pack_load(BASE, &pack, &err))
		print_error("%s\n", err.text);
	return pack ? 0 : -1;
}

static int pack_close(void **state)
{
	(void)state;
	pack_free(pack);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_situations),
	    cmocka_unit_test(test_time_changes_nothing_before_again_at),
	    cmocka_unit_test(test_outside_the_rule),
	    cmocka_unit_test(test_unknown_holder_is_bound),
	    cmocka_unit_test(test_not_judged),
	    cmocka_unit_test(test_reason_in_swedish),
	    cmocka_unit_test(test_every_cause_has_words),
	    cmocka_unit_test(test_long_exception_is_cut_whole),
	    cmocka_unit_test(test_ladder),
	    cmocka_unit_test(test_never_met_or_broken_without_fresh_facts),
	    cmocka_unit_test(test_all_stale_is_unknown),
	    cmocka_unit_test(test_extreme_times),
	};

	return cmocka_run_group_tests(tests, pack_open, pack_close);
}
