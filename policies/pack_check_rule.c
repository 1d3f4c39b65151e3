/* pack_check_rule: what the schema cannot say about rules, the pack's own and
 * those it changes: references, ranges, what belongs together. */
#include "policies/pack_check_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"

#define SETTLE_MAX_MS (30 * TIME_DAY_MS)
#define STEP_MAX_MS (366 * TIME_DAY_MS)
#define VALID_MAX_MS (2 * 366 * TIME_DAY_MS)

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

/* Together ---------------------------------------------------------------- */

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
		rc = pack_rule_when_check(at, rule);
	if (rc == 0)
		rc = pack_rule_proof_check(at, rule);
	if (rc == 0 && rule->grace)
		rc = grace_check(at, rule->grace);
	if (rc == 0 && rule->statement)
		rc = statement_check(at, rule->statement);
	if (rc == 0)
		rc = class_check_measured(at, rule);
	if (rc == 0)
		rc = pack_rule_settings_check(at, rule);
	if (rc == 0)
		rc = pack_rule_gate_check(at, rule);
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
		rc = pack_at_duration(at, key, fresh->fresh, PACK_FRESH_MIN_MS,
		    PACK_FRESH_MAX_MS, &fresh->fresh_ms);
	}
	for (i = 0; rc == 0 && i < pack->rules_count; i++) {
		if (strcmp(pack->rules[i].id, id) == 0)
			rc = rule_check(at, pack, &pack->rules[i]);
	}
	return rc;
}

/* Once all are read: what contradicts itself. */
static int peace_check(struct pack_at *at, const struct pack *pack)
{
	size_t below = pack->rules_count - pack->file->rules_count;
	const struct pack_rule *rule;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && i < pack->file->changes_count; i++) {
		rule = pack_rule_find(pack, pack->file->changes[i].rule);
		(void)snprintf(at->path, sizeof(at->path), "changes[%u]", i);
		if (rule)
			rc = pack_rule_peace_check(at, pack, rule);
	}
	for (i = 0; rc == 0 && i < pack->file->rules_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "rules[%u]", i);
		rc = pack_rule_peace_check(at, pack, &pack->rules[below + i]);
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
	return rc ? rc : peace_check(&at, pack);
}
