/* pack_check_rule: what the schema cannot say about rules, the pack's own and
 * those it changes: references, ranges, what belongs together. */
#include "policies/pack_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/pack_at.h"
#include "proto/base/time.h"

#define FRESH_MIN_MS TIME_MINUTE_MS
#define FRESH_MAX_MS (90 * TIME_DAY_MS)
#define AGE_MIN_MS TIME_HOUR_MS
#define AGE_MAX_MS (90 * TIME_DAY_MS)
#define SETTLE_MAX_MS (30 * TIME_DAY_MS)
#define STEP_MAX_MS (366 * TIME_DAY_MS)
#define VALID_MAX_MS (2 * 366 * TIME_DAY_MS)
#define AWAY_MAX_MS (366 * TIME_DAY_MS)

/* "VST-33": letters, dash, digits, as in the rule catalogue. */
static bool is_rule_id(const char *id)
{
	size_t letters = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	size_t digits;

	if (letters < 2 || id[letters] != '-')
		return false;
	digits = strspn(id + letters + 1, "0123456789");
	return digits >= 1 && id[letters + 1 + digits] == '\0';
}

static int id_check(
    const struct pack_at *at, const struct pack *pack, size_t index)
{
	const char *id = pack->rules[index].id;
	size_t i;

	if (!is_rule_id(id))
		return pack_at_fail(at, "id",
		    "'%s' is no rule id: write it as in the catalogue, VST-33",
		    id);
	for (i = 0; i < index; i++) {
		if (strcmp(pack->rules[i].id, id) != 0)
			continue;
		return pack_at_fail(at, "id",
		    i < pack->rules_count - pack->file->rules_count
		        ? "a pack below has rule %s: change it under 'changes'"
		        : "rule %s stands here twice",
		    id);
	}
	return 0;
}

static int source_check(
    const struct pack_at *at, const struct pack *pack, struct pack_rule *rule)
{
	const struct pack_document *document;
	size_t i;

	/* From the lowest up: the pack's own documents come first. */
	for (i = pack_document_count(pack); i > 0; i--) {
		document = pack_document_at(pack, i - 1);
		if (strcmp(document->id, rule->source.document) == 0)
			rule->cited = document;
	}
	if (!rule->cited)
		return pack_at_fail(at, "source.document",
		    "no document '%.64s' under documents",
		    rule->source.document);
	if (rule->source.line == 0)
		return pack_at_fail(at, "source.line", "lines count from 1");
	return 0;
}

/* When ------------------------------------------------------------------- */

static int when_check(const struct pack_at *at, struct pack_rule *rule)
{
	static const struct {
		const char *word;
		enum pack_when when;
	} words[] = {
	    {"always", PACK_WHEN_ALWAYS},
	    {"absence", PACK_WHEN_ABSENCE},
	    {"employment_ended", PACK_WHEN_EMPLOYMENT_ENDED},
	};
	static const char longer[] = "absence_longer_than:";
	const char *text = rule->when_text;
	size_t i;

	if (!text)
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i].word) == 0) {
			rule->when = words[i].when;
			return 0;
		}
	}
	if (strncmp(text, longer, strlen(longer)) != 0)
		return pack_at_fail(at, "when",
		    "'%.40s' is not known: write always, absence, "
		    "absence_longer_than:1d or employment_ended",
		    text);
	rule->when = PACK_WHEN_ABSENCE_LONGER;
	return pack_at_duration(at, "when", text + strlen(longer), TIME_DAY_MS,
	    AWAY_MAX_MS, &rule->when_longer_ms);
}

/* Proof ------------------------------------------------------------------ */

static bool has_proof(const struct pack_rule *rule, enum pack_fact fact)
{
	unsigned i;

	for (i = 0; i < rule->proof_count; i++) {
		if (rule->proof[i].fact == fact)
			return true;
	}
	return false;
}

static int proof_fresh_check(
    const struct pack_at *at, const char *key, struct pack_proof *proof)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "%s.fresh", key);
	if (pack_fact_info(proof->fact)->is_register) {
		proof->fresh_ms = INT64_MAX;
		if (proof->fresh)
			return pack_at_fail(at, path,
			    "'%s' stands in our own register and is never "
			    "old: remove it",
			    pack_fact_name(proof->fact));
		return 0;
	}
	if (!proof->fresh)
		return pack_at_fail(
		    at, key, "missing key 'fresh': how old may it be?");
	return pack_at_duration(at, path, proof->fresh, FRESH_MIN_MS,
	    FRESH_MAX_MS, &proof->fresh_ms);
}

static int proof_words_check(
    const struct pack_at *at, const char *key, struct pack_proof *proof)
{
	const struct pack_fact_info *info = pack_fact_info(proof->fact);
	char path[48];
	unsigned word;

	if (proof->accept == 0)
		proof->accept = info->accept;
	for (word = 0; word < PACK_WORD_COUNT; word++) {
		if (!(proof->accept & ~info->words & PACK_WORD_BIT(word)))
			continue;
		(void)snprintf(path, sizeof(path), "%s.accept", key);
		return pack_at_fail(at, path, "'%s' never says '%s'",
		    pack_fact_name(proof->fact),
		    pack_word_name((enum pack_word)word));
	}
	if (info->kind == PACK_KIND_WORD && proof->accept == info->words &&
	    info->accept != info->words)
		return pack_at_fail(at, key,
		    "everything that '%s' can say is accepted: that proves "
		    "nothing",
		    pack_fact_name(proof->fact));
	return 0;
}

/* Digits and points: "18.6.2". */
static bool is_version(const char *text)
{
	size_t parts = 0;
	size_t digits;

	for (;;) {
		digits = strspn(text, "0123456789");
		if (digits == 0 || digits > 3 || ++parts > 3)
			return false;
		text += digits;
		if (*text == '\0')
			return true;
		if (*text++ != '.')
			return false;
	}
}

static int proof_measure_check(const struct pack_at *at, const char *key,
    const struct pack_rule *rule, struct pack_proof *proof)
{
	enum pack_fact_kind kind = pack_fact_info(proof->fact)->kind;
	char path[48];

	(void)snprintf(path, sizeof(path), "%s.at_most", key);
	if ((kind == PACK_KIND_AGE) != (proof->at_most != NULL))
		return pack_at_fail(at, key,
		    kind == PACK_KIND_AGE
		        ? "missing key 'at_most': how old may '%s' be?"
		        : "'%s' has no age: remove 'at_most'",
		    pack_fact_name(proof->fact));
	if (proof->at_most &&
	    pack_at_duration(at, path, proof->at_most, AGE_MIN_MS, AGE_MAX_MS,
	        &proof->at_most_ms))
		return -ERR_INVALID;
	(void)snprintf(path, sizeof(path), "%s.at_least", key);
	if (proof->at_least && kind != PACK_KIND_VERSION)
		return pack_at_fail(at, path, "'%s' is no version: remove it",
		    pack_fact_name(proof->fact));
	if (proof->at_least && !is_version(proof->at_least))
		return pack_at_fail(at, path,
		    "'%.20s' is no version: write 18.6 or 18.6.2",
		    proof->at_least);
	if (kind == PACK_KIND_VERSION && !proof->at_least &&
	    !rule->software_update)
		return pack_at_fail(at, key,
		    "missing key 'at_least': which version, or add the group "
		    "'software_update'");
	return 0;
}

static int proof_item_check(const struct pack_at *at, const char *key,
    const struct pack_rule *rule, struct pack_proof *proof)
{
	const struct pack_fact_info *info = pack_fact_info(proof->fact);
	char path[48];
	int rc;

	(void)snprintf(path, sizeof(path), "%s.fact", key);
	if (!(info->subjects & (1u << rule->subject)))
		return pack_at_fail(at, path, "'%s' says nothing about a %s",
		    pack_fact_name(proof->fact),
		    pack_subject_name(rule->subject));
	(void)snprintf(path, sizeof(path), "%s.accept", key);
	if (proof->accept && info->kind != PACK_KIND_WORD)
		return pack_at_fail(at, path,
		    "'%s' says no word: remove it, write %s",
		    pack_fact_name(proof->fact),
		    info->kind == PACK_KIND_AGE ? "at_most" : "at_least");
	rc = proof_words_check(at, key, proof);
	if (rc == 0)
		rc = proof_measure_check(at, key, rule, proof);
	if (rc == 0)
		rc = proof_fresh_check(at, key, proof);
	return rc;
}

static int proof_check(const struct pack_at *at, struct pack_rule *rule)
{
	uint64_t seen = 0;
	unsigned i;
	char key[32];
	int rc = 0;

	for (i = 0; rc == 0 && i < rule->proof_count; i++) {
		(void)snprintf(key, sizeof(key), "proof[%u].fact", i);
		if (seen & (UINT64_C(1) << rule->proof[i].fact))
			return pack_at_fail(
			    at, key, "the fact stands here twice");
		seen |= UINT64_C(1) << rule->proof[i].fact;
		(void)snprintf(key, sizeof(key), "proof[%u]", i);
		rc = proof_item_check(at, key, rule, &rule->proof[i]);
	}
	if (rc == 0 && rule->proof_needs == PACK_NEEDS_ANY &&
	    rule->proof_count < 2)
		rc = pack_at_fail(at, "proof_needs",
		    "'any' needs two facts or more: remove it");
	return rc;
}

/* Times ------------------------------------------------------------------ */

static int grace_check(const struct pack_at *at, struct pack_grace *grace)
{
	char key[32];
	unsigned i;
	int rc = 0;

	if (grace->settle)
		rc = pack_at_duration(at, "grace.settle", grace->settle, 0,
		    SETTLE_MAX_MS, &grace->settle_ms);
	for (i = 0; rc == 0 && i < grace->steps_count; i++) {
		(void)snprintf(key, sizeof(key), "grace.steps[%u].after", i);
		rc = pack_at_duration(at, key, grace->steps[i].after, 0,
		    STEP_MAX_MS, &grace->steps[i].after_ms);
		if (rc == 0 && i > 0 &&
		    grace->steps[i].after_ms <= grace->steps[i - 1].after_ms)
			rc = pack_at_fail(at, key,
			    "each step has to come later than the one before");
	}
	return rc;
}

static int statement_times_check(
    const struct pack_at *at, struct pack_statement *statement)
{
	int rc = pack_at_duration(at, "statement.due", statement->due, 0,
	    STEP_MAX_MS, &statement->due_ms);

	if (rc == 0 && statement->valid)
		rc = pack_at_duration(at, "statement.valid", statement->valid,
		    TIME_DAY_MS, VALID_MAX_MS, &statement->valid_ms);
	if (rc == 0 && statement->remind)
		rc = pack_at_duration(at, "statement.remind", statement->remind,
		    TIME_HOUR_MS, STEP_MAX_MS, &statement->remind_ms);
	if (rc == 0 && statement->escalate)
		rc = pack_at_duration(at, "statement.escalate",
		    statement->escalate, TIME_HOUR_MS, STEP_MAX_MS,
		    &statement->escalate_ms);
	return rc;
}

static int statement_check(
    const struct pack_at *at, struct pack_statement *statement)
{
	int rc = statement_times_check(at, statement);

	if (rc)
		return rc;
	if (!statement->valid && !(statement->on & PACK_ON_ABSENCE_START))
		return pack_at_fail(at, "statement",
		    "missing key 'valid': how long does the statement hold? "
		    "(only one at absence_start may run to the return)");
	if (!statement->valid && statement->on & PACK_ON_PERIODIC)
		return pack_at_fail(at, "statement.on",
		    "'periodic' needs 'valid': after how long again?");
	if (statement->remind && statement->remind_ms >= statement->due_ms)
		return pack_at_fail(at, "statement.remind",
		    "a reminder has to come before 'due'");
	if (statement->escalate && statement->escalate_ms < statement->due_ms)
		return pack_at_fail(
		    at, "statement.escalate", "has to be 'due' or later");
	return 0;
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
	if (!is_version(update->at_least))
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

static int settings_check(
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

/* Together ---------------------------------------------------------------- */

static int gate_check(const struct pack_at *at, const struct pack_rule *rule)
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

static bool sets_something(const struct pack_rule *rule)
{
	return rule->passcode || rule->restrictions || rule->roaming ||
	    rule->software_update;
}

/* What a judged or waived class must have and may not have. */
static int class_check_measured(
    const struct pack_at *at, const struct pack_rule *rule)
{
	bool is_measured =
	    rule->class == PACK_ENFORCE || rule->class == PACK_VERIFY;

	if (rule->class == PACK_ENFORCE && !rule->gate && !sets_something(rule))
		return pack_at_fail(at, "class",
		    "an enforced rule has to set something or hold a gate: "
		    "add 'passcode', 'restrictions', 'software_update' or "
		    "'gate', or choose another class");
	if (is_measured && rule->proof_count == 0)
		return pack_at_fail(at, "class",
		    "missing key 'proof': how is the rule shown to be kept?");
	if (!is_measured && rule->proof_count > 0)
		return pack_at_fail(at, "proof",
		    "a rule of class %s is not measured: remove it",
		    pack_class_name(rule->class));
	if (rule->class == PACK_WAIVED && !rule->waiver)
		return pack_at_fail(at, "class",
		    "missing key 'waiver': say why the rule is not demanded");
	if (rule->class != PACK_WAIVED && rule->waiver)
		return pack_at_fail(
		    at, "waiver", "belongs to class waived only");
	return 0;
}

static int class_check_stated(
    const struct pack_at *at, const struct pack_rule *rule)
{
	const struct pack_statement *statement = rule->statement;

	if (rule->class == PACK_ATTEST && !statement)
		return pack_at_fail(at, "class",
		    "missing key 'statement': who states it, and when?");
	if (statement && rule->class == PACK_INFORM)
		return pack_at_fail(at, "statement",
		    "nobody states a rule that only informs: remove it, or "
		    "choose class attest");
	if (statement && rule->class == PACK_ATTEST && statement->fallback)
		return pack_at_fail(at, "statement.fallback",
		    "there is no evidence that it could stand in for: remove "
		    "it");
	if (statement && !statement->fallback &&
	    (rule->class == PACK_VERIFY || rule->class == PACK_ENFORCE))
		return pack_at_fail(at, "statement",
		    "beside evidence a statement only stands in for it: write "
		    "'fallback: true'");
	if (rule->not_measured && rule->class != PACK_INFORM)
		return pack_at_fail(at, "not_measured",
		    "belongs to class inform, not %s",
		    pack_class_name(rule->class));
	return 0;
}

static int rule_check(
    const struct pack_at *at, const struct pack *pack, struct pack_rule *rule)
{
	int rc = source_check(at, pack, rule);

	if (rc == 0)
		rc = when_check(at, rule);
	if (rc == 0)
		rc = proof_check(at, rule);
	if (rc == 0 && rule->grace)
		rc = grace_check(at, rule->grace);
	if (rc == 0 && rule->statement)
		rc = statement_check(at, rule->statement);
	if (rc == 0)
		rc = class_check_measured(at, rule);
	if (rc == 0)
		rc = settings_check(at, rule);
	if (rc == 0)
		rc = gate_check(at, rule);
	if (rc == 0)
		rc = class_check_stated(at, rule);
	return rc;
}

static int changed_check(struct pack_at *at, struct pack *pack, unsigned index)
{
	const char *id = pack->file->changes[index].rule;
	unsigned i;
	int rc = 0;

	(void)snprintf(at->path, sizeof(at->path), "changes[%u]", index);
	for (i = 0; rc == 0 && i < pack->file->changes[index].fresh_count;
	     i++) {
		struct pack_fresh *fresh = &pack->file->changes[index].fresh[i];
		char key[32];

		(void)snprintf(key, sizeof(key), "fresh[%u].fresh", i);
		rc = pack_at_duration(at, key, fresh->fresh, FRESH_MIN_MS,
		    FRESH_MAX_MS, &fresh->fresh_ms);
	}
	for (i = 0; rc == 0 && i < pack->rules_count; i++) {
		if (strcmp(pack->rules[i].id, id) == 0)
			rc = rule_check(at, pack, &pack->rules[i]);
	}
	return rc;
}

int pack_rules_check(struct pack *pack, struct err *err)
{
	struct pack_at at = {.outline = pack->outline, .err = err};
	size_t below = pack->rules_count - pack->file->rules_count;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < pack->file->changes_count; i++)
		rc = changed_check(&at, pack, i);
	for (i = 0; rc == 0 && i < pack->file->rules_count; i++) {
		(void)snprintf(at.path, sizeof(at.path), "rules[%u]", i);
		rc = id_check(&at, pack, below + i);
		if (rc == 0)
			rc = rule_check(&at, pack, &pack->rules[below + i]);
	}
	return rc;
}
