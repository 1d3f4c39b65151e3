#include "policies/policy_values.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* One walk; the first non-zero answer stops everything after it. */
struct walk {
	policy_value_fn *fn;
	void *arg;
	const char *group; /* before every key, with its dot; "" */
	int rc;
};

static void tell(struct walk *walk, const char *key, const char *value)
{
	char whole[POLICY_KEY_MAX];

	if (walk->rc || !value)
		return;
	(void)snprintf(whole, sizeof(whole), "%s%s", walk->group, key);
	walk->rc = walk->fn(walk->arg, whole, value);
}

static void tell_number(struct walk *walk, const char *key, unsigned number)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", number);
	tell(walk, key, text);
}

static void tell_some(struct walk *walk, const char *key, unsigned number)
{
	if (number > 0)
		tell_number(walk, key, number);
}

static void tell_yes(struct walk *walk, const char *key, bool yes)
{
	tell(walk, key, yes ? "yes" : "no");
}

/* "employee, manager": the names of the bits that are set. */
static void tell_bits(struct walk *walk, const char *key, uint64_t bits,
    unsigned count, const char *(*name)(unsigned bit))
{
	char text[POLICY_VALUE_MAX] = "";
	size_t used = 0;
	unsigned i;

	for (i = 0; i < count; i++) {
		int wrote;

		if (!(bits & UINT64_C(1) << i))
			continue;
		wrote = snprintf(text + used, sizeof(text) - used, "%s%s",
		    used ? ", " : "", name(i));
		if (wrote < 0 || (size_t)wrote >= sizeof(text) - used)
			break;
		used += (size_t)wrote;
	}
	if (used)
		tell(walk, key, text);
}

static const char *role_at(unsigned bit)
{
	return pack_role_name((enum pack_role)(1u << bit));
}

static const char *gate_at(unsigned bit)
{
	return pack_gate_name((enum pack_gate)(1u << bit));
}

static const char *occasion_at(unsigned bit)
{
	return pack_occasion_name((enum pack_occasion)(1u << bit));
}

static const char *way_at(unsigned bit)
{
	return pack_absence_way_name((enum pack_absence_way)(1u << bit));
}

static const char *phrase_at(unsigned bit)
{
	return pack_phrase_name((enum pack_phrase)bit);
}

static const char *word_at(unsigned bit)
{
	return pack_word_name((enum pack_word)bit);
}

/* --- groups of a rule ----------------------------------------------------- */

static void walk_source(struct walk *walk, const struct pack_rule *rule)
{
	tell(walk, "document", rule->source.document);
	tell(walk, "section", rule->source.section);
	tell_number(walk, "line", rule->source.line);
	tell(walk, "superseded_by", rule->source.superseded_by);
}

static void walk_proof(struct walk *walk, const struct pack_rule *rule)
{
	char group[POLICY_KEY_MAX];
	unsigned i;

	if (rule->proof_count > 1)
		tell(walk, "needs",
		    rule->proof_needs == PACK_NEEDS_ANY ? "any" : "all");
	for (i = 0; i < rule->proof_count; i++) {
		const struct pack_proof *proof = &rule->proof[i];
		struct walk inner = *walk;

		(void)snprintf(group, sizeof(group), "%s%s.", walk->group,
		    pack_fact_name(proof->fact));
		inner.group = group;
		tell_bits(
		    &inner, "accept", proof->accept, PACK_WORD_COUNT, word_at);
		tell(&inner, "at_most", proof->at_most);
		tell(&inner, "at_least", proof->at_least);
		tell(&inner, "fresh", proof->fresh ? proof->fresh : "always");
		walk->rc = inner.rc;
	}
}

static void walk_statement(struct walk *walk, const struct pack_rule *rule)
{
	const struct pack_statement *statement = rule->statement;

	if (!statement)
		return;
	tell_bits(walk, "by", statement->by, PACK_ROLE_COUNT, role_at);
	tell_bits(walk, "on", statement->on, 6, occasion_at);
	tell(walk, "valid", statement->valid ? statement->valid : "absence");
	tell(walk, "due", statement->due);
	tell(walk, "remind", statement->remind);
	tell(walk, "escalate", statement->escalate);
	tell_yes(walk, "fallback", statement->fallback);
}

static void walk_grace(struct walk *walk, const struct pack_rule *rule)
{
	unsigned i;

	if (!rule->grace)
		return;
	tell(walk, "settle", rule->grace->settle);
	for (i = 0; i < rule->grace->steps_count; i++)
		tell(walk, pack_action_name(rule->grace->steps[i].action),
		    rule->grace->steps[i].after);
}

static void walk_passcode(struct walk *walk, const struct pack_rule *rule)
{
	const struct pack_passcode *passcode = rule->passcode;

	if (!passcode)
		return;
	tell_yes(walk, "allow_simple", passcode->allow_simple);
	tell_yes(walk, "alphanumeric", passcode->alphanumeric);
	tell_some(walk, "min_length", passcode->min_length);
	tell_some(
	    walk, "min_complex_characters", passcode->min_complex_characters);
	tell_some(walk, "max_age_days", passcode->max_age_days);
	tell_some(walk, "history", passcode->history);
	tell_some(walk, "auto_lock_minutes", passcode->auto_lock_minutes);
	tell_number(walk, "lock_grace_minutes", passcode->lock_grace_minutes);
	tell_some(walk, "erase_after_failed_attempts",
	    passcode->erase_after_failed_attempts);
}

static void tell_setting(
    struct walk *walk, const char *key, enum pack_setting value)
{
	if (value != PACK_UNSET)
		tell_yes(walk, key, value == PACK_TRUE);
}

static void walk_restrictions(struct walk *walk, const struct pack_rule *rule)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = {
#define KEY(member) {#member, offsetof(struct pack_restrictions, member)}
	    KEY(allow_esim_modification),
	    KEY(allow_esim_outgoing_transfers),
	    KEY(allow_cellular_plan_modification),
	    KEY(force_preserve_esim_on_erase),
	    KEY(allow_live_voicemail),
	    KEY(allow_open_from_managed_to_unmanaged),
	    KEY(allow_open_from_unmanaged_to_managed),
	    KEY(allow_managed_apps_cloud_sync),
	    KEY(allow_managed_to_write_unmanaged_contacts),
	    KEY(allow_unmanaged_to_read_managed_contacts),
	    KEY(force_air_drop_unmanaged),
	    KEY(require_managed_pasteboard),
	    KEY(force_encrypted_backup),
#undef KEY
	};
	size_t i;

	if (!rule->restrictions)
		return;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		tell_setting(walk, keys[i].key,
		    *(const enum pack_setting *)((const char *)
		                                     rule->restrictions +
		        keys[i].offset));
}

/* The small groups, and the switchboard's card. */
static void walk_rest(struct walk *walk, const struct pack_rule *rule)
{
	if (rule->roaming) {
		tell_setting(walk, "roaming.voice", rule->roaming->voice);
		tell_setting(walk, "roaming.data", rule->roaming->data);
	}
	if (rule->software_update) {
		tell(walk, "software_update.at_least",
		    rule->software_update->at_least);
		tell(walk, "software_update.deadline",
		    rule->software_update->deadline);
	}
	if (rule->web_clip)
		tell_yes(walk, "web_clip.removable", rule->web_clip->removable);
	if (rule->contact_card)
		tell_yes(walk, "contact_card.switchboard",
		    rule->contact_card->switchboard);
	if (rule->waiver) {
		tell(walk, "waiver.reason", rule->waiver->reason);
		tell(walk, "waiver.replaced_by", rule->waiver->replaced_by);
	}
}

static const char *equipment_name(enum pack_equipment equipment)
{
	switch (equipment) {
	case PACK_EQUIPMENT_ORGANISATION:
		return "organisation";
	case PACK_EQUIPMENT_PRIVATE:
		return "private";
	case PACK_EQUIPMENT_ANY:
		return "any";
	case PACK_EQUIPMENT_NONE:
		break;
	}
	return NULL;
}

static void walk_head(struct walk *walk, const struct pack_rule *rule)
{
	tell(walk, "class", pack_class_name(rule->class));
	tell(walk, "level", pack_level_name(rule->level));
	tell_bits(walk, "binds", rule->binds, PACK_ROLE_COUNT, role_at);
	tell(walk, "subject", pack_subject_name(rule->subject));
	tell(walk, "equipment", equipment_name(rule->equipment));
	tell(walk, "when", rule->when_text);
	tell_bits(walk, "gate", rule->gate, 16, gate_at);
	tell_bits(
	    walk, "approved_by", rule->approved_by, PACK_ROLE_COUNT, role_at);
	tell_bits(walk, "shows", rule->shows, PACK_PHRASE_COUNT, phrase_at);
	tell(walk, "note", rule->note);
	tell(walk, "not_measured", rule->not_measured);
}

int policy_rule_each_value(
    const struct pack_rule *rule, policy_value_fn *fn, void *arg)
{
	static const struct {
		const char *group;
		void (*walk)(struct walk *walk, const struct pack_rule *rule);
	} groups[] = {
	    {"", walk_head},
	    {"source.", walk_source},
	    {"proof.", walk_proof},
	    {"statement.", walk_statement},
	    {"grace.", walk_grace},
	    {"passcode.", walk_passcode},
	    {"restrictions.", walk_restrictions},
	    {"", walk_rest},
	};
	struct walk walk = {.fn = fn, .arg = arg};
	size_t i;

	for (i = 0; walk.rc == 0 && i < sizeof(groups) / sizeof(groups[0]);
	     i++) {
		walk.group = groups[i].group;
		groups[i].walk(&walk, rule);
	}
	return walk.rc;
}

/* --- texts and parameters ------------------------------------------------- */

int policy_rule_each_text(const struct pack *pack, const char *rule_id,
    policy_value_fn *fn, void *arg)
{
	struct walk walk = {.fn = fn, .arg = arg};
	char group[16];
	size_t i;

	walk.group = group;
	for (i = 0; i < pack_language_count(pack); i++) {
		const char *language = pack_language_at(pack, i);
		const struct pack_text *text =
		    pack_text_find(pack, language, rule_id);

		if (!text)
			continue;
		(void)snprintf(group, sizeof(group), "%.8s.", language);
		tell(&walk, "title", text->title);
		tell(&walk, "demand", text->demand);
		tell(&walk, "why", text->why);
		tell(&walk, "how", text->how);
		tell(&walk, "statement", text->statement);
	}
	return walk.rc;
}

static void tell_callback(
    struct walk *walk, const char *key, const struct pack_callback *callback)
{
	char text[64];

	if (!callback)
		return;
	if (callback->unit == PACK_UNIT_WORKING_DAYS)
		(void)snprintf(
		    text, sizeof(text), "%u working days", callback->n);
	else
		(void)snprintf(text, sizeof(text), "%u hours, %s", callback->n,
		    callback->calendar == PACK_CALENDAR_WEEKDAYS ? "weekdays"
		                                                 : "every day");
	tell(walk, key, text);
}

static void walk_leaving(struct walk *walk, const struct pack_leaving *leaving)
{
	if (!leaving)
		return;
	tell(walk, "leaving.remind", leaving->remind);
	tell(walk, "leaving.remind_again", leaving->remind_again);
	tell(walk, "leaving.wipe_at", leaving->wipe_at);
	tell(walk, "leaving.not_friday_after", leaving->not_friday_after);
	tell_some(walk, "leaving.manager_after", leaving->manager_after);
	tell(walk, "leaving.offline_after", leaving->offline_after);
	tell(walk, "leaving.lost_mode_after", leaving->lost_mode_after);
	tell(walk, "leaving.sim_block_after", leaving->sim_block_after);
	tell(walk, "leaving.rehire_window", leaving->rehire_window);
	tell(walk, "leaving.keep_esim",
	    leaving->keep_esim == PACK_ESIM_NEVER ? "never"
	                                          : "when_number_stays");
}

static void walk_parameters(struct walk *walk, const struct pack *pack)
{
	const struct pack_parameters *parameters = pack_parameters(pack);

	tell_callback(walk, "callback", parameters->callback);
	tell_callback(walk, "callback_simple", parameters->callback_simple);
	if (parameters->absence) {
		tell_bits(walk, "absence.accept", parameters->absence->accept,
		    4, way_at);
		tell_some(walk, "absence.voicemail_max_days",
		    parameters->absence->voicemail_max_days);
	}
	tell(walk, "exit_digits", parameters->exit_digits);
	tell(walk, "switchboard_number", parameters->switchboard_number);
	tell(walk, "phrase_in", parameters->phrase_in);
	tell(walk, "phrase_out", parameters->phrase_out);
	walk_leaving(walk, parameters->leaving);
}

static void walk_language(
    struct walk *walk, const struct pack *pack, const char *language)
{
	const struct pack_profile_text *profile =
	    pack_profile_text_find(pack, language);
	unsigned i;

	for (i = 0; i < PACK_PHRASE_COUNT; i++)
		tell(walk, pack_phrase_name((enum pack_phrase)i),
		    pack_phrase_find(pack, language, (enum pack_phrase)i));
	if (!profile)
		return;
	tell(walk, "profile.name", profile->name);
	tell(walk, "profile.description", profile->description);
	tell(walk, "profile.web_clip", profile->web_clip);
	tell(walk, "profile.contact", profile->contact);
}

int policy_pack_each_value(
    const struct pack *pack, policy_value_fn *fn, void *arg)
{
	const struct pack_acknowledgement *read = pack_acknowledgement(pack);
	struct walk walk = {.fn = fn, .arg = arg, .group = ""};
	char group[16];
	size_t i;

	tell(&walk, "organisation", pack_organisation(pack));
	tell(&walk, "owner", pack_owner(pack));
	tell(&walk, "country", pack_country_name(pack_country(pack)));
	tell(&walk, "time_zone", pack_time_zone(pack));
	tell(&walk, "extends", pack_extends(pack));
	walk_parameters(&walk, pack);
	tell(&walk, "acknowledgement.due", read->due);
	tell(&walk, "acknowledgement.remind", read->remind);
	tell(&walk, "acknowledgement.escalate", read->escalate);
	tell(&walk, "acknowledgement.again", read->again);
	for (i = 0; i < pack_language_count(pack); i++) {
		const char *language = pack_language_at(pack, i);

		(void)snprintf(group, sizeof(group), "%.8s.", language);
		walk.group = group;
		walk_language(&walk, pack, language);
	}
	return walk.rc;
}
