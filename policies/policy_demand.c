#include "policies/policy_demand.h"

#include <stddef.h>
#include <stdlib.h>

/* --- the strictest of two demands ---------------------------------------- */

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* 0 demands nothing. */
static unsigned smaller_set(unsigned a, unsigned b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static void passcode_tighten(
    struct pack_passcode *all, const struct pack_passcode *one)
{
	all->allow_simple = all->allow_simple && one->allow_simple;
	all->alphanumeric = all->alphanumeric || one->alphanumeric;
	all->min_length = larger(all->min_length, one->min_length);
	all->min_complex_characters =
	    larger(all->min_complex_characters, one->min_complex_characters);
	all->history = larger(all->history, one->history);
	all->max_age_days = smaller_set(all->max_age_days, one->max_age_days);
	all->auto_lock_minutes =
	    smaller_set(all->auto_lock_minutes, one->auto_lock_minutes);
	all->erase_after_failed_attempts = smaller_set(
	    all->erase_after_failed_attempts, one->erase_after_failed_attempts);
	if (one->lock_grace_minutes < all->lock_grace_minutes)
		all->lock_grace_minutes = one->lock_grace_minutes;
}

/* The pack's words beside Apple's. */
static const struct {
	size_t offset;
	enum restriction which;
} restriction_map[] = {
#define MAP(member, which)                                                     \
	{                                                                      \
		offsetof(struct pack_restrictions, member), which              \
	}
    MAP(allow_esim_modification, RESTRICTION_ESIM_MODIFICATION),
    MAP(allow_esim_outgoing_transfers, RESTRICTION_ESIM_OUTGOING_TRANSFERS),
    MAP(allow_cellular_plan_modification,
        RESTRICTION_CELLULAR_PLAN_MODIFICATION),
    MAP(force_preserve_esim_on_erase, RESTRICTION_PRESERVE_ESIM_ON_ERASE),
    MAP(allow_live_voicemail, RESTRICTION_LIVE_VOICEMAIL),
    MAP(allow_open_from_managed_to_unmanaged,
        RESTRICTION_OPEN_MANAGED_TO_UNMANAGED),
    MAP(allow_open_from_unmanaged_to_managed,
        RESTRICTION_OPEN_UNMANAGED_TO_MANAGED),
    MAP(allow_managed_apps_cloud_sync, RESTRICTION_MANAGED_CLOUD_SYNC),
    MAP(allow_managed_to_write_unmanaged_contacts,
        RESTRICTION_MANAGED_TO_WRITE_CONTACTS),
    MAP(allow_unmanaged_to_read_managed_contacts,
        RESTRICTION_UNMANAGED_TO_READ_CONTACTS),
    MAP(force_air_drop_unmanaged, RESTRICTION_AIRDROP_UNMANAGED),
    MAP(require_managed_pasteboard, RESTRICTION_MANAGED_PASTEBOARD),
    MAP(force_encrypted_backup, RESTRICTION_ENCRYPTED_BACKUP),
};

static void restrictions_add(
    struct restrictions *all, const struct pack_restrictions *one)
{
	size_t i;

	for (i = 0; i < sizeof(restriction_map) / sizeof(restriction_map[0]);
	     i++) {
		enum pack_setting value =
		    *(const enum pack_setting *)((const char *)one +
		        restriction_map[i].offset);

		if (value != PACK_UNSET)
			restrictions_tighten(
			    all, restriction_map[i].which, value == PACK_TRUE);
	}
}

/* Off costs nothing: it is the stricter. */
static enum pack_setting setting_tighten(
    enum pack_setting all, enum pack_setting one)
{
	if (all == PACK_UNSET || one == PACK_UNSET)
		return all == PACK_UNSET ? one : all;
	return all == PACK_FALSE ? all : one;
}

/* "18.10" is newer than "18.9". */
static int version_compare(const char *a, const char *b)
{
	char *a_end = NULL;
	char *b_end = NULL;
	long x;
	long y;

	while (*a || *b) {
		x = strtol(a, &a_end, 10);
		y = strtol(b, &b_end, 10);
		if (x != y)
			return x < y ? -1 : 1;
		a = *a_end == '.' ? a_end + 1 : "";
		b = *b_end == '.' ? b_end + 1 : "";
	}
	return 0;
}

/* --- one rule ------------------------------------------------------------- */

static void note(struct policy_demand *out, enum policy_part part,
    const struct pack_rule *rule)
{
	if (!out->rules[part])
		out->rules[part] = rule;
}

static void take_passcode(
    struct policy_demand *out, const struct pack_rule *rule)
{
	if (!rule->passcode)
		return;
	if (out->rules[POLICY_PASSCODE])
		passcode_tighten(&out->passcode, rule->passcode);
	else
		out->passcode = *rule->passcode;
	note(out, POLICY_PASSCODE, rule);
}

static void take_roaming(
    struct policy_demand *out, const struct pack_rule *rule)
{
	if (!rule->roaming)
		return;
	out->roaming.voice =
	    setting_tighten(out->roaming.voice, rule->roaming->voice);
	out->roaming.data =
	    setting_tighten(out->roaming.data, rule->roaming->data);
	note(out, POLICY_ROAMING, rule);
}

static void take_software_update(
    struct policy_demand *out, const struct pack_rule *rule)
{
	const struct pack_software_update *one = rule->software_update;

	if (!one)
		return;
	if (!out->software_update ||
	    version_compare(one->at_least, out->software_update->at_least) > 0)
		out->software_update = one;
	note(out, POLICY_SOFTWARE_UPDATE, rule);
}

static void take_rest(struct policy_demand *out, const struct pack_rule *rule)
{
	if (rule->restrictions) {
		restrictions_add(&out->restrictions, rule->restrictions);
		note(out, POLICY_RESTRICTIONS, rule);
	}
	if (rule->web_clip) {
		/* One that has to stay wins over one that may go. */
		out->web_clip_removable = rule->web_clip->removable &&
		    (!out->rules[POLICY_WEB_CLIP] || out->web_clip_removable);
		note(out, POLICY_WEB_CLIP, rule);
	}
	if (rule->contact_card && rule->contact_card->switchboard)
		note(out, POLICY_CONTACT_CARD, rule);
}

static bool rule_fits(
    const struct pack_rule *rule, enum pack_equipment equipment)
{
	if (rule->class == PACK_WAIVED)
		return false;
	if (rule->equipment == PACK_EQUIPMENT_NONE)
		return equipment == PACK_EQUIPMENT_ORGANISATION;
	return rule->equipment == equipment ||
	    rule->equipment == PACK_EQUIPMENT_ANY;
}

void policy_demand_collect(const struct pack *pack,
    enum pack_equipment equipment, struct policy_demand *out)
{
	const struct pack_rule *rule;
	size_t i;

	*out = (struct policy_demand){0};
	restrictions_init(&out->restrictions);
	if (equipment == PACK_EQUIPMENT_NONE)
		equipment = PACK_EQUIPMENT_ORGANISATION;
	for (i = 0; (rule = pack_rule_at(pack, i)) != NULL; i++) {
		if (!rule_fits(rule, equipment))
			continue;
		take_passcode(out, rule);
		take_roaming(out, rule);
		take_software_update(out, rule);
		take_rest(out, rule);
	}
}
