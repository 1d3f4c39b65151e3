/* pack_merge: what holds when a pack is laid over another. Copies no text. */
#include "policies/pack_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"

static struct pack_rule *rule_find(struct pack *pack, const char *id)
{
	size_t i;

	for (i = 0; i < pack->rules_count; i++) {
		if (strcmp(pack->rules[i].id, id) == 0)
			return &pack->rules[i];
	}
	return NULL;
}

/* The base's proof with another freshness; the array is the pack's. */
static int proof_change(
    struct pack *pack, unsigned index, struct pack_rule *rule, struct err *err)
{
	const struct pack_change *change = &pack->file->changes[index];
	struct pack_proof *proof;
	char path[XYAML_PATH];
	unsigned i;
	unsigned j;

	proof = calloc(rule->proof_count + 1, sizeof(*proof));
	if (!proof)
		return err_memory(err);
	pack->proofs[index] = proof;
	for (j = 0; j < rule->proof_count; j++)
		proof[j] = rule->proof[j];
	for (i = 0; i < change->fresh_count; i++) {
		for (j = 0; j < rule->proof_count; j++) {
			if (proof[j].fact == change->fresh[i].fact)
				break;
		}
		(void)snprintf(
		    path, sizeof(path), "changes[%u].fresh[%u].fact", index, i);
		if (j == rule->proof_count)
			return xyaml_err(pack->outline, path, err, ERR_INVALID,
			    "rule %s is not proven by '%s'", rule->id,
			    pack_fact_name(change->fresh[i].fact));
		proof[j].fresh = change->fresh[i].fresh;
	}
	rule->proof = proof;
	return 0;
}

static void groups_change(
    struct pack_rule *rule, const struct pack_change *change)
{
#define TAKE(member)                                                           \
	if (change->member)                                                    \
	rule->member = change->member
	TAKE(note);
	TAKE(statement);
	TAKE(approved_by);
	TAKE(grace);
	TAKE(passcode);
	TAKE(restrictions);
	TAKE(roaming);
	TAKE(software_update);
	TAKE(web_clip);
	TAKE(contact_card);
#undef TAKE
}

/* Carried still, but nobody is asked for it and no phone is set by it. */
static void rule_waive(struct pack_rule *rule, struct pack_waiver *waiver)
{
	rule->class = PACK_WAIVED;
	rule->waiver = waiver;
	rule->proof = NULL;
	rule->proof_count = 0;
	rule->gate = 0;
	rule->statement = NULL;
	rule->passcode = NULL;
	rule->restrictions = NULL;
	rule->roaming = NULL;
	rule->software_update = NULL;
	rule->web_clip = NULL;
	rule->contact_card = NULL;
	rule->not_measured = NULL;
}

static int change_apply(struct pack *pack, unsigned index, struct err *err)
{
	const struct pack_change *change = &pack->file->changes[index];
	struct pack_rule *rule = rule_find(pack, change->rule);
	char path[XYAML_PATH];
	unsigned i;

	(void)snprintf(path, sizeof(path), "changes[%u].rule", index);
	if (!rule)
		return xyaml_err(pack->outline, path, err, ERR_INVALID,
		    "the packs below have no rule '%s'", change->rule);
	for (i = 0; i < index; i++) {
		if (strcmp(pack->file->changes[i].rule, change->rule) == 0)
			return xyaml_err(pack->outline, path, err, ERR_INVALID,
			    "rule %s is changed here twice", change->rule);
	}
	(void)snprintf(path, sizeof(path), "changes[%u].level", index);
	if (xyaml_has(pack->outline, path))
		rule->level = change->level;
	groups_change(rule, change);
	if (change->waiver)
		rule_waive(rule, change->waiver);
	rule->changed_by = pack->file->name;
	return change->fresh_count > 0 ? proof_change(pack, index, rule, err)
	                               : 0;
}

static int changes_apply(struct pack *pack, struct err *err)
{
	unsigned i;
	int rc = 0;

	if (pack->file->changes_count == 0)
		return 0;
	pack->proofs = calloc(pack->file->changes_count, sizeof(*pack->proofs));
	if (!pack->proofs)
		return err_memory(err);
	for (i = 0; rc == 0 && i < pack->file->changes_count; i++)
		rc = change_apply(pack, i, err);
	return rc;
}

static void parameters_merge(struct pack *pack)
{
	const struct pack_parameters *own = &pack->file->parameters;

	pack->country = !pack->base || xyaml_has(pack->outline, "country")
	    ? pack->file->country
	    : pack->base->country;
	if (!pack->base) {
		pack->parameters = *own;
		return;
	}
	pack->parameters = pack->base->parameters;
#define TAKE(member)                                                           \
	if (own->member)                                                       \
	pack->parameters.member = own->member
	TAKE(callback);
	TAKE(callback_simple);
	TAKE(absence);
	TAKE(exit_digits);
	TAKE(switchboard_number);
	TAKE(phrase_in);
	TAKE(phrase_out);
	TAKE(leaving);
#undef TAKE
}

static void languages_merge(struct pack *pack)
{
	const struct pack_file *file = pack->file;
	unsigned i;

	pack->languages_count = file->languages_count;
	for (i = 0; i < file->languages_count; i++)
		memcpy(pack->languages[i].code, file->languages[i], 3);
	if (file->languages_count > 0 || !pack->base)
		return;
	pack->languages_count = pack->base->languages_count;
	for (i = 0; i < pack->languages_count; i++)
		memcpy(
		    pack->languages[i].code, pack->base->languages[i].code, 3);
}

int pack_merge(struct pack *pack, struct err *err)
{
	const struct pack_file *file = pack->file;
	size_t below = pack->base ? pack->base->rules_count : 0;
	size_t i;

	if (below + file->rules_count > LIMIT_PACK_RULES)
		return xyaml_err(pack->outline, "rules", err, ERR_LIMIT,
		    "more than %d rules with those below", LIMIT_PACK_RULES);
	pack->rules =
	    calloc(below + file->rules_count + 1, sizeof(*pack->rules));
	if (!pack->rules)
		return err_memory(err);
	for (i = 0; i < below; i++)
		pack->rules[i] = pack->base->rules[i];
	pack->rules_count = below;
	parameters_merge(pack);
	languages_merge(pack);
	if (changes_apply(pack, err))
		return -ERR_INVALID;
	for (i = 0; i < file->rules_count; i++)
		pack->rules[below + i] = file->rules[i];
	pack->rules_count += file->rules_count;
	return 0;
}
