/*
 * vastervik_test: does each rule of Västerviks kommunkoncern that this version
 * carries have its effect: on the phone, in the verdict, in the texts?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <plist/plist.h>

#include "policies/verdict.h"
#include "proto/apple/facts.h"
#include "proto/base/str.h"
#include "proto/base/time.h"

#define NOW INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */

struct scene {
	struct pack *pack;
	const struct pack_rule *rule;
	struct buf profile;
	struct policy_profile_summary summary;
	struct security_facts security;
	struct security_observation observation;
	struct profile_fact entry;
	struct profile_list_facts list;
	struct subject_facts phone;
};

/* A phone that has taken the profile an hour ago and answered since. */
static void scene_open(struct scene *scene, const char *rule_id)
{
	static const struct policy_profile_target target = {
	    .organisation_id = "vastervik"};
	struct err err = {0};

	memset(scene, 0, sizeof(*scene));
	if (pack_load(WP_SOURCE_DIR "/policies/packs/vastervik", &scene->pack,
	        &err) ||
	    policy_profile_build(
	        scene->pack, &target, &scene->profile, &scene->summary, &err))
		fail_msg("%s", err.text);
	scene->rule = pack_rule_find(scene->pack, rule_id);
	assert_non_null(scene->rule);
	security_facts_init(&scene->security);
	scene->security.passcode_compliant = FACT_YES;
	scene->security.passcode_compliant_with_profiles = FACT_YES;
	scene->observation.facts = &scene->security;
	scene->observation.observed_at_ms = NOW - TIME_MINUTE_MS;
	scene->observation.source = "mdm";
	(void)str_copy(scene->entry.identifier, sizeof(scene->entry.identifier),
	    scene->summary.identifier);
	(void)str_copy(
	    scene->entry.uuid, sizeof(scene->entry.uuid), scene->summary.uuid);
	scene->entry.is_managed = FACT_YES;
	scene->list.entries = &scene->entry;
	scene->list.count = 1;
	scene->phone.now_ms = NOW;
	scene->phone.enrolled_at_ms = NOW - TIME_DAY_MS;
	scene->phone.security = &scene->observation;
	scene->phone.security_count = 1;
	scene->phone.profiles.facts = &scene->list;
	scene->phone.profiles.observed_at_ms = NOW - TIME_MINUTE_MS;
	scene->phone.expected = &scene->summary;
	scene->phone.install_ordered_at_ms = NOW - 2 * TIME_HOUR_MS;
	scene->phone.install_acknowledged_at_ms = NOW - 2 * TIME_HOUR_MS;
}

static void scene_close(struct scene *scene)
{
	buf_clear(&scene->profile);
	pack_free(scene->pack);
}

static void expect(const struct scene *scene, enum verdict verdict)
{
	struct judgement made;
	struct err err = {0};

	if (verdict_judge(scene->rule, &scene->phone, &made, &err))
		fail_msg("%s", err.text);
	if (made.verdict != verdict)
		fail_msg("%s, not %s: %s", verdict_name(made.verdict),
		    verdict_name(verdict), made.reason);
	assert_string_equal(made.rule_id, scene->rule->id);
	assert_int_not_equal(made.reason[0], '\0');
}

/* What the phone is told. */
static void check_payload(const struct scene *scene)
{
	plist_t root = NULL;
	plist_t payload;
	uint64_t number = 0;
	uint8_t yes = 0;

	plist_from_xml((const char *)scene->profile.data,
	    (uint32_t)scene->profile.len, &root);
	assert_non_null(root);
	payload = plist_array_get_item(
	    plist_dict_get_item(root, "PayloadContent"), 0);
	plist_get_bool_val(plist_dict_get_item(payload, "forcePIN"), &yes);
	assert_int_equal(yes, 1);
	plist_get_uint_val(plist_dict_get_item(payload, "minLength"), &number);
	assert_int_equal(number, 6);
	assert_null(plist_dict_get_item(payload, "maxFailedAttempts"));
	plist_free(root);
}

/* Where it stands, and for whom. */
static void check_source(const struct scene *scene)
{
	const struct pack_rule *rule = scene->rule;

	assert_int_equal(rule->class, PACK_ENFORCE);
	assert_int_equal(rule->level, PACK_MUST);
	assert_int_equal(rule->source.line, 66);
	assert_string_equal(rule->source.section, "Övrigt");
	assert_string_equal(rule->cited->decision, "KS 2017-11-27 § 407");
	assert_string_equal(rule->cited->valid_from, "2018-01-01");
	assert_null(rule->cited->valid_until);
	assert_true(rule->binds & PACK_ROLE_EMPLOYEE);
	assert_non_null(pack_text_find(scene->pack, "sv", rule->id));
	assert_non_null(pack_text_find(scene->pack, "en", rule->id));
}

static void check_verdicts(struct scene *scene)
{
	/* Quirk 6: no PIN, and yet "compliant". */
	scene->security.passcode_present = FACT_NO;
	expect(scene, VERDICT_BROKEN);
	scene->security.passcode_present = FACT_YES;
	expect(scene, VERDICT_MET);
	scene->security.passcode_compliant_with_profiles = FACT_NO;
	expect(scene, VERDICT_BROKEN);
	scene->security.passcode_compliant_with_profiles = FACT_YES;
	scene->list.count = 0;
	expect(scene, VERDICT_BROKEN);
	scene->list.count = 1;
	/* The facts age. */
	scene->phone.now_ms = NOW + TIME_DAY_MS;
	expect(scene, VERDICT_UNKNOWN);
	scene->security.passcode_present = FACT_NO;
	expect(scene, VERDICT_UNKNOWN);
	/* Municipal equipment only (conflict C9). */
	scene->phone.equipment = PACK_EQUIPMENT_PRIVATE;
	expect(scene, VERDICT_EXEMPT);
}

static void test_VST_33_security_code(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "VST-33");
	check_source(&scene);
	check_payload(&scene);
	check_verdicts(&scene);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_VST_33_security_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
