/* pack_check_set: what a rule sets on the phone, and what it holds back. */
#include "policies/pack_check_rule.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/time.h"

static bool has_proof(const struct pack_rule *rule, enum pack_fact fact)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == fact)
			return true;
	}
	return false;
}

/* What is set on the phone ------------------------------------------------ */

/* Apple: com.apple.mobiledevice.passwordpolicy; the lower bound of min_length
 * is ours, a code below four digits is none. 0 stands for "left out". */
#define RANGE(key, min, max)                                                   \
	{                                                                      \
#key, offsetof(struct pack_passcode, key), min, max            \
	}
static const struct {
	const char *key;
	size_t offset;
	unsigned min;
	unsigned max;
} passcode_ranges[] = {
    RANGE(min_length, 4, 16),
    RANGE(min_complex_characters, 1, 4),
    RANGE(max_age_days, 1, 730),
    RANGE(history, 1, 50),
    RANGE(auto_lock_minutes, 1, 15),
    RANGE(lock_grace_minutes, 0, 60),
    RANGE(erase_after_failed_attempts, 2, 11),
};
#undef RANGE

static int passcode_ranges_check(
    const struct pack_at *at, const struct pack_passcode *passcode)
{
	char key[64];
	unsigned value;
	size_t i;

	for (i = 0; i < sizeof(passcode_ranges) / sizeof(passcode_ranges[0]);
	     i++) {
		memcpy(&value,
		    (const char *)passcode + passcode_ranges[i].offset,
		    sizeof(value));
		(void)snprintf(
		    key, sizeof(key), "passcode.%s", passcode_ranges[i].key);
		/* A number of 0 may also be one left out. */
		if ((value < passcode_ranges[i].min ||
		        value > passcode_ranges[i].max) &&
		    (value != 0 || pack_at_has(at, key)))
			return pack_at_fail(at, key, "%u is outside %u to %u",
			    value, passcode_ranges[i].min,
			    passcode_ranges[i].max);
	}
	return 0;
}

/* A phone without any profile calls itself compliant, so no single one of
 * these proves the rule. A private phone is never asked whether it has a
 * code; there the enrolment counts instead. */
static int passcode_check(
    const struct pack_at *at, const struct pack_rule *rule)
{
	const enum pack_fact needed[] = {
	    rule->equipment == PACK_EQUIPMENT_PRIVATE
	        ? PACK_FACT_ENROLMENT_USER
	        : PACK_FACT_PASSCODE_PRESENT,
	    PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES,
	    PACK_FACT_PROFILE_INSTALLED};
	size_t i;

	if (rule->class != PACK_ENFORCE)
		return pack_at_fail(at, "passcode",
		    "belongs to class enforce, not %s",
		    pack_class_name(rule->class));
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!has_proof(rule, needed[i]))
			return pack_at_fail(at, "proof",
			    "a passcode rule needs the fact '%s' here",
			    pack_fact_name(needed[i]));
	}
	return passcode_ranges_check(at, rule->passcode);
}

static int update_check(
    const struct pack_at *at, struct pack_software_update *update)
{
	if (!pack_rule_is_version(update->at_least))
		return pack_at_fail(at, "software_update.at_least",
		    "'%.20s' is no version: write 18.6 or 18.6.2",
		    update->at_least);
	if (pack_at_date(at, "software_update.deadline", update->deadline,
	        &update->deadline_ms))
		return -ERR_INVALID;
	update->deadline_ms += TIME_DAY_MS;
	return 0;
}

/* Restrictions that Apple takes on supervised phones only: no private phone
 * is one. */
static const char *supervised_only(const struct pack_restrictions *set)
{
	if (set->allow_esim_modification)
		return "restrictions.allow_esim_modification";
	if (set->allow_esim_outgoing_transfers)
		return "restrictions.allow_esim_outgoing_transfers";
	if (set->allow_cellular_plan_modification)
		return "restrictions.allow_cellular_plan_modification";
	if (set->force_preserve_esim_on_erase)
		return "restrictions.force_preserve_esim_on_erase";
	if (set->allow_live_voicemail)
		return "restrictions.allow_live_voicemail";
	return NULL;
}

int pack_rule_settings_check(
    const struct pack_at *at, const struct pack_rule *rule)
{
	const char *key = NULL;
	int rc = 0;

	if (!rule->passcode && !rule->restrictions && !rule->roaming &&
	    !rule->software_update && !rule->web_clip && !rule->contact_card)
		return 0;
	if (rule->equipment == PACK_EQUIPMENT_NONE)
		return pack_at_fail(
		    at, "", "missing key 'equipment': whose phones are meant?");
	if (rule->class == PACK_WAIVED)
		return pack_at_fail(at, "class",
		    "a waived rule sets nothing on a phone: remove the group");
	if (rule->restrictions && rule->equipment == PACK_EQUIPMENT_PRIVATE)
		key = supervised_only(rule->restrictions);
	if (key)
		return pack_at_fail(at, key,
		    "is for supervised phones; a private phone is none");
	if (rule->roaming && rule->equipment == PACK_EQUIPMENT_PRIVATE)
		return pack_at_fail(at, "roaming",
		    "nothing about the SIM of a private phone is set");
	if (rule->software_update)
		rc = update_check(at, rule->software_update);
	if (rc == 0 && rule->passcode)
		rc = passcode_check(at, rule);
	return rc;
}

/* What is held back ------------------------------------------------------- */

int pack_rule_gate_check(const struct pack_at *at, const struct pack_rule *rule)
{
	const unsigned orders = PACK_GATE_ORDER_APPROVED |
	    PACK_GATE_CATALOGUE_ITEM | PACK_GATE_NEED_STATED |
	    PACK_GATE_CENTRAL_ROLE;

	if (rule->gate && rule->class != PACK_ENFORCE)
		return pack_at_fail(at, "gate",
		    "belongs to class enforce, not %s",
		    pack_class_name(rule->class));
	if (rule->approved_by && !(rule->gate & orders))
		return pack_at_fail(at, "approved_by",
		    "belongs to a gate on orders: order_approved, "
		    "catalogue_item, need_stated or central_role");
	if (rule->gate & PACK_GATE_UPDATE_ENFORCED && !rule->software_update)
		return pack_at_fail(at, "gate",
		    "update_enforced needs the group 'software_update'");
	return 0;
}

/* What contradicts itself ------------------------------------------------- */

#define KEY(group, member)                                                     \
	{                                                                      \
#group "." #member, offsetof(struct pack_rule, group),         \
		    offsetof(struct pack_##group, member)                      \
	}
static const struct {
	const char *key;
	size_t group; /* a pointer in struct pack_rule */
	size_t member;
} settings[] = {
    KEY(restrictions, allow_esim_modification),
    KEY(restrictions, allow_esim_outgoing_transfers),
    KEY(restrictions, allow_cellular_plan_modification),
    KEY(restrictions, force_preserve_esim_on_erase),
    KEY(restrictions, allow_live_voicemail),
    KEY(restrictions, allow_open_from_managed_to_unmanaged),
    KEY(restrictions, allow_open_from_unmanaged_to_managed),
    KEY(restrictions, allow_managed_apps_cloud_sync),
    KEY(restrictions, allow_managed_to_write_unmanaged_contacts),
    KEY(restrictions, allow_unmanaged_to_read_managed_contacts),
    KEY(restrictions, force_air_drop_unmanaged),
    KEY(restrictions, require_managed_pasteboard),
    KEY(restrictions, force_encrypted_backup),
    KEY(roaming, voice),
    KEY(roaming, data),
};
#undef KEY

static enum pack_setting setting_of(const struct pack_rule *rule, size_t which)
{
	enum pack_setting value = PACK_UNSET;
	const char *group;

	memcpy(
	    &group, (const char *)rule + settings[which].group, sizeof(group));
	if (group)
		memcpy(&value, group + settings[which].member, sizeof(value));
	return value;
}

static bool is_same_phone(const struct pack_rule *a, const struct pack_rule *b)
{
	return a->equipment == b->equipment ||
	    a->equipment == PACK_EQUIPMENT_ANY ||
	    b->equipment == PACK_EQUIPMENT_ANY;
}

/* Numbers have a stricter one; yes and no have not. */
int pack_rule_peace_check(const struct pack_at *at, const struct pack *pack,
    const struct pack_rule *rule)
{
	const struct pack_rule *other;
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		enum pack_setting value = setting_of(rule, i);

		for (j = 0; value && j < pack->rules_count; j++) {
			other = &pack->rules[j];
			if (!setting_of(other, i) ||
			    setting_of(other, i) == value ||
			    !is_same_phone(rule, other))
				continue;
			return pack_at_fail(at, settings[i].key,
			    "rule %s sets the opposite on the same phones: "
			    "change one of them",
			    other->id);
		}
	}
	return 0;
}
