#include "tests/policy/setting_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policies/policy_declarations.h"

/* The profile that a phone of the rule's kind is sent holds the key, with
 * that value when one is given. */
static void check_payload(const struct pack *pack, const struct pack_rule *rule,
    const char *key, const char *value)
{
	const enum pack_equipment equipment = rule->equipment;
	struct policy_profile_target target = {
	    .organisation_id = "x",
	    .equipment = equipment,
	    .enrolment = equipment == PACK_EQUIPMENT_PRIVATE
	        ? ENROLMENT_USER
	        : ENROLMENT_SUPERVISED,
	    .page_url = "https://phones.example/me",
	    .contact_url = "https://phones.example/contact",
	};
	struct policy_profile_summary summary;
	struct buf xml = {0};
	struct err err = {0};
	char wanted[128];
	const char *at;

	if (policy_profile_build(pack, &target, &xml, &summary, &err))
		fail_msg("%s", err.text);
	(void)snprintf(wanted, sizeof(wanted), "<key>%s</key>", key);
	at = strstr((const char *)xml.data, wanted);
	if (!at)
		fail_msg("%s: no %s is sent", rule->id, key);
	at += strlen(wanted);
	at += strspn(at, " \t\n");
	if (value && strncmp(at, value, strlen(value)) != 0)
		fail_msg("%s: %s is %.20s", rule->id, key, at);
	buf_clear(&xml);
}

/* A declaration orders the update that the rule names. */
static void check_update(const struct pack *pack, const struct pack_rule *rule)
{
	const struct policy_profile_target target = {
	    .organisation_id = "x", .enrolment = ENROLMENT_SUPERVISED};
	const char *version = rule->software_update->at_least;
	struct declarations made;
	struct err err = {0};
	bool is_ordered = false;
	size_t i;

	memset(&made, 0, sizeof(made));
	if (policy_declarations_build(pack, &target, NULL, &made, &err))
		fail_msg("%s", err.text);
	for (i = 0; i < made.count; i++) {
		if (strstr(made.items[i].json, "enforcement.specific") &&
		    strstr(made.items[i].json, version))
			is_ordered = true;
	}
	declarations_clear(&made);
	assert_true(is_ordered);
}

void setting_check(const struct pack *pack, const struct pack_rule *rule,
    const struct setting_row *row)
{
	struct policy_demand demand;

	policy_demand_collect(pack, rule->equipment, &demand);
	assert_non_null(demand.rules[row->part]);
	switch (row->part) {
	case POLICY_PASSCODE:
		assert_non_null(rule->passcode);
		assert_true((int)demand.passcode.min_length >= row->value);
		assert_false(demand.passcode.allow_simple);
		/* A child can type ten wrong codes. */
		assert_int_equal(
		    demand.passcode.erase_after_failed_attempts, 0);
		check_payload(pack, rule, "forcePIN", "<true/>");
		/* Under User Enrolment the phone takes no numbers: it makes the
		 * code six digits and not simple by itself. */
		if (rule->equipment == PACK_EQUIPMENT_PRIVATE)
			break;
		check_payload(pack, rule, "minLength", "<integer>6</integer>");
		check_payload(pack, rule, "allowSimple", "<false/>");
		break;
	case POLICY_RESTRICTIONS:
		assert_non_null(rule->restrictions);
		assert_int_equal(
		    demand.restrictions.values[row->which], row->value);
		check_payload(pack, rule,
		    restriction_key_find((enum restriction)row->which)->key,
		    row->value ? "<true/>" : "<false/>");
		break;
	case POLICY_ROAMING:
		assert_non_null(rule->roaming);
		assert_int_equal(demand.roaming.data, PACK_FALSE);
		break;
	case POLICY_SOFTWARE_UPDATE:
		assert_ptr_equal(demand.software_update, rule->software_update);
		check_update(pack, rule);
		break;
	case POLICY_WEB_CLIP:
		assert_non_null(rule->web_clip);
		assert_non_null(pack_profile_text_find(pack, NULL)->web_clip);
		check_payload(pack, rule, "URL", NULL);
		break;
	case POLICY_CONTACT_CARD:
		assert_non_null(rule->contact_card);
		assert_non_null(pack_profile_text_find(pack, NULL)->contact);
		break;
	case POLICY_PART_COUNT:
		fail();
	}
}
