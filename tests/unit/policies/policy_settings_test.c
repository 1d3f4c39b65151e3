/*
 * policy_settings_test: does each kind of phone get just what Apple takes
 * there, as a profile and as declarations, and is it said what a changed pack
 * changes?
 */
#include "tests/unit/apple/judge.h"

#include "policies/contact_card.h"
#include "policies/policy_declarations.h"
#include "policies/policy_demand.h"
#include "policies/policy_diff.h"
#include "policies/profile.h"

#define HEAD                                                                   \
	"format: 2\nname: seed\norganisation: Seed; kommun\nowner: KS\n"       \
	"country: SE\ntime_zone: Europe/Stockholm\nlanguages: [en]\n"          \
	"documents:\n"                                                         \
	"  - {id: d, title: t, decision: KF 2, decided: 2024-01-15, "          \
	"valid_from: 2024-02-01}\n"                                            \
	"parameters: {switchboard_number: 0480-100 00}\n"
#define RULE(id, class, more)                                                  \
	"  - {id: " id ", class: " class ", level: must, binds: [employee], "  \
	                                 "subject: phone, equipment: "         \
	                                 "organisation, source: {document: "   \
	                                 "d, section: s, line: 1}, " more      \
	                                 "}\n"
#define PIN(length)                                                            \
	RULE("AA-1", "enforce",                                                \
	    "proof: [{fact: passcode.present, fresh: 24h}, {fact: "            \
	    "passcode.compliant_with_profiles, fresh: 24h}, {fact: "           \
	    "profile.installed, fresh: 24h}], "                                \
	    "passcode: {allow_simple: false, min_length: " length              \
	    ", auto_lock_minutes: 5}")
#define REST                                                                   \
	RULE("AA-2", "inform",                                                 \
	    "restrictions: {allow_esim_modification: false, "                  \
	    "allow_live_voicemail: false, "                                    \
	    "allow_open_from_managed_to_unmanaged: false}")                    \
	RULE("AA-3", "enforce",                                                \
	    "proof: [{fact: os.version, fresh: 7d}], "                         \
	    "software_update: {at_least: '18.9', deadline: 2026-12-01}")       \
	RULE("AA-4", "enforce",                                                \
	    "proof: [{fact: os.version, fresh: 7d}], "                         \
	    "software_update: {at_least: '18.10', deadline: 2026-12-24}, "     \
	    "web_clip: {removable: false}, contact_card: {switchboard: "       \
	    "true}, roaming: {voice: true, data: false}")
#define TEXT(id)                                                               \
	"  - {rule: " id ", title: " id " title, demand: demand, why: why}\n"
#define TEXTS                                                                  \
	"language: en\nprofile: {name: Seed rules, description: d, web_clip: " \
	"My phone, contact: 'Växeln, Seed'}\ntexts:\n" TEXT("AA-1")            \
	    TEXT("AA-2") TEXT("AA-3") TEXT("AA-4")

static const char six[] = HEAD "rules:\n" PIN("6") REST;
static const char eight[] = HEAD "rules:\n" PIN("8") REST;
static const char texts[] = TEXTS;

static struct pack *pack_of(const char *yaml)
{
	struct pack *pack = NULL;
	struct err err = {0};

	if (pack_parse("pack.yaml", (const uint8_t *)yaml, strlen(yaml), &pack,
	        &err) ||
	    pack_parse_texts(pack, "en", "texts.en.yaml",
	        (const uint8_t *)texts, strlen(texts), &err) ||
	    pack_check(pack, &err))
		fail_msg("%s", err.text);
	return pack;
}

static struct policy_profile_target target_of(enum enrolment_kind enrolment)
{
	return (struct policy_profile_target){
	    .organisation_id = "seed",
	    .enrolment = enrolment,
	    .page_url = "https://mdm.example/me",
	    .contact_url = "https://mdm.example/contact/seed.vcf",
	};
}

/* --- profile -------------------------------------------------------------- */

static void build(enum enrolment_kind enrolment, struct buf *xml)
{
	struct policy_profile_target target = target_of(enrolment);
	struct policy_profile_summary summary;
	struct pack *pack = pack_of(six);
	struct err err = {0};

	if (policy_profile_build(pack, &target, xml, &summary, &err))
		fail_msg("%s", err.text);
	assert_int_equal(summary.payload_count, POLICY_PROFILE_PAYLOADS);
	pack_free(pack);
}

static bool has(const struct buf *xml, const char *text)
{
	return memmem(xml->data, xml->len, text, strlen(text)) != NULL;
}

static void each_kind_gets_what_apple_takes(void **state)
{
	static const struct {
		enum enrolment_kind kind;
		bool esim;
		bool length;
		const char *argument;
	} kinds[] = {
	    {ENROLMENT_SUPERVISED, true, true, "--supervised"},
	    {ENROLMENT_DEVICE, false, true, "--unsupervised"},
	    {ENROLMENT_USER, false, false, "--enrolment=user"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		struct buf xml = {0};
		struct folder folder;
		int status;

		build(kinds[i].kind, &xml);
		assert_true(has(&xml, "forcePIN"));
		assert_int_equal(has(&xml, "minLength"), kinds[i].length);
		assert_int_equal(
		    has(&xml, "allowESIMModification"), kinds[i].esim);
		assert_int_equal(
		    has(&xml, "allowLiveVoicemail"), kinds[i].esim);
		assert_true(has(&xml, "allowOpenFromManagedToUnmanaged"));
		assert_true(has(&xml, "https://mdm.example/me"));
		assert_true(has(&xml, "https://mdm.example/contact/seed.vcf"));
		folder_open(&folder);
		folder_add(&folder, "profile.xml", &xml);
		status =
		    judge_with_schema(&folder, "profile", kinds[i].argument);
		folder_each(&folder, NULL, true);
		assert_int_equal(status, 0);
	}
}

/* --- declarations --------------------------------------------------------- */

static void declare(enum enrolment_kind enrolment, struct declarations *out)
{
	struct policy_profile_target target = target_of(enrolment);
	struct pack *pack = pack_of(six);
	struct err err = {0};

	if (policy_declarations_build(pack, &target, NULL, out, &err))
		fail_msg("%s", err.text);
	pack_free(pack);
}

static void declarations_say_the_same(void **state)
{
	struct declarations all = {0};
	const struct declaration *one;
	struct folder folder;
	struct buf json = {0};
	char name[32];
	size_t i;
	int status;

	(void)state;
	declare(ENROLMENT_SUPERVISED, &all);
	one = declarations_find(
	    &all, DECLARATION_CONFIGURATION, "workphone.seed.passcode");
	assert_non_null(one);
	assert_non_null(strstr(one->json, "\"MinimumLength\":6"));
	assert_non_null(strstr(one->json, "\"RequireComplexPasscode\":true"));
	/* 18.10 is newer than 18.9. */
	one = declarations_find(
	    &all, DECLARATION_CONFIGURATION, "workphone.seed.update");
	assert_non_null(one);
	assert_non_null(strstr(one->json, "\"18.10\""));
	assert_non_null(strstr(one->json, "2026-12-24T12:00:00"));
	one = declarations_find(
	    &all, DECLARATION_ACTIVATION, "workphone.seed.activation");
	assert_non_null(one);
	assert_non_null(strstr(one->json, "workphone.seed.update"));
	folder_open(&folder);
	for (i = 0; i < all.count; i++) {
		buf_append(&json, all.items[i].json, all.items[i].json_len);
		(void)snprintf(name, sizeof(name), "%zu.json", i);
		folder_add(&folder, name, &json);
	}
	status = judge_with_schema(&folder, "declaration", NULL);
	folder_each(&folder, NULL, true);
	assert_int_equal(status, 0);
	declarations_clear(&all);
}

static void a_private_phone_is_told_no_update(void **state)
{
	struct declarations all = {0};

	(void)state;
	declare(ENROLMENT_USER, &all);
	assert_null(declarations_find(
	    &all, DECLARATION_CONFIGURATION, "workphone.seed.update"));
	assert_non_null(declarations_find(
	    &all, DECLARATION_CONFIGURATION, "workphone.seed.passcode"));
	declarations_clear(&all);
}

/* --- roaming, contact ----------------------------------------------------- */

static void roaming_is_as_the_rule_says(void **state)
{
	struct pack *pack = pack_of(six);
	struct policy_demand demand;

	(void)state;
	policy_demand_collect(pack, PACK_EQUIPMENT_NONE, &demand);
	assert_string_equal(demand.rules[POLICY_ROAMING]->id, "AA-4");
	assert_int_equal(demand.roaming.voice, PACK_TRUE);
	assert_int_equal(demand.roaming.data, PACK_FALSE);
	/* None of these rules is about private phones. */
	policy_demand_collect(pack, PACK_EQUIPMENT_PRIVATE, &demand);
	assert_null(demand.rules[POLICY_PASSCODE]);
	assert_null(demand.rules[POLICY_ROAMING]);
	pack_free(pack);
}

static void the_switchboard_is_a_card(void **state)
{
	struct pack *pack = pack_of(six);
	struct buf card = {0};

	(void)state;
	assert_int_equal(contact_card_encode(pack, NULL, NULL, &card, NULL), 0);
	assert_string_equal((char *)card.data,
	    "BEGIN:VCARD\r\nVERSION:3.0\r\n"
	    "FN:V\xc3\xa4xeln\\, Seed\r\n"
	    "N:Seed\\; kommun\r\n"
	    "ORG:Seed\\; kommun\r\n"
	    "TEL;TYPE=WORK,VOICE:0480-100 00\r\nEND:VCARD\r\n");
	buf_reset(&card);
	/* Folded at 75 bytes, never inside a character. */
	assert_int_equal(
	    contact_card_encode(pack,
	        "\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3"
	        "\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5"
	        "\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3"
	        "\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5"
	        "\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3"
	        "\xa5",
	        NULL, &card, NULL),
	    0);
	assert_non_null(strstr((char *)card.data, "\r\n \xc3\xa5"));
	buf_clear(&card);
	pack_free(pack);
}

/* --- what is different ---------------------------------------------------- */

struct told {
	unsigned count;
	char last[256];
};

static int count_change(void *arg, const struct policy_change *change)
{
	struct told *told = arg;

	told->count++;
	policy_change_text(change, told->last, sizeof(told->last));
	return 0;
}

static void a_changed_pack_says_what_changes(void **state)
{
	struct pack *from = pack_of(six);
	struct pack *to = pack_of(eight);
	struct told told = {0};

	(void)state;
	assert_int_equal(policy_diff(from, from, count_change, &told), 0);
	assert_int_equal(told.count, 0);
	assert_int_equal(policy_diff(from, to, count_change, &told), 0);
	assert_int_equal(told.count, 1);
	assert_string_equal(
	    told.last, "AA-1 passcode.min_length: 6 \xe2\x86\x92 8");
	pack_free(from);
	pack_free(to);
}

static void a_change_is_one_line(void **state)
{
	const struct policy_change change = {
	    .kind = POLICY_VALUE_SET,
	    .rule = "",
	    .key = "en.signature",
	    .to = "Name\nUnit\r\nTown",
	};
	char text[128];

	(void)state;
	policy_change_text(&change, text, sizeof(text));
	assert_string_equal(text, "en.signature: now Name Unit  Town");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_kind_gets_what_apple_takes),
	    cmocka_unit_test(declarations_say_the_same),
	    cmocka_unit_test(a_private_phone_is_told_no_update),
	    cmocka_unit_test(roaming_is_as_the_rule_says),
	    cmocka_unit_test(the_switchboard_is_a_card),
	    cmocka_unit_test(a_changed_pack_says_what_changes),
	    cmocka_unit_test(a_change_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
