/* pack_check_proof: when a rule is in force and what proves it. */
#include "policies/pack_check_rule.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/time.h"

#define AGE_MIN_MS TIME_HOUR_MS
#define AGE_MAX_MS (90 * TIME_DAY_MS)
#define AWAY_MAX_MS (366 * TIME_DAY_MS)

/* When ------------------------------------------------------------------- */

int pack_rule_when_check(const struct pack_at *at, struct pack_rule *rule)
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
	return pack_at_duration(at, path, proof->fresh, PACK_FRESH_MIN_MS,
	    PACK_FRESH_MAX_MS, &proof->fresh_ms);
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

bool pack_rule_is_version(const char *text)
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
	if (proof->at_least && !pack_rule_is_version(proof->at_least))
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

int pack_rule_proof_check(const struct pack_at *at, struct pack_rule *rule)
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
