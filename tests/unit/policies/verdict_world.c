#include "tests/unit/policies/verdict_world.h"

#define BASE WP_SOURCE_DIR "/tests/policy/data/exempelkoping"

struct pack *pack;

#define PRESENT PACK_FACT_PASSCODE_PRESENT
#define WITH_PROFILES PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES
#define INSTALLED PACK_FACT_PROFILE_INSTALLED

/* An ordinary life: enrolled 10 days ago, profile a minute later. */
#define LIFE AGO(10 * D), AGO(10 * D) + M, AGO(10 * D) + 2 * M

const struct situation situations[] = {
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
const size_t situation_count = sizeof(situations) / sizeof(situations[0]);

static enum fact_bool tri(char c)
{
	return c == 'Y' ? FACT_YES : c == 'N' ? FACT_NO : FACT_UNKNOWN;
}

const struct policy_profile_summary expected = {
    .identifier = "workphone.a.exempelkoping",
    .uuid = "0a1b2c3d-0000-8000-8000-000000000001",
};

void phone_answer(struct phone *phone, const struct answer *answer)
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

void phone_make(struct phone *phone, const struct situation *situation)
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

int pack_open(void **state)
{
	struct err err = {0};

	(void)state;
	if (pack_load(BASE, &pack, &err))
		print_error("%s\n", err.text);
	return pack ? 0 : -1;
}

int pack_close(void **state)
{
	(void)state;
	pack_free(pack);
	return 0;
}
